"""The demo: queues, a form, mailboxes and a few people, for whoever wants to see a hub before running one."""

import secrets
import socket
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
from pydantic import SecretStr

from channels.form import DEFAULT_CONTACT
from hub.config import Settings, load
from hub.errors import Conflict
from hub.model import Actor, Role
from hub.policies import Policies, PolicyWrong
from hub.store.users import NewUser
from hub.users import Users
from hub.wire_policy import PublishPolicy

PASSWORD = "interaction-hub"  # noqa: S105 - printed on the screen, and known only in the demo's own database
QUEUES: list[dict[str, Any]] = [
    {"id": "support", "name": {"en": "Support", "zh-Hans": "客户支持"}, "service_level_seconds": 60,
     "dispositions": [{"id": "solved", "name": {"en": "Solved", "zh-Hans": "已解决"}},
                      {"id": "passed-on", "name": {"en": "Passed on", "zh-Hans": "已转交"}},
                      {"id": "no-answer", "name": {"en": "No answer", "zh-Hans": "客户未回复"}}]},
    {"id": "sales", "name": {"en": "Sales", "zh-Hans": "销售"}, "service_level_seconds": 30,
     "dispositions": [{"id": "sold", "name": {"en": "Sold", "zh-Hans": "已成交"}},
                      {"id": "interested", "name": {"en": "Interested", "zh-Hans": "有意向"}},
                      {"id": "not-interested", "name": {"en": "Not interested", "zh-Hans": "无意向"}}]},
    {"id": "billing", "name": {"en": "Billing", "zh-Hans": "账务"}, "service_level_seconds": 120,
     "dispositions": [{"id": "explained", "name": {"en": "Explained", "zh-Hans": "已解释"}},
                      {"id": "refunded", "name": {"en": "Refunded", "zh-Hans": "已退款"}}]},
]
DOMAIN = "hub.localhost"
MAILBOXES = (("support", "Harbour Bikes"), ("sales", "Harbour Bikes Sales"), ("billing", "Harbour Bikes Billing"))
ADDRESSES = tuple(f"{queue}@{DOMAIN}" for queue, _ in MAILBOXES)
MAIL_PORT = 8025
NUMBER = "+15550001000"  # no real one: 555 is nobody's area
_TWILIO = "/twilio/demo"
HOOKS = {"sms_url": f"{_TWILIO}/messages#rc=3&rp=all", "voice_url": f"{_TWILIO}/voice/in#rc=3&rp=all",
         "voice_fallback_url": f"{_TWILIO}/voice/in",
         "status_callback": f"{_TWILIO}/voice/status#rc=3&rp=all"}  # what the number calls
