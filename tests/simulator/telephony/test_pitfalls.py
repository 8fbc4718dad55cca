"""What goes wrong in contact centers of this kind: each must happen here too, so that a hub can learn from it."""

from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException  # type: ignore[import-untyped]

from simulator.telephony.driver import Sim
from simulator.telephony.legs import Redirected, Target
from tests.simulator.telephony.conftest import CUSTOMER, HUB, Listener
from tests.simulator.telephony.standin import gone

ALL = ["start", "end", "join", "leave", "mute", "hold", "modify"]


async def offer(client: Any, name: str = "ix-1", identity: str = "agent_1", **more: Any) -> Any:
    return await client.conferences(name).participants.create_async(
        from_=HUB, to=f"client:{identity}", label=identity, **more)


async def test_the_customer_hangs_up_while_the_agents_phone_rings(sim: Sim, hub: Listener, client: Any) -> None:
    phone = sim.agent("agent_1")
    made = await offer(client)
    await phone.rings()
    await client.calls(made.call_sid).update_async(status="canceled")
    await sim.settle()
    assert phone.messages[-1]["type"] == "cancel"
    with pytest.raises(KeyError):
        await phone.accept()


async def test_the_agent_was_faster_than_the_cancel(sim: Sim, hub: Listener, client: Any) -> None:
    phone = sim.agent("agent_1")
    made = await offer(client)
    await phone.rings()
    await phone.accept()
    with pytest.raises(TwilioRestException) as refused:
        await client.calls(made.call_sid).update_async(status="canceled")
    assert refused.value.code == 21220
    assert (await client.calls(made.call_sid).fetch_async()).status == "in-progress"
    await client.calls(made.call_sid).update_async(status="completed")
    await sim.settle()
    assert phone.messages[-1]["state"] == "closed"


async def test_the_caller_leaves_while_the_agent_answers(sim: Sim, hub: Listener, client: Any) -> None:
    hub.says("/voice", '<Enqueue action="/left">q</Enqueue>')
    caller = await sim.call(CUSTOMER, HUB)
    queue = (await client.queues.list_async())[0]
    phone = sim.agent("agent_1")
    made = await offer(client)
    await phone.rings()
    await caller.hang_up()
    agent = await phone.accept()
    assert await gone(client.queues(queue.sid).members(caller.sid).update_async(url=hub.base + "/join"))
    agent.expect_sound("music")
    assert await client.conferences(made.conference_sid).participants(made.call_sid).delete_async()
    await sim.settle()
    assert not agent.leg.live


async def test_two_members_are_taken_by_two_agents_once_each(sim: Sim, hub: Listener, client: Any) -> None:
    hub.says("/voice", '<Enqueue>q</Enqueue>')
    caller = await sim.call(CUSTOMER, HUB)
    queue = (await client.queues.list_async())[0]
    member = client.queues(queue.sid).members(caller.sid)
    await member.update_async(url=hub.says("/one", "<Say>One.</Say>"))
    assert await gone(member.update_async(url=hub.says("/two", "<Say>Two.</Say>")))
    await caller.heard("One")
    assert not hub.of("/two")


async def test_a_name_is_a_new_conference_after_the_first_has_ended(sim: Sim, hub: Listener, client: Any) -> None:
    hub.says("/voice", "<Dial><Conference>ix-1</Conference></Dial>")
    caller = await sim.call(CUSTOMER, HUB)
    first = (await client.conferences.list_async(friendly_name="ix-1"))[0]
    await caller.hang_up()
    made = await offer(client)
    assert made.conference_sid != first.sid
    assert len(await client.conferences.list_async(friendly_name="ix-1")) == 2


async def test_an_agent_whose_leg_ends_the_conference_kills_a_cold_transfer(
        sim: Sim, hub: Listener, client: Any) -> None:
    hub.says("/voice", "<Dial><Conference participantLabel='customer'>ix-1</Conference></Dial>")
    one, two = sim.agent("agent_1"), sim.agent("agent_2")
    caller = await sim.call(CUSTOMER, HUB)
    made = await offer(client, end_conference_on_exit=True)
    await one.rings()
    await one.accept()
    await offer(client, made.conference_sid, "agent_2")
    await two.rings()
    await two.accept()
    await one.hang_up()
    assert not caller.leg.live
    assert two.messages[-1]["state"] == "closed"


