"""Queues: callers in line, their positions, and the waiting that Enqueue is."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from simulator.telephony.legs import HungUp, Interrupt, Leg, Redirected, Target, Wake
from simulator.telephony.script import Left, Script
from simulator.telephony.twiml import BadDocument, Document, Element
from simulator.telephony.webhooks import Params, Undelivered

if TYPE_CHECKING:
    from simulator.telephony.exchange import Exchange

DEFAULT_SIZE = 1000


@dataclass(slots=True)
class Member:
    """A caller in line since then."""

    leg: Leg
    since: datetime


class Bridged(Interrupt):
    """Somebody has dialled the queue and takes a caller out of it, who hears the whisper first."""

    def __init__(self, by: Leg, whisper: Target | None) -> None:
        super().__init__(by.sid)
        self.by, self.whisper = by, whisper


class Queue:
    """First come, first in line."""

    def __init__(self, exchange: "Exchange", name: str, max_size: int = DEFAULT_SIZE) -> None:
        self.exchange, self.name, self.max_size = exchange, name, max_size
        self.sid = exchange.sids("QU")
        self.created = self.updated = exchange.clock.now()
        self.members: list[Member] = []
        self.dialling: list[Leg] = []  # who waits for a member, first come first
        exchange.queues[self.sid] = self

    def seconds(self, member: Member) -> int:
        """How long he waits, whole seconds."""
        return int((self.exchange.clock.now() - member.since).total_seconds())

    def average(self) -> int:
        """Of those who wait now."""
        waits = [self.seconds(member) for member in self.members]
        return sum(waits) // len(waits) if waits else 0

    def position(self, member: Member) -> int:
        """From 1."""
        return self.members.index(member) + 1

    def call_next(self) -> None:
        """There may be a member for the first who dials."""
        if self.members and self.dialling:
            self.dialling[0].wake("member")

    def find(self, key: str) -> Member | None:
        """By CallSid, or the first with "Front"."""
        if key == "Front":
            return self.members[0] if self.members else None
        return next((one for one in self.members if one.leg.sid == key), None)

    def params(self, member: Member) -> Params:
        """What a request for a wait document carries."""
        return (("QueueSid", self.sid), ("QueuePosition", str(self.position(member))),
                ("QueueTime", str(self.seconds(member))), ("AvgQueueTime", str(self.average())),
                ("CurrentQueueSize", str(len(self.members))), ("MaxQueueSize", str(self.max_size)))


def queue_named(exchange: "Exchange", name: str) -> Queue:
    """By name, made when there is none."""
    found = next((one for one in exchange.queues.values() if one.name == name), None)
    return found or Queue(exchange, name)


async def enqueue(script: Script, element: Element, document: Document) -> Target | None:
    """In line until somebody takes the caller out, he leaves, or hangs up; each ends in the action."""
    leg, exchange = script.leg, script.exchange
    if not element.text or len(element.text) > 64:
        raise BadDocument(12200, "a queue's name has 1 to 64 characters")
    queue = queue_named(exchange, element.text)
    result = _Result(script, element, document, queue)
    if len(queue.members) >= queue.max_size:
        return result.target("queue-full", 0)
    member = Member(leg, exchange.clock.now())
    queue.members.append(member)
    leg.place = f"queue {queue.name}"
    exchange.journal.write("queue", sid=queue.sid, call=leg.sid, event="in", size=len(queue.members))
    queue.call_next()
    try:
        ended = await _wait(script, element, document, queue, member)
    except HungUp:
        take_out(queue, member)
        if element.get("action"):
            exchange.sender.spawn(_said(script, result.target("hangup", queue.seconds(member))))
        raise
    except Redirected as elsewhere:
        take_out(queue, member)
        await _dequeued(script, result.target("redirected", queue.seconds(member)), elsewhere)
        raise AssertionError("unreachable") from elsewhere
    except Bridged as bridge:
        return await _connected(script, result, bridge, queue.seconds(member))
    seconds = queue.seconds(member)
    take_out(queue, member)
    return result.target(ended, seconds)


def take_out(queue: Queue, member: Member) -> None:
    """Not in line any more, if he was."""
    if member in queue.members:
        queue.members.remove(member)
        queue.exchange.journal.write("queue", sid=queue.sid, call=member.leg.sid, event="out",
                                     size=len(queue.members))
    member.leg.quiet()


async def _said(script: Script, target: Target | None) -> None:
    if target is not None:
        await script.phantom(target)


async def _connected(script: Script, result: "_Result", bridge: Bridged, seconds: int) -> Target | None:
    """With whoever dialled the queue, until one of them goes; then, once, the action."""
    leg = script.leg
    leg.place = "dial"
    try:
        if bridge.whisper is not None:
            await Script(leg, "whisper").run(bridge.whisper)
        bridge.by.wake("member-ready", leg)
        await leg.wait(None, wakes=frozenset({"bridge-over"}))
    except HungUp:
        leg.exchange.sender.spawn(_said(script, result.target("bridged", seconds)))
        raise
    except Redirected as elsewhere:
        bridge.by.wake("member-gone", leg)
        await _dequeued(script, result.target("redirected-from-bridged", seconds), elsewhere)
    return result.target("bridged", seconds)


async def _dequeued(script: Script, target: Target | None, elsewhere: Redirected) -> None:
    """REST took the caller out: the action is asked for, its answer ignored, then the new document."""
    timings = script.exchange.timings
    await script.leg.wait(timings.redirect_action)
    if target is not None and script.exchange.quirks.on("dequeue-action"):
        await script.phantom(target)
    await script.leg.wait(timings.redirect_url)
    raise elsewhere


@dataclass(frozen=True, slots=True)
class _Result:
    script: Script
    element: Element
    document: Document
    queue: Queue

    def target(self, result: str, seconds: int) -> Target | None:
        """The action with its result; None when there is no action."""
        if not self.element.get("action"):
            return None
        return self.script.target(self.element, self.document, (
            ("QueueResult", result), ("QueueSid", self.queue.sid), ("QueueTime", str(seconds))))


async def _wait(script: Script, element: Element, document: Document, queue: Queue, member: Member) -> str:
    """Wait documents over and over, or music; how the waiting ended by itself."""
    leg = script.leg
    if not element.get("waitUrl"):
        leg.hear("music")
        await leg.wait(None, wakes=frozenset({"never"}))
    url, method = document.resolve(element.get("waitUrl")), element.get("waitUrlMethod", "POST")
    inside = Script(leg, "queue")
    while True:
        before = script.exchange.clock.elapsed()
        target: Target | None = Target(url, method)
        try:
            while target is not None:
                fresh = Target(target.url, target.method, (*queue.params(member), *target.params))
                target = await inside.execute(inside._reported(await inside.fetch(fresh)))
        except Left:
            return "leave"
        except (Undelivered, BadDocument) as failed:
            inside.alert(failed, Target(url, method))
            return "error"
        least = script.exchange.timings.wait_document_least
        rest = before + least - script.exchange.clock.elapsed()
        if rest > 0:
            _: Wake | None = await leg.wait(rest)
