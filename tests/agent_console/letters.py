"""Letters that customers write, and a hub with a mailbox of its own and a mail server outside."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid

import aiosmtplib

from hub.clock import utc_now
from tests.support.hub import RunningHub, a_hub
from tests.support.smtpsink import Outside, outside_server
from tests.support.waiting import unused_port

SUPPORT = "support@acme.test"
SALES = "sales@acme.test"
PIXEL = (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\6\0\0\0\x1f\x15\xc4\x89\0\0\0\rIDATx\x9cc\xf8\xcf\xc0\xf0"
         b"\x1f\0\5\0\1\xff\x89\x99=\x1d\0\0\0\0IEND\xaeB`\x82")


@dataclass
class Post:
    """A hub that takes mail at its own door, and the outside world that it writes to."""

    hub: RunningHub
    outside: Outside
    door: int
    sent: list[EmailMessage] = field(default_factory=list)

    async def write(self, text: str, *, author: str = "Ann Li <ann@example.net>", to: Sequence[str] = (SUPPORT,),
                    cc: Sequence[str] = (), subject: str = "No light", html: str = "", answers: str = "",
                    picture: bool = False) -> EmailMessage:
        """A mail that reaches the hub; returns after its 250. `answers`: Message-ID of what it answers."""
        mail = EmailMessage(policy=policy.SMTP.clone(max_line_length=998))  # long ids stay whole
        mail["From"], mail["To"], mail["Subject"] = author, ", ".join(to), subject
        if cc:
            mail["Cc"] = ", ".join(cc)
        mail["Date"], mail["Message-ID"] = format_datetime(utc_now()), make_msgid(domain="example.net")
        if answers:
            mail["In-Reply-To"] = mail["References"] = answers
        mail.set_content(text)
        if html:
            mail.add_alternative(html, subtype="html")
        if picture:
            mail.add_attachment(PIXEL, maintype="image", subtype="png", filename="router.png")
        ours = [one for one in (*to, *cc) if one.endswith("@acme.test")]
        await aiosmtplib.send(mail.as_bytes(), sender="ann@example.net", recipients=ours, hostname="127.0.0.1",
                              port=self.door, start_tls=False, timeout=20)
        self.sent.append(mail)
        return mail


@asynccontextmanager
async def a_post(dsn: str, undo_seconds: int = 0, template: str = "") -> AsyncIterator[Post]:
    async with outside_server() as outside:
        door = unused_port()
        smtp = {"host": "127.0.0.1", "port": outside.port, "security": "none"}
        mailboxes = [
            {"id": "support", "address": SUPPORT, "name": "Acme Support", "queue": "support", "smtp": smtp,
             "signature": "{agent}\nAcme Support", "template": template},
            {"id": "sales", "address": SALES, "name": "Acme Sales", "queue": "sales", "smtp": smtp},
        ]
        mail = {"listener": {"listen": f"127.0.0.1:{door}"}, "undo_seconds": undo_seconds}
        async with a_hub(dsn, mailboxes=mailboxes, mail=mail) as hub:
            yield Post(hub, outside, door)
