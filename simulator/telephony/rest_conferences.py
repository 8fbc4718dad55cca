"""REST: Conferences and their Participants."""

from simulator.telephony.clock import rfc2822
from simulator.telephony.conferences import EVENTS, KICKED, Conference, Participant, attend, live_conference
from simulator.telephony.devices import client_address
from simulator.telephony.dialing import refused
from simulator.telephony.legs import EVENTS as CALL_EVENTS
from simulator.telephony.legs import HungUp, Leg, Party, Target
from simulator.telephony.recordings import EVENTS as RECORDING_EVENTS
from simulator.telephony.rest import ApiError, Ask, Body, Route, not_found, page, resource_uri, route
from simulator.telephony.rest_calls import check_from, check_to, in_range, subscription_of
from simulator.telephony.trunk import calling


def conference_body(ask: Ask, conference: Conference) -> Body:
    uri = resource_uri(ask, "Conferences", conference.sid)
    base = uri.removesuffix(".json")
    return {"account_sid": ask.exchange.account.sid, "date_created": rfc2822(conference.created),
            "date_updated": rfc2822(conference.updated), "api_version": "2010-04-01",
            "friendly_name": conference.name, "region": "us1", "sid": conference.sid, "status": conference.status,
            "uri": uri, "subresource_uris": {"participants": f"{base}/Participants.json",
                                             "recordings": f"{base}/Recordings.json"},
            "reason_conference_ended": conference.reason, "call_sid_ending_conference": conference.ended_by}


def participant_body(ask: Ask, conference: Conference, one: Participant) -> Body:
    states = {"queued": "queued", "initiated": "connecting", "ringing": "ringing", "completed": "complete"}
    status = "connected" if one.joined else states.get(one.leg.status, "connecting" if one.leg.live else "failed")
    return {"account_sid": ask.exchange.account.sid, "call_sid": one.leg.sid, "label": one.label or None,
            "call_sid_to_coach": one.coach or None, "coaching": one.coaching, "conference_sid": conference.sid,
            "date_created": rfc2822(one.created), "date_updated": rfc2822(one.updated),
            "end_conference_on_exit": one.end_on_exit, "muted": one.muted, "hold": one.hold,
            "start_conference_on_enter": one.start_on_enter, "status": status,
            "queue_time": str(one.leg.queue_ms),
            "uri": resource_uri(ask, "Conferences", conference.sid, "Participants", one.leg.sid)}


def _conference(ask: Ask, name: str = "ConferenceSid", *, live: bool = False) -> Conference:
    found = ask.exchange.conferences.get(ask.path[name])
    if found is None or (live and found.status == "completed"):
        raise not_found(f"/Conferences/{ask.path[name]}")
    return found


def _participant(ask: Ask) -> tuple[Conference, Participant]:
    conference = _conference(ask)
    found = conference.find(ask.path["CallSid"])
    if found is None:
        raise not_found(f"/Conferences/{conference.sid}/Participants/{ask.path['CallSid']}")
    return conference, found


def update(ask: Ask) -> Body:
    """End it, or play something to everybody."""
    conference = _conference(ask, "Sid")
    if ask.text("Status") not in {"", "completed"}:
        raise ApiError(400, 20001, "Status is completed")
    if conference.status == "completed":
        raise ApiError(int(ask.exchange.quirks["complete-ended-conference"]), 20404, "the conference has ended")
    if ask.text("Status"):
        conference.finish("conference-ended-via-api", None, "conference_ended_via_api")
    elif ask.text("AnnounceUrl"):
        conference.announce(Target(ask.text("AnnounceUrl"), ask.method("AnnounceMethod")))
    return conference_body(ask, conference)


