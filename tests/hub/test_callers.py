"""Callers of whom something is known, against the emulator and the real database."""

import copy
import json
from typing import Any

import pytest

from hub.callers import Blocking
from hub.errors import NotFound
from hub.store.policies import waiting
from hub.wire_calls import BlockNumber
from tests.hub.telephone import MIA, OURS, SETTINGS, Pool, Telephone, running_telephone

SPAM = (("AddOns", json.dumps({"status": "successful", "results": {"nomorobo_spamscore": {"result": {"score": 1}}}})),)


def treating(**callers: Any) -> dict[str, Any]:
    settings = copy.deepcopy(SETTINGS)
    main = settings["flows"]["main"]
    main["steps"]["speak"] = {"kind": "voicemail", "queue": "sales", "say": {"en": "Leave a message."}, "longest": 60}
    main["callers"] = {"voicemail": "speak", **callers}
    return settings


async def facts(phone: Telephone) -> dict[str, Any]:
    [one] = await waiting(phone.heart.pool, phone.heart.clock())
    return {name: one.facts.get(name) for name in ("spam", "attestation", "anonymous")}


@pytest.mark.parametrize(("number", "stir", "known"), [
    (MIA, "TN-Validation-Passed-A", {"spam": "none", "attestation": "a", "anonymous": False}),
    (MIA, "", {"spam": "none", "attestation": "none", "anonymous": False}),
    ("anonymous", "", {"spam": "none", "attestation": "none", "anonymous": True}),
    ("+19995550001", "TN-Validation-Failed", {"spam": "sure", "attestation": "failed", "anonymous": False})])
async def test_rules_may_ask_what_is_known(pool: Pool, number: str, stir: str, known: dict[str, Any]) -> None:
    settings = {**treating(), "deny": ["+1999"]}
    async with running_telephone(pool, settings) as phone:
        caller = await phone.sim.call(number, OURS, stir=stir)
        await caller.press("1")
        await caller.heard("in line")
        assert await facts(phone) == known
        await caller.hang_up()


async def test_an_add_on_of_the_account_is_believed(pool: Pool) -> None:
    async with running_telephone(pool, treating()) as phone:
        caller = await phone.sim.call(MIA, OURS, extra=SPAM)
        await caller.press("1")
        await caller.heard("in line")
        assert (await facts(phone))["spam"] == "suspected"
        await caller.hang_up()


async def test_a_blocked_number_is_not_answered_and_makes_no_customer(pool: Pool) -> None:
    async with running_telephone(pool, treating()) as phone:
        sue = await phone.heart.agent("Sue", role="supervisor")
        blocking = Blocking(pool, phone.heart.clock)
        await blocking.block(sue, BlockNumber(number=MIA, reason="Threats"))
        caller = await phone.sim.call(MIA, OURS)
        await phone.pass_time(2)
        assert (caller.leg.live, caller.leg.heard) == (False, [])
        assert not await pool.fetch("SELECT FROM interactions")
        assert not await pool.fetch("SELECT FROM calls WHERE ended_at IS NULL")
        [row] = await blocking.listed()
        assert (row.number, row.reason, row.added_by, row.calls) == (MIA, "Threats", "Sue", 1)
        await phone.heart.balanced()
        phone.sim.invariants()
        await blocking.unblock(sue, MIA)
        assert await blocking.listed() == []
        with pytest.raises(NotFound):
            await blocking.unblock(sue, MIA)
        caller = await phone.sim.call(MIA, OURS)
        await caller.heard("Press 1")
        await caller.hang_up()


async def test_who_must_press_a_key_is_let_in_after_it(pool: Pool) -> None:
    async with running_telephone(pool, treating(anonymous="challenge")) as phone:
        caller = await phone.sim.call("anonymous", OURS)
        asked = await caller.heard("To be connected, please press")
        await caller.press("0")
        await caller.heard("To be connected, please press")
        await caller.press(asked.rstrip(".")[-1])
        await caller.heard("Press 1 for support")
        await caller.press("1")
        await caller.heard("in line")
        await caller.hang_up()
        await phone.ended("abandoned_in_queue")


async def test_a_machine_that_presses_nothing_is_not(pool: Pool) -> None:
    async with running_telephone(pool, treating(anonymous="challenge")) as phone:
        caller = await phone.sim.call("anonymous", OURS)
        await phone.pass_time(30)
        assert not caller.leg.live
        assert not [one for one in caller.leg.heard if "support" in one.text]
        await phone.ended("abandoned_in_menu")


async def test_voicemail_for_some(pool: Pool) -> None:
    async with running_telephone(pool, treating(failed="voicemail")) as phone:
        caller = await phone.sim.call(MIA, OURS, stir="TN-Validation-Failed")
        await caller.heard("Leave a message")
        await caller.heard("beep")
        await caller.say("My number is my own, please call me.")
        await phone.sim.advance(5)
        await caller.hang_up()
        await phone.pass_time(5)
        assert await pool.fetchval("SELECT channel FROM interactions") == "voicemail"


async def test_later_in_line(pool: Pool) -> None:
    async with running_telephone(pool, treating(anonymous="later", later_by=3)) as phone:
        first = await phone.sim.call("anonymous", OURS)
        await first.press("1")
        await first.heard("in line")
        await phone.pass_time(5)
        mia = await phone.waiting()
        assert [one.text for one in mia.leg.heard if "number" in one.text] == ["You are number 1 in line."]
        rows = await pool.fetch("SELECT priority FROM interactions ORDER BY created_at")
        assert [row["priority"] for row in rows] == [-3, 0]
        data = await pool.fetchval("SELECT data->>'because' FROM touches WHERE kind = 'received' ORDER BY at LIMIT 1")
        assert data == "anonymous"
        await first.hang_up()
        await mia.hang_up()


async def test_in_line_he_hears_comfort_in_turn_and_his_place_when_he_moves_up(pool: Pool) -> None:
    settings = treating()
    settings["flows"]["main"]["waiting"] = {"every_seconds": 20, "comfort": [{"en": "Thank you for waiting."}]}
    async with running_telephone(pool, settings) as phone:
        first, mia = await phone.waiting("+15551230009"), await phone.waiting()
        await phone.pass_time(30)
        said = [one.text for one in mia.leg.heard if one.text]
        assert [one for one in said if "number" in one or "Thank" in one] == [
            "You are number 2 in line.", "Thank you for waiting."]
        await first.hang_up()
        await mia.heard("You are number 1 in line")
        await mia.hang_up()
