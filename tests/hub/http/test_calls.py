"""A telephone call through the whole hub: the emulator outside, a console over HTTP."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from hub.app import World
from simulator.telephony.driver import Sim, running_sim
from simulator.telephony.tokens import read_token
from tests.hub.telephone import MIA, OURS, SETTINGS
from tests.support.hub import CHEAP, Person, RunningHub, a_hub
from tests.support.waiting import until


@asynccontextmanager
async def a_telephone(dsn: str, **voice: Any) -> AsyncIterator[tuple[RunningHub, Sim]]:
    """A hub that lives in the emulator's time."""
    async with running_sim() as sim:
        ours = sim.exchange.account
        account = {"id": "main", "account_sid": ours.sid, "api_key_sid": ours.key_sid, "api_url": sim.base_url,
                   "secrets": {"auth_token": ours.auth_token, "api_key_secret": ours.key_secret}}
        world = World(now=sim.clock.now, hasher=CHEAP)
        async with a_hub(dsn, world, twilio=[account], voice={**SETTINGS, **voice}) as hub:
            sim.number(OURS, f"{hub.url}/twilio/main/voice/in", status_callback=f"{hub.url}/twilio/main/voice/status")
            yield hub, sim


async def passing(sim: Sim, condition: Callable[[], Any]) -> None:
    """Lets the hub work, and time pass in small steps, until it is so."""
    for _ in range(4000):
        if condition():
            return
        await sim.advance(0.02)
        await asyncio.sleep(0.01)
    raise AssertionError("it did not come to be")


async def test_one_call_through_the_whole_hub(dsn: str) -> None:
    async with a_telephone(dsn) as (hub, sim):
        anna, ears = await hub.ready_agent("anna")
        [ticket] = (await anna.post("/api/softphone")).body
        grant = read_token(ticket["token"], sim.exchange.account, sim.clock.now())
        assert (grant.identity, grant.incoming, ticket["emulator"]) == (ticket["identity"], True, sim.base_url)
        phone = sim.agent(grant.identity)

        caller = await sim.call(MIA, OURS)
        await caller.heard("Press 1")
        await caller.press("1")
        card = (await ears.until("card", lambda one: one["card"] and one["card"]["state"] == "offered"))["card"]
        path = f"/api/interactions/{card['id']}"
        assert (card["channel"], card["queue"]) == ("voice", "support")
        assert (await anna.post(f"/api/offers/{card['offer_id']}/accept")).status == 200
        await passing(sim, lambda: phone.device.ringing)
        agent = await phone.accept()
        await passing(sim, lambda: agent.leg.status == "in-progress" and any(one.label == "customer" and one.joined
                           for room in sim.exchange.conferences.values() for one in room.participants.values()))
        caller.expect_audible(agent, mutual=True)

        held = await anna.post(f"{path}/call/hold", {"on": True})
        assert (held.status, held.body["phase"], held.body["held"]) == (200, "held", True)
        assert [one["role"] for one in held.body["legs"]] == ["customer", "partner"]
        await passing(sim, lambda: any("hold" in one.text for one in caller.leg.heard))
        assert (await anna.post(f"{path}/end")).status == 200
        await passing(sim, lambda: not caller.leg.live and not agent.leg.live)
        assert (await anna.get(f"{path}/call")).status == 200
        sim.invariants()