TEMPLATES: list[dict[str, Any]] = [
    {"id": "order-ready", "name": {"en": "Order is ready", "zh-Hans": "订单已备好"}, "content_sid": "HX" + "0" * 32,
     "text": "Hello {{1}}, your order {{2}} at Harbour Bikes is ready."},
]
# Callbacks at any hour, and soon: who looks at a demo has no minutes to wait.
MENU: dict[str, Any] = {
    "begin": "welcome", "callers": {"failed": "challenge"},
    "waiting": {"every_seconds": 15, "comfort": [
        {"en": "Thank you for waiting.", "zh-Hans": "感谢您的耐心等候。"},
        {"en": "You can also write to us in the chat on our page.", "zh-Hans": "您也可以在网页上与我们交流。"}]},
    "callback": {"after_seconds": 15, "estimate_seconds": 120, "spacing_minutes": 1, "earliest": "00:00",
                 "latest": "24:00", "prefixes": ["+1555"]},
    "steps": {
        "welcome": {"kind": "say", "then": "menu",
                    "say": {"en": "Welcome to Harbour Bikes.", "zh-Hans": "欢迎致电海港自行车。"}},
        "menu": {"kind": "menu", "tries": 2, "seconds": 8, "otherwise": "support",
                 "keys": {"1": "sales", "2": "support", "3": "message", "9": "language"},
                 "say": {"en": "For sales, press 1. For support, press 2. To leave a message, press 3. 中文请按9。",
                         "zh-Hans": "销售请按1。客户支持请按2。留言请按3。For English, press 9."}},
        "language": {"kind": "language", "then": "welcome", "otherwise": "menu", "keys": {"1": "en", "2": "zh-Hans"},
                     "say": {"en": "For English, press 1. 中文请按2。"}},
        "sales": {"kind": "queue", "queue": "sales"},
        "support": {"kind": "queue", "queue": "support",
                    "say": {"en": "Thank you. We connect you.", "zh-Hans": "谢谢,正在为您转接。"}},
        "message": {"kind": "voicemail", "queue": "support", "longest": 120,
                    "say": {"en": "Please leave a message after the tone, and press the hash key when you are done.",
                            "zh-Hans": "请在提示音后留言,结束后请按井号键。"}},
    },
}  # fmt: skip
# Short promises: who looks at a demo sees within two minutes what is ignored escalate by itself.
POLICY: dict[str, Any] = {
    "format": 1, "skills": ["chinese"], "default": {"queue": "support"},
    "rules": [
        {"id": "vip-sales", "name": "VIPs who want to buy", "when": 'vip and queue = "sales"',
         "place": {"queue": "sales", "priority": 3}},
        {"id": "vip", "name": "VIPs first", "when": "vip",
         "place": {"queue": "support", "priority": 3, "sticky": {"to": "owner", "seconds": 20}}},
        {"id": "chinese", "name": "Chinese to who speaks it", "when": 'channel != "voice" and language like "zh*"',
         "place": {"queue": "support", "require": "chinese >= 2", "rings": [{"after_seconds": 40}]}},
        {"id": "invoices", "name": "Invoices", "when": 'subject contains "invoice" or text contains "invoice"',
         "place": {"queue": "billing"}},
    ],
    "calendars": {"always": {"zone": "UTC", "week": {
        day: ["00:00-24:00"] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}}},
    "slas": {"prompt": {"version": 1, "calendar": "always", "first_response_minutes": 1, "next_response_minutes": 1,
                        "warn_percents": [50]}},
    "promises": [{"sla": "prompt"}],
    "ladders": [{"id": "attention", "steps": [{"priority": 2, "notify": ["supervisor"], "after_minutes": 1},
                                              {"priority": 4, "notify": ["supervisor", "agent"], "after_minutes": 2}]}],
}  # fmt: skip
IN_EACH_QUEUE = {"unanswered_minutes": 2, "ladder": "attention",
                 "overflow": {"refused": {"times": 2, "to": "escalate"}}}  # fmt: skip
# A whole crowd of scripted customers writes from this one machine.
FORMS = {"contact": DEFAULT_CONTACT.model_copy(update={"rate_per_minute": 600})}


@dataclass(frozen=True, slots=True)
class DemoUser:
    login: str
    name: str
    role: Role
    queues: tuple[str, ...]
    language: str = "en"
    skills: tuple[tuple[str, int], ...] = ()


USERS = (
    DemoUser("ada", "Ada Novak", "admin", ("support", "sales", "billing")),
    DemoUser("sofia", "Sofia Rossi", "supervisor", ("support", "sales", "billing")),
    DemoUser("anna", "Anna Berg", "agent", ("support", "sales", "billing")),
    DemoUser("ben", "Ben Carter", "agent", ("support", "billing")),
    DemoUser("chen", "陈静", "agent", ("support", "sales"), "zh-Hans", (("chinese", 5),)),
)


def settings(listen: str, data: Path, mail_port: int, sink_port: int, **more: Any) -> Settings:
    """The demo's configuration: no file, no environment, a folder of its own under `data`.

    Mail comes in at `mail_port` of this machine; what goes out ends at `sink_port`, and nowhere else.
    """
    folder = data / "demo"
    mailboxes = [{"id": queue, "address": address, "name": name, "queue": queue,
                  "template": "Dear {name},\n\n", "signature": "{agent}\nHarbour Bikes",
                  "smtp": {"host": "127.0.0.1", "port": sink_port, "security": "none"}}
                 for (queue, name), address in zip(MAILBOXES, ADDRESSES, strict=True)]
    mail = {"hostname": DOMAIN, "listener": {"listen": f"127.0.0.1:{mail_port}"}}
    return load(None, {}, listen=listen, data=folder, queues=QUEUES, forms=FORMS, mailboxes=mailboxes, mail=mail,
                demo=True, secret=SecretStr(_secret(folder / "secret")), **more)


