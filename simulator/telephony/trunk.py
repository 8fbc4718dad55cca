"""The way out: calls started per second, setup, ringing, and what the far end does."""

from collections.abc import Awaitable, Callable

from simulator.telephony.answering import machine_answers
from simulator.telephony.devices import client_address
from simulator.telephony.legs import HungUp, Leg, Target

_OUTCOMES = frozenset({"answer", "busy", "reject", "fail"})


async def ring(leg: Leg, timeout: int, *, counted: bool) -> None:
    """From queued to answered. Raises HungUp with the status that the call ends in.

    `counted`: started by REST, so one of the account's calls per second. `timeout` in seconds, a little is added.
    """
    exchange, timings = leg.exchange, leg.exchange.timings
    if counted:
        await _turn(leg)
    leg.change("initiated")
    await leg.wait(timings.setup)
    leg.change("ringing")
    leg.place = "ringing"
    _offer(leg)
    found = await leg.wait(timeout + timings.ring_extra, wakes=_OUTCOMES)
    if found is None:
        raise HungUp("no-answer", 487)
    if found.what == "busy":
        raise HungUp("busy", 486)
    if found.what == "reject":
        status = exchange.quirks["client-reject"]
        raise HungUp(status, 486 if status == "busy" else 603)
    if found.what == "fail":
        raise HungUp("failed", int(found.data or 404))
    leg.change("in-progress")
    if leg.machine:
        machine_answers(leg)


async def _turn(leg: Leg) -> None:
    """Calls beyond the account's rate wait in line; they are not refused."""
    exchange = leg.exchange
    now = exchange.clock.elapsed()
    slot = max(now, exchange.next_start)
    exchange.next_start = slot + 1 / exchange.timings.calls_per_second
    leg.queue_ms = round((slot - now) * 1000)
    await leg.wait(slot - now)


def _offer(leg: Leg) -> None:
    """Ring at the softphones of an identity, or let a number behave as it is told."""
    exchange = leg.exchange
    if leg.party.to.startswith("client:"):
        identity, _ = client_address(leg.party.to)
        devices = exchange.devices.get(identity, ())
        if not devices and exchange.quirks["client-unregistered"] == "fail-fast":
            leg.wake("fail", 480)
        for device in tuple(devices):
            device.incoming(leg)
        return
    for told in exchange.ringing_hooks:
        told(leg)
    behaviour = exchange.endpoints.get(leg.party.to)
    if behaviour is None or behaviour.kind in {"ring", "no-answer"}:
        return
    if behaviour.kind == "voicemail":
        leg.machine = True
    what = "answer" if leg.machine else behaviour.kind
    exchange.clock.call_later(behaviour.after, lambda: leg.wake(what, behaviour.sip))


def calling(leg: Leg, timeout: int, then: Callable[[], Awaitable[Target | None]], *,
            counted: bool = True) -> Callable[[], Awaitable[Target | None]]:
    """A first stage: ring, and on answer go on with `then`."""
    async def stage() -> Target | None:
        await ring(leg, timeout, counted=counted)
        return await then()

    return stage
