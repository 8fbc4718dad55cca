"""What holds of texts in any order of what can happen: reports, a STOP while one is sent, ways to write a number."""

from collections.abc import AsyncIterator, Sequence
from itertools import count
from uuid import UUID

import phonenumbers
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from channels.base import Outbound, Sent
from channels.telephone import e164, region_of
from hub.errors import WrongState
from tests.hub.conftest import Heart
from tests.hub.texts import Phone, phone

ONE_HEART = [HealthCheck.function_scoped_fixture]  # for all examples: each has a customer of its own
RANK = {"pending": 0, "unconfirmed": 1, "sent": 2, "failed": 3, "delivered": 4, "read": 5}
OF = {"sent": "sent", "delivered": "delivered", "undelivered": "failed", "failed": "failed", "canceled": "failed",
      "read": "read"}
STATUSES = st.sampled_from([*OF, "accepted", "queued", "sending", "scheduled", "teleported"])
_people = count(1)


@pytest.fixture
async def ann(heart: Heart, in_order: None) -> AsyncIterator[Phone]:
    async with phone(heart) as there:
        yield there


async def over(ann: Phone, it: UUID) -> None:
    """Nobody's any more, so that the agent has room for the next example."""
    await ann.desk.end(ann.agent, it)
    ann.heart.clock.advance(minutes=5)
    await ann.heart.timers.step()


def somebody() -> str:
    return f"+1555555{next(_people):04d}"


async def rank(ann: Phone, message: UUID) -> int:
    return RANK[(await ann.state(message))[0]]


@settings(max_examples=12, deadline=None, suppress_health_check=ONE_HEART)
@given(told=st.lists(STATUSES, max_size=6), answered=st.integers(0, 6))
async def test_a_delivery_only_climbs_whatever_is_told_how_often_and_in_which_order(
        ann: Phone, told: list[str], answered: int) -> None:
    """`answered`: after how many reports our own request is answered; the reports left out are the lost ones."""
    who = somebody()
    ann.heart.clock.advance(1)
    await ann.text("Hello", who=who)
    it = await ann.held()
    message = await ann.say(it)
    key = f"SM{message.hex}"
    (claimed,) = await ann.heart.outbox.claim()
    before, heard = 0, list[int]()
    for place, status in enumerate([*told, *told[:2]]):  # some of them twice
        if place == min(answered, len(told)):
            await ann.heart.outbox.sent(claimed, Sent(key))
            heard.append(RANK["sent"])
        form = ann.line.status(key, status) | {"To": who}
        assert (await ann.line.post(f"/messages/{message}/status", form)).status == 204
        heard += [RANK[OF[status]]] if status in OF else []
        now = await rank(ann, message)
        assert now >= before
        assert now == max(heard, default=0), "the highest of what was heard, and nothing else"
        before = now
    await ann.heart.outbox.sent(claimed, Sent(key))
    assert await rank(ann, message) == max([*heard, RANK["sent"]])
    kinds = [one.kind for one in await ann.touches(it)]
    assert kinds.count("delivery") <= 1, "a failure is told once"
    await over(ann, it)


class Race:
    """A conversation, what should become of its texts, and a STOP that can come between our check and Twilio's."""

    def __init__(self, ann: Phone, it: UUID, who: str) -> None:
        self.ann, self.it, self.who = ann, it, who
        self.stopped = False
        self.waiting: list[tuple[UUID, str]] = []
        self.ends: dict[UUID, str] = {}
        self.expected: list[str] = []

    async def opt(self, word: str) -> None:
        self.ann.heart.clock.advance(1)
        await self.ann.text(word, who=self.who)
        self.stopped = word == "STOP"

    async def say(self, text: str) -> None:
        if self.stopped:
            with pytest.raises(WrongState, match="opted_out"):
                await self.ann.say(self.it, text)
            return
        self.waiting.append((await self.ann.say(self.it, text), text))

    async def send(self, race: bool) -> None:
        sms = self.ann.line.sms
        real = sms.send

        async def after_a_stop(message: Outbound) -> Sent:
            assert not self.stopped, "the hub looks before it asks Twilio"
            if race:
                await self.opt("STOP")  # committed here and at Twilio, after we had looked
            return await real(message)

        sms.send = after_a_stop  # type: ignore[method-assign]
        for message, text in self.waiting:
            goes = not self.stopped and not race
            await self.ann.deliver.step()
            self.ends[message] = "sent" if goes else "failed"
            self.expected += [text] if goes else []
        self.waiting = []
        sms.send = real  # type: ignore[method-assign]

    async def check(self) -> None:
        await self.ann.deliver.step()
        made = [one.body for one in self.ann.line.sim.exchange.messages.values()
                if one.direction == "outbound-api" and one.to == self.who]
        assert made == self.expected, "nothing that was committed after a STOP, and nothing twice"
        await self.ann.line.sim.advance(10)
        for message, end in self.ends.items():
            state, error = await self.ann.state(message)
            assert state == ("delivered" if end == "sent" else "failed")
            assert error.startswith("opted_out: ") == (end == "failed"), "it says why"


