"""People, agents and requests in any order under any profile: the emulator never breaks, and everybody gets home."""

from random import Random
from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException  # type: ignore[import-untyped]

from simulator.telephony.driver import Person, Sim
from simulator.telephony.faults import profile
from simulator.telephony.invariants import _agents, _answers, _bugs, _params
from simulator.telephony.legs import TERMINAL
from tests.simulator.telephony.conftest import HUB, Listener

OUTSIDE = "+15557770001"
RANK = ["queued", "initiated", "ringing", "in-progress"]


class Anything:
    """One run of random deeds."""

    def __init__(self, sim: Sim, hub: Listener, client: Any, seed: int) -> None:
        self.sim, self.hub, self.client, self.dice = sim, hub, client, Random(seed)
        self.callers: list[Person] = []
        self.phones = [sim.agent(f"agent_{number}") for number in range(3)]
        self.confs: list[str] = []
        self.refused = 0

    async def deed(self) -> None:
        """Something that somebody might do; the API may well refuse it."""
        deeds = (self.arrive, self.arrive, self.arrive, self.press, self.press, self.hang_up, self.offer, self.offer,
                 self.answer, self.answer, self.reject, self.dequeue, self.change,
                 self.end, self.redirect, self.outbound, self.record, self.text)
        try:
            await self.dice.choice(deeds)()
        except TwilioRestException as error:
            if error.status not in {400, 404}:
                raise
            self.refused += 1
        await self.sim.advance(self.dice.uniform(0, 4))

    async def arrive(self) -> None:
        self.callers.append(await self.sim.call(f"+1555123{len(self.callers):04}", HUB))

    async def press(self) -> None:
        for one in self.callers[-2:]:
            await one.press(self.dice.choice("123"))

    async def hang_up(self) -> None:
        if self.callers:
            await self.dice.choice(self.callers).hang_up()
        await self.dice.choice(self.phones).hang_up()

    async def offer(self) -> None:
        number = self.dice.randrange(3)
        made = await self.client.conferences(f"ix-{self.dice.randrange(2)}").participants.create_async(
            from_=HUB, to=f"client:agent_{number}", label=f"agent_{number}", timeout=5,
            muted=self.dice.random() < 0.2, conference_status_callback=self.hub.base + "/conf",
            conference_status_callback_event=["start", "end", "join", "leave", "mute", "hold", "modify"],
            status_callback=self.hub.base + "/leg",
            status_callback_event=["initiated", "ringing", "answered", "completed"])
        self.confs.append(made.conference_sid)

    async def answer(self) -> None:
        for phone in self.phones:
            if phone.device.ringing and phone.device.call is None:
                await phone.accept(next(iter(phone.device.ringing)))

    async def reject(self) -> None:
        phone = self.dice.choice(self.phones)
        if phone.device.ringing:
            await phone.reject(next(iter(phone.device.ringing)))

    async def dequeue(self) -> None:
        for queue in await self.client.queues.list_async():
            await self.client.queues(queue.sid).members("Front").update_async(url=self.hub.base + "/join")

    async def change(self) -> None:
        for sid in self.confs[-2:]:
            for one in await self.client.conferences(sid).participants.list_async():
                more = self.dice.choice([{"hold": True}, {"hold": False}, {"muted": True}, {"muted": False},
                                         {"end_conference_on_exit": True}, {"coaching": False}])
                await self.client.conferences(sid).participants(one.call_sid).update_async(**more)

    async def end(self) -> None:
        if self.confs and self.dice.random() < 0.5:
            await self.client.conferences(self.dice.choice(self.confs)).update_async(status="completed")

    async def redirect(self) -> None:
        if self.callers:
            await self.client.calls(self.dice.choice(self.callers).sid).update_async(url=self.hub.base + "/voice")

    async def outbound(self) -> None:
        self.sim.endpoint(OUTSIDE, self.dice.choice(["answer", "busy", "no-answer"]))
        made = await self.client.calls.create_async(to=OUTSIDE, from_=HUB, url=self.hub.base + "/voice", timeout=5)
        if self.dice.random() < 0.5:
            await self.client.calls(made.sid).update_async(status=self.dice.choice(["canceled", "completed"]))

    async def record(self) -> None:
        if self.callers:
            await self.client.calls(self.callers[-1].sid).recordings.create_async(
                recording_status_callback=self.hub.base + "/rec")

    async def text(self) -> None:
        await self.client.messages.create_async(to="+15551230001", from_=HUB, body="Hi",
                                                status_callback=self.hub.base + "/status")


@pytest.mark.parametrize("faults", ["clean", "jitter", "hostile"])
@pytest.mark.parametrize("seed", range(4))
async def test_everybody_gets_home(sim: Sim, hub: Listener, client: Any, seed: int, faults: str) -> None:
    hub.says("/voice", '<Gather numDigits="1" action="/menu" timeout="4"><Say>Press a key.</Say></Gather>'
                       '<Dial action="/done" timeout="5">+15557770002</Dial><Record action="/done" maxLength="5"/>')
    hub.says("/menu", '<Enqueue action="/done" waitUrl="/wait">q</Enqueue>')
    hub.says("/wait", "<Say>Wait.</Say><Play>/m.mp3?sim_duration=5</Play>")
    hub.says("/join", "<Dial action='/done'><Conference endConferenceOnExit='true'>ix-0</Conference></Dial>")
    hub.says("/done", "<Say>Goodbye.</Say>")
    sim.exchange.faults.use(profile(faults))
    anything = Anything(sim, hub, client, seed)
    for _ in range(250):
        await anything.deed()
    sim.exchange.faults.use(())
    for leg in tuple(sim.exchange.legs.values()):
        leg.hang_up("completed" if leg.status == "in-progress" else "canceled")
    await sim.advance(90)
    exchange = sim.exchange
    assert [leg.sid for leg in exchange.legs.values() if leg.live] == []
    assert all(one.status == "completed" for one in exchange.conferences.values())
    assert all(not one.members for one in exchange.queues.values())
    assert all(not one.running for one in exchange.recordings.values())
    assert [*_bugs(exchange), *_params(exchange), *_agents(exchange), *_answers(exchange)] == []
    for leg in exchange.legs.values():
        states = [status for _, status in leg.history]
        assert sum(status in TERMINAL for status in states) == 1
        assert [RANK.index(status) for status in states[:-1]] == sorted({RANK.index(one) for one in states[:-1]})
    assert len({(one["ConferenceSid"], one["SequenceNumber"]) for one in hub.of("/conf")}) > 0
