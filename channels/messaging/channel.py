"""Texts as the hub sees them: one gateway to Twilio for its webhooks, and a channel each for SMS and WhatsApp."""

import asyncio
import json
import math
import re
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from urllib.parse import urlsplit
from uuid import UUID

import structlog
from aiohttp import web

from channels.base import (
    Accountable,
    Channel,
    Check,
    Elsewhere,
    Fetching,
    File,
    Mark,
    Outbound,
    Receipt,
    Refused,
    Route,
    SendError,
    Sent,
    Sink,
    Unanswered,
    Unfetched,
)
from channels.messaging.failures import send_error, word_of, words_of
from channels.messaging.settings import Kind, MessagingSettings
from channels.messaging.shelf import PATH as FILE
from channels.messaging.shelf import Shelf
from channels.messaging.understand import WHATSAPP, ours_of, understand
from channels.twilio.account import Account
from channels.twilio.numbers import What
from channels.twilio.rest import VERSION, Rest, RestFailure, TooLargeError, quoted
from channels.twilio.signature import Doorkeeper, Signed

log = structlog.get_logger()
TAKE_SECONDS = 12.0  # Twilio waits for 15
NOTHING_TO_SAY = '<?xml version="1.0" encoding="UTF-8"?><Response/>'
AGAIN = "#rc=3&rp=all"  # Twilio's own retries, which it does not do after an error unless asked to
SERVICE = "MG"  # what the SID of a messaging service begins with
INBOUND, STATUS = "/messages", "/messages/{message}/status"
_MEDIA = re.compile(rf"/{VERSION}/Accounts/(?P<account>AC\w{{32}})(?P<path>/Messages/[SM]M\w{{32}}/Media/ME\w{{32}})$")
_MARKS: Mapping[str, Mark] = {"sent": "sent", "delivered": "delivered", "read": "read", "failed": "failed",
                              "undelivered": "failed", "canceled": "failed"}