async def test_a_call_is_recorded_and_played_back(dsn: str) -> None:
    async with a_telephone(dsn, recording={"when": "always"}) as (hub, sim):
        anna, ears = await hub.ready_agent("anna")
        [ticket] = (await anna.post("/api/softphone")).body
        phone = sim.agent(ticket["identity"])
        caller = await sim.call(MIA, OURS)
        await caller.heard("Press 1")
        await caller.press("1")
        card = (await ears.until("card", lambda one: one["card"] and one["card"]["state"] == "offered"))["card"]
        path = f"/api/interactions/{card['id']}"
        await anna.post(f"/api/offers/{card['offer_id']}/accept")
        await passing(sim, lambda: phone.device.ringing)
        await phone.accept()
        await passing(sim, lambda: sim.exchange.recordings)
        refused = await anna.post(f"{path}/call/recording", {"do": "stop"})
        assert (refused.status, refused.body["code"]) == (409, "always_recorded")
        assert (await anna.post(f"{path}/call/recording", {"do": "rewind"})).status == 422
        await sim.advance(5)
        await caller.hang_up()
        await passing(sim, lambda: any(one.status == "completed" for one in sim.exchange.recordings.values()))
        told = await ears.until("card", lambda one: one["touch"] and one["touch"]["data"].get("what") == "recorded")
        recording = f"/api/recordings/{told['touch']['data']['recording_id']}"
        await until(lambda: _stored(anna, recording))
        size = (await anna.get(recording)).body["size"]
        whole = await anna.get(f"{recording}/audio")
        assert (whole.status, len(whole.raw), whole.headers["Cache-Control"]) == (200, size, "no-store")
        part = await anna.get(f"{recording}/audio", headers={"Range": "bytes=100-199"})
        assert (part.status, part.raw) == (206, whole.raw[100:200])
        assert part.headers["Content-Range"] == f"bytes 100-199/{size}"
        tail = await anna.get(f"{recording}/audio", headers={"Range": "bytes=-10"})
        assert tail.raw == whole.raw[-10:]
        beyond = await anna.get(f"{recording}/audio", headers={"Range": f"bytes={size}-"})
        assert (beyond.status, beyond.body["code"]) == (416, "beyond_end")
        assert (await anna.get(f"{recording}/audio?take=along")).status == 403
        assert (await anna.get(f"{recording}/accesses")).status == 403
        assert (await anna.post(f"{recording}/delete", {"reason": "a card number"})).status == 403
        boss = await hub.person("ada", "admin")
        assert (await boss.post(f"{recording}/delete", {"reason": "  "})).status == 422
        assert (await boss.post(f"{recording}/delete", {"reason": " A card number was said. "})).status == 204
        assert (await boss.post(f"{recording}/delete", {"reason": "again"})).status == 404
        gone = await ears.until("card", lambda one: one["touch"] and one["touch"]["data"].get("reason"))
        assert gone["touch"]["data"]["what"] == "recording_deleted"
        assert gone["touch"]["data"]["reason"] == "A card number was said."
        seen = (await boss.get(f"{recording}/accesses")).body
        assert {(one["agent_name"], one["what"]) for one in seen} == {("Ada", "deleted"), ("Anna", "listened")}
        assert (await boss.get(recording)).body["state"] == "deleted"
        assert (await boss.get(f"{recording}/audio")).status == 404


async def _stored(anna: Person, recording: str) -> bool:
    return bool((await anna.get(recording)).body["state"] == "stored")


async def test_what_is_no_call_has_none(running_hub: RunningHub) -> None:
    anna, ears = await running_hub.ready_agent("anna")
    await running_hub.contact()
    card = (await ears.until("card", lambda one: one["card"]))["card"]
    path = f"/api/interactions/{card['id']}/call"
    for answer in (await anna.get(path), await anna.post(f"{path}/hold", {"on": True}),
                   await anna.post(f"{path}/rejoin")):
        assert (answer.status, answer.body["code"]) == (404, "not_found")
    assert (await anna.post("/api/softphone")).body == []
    assert (await (await running_hub.stranger()).post("/api/softphone")).status == 401


async def test_health_names_the_addresses_of_a_number(dsn: str) -> None:
    async with a_telephone(dsn) as (hub, _):
        await until(lambda: hub.parts.tasks.alive().get("switchboard"))
        found = (await (await hub.stranger()).get("/healthz")).body
        [number] = found["channels"]["voice"]
        assert number["ok"]
        assert f"{hub.url}/twilio/main/voice/in" in number["detail"]
