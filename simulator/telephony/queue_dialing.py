"""`<Dial><Queue>`: whoever dials a queue is connected to its first caller, and waits for one if there is none."""

from simulator.telephony.dialing import action_after, ask_in_vain
from simulator.telephony.legs import HungUp, Leg, Redirected, Target
from simulator.telephony.queues import Bridged, Member, Queue, take_out
from simulator.telephony.script import Script
from simulator.telephony.twiml import BadDocument, Document, Element
from simulator.telephony.webhooks import Params

UNKNOWN = 13200  # a queue that nobody ever waited in; the code is likely, not documented


async def dial_queue(script: Script, element: Element, noun: Element, document: Document) -> Target | None:
    """The bridge, then the action, or the next verb when there is none."""
    leg, exchange = script.leg, script.exchange
    if element.get("record", "do-not-record") != "do-not-record":
        raise BadDocument(0, "not emulated: record of <Dial> with a <Queue>")
    queue = next((one for one in exchange.queues.values() if one.name == noun.text), None)
    if queue is None:
        exchange.alerts.add(UNKNOWN, "no such queue", leg.sid)
        return action_after(script, element, document, (("DialCallStatus", "failed"),))
    outcome: Params = (("DialCallStatus", "no-answer"),)
    leg.place = "dial"
    try:
        member = await _front(leg, queue, element.number("timeout", 30))
        if member is not None:
            outcome = await _talk(script, element, queue, member, _whisper(noun, document, queue, member, leg))
    except HungUp as end:
        after = action_after(script, element, document, outcome)
        if after is not None and end.cause == "participant_hung_up" and exchange.quirks.on("hangup-dial-action"):
            exchange.sender.spawn(script.phantom(after))
        raise
    except Redirected:
        await ask_in_vain(script, action_after(script, element, document, outcome))
        raise
    return action_after(script, element, document, outcome)


async def _front(leg: Leg, queue: Queue, timeout: float) -> Member | None:
    """The first in line; the dialling party hears it ring until there is one. Who dialled first is served first."""
    queue.dialling.append(leg)
    leg.hear("ringback")
    end = leg.exchange.clock.elapsed() + timeout
    try:
        while not queue.members or queue.dialling[0] is not leg:
            if await leg.wait(end - leg.exchange.clock.elapsed(), wakes=frozenset({"member"})) is None:
                return None
        member = queue.members[0]
        take_out(queue, member)
        return member
    finally:
        leg.quiet()
        queue.dialling.remove(leg)
        queue.call_next()


def _whisper(noun: Element, document: Document, queue: Queue, member: Member, leg: Leg) -> Target | None:
    """What the caller hears before he is connected."""
    if not noun.get("url"):
        return None
    return Target(document.resolve(noun.get("url")), noun.get("method", "POST"), (
        ("QueueSid", queue.sid), ("QueueTime", str(queue.seconds(member))), ("DequeingCallSid", leg.sid)))


async def _talk(script: Script, element: Element, queue: Queue, member: Member, whisper: Target | None) -> Params:
    """Until one of them goes; what the action is told."""
    leg, other, clock = script.leg, member.leg, script.exchange.clock
    await script.answer()
    other.at_end.append(lambda _: leg.wake("member-gone", other))
    other.interrupt(Bridged(leg, whisper))
    star = element.flag("hangupOnStar")
    try:
        found = await leg.wait(None, wakes=frozenset({"member-ready", "member-gone"}))
        if found is None or found.what == "member-gone":
            return (("DialCallStatus", "no-answer"), ("DialCallSid", other.sid), ("DialBridged", "false"))
        begun = clock.elapsed()
        end = begun + element.number("timeLimit", 14400)
        leg.peer, other.peer = other, leg
        while True:
            found = await leg.wait(end - clock.elapsed(), digits=star, wakes=frozenset({"member-gone"}))
            if found is None or (found.what, found.data) in {("digit", "*"), ("member-gone", other)}:
                break
    finally:
        leg.peer = None
        if other.peer is leg:
            other.peer = None
        other.wake("bridge-over")
    return (("DialCallStatus", "completed"), ("DialCallSid", other.sid),
            ("DialCallDuration", str(round(clock.elapsed() - begun))), ("DialBridged", "true"))
