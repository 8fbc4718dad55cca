"""Scripted callers: what they press and say, what they make of an agent, and when they leave."""

from typing import Any

import aiohttp
import pytest

from simulator.telephony.driver import Person, Sim
from simulator.telephony.training import PERSONAS, ScriptedCaller, Training
from tests.simulator.telephony.conftest import CONTROL, HUB, Listener

ROOM = '<Dial><Conference participantLabel="customer" endConferenceOnExit="true">room</Conference></Dial>'


def menu(hub: Listener, after: str) -> None:
    hub.says("/voice", '<Gather numDigits="1" action="/menu"><Say>For sales, press 1. For support, press 2. 中文请按9。'
                       "</Say></Gather>")
    hub.says("/menu", after)


async def answered(sim: Sim, client: Any, name: str = "agent_1") -> Person:
    """An agent who comes into the room."""
    phone = sim.agent(name)
    label = name.replace("_", "-")
    await client.conferences("room").participants.create_async(from_=HUB, to=f"client:{name}", label=label)
    await phone.rings()
    return await phone.accept()


def said(who: Person) -> list[str]:
    return [one.text for one in who.leg.heard if one.kind == "speech"]


async def ended(sim: Sim, caller: ScriptedCaller, limit: float = 300) -> list[str]:
    await sim.until(lambda: not caller.leg.live, limit)
    return caller.remarks


async def test_everybody_says_everything_in_both_languages() -> None:
    assert {"angry", "silent", "card", "transfer", "patient"} == {one.id for one in PERSONAS}
    for one in PERSONAS:
        assert set(one.name) == set(one.about) == {"en", "zh-Hans"}
        assert one.silent or len(one.lines["en"]) == len(one.lines["zh-Hans"]) > 2


async def test_a_patient_caller_chooses_waits_answers_and_says_goodbye(sim: Sim, hub: Listener, client: Any) -> None:
    menu(hub, ROOM)
    caller = Training(sim.exchange).start("patient", HUB)
    await sim.advance(200)
    assert (hub.of("/menu")[0]["Digits"], caller.leg.live, caller.leg.place) == ("2", True, "conference")
    ann = await answered(sim, client)
    lines = caller.persona.lines["en"]
    await ann.heard(lines[0])
    for line in lines[1:]:
        await sim.advance(1)
        assert said(ann)[-1] != line  # waits for an answer
        sim.exchange.devices["agent_1"][0].speak("Go on, please.")
        await ann.heard(line, limit=3)
    assert await ended(sim, caller, 10) == ["said goodbye"]
    sim.invariants()


async def test_an_angry_caller_gives_up_in_line_and_on_hold(sim: Sim, hub: Listener, client: Any) -> None:
    menu(hub, '<Enqueue waitUrl="/wait">support</Enqueue>')
    hub.says("/wait", "<Play>/music.mp3?sim_duration=30</Play>")
    training = Training(sim.exchange)
    caller = training.start("angry", HUB)
    assert await ended(sim, caller, 60) == ["gave up waiting"]
    menu(hub, ROOM)
    caller = training.start("angry", HUB)
    ann = await answered(sim, client)
    await ann.heard("Finally!")
    await ann.heard("Where is my bike?", limit=9)  # nobody answers, and the next line comes all the same
    held, = sim.exchange.conferences
    await client.conferences(held).participants(caller.leg.sid).update_async(hold=True)
    assert await ended(sim, caller, 20) == ["hung up on hold"]


async def test_a_silent_caller_presses_and_says_nothing(sim: Sim, hub: Listener, client: Any) -> None:
    hub.says("/voice", '<Gather numDigits="1" timeout="3"><Say>For support, press 2.</Say></Gather>' + ROOM)
    caller = Training(sim.exchange).start("silent", HUB)
    await sim.advance(10)
    ann = await answered(sim, client)
    assert await ended(sim, caller, 60) == ["left without a word"]
    assert (said(ann), sim.exchange.journal.of("dtmf")) == ([], [])