def listing(ask: Ask) -> Body:
    def wanted(one: Conference) -> bool:
        return (ask.query.get("FriendlyName") in (None, one.name) and ask.query.get("Status") in (None, one.status)
                and in_range(ask, "DateCreated", one.created) and in_range(ask, "DateUpdated", one.updated))

    found = [one for one in reversed(ask.exchange.conferences.values()) if wanted(one)]
    return page(ask, [(one.sid, conference_body(ask, one)) for one in found])


def participants(ask: Ask) -> Body:
    """Those who are there or on their way; who has left is not listed."""
    conference = _conference(ask)

    def wanted(one: Participant) -> bool:
        flags = {"Muted": one.muted, "Hold": one.hold, "Coaching": one.coaching}
        return one.leg.live and all(name not in ask.query or (ask.query[name].lower() == "true") == value
                                    for name, value in flags.items())

    found = [one for one in reversed(conference.participants.values()) if wanted(one)]
    return page(ask, [(one.leg.sid, participant_body(ask, conference, one)) for one in found])


def _given(ask: Ask) -> tuple[Conference | None, str]:
    """The conference that a path names by SID or by name."""
    key = ask.path["ConferenceSid"]
    if key in ask.exchange.conferences:
        return _conference(ask, live=True), ""
    if key.startswith("CF") and len(key) == 34:
        raise not_found(f"/Conferences/{key}")
    return live_conference(ask.exchange, key), key


def _recording_callback(ask: Ask) -> bool:
    record = ask.text("ConferenceRecord", "do-not-record")
    if record not in {"true", "false", "record-from-start", "do-not-record"}:
        raise ApiError(400, 20001, "ConferenceRecord is invalid")
    return record in {"true", "record-from-start"}


def _beep(ask: Ask) -> str:
    beep = ask.text("Beep", "true")
    if beep not in {"true", "false", "onEnter", "onExit"}:
        raise ApiError(400, 20001, "Beep is invalid")
    return beep


def create(ask: Ask) -> Body:
    """Dial somebody into a conference; the answer comes before anything rings."""
    exchange, to, from_ = ask.exchange, ask.text("To"), ask.text("From")
    conference, name = _given(ask)
    check_to(ask, to)
    check_from(exchange, from_, to)
    timeout = ask.within("Timeout", 60, 5, 600)
    label = ask.text("Label")
    if len(label) > 128 or "/" in label:
        raise ApiError(400, 20001, "Label has at most 128 characters and no slash")
    coach = ask.text("CallSidToCoach")
    if ask.flag("Coaching") and not coach:
        raise ApiError(400, 13240, "Coaching needs CallSidToCoach")
    custom = client_address(to)[1] if to.startswith("client:") else {}
    wait = ask.form.get("WaitUrl")
    made = Participant(
        None, label, ask.flag("Muted"), start_on_enter=ask.flag("StartConferenceOnEnter", True),  # type: ignore[arg-type]
        end_on_exit=ask.flag("EndConferenceOnExit"), coaching=bool(coach), coach=coach,
        wait=Target(wait, ask.method("WaitMethod")) if wait else None, silent_wait=wait == "",
        callback=subscription_of(ask, "ConferenceStatusCallback", EVENTS, frozenset({"start", "end"})),
        beep=_beep(ask), maximum=ask.within("MaxParticipants", 250, 2, 250), record=_recording_callback(ask),
        record_callback=subscription_of(ask, "ConferenceRecordingStatusCallback", RECORDING_EVENTS,
                                        frozenset({"completed"})))
    wrong = refused(conference, made) if conference is not None else (13240 if coach else None)
    if wrong is not None:
        raise ApiError(400, wrong, "cannot be added to the conference")
    conference = conference or Conference(exchange, name)
    leg = Leg(exchange, Party(from_, to, "outbound-api", custom=custom))
    leg.callback = subscription_of(ask, "StatusCallback", CALL_EVENTS, frozenset({"completed"}))
    made.leg = leg
    conference.add(made)
    _bring(ask, conference, made, timeout)
    return participant_body(ask, conference, made)


