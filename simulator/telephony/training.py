"""Scripted callers for training: each wants something, reacts to what is heard, and leaves when patience ends."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from simulator.telephony.audibility import audibility, speak_up
from simulator.telephony.legs import Heard, Leg, Party

if TYPE_CHECKING:
    from simulator.telephony.exchange import Exchange

Words = Mapping[str, str]
_FIRST = 15557770001  # 555 is nobody's area
_KEYS = {"en": re.compile(r"for ([\w ]+?),? press (\d)", re.IGNORECASE),
         "zh-Hans": re.compile(r"([\u4e00-\u9fff]+?)请按(\d)")}
_CHALLENGE = re.compile(r"please press (\d)|如需接通,请按(\d)")  # asked of callers whose number is doubted
_LOOK, _REACT, _GOODBYE = 1.0, 2.0, 4.0  # seconds: between looks, before an answer, before hanging up
_KEPT = 50  # callers whose end is remembered


@dataclass(frozen=True, slots=True)
class Persona:
    """`patience`: seconds without anybody on the line, in the menu, in the queue or on hold. `pause`: seconds after
    which the next line is said although nobody said anything. `card`, `insists`: which line reads a card number, and
    which is repeated until somebody else is on the line."""

    id: str
    name: Words
    about: Words
    lines: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    wish: Words = field(default_factory=dict)  # what is looked for in the menu
    patience: float = 60.0
    on_hold: float = 60.0
    pause: float = 12.0
    card: int = -1
    insists: int = -1
    silent: bool = False


SUPPORT, SALES = {"en": "support", "zh-Hans": "客户支持"}, {"en": "sales", "zh-Hans": "销售"}
PERSONAS = (
    Persona("patient", {"en": "Patient", "zh-Hans": "有耐心的客户"},
            {"en": "Waits as long as it takes, and answers every question.", "zh-Hans": "一直等待,有问必答。"},
            {"en": ("Hello, this is Paula Hill. The light of my bike does not work any more.",
                    "It is a Harbour City, bought in spring. The order number is 4711.",
                    "No, it has not been wet. I have tried another battery already.",
                    "That would be very kind. Thank you, and have a nice day."),
             "zh-Hans": ("您好,我是何佩兰。我的自行车灯不亮了。", "是港湾城市款,春天买的,订单号是4711。",
                         "没有淋过雨,电池我也换过了。", "那太好了,谢谢您,祝您今天愉快。")},
            SUPPORT, patience=900, on_hold=600),
    Persona("angry", {"en": "Angry", "zh-Hans": "生气的客户"},
            {"en": "Is loud, does not want to wait, and hangs up after 15 seconds on hold.",
             "zh-Hans": "语气激动,不愿等待,保持超过15秒就挂机。"},
            {"en": ("Finally! I have been waiting for ever. My bike should have been here last week!",
                    "I do not care whose fault that is. Where is my bike?",
                    "That is what your colleague told me, too. I want my money back!",
                    "Fine. But if it is not here tomorrow, you will hear from me again!"),
             "zh-Hans": ("终于有人接了!我等了半天。我的自行车上周就该到了!", "我不管是谁的错。我的车到底在哪里?",
                         "你同事上次也是这么说的。我要退款!", "好吧。明天要是还没到,我会再打来的!")},
            SUPPORT, patience=45, on_hold=15, pause=6),
    Persona("silent", {"en": "Silent", "zh-Hans": "不说话的客户"},
            {"en": "Presses no key and says nothing: a bad line, a child, or somebody who cannot speak.",
             "zh-Hans": "不按键也不说话:线路不好、孩子误拨,或者无法说话的人。"}, patience=60, on_hold=30, silent=True),
    Persona("card", {"en": "Card number", "zh-Hans": "报卡号的客户"},
            {"en": "Wants to pay and reads a card number aloud, asked or not. Pause the recording in time.",
             "zh-Hans": "想付款,不管问没问都会念出卡号。请及时暂停录音。"},
            {"en": ("Hello, Carl Diaz here. I would like to pay my invoice by card.",
                    "I have the card in my hand. Shall I read the number to you?",
                    "It is 4111 1111 1111 1111, good until December 2030, and the code is 123.",
                    "Great, thank you. Goodbye."),
             "zh-Hans": ("您好,我是迪亚斯。我想刷卡支付发票。", "卡就在我手里,要我念卡号吗?",
                         "卡号是4111 1111 1111 1111,有效期到2030年12月,验证码123。", "好的,谢谢,再见。")},
            SUPPORT, patience=120, card=2),
    Persona("transfer", {"en": "Wants a transfer", "zh-Hans": "要求转接的客户"},
            {"en": "Has chosen the wrong line and wants to be put through to sales.",
             "zh-Hans": "选错了线路,要求转到销售。"},
            {"en": ("Hello, Tom Wong. I think I am in the wrong place, I want to buy a bike.",
                    "Could you put me through to sales, please?",
                    "Hello, is that sales? I would like the red one from your window.",
                    "Perfect, I will come by tomorrow. Goodbye."),
             "zh-Hans": ("您好,我是黄汤姆。我好像打错线路了,我想买一辆自行车。", "请帮我转到销售部,好吗?",
                         "您好,是销售部吗?我想要橱窗里那辆红色的。", "太好了,我明天过来。再见。")},
            SUPPORT, patience=180, on_hold=90, insists=1),
)


class ScriptedCaller:
    """One caller. Time is the exchange's; nothing here waits by itself."""

    def __init__(self, exchange: "Exchange", persona: Persona, from_: str, to: str, language: str) -> None:
        self.exchange, self.persona, self.language = exchange, persona, language
        self.leg: Leg = exchange.call_in(Party(from_, to, "inbound"))
        self.remarks: list[str] = []
        self._lines = persona.lines.get(language, ())
        self._next = 0
        self._alone = 0.0  # seconds without anybody
        self._met: set[str] = set()  # everybody who was ever on the line
        self._first: frozenset[str] = frozenset()  # who was there before a transfer was asked for
        self._since_said = 0.0
        self._about_to_speak = False
        self.leg.ears.append(self._hear)
        self.leg.at_end.append(lambda _: self._over())
        self._later(_LOOK, self._look)

    @property
    def people(self) -> frozenset[str]:
        """SIDs of those whom the caller hears now."""
        heard = audibility(self.exchange).get(self.leg.sid, frozenset())
        return frozenset(sid for sid in heard if sid in self.exchange.legs)

    def hang_up(self, why: str = "") -> None:
        """The caller leaves."""
        if why and self.leg.live:
            self._remark(why)
        self.leg.hang_up()

    def _later(self, seconds: float, what: Any) -> None:
        self.exchange.clock.call_later(seconds, lambda: what() if self.leg.live else None)

    def _hear(self, sound: Heard | None) -> None:
        if sound is None or self.persona.silent:
            return
        if sound.kind == "say" and (key := self._key(sound.text)):
            self._later(_REACT, lambda: self.leg.press(key))
        elif sound.kind == "beep" and not self.people and self._lines:
            self._later(_REACT, lambda: speak_up(self.leg, self._lines[0]))  # a voicemail box
        elif sound.kind == "speech":
            self._soon(_REACT)

    def _key(self, text: str) -> str:
        """The key that a menu offers for what is wanted; for the caller's language, where it speaks another one."""
        if (asked := _CHALLENGE.search(text)) is not None:
            return asked[1] or asked[2]
        if self.language != "en" and (other := re.search(r"中文请按(\d)", text)):
            return other[1]
        offered = {name.strip().lower(): key for name, key in _KEYS[self.language].findall(text)}
        wish = self.persona.wish.get(self.language, "")
        return next((key for name, key in offered.items() if wish and wish in name), next(iter(offered.values()), ""))

    def _look(self) -> None:
        """Once a second: who is there, and whether patience has ended."""
        people, persona = self.people, self.persona
        if people:
            self._alone = 0.0
            if not self._met:
                self._soon(_REACT)
            self._met |= people
            self._since_said += _LOOK
            if self._since_said >= persona.pause:
                self._soon(0.0)
            if persona.silent and self._since_said > persona.on_hold:
                self.hang_up("left without a word")
        else:
            self._alone += _LOOK
            if self._alone > (persona.on_hold if self._met else persona.patience):
                self.hang_up("hung up on hold" if self._met else "gave up waiting")
        self._later(_LOOK, self._look)

    def _soon(self, seconds: float) -> None:
        if not self._about_to_speak and not self.persona.silent:
            self._about_to_speak = True
            self._later(seconds, self._speak)

    def _speak(self) -> None:
        """The next line, if anybody is there to hear it."""
        self._about_to_speak, self._since_said = False, 0.0
        people = self.people
        if not people or self._next >= len(self._lines):
            return
        number, persona = self._next, self.persona
        if number == persona.insists + 1 and persona.insists >= 0 and not people - self._first:
            number = persona.insists  # nobody new: the wish once more
        elif number == persona.insists:
            self._first = people
        if number == persona.card:
            self._remark("read the card number while recorded" if _recorded(self.leg)
                         else "read the card number, and it was not recorded")
        elif number == persona.insists + 1 and persona.insists >= 0:
            self._remark("was transferred")
        speak_up(self.leg, self._lines[number])
        self._next = number + 1
        if self._next == len(self._lines):
            self._later(_GOODBYE, lambda: self.hang_up("said goodbye"))

    def _remark(self, text: str) -> None:
        self.remarks.append(text)
        self.exchange.journal.write("training", sid=self.leg.sid, persona=self.persona.id, what=text)

    def _over(self) -> None:
        if not self.remarks or self.remarks[-1] not in _ENDS:
            self._remark("was hung up on" if self._met else "never reached anybody")

    def state(self) -> dict[str, Any]:
        """For people."""
        return {"sid": self.leg.sid, "persona": self.persona.id, "from": self.leg.party.from_, "live": self.leg.live,
                "place": self.leg.place, "remarks": list(self.remarks)}


