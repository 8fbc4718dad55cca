"""What Twilio calls for our numbers, asked of the emulator, compared with what it has to call."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import pytest

from channels.messaging.settings import MessagingSettings, Sender
from channels.twilio.rest import Rest
from channels.voice.settings import VoiceSettings
from hub.twilio_check import TwilioCheck, said, said_of
from hub.wire_twilio import NumberView
from simulator.telephony import rest_numbers
from tests.channels.messaging.driver import OURS, POOL, Line, line

VOICE = "+15550002000"


@dataclass
class Side:
    line: Line
    check: TwilioCheck

    async def numbers(self) -> dict[str, NumberView]:
        return {one.number: one for one in (await self.check.ask()).numbers}

    async def told(self, number: str = OURS) -> tuple[bool, str]:
        return said((await self.numbers())[number])


@pytest.fixture
async def side() -> AsyncIterator[Side]:
    async with line() as there:
        texts = MessagingSettings(senders=(
            Sender(account="main", number=OURS, name="Shop"), Sender(account="main", number=OURS, kind="whatsapp"),
            Sender(account="other", number="+15550003000")))
        telephone = VoiceSettings.model_validate({"numbers": [
            {"number": one, "account": "main", "flow": "day"} for one in (OURS, VOICE)]})
        check = TwilioCheck(there.keeper, {"main": there.rest}, texts, telephone)
        there.sim.number(OURS, sms_url=f"{there.base}/twilio/main/messages#rc=3&rp=all",
                         voice_url=f"{there.base}/twilio/main/voice/in",
                         voice_fallback_url=f"{there.base}/twilio/main/voice/in",
                         status_callback=f"{there.base}/twilio/main/voice/status")
        yield Side(there, check)


async def test_a_number_stands_once_with_all_that_it_is_used_for(side: Side) -> None:
    one, other, third = side.check.view().numbers
    assert (one.number, one.kinds, one.name) == (OURS, ["voice", "sms", "whatsapp"], "Shop")
    assert [each.what for each in one.called] == ["voice", "fallback", "status", "sms"]
    assert {each.ok for each in one.called} == {None}, "nobody was asked"
    assert (other.number, other.kinds) == (VOICE, ["voice"])
    assert (third.number, third.problem) == ("+15550003000", "no_account")


async def test_what_is_called_is_compared(side: Side) -> None:
    found = (await side.numbers())[OURS]
    assert {each.ok for each in found.called} == {True}
    assert (await side.told())[0]
    side.line.sim.number(OURS, sms_url="https://elsewhere.example/sms",
                         voice_url=f"{side.line.base}/twilio/main/voice/in")
    ok, text = await side.told()
    assert not ok
    assert "for texts Twilio calls POST https://elsewhere.example/sms; enter POST " in text
    assert "for the end of a call Twilio calls POST nothing; enter POST " in text


async def test_an_application_in_front_of_an_address_is_said(side: Side, monkeypatch: pytest.MonkeyPatch) -> None:
    real = rest_numbers.number_body
    monkeypatch.setattr(rest_numbers, "number_body", lambda *a: {**real(*a), "voice_application_sid": "AP" + "0" * 32})
    found = {each.what: each for each in (await side.numbers())[OURS].called}
    assert (found["voice"].ok, found["voice"].elsewhere, found["sms"].ok) == (False, True, True)


async def test_what_cannot_be_asked_says_why(side: Side) -> None:
    assert (await side.told(VOICE)) == (False, "the account has no such number")
    assert (await side.told("+15550003000")) == (False, "there is no such account in [[twilio]]")
    exchange = side.line.sim.exchange
    exchange.account = replace(exchange.account, auth_token="f" * 32)
    assert (await side.told()) == (False, "Twilio refuses the account's token or key")


async def test_accounts_tell_their_doubts_and_who_was_turned_away(side: Side) -> None:
    await side.line.post("/messages", side.line.form("SM1", "Hi"), token="other")
    (account,) = side.check.view().accounts
    assert account.doubts == ["no_key"], "numbers with a telephone need one"
    assert [(one.reason, one.count) for one in account.refused] == [("forged", 1)]
    assert account.validated == f"{side.line.base}/twilio/main/messages"


async def test_a_messaging_service_tells_whether_its_webhook_and_its_pool_fit(side: Side) -> None:
    first, second = POOL.numbers
    side.check._texts = MessagingSettings(services=(
        POOL, POOL.model_copy(update={"sid": "MG" + "9" * 32, "numbers": ()}),
        POOL.model_copy(update={"account": "other"})))
    wanted = f"{side.line.base}/twilio/main/messages"
    (before, *_) = side.check.view().services
    assert (before.called.wanted, before.called.ok) == (wanted + "#rc=3&rp=all", None), "nobody was asked"
    for number in (first, second, VOICE):
        side.line.sim.number(number)
    there = side.line.sim.messaging_service(first, second, inbound_request_url=wanted)
    told = [said_of(one) for one in (await side.check.ask()).services]
    assert told == [(True, f"Twilio calls {wanted}"), (False, "the account has no such messaging service"),
                    (False, "there is no such account in [[twilio]]")]
    there.inbound_request_url, there.senders = "", [first, VOICE]
    ok, text = said_of((await side.check.ask()).services[0])
    assert not ok
    assert text == (f"for texts Twilio calls POST nothing; enter POST {wanted}#rc=3&rp=all; its pool does not hold "
                    f"{second}; its pool holds {VOICE}, which the configuration does not name")
    there.use_inbound_webhook_on_number, there.senders = True, []
    _, text = said_of((await side.check.ask()).services[0])
    assert text.startswith("it leaves texts to what each number calls; let it call POST ")
    assert "its pool holds no number" in text


@pytest.mark.parametrize(("api", "asked"), [
    ("https://api.twilio.com", "https://messaging.twilio.com"),
    ("https://api.dublin.ie1.twilio.com", "https://messaging.dublin.ie1.twilio.com"),
    ("http://127.0.0.1:8090", "http://127.0.0.1:8090")])
def test_messaging_service_are_asked_for_where_they_are(side: Side, api: str, asked: str) -> None:
    settings = side.line.account.settings.model_copy(update={"api_url": api})
    assert Rest(side.line.account.model_copy(update={"settings": settings})).messaging == asked
