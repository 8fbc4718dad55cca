"""The demo's number, called from the emulator: its menu, its queues, and what agents see of it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from copy import deepcopy
from pathlib import Path

from hub import demo
from simulator.telephony.driver import Person, Sim, running_sim
from simulator.telephony.training import Training
from tests.support.hub import RunningHub, a_hub
from tests.support.waiting import until

MIA = "+15551230001"


@asynccontextmanager
async def a_demo(dsn: str, callback_after: int = 15) -> AsyncIterator[tuple[Sim, RunningHub]]:
    """A hub whose telephone is configured as the demo's is; its time is the wall's, not the emulator's."""
    async with running_sim() as sim:
        given = deepcopy(demo.telephone("127.0.0.1:8080", _line(sim)))
        given["voice"]["flows"]["shop"]["callback"]["after_seconds"] = callback_after
        account = {name: value for name, value in given["twilio"][0].items() if name != "public_url"}
        async with a_hub(dsn, **{**given, "twilio": [account]}) as hub:
            sim.number(demo.NUMBER, **{name: hub.url + path for name, path in demo.HOOKS.items()})
            yield sim, hub


def _line(sim: Sim) -> demo.Line:
    known = sim.exchange.account
    return demo.Line(known.sid, known.auth_token, known.key_sid, known.key_secret, sim.base_url)


async def _listed(hub: RunningHub, channel: str, queue: str, count: int = 1) -> bool:
    found = await hub.parts.pool.fetchval(
        "SELECT count(*) FROM interactions WHERE channel = $1 AND queue_id = $2", channel, queue)
    return bool(found == count)


async def test_a_caller_chooses_by_key_and_stands_in_line(dsn: str) -> None:
    async with a_demo(dsn) as (sim, hub):
        caller: Person = await sim.call(MIA, demo.NUMBER)
        await caller.heard("Welcome to Harbour Bikes")
        await caller.heard("For support, press 2")
        await caller.press("2")
        await caller.heard("You are number 1 in line")
        await until(lambda: _listed(hub, "voice", "support"))
        ticket, = (await (await hub.person("anna")).post("/api/softphone", {})).body
        assert (ticket["account"], ticket["emulator"]) == ("demo", sim.base_url)
        await caller.hang_up()
        await until(lambda: not caller.leg.live)
        sim.invariants()


async def test_who_waits_is_called_back_at_the_number_that_is_read_to_him(dsn: str) -> None:
    async with a_demo(dsn, callback_after=0) as (sim, hub):
        caller = await sim.call(MIA, demo.NUMBER)
        await caller.heard("For sales, press 1")
        await caller.press("1")
        await caller.heard("To be called back")
        await caller.press("1")
        await caller.heard("If this is right, press 1")
        await caller.press("1")
        await sim.until(lambda: not caller.leg.live)
        await until(lambda: _listed(hub, "voice", "sales"))
        assert await hub.parts.pool.fetchval("SELECT count(*) FROM callbacks") == 1
        sim.invariants()


async def test_the_menu_speaks_chinese_and_takes_messages(dsn: str) -> None:
    async with a_demo(dsn) as (sim, hub):
        caller = await sim.call(MIA, demo.NUMBER)
        await caller.heard("中文请按9")
        await caller.press("92")
        await caller.heard("欢迎致电")
        await caller.press("3")
        await caller.heard("请在提示音后留言")
        await caller.heard("beep")
        await caller.say("我的自行车昨天坏了,请给我回电话。")
        await sim.advance(20)
        await until(lambda: not caller.leg.live)
        await until(lambda: _listed(hub, "voicemail", "support"))
        sim.invariants()


async def test_scripted_callers_find_their_way_in_both_languages(dsn: str) -> None:
    async with a_demo(dsn) as (sim, hub):
        training = Training(sim.exchange)
        for language in ("en", "zh-Hans"):
            caller = training.start("angry", demo.NUMBER, language)
            await sim.until(lambda caller=caller: caller.leg.place.startswith("queue"))  # type: ignore[misc]
        await until(lambda: _listed(hub, "voice", "support", 2))
        training.dismiss()
        await until(lambda: not any(leg.live for leg in sim.exchange.legs.values()))
        sim.invariants()


async def test_the_demos_own_configuration_holds_it(tmp_path: Path) -> None:
    async with running_sim() as sim:
        settings = demo.settings("127.0.0.1:8080", tmp_path, 8025, 8026,
                                 **demo.telephone("127.0.0.1:8080", _line(sim)))
    assert settings.voice.numbers[0].number == settings.messaging.senders[0].number == demo.NUMBER
    assert settings.twilio[0].account(settings.public_url).doubts() == []
