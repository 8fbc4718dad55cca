"""Which verbs, attributes and nestings TwiML has, as tables. Types are those of api_table."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Rule:
    """One element: its attributes, what may stand inside, whether it has text, attributes known but not emulated."""

    attributes: Mapping[str, str] = field(default_factory=dict)
    inside: frozenset[str] = frozenset()
    text: bool = False
    not_emulated: frozenset[str] = frozenset()


METHOD = "enum(GET|POST)"
FLAG = "boolean"
SSML = frozenset({"break", "emphasis", "lang", "p", "phoneme", "prosody", "s", "say-as", "sub", "w"})
SPOKEN = frozenset({"Say", "Play", "Pause"})
_CALLBACK = {"statusCallback": "string", "statusCallbackEvent": "string", "statusCallbackMethod": METHOD}
_RECORDING = {"recordingStatusCallback": "string", "recordingStatusCallbackMethod": METHOD,
              "recordingStatusCallbackEvent": "string"}

VERBS: Mapping[str, Rule] = {
    "Say": Rule({"voice": "string", "language": "string", "loop": "integer(0..1000)"}, SSML, text=True),
    "Play": Rule({"loop": "integer(0..1000)", "digits": "string"}, text=True),
    "Pause": Rule({"length": "integer(0..)"}),
    "Gather": Rule(
        {"action": "string", "method": METHOD, "input": "enum(dtmf|speech|dtmf speech|speech dtmf)",
         "timeout": "integer(0..)", "finishOnKey": "string", "numDigits": "integer(1..)",
         "actionOnEmptyResult": FLAG, "speechTimeout": "string", "language": "string", "hints": "string",
         "profanityFilter": FLAG, "partialResultCallback": "string", "partialResultCallbackMethod": METHOD,
         "speechModel": "string", "enhanced": FLAG},
        SPOKEN, not_emulated=frozenset({"partialResultCallback", "partialResultCallbackMethod"})),
    "Record": Rule(
        {"action": "string", "method": METHOD, "timeout": "integer(0..)", "finishOnKey": "string",
         "maxLength": "integer(1..14400)", "playBeep": FLAG, "trim": "enum(trim-silence|do-not-trim)",
         "transcribe": FLAG, "transcribeCallback": "string", **_RECORDING}),
    "Dial": Rule(
        {"action": "string", "method": METHOD, "timeout": "integer(5..600)", "timeLimit": "integer(1..86400)",
         "callerId": "string", "answerOnBridge": FLAG, "hangupOnStar": FLAG, "ringTone": "string",
         "record": "enum(do-not-record|record-from-answer|record-from-ringing|record-from-answer-dual|"
                   "record-from-ringing-dual)", "trim": "enum(trim-silence|do-not-trim)", "recordingTrack": "string",
         "sequential": FLAG, "referUrl": "string", "referMethod": METHOD, "callReason": "string", **_RECORDING},
        frozenset({"Number", "Client", "Conference", "Queue", "Sip", "Sim"}), text=True,
        not_emulated=frozenset({"referUrl", "referMethod", "sequential", "recordingTrack", "trim"})),
    "Enqueue": Rule(
        {"action": "string", "method": METHOD, "waitUrl": "string", "waitUrlMethod": METHOD, "workflowSid": "string"},
        text=True, not_emulated=frozenset({"workflowSid"})),
    "Leave": Rule(), "Hangup": Rule(),
    "Redirect": Rule({"method": METHOD}, text=True),
    "Reject": Rule({"reason": "enum(rejected|busy)"}),
}
NOUNS: Mapping[str, Rule] = {
    "Number": Rule({"sendDigits": "string", "url": "string", "method": METHOD, "byoc": "string", **_CALLBACK},
                   text=True, not_emulated=frozenset({"byoc"})),
    "Client": Rule({"url": "string", "method": METHOD, **_CALLBACK}, frozenset({"Identity", "Parameter"}), text=True),
    "Queue": Rule({"url": "string", "method": METHOD, "reservationSid": "string"}, text=True,
                  not_emulated=frozenset({"reservationSid"})),
    "Identity": Rule(text=True),
    "Parameter": Rule({"name": "string", "value": "string"}),
    "Conference": Rule(
        {"muted": FLAG, "beep": "enum(true|false|onEnter|onExit)", "startConferenceOnEnter": FLAG,
         "endConferenceOnExit": FLAG, "participantLabel": "string", "waitUrl": "string", "waitMethod": METHOD,
         "maxParticipants": "integer(2..250)", "record": "enum(do-not-record|record-from-start)",
         "trim": "enum(trim-silence|do-not-trim)", "coach": "string", "jitterBufferSize": "string",
         "region": "string", "eventCallbackUrl": "string", **_CALLBACK, **_RECORDING},
        text=True, not_emulated=frozenset({"eventCallbackUrl"})),
    **{name: Rule() for name in sorted(SSML)},
}
# Real, but not here: a document that uses them ends the call with an error instead of pretending.
NOT_EMULATED = frozenset({"Start", "Stop", "Connect", "Pay", "Prompt", "Refer", "Sms", "Sip", "Sim",
                          "Stream", "Siprec", "Transcription", "VirtualAgent", "Echo"})
MESSAGING: Mapping[str, Rule] = {
    "Message": Rule({"to": "string", "from": "string", "action": "string", "method": METHOD,
                     "statusCallback": "string"}, frozenset({"Body", "Media"}), text=True,
                    not_emulated=frozenset({"action", "method"})),
    "Redirect": Rule({"method": METHOD}, text=True),
    "Body": Rule(text=True), "Media": Rule(text=True),
}

# Which verbs a document may use, by where it is played; the second is the alert for any other.
CONTEXTS: Mapping[str, tuple[frozenset[str], int]] = {
    "call": (frozenset(VERBS), 12200),
    "queue": (frozenset({"Play", "Say", "Pause", "Hangup", "Redirect", "Leave", "Gather"}), 12200),
    "conference": (frozenset({"Say", "Play", "Pause", "Redirect"}), 13238),
    "whisper": (frozenset({"Play", "Say", "Pause", "Gather", "Hangup", "Redirect", "Reject"}), 13201),
    "message": (frozenset({"Message", "Redirect"}), 12200),
}


def say_limit(voice: str) -> int:
    """How many characters one Say may have."""
    return 3000 if voice.startswith("Polly.") else 5000 if voice.startswith("Google.") else 4096
