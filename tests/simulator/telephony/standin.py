"""A small stand-in for the hub: TwiML from state, events kept once, everything else derived from them.

It is as good as a test of the emulator needs it, and shows that the emulator can be survived: order and number of
callbacks do not matter, and what is lost is read back.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any

from aiohttp import web
from twilio.base.exceptions import TwilioRestException  # type: ignore[import-untyped]
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]

from simulator.telephony.driver import Sim

TERMINAL = {"completed", "busy", "failed", "no-answer", "canceled"}
EVENTS = "start end join leave mute hold modify"


class StandIn:
    """One queue, one agent, one interaction at a time."""

    def __init__(self, sim: Sim, client: Any, agent: str) -> None:
        self.sim, self.client, self.agent = sim, client, agent
        self.base = ""
        self.refused = 0
        self.seen: list[tuple[float, str, dict[str, str]]] = []
        self.keys: set[tuple[str, ...]] = set()
        self.legs: dict[str, str] = {}  # SID -> highest state
        self.members: dict[tuple[str, str], set[str]] = {}  # (conference, call) -> join, leave
        self.flags: set[str] = set()
        self.customer = self.agent_leg = self.conference = ""
        self.recordings: dict[str, str] = {}
        self.tasks: set[asyncio.Task[None]] = set()
        self.app = web.Application()
        self.app.router.add_get("/{name}.mp3", self.music)
        self.app.router.add_route("*", "/{kind}/{name}", self.handle)

    async def idle(self) -> bool:
        return not self.tasks

    def command(self, work: Coroutine[Any, Any, None], once: str) -> None:
        """Run a command of the outbox, each once."""
        if once in self.flags:
            work.close()
            return
        self.flags.add(once)
        task = asyncio.create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def music(self, _: web.Request) -> web.Response:
        return web.Response(body=b"ID3", content_type="audio/mpeg")

    async def handle(self, request: web.Request) -> web.Response:
        posted = await request.post()
        form = {name: str(value) for name, value in posted.items()}
        validator = RequestValidator(self.sim.exchange.account.auth_token)
        if not validator.validate(self.base + request.raw_path, posted if request.method == "POST" else {},
                                  request.headers["X-Twilio-Signature"]):
            self.refused += 1
            return web.Response(status=403)
        name = request.match_info["name"]
        self.seen.append((round(self.sim.clock.elapsed(), 2), name, form))
        if request.match_info["kind"] == "events":
            self.take(name, form)
            return web.Response(status=204)
        return web.Response(text=f"<Response>{self.document(name, form)}</Response>", content_type="text/xml")

    # --- documents ---------------------------------------------------------------------------------------
    def document(self, name: str, form: dict[str, str]) -> str:
        if name == "in":
            self.customer = form["CallSid"]
            return '<Gather numDigits="1" action="/voice/menu?step=2"><Say>Press 1 for support.</Say></Gather>'
        if name == "menu":
            return '<Enqueue action="/voice/left" waitUrl="/voice/wait">support</Enqueue>'
        if name == "wait":
            self.command(self.offer(), "offer")
            return f'<Say>You are number {form["QueuePosition"]}.</Say><Play>/m.mp3?sim_duration=20</Play>'
        if name == "join":
            return (f'<Dial><Conference participantLabel="customer" endConferenceOnExit="true" statusCallback='
                    f'"{self.base}/events/conference" statusCallbackEvent="{EVENTS}">ix-9-1</Conference></Dial>')
        if name == "hold":
            return "<Play>/hold.mp3?sim_duration=30</Play>"
        return ""  # a phantom action

    # --- commands ----------------------------------------------------------------------------------------
    async def offer(self) -> None:
        made = await self.client.conferences("ix-9-1").participants.create_async(
            from_=form_from(self.sim), to=f"client:{self.agent}?ix=9", label="agent-1", early_media=True,
            end_conference_on_exit=False, timeout=20, status_callback=self.base + "/events/leg",
            status_callback_event=["initiated", "ringing", "answered", "completed"],
            conference_status_callback=self.base + "/events/conference",
            conference_status_callback_event=EVENTS.split())
        self.agent_leg, self.conference = made.call_sid, made.conference_sid
        self.derive()

    async def dequeue(self) -> None:
        queue = (await self.client.queues.list_async())[0]
        await self.client.queues(queue.sid).members(self.customer).update_async(url=self.base + "/voice/join")

    async def record(self) -> None:
        made = await self.client.calls(self.customer).recordings.create_async(
            recording_status_callback=self.base + "/events/recording",
            recording_status_callback_event=["in-progress", "completed", "absent"])
        self.recordings.setdefault(made.sid, "in-progress")

    # --- events ------------------------------------------------------------------------------------------
    def take(self, name: str, form: dict[str, str]) -> None:
        if name == "conference":
            key: tuple[str, ...] = (name, form["ConferenceSid"], form["SequenceNumber"])
        elif name == "recording":
            key = (name, form["RecordingSid"], form["RecordingStatus"])
        else:
            key = (name, form["CallSid"], form["SequenceNumber"], form["CallStatus"])
        if key in self.keys:
            return
        self.keys.add(key)
        if name == "conference":
            event = form["StatusCallbackEvent"]
            if event in {"participant-join", "participant-leave"}:
                self.members.setdefault((form["ConferenceSid"], form["CallSid"]), set()).add(event)
            elif event == "conference-end":
                self.flags.add("ended")
        elif name == "recording":
            self.recording(form["RecordingSid"], form["RecordingStatus"])
        else:
            self.raise_leg(form["CallSid"], form["CallStatus"])
        self.derive()

    def recording(self, sid: str, status: str) -> None:
        if self.recordings.get(sid) != "completed":
            self.recordings[sid] = status

    def raise_leg(self, sid: str, status: str) -> None:
        """A state never goes back, and an end is the end."""
        order = ["queued", "initiated", "ringing", "in-progress"]
        now = self.legs.get(sid, "queued")
        if now not in TERMINAL and (status in TERMINAL or order.index(status) > order.index(now)):
            self.legs[sid] = status

    def joined(self, sid: str) -> bool:
        return "participant-join" in self.members.get((self.conference, sid), set())

    def derive(self) -> None:
        """Commands that follow from what is known, in whatever order it came."""
        if self.agent_leg and self.joined(self.agent_leg) and self.customer:
            self.command(self.dequeue(), "dequeue")
        if self.customer and self.joined(self.customer):
            self.command(self.record(), "record")

    async def reconcile(self) -> None:
        """Reads back what callbacks should have told."""
        for sid in filter(None, (self.customer, self.agent_leg)):
            call = await self.client.calls(sid).fetch_async()
            self.raise_leg(sid, call.status)
        if self.conference:
            found = await self.client.conferences(self.conference).fetch_async()
            if found.status == "completed":
                self.flags.add("ended")
            for one in await self.client.conferences(self.conference).participants.list_async():
                if one.status == "connected":
                    self.members.setdefault((self.conference, one.call_sid), set()).add("participant-join")
        for sid in tuple(self.recordings):
            self.recording(sid, (await self.client.recordings(sid).fetch_async()).status)
        self.derive()

    def record_of(self) -> dict[str, Any]:
        """What would stand in the customer's history."""
        over = self.legs.get(self.customer) in TERMINAL
        talked = "record" in self.flags
        return {"state": "wrapup" if over and talked else "abandoned" if over else "open",
                "legs": (self.legs.get(self.customer), self.legs.get(self.agent_leg)),
                "conference ended": "ended" in self.flags, "recordings": sorted(self.recordings.items())}


def form_from(sim: Sim) -> str:
    """The account's first number."""
    return next(iter(sim.exchange.numbers))


async def gone(work: Coroutine[Any, Any, Any]) -> bool:
    """Whether the API says that there is nothing (any more)."""
    try:
        await work
    except TwilioRestException as error:
        return bool(error.status == 404)
    return False
