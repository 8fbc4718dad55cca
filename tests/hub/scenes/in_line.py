"""Callers on their way to an agent: menu, hours, voicemail, callback, and who gives up before."""

import pytest

from hub.dispatch import Dispatch
from hub.doorbell import Doorbell
from hub.errors import Taken
from simulator.telephony.faults import Rule
from tests.hub.scenes.stage import ASKING, BACK, NIGHT, OTHER, Stage, scene
from tests.hub.telephone import MIA
from tests.hub.test_dispatch_policy import policy

# --- menu, hours, voicemail -------------------------------------------------------------------------------------------


@scene
async def a_call(s: Stage) -> None:
    caller, _, _ = await s.talks()
    await s.phone.pass_time(20)
    await caller.hang_up()
    await s.phone.pass_time(3)
    await s.ended("talked")


@scene
async def three_wrong_keys(s: Stage) -> None:
    caller = await s.calls()
    for key in "987":
        await s.presses(caller, key, after="Press 1")
    await s.hears(caller, "Goodbye")
    await s.phone.pass_time(5)
    await s.ended("abandoned_in_menu")


@scene
async def no_key_at_all(s: Stage) -> None:
    caller = await s.calls()
    for _ in range(3):
        await s.hears(caller, "Press 1")
    await s.hears(caller, "Goodbye")
    await s.phone.pass_time(5)
    await s.ended("abandoned_in_menu")


@scene
async def a_number_is_asked_for(s: Stage) -> None:
    caller = await s.calls()
    await s.presses(caller, "2", after="Press 1")
    await s.presses(caller, "4711", after="contract number")
    await s.hears(caller, "line")
    await caller.hang_up()
    await s.phone.pass_time(3)
    await s.ended("abandoned_in_queue")


@scene
async def consent_is_refused(s: Stage) -> None:
    caller = await s.calls(ASKING)
    await s.presses(caller, "2", after="May we record")
    await s.presses(caller, "1", after="Press 1")
    await s.hears(caller, "line")
    ann = await s.phone.agent()
    await s.accepts(ann)
    await s.picks_up(ann)
    await s.phone.pass_time(10)
    assert not s.sim.exchange.recordings, "whoever says no is not recorded, whatever happens"
    await caller.hang_up()


@scene
async def a_voicemail(s: Stage) -> None:
    caller = await s.calls(NIGHT)
    await s.hears(caller, "beep")
    await caller.say("My router shows no light.")
    await s.phone.pass_time(6)
    await caller.hang_up()
    await s.phone.pass_time(70)
    s.expect(await s.voicemails() == 1, "the voicemail is nobody's work")


@scene
async def a_silent_voicemail(s: Stage) -> None:
    caller = await s.calls(NIGHT)
    await s.hears(caller, "beep")
    await caller.hang_up()
    await s.phone.pass_time(75)


@scene
async def a_voicemail_that_is_too_short(s: Stage) -> None:
    caller = await s.calls(NIGHT)
    await s.hears(caller, "beep")
    await s.phone.pass_time(1)
    await caller.hang_up()
    await s.phone.pass_time(75)
    s.expect(await s.voicemails() == 0, "a breath is somebody's work")


@scene
async def a_voicemail_whose_recording_is_never_told_of(s: Stage) -> None:
    s.besides(Rule("drop", kinds=("recording",)))
    caller = await s.calls(NIGHT)
    await s.hears(caller, "beep")
    await caller.say("My router shows no light.")
    await s.phone.pass_time(6)
    await caller.hang_up()
    await s.phone.pass_time(90)
    s.expect(await s.voicemails() == 1, "the voicemail is nobody's work")


# --- callbacks --------------------------------------------------------------------------------------------------------


async def _promised(s: Stage) -> None:
    caller = await s.waits(BACK)
    for words in ("To be called back", "If this is right"):
        await s.presses(caller, "1", after=words)
    await s.hears(caller, "You keep your place")
    await s.phone.pass_time(12)
    s.expect(not caller.leg.live, "he is still on the line")


@scene
async def a_callback(s: Stage) -> None:
    await _promised(s)
    s.sim.endpoint(MIA, "ring")
    ann = await s.phone.agent()
    await s.accepts(ann)
    agent = await s.picks_up(ann)
    mia = await s.rings_at(MIA)
    if mia is not None:
        await mia.answer()
        await s.phone.pass_time(4)
        s.audible(mia, agent)
        await mia.hang_up()
    await s.phone.pass_time(3)
    await s.ended("talked")


@scene
async def a_callback_in_vain(s: Stage) -> None:
    await _promised(s)
    s.sim.endpoint(MIA, "no-answer")
    ann = await s.phone.agent()
    await s.accepts(ann)
    await s.picks_up(ann)
    await s.phone.pass_time(60)
    await s.ended("no_answer")


