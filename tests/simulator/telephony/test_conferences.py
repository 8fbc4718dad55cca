"""Conferences: who hears whom, the callbacks about it, and the pitfalls that the field knows."""

from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException  # type: ignore[import-untyped]

from simulator.telephony.driver import Person, Sim, Softphone
from tests.simulator.telephony.conftest import CUSTOMER, HUB, Listener

ALL = "start end join leave mute hold modify speaker announcement"
ROOM = (f'<Dial action="/dialed"><Conference participantLabel="customer" endConferenceOnExit="true" '
        f'statusCallback="/conf" statusCallbackEvent="{ALL}">ix-1</Conference></Dial>')


class Room:
    """A customer and agent_1 in one conference, made as a hub makes it."""

    def __init__(self, sim: Sim, hub: Listener, client: Any) -> None:
        self.sim, self.hub, self.client = sim, hub, client
        self.sid = ""
        self.phones: dict[str, Softphone] = {}

    async def add(self, identity: str, **more: Any) -> Person:
        """An agent joins by REST and answers."""
        phone = self.phones.setdefault(identity, self.sim.agent(identity))
        made = await self.client.conferences(self.sid or "ix-1").participants.create_async(
            from_=HUB, to=f"client:{identity}?ix=1", label=identity, conference_status_callback=self.hub.base + "/conf",
            conference_status_callback_event=ALL.split(), **more)
        self.sid = made.conference_sid
        await phone.rings()
        return await phone.accept()

    async def customer(self) -> Person:
        """A caller who is sent straight into the room."""
        self.hub.says("/voice", ROOM)
        return await self.sim.call(CUSTOMER, HUB)

    def participant(self, key: str) -> Any:
        return self.client.conferences(self.sid).participants(key)

    def told(self) -> list[str]:
        """Events in order, with whom they are about."""
        return [" ".join(filter(None, (one["StatusCallbackEvent"].removeprefix("participant-"),
                                       one.form.get("ParticipantLabel", "")))) for one in self.hub.of("/conf")]


@pytest.fixture
def room(sim: Sim, hub: Listener, client: Any) -> Room:
    return Room(sim, hub, client)


async def refused(work: Any, status: int, code: int) -> None:
    with pytest.raises(TwilioRestException) as failed:
        await work
    assert (failed.value.status, failed.value.code) == (status, code)


async def test_agent_first_then_customer(room: Room, sim: Sim) -> None:
    agent = await room.add("agent_1")
    agent.expect_sound("music")
    assert (await room.client.conferences(room.sid).fetch_async()).status == "init"
    customer = await room.customer()
    agent.expect_audible(customer, mutual=True)
    agent.expect_sound("")
    assert room.told() == ["join agent_1", "join customer", "conference-start"]
    assert [one["SequenceNumber"] for one in room.hub.of("/conf")] == ["1", "2", "3"]
    joined = room.hub.of("/conf")[1]
    assert {name: joined[name] for name in ("Muted", "Hold", "Coaching", "EndConferenceOnExit",
                                            "StartConferenceOnEnter", "CallSid", "FriendlyName")} == {
        "Muted": "false", "Hold": "false", "Coaching": "false", "EndConferenceOnExit": "true",
        "StartConferenceOnEnter": "true", "CallSid": customer.sid, "FriendlyName": "ix-1"}
    listed = await room.client.conferences(room.sid).participants.list_async()
    assert {(one.label, one.status, one.muted) for one in listed} == {
        ("customer", "connected", False), ("agent_1", "connected", False)}
    live = await room.client.conferences.list_async(friendly_name="ix-1", status="in-progress")
    assert [one.sid for one in live] == [room.sid]
    await customer.hang_up()
    assert room.told()[3:] == ["leave customer", "leave agent_1", "conference-end"]
    left, _, end = room.hub.of("/conf")[3:]
    assert left["ReasonParticipantLeft"] == "participant_hung_up"
    assert (end["ReasonConferenceEnded"], end["CallSidEndingConference"], end["ParticipantLabelEndingConference"]) == (
        "participant-with-end-conference-on-exit-left", customer.sid, "customer")
    assert agent.leg.status == "completed"
    done = await room.client.conferences(room.sid).fetch_async()
    assert (done.status, done.reason_conference_ended, done.call_sid_ending_conference) == (
        "completed", "participant-with-end-conference-on-exit-left", customer.sid)
    sim.invariants()


