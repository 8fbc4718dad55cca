"""SMS and WhatsApp: the ladder of states, opt-out words, the WhatsApp window, media, replies as TwiML."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from simulator.telephony.legs import Subscription
from simulator.telephony.messaging_services import Hook, consent, number_hook, pool_of
from simulator.telephony.twiml import BadDocument, read_answer
from simulator.telephony.webhooks import Answer, Params, Undelivered, Webhook

if TYPE_CHECKING:
    from simulator.telephony.exchange import Exchange

STOP = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"})
START = frozenset({"START", "YES", "UNSTOP"})
HELP = frozenset({"HELP", "INFO"})
MAX_BODY = 1600
WINDOW = 24 * 3600.0  # seconds in which WhatsApp allows free text
_GSM = frozenset("@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
                 "¿abcdefghijklmnopqrstuvwxyzäöñüà")
_GSM_TWO = frozenset("\f^{}\\[~]|€")


@dataclass(slots=True)
class Media:
    """A file that came with a message."""

    sid: str
    content_type: str
    content: bytes


@dataclass(slots=True)
class Message:
    """One text, in or out."""

    sid: str
    from_: str
    to: str
    body: str
    direction: str
    status: str
    created: datetime
    updated: datetime
    callback: Subscription | None = None
    media: list[Media] = field(default_factory=list)
    media_urls: tuple[str, ...] = ()
    error_code: int | None = None
    sent: datetime | None = None
    service: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of messages to a number: delivered, read, sent, undelivered or failed with a code."""

    status: str = "delivered"
    code: int | None = None


def segments(body: str) -> int:
    """How many SMS a text is. A letter that takes two units is not cut, so a part may end one early."""
    narrow = all(letter in _GSM or letter in _GSM_TWO for letter in body)
    alone, part = (160, 153) if narrow else (70, 67)
    parts, used, whole = 1, 0, 0
    for letter in body:
        size = (2 if letter in _GSM_TWO else 1) if narrow else len(letter.encode("utf-16-be")) // 2
        whole += size
        parts, used = (parts + 1, size) if used + size > part else (parts, used + size)
    return 1 if whole <= alone else parts


