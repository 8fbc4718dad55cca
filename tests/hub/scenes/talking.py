"""Callers and agents in a conversation: hold, recording, and everybody else who comes into it."""

from hub.wire import Requeue
from hub.wire_calls import Consult
from tests.hub.scenes.stage import CAROL, OTHER, Stage, scene

# --- hold, mute, recording --------------------------------------------------------------------------------------------


@scene
async def held_muted_and_back(s: Stage) -> None:
    caller, ann, item = await s.talks()
    for on in (True, False):
        await s.tries(s.phone.calls.hold(ann, item, on))
        await s.phone.pass_time(5)
    for on in (True, False):
        await s.mutes(ann, item, on)
        await s.phone.pass_time(3)
    await caller.hang_up()
    await s.phone.pass_time(3)
    await s.ended("talked")


@scene
async def gone_while_held(s: Stage) -> None:
    caller, ann, item = await s.talks()
    await s.tries(s.phone.calls.hold(ann, item, True))
    await s.phone.pass_time(3)
    await caller.hang_up()
    await s.phone.pass_time(3)
    await s.ended("talked")


@scene
async def card_data(s: Stage) -> None:
    _, ann, item = await s.talks()
    await s.tries(s.phone.calls.record(ann, item, "pause"))
    await s.phone.pass_time(5)
    await s.tries(s.phone.calls.record(ann, item, "resume"))
    await s.tries(s.phone.calls.record(ann, item, "pause"))
    await s.phone.pass_time(130)  # forgotten: it goes on by itself
    s.expect([one.status for one in s.sim.exchange.recordings.values()] == ["in-progress"], "it is not recorded")


# --- others in the call -----------------------------------------------------------------------------------------------


@scene
async def handed_over_to_an_agent(s: Stage) -> None:
    caller, ann, item = await s.talks()
    ben = await s.phone.agent("Ben", queues=("sales",))
    await s.tries(s.transfers.consult(ann, item, Consult(agent=ben.id, hand_over=True)))
    agent = await s.picks_up(ben)
    await s.phone.pass_time(4)
    s.audible(caller, agent)


@scene
async def handed_over_to_a_queue(s: Stage) -> None:
    caller, ann, item = await s.talks()
    ben = await s.phone.agent("Ben", queues=("sales",))
    await s.tries(s.phone.heart.desk.requeue(ann, item, Requeue(reason="A sales question", queue="sales")))
    await s.accepts(ben)
    agent = await s.picks_up(ben)
    await s.phone.pass_time(4)
    s.audible(caller, agent)


@scene
async def handed_over_to_a_number(s: Stage) -> None:
    caller, ann, item = await s.talks()
    await s.tries(s.transfers.consult(ann, item, Consult(number=CAROL, hand_over=True)))
    carol = await s.rings_at(CAROL, 15)
    if carol is not None:
        await carol.answer()
        await s.phone.pass_time(4)
        s.audible(caller, carol)


@scene
async def asked_then_handed_over(s: Stage) -> None:
    caller, ann, item = await s.talks()
    ben = await s.phone.agent("Ben", queues=("sales",))
    await s.tries(s.transfers.consult(ann, item, Consult(agent=ben.id)))
    agent = await s.picks_up(ben)
    await s.phone.pass_time(3)
    await s.tries(s.transfers.complete(ann, item))
    await s.phone.pass_time(4)
    s.audible(caller, agent)


@scene
async def asked_then_let_go(s: Stage) -> None:
    caller, ann, item = await s.talks()
    ben = await s.phone.agent("Ben", queues=("sales",))
    await s.tries(s.transfers.consult(ann, item, Consult(agent=ben.id)))
    await s.picks_up(ben)
    await s.phone.pass_time(3)
    await s.tries(s.transfers.cancel(ann, item))
    await s.phone.pass_time(4)
    await caller.hang_up()
    await s.phone.pass_time(3)
    await s.ended("talked")


@scene
async def asked_in_vain(s: Stage) -> None:
    _, ann, item = await s.talks()
    ben = await s.phone.agent("Ben", queues=("sales",))
    await s.tries(s.transfers.consult(ann, item, Consult(agent=ben.id)))
    await s.rings(ben)
    await s.phone.pass_time(40)