async def test_the_dial_action_after_the_conference(room: Room, sim: Sim) -> None:
    await room.add("agent_1", end_conference_on_exit=True)
    customer = await room.customer()
    room.hub.says("/dialed", "<Say>Survey.</Say>")
    await room.phones["agent_1"].hang_up()
    await customer.heard("Survey")
    action = room.hub.of("/dialed")[0]
    assert action["DialCallStatus"] == "answered"
    assert "DialCallSid" not in action.form
    assert "DialCallDuration" not in action.form


async def test_hold_and_mute(room: Room, sim: Sim) -> None:
    agent = await room.add("agent_1")
    customer = await room.customer()
    url = room.hub.says("/hold", "<Say>You are held.</Say><Play>/m.mp3?sim_duration=60</Play>")
    await room.participant("customer").update_async(hold=True, hold_url=url)
    await customer.heard("You are held")
    assert room.hub.of("/hold")[0].method == "GET"
    agent.expect_inaudible(customer)
    customer.expect_inaudible(agent)
    assert (await room.participant(customer.sid).fetch_async()).hold
    assert len(await room.client.conferences(room.sid).participants.list_async(hold=True)) == 1
    await room.participant("customer").update_async(hold=False)
    agent.expect_audible(customer, mutual=True)
    await room.participant("agent_1").update_async(muted=True)
    customer.expect_inaudible(agent)
    agent.expect_audible(customer)
    await room.participant("agent_1").update_async(muted=False)
    await sim.settle()
    assert room.told()[3:] == ["hold customer", "unhold customer", "mute agent_1", "unmute agent_1"]
    await room.participant("customer").update_async(hold=True)
    customer.expect_sound("music")
    await customer.hang_up()
    assert agent.leg.status == "completed"


async def test_listen_whisper_barge(room: Room, sim: Sim) -> None:
    agent = await room.add("agent_1")
    customer = await room.customer()
    before = [one.kind for one in customer.leg.heard]
    boss = await room.add("boss", muted=True, beep="false")
    assert [one.kind for one in customer.leg.heard] == before
    boss.expect_audible(agent, customer)
    agent.expect_inaudible(boss)
    customer.expect_inaudible(boss)
    whisper = room.participant("boss").update_async
    await whisper(muted=False, coaching=True, call_sid_to_coach=agent.sid)
    agent.expect_audible(boss, mutual=True)
    customer.expect_inaudible(boss)
    boss.expect_audible(customer)
    assert (await room.participant("boss").fetch_async()).call_sid_to_coach == agent.sid
    await whisper(coaching=False)
    customer.expect_audible(boss, mutual=True)
    await whisper(muted=True)
    customer.expect_inaudible(boss)
    await refused(whisper(coaching=True, call_sid_to_coach="CA" + "0" * 32), 400, 13240)
    await refused(room.client.conferences(room.sid).participants.create_async(
        from_=HUB, to="client:x", coaching=True, call_sid_to_coach="CA" + "0" * 32), 400, 13240)


async def test_setting_the_end_while_held_does_nothing(room: Room, sim: Sim) -> None:
    await room.add("agent_1")
    await room.customer()
    change = room.participant("customer").update_async
    await change(hold=True)
    assert (await change(end_conference_on_exit=False)).end_conference_on_exit
    await change(hold=False)
    assert not (await change(end_conference_on_exit=False)).end_conference_on_exit
    sim.exchange.quirks.switch("held-end-on-exit", "off")
    await change(hold=True)
    assert (await change(end_conference_on_exit=True)).end_conference_on_exit


