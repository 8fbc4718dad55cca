"""The hub calls customers, and what the provider makes of it."""

import pytest

from hub.errors import Invalid
from hub.wire import SetPresence
from simulator.telephony.faults import Rule
from simulator.telephony.network import lose_network
from tests.hub.scenes.stage import Stage, scene, wanted
from tests.hub.telephone import MIA

# --- calling customers ------------------------------------------------------------------------------------------------


async def _places(s: Stage, behaviour: str, number: str = MIA) -> None:
    s.sim.endpoint(number, behaviour)
    ann = await s.phone.agent()
    await s.tries(s.out.place(ann, wanted(number)))
    agent = await s.picks_up(ann)
    if behaviour == "ring" and (mia := await s.rings_at(number)) is not None:
        await mia.answer()
        await s.phone.pass_time(4)
        s.audible(mia, agent)
        await mia.hang_up()
    await s.phone.pass_time(10 if behaviour in ("ring", "busy", "fail") else 60)


@scene
async def called_and_reached(s: Stage) -> None:
    await _places(s, "ring")
    await s.ended("talked")


@scene
async def called_and_busy(s: Stage) -> None:
    await _places(s, "busy")
    await s.ended("busy")


@scene
async def called_and_not_answered(s: Stage) -> None:
    await _places(s, "no-answer")
    await s.ended("no_answer")


@scene
async def called_and_a_machine_answers(s: Stage) -> None:
    await _places(s, "voicemail")


@scene
async def called_where_nobody_is(s: Stage) -> None:
    await _places(s, "fail")
    await s.ended("failed")


@scene
async def called_where_calling_is_blocked(s: Stage) -> None:
    ann = await s.phone.agent()
    before = len(s.sim.exchange.legs)
    with pytest.raises(Invalid, match="may not be called"):
        await s.out.place(ann, wanted("+19005551234"))
    await s.phone.pass_time(5)
    assert len(s.sim.exchange.legs) == before, "somebody was called"


# --- what the provider does -------------------------------------------------------------------------------------------


@scene
async def a_storm_of_429(s: Stage) -> None:
    """Everything is too much for a while; what is wanted happens afterwards, or the caller has his place."""
    caller, ann = await s.waits(), await s.phone.agent()
    now = s.sim.clock.elapsed()
    s.besides(Rule("rest_429", since=now, until=now + 25))
    await s.accepts(ann)
    await s.phone.pass_time(30)
    if not s.phone.phones[ann.id].device.ringing:  # she was not reached in time, and is asked for nothing more
        await s.tries(s.phone.heart.presence.declare(ann, ann.id, SetPresence(state="available")))
        await s.accepts(ann, 70)
    agent = await s.picks_up(ann)
    await s.phone.pass_time(4)
    s.audible(caller, agent)


@scene
async def more_calls_than_the_provider_starts(s: Stage) -> None:
    """One call a second: of six agents who accept at once the last is rung five seconds later."""
    callers = [await s.waits(who=f"+1555123001{number}") for number in range(6)]
    agents = [await s.phone.agent(f"A{number}") for number in range(6)]
    taken = [await s.accepts(one, 5) for one in agents]
    heard = [await s.picks_up(one) for one, item in zip(agents, taken, strict=True) if item is not None]
    await s.phone.pass_time(6)
    s.expect(all(heard), "somebody is not rung")
    for caller in callers:
        talks = bool(set(s.heard_by(caller)) & {one.sid for one in heard if one is not None})
        s.expect(talks, "he talks with nobody")


@scene
async def a_lost_network(s: Stage) -> None:
    caller, _, _ = await s.talks()
    lose_network(caller.leg)
    await s.phone.pass_time(30)
    await s.ended("talked")
