"""Dial: numbers and softphones rung in parallel and bridged, or the way into a conference."""

from dataclasses import dataclass, field

from simulator.telephony.conferences import EVENTS as CONFERENCE_EVENTS
from simulator.telephony.conferences import Conference, Participant, attend, live_conference
from simulator.telephony.devices import client_address
from simulator.telephony.legs import EVENTS, HungUp, Leg, Party, Redirected, Subscription, Target
from simulator.telephony.recordings import Recording, record_dial
from simulator.telephony.script import Script
from simulator.telephony.trunk import ring
from simulator.telephony.twiml import BadDocument, Document, Element
from simulator.telephony.webhooks import Params

_CHILDREN = frozenset({"child-answered", "child-ended"})


def subscription(script: Script, element: Element, document: Document, known: frozenset[str],
                 default: str = "completed") -> Subscription | None:
    """The statusCallback attributes of a noun; unknown events are an alert and no callback comes."""
    if not element.get("statusCallback"):
        return None
    events = frozenset(element.get("statusCallbackEvent", default).split())
    if not events <= known:
        script.exchange.alerts.add(21626, f"unknown events {sorted(events - known)}", script.leg.sid)
        return None
    url = document.resolve(element.get("statusCallback"))
    return Subscription(url, element.get("statusCallbackMethod", "POST"), events)


async def dial(script: Script, element: Element, document: Document) -> Target | None:
    """Connect the caller; afterwards the action, or the next verb when there is none."""
    script.leg.flush()
    kinds = {child.name for child in element.children}
    if "Conference" in kinds:
        return await _conference(script, element, element.children[0], document)
    if "Queue" in kinds:
        from simulator.telephony.queue_dialing import dial_queue  # noqa: PLC0415 - it knows this module

        return await dial_queue(script, element, element.children[0], document)
    return await _Dialing(script, element, document).run()


# --- conferences -------------------------------------------------------------------------------------------
async def _conference(script: Script, element: Element, noun: Element, document: Document) -> Target | None:
    leg, exchange = script.leg, script.exchange
    if not noun.text:
        raise BadDocument(12200, "a conference needs a name")
    conference = live_conference(exchange, noun.text) or Conference(exchange, noun.text)
    status = exchange.quirks["conference-dial-status"]
    after = action_after(script, element, document, (("DialCallStatus", status),))
    participant = participant_of(script, noun, document, leg)
    wrong = refused(conference, participant)
    if wrong is not None:
        exchange.alerts.add(wrong, f"cannot join {conference.sid}", leg.sid)
        return action_after(script, element, document, (("DialCallStatus", "failed"),))
    conference.add(participant)
    try:
        await attend(leg, conference, participant, float(element.number("timeLimit", 14400)))
    except HungUp as end:
        if after is not None and end.cause == "participant_hung_up" and exchange.quirks.on("hangup-dial-action"):
            exchange.sender.spawn(script.phantom(after))
        raise
    except Redirected:
        await ask_in_vain(script, after)
        raise
    return after


def refused(conference: Conference, participant: Participant) -> int | None:
    """The code by which somebody may not join, None if he may."""
    if participant.label and conference.find(participant.label) is not None:
        return 16025
    coached = conference.find(participant.coach)
    if participant.coaching and (coached is None or not coached.joined):
        return 13240
    if len(conference.participants) >= participant.maximum:
        return 13243
    return None


def participant_of(script: Script, noun: Element, document: Document, leg: Leg) -> Participant:
    """How a Conference noun lets its caller in."""
    wait = noun.get("waitUrl") if "waitUrl" in noun.attributes else None
    callback = subscription(script, noun, document, CONFERENCE_EVENTS, "")
    recorded = noun.get("recordingStatusCallback")
    return Participant(
        leg, noun.get("participantLabel"), noun.flag("muted"), start_on_enter=noun.flag("startConferenceOnEnter", True),
        end_on_exit=noun.flag("endConferenceOnExit"), beep=noun.get("beep", "true"),
        coaching=bool(noun.get("coach")), coach=noun.get("coach"),
        wait=Target(document.resolve(wait), noun.get("waitMethod", "POST")) if wait else None, silent_wait=wait == "",
        callback=callback, maximum=noun.number("maxParticipants", 250),
        record=noun.get("record") == "record-from-start",
        record_callback=Subscription(document.resolve(recorded), noun.get("recordingStatusCallbackMethod", "POST"),
                                     frozenset(noun.get("recordingStatusCallbackEvent", "completed").split()))
        if recorded else None)


def action_after(script: Script, element: Element, document: Document, params: Params) -> Target | None:
    """The action of a Dial with its parameters; None when it has none."""
    return script.target(element, document, params) if element.get("action") else None


async def ask_in_vain(script: Script, after: Target | None) -> None:
    """REST sent the caller elsewhere: the action is asked for and ignored, later comes the new document."""
    timings = script.exchange.timings
    await script.leg.wait(timings.dial_action)
    if after is not None:
        await script.phantom(after)
    await script.leg.wait(timings.dial_redirect - timings.dial_action)