def mail_port() -> int:
    """The same one each time, or any other where somebody listens there already."""
    for port in (MAIL_PORT, 0):
        with socket.socket() as probe:
            try:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            found: int = probe.getsockname()[1]
            return found
    return MAIL_PORT


@dataclass(frozen=True, slots=True)
class Line:
    """An account of Twilio, as an emulator made it up; it calls nothing but this machine."""

    account_sid: str
    auth_token: str
    key_sid: str
    key_secret: str
    api_url: str


def telephone(listen: str, line: Line) -> dict[str, Any]:
    """Settings for calls and texts to the demo's number."""
    account = {"id": "demo", "account_sid": line.account_sid, "api_key_sid": line.key_sid, "api_url": line.api_url,
               "secrets": {"auth_token": line.auth_token, "api_key_secret": line.key_secret},
               "public_url": f"http://127.0.0.1:{listen.rpartition(':')[2]}"}
    senders = [{"account": "demo", "number": NUMBER, "kind": kind, "queue": "support", "name": "Harbour Bikes"}
               for kind in ("sms", "whatsapp")]
    return {"twilio": [account], "messaging": {"senders": senders, "templates": TEMPLATES}, "voice": {
        "numbers": [{"number": NUMBER, "account": "demo", "flow": "shop"}], "flows": {"shop": MENU},
        "recording": {"when": "always"}, "recording_by_queue": {"sales": {"when": "choice"}}}}


async def seed(users: Users) -> None:
    """Adds the accounts that are not there yet; the second start finds them."""
    for one in USERS:
        try:
            new = NewUser(one.login, one.name, one.role, one.language, one.queues, dict(one.skills))
            await users.add(new, PASSWORD)
        except Conflict:
            continue


async def publish(policies: Policies, pool: asyncpg.Pool) -> None:
    """The demo's policy, unless a person has published one, or has changed who there is."""
    await policies.open()
    found = await policies.version(None)
    if found.published_by is None:
        ada = await pool.fetchrow("SELECT id, role, name FROM agents WHERE login = $1", USERS[0].login)
        queues = [{**queue, **IN_EACH_QUEUE} for queue in found.document["queues"]]
        document = {**POLICY, "queues": queues}
        wanted = PublishPolicy(document=document, base=found.version, note="How Harbour Bikes works")
        with suppress(PolicyWrong):
            await policies.publish(Actor(**dict(ada or {})), wanted)


def banner(running: Settings, telephones: str = "", texts: str = "") -> str:
    """`telephones`: the page of them; `texts`: how a customer's text is made up by hand."""
    mail = running.mail.listener.listen
    lines = [
        "", "Interaction Hub is running.", "",
        f"  Console            {running.public_url}/",
        f"  A customer's page  {running.public_url}/demo, with chat, form and mail",
        *([f"  Her telephone      {telephones}", f"                     calls and texts {NUMBER}"]
          if telephones else ()), "",
        f"  Mail to {', '.join(ADDRESSES)}",
        f"  is taken at {mail}, from any mail program of this machine:",
        f"    swaks --server {mail} --to {ADDRESSES[0]} --from mia@example.com",
        "  What the hub sends goes to no network; her mail program is at",
        f"    {running.public_url}/demo?mail=mia@example.com", "",
        *([f"  A text of a customer to {NUMBER}, by SMS or with whatsapp: before both numbers:", f"    {texts}", ""]
          if texts else ()),
        f"  Log-ins, all with the password  {PASSWORD}",
        *(f"    {one.login:<8} {one.role:<11} {one.name}" for one in USERS), "",
        f"  Everything is kept in {running.data}. Ctrl-C stops it.", "",
    ]
    return "\n".join(lines)


def _secret(path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("x", encoding="utf-8") as file:
            path.chmod(0o600)
            file.write(secrets.token_hex(32))
    except FileExistsError:
        pass
    return path.read_text("utf-8").strip()
