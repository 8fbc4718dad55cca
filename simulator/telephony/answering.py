"""What answers a call that goes out: a person or a machine, and what the service makes of it (answering-machine
detection). The service guesses from sounds; here it knows, and only takes its time."""

from dataclasses import dataclass

from simulator.telephony.audibility import speak_up
from simulator.telephony.legs import Leg, Subscription
from simulator.telephony.webhooks import Webhook

GREETING = "This is the voicemail of the number that you have called. Please leave a message after the tone."
_PICKS_UP = 0.5  # seconds from the answer to the first word
_HELLO, _THRESHOLD = 1.8, 2.4  # what a person says is shorter than what a machine has said by then


@dataclass(frozen=True, slots=True)
class Detection:
    """`message_end`: of a machine wait for its tone. `told`: asynchronous, the document does not wait for it."""

    message_end: bool = False
    timeout: float = 30.0
    told: Subscription | None = None
    waits: bool = True


def greeting_seconds(leg: Leg) -> float:
    return max(leg.exchange.timings.say_least, len(GREETING) * leg.exchange.timings.say_per_character)


def machine_answers(leg: Leg) -> None:
    """Its greeting and its tone, for whoever is on the line by then."""
    later = leg.exchange.clock.call_later

    def tone() -> None:
        if leg.live:
            leg.exchange.journal.write("machine", sid=leg.sid, what="tone")

    def greet() -> None:
        if leg.live:
            speak_up(leg, GREETING)
            later(greeting_seconds(leg), tone)

    later(_PICKS_UP, greet)


def _verdict(leg: Leg, detection: Detection) -> tuple[str, float]:
    """What it takes the far end for, and after how many seconds."""
    if not leg.machine:
        who, seconds = "human", _PICKS_UP + _HELLO
    elif detection.message_end:
        who, seconds = "machine_end_beep", _PICKS_UP + greeting_seconds(leg)
    else:
        who, seconds = "machine_start", _PICKS_UP + _THRESHOLD
    return (who, seconds) if seconds <= detection.timeout else ("unknown", detection.timeout)


async def detect(leg: Leg, detection: Detection) -> None:
    """Right after the answer; returns at once where the document does not wait. Raises Interrupt."""
    who, seconds = _verdict(leg, detection)
    if detection.waits:
        await leg.wait(seconds)
        leg.answered_by = who
    else:
        leg.exchange.clock.call_later(seconds, lambda: _tell(leg, detection, who, seconds))


def _tell(leg: Leg, detection: Detection, who: str, seconds: float) -> None:
    if not leg.live:
        return
    leg.answered_by = who
    if detection.told is not None:
        leg.exchange.notify(Webhook(detection.told.url, detection.told.method, (
            ("AccountSid", leg.exchange.account.sid), ("CallSid", leg.sid), ("AnsweredBy", who),
            ("MachineDetectionDuration", str(round(seconds * 1000)))), "amd", who, leg.sid, leg.label))