@scene
async def a_callback_declined(s: Stage) -> None:
    caller = await s.waits(BACK)
    await s.hears(caller, "To be called back")
    await s.phone.pass_time(20)
    await caller.hang_up()
    await s.phone.pass_time(3)
    await s.ended("abandoned_in_queue")


# --- who gives up, who does not answer --------------------------------------------------------------------------------


@scene
async def gone_in_the_menu(s: Stage) -> None:
    caller = await s.calls()
    await s.hears(caller, "Press 1")
    await caller.hang_up()
    await s.phone.pass_time(3)
    await s.ended("abandoned_in_menu")


@scene
async def gone_in_line(s: Stage) -> None:
    caller = await s.waits()
    await s.phone.pass_time(s.dice.randint(1, 20))
    await caller.hang_up()
    await s.phone.pass_time(3)
    await s.ended("abandoned_in_queue")


@scene
async def gone_while_it_rings(s: Stage) -> None:
    caller, ann = await s.waits(), await s.phone.agent()
    await s.accepts(ann)
    await s.rings(ann)
    await caller.hang_up()
    await s.phone.pass_time(3)
    await s.ended("abandoned_while_ringing")


@scene
async def gone_as_the_agent_answers(s: Stage) -> None:
    caller, ann = await s.waits(), await s.phone.agent()
    await s.accepts(ann)
    if await s.rings(ann):
        softphone = s.phone.phones[ann.id].device
        leaves_first = s.dice.random() < 0.5
        if leaves_first:
            caller.leg.hang_up()
        softphone.accept("")
        if not leaves_first:
            caller.leg.hang_up()
    await s.phone.pass_time(5)
    await s.ended("abandoned_while_ringing")


@scene
async def nobody_answers_then_the_next_one(s: Stage) -> None:
    caller, ann = await s.waits(), await s.phone.agent()
    await s.accepts(ann)
    await s.rings(ann)
    ben = await s.phone.agent("Ben")
    await s.phone.pass_time(30)
    await s.accepts(ben)
    agent = await s.picks_up(ben)
    await s.phone.pass_time(4)
    s.audible(caller, agent)


@scene
async def declined_then_the_next_one(s: Stage) -> None:
    caller, ann = await s.waits(), await s.phone.agent()
    await s.accepts(ann)
    if await s.rings(ann):
        await s.phone.phones[ann.id].reject()
    ben = await s.phone.agent("Ben")
    await s.accepts(ben)
    agent = await s.picks_up(ben)
    await s.phone.pass_time(4)
    s.audible(caller, agent)


@scene
async def two_devices(s: Stage) -> None:
    caller, ann = await s.waits(), await s.phone.agent()
    other = s.sim.agent(s.phone.phones[ann.id].device.identity)
    await s.accepts(ann)
    agent = await s.picks_up(ann)
    await s.phone.pass_time(4)
    assert not (agent and other.device.ringing), "the other one is told that it is taken"
    s.audible(caller, agent)


@scene
async def two_callers_one_agent(s: Stage) -> None:
    first, ann, item = await s.talks()
    second = await s.waits(who=OTHER)
    await s.phone.pass_time(10)
    await s.tries(s.phone.heart.desk.end(ann, item))
    await s.phone.pass_time(70)  # the question, and the wrap-up
    await s.accepts(ann)
    agent = await s.picks_up(ann)
    await s.phone.pass_time(4)
    s.audible(second, agent)
    s.expect(not first.leg.live, "the first is still there")


@scene
async def gone_while_he_is_offered(s: Stage) -> None:
    caller = await s.waits()
    await s.phone.agent()
    await s.phone.pass_time(2)
    await caller.hang_up()
    await s.phone.pass_time(3)
    await s.ended("abandoned_in_queue")


@scene
async def two_agents_accept_at_once(s: Stage) -> None:
    heart = s.phone.heart
    heart.dispatch, s.phone.dispatching = Dispatch(heart.journal, Doorbell(), lambda: (1, policy(offer_to=2))), False
    caller, both = await s.waits(), [await s.phone.agent(name) for name in ("Ann", "Ben")]
    await heart.pool.execute("""UPDATE interactions SET placement = '{"queue": "support"}'""")
    s.phone.dispatching = True
    first, second = s.dice.sample(both, 2)
    rung = await s.offered(first)
    taken = await s.accepts(first)
    if rung is not None and taken is not None:
        with pytest.raises(Taken):
            await heart.desk.accept(second, rung)
    agent = await s.picks_up(first)
    await s.phone.pass_time(4)
    s.audible(caller, agent)
