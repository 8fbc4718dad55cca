"""Commands of a call, as requests to Twilio; and Twilio read, as facts. One attempt each, nothing is remembered."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from channels.twilio.rest import VERSION, Rest, RestFailure, quoted
from channels.voice import reports
from channels.voice.call import Call, Flag, Leg, Record
from channels.voice.control import Ask, Comfort, Command, Connect, Create, End, SendBack, SetFlag, SetRecording
from channels.voice.documents import ROOM_EVENTS, Urls
from channels.voice.facts import Fact, Flagged, LegSeen, Moved, Recorded

LEG_EVENTS = ("initiated", "ringing", "answered", "completed")
CONFLICT = 21220  # the call is not in the state that the request is for
MOST_BYTES = 250_000_000  # four hours, the longest call, in one channel
FAR = 5.0  # seconds after which a participant that is not listed any more counts as gone

_RUNS: Mapping[str, Record] = {"in-progress": "on", "paused": "paused"}
_FLAGS: Mapping[str, Flag] = {
    "muted": "muted", "hold": "held", "coaching": "coaching", "end_conference_on_exit": "ends_room"}


@dataclass(frozen=True, slots=True)
class Wiring:
    """The provider's names of what a call consists of, besides the legs."""

    queue_sid: str = ""
    rooms: Mapping[int, str] = field(default_factory=dict)  # room -> SID of its conference


@dataclass(frozen=True, slots=True)
class Learned:
    """What an answer of the provider says."""

    facts: tuple[Fact, ...] = ()
    room: tuple[int, str] | None = None  # a room, and the SID of its conference


def room_name(call_id: str, room: int) -> str:
    """A name of its own for each attempt to connect."""
    return f"call-{call_id}-{room}"


