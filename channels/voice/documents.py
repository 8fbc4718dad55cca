"""TwiML: what the telephone is told to do. The same values give the same bytes."""

from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement, tostring

from channels.voice import callback
from channels.voice.menu import Screen
from channels.voice.settings import Language, Survey

SPOKEN: dict[Language, str] = {"en": "en-US", "zh-Hans": "zh-CN"}
ROOM_EVENTS = "start end join leave mute hold modify"
PATIENCE: dict[Language, str] = {
    "en": "We were cut off. Please stay on the line, somebody will be with you in a moment.",
    "zh-Hans": "通话中断,请不要挂机,马上会有人继续为您服务。",
}
HOLD: dict[Language, str] = {"en": "Please hold.", "zh-Hans": "请稍候。"}
THANKS: dict[Language, str] = {"en": "Thank you. Goodbye.", "zh-Hans": "谢谢,再见。"}
UNKNOWN: dict[Language, str] = {"en": "This number is not in service.", "zh-Hans": "您拨打的号码暂未开通。"}
# What he hears whose place in line was kept for him.
WELCOME: dict[str, dict[Language, tuple[str, ...]]] = {
    "new": {"en": (), "zh-Hans": ()},
    "regained": {"en": ("Welcome back. You have your place in line again.",),
                 "zh-Hans": ("欢迎回来,您的排队位置已恢复。",)},
    "called_again": {"en": ("Welcome back. We have kept your place in line, so you need not be called back.",),
                     "zh-Hans": ("欢迎回来,您的排队位置仍为您保留,无需再等待回电。",)},
}

CHALLENGE: dict[Language, str] = {"en": "To be connected, please press {key}.", "zh-Hans": "如需接通,请按{key}。"}


@dataclass(frozen=True, slots=True)
class Urls:
    """Where the parts of one call are asked for. All are absolute, and name no person."""

    base: str  # of the call, such as https://hub.example.org/twilio/main/voice/calls/0192...
    music: str

    def step(self, number: int) -> str:
        return f"{self.base}/steps/{number}"

    def room(self, room: int) -> str:
        return f"{self.base}/rooms/{room}"

    def left(self, room: int) -> str:
        return f"{self.base}/left/{room}"

    def join(self, room: int) -> str:
        return f"{self.base}/join/{room}"

    def callback(self, asked: int) -> str:
        return f"{self.base}/callback/{asked}"

    def wait(self, told: str = "0") -> str:
        return f"{self.base}/wait/{told}"

    def leg(self, leg: str) -> str:
        return f"{self.base}/legs/{leg}"

    def plain(self, name: str) -> str:
        return f"{self.base}/{name}"


def menu(screen: Screen, number: int, urls: Urls) -> str:
    """Says and asks; the answer, or none in time, comes to the step's address."""
    root = Element("Response")
    step = screen.then
    if step.kind == "hangup":
        _say(root, screen.said, screen.language)
        SubElement(root, "Hangup")
        return _text(root)
    collect = step.kind == "collect"
    asked = {"action": urls.step(number), "method": "POST", "timeout": str(step.seconds), "actionOnEmptyResult": "true"}
    if not collect:
        asked |= {"numDigits": "1", "finishOnKey": ""}
    elif step.digits:
        asked |= {"numDigits": str(step.digits)}
    gather = SubElement(root, "Gather", asked)
    _say(gather, screen.said, screen.language)
    return _text(root)


def voicemail(screen: Screen, urls: Urls) -> str:
    """Speak after the tone. Who says nothing is thanked, too."""
    root = Element("Response")
    _say(root, screen.said, screen.language)
    SubElement(root, "Record", {
        "action": urls.plain("voicemail"), "method": "POST", "maxLength": str(screen.then.longest), "timeout": "5",
        "playBeep": "true", "finishOnKey": "#", "recordingStatusCallback": urls.plain("recording"),
        "recordingStatusCallbackMethod": "POST", "recordingStatusCallbackEvent": "completed absent"})
    _say(root, [THANKS[screen.language]], screen.language)
    SubElement(root, "Hangup")
    return _text(root)


def in_line(said: Sequence[str], language: Language, queue: str, urls: Urls) -> str:
    """Into the waiting room."""
    root = Element("Response")
    _say(root, said, language)
    enqueue = SubElement(root, "Enqueue", {
        "action": urls.plain("line"), "method": "POST", "waitUrl": urls.wait(), "waitUrlMethod": "POST"})
    enqueue.text = queue
    return _text(root)