class Gateway:
    """Takes what Twilio tells us about texts, of every account. Answers only after the sink has committed."""

    def __init__(self, sink: Sink, doorkeeper: Doorkeeper, rests: Mapping[str, Rest], settings: MessagingSettings,
                 now: Callable[[], datetime]) -> None:
        self._sink = sink
        self._doorkeeper = doorkeeper
        self.rests = rests
        self.settings = settings
        self._now = now
        self._shelf = Shelf(sink, doorkeeper, now)

    def routes(self) -> Sequence[Route]:
        guard = self._doorkeeper.guard
        return (
            Route("POST", "/twilio/{account}" + INBOUND, guard(self.take), "Twilio: a text of a customer"),
            Route("POST", "/twilio/{account}" + STATUS, guard(self.take_status), "Twilio: what became of our text"),
            Route("GET", "/twilio/{account}" + FILE, self._shelf.show, "Twilio: a file of our text"),
            Route("HEAD", "/twilio/{account}" + FILE, self._shelf.show),
        )

    async def take(self, signed: Signed) -> web.StreamResponse:
        """A text. The same MessageSid again changes nothing, and is answered as before."""
        try:
            inbound = understand(signed.raw, signed.account.id, self._now(), self.settings)
        except Refused as refused:
            return await self._turned_away(signed, refused)
        try:
            async with asyncio.timeout(TAKE_SECONDS):
                taken = await self._sink.take_in(inbound)
        except Refused as refused:
            return _no(refused)
        except TimeoutError:
            return _no(Refused("unavailable", 503, after=5))
        return web.Response(text=NOTHING_TO_SAY, content_type="text/xml", headers={"X-Reference": taken.reference})

    async def take_status(self, signed: Signed) -> web.StreamResponse:
        """What became of a message of ours; its own id stands in the address, so none is too early."""
        try:
            message_id = UUID(signed.params["message"])
        except ValueError:
            return web.Response(status=204)  # of nothing that this hub has sent
        kind: Kind = "whatsapp" if signed["To"].startswith(WHATSAPP) else "sms"
        receipt = self._receipt(signed.account.id, kind, signed["MessageStatus"] or signed["SmsStatus"],
                                signed["ErrorCode"], message_id, signed["MessageSid"])
        if receipt is not None and signed["MessagingServiceSid"]:
            receipt = replace(receipt, sender=ours_of(signed["From"]) if signed["From"] else "")
        if receipt is None:
            return web.Response(status=204)
        try:
            async with asyncio.timeout(TAKE_SECONDS):
                await self._sink.take_receipt(receipt)
        except Refused as refused:
            return _no(refused)
        except TimeoutError:
            return _no(Refused("unavailable", 503, after=5))
        return web.Response(status=204)

    async def send(self, message: Outbound, kind: Kind) -> Sent:
        """One attempt; nothing here tries again. Raises `SendError`."""
        account, number = _from(message)
        rest = self.rests.get(account)
        if rest is None:
            raise SendError("permanent", "no_account", f"There is no account {account} of Twilio any more.")
        if message.recipient.kind not in ("phone", "whatsapp"):
            raise SendError("permanent", "no_number", "This sender cannot be answered: it is no telephone number.")
        before = WHATSAPP if kind == "whatsapp" else ""
        callback = rest.account.url(STATUS.format(message=message.message_id)) + AGAIN
        form = {"To": before + message.recipient.value, "StatusCallback": callback} | _content(message)
        files = [("MediaUrl", self._shelf.url(rest.account, one)) for one in message.files]
        by = _by(message, before, number)
        made = await self._create(rest, [*form.items(), *files], by)
        sid, chosen = made.get("sid"), made.get("from")
        if not isinstance(sid, str):
            raise SendError("ambiguous", "twilio_no_answer", "Twilio did not say whether it took the message.")
        chose = "MessagingServiceSid" in by and isinstance(chosen, str)
        return Sent(sid, sender=ours_of(str(chosen)) if chose else "")

    async def _create(self, rest: Rest, form: list[tuple[str, str]], by: Mapping[str, str]) -> Mapping[str, object]:
        """A number that a service has no more is refused, which makes nothing: the service then chooses anew."""
        try:
            return await rest.post("/Messages.json", [*form, *by.items()])
        except RestFailure as failure:
            error = send_error(failure)
            if error.code != "bad_sender" or len(by) < 2:
                raise error from failure
        return await self._create(rest, form, {name: by[name] for name in by if name != "From"})

    async def fetch(self, source: str, file: Elsewhere) -> File:
        """A file of a text, with our password, within the configured size. Raises `Unfetched`."""
        rest = self.rests.get(source.split(":")[1] if source.count(":") >= 2 else "")
        if rest is None:
            raise Unfetched("no_account", later=False)
        try:
            declared, content = await rest.load(file.url, self.settings.file_bytes)
        except TooLargeError:
            raise Unfetched("too_large", later=False) from None
        except RestFailure as failure:
            # Twilio may still be copying what has just come in, so even "not there" is worth another look.
            raise Unfetched(failure.kind, later=failure.kind not in ("refused", "log_in")) from failure
        if not content:
            raise Unfetched("empty", later=False)
        return File(file.name, declared or file.declared_type, content)

    async def discard(self, source: str, url: str) -> None:
        """Twilio's copy of a file is deleted. Raises `Unfetched`."""
        rest = self.rests.get(source.split(":")[1] if source.count(":") >= 2 else "")
        if rest is None:
            raise Unfetched("no_account", later=False)
        found = _MEDIA.match(urlsplit(url).path)
        if found is None or found["account"] != rest.account.sid:
            raise Unfetched("not_theirs", later=False)
        try:
            await rest.delete(f"{found['path']}.json")
        except RestFailure as failure:
            raise Unfetched(failure.kind, later=True) from failure

    async def became(self, source: str, message_id: UUID, provider_id: str, kind: Kind) -> Receipt | None:
        """What Twilio knows of a text of ours. Raises `Unanswered`."""
        account = source.split(":")[1] if source.count(":") >= 2 else ""
        rest = self.rests.get(account)
        if rest is None:
            return None
        try:
            found = await rest.get(f"/Messages/{quoted(provider_id)}.json")
        except RestFailure as failure:
            if failure.kind in ("gone", "refused"):
                return None
            raise Unanswered(failure.kind) from failure
        receipt = self._receipt(account, kind, str(found.get("status") or ""), str(found.get("error_code") or ""),
                                message_id, provider_id)
        if receipt is None or not found.get("messaging_service_sid"):
            return receipt
        return replace(receipt, sender=ours_of(str(found.get("from") or "")))

    def _receipt(self, account: str, kind: Kind, status: str, code: str, message_id: UUID,
                 provider_id: str) -> Receipt | None:
        mark = _MARKS.get(status)
        if mark is None:
            return None
        number = _number(code)
        error = f"{word_of(number)}: {words_of(number)}" if mark == "failed" else None
        return Receipt(account, kind, mark, self._now(), message_id, provider_id or None, error)

    def accounts(self) -> Iterator[Check]:
        """What is wrong with the accounts, and how many requests were turned away since the start."""
        for id, rest in self.rests.items():
            doubts = rest.account.doubts()
            yield Check(f"account {id}", not doubts, "; ".join(one.text for one in doubts) or self._turned(id))

    def numbers(self, kind: Kind) -> Iterator[Check]:
        """What Twilio has to call; nobody is asked whether it does."""
        senders = [one for one in self.settings.ways if one.kind == kind]
        if not senders:
            yield Check("numbers", True, "none is configured")
        for one in senders:
            rest = self.rests.get(one.account)
            name = one.source.split(":", 2)[2]
            yield Check(name, rest is not None, f"Twilio has to call POST {called(rest.account)['sms']}" if rest
                        else f"there is no account {one.account!r} in [[twilio]]")

    def _turned(self, id: str) -> str:
        refused = sum(number for (account, _), number in self._doorkeeper.refused.items() if account == id)
        last = self._doorkeeper.last.get(id, "")
        return f"{refused} requests were turned away; the last was checked against {last}" if refused else ""

    async def _turned_away(self, signed: Signed, refused: Refused) -> web.Response:
        try:
            async with asyncio.timeout(TAKE_SECONDS):
                await self._sink.refuse(f"messaging:{signed.account.id}", signed.raw, signed.content_type, refused.code)
        except Refused as worse:
            return _no(worse)
        except TimeoutError:
            return _no(Refused("unavailable", 503, after=5))
        return _no(refused)


