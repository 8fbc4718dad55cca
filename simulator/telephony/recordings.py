"""Recordings: when they run, pause and end, their callbacks, the Record verb, and voicemail's transcription."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from simulator.telephony.clock import rfc2822
from simulator.telephony.legs import HungUp, Leg, Subscription, Target
from simulator.telephony.script import Script
from simulator.telephony.speaking import say_seconds
from simulator.telephony.twiml import Document, Element
from simulator.telephony.webhooks import Params, Webhook

if TYPE_CHECKING:
    from simulator.telephony.conferences import Conference
    from simulator.telephony.exchange import Exchange

EVENTS = frozenset({"in-progress", "completed", "absent"})
ANY_KEY = "1234567890*#"
LEAST = 1.0  # seconds; what is shorter is absent
TRANSCRIBED = (2, 120)  # seconds; what is shorter or longer is not transcribed


@dataclass(slots=True)
class Segment:
    """A stretch of the recording: sound or silence, in seconds of the clock."""

    start: float
    sound: bool
    end: float | None = None


@dataclass(slots=True)
class Transcription:
    """What was said into a voicemail."""

    sid: str
    recording: "Recording"
    status: str  # in-progress, completed, failed
    text: str
    created: datetime


class Recording:
    """States: in-progress <-> paused, then processing, then completed or absent."""

    def __init__(self, exchange: "Exchange", source: str, *, leg: Leg | None = None,
                 conference: "Conference | None" = None, channels: int = 1, track: str = "both",
                 callback: Subscription | None = None) -> None:
        self.exchange, self.source, self.leg, self.conference = exchange, source, leg, conference
        self.channels, self.track, self.callback = channels, track, callback
        self.sid = exchange.sids("RE")
        self.created = self.updated = exchange.clock.now()
        self.status = "in-progress"
        self.segments = [Segment(exchange.clock.elapsed(), True)]
        self.seconds: int | None = None
        self.error_code: int | None = None
        self.text = ""  # what was said, for a transcription
        self.deleted = False
        exchange.recordings[self.sid] = self
        self._tell("in-progress")
        if leg is not None:
            leg.at_end.append(lambda _: self.stop())

    @property
    def url(self) -> str:
        return f"{self.exchange.base_url}/2010-04-01/Accounts/{self.exchange.account.sid}/Recordings/{self.sid}"

    @property
    def running(self) -> bool:
        return self.status in {"in-progress", "paused"}

    def pause(self, behaviour: str = "silence") -> None:
        """Silence is kept, or with `skip` the time is cut out."""
        if self.status == "in-progress":
            self._close_segment()
            self.status = "paused"
            if behaviour == "silence":
                self.segments.append(Segment(self.exchange.clock.elapsed(), False))
            self._touch()

    def resume(self) -> None:
        """On with the sound."""
        if self.status == "paused":
            self._close_segment()
            self.segments.append(Segment(self.exchange.clock.elapsed(), True))
            self.status = "in-progress"
            self._touch()

    def stop(self, seconds: float | None = None) -> None:
        """The end; ready a little later. `seconds` replaces the length, as after trimming silence."""
        if not self.running:
            return
        self._close_segment()
        self.status = "processing"
        self._touch()
        length = self.length() if seconds is None else seconds
        lost, late = self.exchange.faults.recording(self.sid)
        length = 0.0 if lost else length
        self.exchange.clock.call_later(self.exchange.timings.recording_ready + late, lambda: self._ready(length))

    def length(self) -> float:
        """Seconds recorded so far."""
        now = self.exchange.clock.elapsed()
        return sum((now if one.end is None else one.end) - one.start for one in self.segments)

    def _close_segment(self) -> None:
        if self.segments[-1].end is None:
            self.segments[-1].end = self.exchange.clock.elapsed()

    def _ready(self, length: float) -> None:
        if self.deleted:
            return
        self.status = "completed" if length >= LEAST and self.error_code is None else "absent"
        self.seconds = round(length) if self.status == "completed" else None
        self._touch()
        self._tell(self.status)

    def _touch(self) -> None:
        self.updated = self.exchange.clock.now()
        self.exchange.journal.write("recording", sid=self.sid, status=self.status)

    def _tell(self, event: str) -> None:
        if self.callback is None or event not in self.callback.events:
            return
        params = {"AccountSid": self.exchange.account.sid, "RecordingSid": self.sid, "RecordingUrl": self.url,
                  "RecordingStatus": event, "RecordingChannels": str(self.channels),
                  "RecordingStartTime": rfc2822(self.created), "RecordingTrack": self.track,
                  "RecordingSource": self.source, "ErrorCode": str(self.error_code or 0)}
        if self.leg is not None:
            params["CallSid"] = self.leg.sid
        if self.conference is not None:
            params["ConferenceSid"] = self.conference.sid
        if event == "completed":
            params["RecordingDuration"] = str(self.seconds)
        self.exchange.notify(Webhook(self.callback.url, self.callback.method, tuple(params.items()), "recording",
                                     event, self.sid))


def recording_subscription(script: Script, element: Element, document: Document) -> Subscription | None:
    """The recordingStatusCallback attributes of a verb or noun."""
    given = element.get("recordingStatusCallback")
    if not given:
        return None
    events = frozenset(element.get("recordingStatusCallbackEvent", "completed").split())
    if not events <= EVENTS:
        script.exchange.alerts.add(21626, f"unknown events {sorted(events - EVENTS)}", script.leg.sid)
        return None
    return Subscription(document.resolve(given), element.get("recordingStatusCallbackMethod", "POST"), events)


def record_dial(script: Script, element: Element, document: Document) -> Recording:
    """Record a bridged pair."""
    channels = 2 if element.get("record").endswith("-dual") else 1
    return Recording(script.exchange, "DialVerb", leg=script.leg, channels=channels,
                     callback=recording_subscription(script, element, document))


def record_conference(conference: "Conference") -> None:
    """From the start of mixing until the end."""
    Recording(conference.exchange, "Conference", conference=conference, channels=2, callback=conference.record)


def stop_of_conference(conference: "Conference") -> None:
    """Its recordings end with it."""
    for one in conference.exchange.recordings.values():
        if one.conference is conference:
            one.stop()


async def record(script: Script, element: Element, document: Document) -> Target | None:
    """A message after the beep, until a key, silence, the limit or the hang-up; silence alone is no message."""
    leg = script.leg
    leg.flush()
    if element.flag("playBeep", True):
        leg.hear("beep")
    leg.quiet()
    leg.place = "record"
    made = Recording(script.exchange, "RecordVerb", leg=leg,
                     callback=recording_subscription(script, element, document))
    listening = _Listening(element, leg, made)
    try:
        key = await listening.listen()
    except HungUp as end:
        made.stop(listening.seconds)
        if listening.spoken and end.cause == "participant_hung_up":
            target = script.target(element, document, _params(made, listening, "hangup"))
            script.exchange.sender.spawn(script.phantom(target))
            _transcribe(script, element, document, made, listening)
        raise
    made.stop(listening.seconds)
    if not listening.spoken:
        return None
    _transcribe(script, element, document, made, listening)
    return script.target(element, document, _params(made, listening, key))


class _Listening:
    """What the caller says into the machine."""

    def __init__(self, element: Element, leg: Leg, made: Recording) -> None:
        self.silence = float(element.number("timeout", 5))
        self.limit = float(element.number("maxLength", 3600))
        self.keys = element.get("finishOnKey", ANY_KEY)
        self.trim = element.get("trim", "trim-silence") == "trim-silence"
        self.leg, self.made, self.spoken = leg, made, 0.0

    @property
    def seconds(self) -> float:
        """Length of the recording: all of it, or without the silence."""
        return min(self.spoken, self.limit) if self.trim else min(self.made.length(), self.limit)

    async def listen(self) -> str:
        """The key that ended it, "" for silence or the limit."""
        end = self.leg.exchange.clock.elapsed() + self.limit
        while True:
            rest = end - self.leg.exchange.clock.elapsed()
            found = await self.leg.wait(min(self.silence, rest), digits=True, speech=True)
            if found is None or rest <= 0:
                return ""
            if found.what == "digit":
                if found.data in self.keys:
                    return str(found.data)
                continue
            self.made.text = f"{self.made.text} {found.data}".strip()
            key = await self._speech(say_seconds(self.leg, found.data))
            if key:
                return key

    async def _speech(self, seconds: float) -> str:
        clock = self.leg.exchange.clock
        start = clock.elapsed()
        try:
            while clock.elapsed() < start + seconds - 1e-9:
                found = await self.leg.wait(start + seconds - clock.elapsed(), digits=True)
                if found is not None and found.data in self.keys:
                    return str(found.data)
        finally:
            self.spoken += clock.elapsed() - start
        return ""


def _params(made: Recording, listening: _Listening, key: str) -> Params:
    return (("RecordingUrl", made.url), ("RecordingSid", made.sid),
            ("RecordingDuration", str(round(listening.seconds))), ("Digits", key))


def _transcribe(script: Script, element: Element, document: Document, made: Recording,
                listening: _Listening) -> None:
    """English text of a voicemail, some seconds later."""
    given = element.get("transcribeCallback")
    if not given and not element.flag("transcribe"):
        return
    exchange, seconds = script.exchange, listening.seconds
    status = "completed" if TRANSCRIBED[0] <= seconds <= TRANSCRIBED[1] else "failed"
    sid, url = exchange.sids("TR"), document.resolve(given) if given else ""
    text = made.text if status == "completed" else ""
    kept = exchange.transcriptions[sid] = Transcription(sid, made, "in-progress", "", exchange.clock.now())

    def tell() -> None:
        kept.status, kept.text = status, text
        if not url:
            return
        params = dict(script.leg.params()) | {
            "TranscriptionSid": sid, "TranscriptionText": text, "TranscriptionStatus": status,
            "TranscriptionUrl": made.url.replace(f"/Recordings/{made.sid}", f"/Transcriptions/{sid}"),
            "RecordingSid": made.sid, "RecordingUrl": made.url}
        exchange.notify(Webhook(url, "POST", tuple(params.items()), "transcription", status, made.sid))

    exchange.clock.call_later(exchange.timings.transcription_ready, tell)