@pytest.mark.parametrize("paused", [False, True])
async def test_a_card_number_is_read_whether_recorded_or_not(sim: Sim, hub: Listener, client: Any,
                                                             paused: bool) -> None:
    menu(hub, ROOM)
    caller = Training(sim.exchange).start("card", HUB)
    ann = await answered(sim, client)
    recording = await client.calls(ann.sid).recordings.create_async()
    await ann.heard("Shall I read the number")
    if paused:
        await client.calls(ann.sid).recordings(recording.sid).update_async(status="paused")
    await ann.heard("4111")
    expected = "read the card number, and it was not recorded" if paused else "read the card number while recorded"
    assert (await ended(sim, caller)) == [expected, "said goodbye"]


async def test_who_wants_a_transfer_insists_until_somebody_else_is_there(sim: Sim, hub: Listener, client: Any) -> None:
    menu(hub, ROOM)
    caller = Training(sim.exchange).start("transfer", HUB)
    ann = await answered(sim, client)
    for _ in range(3):
        await ann.heard("put me through to sales")
    ben = await answered(sim, client, "agent_2")
    await ann.hang_up()
    await ben.heard("is that sales?")
    assert await ended(sim, caller) == ["was transferred", "said goodbye"]


async def test_who_speaks_chinese_asks_for_it(sim: Sim, hub: Listener) -> None:
    hub.says("/voice", '<Gather numDigits="1" action="/menu"><Say>For support, press 2. 中文请按9。</Say></Gather>')
    hub.says("/menu", '<Gather numDigits="1" action="/end"><Say>销售请按1。客户支持请按2。</Say></Gather>')
    hub.says("/end", "<Say>再见。</Say>")
    caller = Training(sim.exchange).start("angry", HUB, "zh-Hans")
    await sim.advance(20)
    assert [one["Digits"] for path in ("/menu", "/end") for one in hub.of(path)] == ["9", "2"]
    assert caller.remarks == ["never reached anybody"]


@pytest.mark.parametrize("said", ["To be connected, please press 7.", "如需接通,请按7。"])
async def test_who_is_asked_for_a_key_presses_it(sim: Sim, hub: Listener, said: str) -> None:
    hub.says("/voice", f'<Gather numDigits="1" action="/end"><Say>{said}</Say></Gather>')
    hub.says("/end", "<Hangup/>")
    await ended(sim, Training(sim.exchange).start("patient", HUB))
    assert hub.of("/end")[0]["Digits"] == "7"


async def test_a_voicemail_box_is_spoken_into(sim: Sim, hub: Listener) -> None:
    hub.says("/voice", '<Say>Leave a message.</Say><Record action="/end" timeout="3" transcribe="true"/>')
    hub.says("/end", "<Hangup/>")
    caller = Training(sim.exchange).start("patient", HUB)
    await ended(sim, caller)
    assert [one.text for one in sim.exchange.recordings.values()] == [caller.persona.lines["en"][0]]


async def test_trained_by_the_control_api(sim: Sim, hub: Listener) -> None:
    menu(hub, "<Pause length='60'/>")
    async with aiohttp.ClientSession(sim.base_url, headers={"Authorization": f"Bearer {CONTROL}"}) as http:
        for body, status in (({"persona": "angry", "to": HUB}, 201), ({"persona": "nobody", "to": HUB}, 404),
                             ({"persona": "angry", "to": "+15559999999"}, 404), ({"persona": "angry"}, 422)):
            async with http.post("/_sim/training", json=body) as answer:
                assert answer.status == status, body
        async with http.get("/_sim/training") as answer:
            found = await answer.json()
        assert ([one["id"] for one in found["personas"]], len(found["callers"])) == ([one.id for one in PERSONAS], 1)


async def test_nobody_fills_the_line_beyond_measure(sim: Sim, hub: Listener) -> None:
    menu(hub, "<Pause length='600'/>")
    training = Training(sim.exchange)
    for _ in range(training.MOST):
        training.start("patient", HUB)
    with pytest.raises(ValueError, match="too many"):
        training.start("patient", HUB)
    training.dismiss()
    await sim.settle()
    assert {tuple(one.remarks) for one in training.callers} == {("was sent home",)}
    assert len({one.leg.party.from_ for one in training.callers}) == training.MOST