class _Texts(Channel, Fetching, Accountable):
    repeatable = False  # Twilio drops no second copy: there is no key for a create
    attempt_seconds = 30.0
    kind: Kind

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    def routes(self) -> Sequence[Route]:
        return ()

    async def send(self, message: Outbound) -> Sent:
        return await self._gateway.send(message, self.kind)

    async def fetch(self, source: str, file: Elsewhere) -> File:
        return await self._gateway.fetch(source, file)

    @property
    def copy_days(self) -> int | None:
        return self._gateway.settings.delete_there_days

    async def discard(self, source: str, url: str) -> None:
        await self._gateway.discard(source, url)

    async def became(self, source: str, message_id: UUID, provider_id: str) -> Receipt | None:
        return await self._gateway.became(source, message_id, provider_id, self.kind)

    async def check(self) -> AsyncIterator[Check]:
        for one in self._gateway.numbers(self.kind):
            yield one


class Sms(_Texts):
    """SMS and MMS. It brings the gateway's ways in, which are the same for both kinds."""

    kind = "sms"

    def routes(self) -> Sequence[Route]:
        return self._gateway.routes()

    async def check(self) -> AsyncIterator[Check]:
        for one in (*self._gateway.accounts(), *self._gateway.numbers(self.kind)):
            yield one


class WhatsApp(_Texts):
    """WhatsApp; its texts come in by the ways that SMS brings."""

    kind = "whatsapp"


def called(account: Account) -> dict[What, str]:
    """What Twilio has to call for a number that takes texts."""
    return {"sms": account.url(INBOUND) + AGAIN}


def _content(message: Outbound) -> dict[str, str]:
    texting = message.texting
    if texting is None or not texting.template:
        return {"Body": message.text} if message.text else {}
    return {"ContentSid": texting.template, "ContentVariables": json.dumps(dict(texting.variables), ensure_ascii=False)}


def _by(message: Outbound, before: str, number: str) -> dict[str, str]:
    """Who sends: a number, or a service with the number that the customer knows."""
    if not number.startswith(SERVICE):
        return {"From": before + number}
    known = message.texting.number if message.texting is not None else ""
    return {"MessagingServiceSid": number} | ({"From": before + known} if known else {})


def _from(message: Outbound) -> tuple[str, str]:
    """Account, and number or service of ours, that a message goes out from."""
    sender = message.texting.sender.split(":", 2) if message.texting is not None else []
    if len(sender) != 3:
        raise SendError("permanent", "no_sender", "This message does not say which number of ours it goes from.")
    return sender[1], sender[2]


def _no(refused: Refused) -> web.Response:
    after = {} if refused.after is None else {"Retry-After": str(math.ceil(refused.after))}
    return web.Response(status=refused.status, text=refused.code, headers=after)


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 8 else 0
