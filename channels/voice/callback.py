"""PURE: how a caller in line asks to be called back: which number, read back to him, and his place kept.

What he is asked is counted, so that a key that comes late is known to be for an earlier question.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from channels.voice.numbers import spoken
from channels.voice.settings import Language

TRIES = 3
STAY = "*"


@dataclass(frozen=True, slots=True)
class Talk:
    """Where the talk stands. confirm: `number` was read out to him. enter: he is to key one in. promised: he will be
    called at `number`, `later` if not at this hour. `asked`: how many questions he was asked; the key that began it was
    the answer to 0."""

    stage: Literal["confirm", "enter", "promised"]
    number: str = ""
    asked: int = 1
    tries: int = 0
    later: bool = False

    @property
    def open(self) -> bool:
        return self.stage != "promised"


@dataclass(frozen=True, slots=True)
class Said:
    """What he hears next; `digits`: how many keys are waited for, 0 up to #; None: nothing is asked any more."""

    words: tuple[str, ...]
    digits: int | None = None


Dialable = Callable[[str], str]  # what was keyed in -> a number that may be called, or ""


def begin(caller: str) -> Talk:
    """He wants to be called back. `caller`: his number if it may be called, else ""."""
    return Talk("confirm", caller) if caller else Talk("enter")


def answered(talk: Talk, keys: str, dialable: Dialable) -> Talk | None:
    """The next question, the promise, or None: he waits on in line."""
    if keys == STAY:
        return None
    if talk.stage == "confirm" and keys == "1":
        return Talk("promised", talk.number, talk.asked + 1)
    if talk.stage == "confirm" and keys == "2":
        return Talk("enter", "", talk.asked + 1)
    if talk.stage == "enter" and (number := dialable(keys)):
        return Talk("confirm", number, talk.asked + 1)
    if talk.tries + 1 >= TRIES:
        return None
    return Talk(talk.stage, talk.number, talk.asked + 1, talk.tries + 1)


def offer(language: Language, key: str) -> str:
    return {"en": f"To be called back without losing your place, press {key}.",
            "zh-Hans": f"如需保留排队位置并由我们回电,请按{key}。"}[language]


def said(talk: Talk, language: Language) -> Said:
    english = language == "en"
    number = spoken(talk.number, language)
    if talk.stage == "promised":
        if talk.later:
            return Said((f"Thank you. You keep your place in line. It is too late or too early to call now, so we will "
                         f"call {number} as soon as we may. Goodbye." if english
                         else f"谢谢。您的排队位置已保留。现在不是回电时段,我们将在可回电时尽快致电{number}。再见。",))
        return Said((f"Thank you. You keep your place in line, and we will call {number}. Goodbye." if english
                     else f"谢谢。您的排队位置已保留,我们会致电{number}。再见。",))
    again = () if not talk.tries else (
        "Sorry, that did not work." if english else "抱歉,输入无效。",)
    if talk.stage == "enter":
        return Said((*again, "Please enter the number that we shall call, then press the hash key. To wait in line "
                             "instead, press star and hash." if english
                     else "请输入我们回电的号码,然后按井号键。如需继续排队,请按星号和井号。"), 0)
    return Said((*again, f"We will call {number}. If this is right, press 1. For another number, press 2. To wait in "
                         "line instead, press star." if english
                 else f"我们将致电{number}。确认请按1,更换号码请按2,继续排队请按星号。"), 1)
