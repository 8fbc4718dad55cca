"""The verbs that play, listen and steer: Say Play Pause Gather Redirect Hangup Reject Leave."""

from simulator.telephony.legs import HungUp, Leg, Target
from simulator.telephony.script import Left, Script
from simulator.telephony.twiml import BadDocument, Document, Element

_FOREVER = 1000


def _times(element: Element) -> int:
    """How often; 0 means until the limit."""
    return element.number("loop", 1) or _FOREVER


def say_seconds(leg: Leg, text: str) -> float:
    """How long a text takes. A Chinese character is a syllable, and takes as long as four letters."""
    timings = leg.exchange.timings
    syllables = sum("\u2e80" <= letter <= "\uffef" for letter in text)
    return max(timings.say_least, (len(text) + 3 * syllables) * timings.say_per_character)


async def sound(script: Script, element: Element, document: Document, barge_in: bool = False) -> bool:
    """Say, Play or Pause; whether the party interrupted it by a key or a word."""
    leg = script.leg
    if barge_in and (leg.digits or leg.speech):
        return True
    if element.name == "Pause":
        leg.quiet()
        return await _listen(leg, float(element.number("length", 1)), barge_in)
    for _ in range(_times(element)):
        if element.name == "Say":
            if not element.text:
                return False
            leg.hear("say", element.text, element.get("language", "en-US"))
            seconds = say_seconds(leg, element.text)
        elif element.get("digits"):
            leg.hear("digits", element.get("digits"))
            seconds = 0.25 * len(element.get("digits"))
        else:
            url = document.resolve(element.text)
            length = await leg.exchange.media.for_leg(leg, url)
            if length is None:
                return False  # the alert says why
            leg.hear("play", url)
            seconds = length
        try:
            if await _listen(leg, seconds, barge_in):
                return True
        finally:
            leg.quiet()
    return False


async def _listen(leg: Leg, seconds: float, barge_in: bool) -> bool:
    if not barge_in:
        await leg.wait(seconds)
        return False
    found = await leg.wait(seconds, digits=True, speech=True)
    if found is None:
        return False
    (leg.digits if found.what == "digit" else leg.speech).appendleft(found.data)
    return True


async def play(script: Script, element: Element, document: Document) -> Target | None:
    """Say, Play and Pause outside of Gather."""
    await sound(script, element, document)
    return None


async def gather(script: Script, element: Element, document: Document) -> Target | None:
    """Prompts, then keys or words; without any the next verb follows and the action is not called."""
    leg = script.leg
    if not leg.exchange.quirks.on("dtmf-buffer"):
        leg.flush()
    kinds = element.get("input", "dtmf").split()
    if "speech" not in kinds:
        leg.speech.clear()
    if "dtmf" not in kinds:
        leg.digits.clear()
    for prompt in element.children:
        if await sound(script, prompt, document, barge_in=True):
            break
    found = await _collect(leg, element, kinds)
    if found is None:
        if not element.flag("actionOnEmptyResult"):
            return None
        found = (("Digits", ""),)
    return script.target(element, document, found)


async def _collect(leg: Leg, element: Element, kinds: list[str]) -> tuple[tuple[str, str], ...] | None:
    finish, limit = element.get("finishOnKey", "#"), element.number("numDigits", 0)
    timeout, digits = float(element.number("timeout", 5)), ""
    while True:
        got = await leg.wait(timeout, digits="dtmf" in kinds, speech="speech" in kinds and not digits)
        if got is None:
            return (("Digits", digits),) if digits else None
        if got.what == "speech":
            return (("SpeechResult", got.data), ("Confidence", "0.9"))
        if got.data in finish and finish:
            return (("Digits", digits), ("FinishedOnKey", got.data)) if digits else None
        digits += got.data
        if limit and len(digits) >= limit:
            return (("Digits", digits),)


async def redirect(script: Script, element: Element, document: Document) -> Target | None:
    """On to another document."""
    return Target(document.resolve(element.text or document.url), element.get("method", "POST"))


async def hangup(script: Script, element: Element, document: Document) -> Target | None:
    """The end, wanted by the hub."""
    raise HungUp(cause="participant_updated_via_api")


async def reject(script: Script, element: Element, document: Document) -> Target | None:
    """Only as the first verb does it refuse the call unanswered."""
    if script.leg.status != "ringing":
        raise BadDocument(0, "not emulated: <Reject> after the call was answered")
    if element.get("reason", "rejected") == "busy":
        raise HungUp("busy", 486)
    raise HungUp("no-answer", 603)


async def leave(script: Script, element: Element, document: Document) -> Target | None:
    """Out of the queue, on behind the Enqueue."""
    raise Left