# --- numbers and softphones --------------------------------------------------------------------------------
@dataclass(slots=True)
class _Dialing:
    script: Script
    element: Element
    document: Document
    children: list[Leg] = field(default_factory=list)
    answered: Leg | None = None
    outcome: str = "no-answer"
    recording: Recording | None = None

    async def run(self) -> Target | None:
        leg = self.script.leg
        nouns = self.element.children or (Element("Number", text=self.element.text),)
        self.children = [self._child(noun) for noun in nouns]
        try:
            await self._ring()
            if self.answered is not None:
                await self._talk(self.answered)
        except HungUp as end:
            self._release(0.0)
            after = self._after()
            if after and end.cause == "participant_hung_up" and leg.exchange.quirks.on("hangup-dial-action"):
                leg.exchange.sender.spawn(self.script.phantom(after))
            raise
        except Redirected:
            self._release(leg.exchange.timings.dial_child_end)
            await ask_in_vain(self.script, self._after())
            raise
        return self._after()

    def _child(self, noun: Element) -> Leg:
        leg, exchange = self.script.leg, self.script.exchange
        caller = self.element.get("callerId", leg.party.from_)
        owned = {leg.party.from_, leg.party.to, *exchange.numbers,
                 *(one["phone_number"] for one in exchange.caller_ids.values())}
        if caller not in owned or (noun.name == "Number" and caller.startswith("client:")):
            raise BadDocument(13214, "a caller id that is neither owned nor verified")
        to, custom = noun.text.strip(), {}
        if noun.name == "Client":
            identity = next((one.text for one in noun.children if one.name == "Identity"), noun.text)
            to, custom = client_address(identity)[0], {one.get("name"): one.get("value") for one in noun.children
                                                       if one.name == "Parameter"}
            to = f"client:{to}"
        elif not to.startswith("+") or not to[1:].isdecimal():
            raise BadDocument(13224, "a number that cannot be dialled")
        child = Leg(exchange, Party(caller, to, "outbound-dial", custom=custom), parent=leg)
        child.callback = subscription(self.script, noun, self.document, EVENTS)
        child.at_end.append(lambda ended: leg.wake("child-ended", ended))
        exchange.start(child, lambda: self._child_stage(child, noun))
        return child

    async def _child_stage(self, child: Leg, noun: Element) -> Target | None:
        parent = self.script.leg
        await ring(child, self.element.number("timeout", 30), counted=False)
        try:
            if noun.get("sendDigits"):
                child.hear("digits", noun.get("sendDigits"))
                await child.wait(0.5 * len(noun.get("sendDigits")))
                child.quiet()
            if noun.get("url"):
                whisper = Target(self.document.resolve(noun.get("url")), noun.get("method", "POST"))
                await Script(child, "whisper").run(whisper)
            parent.wake("child-answered", child)
            child.place = "dial"
            await child.wait(None, wakes=frozenset({"never"}))
        except Redirected:
            parent.wake("child-ended", child)
            raise
        return None

    async def _ring(self) -> None:
        leg = self.script.leg
        leg.place = "dial"
        if leg.status == "in-progress":
            leg.hear("ringback")
        waiting = set(self.children)
        while waiting and self.answered is None:
            wake = await leg.wait(None, wakes=_CHILDREN)
            assert wake is not None
            if wake.what == "child-answered" and wake.data.live:
                self.answered = wake.data
            elif wake.data in waiting:
                waiting.discard(wake.data)
                self.outcome = wake.data.status
                if wake.data.live:  # sent elsewhere by REST: no longer ours
                    self.children.remove(wake.data)
                    self.outcome = "completed"
        for child in self.children:
            if child is not self.answered:
                child.hang_up("canceled", 487)
        leg.quiet()

    async def _talk(self, child: Leg) -> None:
        leg = self.script.leg
        await self.script.answer()
        if self.element.get("record", "do-not-record") != "do-not-record":
            self.recording = record_dial(self.script, self.element, self.document)
        leg.peer, child.peer = child, leg
        self.outcome = "completed"
        star = self.element.flag("hangupOnStar")
        end = leg.exchange.clock.elapsed() + self.element.number("timeLimit", 14400)
        while True:
            wake = await leg.wait(end - leg.exchange.clock.elapsed(), digits=star, wakes=_CHILDREN)
            if wake is None or (wake.what == "digit" and wake.data == "*"):
                child.hang_up()
                break
            if wake.what == "child-ended" and wake.data is child:
                break
        leg.peer = child.peer = None
        self._stop_recording()

    def _stop_recording(self) -> None:
        """A bridge is recorded as long as it stands."""
        if self.recording is not None:
            self.recording.stop()

    def _release(self, delay: float) -> None:
        """End the children: ringing ones are cancelled, the answered one is hung up."""
        self.script.leg.peer = None
        self._stop_recording()
        for child in self.children:
            child.peer = None
            talking = child.status == "in-progress"
            status, sip = ("completed", 200) if talking else ("canceled", 487)
            if not talking and child.live:
                self.outcome = "canceled"
            self.script.exchange.clock.call_later(
                delay, lambda child=child, status=status, sip=sip: child.hang_up(status, sip))  # type: ignore[misc]

    def _after(self) -> Target | None:
        params: tuple[tuple[str, str], ...] = (("DialCallStatus", self.outcome),)
        child = self.answered or (self.children[-1] if self.children else None)
        if child is not None:
            params += (("DialCallSid", child.sid),)
        if self.answered is not None:
            params += (("DialCallDuration", str(self.answered.seconds())),)
        params += (("DialBridged", "true" if self.answered is not None else "false"),)
        if self.recording is not None:
            params += (("RecordingUrl", self.recording.url),)
        return action_after(self.script, self.element, self.document, params)