async def test_a_warm_transfer(room: Room, sim: Sim) -> None:
    one = await room.add("agent_1")
    customer = await room.customer()
    change = room.participant("customer").update_async
    await change(end_conference_on_exit=False)
    await change(hold=True)
    two = await room.add("agent_2")
    one.expect_audible(two, mutual=True)
    two.expect_inaudible(customer)
    assert one.leg.heard[-1].kind == "beep"
    await change(hold=False)
    customer.expect_audible(one, two, mutual=True)
    assert await room.participant("agent_1").delete_async()
    await sim.settle()
    customer.expect_audible(two, mutual=True)
    assert one.leg.status == "completed"
    left = [seen for seen in room.hub.of("/conf") if seen["StatusCallbackEvent"] == "participant-leave"]
    assert left[0]["ReasonParticipantLeft"] == "participant_updated_via_api"
    await refused(room.participant("agent_1").fetch_async(), 404, 20404)
    sim.invariants()


async def test_an_orphan_is_seen_by_the_invariants(room: Room, sim: Sim) -> None:
    await room.add("agent_1")
    customer = await room.customer()
    await room.phones["agent_1"].lose()
    assert customer.leg.status == "in-progress"
    with pytest.raises(AssertionError, match="customer is connected and hears nothing"):
        sim.invariants()


async def test_somebody_who_does_not_come(room: Room, sim: Sim) -> None:
    phone = sim.agent("agent_1")
    made = await room.client.conferences("ix-1").participants.create_async(
        from_=HUB, to="client:agent_1", label="agent_1", timeout=10, status_callback=room.hub.base + "/leg",
        status_callback_event=["initiated", "ringing", "answered", "completed"],
        conference_status_callback=room.hub.base + "/conf", conference_status_callback_event=ALL.split())
    assert made.status == "queued"
    await phone.rings()
    await refused(room.client.conferences(made.conference_sid).participants("agent_1").update_async(muted=True),
                  404, 20404)
    assert [one.status for one in await room.client.conferences(made.conference_sid).participants.list_async()] == [
        "ringing"]
    await sim.advance(20)
    assert room.hub.events("/leg", "CallStatus") == ["initiated", "ringing", "no-answer"]
    assert room.hub.of("/conf")[0]["ReasonParticipantLeft"] == "participant_add_failed"
    assert phone.messages[-1] == {"type": "cancel", "callSid": made.call_sid}
    assert (await room.client.conferences(made.conference_sid).fetch_async()).status == "completed"
    again = await room.client.conferences("ix-1").participants.create_async(from_=HUB, to="client:agent_1")
    assert again.conference_sid != made.conference_sid
    await refused(room.client.conferences(made.conference_sid).participants.create_async(
        from_=HUB, to="client:agent_1"), 404, 20404)


async def test_two_devices_of_one_agent(room: Room, sim: Sim) -> None:
    first, second = sim.agent("agent_1"), sim.agent("agent_1")
    room.phones["agent_1"] = first
    await room.add("agent_1")
    assert [one["type"] for one in second.messages] == ["incoming", "cancel"]
    assert first.messages[0]["params"] == {"ix": "1"}
    with pytest.raises(KeyError):
        second.device.accept()


async def test_a_busy_device_lets_it_ring_and_a_declined_call_is_busy(room: Room, sim: Sim, client: Any) -> None:
    await room.add("agent_1")
    made = await client.conferences("ix-2").participants.create_async(from_=HUB, to="client:agent_1", timeout=5)
    await sim.advance(5)
    assert [one["type"] for one in room.phones["agent_1"].messages] == ["incoming", "state"]
    await sim.advance(10)
    assert (await client.calls(made.call_sid).fetch_async()).status == "no-answer"
    await room.phones["agent_1"].hang_up()
    made = await client.conferences("ix-3").participants.create_async(from_=HUB, to="client:agent_1")
    await room.phones["agent_1"].rings()
    await room.phones["agent_1"].reject()
    assert (await client.calls(made.call_sid).fetch_async()).status == "busy"


