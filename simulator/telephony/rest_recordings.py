"""REST: recordings of calls and conferences, and all of them."""

from simulator.telephony.clock import rfc2822
from simulator.telephony.recordings import EVENTS, Recording, Transcription
from simulator.telephony.rest import ApiError, Ask, Body, Route, not_found, page, resource_uri, route
from simulator.telephony.rest_calls import in_range, leg_of, subscription_of

CURRENT = "Twilio.CURRENT"


def _body(ask: Ask, one: Recording) -> Body:
    """What all three views of a recording share."""
    return {"account_sid": ask.exchange.account.sid, "api_version": "2010-04-01",
            "call_sid": one.leg.sid if one.leg else None,
            "conference_sid": one.conference.sid if one.conference else None,
            "date_created": rfc2822(one.created), "date_updated": rfc2822(one.updated),
            "start_time": rfc2822(one.created), "duration": None if one.seconds is None else str(one.seconds),
            "sid": one.sid, "price": None, "price_unit": "USD", "status": one.status, "channels": one.channels,
            "source": one.source, "error_code": one.error_code, "encryption_details": None}


def call_recording(ask: Ask, one: Recording) -> Body:
    leg = one.leg.sid if one.leg else ""
    return _body(ask, one) | {"uri": resource_uri(ask, "Calls", leg, "Recordings", one.sid), "track": one.track}


def conference_recording(ask: Ask, one: Recording) -> Body:
    conference = one.conference.sid if one.conference else ""
    return _body(ask, one) | {"uri": resource_uri(ask, "Conferences", conference, "Recordings", one.sid)}


def recording(ask: Ask, one: Recording) -> Body:
    base = resource_uri(ask, "Recordings", one.sid).removesuffix(".json")
    return _body(ask, one) | {"uri": base + ".json", "media_url": one.url,
                              "subresource_uris": {"transcriptions": base + "/Transcriptions.json",
                                                   "add_on_results": base + "/AddOnResults.json"}}


def _of_call(ask: Ask) -> list[Recording]:
    leg = leg_of(ask, "CallSid")
    return [one for one in ask.exchange.recordings.values() if one.leg is leg and not one.deleted]


def _of_conference(ask: Ask) -> list[Recording]:
    sid = ask.path["ConferenceSid"]
    if sid not in ask.exchange.conferences:
        raise not_found(f"/Conferences/{sid}")
    return [one for one in ask.exchange.recordings.values()
            if one.conference is not None and one.conference.sid == sid and not one.deleted]


def _one(ask: Ask, among: list[Recording]) -> Recording:
    """By SID, or the one that runs."""
    key = ask.path["Sid"]
    for one in reversed(among):
        if one.sid == key or (key == CURRENT and one.running):
            return one
    raise not_found(f"/Recordings/{key}")


def start(ask: Ask) -> Body:
    leg = leg_of(ask, "CallSid")
    if leg.status != "in-progress":
        raise ApiError(400, 21220, "the call is not in progress")
    channels = {"mono": 1, "dual": 2}.get(ask.text("RecordingChannels", "mono"))
    if channels is None or ask.text("RecordingTrack", "both") not in {"both", "inbound", "outbound"}:
        raise ApiError(400, 20001, "RecordingChannels or RecordingTrack is invalid")
    made = Recording(ask.exchange, "StartCallRecordingAPI", leg=leg, channels=channels,
                     track=ask.text("RecordingTrack", "both"),
                     callback=subscription_of(ask, "RecordingStatusCallback", EVENTS, frozenset({"completed"})))
    return call_recording(ask, made)


def _change(ask: Ask, one: Recording) -> None:
    status = ask.text("Status")
    if status not in {"paused", "in-progress", "stopped"} or ask.text("PauseBehavior", "silence") not in {
            "silence", "skip"}:
        raise ApiError(400, 20001, "Status or PauseBehavior is invalid")
    if not one.running:
        raise ApiError(400, 21220, "the recording has ended")
    if status == "paused":
        one.pause(ask.text("PauseBehavior", "silence"))
    elif status == "in-progress":
        one.resume()
    else:
        one.stop()


def change_of_call(ask: Ask) -> Body:
    one = _one(ask, _of_call(ask))
    _change(ask, one)
    return call_recording(ask, one)


def change_of_conference(ask: Ask) -> Body:
    one = _one(ask, _of_conference(ask))
    _change(ask, one)
    return conference_recording(ask, one)


def _delete(one: Recording) -> None:
    if one.running:
        raise ApiError(400, 21220, "the recording still runs")
    one.deleted = True


