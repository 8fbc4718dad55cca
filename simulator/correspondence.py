"""A customer's mail program: writes to the company by SMTP, and answers what came back as mail programs do."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from uuid import UUID

import aiosmtplib

from simulator.mailsink import Letter

SECONDS = 20.0  # for one attempt
_POLICY = SMTP.clone(max_line_length=900)  # shorter lines would turn a long Message-ID into encoded words


@dataclass(frozen=True, slots=True)
class Door:
    """Where the hub takes mail from mail servers."""

    host: str
    port: int


@dataclass(frozen=True, slots=True)
class Written:
    """A mail of ours that the hub has taken."""

    message_id: str
    raw: bytes
    at: datetime


class NotTakenError(Exception):
    """The hub did not say 250: the same mail may be handed over again."""


class Correspondent:
    """Somebody with an address. `wrote` introduces what is quoted: {date} and {name} are filled in."""

    def __init__(self, name: str, address: str, door: Door, new_id: Callable[[], UUID],
                 now: Callable[[], datetime], wrote: str = "On {date}, {name} wrote:") -> None:
        self.name, self.address = name, address
        self._door = door
        self._new_id = new_id
        self._now = now
        self._wrote = wrote

    def letter(self, to: str, subject: str, text: str, answers: Letter | None = None) -> Written:
        """A mail ready to go. An answer refers to what it answers, and quotes it."""
        mail, at = EmailMessage(policy=_POLICY), self._now()
        mail_id = f"<{self._new_id()}@{self.address.rpartition('@')[2]}>"
        mail["From"] = Address(self.name, addr_spec=self.address)
        mail["To"] = Address(addr_spec=to)
        mail["Subject"] = " ".join(subject.split())
        mail["Date"] = format_datetime(at)
        mail["Message-ID"] = mail_id
        if answers is not None:
            before = answers.header("Message-ID")
            mail["In-Reply-To"] = before
            mail["References"] = " ".join([*answers.header("References").split(), before])
            text = f"{text}\n\n{self._quoted(answers)}"
        mail.set_content(text)
        return Written(mail_id, mail.as_bytes(), at)

    def answer(self, letter: Letter, text: str) -> Written:
        """To whoever wants the answer, under its subject."""
        to = parseaddr(letter.header("Reply-To") or letter.header("From"))[1]
        subject = letter.header("Subject")
        return self.letter(to, subject if subject.lower().startswith("re:") else f"Re: {subject}", text, letter)

    async def hand_over(self, written: Written, to: str) -> None:
        """Returns when the hub has it. Raises NotTakenError: then the same bytes may go again."""
        try:
            await aiosmtplib.send(written.raw, sender=self.address, recipients=[to], hostname=self._door.host,
                                  port=self._door.port, timeout=SECONDS, start_tls=False)
        except (aiosmtplib.SMTPException, OSError) as problem:
            raise NotTakenError(str(problem)) from problem

    def _quoted(self, letter: Letter) -> str:
        name, address = parseaddr(letter.header("From"))
        head = self._wrote.format(date=letter.header("Date"), name=name or address)
        return "\n".join([head, *(f"> {line}".rstrip() for line in letter.text.replace("\r", "").splitlines())])


def recipient_of(written: Written) -> str:
    """To whom a mail of ours goes."""
    for line in written.raw.decode("utf-8", "replace").splitlines():
        if line.lower().startswith("to:"):
            return parseaddr(line[3:].strip())[1]
    raise ValueError("nobody")
