"""What Twilio has to call for each number of ours, and what it calls now."""

import asyncio
from collections.abc import Mapping

from channels.messaging import channel as messaging
from channels.messaging.settings import MessagingSettings
from channels.twilio.account import Account
from channels.twilio.numbers import Called, Unasked, What, called
from channels.twilio.rest import Rest
from channels.twilio.signature import Doorkeeper
from channels.voice import channel as voice
from channels.voice.settings import VoiceSettings
from hub.wire_twilio import CalledView, NumberView, RefusedView, TwilioAccountView, TwilioView

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
        return TwilioView(accounts=[self._account(rest.account) for rest in self._rests.values()],
                          numbers=self._numbers())

    async def ask(self) -> TwilioView:
        """Asks Twilio about each number, a few at a time. What cannot be asked says why."""
        before, turns = self.view(), asyncio.Semaphore(AT_ONCE)

        async def asked(one: NumberView) -> NumberView:
            async with turns:
                return await self._asked(one)

        numbers = await asyncio.gather(*(asked(one) for one in before.numbers))
        return before.model_copy(update={"numbers": [*numbers]})

    async def close(self) -> None:
        for rest in self._rests.values():
            await rest.close()

    async def _asked(self, one: NumberView) -> NumberView:
        if one.problem is not None or not one.called:
            return one
        try:
            async with asyncio.timeout(ASK_SECONDS):
                found = await called(self._rests[one.account], one.number)
        except Unasked as unasked:
            return one.model_copy(update={"problem": unasked.problem})
        except TimeoutError:
            return one.model_copy(update={"problem": "unreached"})
        return one.model_copy(update={"called": [_compared(wanted, found[wanted.what]) for wanted in one.called]})

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


def _compared(wanted: CalledView, found: Called) -> CalledView:
    return wanted.model_copy(update={"found": found.url, "method": found.method, "elsewhere": found.elsewhere,
                                     "ok": found.fits(wanted.wanted)})


def said(one: NumberView) -> tuple[bool, str]:
    """A number in one line, for a terminal."""
    if one.problem is not None:
        return False, _PROBLEMS.get(one.problem, f"Twilio could not be asked: {one.problem}")
    wrong = [_wrong(each) for each in one.called if each.ok is False]
    return not wrong, "; ".join(wrong) or ", ".join(f"Twilio calls {each.found}" for each in one.called)


def _wrong(each: CalledView) -> str:
    there = "goes by an application or a trunk" if each.elsewhere else f"calls {each.method} {each.found or 'nothing'}"
    return f"for {_WHATS[each.what]} Twilio {there}; enter POST {each.wanted}"


_WHATS: Mapping[What, str] = {"sms": "texts", "voice": "calls", "status": "the end of a call"}
_PROBLEMS = {"no_account": "there is no such account in [[twilio]]", "no_such_number": "the account has no such number",
             "log_in": "Twilio refuses the account's token or key"}