@settings(max_examples=12, deadline=None, suppress_health_check=ONE_HEART)
@given(acts=st.lists(st.sampled_from(["say", "say", "stop", "start", "send", "race"]), max_size=7))
async def test_no_text_goes_out_after_a_stop_and_what_went_before_is_shown_as_gone(
        ann: Phone, acts: Sequence[str]) -> None:
    who = somebody()
    ann.heart.clock.advance(1)
    await ann.text("Hello", who=who)
    race = Race(ann, await ann.held(), who)
    for place, act in enumerate([*acts, "send"]):
        if act == "say":
            await race.say(f"text {place}")
        elif act in ("stop", "start"):
            await race.opt("STOP" if act == "stop" else "START")
        else:
            await race.send(act == "race")
    await race.check()
    await over(ann, race.it)


def _valid(region: str) -> str:
    example = phonenumbers.example_number_for_type(region, phonenumbers.PhoneNumberType.MOBILE)
    assert example is not None, region
    return phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)


NUMBERS = st.sampled_from([_valid(region) for region in ("US", "DE", "CN", "GB", "FR", "IT", "BR", "JP", "IN", "AU")])
FORMATS = st.sampled_from([phonenumbers.PhoneNumberFormat.E164, phonenumbers.PhoneNumberFormat.INTERNATIONAL,
                           phonenumbers.PhoneNumberFormat.NATIONAL, phonenumbers.PhoneNumberFormat.RFC3966])
NOISE = st.text(" \t-./()\u00a0", max_size=3)


@given(number=NUMBERS, form=FORMATS, ends=st.tuples(NOISE, NOISE), gap=st.sampled_from([" ", "-", ".", "\u00a0", ""]))
@settings(max_examples=150)
def test_every_way_to_write_a_number_is_the_same_number(
        number: str, form: int, ends: tuple[str, str], gap: str) -> None:
    written = phonenumbers.format_number(phonenumbers.parse(number), form).replace(" ", gap)
    region = region_of(number)
    assert e164(f"{ends[0]}{written}{ends[1]}", region) == number
    assert e164(number) == e164(number, "ZZ") == number, "in full it needs no country"


@given(text=st.text(max_size=40), region=st.sampled_from([None, "US", "DE", "CN"]))
@settings(max_examples=150)
def test_whatever_is_written_is_a_number_in_full_or_none(text: str, region: str | None) -> None:
    found = e164(text, region)
    assert found is None or (found[0] == "+" and found[1:].isdecimal() and found.isascii())
    assert found is None or e164(found, region) == found


@pytest.mark.usefixtures("in_order")
async def test_every_way_to_write_a_number_is_one_conversation(heart: Heart) -> None:
    async with phone(heart) as ann:
        for who in ("+15551230001", "+1 (555) 123-0001", "+1-555-123-0001", "+1.555.123.0001", "\uff0b15551230001"):
            await ann.line.post("/messages", ann.line.form(f"SM{who}", "Hello", From=who))
        assert await heart.pool.fetchval("SELECT count(*) FROM interactions") == 1
        assert await heart.pool.fetchval("SELECT array_agg(value) FROM addresses") == ["+15551230001"]