async def test_click_to_dial_with_the_browser_first(sim: Sim, hub: Listener, client: Any) -> None:
    application = await client.applications.create_async(voice_url=hub.says(
        "/out", f"<Dial><Conference participantLabel='agent' statusCallback='/conf' statusCallbackEvent="
                f"'{' '.join(ALL)}' endConferenceOnExit='true' waitUrl='/ringback'>out-1</Conference></Dial>"))
    hub.says("/ringback", "<Play loop='0'>/ring.mp3?sim_duration=3</Play>")
    phone = sim.agent("agent_1")
    phone.device.may_dial = application.sid
    agent = await phone.connect(To="+15557770001", ix="9")
    agent.expect_sound("play")
    conference = hub.of("/conf")[0]["ConferenceSid"]
    made = await client.conferences(conference).participants.create_async(
        from_=HUB, to="+15557770001", label="customer", early_media=True)
    await sim.advance(2)
    agent.expect_sound("play")
    called = sim.ringing_at("+15557770001")
    await called.answer()
    agent.expect_audible(called, mutual=True)
    agent.expect_sound("")
    assert hub.events("/conf", "StatusCallbackEvent") == ["participant-join", "participant-join", "conference-start"]
    await phone.hang_up()
    assert (await client.calls(made.call_sid).fetch_async()).status == "completed"


async def test_the_agent_gives_up_while_the_customer_is_rung(sim: Sim, hub: Listener, client: Any) -> None:
    hub.says("/voice", "<Dial><Conference endConferenceOnExit='true'>out-1</Conference></Dial>")
    agent = await sim.call(CUSTOMER, HUB)
    conference = (await client.conferences.list_async())[0]
    made = await client.conferences(conference.sid).participants.create_async(from_=HUB, to="+15557770001")
    await sim.advance(2)
    await agent.hang_up()
    # Nobody cancels the ringing leg but the hub; if he answers now, there is nobody.
    assert (await client.calls(made.call_sid).fetch_async()).status == "ringing"
    await sim.ringing_at("+15557770001").answer()
    assert (await client.calls(made.call_sid).fetch_async()).status == "completed"


async def test_a_held_customer_whose_agent_is_lost_stays_with_the_music(sim: Sim, hub: Listener, client: Any) -> None:
    hub.says("/voice", "<Dial><Conference participantLabel='customer'>ix-1</Conference></Dial>")
    phone = sim.agent("agent_1")
    caller = await sim.call(CUSTOMER, HUB)
    made = await offer(client)
    await phone.rings()
    await phone.accept()
    await client.conferences(made.conference_sid).participants("customer").update_async(hold=True)
    await phone.lose()
    await sim.advance(3600)
    caller.expect_sound("music")
    await client.calls(caller.sid).update_async(url=hub.says("/back", '<Enqueue>front</Enqueue>'))
    await sim.advance(2)
    assert caller.leg.place == "queue front"


async def test_a_refused_webhook_looks_like_a_dead_line(sim: Sim, hub: Listener) -> None:
    hub.token = "rotated"
    caller = await sim.call(CUSTOMER, HUB)
    await caller.heard("application error")
    await sim.advance(3)
    assert not caller.leg.live
    assert {alert.code for alert in sim.exchange.alerts.all} == {11200}


async def test_a_hang_up_wins_over_a_redirect_of_the_same_moment(sim: Sim, hub: Listener) -> None:
    hub.says("/voice", "<Pause length='60'/>")
    caller = await sim.call(CUSTOMER, HUB)
    await sim.advance(1)
    caller.leg.hang_up()
    caller.leg.interrupt(Redirected(Target(hub.says("/new", "<Say>Never.</Say>"))))
    await sim.settle()
    assert caller.leg.status == "completed"
    assert not hub.of("/new")


async def test_a_second_participants_callback_is_not_used(sim: Sim, hub: Listener, client: Any) -> None:
    one, two = sim.agent("agent_1"), sim.agent("agent_2")
    made = await offer(client)
    await offer(client, made.conference_sid, "agent_2", conference_status_callback=hub.base + "/conf",
                conference_status_callback_event=ALL)
    await one.rings()
    await one.accept()
    await two.rings()
    await two.accept()
    await sim.advance(1)
    assert (await client.conferences(made.conference_sid).fetch_async()).status == "in-progress"
    assert not hub.of("/conf")