async def test_a_client_who_is_not_registered(room: Room, sim: Sim, client: Any) -> None:
    made = await client.conferences("ix-1").participants.create_async(from_=HUB, to="client:nobody", timeout=10)
    await sim.advance(16)
    assert (await client.calls(made.call_sid).fetch_async()).status == "no-answer"
    sim.exchange.quirks.switch("client-unregistered", "fail-fast")
    made = await client.conferences("ix-2").participants.create_async(from_=HUB, to="client:nobody")
    await sim.advance(2)
    assert (await client.calls(made.call_sid).fetch_async()).status == "failed"


async def test_labels_are_unique_and_have_no_slash(room: Room, sim: Sim, client: Any) -> None:
    await room.add("agent_1")
    create = client.conferences(room.sid).participants.create_async
    await refused(create(from_=HUB, to="client:x", label="agent_1"), 400, 16025)
    await refused(create(from_=HUB, to="client:x", label="a/b"), 400, 20001)
    await refused(create(from_=HUB, to="client:not allowed"), 400, 21211)
    await refused(create(from_="+15559999999", to="+15557770001"), 400, 21210)
    await refused(create(from_="client:agent_1", to="+15557770001"), 400, 21212)
    await refused(create(from_=CUSTOMER, to="client:x"), 400, 21210)
    assert (await create(from_="client:agent_1", to="client:x")).status == "queued"


async def test_a_conference_is_ended_by_rest(room: Room, sim: Sim, client: Any) -> None:
    agent, customer = await room.add("agent_1"), await room.customer()
    room.hub.says("/dialed", "<Hangup/>")
    await client.conferences(room.sid).update_async(status="completed")
    await sim.settle()
    end = room.hub.of("/conf")[-1]
    assert end["ReasonConferenceEnded"] == "conference-ended-via-api"
    assert "CallSidEndingConference" not in end.form
    assert (agent.leg.status, customer.leg.status) == ("completed", "completed")
    await refused(client.conferences(room.sid).update_async(status="completed"), 404, 20404)


async def test_announcements(room: Room, sim: Sim, client: Any) -> None:
    agent, customer = await room.add("agent_1"), await room.customer()
    url = room.hub.says("/say", "<Say>This is recorded.</Say>")
    await client.conferences(room.sid).update_async(announce_url=url)
    await agent.heard("recorded")
    await customer.heard("recorded")
    await sim.advance(3)
    await room.participant("agent_1").update_async(announce_url=url)
    await sim.advance(3)
    assert room.told()[3:] == ["announcement-end", "announcement-end agent_1"]
    await room.participant("customer").update_async(hold=True)
    await room.participant("customer").update_async(announce_url=url)
    await sim.advance(3)
    customer.expect_sound("music")
    bad = room.hub.says("/bad", "<Gather/>")
    await room.participant("agent_1").update_async(announce_url=bad)
    await sim.settle()
    assert sim.exchange.alerts.codes() == [13238]


async def test_the_first_to_join_decides_where_callbacks_go(sim: Sim, hub: Listener, client: Any) -> None:
    room = Room(sim, hub, client)
    phone = sim.agent("agent_1")
    await client.conferences("ix-1").participants.create_async(from_=HUB, to="client:agent_1")
    await phone.rings()
    await phone.accept()
    await room.customer()
    await sim.advance(1)
    assert not hub.of("/conf")


async def test_redirecting_a_participant_takes_it_out(room: Room, sim: Sim, client: Any) -> None:
    agent, customer = await room.add("agent_1"), await room.customer()
    await room.participant("customer").update_async(end_conference_on_exit=False)
    await client.calls(customer.sid).update_async(url=room.hub.says("/queue", "<Say>Back in line.</Say>"))
    await sim.settle()
    agent.expect_inaudible(customer)
    await customer.heard("Back in line")
    assert room.told()[-1] == "leave customer"
    assert len(room.hub.of("/dialed")) == 1
    assert agent.leg.status == "in-progress"