def all_of(ask: Ask) -> list[Recording]:
    """Those that are not deleted, newest first, by the filters of the list."""
    wanted = {"CallSid": "leg", "ConferenceSid": "conference"}

    def fits(one: Recording) -> bool:
        return all(name not in ask.query or (getattr(one, of) is not None and getattr(one, of).sid == ask.query[name])
                   for name, of in wanted.items()) and in_range(ask, "DateCreated", one.created)

    return [one for one in reversed(ask.exchange.recordings.values()) if not one.deleted and fits(one)]


def transcription(ask: Ask, one: Transcription) -> Body:
    at = rfc2822(one.created)
    return {"account_sid": ask.exchange.account.sid, "api_version": "2010-04-01", "date_created": at,
            "date_updated": at, "duration": None if one.recording.seconds is None else str(one.recording.seconds),
            "price": None, "price_unit": "USD", "recording_sid": one.recording.sid, "sid": one.sid,
            "status": one.status, "transcription_text": one.text, "type": "fast",
            "uri": resource_uri(ask, "Transcriptions", one.sid)}


def _transcriptions(ask: Ask) -> list[Transcription]:
    """All, or those of the recording that the path names."""
    of = ask.path.get("RecordingSid")
    if of is not None and of not in ask.exchange.recordings:
        raise not_found(f"/Recordings/{of}")
    return [one for one in ask.exchange.transcriptions.values() if of in (None, one.recording.sid)]


def _transcription(ask: Ask) -> Transcription:
    for one in _transcriptions(ask):
        if one.sid == ask.path["Sid"]:
            return one
    raise not_found(f"/Transcriptions/{ask.path['Sid']}")


def forget_transcription(ask: Ask) -> None:
    del ask.exchange.transcriptions[_transcription(ask).sid]


def transcriptions(ask: Ask) -> Body:
    return page(ask, [(one.sid, transcription(ask, one)) for one in _transcriptions(ask)])


_TRANSCRIPTIONS: dict[str, Route] = {
    f"{method} {prefix}/Transcriptions{tail}.json": route(handler)
    for prefix in ("", "/Recordings/{RecordingSid}")
    for method, tail, handler in (("GET", "", transcriptions), ("DELETE", "/{Sid}", forget_transcription),
                                  ("GET", "/{Sid}", lambda ask: transcription(ask, _transcription(ask))))}
ROUTES: dict[str, Route] = {
    **_TRANSCRIPTIONS,
    "POST /Calls/{CallSid}/Recordings.json": route(
        start, "RecordingStatusCallbackEvent RecordingStatusCallback RecordingStatusCallbackMethod RecordingChannels "
               "RecordingTrack", status=201),
    "GET /Calls/{CallSid}/Recordings.json": route(
        lambda ask: page(ask, [(one.sid, call_recording(ask, one)) for one in _of_call(ask)
                               if in_range(ask, "DateCreated", one.created)]),
        "DateCreated DateCreated< DateCreated>"),
    "GET /Calls/{CallSid}/Recordings/{Sid}.json": route(lambda ask: call_recording(ask, _one(ask, _of_call(ask)))),
    "POST /Calls/{CallSid}/Recordings/{Sid}.json": route(change_of_call, "Status PauseBehavior"),
    "DELETE /Calls/{CallSid}/Recordings/{Sid}.json": route(lambda ask: _delete(_one(ask, _of_call(ask)))),
    "GET /Conferences/{ConferenceSid}/Recordings.json": route(
        lambda ask: page(ask, [(one.sid, conference_recording(ask, one)) for one in _of_conference(ask)])),
    "GET /Conferences/{ConferenceSid}/Recordings/{Sid}.json": route(
        lambda ask: conference_recording(ask, _one(ask, _of_conference(ask)))),
    "POST /Conferences/{ConferenceSid}/Recordings/{Sid}.json": route(change_of_conference, "Status PauseBehavior"),
    "DELETE /Conferences/{ConferenceSid}/Recordings/{Sid}.json": route(
        lambda ask: _delete(_one(ask, _of_conference(ask)))),
    "GET /Recordings.json": route(
        lambda ask: page(ask, [(one.sid, recording(ask, one)) for one in all_of(ask)]),
        "CallSid ConferenceSid DateCreated DateCreated< DateCreated>"),
    "GET /Recordings/{Sid}.json": route(lambda ask: recording(ask, _one(ask, all_of(ask)))),
    "DELETE /Recordings/{Sid}.json": route(lambda ask: _delete(_one(ask, all_of(ask)))),
}
