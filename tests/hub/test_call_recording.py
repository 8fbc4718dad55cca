"""Recording of calls: by whose will it begins, what is left out, and what becomes of it."""

import copy
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from unittest.mock import AsyncMock
from uuid import UUID

import pytest

from channels.twilio.rest import TooLargeError
from channels.voice.provider import Provider
from hub.call_recording import AlwaysRecorded, NotRecorded
from hub.errors import Forbidden, NotFound, NotYours, WrongState
from hub.model import Actor
from simulator.telephony.driver import Person
from simulator.telephony.faults import FaultPlan, Rule
from simulator.telephony.recordings import Recording
from tests.hub.telephone import MIA, OURS, SETTINGS, Pool, Telephone, running_telephone

WATCHER = Actor(UUID(int=1), "supervisor", "Sue")


def settings(when: str, **more: Any) -> dict[str, Any]:
    found = copy.deepcopy(SETTINGS)
    found["recording"] = {"when": when, "pause_seconds": 20, **more}
    return found


def asking(when: str = "consent") -> dict[str, Any]:
    """The menu asks before anything else."""
    found = settings(when)
    flow = found["flows"]["main"]
    flow["steps"]["agree"] = {"kind": "consent", "keys": {"1": "yes", "2": "no"}, "then": "hours", "tries": 2,
                              "say": {"en": "May we record this call? 1 for yes, 2 for no."}}
    flow["begin"] = "agree"
    return found


@pytest.fixture
async def rule() -> dict[str, Any]:
    return settings("always")


@pytest.fixture
async def phone(pool: Pool, rule: dict[str, Any]) -> AsyncIterator[Telephone]:
    async with running_telephone(pool, rule) as found:
        yield found