def _bring(ask: Ask, conference: Conference, made: Participant, timeout: int) -> None:
    """Ring, and be in the conference until it ends."""
    leg, exchange = made.leg, ask.exchange
    limit = float(ask.number("TimeLimit", 14400))

    async def content() -> Target | None:
        await attend(leg, conference, made, limit)
        raise HungUp()

    leg.at_end.append(lambda _: conference.leave(made, "participant_hung_up"))
    exchange.start(leg, calling(leg, timeout, content, counted=exchange.quirks.on("participants-cps")))


def modify(ask: Ask) -> Body:
    """Mute, hold, flags, coaching, announcements. A participant who is still on his way cannot be changed."""
    conference, one = _participant(ask)
    if not one.joined:
        raise not_found(f"/Participants/{one.leg.sid}: still connecting")
    coach = ask.text("CallSidToCoach")
    if coach:
        coached = conference.participants.get(coach)
        if coached is None or not coached.joined:
            raise ApiError(400, 13240, "CallSidToCoach is not in the conference")
    if "Muted" in ask.form:
        conference.mute(one, ask.flag("Muted"))
    if "EndConferenceOnExit" in ask.form or "Coaching" in ask.form or coach:
        conference.modify(one, end_on_exit=_maybe(ask, "EndConferenceOnExit"), coaching=_maybe(ask, "Coaching"),
                          coach=coach or None)
    if "Hold" in ask.form:
        url = ask.text("HoldUrl")
        conference.hold(one, ask.flag("Hold"), Target(url, ask.method("HoldMethod", "GET")) if url else None)
    if ask.text("AnnounceUrl"):
        conference.announce(Target(ask.text("AnnounceUrl"), ask.method("AnnounceMethod")), one)
    return participant_body(ask, conference, one)


def _maybe(ask: Ask, name: str) -> bool | None:
    return ask.flag(name) if name in ask.form else None


def remove(ask: Ask) -> None:
    """Out, and hung up."""
    _, one = _participant(ask)
    ringing = not one.joined and one.leg.status != "in-progress"
    one.leg.hang_up("canceled" if ringing else "completed", 487 if ringing else 200, KICKED)


ROUTES: dict[str, Route] = {
    "GET /Conferences.json": route(
        listing, "FriendlyName Status DateCreated DateCreated< DateCreated> DateUpdated DateUpdated< DateUpdated>"),
    "GET /Conferences/{Sid}.json": route(lambda ask: conference_body(ask, _conference(ask, "Sid"))),
    "POST /Conferences/{Sid}.json": route(update, "Status AnnounceUrl AnnounceMethod"),
    "GET /Conferences/{ConferenceSid}/Participants.json": route(participants, "Muted Hold Coaching"),
    "POST /Conferences/{ConferenceSid}/Participants.json": route(
        create, "From To Label Timeout Muted Beep StartConferenceOnEnter EndConferenceOnExit WaitUrl WaitMethod "
                "EarlyMedia MaxParticipants StatusCallback StatusCallbackMethod StatusCallbackEvent ConferenceRecord "
                "ConferenceStatusCallback ConferenceStatusCallbackMethod ConferenceStatusCallbackEvent "
                "ConferenceRecordingStatusCallback ConferenceRecordingStatusCallbackMethod "
                "ConferenceRecordingStatusCallbackEvent Coaching CallSidToCoach CallReason TimeLimit"),
    "GET /Conferences/{ConferenceSid}/Participants/{CallSid}.json": route(
        lambda ask: participant_body(ask, *_participant(ask))),
    "POST /Conferences/{ConferenceSid}/Participants/{CallSid}.json": route(
        modify, "Muted Hold HoldUrl HoldMethod AnnounceUrl AnnounceMethod EndConferenceOnExit Coaching "
                "CallSidToCoach"),
    "DELETE /Conferences/{ConferenceSid}/Participants/{CallSid}.json": route(remove),
}