@scene
async def gone_while_somebody_is_asked(s: Stage) -> None:
    caller, ann, item = await s.talks()
    ben = await s.phone.agent("Ben", queues=("sales",))
    await s.tries(s.transfers.consult(ann, item, Consult(agent=ben.id)))
    await s.picks_up(ben)
    await s.phone.pass_time(2)
    await caller.hang_up()
    await s.phone.pass_time(3)
    await s.ended("talked")


@scene
async def four_together(s: Stage) -> None:
    caller, ann, item = await s.talks()
    agent = s.phone.phones[ann.id].device.call
    ben = await s.phone.agent("Ben", queues=("sales",))
    sam = await s.phone.agent("Sam", role="supervisor", ready=False)
    await s.tries(s.transfers.consult(ann, item, Consult(agent=ben.id)))
    second = await s.picks_up(ben)
    await s.phone.pass_time(2)
    await s.tries(s.transfers.join(ann, item))
    await s.phone.pass_time(2)
    await s.tries(s.supervision.supervise(sam, item, "barge"))
    boss = await s.picks_up(sam)
    await s.phone.pass_time(4)
    here = [caller, second, boss, s.sim.person(agent.sid) if agent is not None else None]
    for one in here:
        if one is not None:
            s.audible(one, *(other for other in here if other is not one))
    await caller.hang_up()
    await s.phone.pass_time(3)
    await s.ended("talked")


@scene
async def listening_whispering_and_talking(s: Stage) -> None:
    caller, _, item = await s.talks()
    sam = await s.phone.agent("Sam", role="supervisor", ready=False)
    await s.tries(s.supervision.supervise(sam, item, "listen"))
    boss = await s.picks_up(sam)
    for mode in ("listen", "whisper", "barge", "listen"):
        await s.tries(s.supervision.supervise(sam, item, mode))
        await s.phone.pass_time(3)
        if s.name == "clean" and boss is not None:
            (caller.expect_audible if mode == "barge" else caller.expect_inaudible)(boss)
    await s.tries(s.supervision.leave(sam, item))
    await s.phone.pass_time(3)


@scene
async def taken_over(s: Stage) -> None:
    caller, _, item = await s.talks()
    sam = await s.phone.agent("Sam", role="supervisor", ready=False)
    await s.tries(s.supervision.supervise(sam, item, "listen"))
    boss = await s.picks_up(sam)
    await s.phone.pass_time(2)
    await s.tries(s.supervision.take_over(sam, item))
    await s.phone.pass_time(4)
    s.audible(caller, boss)


@scene
async def the_agent_reloads_his_page(s: Stage) -> None:
    caller, ann, item = await s.talks()
    await s.phone.phones[ann.id].lose()
    await s.phone.pass_time(s.dice.choice([1, 3, 8]))
    s.phone.phones[ann.id].device.register()
    await s.tries(s.phone.calls.rejoin(ann, item))
    agent = await s.picks_up(ann)
    await s.phone.pass_time(4)
    s.audible(caller, agent)


@scene
async def the_agent_is_lost(s: Stage) -> None:
    caller, ann, _ = await s.talks()
    await s.phone.heart.presence.closed("socket-Ann")
    ben = await s.phone.agent("Ben")
    await s.phone.phones[ann.id].lose()
    await s.phone.pass_time(20)
    await s.accepts(ben)
    agent = await s.picks_up(ben)
    await s.phone.pass_time(4)
    s.audible(caller, agent)


@scene
async def asked_how_it_was(s: Stage) -> None:
    caller, ann, item = await s.talks()
    await s.tries(s.phone.heart.desk.end(ann, item))
    await s.presses(caller, "4", after="very bad")
    await s.phone.pass_time(6)
    await s.ended("talked")


@scene
async def the_softphones_token_runs_out(s: Stage) -> None:
    """The call goes on; without a new token nothing else rings there."""
    caller, ann, item = await s.talks()
    softphone = s.phone.phones[ann.id].device
    softphone.unregister(lose_call=False)
    await s.phone.pass_time(20)
    if softphone.call is not None:
        s.audible(caller, s.sim.person(softphone.call.sid))
    softphone.register()
    await s.tries(s.phone.heart.desk.end(ann, item))
    await s.presses(caller, "2", after="very bad")
    await s.phone.pass_time(70)
    next_one = await s.waits(who=OTHER)
    await s.accepts(ann)
    agent = await s.picks_up(ann)
    await s.phone.pass_time(4)
    s.audible(next_one, agent)