def waiting(said: Sequence[str], language: Language, urls: Urls, told: str, key: str = "") -> str:
    """Words and music, then asked again. `told`: what he knows then. `key`: with which he may ask to be called back at
    any moment, "" for none."""
    root = Element("Response")
    parent = _keys(root, urls.callback(0), 1, 1) if key else root
    _say(parent, said, language)
    SubElement(parent, "Play").text = urls.music
    SubElement(root, "Redirect", {"method": "POST"}).text = urls.wait(told)
    return _text(root)


def out_of_line() -> str:
    """He leaves the waiting room, and asks what comes next."""
    root = Element("Response")
    SubElement(root, "Leave")
    return _text(root)


def called_back(talk: callback.Talk, language: Language, urls: Urls) -> str:
    """Which number he shall be called at; or that he will be, and goodbye."""
    root = Element("Response")
    said = callback.said(talk, language)
    if said.digits is None:
        _say(root, said.words, language)
        SubElement(root, "Hangup")
        return _text(root)
    gather = _keys(root, urls.callback(talk.asked), said.digits, 8 if said.digits else 12)
    gather.set("actionOnEmptyResult", "true")
    _say(gather, said.words, language)
    return _text(root)


def waits_on(urls: Urls) -> str:
    """He stays in line, and hears where he stands."""
    root = Element("Response")
    SubElement(root, "Redirect", {"method": "POST"}).text = urls.wait()
    return _text(root)


def _keys(root: Element, action: str, digits: int, seconds: int) -> Element:
    count = {"numDigits": str(digits), "finishOnKey": ""} if digits else {"finishOnKey": "#"}
    return SubElement(root, "Gather", {"action": action, "method": "POST", "timeout": str(seconds), **count})


def together(room: int, name: str, urls: Urls) -> str:
    """The customer into the room. His going ends it, unless the hub says otherwise later."""
    root = Element("Response")
    dial = SubElement(root, "Dial", {"action": urls.left(room), "method": "POST"})
    conference = SubElement(dial, "Conference", {
        "participantLabel": "customer", "startConferenceOnEnter": "true", "endConferenceOnExit": "true",
        "beep": "false", "statusCallback": urls.room(room), "statusCallbackMethod": "POST",
        "statusCallbackEvent": ROOM_EVENTS})
    conference.text = name
    return _text(root)


def survey(asked: Survey, language: Language, urls: Urls) -> str:
    """How was it? One key, or none in time."""
    root = Element("Response")
    gather = _keys(root, urls.plain("score"), 1, asked.seconds)
    gather.set("actionOnEmptyResult", "true")
    words = asked.ask.get(language) or next(iter(asked.ask.values()), "")
    _say(gather, [words.replace("{most}", str(asked.most))], language)
    return _text(root)


def played(text: str, language: Language, urls: Urls, *, loop: bool) -> str:
    """Words and music for somebody who is held or alone."""
    root = Element("Response")
    _say(root, [text], language)
    SubElement(root, "Play", {"loop": "0"} if loop else {}).text = urls.music
    return _text(root)


def refused() -> str:
    """Not answered at all, which costs neither side anything."""
    root = Element("Response")
    SubElement(root, "Reject")
    return _text(root)


def challenge(key: str, language: Language, urls: Urls) -> str:
    """A key that a machine which calls everybody does not press."""
    root = Element("Response")
    gather = _keys(root, urls.step(0), 1, 8)
    gather.set("actionOnEmptyResult", "true")
    _say(gather, [CHALLENGE[language].format(key=key)], language)
    return _text(root)


def hung_up(said: Sequence[str] = (), language: Language = "en") -> str:
    root = Element("Response")
    _say(root, said, language)
    SubElement(root, "Hangup")
    return _text(root)


def again_in_a_moment(language: Language, queue: str, urls: Urls) -> str:
    """The waiting room would not take him: a pause, so that nothing spins, and into it once more."""
    root = Element("Response")
    _say(root, [PATIENCE[language]], language)
    SubElement(root, "Pause", {"length": "5"})
    enqueue = SubElement(root, "Enqueue", {
        "action": urls.plain("line"), "method": "POST", "waitUrl": urls.wait(), "waitUrlMethod": "POST"})
    enqueue.text = queue
    return _text(root)


def nothing() -> str:
    return _text(Element("Response"))


def _say(parent: Element, said: Sequence[str], language: Language) -> None:
    for text in said:
        SubElement(parent, "Say", {"language": SPOKEN[language]}).text = _plain(text)


def _plain(text: str) -> str:
    """What XML cannot hold becomes a space."""
    return "".join(letter if letter >= " " or letter in "\n\t" else " " for letter in text)


def _text(root: Element) -> str:
    return '<?xml version="1.0" encoding="UTF-8"?>' + tostring(root, encoding="unicode")
