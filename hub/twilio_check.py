"""What Twilio has to call for each number of ours, and what it calls now."""

import asyncio
from collections.abc import Coroutine, Mapping
from typing import Any, TypeVar

from channels.messaging import channel as messaging
from channels.messaging.settings import MessagingService, MessagingSettings
from channels.twilio.account import Account
from channels.twilio.numbers import Called, Unasked, What, called
from channels.twilio.pools import pool
from channels.twilio.rest import Rest
from channels.twilio.signature import Doorkeeper
from channels.voice import channel as voice
from channels.voice.settings import VoiceSettings
from hub.wire_twilio import CalledView, NumberView, RefusedView, ServiceView, TwilioAccountView, TwilioView

View = TypeVar("View")
AT_ONCE = 4
ASK_SECONDS = 20.0  # for one number, with all that is tried again


class TwilioCheck:
    """Of what is configured; nothing here is kept."""

    def __init__(self, doorkeeper: Doorkeeper, rests: Mapping[str, Rest], texts: MessagingSettings,
                 telephone: VoiceSettings) -> None:
        self._doorkeeper = doorkeeper
        self._rests = rests
        self._texts = texts
        self._telephone = telephone

    def view(self) -> TwilioView:
        """Nobody is asked."""
        services = [self._messaging_service(one) for one in self._texts.services]
        return TwilioView(accounts=[self._account(rest.account) for rest in self._rests.values()],
                          numbers=self._numbers(), services=services)

    async def ask(self) -> TwilioView:
        """Asks Twilio about each number and service, a few at a time. What cannot be asked says why."""
        before, turns = self.view(), asyncio.Semaphore(AT_ONCE)

        async def in_turn(asking: Coroutine[None, None, View]) -> View:
            async with turns:
                return await asking

        numbers = await asyncio.gather(*(in_turn(self._asked(one)) for one in before.numbers))
        services = await asyncio.gather(*(in_turn(self._asked_messaging_service(one)) for one in before.services))
        return before.model_copy(update={"numbers": [*numbers], "services": [*services]})

    async def close(self) -> None:
        for rest in self._rests.values():
            await rest.close()

    async def _asked(self, one: NumberView) -> NumberView:
        if one.problem is not None or not one.called:
            return one
        found, problem = await _told(called(self._rests[one.account], one.number))
        if found is None:
            return one.model_copy(update={"problem": problem})
        return one.model_copy(update={"called": [_compared(wanted, found[wanted.what]) for wanted in one.called]})

    async def _asked_messaging_service(self, one: ServiceView) -> ServiceView:
        if one.problem is not None:
            return one
        found, problem = await _told(pool(self._rests[one.account], one.sid))
        if found is None:
            return one.model_copy(update={"problem": problem})
        strange = sorted({*found.numbers} - {*one.numbers}) if one.numbers else []
        return one.model_copy(update={
            "called": _compared(one.called, found.called), "strange": strange, "empty": not found.numbers,
            "missing": [number for number in one.numbers if number not in found.numbers]})

    def _messaging_service(self, one: MessagingService) -> ServiceView:
        rest = self._rests.get(one.account)
        wanted = messaging.called(rest.account)["sms"] if rest is not None else ""
        return ServiceView(account=one.account, sid=one.sid, name=one.name, numbers=list(one.numbers),
                           called=CalledView(what="sms", wanted=wanted), problem=None if rest else "no_account")

    def _numbers(self) -> list[NumberView]:
        """Each number once, whatever it is used for."""
        kinds: dict[tuple[str, str], dict[str, str]] = {}
        for one in self._telephone.numbers:
            kinds.setdefault((one.account, one.number), {})["voice"] = one.flow
        for sender in self._texts.senders:
            kinds.setdefault((sender.account, sender.number), {})[sender.kind] = sender.name
        return [self._number(account, number, used) for (account, number), used in kinds.items()]

    def _number(self, account: str, number: str, used: Mapping[str, str]) -> NumberView:
        rest = self._rests.get(account)
        wanted: dict[What, str] = {}
        if rest is not None and "voice" in used:
            wanted |= voice.called(rest.account)
        if rest is not None and "sms" in used:
            wanted |= messaging.called(rest.account)
        return NumberView(
            account=account, number=number, name=used.get("sms") or used.get("whatsapp") or used.get("voice") or "",
            kinds=[kind for kind in ("voice", "sms", "whatsapp") if kind in used],
            called=[CalledView(what=what, wanted=url) for what, url in wanted.items()],
            problem=None if rest is not None else "no_account")

    def _account(self, account: Account) -> TwilioAccountView:
        doubts = account.doubts()
        if any(one.account == account.id for one in self._telephone.numbers):
            doubts += voice.wanting(account)
        refused = [RefusedView(reason=reason, count=count)
                   for (id, reason), count in sorted(self._doorkeeper.refused.items()) if id == account.id]
        return TwilioAccountView(
            id=account.id, account_sid=account.sid, public_url=account.public_url,
            doubts=[one.code for one in doubts], changing=len(account.tokens) > 1, refused=refused,
            validated=self._doorkeeper.last.get(account.id, ""))


async def _told(asked: Coroutine[Any, Any, View]) -> tuple[View | None, str | None]:
    """What Twilio says, else the code of why nothing is known."""
    try:
        async with asyncio.timeout(ASK_SECONDS):
            return await asked, None
    except Unasked as unasked:
        return None, unasked.problem
    except TimeoutError:
        return None, "unreached"


def _compared(wanted: CalledView, found: Called) -> CalledView:
    return wanted.model_copy(update={"found": found.url, "method": found.method, "elsewhere": found.elsewhere,
                                     "ok": found.fits(wanted.wanted)})


def said(one: NumberView) -> tuple[bool, str]:
    """A number in one line, for a terminal."""
    if one.problem is not None:
        return False, _PROBLEMS.get(one.problem, f"Twilio could not be asked: {one.problem}")
    wrong = [_wrong(each) for each in one.called if each.ok is False]
    return not wrong, "; ".join(wrong) or ", ".join(f"Twilio calls {each.found}" for each in one.called)


def said_of(one: ServiceView) -> tuple[bool, str]:
    """A service in one line, for a terminal."""
    if one.problem is not None:
        return False, _PROBLEMS.get(one.problem, f"Twilio could not be asked: {one.problem}")
    wrong = []
    if one.called.elsewhere:
        wrong.append(f"it leaves texts to what each number calls; let it call POST {one.called.wanted}")
    elif not one.called.ok:
        wrong.append(_wrong(one.called))
    if one.empty:
        wrong.append("its pool holds no number, so nothing can be sent")
    if one.missing:
        wrong.append(f"its pool does not hold {', '.join(one.missing)}")
    if one.strange:
        wrong.append(f"its pool holds {', '.join(one.strange)}, which the configuration does not name")
    return not wrong, "; ".join(wrong) or f"Twilio calls {one.called.found}"


def _wrong(each: CalledView) -> str:
    there = "goes by an application or a trunk" if each.elsewhere else f"calls {each.method} {each.found or 'nothing'}"
    return f"for {_WHATS[each.what]} Twilio {there}; enter POST {each.wanted}"


_WHATS: Mapping[What, str] = {"sms": "texts", "voice": "calls", "fallback": "calls of which a document failed",
                              "status": "the end of a call"}
_PROBLEMS = {"no_account": "there is no such account in [[twilio]]", "no_such_number": "the account has no such number",
             "no_such_service": "the account has no such messaging service",
             "log_in": "Twilio refuses the account's token or key"}
