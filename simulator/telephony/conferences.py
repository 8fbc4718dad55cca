"""Conferences: who is in, who is muted, held or coaching, and the callbacks about it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from simulator.telephony.clock import rfc2822
from simulator.telephony.legs import HungUp, Leg, Redirected, Subscription, Target
from simulator.telephony.prompts import Prompt
from simulator.telephony.webhooks import Webhook

if TYPE_CHECKING:
    from simulator.telephony.exchange import Exchange

EVENTS = frozenset({"start", "end", "join", "leave", "mute", "hold", "modify", "speaker", "announcement"})
_GROUPS = {"conference-start": "start", "conference-end": "end", "participant-join": "join",
           "participant-leave": "leave", "participant-mute": "mute", "participant-unmute": "mute",
           "participant-hold": "hold", "participant-unhold": "hold", "participant-modify": "modify",
           "announcement-end": "announcement", "announcement-fail": "announcement"}
KICKED = "participant_updated_via_api"


@dataclass(slots=True)
class Participant:
    """One leg in a conference, or on its way there."""

    leg: Leg
    label: str = ""
    muted: bool = False
    hold: bool = False
    start_on_enter: bool = True
    end_on_exit: bool = False
    coaching: bool = False
    coach: str = ""  # CallSid of whom he coaches
    wait: Target | None = None  # None: default music
    silent_wait: bool = False
    callback: Subscription | None = None
    maximum: int = 250
    beep: str = "true"  # true, false, onEnter, onExit: whether the others hear a tone
    record: bool = False
    record_callback: Subscription | None = None
    joined: bool = False
    left: bool = False
    kicked: bool = False
    prompt: Prompt | None = None
    created: datetime = field(default_factory=datetime.now)
    updated: datetime = field(default_factory=datetime.now)


class Conference:
    """States: init until two are in and one of them may start it, in-progress, completed."""

    def __init__(self, exchange: "Exchange", name: str) -> None:
        self.exchange, self.name = exchange, name
        self.sid = exchange.sids("CF")
        self.status = "init"
        self.created = self.updated = exchange.clock.now()
        self.participants: dict[str, Participant] = {}
        self.callback: Subscription | None = None
        self._fixed = False  # the first to join decides where callbacks go
        self.sequence = 0
        self.reason: str | None = None
        self.ended_by: str | None = None
        self.record: Subscription | None = None
        self.recording_wanted = False
        self._prompts: list[Prompt] = []
        exchange.conferences[self.sid] = self

    # --- who is here -------------------------------------------------------------------------------------
    @property
    def joined(self) -> list[Participant]:
        return [one for one in self.participants.values() if one.joined]

    def find(self, key: str) -> Participant | None:
        """By CallSid or label."""
        return self.participants.get(key) or next(
            (one for one in self.participants.values() if one.label and one.label == key), None)

    def add(self, participant: Participant) -> None:
        """Somebody is on his way."""
        participant.created = participant.updated = self.exchange.clock.now()
        participant.leg.label = participant.label
        self.participants[participant.leg.sid] = participant
        if self.callback is None and not self._fixed:
            self.callback = participant.callback

    def join(self, participant: Participant) -> None:
        """He is in; the conference starts when it can."""
        if not self._fixed:
            self._fixed, self.callback = True, participant.callback
            self.recording_wanted, self.record = participant.record, participant.record_callback
        participant.joined, participant.leg.place = True, "conference"
        self._beep(participant, "onEnter")
        self._tell("participant-join", participant)
        if self.status == "init" and len(self.joined) > 1 and any(one.start_on_enter for one in self.joined):
            self._start()
        elif self.status == "init":
            self._let_wait(participant)

    def _beep(self, participant: Participant, moment: str) -> None:
        """The others hear who comes or goes, unless he is to be silent."""
        if participant.beep in {"true", moment}:
            for one in self.joined:
                if one is not participant and not one.hold:
                    one.leg.note("beep")

    def _start(self) -> None:
        self.status = "in-progress"
        self.updated = self.exchange.clock.now()
        for one in self.joined:
            if not one.hold:
                self._silence(one)
        self._tell("conference-start")
        if self.recording_wanted:
            from simulator.telephony.recordings import record_conference  # noqa: PLC0415 - it knows conferences

            record_conference(self)

    def _let_wait(self, participant: Participant) -> None:
        if not participant.silent_wait:
            self._prompt(participant, participant.wait)

    def leave(self, participant: Participant, reason: str) -> None:
        """He is out; that may be the end of the conference."""
        if participant.left:
            return
        participant.left = True
        self.participants.pop(participant.leg.sid, None)
        self._silence(participant)
        if not participant.joined:
            if self.exchange.quirks.on("add-failed-leave"):
                self._tell("participant-leave", participant, ParticipantCallStatus=participant.leg.status,
                           ReasonParticipantLeft="participant_add_failed")
            if not self.participants and self.status != "completed":
                self.status, self.updated = "completed", self.exchange.clock.now()
                self.reason = "last-participant-left"
            return
        self._tell("participant-leave", participant, ParticipantCallStatus=participant.leg.status,
                   ReasonParticipantLeft=reason)
        if self.status == "completed":
            return
        self._beep(participant, "onExit")
        how = "kicked" if participant.kicked else "left"
        if participant.end_on_exit:
            self.finish(f"participant-with-end-conference-on-exit-{how}", participant, "moderator_ended_conference")
        elif not self.participants:
            self.finish(f"last-participant-{how}", participant, reason)

    def finish(self, reason: str, by: Participant | None, leaving: str) -> None:
        """The end for everybody."""
        self.status, self.reason, self.updated = "completed", reason, self.exchange.clock.now()
        self.ended_by = by.leg.sid if by else None
        here = self.joined
        for one in here:
            self.leave(one, leaving)
        params = {"ReasonConferenceEnded": reason, "Reason": f"{reason} {by.leg.sid if by else ''}".strip()}
        if by is not None:
            params |= {"CallSidEndingConference": by.leg.sid}
            if by.label:
                params |= {"ParticipantLabelEndingConference": by.label}
        self._tell("conference-end", None, **params)
        for one in here:
            one.leg.wake("conference-over", reason)
        from simulator.telephony.recordings import stop_of_conference  # noqa: PLC0415 - it knows conferences

        stop_of_conference(self)

    async def close(self) -> None:
        """End what is played."""
        for prompt in self._prompts:
            prompt.stop()
            await prompt.closed()

    # --- changes by REST ---------------------------------------------------------------------------------
    def mute(self, participant: Participant, muted: bool) -> None:
        if participant.muted != muted:
            participant.muted = muted
            self._changed(participant)
            self._tell("participant-mute" if muted else "participant-unmute", participant)

    def hold(self, participant: Participant, hold: bool, target: Target | None) -> None:
        """Held: he hears his own music and nobody hears him."""
        if participant.hold == hold and target is None:
            return
        changed = participant.hold != hold
        participant.hold = hold
        self._changed(participant)
        self._silence(participant)
        if hold:
            self._prompt(participant, target, loop=self.exchange.quirks.on("hold-url-loops"))
        elif self.status == "init":
            self._let_wait(participant)
        if changed:
            self._tell("participant-hold" if hold else "participant-unhold", participant)

    def modify(self, participant: Participant, *, end_on_exit: bool | None = None, coaching: bool | None = None,
               coach: str | None = None) -> None:
        """Flags that are neither mute nor hold."""
        if end_on_exit is not None and not (participant.hold and self.exchange.quirks.on("held-end-on-exit")):
            participant.end_on_exit = end_on_exit
        if coaching is not None:
            participant.coaching = coaching
            participant.coach = (coach or participant.coach) if coaching else ""
        elif coach:
            participant.coach = coach
        self._changed(participant)
        self._tell("participant-modify", participant)

    def announce(self, target: Target, participant: Participant | None = None) -> None:
        """Played to one, or to everybody."""
        heard_by = [participant] if participant else self.joined

        def said(one: Participant, good: bool) -> None:
            self._resume(one)
            if one is not heard_by[0]:
                return
            event = "announcement-end" if good else "announcement-fail"
            more = {} if good else {"ReasonAnnouncementFailed": "document could not be played"}
            self._tell(event, participant, AnnounceUrl=target.url, **more)

        for one in heard_by:
            self._silence(one)
            self._prompt(one, target, done=lambda good, one=one: said(one, good))  # type: ignore[misc]

    def _resume(self, participant: Participant) -> None:
        """After an announcement: back to the music of somebody who is held or waits."""
        if participant.hold or (self.status == "init" and not participant.silent_wait):
            self._prompt(participant, None if participant.hold else participant.wait)

    def _changed(self, participant: Participant) -> None:
        participant.updated = self.updated = self.exchange.clock.now()

    def _prompt(self, participant: Participant, target: Target | None, *, loop: bool = False,
                done: Callable[[bool], None] | None = None) -> None:
        participant.prompt = Prompt(participant.leg, target, loop=loop, done=done)
        self._prompts.append(participant.prompt)

    def _silence(self, participant: Participant) -> None:
        if participant.prompt is not None:
            participant.prompt.stop()
            participant.prompt = None
        participant.leg.quiet()

    # --- callbacks ---------------------------------------------------------------------------------------
    def _tell(self, event: str, participant: Participant | None = None, **more: str) -> None:
        self.sequence += 1
        self.exchange.journal.write("conference", sid=self.sid, event=event,
                                    call=participant.leg.sid if participant else "")
        if self.callback is None or _GROUPS[event] not in self.callback.events:
            return
        params = {"ConferenceSid": self.sid, "FriendlyName": self.name, "AccountSid": self.exchange.account.sid,
                  "SequenceNumber": str(self.sequence), "Timestamp": rfc2822(self.exchange.clock.now()),
                  "StatusCallbackEvent": event}
        if participant is not None:
            params |= {"CallSid": participant.leg.sid, "Muted": _word(participant.muted),
                       "Hold": _word(participant.hold), "Coaching": _word(participant.coaching),
                       "EndConferenceOnExit": _word(participant.end_on_exit),
                       "StartConferenceOnEnter": _word(participant.start_on_enter)}
            if participant.label:
                params |= {"ParticipantLabel": participant.label}
            if participant.coach:
                params |= {"CallSidToCoach": participant.coach}
        params |= more
        self.exchange.notify(Webhook(self.callback.url, self.callback.method, tuple(params.items()), "conference",
                                     event, self.sid, participant.label if participant else ""))


def _word(flag: bool) -> str:
    return "true" if flag else "false"


def live_conference(exchange: "Exchange", name: str) -> Conference | None:
    """The one of this name that has not ended."""
    return next((one for one in exchange.conferences.values() if one.name == name and one.status != "completed"), None)


async def attend(leg: Leg, conference: Conference, participant: Participant, limit: float | None = None) -> str:
    """Be in a conference until it ends, or the leg does; why it ended. Raises Interrupt."""
    if conference.status == "completed":
        raise HungUp()
    conference.join(participant)
    try:
        over = await leg.wait(limit, wakes=frozenset({"conference-over"}))
    except HungUp as end:
        participant.kicked = end.cause == KICKED
        conference.leave(participant, end.cause)
        raise
    except Redirected:
        participant.kicked = True
        conference.leave(participant, KICKED)
        raise
    if over is None:
        conference.leave(participant, "participant_hung_up")
        raise HungUp()
    return str(over.data)