_ENDS = frozenset({"left without a word", "hung up on hold", "gave up waiting", "said goodbye", "was sent home"})


def _recorded(leg: Leg) -> bool:
    """Whether what this party says is being kept, as a call or as a conference."""
    here = {leg.sid, *(sid for conference in leg.exchange.conferences.values() if leg.sid in conference.participants
                       for sid in conference.participants)}
    return any(one.status == "in-progress" and (
        (one.leg is not None and one.leg.sid in here)
        or (one.conference is not None and leg.sid in one.conference.participants))
        for one in leg.exchange.recordings.values())


class Training:
    """Who has called, and who may be called for."""

    MOST = 30  # at once

    def __init__(self, exchange: "Exchange") -> None:
        self.exchange = exchange
        self.callers: list[ScriptedCaller] = []
        self._count = 0

    def start(self, persona: str, to: str, language: str = "en") -> ScriptedCaller:
        """Somebody calls. Raises KeyError for an unknown persona or number, ValueError when too many are here."""
        found = next((one for one in PERSONAS if one.id == persona), None)
        if found is None or language not in _KEYS:
            raise KeyError(persona if found is None else language)
        if sum(one.leg.live for one in self.callers) >= self.MOST:
            raise ValueError("too many callers")
        caller = ScriptedCaller(self.exchange, found, f"+{_FIRST + self._count}", to, language)
        self._count += 1
        self.callers = [*(one for one in self.callers[-_KEPT:]), caller]
        return caller

    def dismiss(self) -> None:
        """Everybody hangs up."""
        for one in self.callers:
            one.hang_up("was sent home")

    def everything(self) -> dict[str, Any]:
        """For people: who can be had, and who is here or was, newest first."""
        return {"personas": [{"id": one.id, "name": dict(one.name), "about": dict(one.about)} for one in PERSONAS],
                "callers": [one.state() for one in reversed(self.callers)]}