class MessageDesk:
    """Sends and receives for one exchange."""

    def __init__(self, exchange: "Exchange") -> None:
        self.exchange = exchange
        self.outcomes: dict[str, Outcome] = {}
        self.delivered: dict[str, list[Message]] = {}  # what arrived, by number: for a handset

    def send(self, message: Message, *, template: bool = False) -> None:
        """Up the ladder, as far as the outcome of the number says."""
        self.exchange.messages[message.sid] = message
        self.exchange.journal.write("message", sid=message.sid, status=message.status, direction=message.direction)
        outcome = self.outcomes.get(message.to, Outcome())
        lost = self.exchange.faults.delivery(message.to)
        if lost is not None:
            outcome = Outcome("undelivered", lost)
        if message.to.startswith("whatsapp:") and not template and not self._window_open(message):
            outcome = Outcome("failed", 63016)
        timings = self.exchange.timings
        if message.service and not message.from_:
            message.from_ = self.exchange.services[message.service].pick(message.to)
        elif message.service:
            self.exchange.services[message.service].chosen[message.to] = message.from_
        if outcome.status == "failed":
            self._later(message, timings.message_sent, outcome.status, outcome.code)
            return
        self._later(message, timings.message_sent, "sent")
        if outcome.status == "sent":
            return
        last = timings.message_sent + timings.message_delivered
        if outcome.status == "undelivered":
            self._later(message, last, "undelivered", outcome.code or 30003)
            return
        self._later(message, last, "delivered")
        if outcome.status == "read":
            self._later(message, last + 1.0, "read")

    def _window_open(self, message: Message) -> bool:
        seen = self.exchange.whatsapp_seen.get((message.to, message.from_))
        return seen is not None and self.exchange.clock.elapsed() - seen <= WINDOW

    def _later(self, message: Message, seconds: float, status: str, code: int | None = None) -> None:
        self.exchange.clock.call_later(seconds, lambda: self.change(message, status, code))

    def change(self, message: Message, status: str, code: int | None = None) -> None:
        """Go to a state and tell whoever asked for it."""
        if message.status in {"canceled", "failed", "undelivered"} or message.sid not in self.exchange.messages:
            return
        message.status, message.error_code = status, code
        message.updated = self.exchange.clock.now()
        if status == "sent":
            message.sent = message.updated
        if status == "delivered":
            self.delivered.setdefault(message.to, []).append(message)
        self.exchange.journal.write("message", sid=message.sid, status=status, direction=message.direction)
        if message.callback is None:
            return
        params = {"AccountSid": self.exchange.account.sid, "From": message.from_, "To": message.to,
                  "MessageSid": message.sid, "MessageStatus": status, "SmsSid": message.sid, "SmsStatus": status,
                  "ApiVersion": "2010-04-01"}
        if message.service:
            params["MessagingServiceSid"] = message.service
        if code is not None:
            params["ErrorCode"] = str(code)
        if message.to.startswith("whatsapp:"):
            params |= {"ChannelPrefix": "whatsapp", "ChannelInstallSid": "XE" + "0" * 32}
            if status == "read":
                params["EventType"] = "READ"
        self.exchange.notify(Webhook(message.callback.url, message.callback.method, tuple(params.items()), "message",
                                     status, message.sid))

    def receive(self, from_: str, to: str, body: str, media: tuple[tuple[str, bytes], ...] = (),
                profile: str = "") -> Message:
        """A customer writes to one of our numbers. Raises KeyError for a number that is not ours."""
        exchange = self.exchange
        number = exchange.numbers[to.removeprefix("whatsapp:")]
        now = exchange.clock.now()
        message = Message(exchange.sids("MM" if media else "SM"), from_, to, body, "inbound", "received", now, now)
        service = pool_of(exchange.services, to)
        message.service = service.sid if service is not None else None
        if service is not None:
            service.chosen[from_] = to  # the pool goes on from the number that he wrote to
        message.media = [Media(exchange.sids("ME"), kind, content) for kind, content in media]
        exchange.messages[message.sid] = message
        if from_.startswith("whatsapp:"):
            exchange.whatsapp_seen[from_, to] = exchange.clock.elapsed()
        self._opt(from_, to, body)
        exchange.journal.write("message", sid=message.sid, status="received", direction="inbound")
        hook = number_hook(number) if service is None else service.hook(number)
        if hook.url:
            exchange.sender.spawn(self._ask(hook, message, self._params(message, profile)))
        return message

    def _opt(self, from_: str, to: str, body: str) -> None:
        word, whom = body.strip().upper(), consent(self.exchange, to)
        if word in STOP:
            self.exchange.opted_out.add((from_, whom))
        elif word in START:
            self.exchange.opted_out.discard((from_, whom))

    def _params(self, message: Message, profile: str) -> Params:
        base = f"{self.exchange.base_url}/2010-04-01/Accounts/{self.exchange.account.sid}/Messages/{message.sid}/Media"
        params = {"MessageSid": message.sid, "SmsSid": message.sid, "SmsMessageSid": message.sid,
                  "AccountSid": self.exchange.account.sid, "From": message.from_, "To": message.to,
                  "Body": message.body, "NumMedia": str(len(message.media)),
                  "NumSegments": str(segments(message.body)), "SmsStatus": "received", "ApiVersion": "2010-04-01"}
        if message.service:
            params["MessagingServiceSid"] = message.service
        for number, one in enumerate(message.media):
            params |= {f"MediaUrl{number}": f"{base}/{one.sid}", f"MediaContentType{number}": one.content_type}
        word = message.body.strip().upper()
        for name, words in (("STOP", STOP), ("START", START), ("HELP", HELP)):
            if word in words:
                params["OptOutType"] = name
        if message.from_.startswith("whatsapp:"):
            params |= {"ProfileName": profile or "Customer", "WaId": message.from_.removeprefix("whatsapp:+")}
        return tuple(params.items())

    async def _ask(self, where: Hook, message: Message, params: Params) -> None:
        hook = Webhook(where.url, where.method, params, "sms", "received", message.sid)
        try:
            self._reply(await self.exchange.sender.deliver(hook), message)
        except (Undelivered, BadDocument) as failed:
            self.exchange.alerts.add(failed.code, str(failed), message.sid, url=hook.url)
            await self._ask_fallback(where, message, params, failed.code)

    async def _ask_fallback(self, where: Hook, message: Message, params: Params, code: int) -> None:
        if not where.fallback_url:
            return
        more = (("ErrorCode", str(code)), ("ErrorUrl", where.url))
        hook = Webhook(where.fallback_url, where.fallback_method, params + more, "sms", "fallback", message.sid)
        try:
            self._reply(await self.exchange.sender.deliver(hook), message)
        except (Undelivered, BadDocument) as failed:
            self.exchange.alerts.add(failed.code, str(failed), message.sid, url=hook.url)

    def _reply(self, answer: Answer, message: Message) -> None:
        """Message verbs become replies."""
        if answer.status == 204 or not answer.body:
            return
        document = read_answer(answer.body, answer.content_type, answer.url, answer.method, "message")
        for code, text in document.findings:
            self.exchange.alerts.add(code, text, message.sid, url=document.url)
        for verb in document.verbs:
            if verb.name != "Message":
                self.exchange.not_emulated(f"<{verb.name}> in a message's answer", message.sid)
                continue
            now = self.exchange.clock.now()
            text = verb.text or "".join(one.text for one in verb.children if one.name == "Body")
            callback = verb.get("statusCallback")
            self.send(Message(
                self.exchange.sids("SM"), verb.get("from", message.to), verb.get("to", message.from_), text,
                "outbound-reply", "queued", now, now,
                Subscription(document.resolve(callback), "POST", frozenset()) if callback else None,
                media_urls=tuple(document.resolve(one.text) for one in verb.children if one.name == "Media")))
