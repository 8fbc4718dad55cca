"""Which parameters each webhook carries: always, or under a condition. What is sent is checked against this.

A hub may rely on what is `always` here and read what is `sometimes`; nothing else is ever sent, besides the parameters
that a browser itself gave to its call.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fields:
    """Names with spaces between."""

    always: frozenset[str]
    sometimes: frozenset[str] = frozenset()

    def and_also(self, always: str = "", sometimes: str = "") -> "Fields":
        return Fields(self.always | frozenset(always.split()), self.sometimes | frozenset(sometimes.split()))


def _fields(always: str, sometimes: str = "") -> Fields:
    return Fields(frozenset(always.split()), frozenset(sometimes.split()))


_GEO = " ".join(who + what for who in ("From", "To", "Caller", "Called")
                for what in ("City", "State", "Zip", "Country"))
VOICE = _fields("CallSid AccountSid From To CallStatus ApiVersion Direction Caller Called",
                "ParentCallSid ForwardedFrom CallerName StirVerstat StirPassportToken ApplicationSid AnsweredBy "
                + _GEO)
_CONFERENCE = _fields("ConferenceSid FriendlyName AccountSid SequenceNumber Timestamp StatusCallbackEvent")
_PARTICIPANT = _CONFERENCE.and_also("CallSid Muted Hold Coaching EndConferenceOnExit StartConferenceOnEnter",
                                    "ParticipantLabel CallSidToCoach")
_RECORDING = _fields("AccountSid RecordingSid RecordingUrl RecordingStatus RecordingChannels RecordingStartTime "
                     "RecordingTrack RecordingSource ErrorCode", "CallSid ConferenceSid")
_STATUS = _fields("AccountSid From To MessageSid MessageStatus SmsSid SmsStatus ApiVersion",
                  "MessagingServiceSid ErrorCode ChannelPrefix ChannelInstallSid EventType")
_MEDIA = " ".join(f"MediaUrl{number} MediaContentType{number}" for number in range(10))

TABLE: Mapping[str, Fields] = {
    # A TwiML request also carries what the verb that leads to it adds.
    "twiml": VOICE.and_also(
        "", "Digits FinishedOnKey SpeechResult Confidence RecordingUrl RecordingSid RecordingDuration DialCallStatus "
            "DialCallSid DialCallDuration DialBridged QueueResult QueueSid QueueTime QueuePosition AvgQueueTime "
            "CurrentQueueSize MaxQueueSize DequeingCallSid ErrorCode ErrorUrl"),
    "call_status": VOICE.and_also("CallbackSource SequenceNumber Timestamp"),
    "call_status completed": VOICE.and_also("CallbackSource SequenceNumber Timestamp Duration CallDuration "
                                            "SipResponseCode"),
    "conference": _PARTICIPANT,
    "conference participant-leave": _PARTICIPANT.and_also("ParticipantCallStatus ReasonParticipantLeft"),
    "conference conference-start": _CONFERENCE,
    "conference conference-end": _CONFERENCE.and_also(
        "ReasonConferenceEnded Reason", "CallSidEndingConference ParticipantLabelEndingConference"),
    "conference announcement-end": _CONFERENCE.and_also("AnnounceUrl", " ".join(
        (*sorted(_PARTICIPANT.always), *sorted(_PARTICIPANT.sometimes)))),
    "conference announcement-fail": _CONFERENCE.and_also("AnnounceUrl ReasonAnnouncementFailed", " ".join(
        (*sorted(_PARTICIPANT.always), *sorted(_PARTICIPANT.sometimes)))),
    "recording": _RECORDING,
    "recording completed": _RECORDING.and_also("RecordingDuration"),
    "transcription": VOICE.and_also("TranscriptionSid TranscriptionText TranscriptionStatus TranscriptionUrl "
                                    "RecordingSid RecordingUrl"),
    "amd": _fields("AccountSid CallSid AnsweredBy MachineDetectionDuration"),
    "message": _STATUS,
    "media": _fields(""),
    "sms": _fields("MessageSid SmsSid SmsMessageSid AccountSid From To Body NumMedia NumSegments SmsStatus ApiVersion",
                   "MessagingServiceSid OptOutType ProfileName WaId ErrorCode ErrorUrl " + _MEDIA),
}


def wrong_params(kind: str, event: str, names: Iterable[str], own: Iterable[str] = ()) -> list[str]:
    """What is missing or too much in a webhook; `own` are names that a browser gave."""
    fields = TABLE.get(f"{kind} {event}", TABLE[kind])
    given = set(names)
    missing = fields.always - given
    strange = given - fields.always - fields.sometimes - set(own)
    return [f"{kind} {event}: {name} is missing" for name in sorted(missing)] + [
        f"{kind} {event}: {name} is not in the table" for name in sorted(strange)]
