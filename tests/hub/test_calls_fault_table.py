"""Rows of the emulator's table of faults against the hub's telephone: what goes wrong, and the end is the truth."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Literal

import pytest

from simulator.telephony.faults import FaultPlan, Rule
from tests.hub.telephone import MIA, OURS, SETTINGS, Pool, Telephone, running_telephone

RECORDED = {**SETTINGS, "recording": {"when": "always"}}


@pytest.fixture
async def phone(pool: Pool) -> AsyncIterator[Telephone]:
    async with running_telephone(pool, RECORDED) as found:
        yield found


def faults(phone: Telephone, *rules: Rule) -> None:
    phone.sim.exchange.faults = FaultPlan(phone.sim.exchange, 1)
    phone.sim.exchange.faults.use(rules)


FORGERIES: tuple[Literal["bad_signature", "wrong_port", "old_token"], ...] = (
    "bad_signature", "wrong_port", "old_token")
CALLBACKS = ("call_status", "conference", "recording")


async def meets_an_agent(phone: Telephone) -> None:
    """Whoever waits in line is answered, heard and recorded once; then he hangs up, and nobody is left."""
    ann = await phone.agent()
    await phone.accepts(ann)
    await phone.phones[ann.id].rings()
    await phone.phones[ann.id].accept()
    await phone.pass_time(40)
    assert await phone.phase() == "talking"
    caller = next(leg for leg in phone.sim.exchange.legs.values() if not leg.label.startswith("agent"))
    phone.sim.person(caller.sid).expect_audible(phone.sim.person(phone.agent_leg()), mutual=True)
    await phone.sim.person(caller.sid).hang_up()
    await phone.pass_time(70)
    assert (await phone.kinds()).count("ended") == 1
    assert len(phone.sim.exchange.recordings) == 1


@pytest.mark.parametrize("rule", [
    Rule("http_fail_before", kinds=CALLBACKS), Rule("http_fail_after", kinds=CALLBACKS),
    Rule("drop", kinds=("call_status",)), Rule("reorder", kinds=("call_status",)),
    Rule("reorder", kinds=("recording",)),
    Rule("hold_until", kinds=("call_status",), event="answered", until_event="conference-start"),
    Rule("stale_read", ms=3000),
], ids=lambda one: f"{one.action} {'+'.join(one.kinds)}")
async def test_reports_that_fail_cross_or_lag(phone: Telephone, rule: Rule) -> None:
    await phone.waiting()
    faults(phone, rule)
    await meets_an_agent(phone)
    await phone.ended("talked", alerts=(11200, 11205))


@pytest.mark.parametrize("action", ["http_fail_before", "http_fail_after"])
async def test_every_document_is_lost_once(
        phone: Telephone, action: Literal["http_fail_before", "http_fail_after"]) -> None:
    """Before the hub has seen the request, or after it has answered: it is asked again, and nothing happens twice."""
    faults(phone, *(Rule(action, kinds=("twiml",), url=url, nth=1) for url in ("/in$", "/steps/", "/wait/", "/join/")))
    await phone.waiting()
    await meets_an_agent(phone)
    await phone.ended("talked")
    assert len(phone.sim.exchange.journal.of("fault")) == 4


async def test_what_is_not_signed_for_us_is_refused_counted_and_found_out_otherwise(phone: Telephone) -> None:
    """Reports only: the truth is read from the provider then."""
    await phone.waiting()
    faults(phone, *(Rule(action, kinds=("conference",), nth=nth) for nth, action in enumerate(FORGERIES, 1)))
    await meets_an_agent(phone)
    await phone.ended("talked", alerts=(11200,))
    assert phone.doorkeeper.refused == {("main", "forged"): len(FORGERIES)}
    rows = await phone.heart.pool.fetch("SELECT outcome, count(*) AS n FROM arrivals GROUP BY outcome ORDER BY outcome")
    assert [row["n"] for row in rows if row["outcome"] == "refused"] == [len(FORGERIES)]


# --- people who vanish ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("verb", "key", "outcome"), [
    ("Gather", "", "abandoned_in_menu"), ("Enqueue", "1", "abandoned_in_queue"),
    ("Play", "1", "abandoned_in_queue"),
])
async def test_a_caller_is_lost_in_a_verb(phone: Telephone, verb: str, key: str, outcome: str) -> None:
    faults(phone, Rule("caller_loss", event=verb, ms=300))
    caller = await phone.sim.call(MIA, OURS)
    if key:
        await caller.press(key)
    await phone.pass_time(10)
    assert not caller.leg.live
    await phone.ended(outcome)
    assert await phone.state() == "done"


async def test_of_two_devices_of_one_agent_one_has_the_call(phone: Telephone) -> None:
    caller, ann = await phone.waiting(), await phone.agent()
    other = phone.sim.agent(phone.phones[ann.id].device.identity)
    await phone.accepts(ann)
    await phone.phones[ann.id].rings()
    await other.rings()
    mine = await phone.phones[ann.id].accept()
    await phone.pass_time(3)
    assert not other.device.ringing
    caller.expect_audible(mine, mutual=True)
    assert len([leg for leg in phone.sim.exchange.legs.values() if leg.live]) == 2
    await caller.hang_up()
    await phone.pass_time(3)
    await phone.ended("talked")


async def test_a_first_document_that_fails_for_good_is_stood_in_for_by_the_fallback_address(pool: Pool) -> None:
    async with running_telephone(pool) as phone:
        number = phone.sim.exchange.numbers[OURS]
        phone.sim.exchange.numbers[OURS] = replace(number, voice_fallback_url=f"{number.voice_url}?again=1")
        faults(phone, Rule("bad_signature", kinds=("twiml",), url="/in$"))  # refused, which is not tried again
        caller, _, _ = await phone.talking()
        caller.expect_audible(phone.sim.person(phone.agent_leg()), mutual=True)
        await caller.hang_up()
        await phone.pass_time(3)
        await phone.ended("talked", alerts=(11200,))
