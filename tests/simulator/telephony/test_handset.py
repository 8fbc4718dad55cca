"""Telephones of customers: calls both ways, texts, a network that is lost, and whose token opens what."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import WSMsgType

from simulator.telephony.driver import Sim, running_sim
from simulator.telephony.handset import Busy, Handset, HandsetRoom
from tests.simulator.telephony.conftest import CONTROL, CUSTOMER, HUB, Listener
from tests.support.waiting import until

KEY = "page-key"
ROOM = '<Dial><Conference participantLabel="customer" endConferenceOnExit="true">room</Conference></Dial>'


@pytest.fixture
async def sim() -> AsyncIterator[Sim]:
    async with running_sim(control_token=CONTROL, handset_key=KEY) as found:
        yield found
        assert not found.exchange.journal.of("bug")


@pytest.fixture
def room(sim: Sim) -> HandsetRoom:
    return HandsetRoom(sim.exchange, KEY)


def listening(handset: Handset) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = []
    handset.listeners.append(told.append)
    return told


def captions(told: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(one["kind"], one["text"]) for one in told if one["type"] == "caption"]


async def test_a_call_from_the_first_ring_to_its_end(sim: Sim, hub: Listener, room: HandsetRoom) -> None:
    hub.says("/voice", '<Gather numDigits="1" action="/menu"><Say language="zh-CN">请按1。</Say></Gather>')
    hub.says("/menu", "<Say>Good.</Say><Play>/music.mp3?sim_duration=20</Play>")
    mia = room.open(CUSTOMER)
    told = listening(mia)
    mia.dial(HUB, stir="TN-Validation-Passed-A", name="Mia")
    await sim.advance(1)
    assert told[0] == {"type": "call", "sid": told[0]["sid"], "with": HUB, "incoming": False, "state": "ringing",
                       "place": "document", "people": [], "lost": False, "sound": "", "how": "", "since": ""}
    assert (hub.of("/voice")[0]["From"], hub.of("/voice")[0]["StirVerstat"], hub.of("/voice")[0]["CallerName"]) == (
        CUSTOMER, "TN-Validation-Passed-A", "Mia")
    assert next(one["language"] for one in told if one["type"] == "caption") == "zh-CN"
    mia.press("1")
    await sim.advance(2)
    assert captions(told) == [("say", "请按1。"), ("say", "Good."), ("play", hub.base + "/music.mp3?sim_duration=20")]
    last = [one for one in told if one["type"] == "call"][-1]
    assert (last["sound"], last["state"]) == ("play", "connected")
    with pytest.raises(Busy):
        mia.dial(HUB)
    mia.hang_up()
    await sim.settle()
    assert (told[-1]["state"], told[-1]["how"]) == ("ended", "completed")
    with pytest.raises(Busy):
        mia.press("1")
    with pytest.raises(KeyError):
        mia.dial("+15559999999")
    sim.invariants()


async def test_who_withholds_the_number_is_nobody_but_hears_his_own_call(
        sim: Sim, hub: Listener, room: HandsetRoom) -> None:
    hub.says("/voice", "<Say>Hello.</Say>")
    mia = room.open(CUSTOMER)
    told = listening(mia)
    mia.dial(HUB, withheld=True, name="Mia")
    await sim.advance(1)
    assert (hub.of("/voice")[0]["From"], "CallerName" in hub.of("/voice")[0].form) == ("anonymous", False)
    assert captions(told) == [("say", "Hello.")]


async def test_what_is_said_reaches_those_who_hear_it(sim: Sim, hub: Listener, room: HandsetRoom, client: Any) -> None:
    hub.says("/voice", ROOM)
    mia, agent = room.open(CUSTOMER), sim.agent("ann")
    told = listening(mia)
    mia.dial(HUB)
    await client.conferences("room").participants.create_async(from_=HUB, to="client:ann", label="agent-1")
    await agent.rings()
    await agent.accept()
    assert mia.everything()["call"]["people"] == ["agent"]
    agent.device.speak("Good morning!")
    mia.say("My light is broken.")
    assert captions(told)[-2:] == [("speech", "Good morning!"), ("mine", "My light is broken.")]
    assert [one["who"] for one in told if one.get("kind") == "speech"] == ["agent"]
    heard = [one for one in agent.messages if one["type"] == "heard"]
    assert [(one["who"], one["text"]) for one in heard] == [("customer", "My light is broken.")]
    agent.device.mute(True)
    agent.device.speak("Nobody hears this.")
    conference = next(iter(sim.exchange.conferences.values()))
    await client.conferences(conference.sid).participants(mia.talk.leg.sid if mia.talk else "").update_async(hold=True)
    mia.say("Hello?")
    assert captions(told)[-1] == ("mine", "Hello?")
    assert len([one for one in agent.messages if one["type"] == "heard"]) == 1
    assert mia.everything()["call"]["people"] == []
    mia.hang_up()
    await sim.settle()


async def test_a_lost_network_is_silence_and_then_the_end(sim: Sim, hub: Listener, room: HandsetRoom,
                                                          client: Any) -> None:
    hub.says("/voice", ROOM)
    mia, agent = room.open(CUSTOMER), sim.agent("ann")
    told = listening(mia)
    leg = mia.dial(HUB)
    await client.conferences("room").participants.create_async(from_=HUB, to="client:ann", label="agent-1")
    await agent.rings()
    talking = await agent.accept()
    mia.network(False)
    agent.device.speak("Are you still there?")
    mia.say("Hello?")
    assert (told[-1]["kind"], "Are you still there?" in str(told)) == ("mine", False)
    talking.expect_inaudible(sim.person(leg.sid))
    sim.person(leg.sid).expect_inaudible(talking)
    assert mia.everything()["call"]["lost"]
    await sim.advance(10)
    mia.network(True)
    await sim.advance(10)
    talking.expect_audible(sim.person(leg.sid), mutual=True)
    mia.network(False)
    mia.hang_up()  # nobody hears of it
    assert (told[-1]["state"], leg.live) == ("ended", True)
    await sim.advance(16)
    assert (leg.status, talking.leg.live) == ("completed", False)
    assert hub.of("/number")[0]["SipResponseCode"] == "408"
    with pytest.raises(Busy):
        mia.dial(HUB)


async def test_who_puts_it_down_without_a_network_is_gone_once_it_is_back(
        sim: Sim, hub: Listener, room: HandsetRoom) -> None:
    hub.says("/voice", "<Pause length='600'/>")
    mia = room.open(CUSTOMER)
    first = mia.dial(HUB)
    await sim.advance(1)
    mia.network(False)
    mia.hang_up()
    await sim.advance(5)
    assert first.status == "in-progress"
    mia.network(True)
    await sim.settle()
    assert hub.of("/number")[0]["CallSid"] == first.sid
    assert mia.dial(HUB).live


async def test_what_is_played_meanwhile_is_not_heard_and_goes_on_afterwards(
        sim: Sim, hub: Listener, room: HandsetRoom) -> None:
    hub.says("/voice", "<Say>One.</Say><Pause length='5'/><Say>Two.</Say><Play>/music.mp3?sim_duration=9</Play>")
    mia = room.open(CUSTOMER)
    told = listening(mia)
    leg = mia.dial(HUB)
    await sim.advance(2)
    mia.network(False)
    await sim.advance(6)
    assert (captions(told), [one.text for one in leg.heard]) == ([("say", "One.")], ["One."])
    mia.network(True)
    assert captions(told)[1:] == [("play", hub.base + "/music.mp3?sim_duration=9")]


async def test_the_telephone_rings_when_it_is_called(sim: Sim, hub: Listener, room: HandsetRoom, client: Any) -> None:
    mia = room.open(CUSTOMER)
    told = listening(mia)

    async def call() -> Any:
        made = await client.calls.create_async(to=CUSTOMER, from_=HUB, twiml="<Response><Say>Hi.</Say></Response>")
        await sim.advance(2)
        return made

    first = await call()
    assert (told[-1]["state"], told[-1]["incoming"], told[-1]["with"]) == ("ringing", True, HUB)
    second = await call()
    assert sim.exchange.legs[second.sid].status == "busy"
    mia.answer()
    await sim.advance(1)
    assert captions(told) == [("say", "Hi.")]
    await sim.advance(5)
    assert sim.exchange.legs[first.sid].status == "completed"
    await call()
    mia.decline()
    await sim.settle()
    assert (told[-1]["state"], told[-1]["how"]) == ("ended", "busy")
    with pytest.raises(Busy):
        mia.answer()
    mia.network(False)
    third = await call()
    assert (sim.exchange.legs[third.sid].status, mia.busy) == ("ringing", False)


@pytest.mark.parametrize(("when", "status", "said"), [
    ("answer", "completed", []), ("voicemail", "completed", ["machine"]), ("busy", "busy", []),
    ("no-answer", "no-answer", [])])
async def test_it_does_by_itself_what_it_is_told_when_it_is_called(
        sim: Sim, room: HandsetRoom, client: Any, when: Any, status: str, said: list[str]) -> None:
    sim.number(HUB)
    mia = room.open(CUSTOMER)
    told = listening(mia)
    mia.behave(when)
    assert told == [{"type": "when", "when": when}]
    mia.network(False)
    assert sim.exchange.endpoints[CUSTOMER].kind == "no-answer"
    mia.network(True)
    made = await client.calls.create_async(to=CUSTOMER, from_=HUB, twiml="<Response><Pause length='9'/></Response>")
    await sim.advance(90)
    assert sim.exchange.legs[made.sid].status == status
    assert [entry["kind"] for entry in sim.exchange.journal.of("machine")] == said
    mia.behave("ring")
    assert CUSTOMER not in sim.exchange.endpoints


async def test_texts_come_and_go_with_their_state(sim: Sim, hub: Listener, room: HandsetRoom, client: Any) -> None:
    mia = room.open(CUSTOMER)
    told = listening(mia)
    mia.text(HUB, "Is it ready?", "whatsapp", "Mia")
    await sim.settle()
    assert (hub.of("/sms")[0]["From"], hub.of("/sms")[0]["ProfileName"]) == (f"whatsapp:{CUSTOMER}", "Mia")
    assert (told[0]["mine"], told[0]["channel"], told[0]["with"], told[0]["body"]) == (
        True, "whatsapp", HUB, "Is it ready?")
    made = await client.messages.create_async(from_=f"whatsapp:{HUB}", to=f"whatsapp:{CUSTOMER}", body="Yes.")
    assert len(told) == 1
    await sim.advance(2)
    assert (told[-1]["status"], told[-1]["body"], told[-1]["mine"]) == ("delivered", "Yes.", False)
    mia.seen()
    assert sim.exchange.messages[made.sid].status == told[-1]["status"] == "read"
    mia.network(False)
    await client.messages.create_async(from_=HUB, to=CUSTOMER, body="And now?")
    await sim.advance(5)
    assert told[-1] == {"type": "network", "there": False}
    with pytest.raises(Busy):
        mia.text(HUB, "Hello?", "sms")
    mia.network(True)
    assert told[-2]["body"] == "And now?"
    assert [one["body"] for one in mia.everything()["texts"]] == ["Is it ready?", "Yes.", "And now?"]


async def test_a_machine_waits_for_who_types_slowly(sim: Sim, hub: Listener, room: HandsetRoom) -> None:
    hub.says("/voice", '<Record action="/end" timeout="3" transcribe="true"/>')
    hub.says("/end", "<Hangup/>")
    mia = room.open(CUSTOMER)
    told = listening(mia)
    leg = mia.dial(HUB)
    await sim.advance(0.1)
    assert (told[-1]["type"], told[-1]["place"]) == ("call", "record")  # told at once, not with the next sound
    for _ in range(4):
        await sim.advance(2)
        mia.types()
    mia.say("Please call me back.")
    await sim.advance(6)
    assert (leg.live, [one.text for one in sim.exchange.recordings.values()]) == (False, ["Please call me back."])


async def test_numbers_are_those_of_customers(sim: Sim, hub: Listener, room: HandsetRoom) -> None:
    assert [room.open().number, room.open().number, room.open(CUSTOMER).number] == [
        CUSTOMER, "+15551230002", CUSTOMER]
    for wrong in (HUB, "112", "nobody", "+1 555"):
        with pytest.raises(ValueError, match="number"):
            room.open(wrong)
    for _ in range(room.MOST - 2):
        room.open()
    with pytest.raises(ValueError, match="too many"):
        room.open()


async def opened(http: aiohttp.ClientSession, number: str = "", key: str = KEY) -> tuple[int, Any]:
    async with http.post("/handset/telephones", json={"number": number},
                         headers={"Authorization": f"Bearer {key}"}) as answer:
        return answer.status, await answer.json() if answer.status == 201 else None


async def test_a_token_opens_one_telephone_and_nothing_else(sim: Sim, hub: Listener) -> None:
    hub.says("/voice", '<Gather><Say>Press 1.</Say></Gather>')
    async with aiohttp.ClientSession(sim.base_url) as http:
        assert (await opened(http, key="guess"))[0] == (await opened(http, key=CONTROL))[0] == 401
        assert (await opened(http, HUB))[0] == 422
        mia, ben = (await opened(http))[1], (await opened(http))[1]
        for number, token in ((mia["number"], ben["token"]), (mia["number"], ""), ("+15559999999", mia["token"])):
            async with http.ws_connect("/handset/socket") as socket:
                await socket.send_json({"type": "hello", "number": number, "token": token})
                assert ((await socket.receive(5)).type, socket.close_code) == (WSMsgType.CLOSE, 4401)
        for path in ("/_sim/state", "/_sim/calls", f"/_sim/state?token={mia['token']}", f"/_sim/state?token={KEY}"):
            async with http.get(path, headers={"Authorization": f"Bearer {mia['token']}"}) as answer:
                assert answer.status == 401
        async with http.ws_connect("/handset/socket") as one, http.ws_connect("/handset/socket") as other:
            for socket, who in ((one, mia), (other, ben)):
                await socket.send_json({"type": "hello", **who})
                assert (await socket.receive_json(timeout=5))["number"] == who["number"]
            await one.send_json({"type": "dial", "to": HUB})
            assert (await one.receive_json(timeout=5))["state"] == "ringing"
            await sim.advance(1)
            while (await one.receive_json(timeout=5)).get("text") != "Press 1.":
                pass
            for wrong in ({"type": "dial", "to": "+15559999999"}, {"type": "dial"}, {"type": "press", "digits": "x"},
                          {"type": "text", "to": HUB, "body": "x" * 1601}, {"type": "whistle"},
                          {"type": "text", "to": HUB, "body": ""},
                          {"type": "text", "to": HUB, "body": "", "picture": {"kind": "text/html", "base64": "UE5H"}},
                          {"type": "text", "to": HUB, "body": "", "picture": {"kind": "image/png", "base64": "?"}}):
                await other.send_json(wrong)
                assert (await other.receive_json(timeout=5))["type"] == "error"
            await other.send_str("not json")
            assert (await other.receive_json(timeout=5)) == {"type": "error", "what": "invalid"}
            await other.send_json({"type": "text", "to": HUB, "body": "",
                                   "picture": {"kind": "image/png", "base64": "UE5H" * 100_000}})
            assert (await other.receive_json(timeout=5))["files"] == 1
            await other.send_json({"type": "hangup"})
            assert (await other.receive_json(timeout=5)) == {"type": "error", "what": "no call"}  # not Mia's


async def test_a_page_that_comes_back_finds_its_call(sim: Sim, hub: Listener) -> None:
    hub.says("/voice", '<Gather timeout="60"><Say>Press 1.</Say></Gather>')
    async with aiohttp.ClientSession(sim.base_url) as http:
        mia = (await opened(http))[1]
        async with http.ws_connect("/handset/socket") as socket:
            await socket.send_json({"type": "hello", **mia})
            await socket.receive_json(timeout=5)
            await socket.send_json({"type": "dial", "to": HUB})
            await socket.receive_json(timeout=5)
            await sim.advance(1)
        async with http.ws_connect("/handset/socket") as socket:
            await socket.send_json({"type": "hello", **mia})
            ready = await socket.receive_json(timeout=5)
            assert (ready["call"]["state"], [one["text"] for one in ready["captions"]]) == ("connected", ["Press 1."])
            await socket.send_json({"type": "hangup"})
            await until(lambda: not any(leg.live for leg in sim.exchange.legs.values()))


async def test_who_says_nothing_is_let_go(sim: Sim, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simulator.telephony.handset_socket.HELLO_SECONDS", 0.01)
    async with aiohttp.ClientSession(sim.base_url) as http, http.ws_connect("/handset/socket") as socket:
        async with asyncio.timeout(5):
            assert ((await socket.receive()).type, socket.close_code) == (WSMsgType.CLOSE, 4401)


async def test_the_page_runs_nothing_but_its_own(sim: Sim) -> None:
    async with aiohttp.ClientSession(sim.base_url) as http:
        for name, kind in (("", "text/html"), ("handset.js", "text/javascript"), ("handset.css", "text/css")):
            async with http.get(f"/handset/{name}") as answer:
                assert (answer.status, answer.content_type) == (200, kind)
                assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
                assert KEY not in await answer.text()
        for name in ("handset.py", "..%2fhandset.py", "nothing"):
            async with http.get(f"/handset/{name}") as answer:
                assert answer.status == 404
    async with (running_sim(control_token=CONTROL) as without, aiohttp.ClientSession(without.base_url) as http,
                http.get("/handset/") as answer):
        assert answer.status == 404


async def test_the_control_api_takes_a_network_away(sim: Sim, hub: Listener) -> None:
    hub.says("/voice", '<Gather timeout="60"><Say>Press 1.</Say></Gather>')
    caller = await sim.call(CUSTOMER, HUB)
    async with aiohttp.ClientSession(sim.base_url, headers={"Authorization": f"Bearer {CONTROL}"}) as http:
        for verb, away in (("drop", True), ("recover", False), ("drop", True)):
            async with http.post(f"/_sim/legs/{caller.sid}/{verb}") as answer:
                assert (answer.status, caller.leg.away) == (200, away)
    await caller.press("1")
    assert not caller.leg.digits
    await sim.advance(16)
    assert caller.leg.status == "completed"