class Provider:
    """Speaks for one account."""

    def __init__(self, rest: Rest) -> None:
        self._rest = rest

    async def do(self, command: Command, call: Call, wiring: Wiring, urls: Urls, caller_id: str,
                 now: datetime) -> Learned:
        """One attempt. Raises `RestFailure`; after `refused` and `gone` the call must be read."""
        match command:
            case Create():
                return await self._create(call.legs[command.leg], call, wiring, urls, caller_id, now)
            case End():
                return await self._end(call.legs[command.leg], command.answered, now)
            case Connect(room=room):
                return await self._connect(call.customer, urls.join(room), wiring.queue_sid)
            case Ask():
                await self._redirect(call.customer, urls.plain("survey"))
            case SendBack():
                await self._redirect(call.customer, urls.plain("back"))
            case SetFlag():
                return await self._flag(command, call, wiring, urls, now)
            case Comfort(room=room):
                await self._rest.post(self._participant(call.customer, room, wiring), {
                    "AnnounceUrl": urls.plain("comfort"), "AnnounceMethod": "POST"})
            case SetRecording():
                return await self._record(command, call, urls)
        return Learned()

    async def look_for(self, leg: Leg, call: Call, now: datetime) -> Learned | None:
        """A leg whose creation had no answer, by its label. None where there is none."""
        for conference in await self._conferences(call, leg.dialled):
            for one in await self._participants(conference):
                if one.get("label") == leg.id:
                    fact = LegSeen(leg.id, "queued", now, str(one.get("call_sid", "")))
                    return Learned((fact,), (leg.dialled, conference))
        return None

    async def read(self, call: Call, wiring: Wiring, now: datetime) -> list[Fact]:
        """How things stand: every leg that is not known to be over, and who is in the customer's room."""
        found: list[Fact] = []
        for leg in call.legs.values():
            if leg.sid and not leg.over:
                found += await self._read_leg(leg, now)
        over = {fact.leg for fact in found if isinstance(fact, LegSeen) and fact.state not in (
            "queued", "initiated", "ringing", "in_progress")}
        room = call.customer.room or max((leg.dialled for leg in call.legs.values() if leg.wanted), default=0)
        if room and (sid := wiring.rooms.get(room)):
            found += self._inside(call, room, await self._participants(sid), over, now)
        return found

    async def recordings(self, leg: Leg) -> list[reports.Recording]:
        """What was recorded of a call and is ready."""
        return [one for body in await self._recordings(leg) if (one := self._ready(body)) is not None]

    async def recording(self, sid: str) -> reports.Recording | None:
        """What was recorded, None while it is not ready. Raises `RestFailure`: "gone" where there is nothing."""
        body = await self._rest.get(f"/Recordings/{quoted(sid)}.json")
        if body.get("status") == "absent":
            raise RestFailure("gone", text="nothing was recorded")
        return self._ready(body)

    async def sound(self, url: str, *, apart: bool) -> bytes:
        """The bytes of a WAV file; `apart`: each party in a channel of its own, if it was recorded so. Raises
        `RestFailure` or `TooLargeError`."""
        _, content = await self._rest.load(f"{url}.wav{'?RequestedChannels=2' if apart else ''}", MOST_BYTES)
        return content

    async def forget(self, sid: str) -> None:
        """Deletes the provider's copy; one that is gone counts as deleted. Raises `RestFailure`."""
        await self._rest.delete(f"/Recordings/{quoted(sid)}.json")

    async def recorded(self, call: Call) -> Recorded:
        """How the recording of a call stands."""
        for one in await self._recordings(call.customer):
            if one.get("status") in _RUNS and one.get("source") == reports.OURS:
                return Recorded(_RUNS[str(one["status"])], str(one["sid"]))
        return Recorded("off")

    async def close(self) -> None:
        await self._rest.close()

    # --- commands -----------------------------------------------------------------------------------------------------

    async def _create(self, leg: Leg, call: Call, wiring: Wiring, urls: Urls, caller_id: str,
                      now: datetime) -> Learned:
        room = leg.dialled
        others = any(one.present and one.room == room for one in call.legs.values())
        # One that somebody is in is named by its SID: by its name another one would be opened silently if it has ended.
        name = wiring.rooms.get(room, "") if others else ""
        form = [
            ("From", caller_id), ("To", _address(leg)), ("Label", leg.id),
            ("Timeout", str(max(5, int(leg.ring_seconds)))),
            ("StartConferenceOnEnter", "true"), ("EndConferenceOnExit", "true" if leg.role == "customer" else "false"),
            ("Beep", "false"),
            ("StatusCallback", urls.leg(leg.id)), ("StatusCallbackMethod", "POST"),
            *(("StatusCallbackEvent", event) for event in LEG_EVENTS),
            ("ConferenceStatusCallback", urls.room(room)), ("ConferenceStatusCallbackMethod", "POST"),
            *(("ConferenceStatusCallbackEvent", event) for event in ROOM_EVENTS.split()),
        ]
        if leg.role == "supervisor":
            form += await self._coached(leg, call)
        elif leg.muted:
            form.append(("Muted", "true"))  # from his first moment on
        body = await self._rest.post(f"/Conferences/{quoted(name or room_name(call.id, room))}/Participants.json", form)
        fact = LegSeen(leg.id, "queued", now, str(body.get("call_sid", "")))
        return Learned((fact,), (room, str(body.get("conference_sid", ""))))

    async def _coached(self, leg: Leg, call: Call) -> list[tuple[str, str]]:
        partner = next((one for one in call.of("partner") if one.present), None)
        if leg.mode == "whisper" and partner is not None:
            return [("Coaching", "true"), ("CallSidToCoach", partner.sid)]
        return [("Muted", "true")] if leg.mode == "listen" else []

    async def _end(self, leg: Leg, answered: bool, now: datetime) -> Learned:
        body = await self._rest.post(f"/Calls/{quoted(leg.sid)}.json",
                                     {"Status": "completed" if answered or leg.role == "customer" else "canceled"})
        return Learned(reports.of_call(leg.id, body, now))

    async def _connect(self, customer: Leg, url: str, queue_sid: str) -> Learned:
        if queue_sid:
            try:
                await self._rest.post(f"/Queues/{quoted(queue_sid)}/Members/{quoted(customer.sid)}.json",
                                      {"Url": url, "Method": "POST"})
                return Learned()
            except RestFailure as failure:
                if failure.kind != "gone":
                    raise
        await self._redirect(customer, url)  # he is on his way into line, or out of another room
        return Learned()

    async def _redirect(self, customer: Leg, url: str) -> None:
        await self._rest.post(f"/Calls/{quoted(customer.sid)}.json", {"Url": url, "Method": "POST"})

    async def _flag(self, command: SetFlag, call: Call, wiring: Wiring, urls: Urls, now: datetime) -> Learned:
        """The answer says how it stands, so that a lost report of it leaves nobody on hold."""
        leg, word = call.legs[command.leg], "true" if command.value else "false"
        form = {
            "held": {"Hold": word, **({"HoldUrl": urls.plain("hold"), "HoldMethod": "POST"} if command.value else {})},
            "muted": {"Muted": word},
            "ends_room": {"EndConferenceOnExit": word},
            "coaching": {"Coaching": word, **self._whom(command, call)},
        }[command.flag]
        body = await self._rest.post(self._participant(leg, leg.room, wiring), form)
        return Learned(tuple(_flags(leg, leg.room, body, now)))

    def _whom(self, command: SetFlag, call: Call) -> dict[str, str]:
        leg = call.legs.get(command.whom)
        return {"CallSidToCoach": leg.sid} if leg is not None and command.value else {}

    async def _record(self, command: SetRecording, call: Call, urls: Urls) -> Learned:
        """A beginning is not repeatable: one that was begun, and not answered for, is taken up."""
        base = f"/Calls/{quoted(call.customer.sid)}/Recordings"
        if call.recorded == "off":
            runs = await self.recorded(call)
            if runs.state != "off":
                return Learned((runs,))
            body = await self._rest.post(f"{base}.json", [
                ("RecordingChannels", "dual"), ("RecordingStatusCallback", urls.plain("recording")),
                ("RecordingStatusCallbackMethod", "POST"), ("RecordingStatusCallbackEvent", "completed"),
                ("RecordingStatusCallbackEvent", "absent")])
            return Learned((Recorded("on", str(body.get("sid", ""))),))
        status = {"on": "in-progress", "paused": "paused", "off": "stopped"}[command.state]
        more = {"PauseBehavior": "skip" if command.cut else "silence"} if command.state == "paused" else {}
        await self._rest.post(f"{base}/{call.recording_sid or 'Twilio.CURRENT'}.json", {"Status": status, **more})
        return Learned((Recorded(command.state),))

    def _participant(self, leg: Leg, room: int, wiring: Wiring) -> str:
        sid = wiring.rooms.get(room)
        if not sid:
            raise RestFailure("refused", text="the conference has no SID yet")
        return f"/Conferences/{quoted(sid)}/Participants/{quoted(leg.sid)}.json"

    # --- reading ------------------------------------------------------------------------------------------------------

    async def _recordings(self, leg: Leg) -> list[dict[str, Any]]:
        return _rows(await self._rest.get(f"/Calls/{quoted(leg.sid)}/Recordings.json"), "recordings")

    def _ready(self, body: Mapping[str, Any]) -> reports.Recording | None:
        if body.get("status") != "completed":
            return None
        base = f"{self._rest.account.settings.api_url}/{VERSION}/Accounts/{self._rest.account.sid}/Recordings"
        return reports.Recording(str(body["sid"]), f"{base}/{body['sid']}", int(body.get("duration") or 0),
                                 str(body.get("source", "")))

    async def _read_leg(self, leg: Leg, now: datetime) -> tuple[Fact, ...]:
        try:
            return reports.of_call(leg.id, await self._rest.get(f"/Calls/{quoted(leg.sid)}.json"), now)
        except RestFailure as failure:
            if failure.kind != "gone":
                raise
            return (LegSeen(leg.id, "failed", now, leg.sid),)

    async def _conferences(self, call: Call, room: int) -> list[str]:
        query = {"FriendlyName": room_name(call.id, room), "PageSize": "20"}
        body = await self._rest.get("/Conferences.json", query)
        return [str(one.get("sid")) for one in _rows(body, "conferences") if one.get("status") != "completed"]

    async def _participants(self, conference: str) -> list[dict[str, Any]]:
        try:
            body = await self._rest.get(f"/Conferences/{quoted(conference)}/Participants.json", {"PageSize": "100"})
        except RestFailure as failure:
            if failure.kind != "gone":
                raise
            return []
        return _rows(body, "participants")

    def _inside(self, call: Call, room: int, listed: list[dict[str, Any]], over: set[str], now: datetime) -> list[Fact]:
        """Where the reading and what is known differ. A sequence number of its own lets the next event stand above."""
        here = {str(one.get("call_sid")): one for one in listed if one.get("status") == "connected"}
        found: list[Fact] = []
        for leg in call.legs.values():
            known = leg.inside.get(room)
            seq = known.seq if known else 0
            if (body := here.get(leg.sid)) is not None:
                if known is None or not known.value:
                    found.append(Moved(leg.id, room, seq + 1, True, now))
                found += _flags(leg, room, body, now)
            elif known is not None and known.value and leg.id not in over and (now - known.at).total_seconds() > FAR:
                found.append(Moved(leg.id, room, seq + 1, False, now))
        return found


def _address(leg: Leg) -> str:
    """A softphone is told why it rings: what its owner accepted is answered at once, a colleague's question is not."""
    return f"{leg.who}?role={leg.role}" if leg.who.startswith("client:") else leg.who


def _flags(leg: Leg, room: int, body: Mapping[str, Any], now: datetime) -> list[Fact]:
    found: list[Fact] = []
    for name, flag in _FLAGS.items():
        known = leg.flags.get((room, flag))
        if isinstance(body.get(name), bool) and (known is None or known.value != body[name]):
            found.append(Flagged(leg.id, room, known.seq + 1 if known else 0, flag, body[name], now))
    return found


def _rows(body: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    found = body.get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def with_room(wiring: Wiring, room: int, sid: str) -> Wiring:
    """The first SID of a room stands: a second conference of its name is not the customer's."""
    return wiring if not sid or room in wiring.rooms else replace(wiring, rooms={**wiring.rooms, room: sid})