def by_rule(value: dict[str, Any]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("rule", [value])


def made(phone: Telephone) -> list[Recording]:
    return list(phone.sim.exchange.recordings.values())


async def stands(phone: Telephone, item: UUID) -> str:
    return (await phone.calls.view(WATCHER, item)).recording


async def ends(phone: Telephone, caller: Person) -> None:
    await caller.hang_up()
    await phone.pass_time(8)


async def stored(phone: Telephone) -> dict[str, Any]:
    rows = await phone.heart.pool.fetch("SELECT * FROM recordings")
    assert len(rows) == 1
    return dict(rows[0])


async def test_whoever_was_told_is_recorded_and_the_copy_can_be_heard(phone: Telephone) -> None:
    caller = await phone.sim.call(MIA, OURS)
    await caller.heard("Press 1")
    await caller.press("1")
    await caller.heard("may be recorded")
    assert not made(phone)
    ann = await phone.agent()
    item = await phone.accepts(ann)
    await phone.phones[ann.id].rings()
    await phone.phones[ann.id].accept()
    await phone.pass_time(3)
    assert await stands(phone, item) == "on"
    with pytest.raises(AlwaysRecorded):
        await phone.calls.record(ann, item, "stop")
    await phone.pass_time(10)
    await ends(phone, caller)
    row = await stored(phone)
    assert (row["state"], row["channels"], row["source"]) == ("stored", 2, "call")
    assert 10 <= row["seconds"] <= 15
    assert len(row["peaks"]) > 300
    assert max(row["peaks"]) <= 100
    kinds = await phone.kinds()
    assert kinds.count("recording_started") == kinds.count("recorded") == 1
    view = await phone.recordings.view(ann, row["id"])
    kind, content = await phone.recordings.part(ann, row["id"], 0, 44)
    assert (view.state, kind, content[:4]) == ("stored", "audio/wav", b"RIFF")
    await phone.ended("talked")


async def test_card_data_is_silence_and_a_pause_that_is_forgotten_ends_by_itself(phone: Telephone) -> None:
    caller, ann, item = await phone.talking()
    await phone.calls.record(ann, item, "pause")
    await phone.settle()
    assert made(phone)[0].status == "paused"
    view = await phone.calls.view(WATCHER, item)
    assert view.recording == "paused"
    assert view.recording_resumes_at == phone.sim.clock.now() + timedelta(seconds=20)
    await phone.pass_time(10)
    await phone.calls.record(ann, item, "pause")  # once more: it lasts longer
    await phone.pass_time(14)
    assert await stands(phone, item) == "paused"
    await phone.pass_time(14)
    assert await stands(phone, item) == "on"
    [one] = made(phone)
    assert [part.sound for part in one.segments] == [True, False, True]
    await ends(phone, caller)
    kinds = [kind for kind in await phone.kinds() if kind.startswith("record")]
    assert kinds == ["recording_started", "recording_paused", "recording_resumed", "recorded"]
    await phone.ended("talked")


async def test_neither_hold_nor_the_line_is_recorded_and_it_stays_one_recording(phone: Telephone) -> None:
    caller, ann, item = await phone.talking()
    await phone.calls.hold(ann, item, True)
    await phone.pass_time(5)
    assert made(phone)[0].status == "paused"
    await phone.calls.hold(ann, item, False)
    await phone.pass_time(5)
    assert made(phone)[0].status == "in-progress"
    await phone.phones[ann.id].lose()
    await phone.pass_time(40)
    assert await phone.phase() == "queued"
    assert made(phone)[0].status == "paused"
    bob = await phone.agent("Bob")
    await phone.accepts(bob)
    await phone.phones[bob.id].rings()
    await phone.phones[bob.id].accept()
    await phone.pass_time(4)
    [one] = made(phone)
    assert one.status == "in-progress"
    assert all(part.sound for part in one.segments)  # what rested is cut out
    await ends(phone, caller)
    await phone.ended("talked")


@by_rule(asking())
@pytest.mark.parametrize(("keys", "recorded"), [("1", True), ("2", False), ("", False)])
async def test_consent_is_what_was_said_and_silence_is_none(phone: Telephone, keys: str, recorded: bool) -> None:
    caller = await phone.sim.call(MIA, OURS)
    await caller.heard("May we record")
    if keys:
        await caller.press(keys)
    else:
        await phone.pass_time(20)
    await caller.heard("Press 1")
    await caller.press("1")
    await caller.heard("line")
    ann = await phone.agent()
    item = await phone.accepts(ann)
    await phone.phones[ann.id].rings()
    await phone.phones[ann.id].accept()
    await phone.pass_time(3)
    assert await stands(phone, item) == ("on" if recorded else "never")
    assert len(made(phone)) == recorded
    if not recorded:
        with pytest.raises(NotRecorded):
            await phone.calls.record(ann, item, "start")
        with pytest.raises(WrongState):
            await phone.calls.record(ann, item, "pause")
    data = await phone.heart.pool.fetchval("SELECT data->>'menu' FROM touches WHERE kind = 'received'")
    assert data.startswith("agree")
    await ends(phone, caller)


async def test_what_comes_after_it_was_given_up_is_kept_all_the_same(phone: Telephone) -> None:
    phone.sim.exchange.faults = FaultPlan(phone.sim.exchange, 1)
    phone.sim.exchange.faults.use((Rule("recording_late", ms=20 * 60_000),))
    caller, _, _ = await phone.talking()
    await ends(phone, caller)
    await phone.pass_time(17 * 60)
    assert (await stored(phone))["state"] == "failed"
    await phone.pass_time(5 * 60)
    assert (await stored(phone))["state"] == "stored"


@by_rule(asking("choice"))
async def test_who_said_no_is_not_recorded_when_he_is_called_back_either(phone: Telephone) -> None:
    caller = await phone.sim.call(MIA, OURS)
    await caller.press("2")
    await caller.heard("Press 1")
    await caller.press("1")
    await caller.heard("line")
    ann = await phone.agent()
    item = await phone.accepts(ann)
    async with phone.heart.journal.begin() as page:
        it = await page.lock(item)
        await phone.outgoing.dial(page, it, MIA, account="main", ours=OURS)
    with pytest.raises(WrongState):
        await phone.calls.record(ann, item, "start")
    assert await stands(phone, item) == "never"
    await ends(phone, caller)


@by_rule(settings("choice"))
async def test_the_agent_begins_and_ends_it(phone: Telephone) -> None:
    caller, ann, item = await phone.talking()
    bob = await phone.agent("Bob")
    assert await stands(phone, item) == "off"
    with pytest.raises(NotYours):
        await phone.calls.record(bob, item, "start")
    await phone.calls.record(ann, item, "start")
    await phone.calls.record(ann, item, "start")
    await phone.pass_time(4)
    assert await stands(phone, item) == "on"
    await phone.calls.record(ann, item, "stop")
    await phone.pass_time(4)
    assert await stands(phone, item) == "off"
    await phone.calls.record(ann, item, "start")
    await phone.pass_time(4)
    assert len(made(phone)) == 2
    await ends(phone, caller)
    assert await phone.heart.pool.fetchval("SELECT count(*) FROM recordings WHERE state = 'stored'") == 2


async def test_a_beginning_without_an_answer_makes_no_second_recording(phone: Telephone) -> None:
    phone.sim.exchange.faults = FaultPlan(phone.sim.exchange, 1)
    phone.sim.exchange.faults.use((Rule("rest_commit_then_drop", url="/Recordings.json", nth=2),))
    caller, _, item = await phone.talking()
    await phone.pass_time(8)
    assert len(made(phone)) == 1
    assert await stands(phone, item) == "on"
    await ends(phone, caller)
    assert (await stored(phone))["state"] == "stored"


async def test_what_the_provider_never_told_of_is_looked_for_after_the_call(phone: Telephone) -> None:
    phone.sim.exchange.faults = FaultPlan(phone.sim.exchange, 1)
    phone.sim.exchange.faults.use((Rule("drop", kinds=("recording",)),))
    caller, _, _ = await phone.talking()
    await phone.pass_time(4)
    await ends(phone, caller)
    assert (await stored(phone))["state"] == "running"
    await phone.pass_time(30)
    assert (await stored(phone))["state"] == "stored"
    assert (await phone.kinds()).count("recorded") == 1


async def test_a_recording_that_was_lost_is_said_to_be(phone: Telephone) -> None:
    phone.sim.exchange.faults = FaultPlan(phone.sim.exchange, 1)
    phone.sim.exchange.faults.use((Rule("recording_absent"),))
    caller, ann, _ = await phone.talking()
    await ends(phone, caller)
    row = await stored(phone)
    assert (row["state"], (await phone.kinds()).count("recording_lost")) == ("failed", 1)
    assert (await phone.recordings.view(ann, row["id"])).problem == "absent"
    with pytest.raises(NotFound):
        await phone.recordings.part(ann, row["id"], 0, 10)


async def test_only_who_was_on_the_line_and_supervisors_listen_and_each_listening_is_kept(phone: Telephone) -> None:
    caller, ann, _ = await phone.talking()
    await ends(phone, caller)
    row, eve = await stored(phone), await phone.heart.agent("Eve")
    boss = replace(await phone.heart.agent("Sue"), role="supervisor")
    with pytest.raises(Forbidden):
        await phone.recordings.part(eve, row["id"], 0, 10)
    with pytest.raises(Forbidden):
        await phone.recordings.part(ann, row["id"], 0, 10, takes=True)
    for begin in (0, 5000, 20):  # seeking is one listening
        await phone.recordings.part(ann, row["id"], begin, 10)
    await phone.recordings.part(boss, row["id"], 0, 10, takes=True)
    seen = await phone.recordings.accesses(row["id"])
    assert {(one.agent_name, one.what) for one in seen} == {("Ann", "listened"), ("Sue", "downloaded")}
    assert len(seen) == 2


@by_rule(settings("always", keep_days=30))
@pytest.mark.parametrize("fetched", [True, False])
async def test_after_its_time_it_is_deleted_here_and_at_the_provider(
    phone: Telephone, fetched: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not fetched:
        monkeypatch.setattr(Provider, "sound", AsyncMock(side_effect=TooLargeError))
    caller, ann, _ = await phone.talking()
    await ends(phone, caller)
    row = await stored(phone)
    assert row["state"] == ("stored" if fetched else "failed")
    assert row["keep_until"] - row["started_at"] > timedelta(days=29)
    await phone.heart.pool.execute("UPDATE recordings SET keep_until = $1", phone.sim.clock.now())
    await phone.pass_time(700)
    row = await stored(phone)
    assert (row["state"], row["size"], row["due_at"], row["error"]) == ("deleted", 0, None, None)
    assert made(phone)[0].deleted
    assert not await phone.heart.pool.fetch("SELECT FROM recording_sounds")
    assert (await phone.recordings.view(ann, row["id"])).state == "deleted"
    assert "recording_deleted" in await phone.kinds()


async def test_a_pause_waits_for_nothing_else_of_its_call(phone: Telephone) -> None:
    """A card number is read out while something else hangs."""
    caller, ann, item = await phone.talking()
    phone.sim.exchange.faults = FaultPlan(phone.sim.exchange, 1)
    phone.sim.exchange.faults.use((Rule("rest_429", url="/Participants/"),))
    await phone.calls.hold(ann, item, True)
    await phone.settle()
    await phone.calls.hold(ann, item, False)
    await phone.calls.record(ann, item, "pause")
    await phone.settle()
    assert await phone.heart.pool.fetchval("SELECT count(*) FROM call_commands WHERE state = 'pending'") > 0
    assert made(phone)[0].status == "paused"
    assert await stands(phone, item) == "paused"
    phone.sim.exchange.faults.use(())
    await ends(phone, caller)


async def test_a_pause_is_said_when_the_provider_has_confirmed_it(phone: Telephone) -> None:
    caller, ann, item = await phone.talking()
    phone.sim.exchange.faults = FaultPlan(phone.sim.exchange, 1)
    phone.sim.exchange.faults.use((Rule("rest_429", url="/Recordings/", nth=1),))
    await phone.calls.record(ann, item, "pause")
    await phone.settle()
    view = await phone.calls.view(WATCHER, item)
    assert (view.recording, view.recording_pausing) == ("on", True)
    assert "recording_paused" not in await phone.kinds()
    await phone.pass_time(3)
    view = await phone.calls.view(WATCHER, item)
    assert (view.recording, view.recording_pausing) == ("paused", False)
    assert (await phone.kinds()).count("recording_paused") == 1
    await phone.pass_time(25)
    assert (await phone.kinds())[-1] == "recording_resumed"
    await ends(phone, caller)


async def test_a_pause_that_the_provider_refuses_is_said_to_be_none(phone: Telephone) -> None:
    caller, ann, item = await phone.talking()
    phone.sim.exchange.faults = FaultPlan(phone.sim.exchange, 1)
    phone.sim.exchange.faults.use((Rule("rest_error", url="/Recordings/", nth=1, status=400, code=20001),))
    await phone.calls.record(ann, item, "pause")
    await phone.settle()
    view = await phone.calls.view(WATCHER, item)
    assert (view.recording, view.recording_pausing) == ("on", False)
    assert (await phone.kinds())[-1] == "pause_refused"
    assert made(phone)[0].status == "in-progress"
    await phone.calls.record(ann, item, "pause")
    await phone.settle()
    assert await stands(phone, item) == "paused"
    await ends(phone, caller)


@by_rule(settings("choice"))
async def test_of_two_wishes_about_the_recording_the_later_one_does_not_wait(phone: Telephone) -> None:
    caller, ann, item = await phone.talking()
    await phone.calls.record(ann, item, "start")
    await phone.settle()
    phone.sim.exchange.faults = FaultPlan(phone.sim.exchange, 1)
    phone.sim.exchange.faults.use((Rule("rest_429", url="/Recordings/", nth=1),))
    await phone.calls.record(ann, item, "pause")
    await phone.settle()
    await phone.calls.record(ann, item, "stop")
    await phone.settle()
    assert await stands(phone, item) == "off"
    await ends(phone, caller)


async def test_a_recording_that_the_provider_does_not_go_on_with_is_told_so_again(phone: Telephone) -> None:
    caller, ann, item = await phone.talking()
    await phone.calls.record(ann, item, "pause")
    await phone.settle()
    phone.sim.exchange.faults = FaultPlan(phone.sim.exchange, 1)
    phone.sim.exchange.faults.use((Rule("rest_error", url="/Recordings/", status=400, code=20001, until=40.0),))
    await phone.calls.record(ann, item, "resume")
    await phone.pass_time(5)
    assert await stands(phone, item) == "paused"
    phone.sim.exchange.faults.use(())
    await phone.pass_time(20)
    assert await stands(phone, item) == "on"
    assert made(phone)[0].status == "in-progress"
    await ends(phone, caller)
