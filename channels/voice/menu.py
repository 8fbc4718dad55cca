"""PURE: the way of a caller through a menu. What is said, what is asked, and where it ends."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from channels.voice.callback import Talk
from channels.voice.settings import PASSED, Flow, Language, Step

Open = Callable[[str], bool]  # whether a calendar is open now
CONSENT = "recording"  # what is collected of whether he may be recorded
Message = Literal["", "asked", "left", "none", "talked"]
GOODBYE: Mapping[str, str] = {"en": "Goodbye.", "zh-Hans": "再见。"}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a caller is. `number`: counts what he was asked, so that a late answer is known as one. `path`: the steps
    that he was asked at and his answers; digits that he was asked for are kept in `collected` and not in there.
    `talk`: of being called back, while he waits in line. `told`: that he may be recorded. `message`: what he was asked
    to leave instead of waiting on."""

    step: str
    language: Language
    number: int = 0
    tries: int = 0
    path: tuple[tuple[str, str], ...] = ()
    collected: Mapping[str, str] = field(default_factory=dict)
    talk: Talk | None = None
    told: bool = False
    message: Message = ""

    @property
    def speaks(self) -> bool:
        """Instead of waiting; whom an agent has taken out of that talks like anybody else."""
        return self.message not in ("", "talked")

    @property
    def words(self) -> str:
        """The path as rules and people read it: main/2/billing/1."""
        return "/".join(part for one in self.path for part in one if part)


@dataclass(frozen=True, slots=True)
class Screen:
    """What the caller hears next, and what for. `digits`: how many are asked for, 0 up to the key #."""

    said: tuple[str, ...]
    language: Language
    then: Step  # menu, collect, language, queue or hangup


def enter(flow: Flow, place: Place, is_open: Open, before: tuple[str, ...] = ()) -> tuple[Place, Screen]:
    """On to the next step that asks something or ends. `before` is said first."""
    said = list(before)
    step = flow.steps[place.step]
    while step.kind in PASSED:
        said += _words(step.say, place.language)
        opened = step.kind == "say" or is_open(step.calendar or "")
        following = step.then if opened else step.otherwise
        if not following:
            return _goodbye(place, said)
        place = replace(place, step=following)
        step = flow.steps[following]
    place = replace(place, number=place.number + 1)
    return place, Screen((*said, *_words(step.say, place.language)), place.language, step)


def again(flow: Flow, place: Place) -> Screen:
    """What the caller was asked last, for a request that comes once more."""
    step = flow.steps[place.step] if place.step else Step(kind="hangup")
    return Screen(_words(step.say, place.language), place.language, step)


def pressed(flow: Flow, place: Place, digits: str, is_open: Open) -> tuple[Place, Screen]:
    """The caller's keys, "" for none within the time."""
    step = flow.steps[place.step]
    if digits == flow.repeat and step.kind != "collect":
        return enter(flow, place, is_open)
    following = _follows(step, digits)
    if following is None:
        return _in_vain(flow, place, step, digits, is_open)
    if step.kind == "language":
        place = replace(place, language=step.keys[digits])  # type: ignore[arg-type]
    if step.kind == "consent":
        place = replace(place, collected={**place.collected, CONSENT: step.keys[digits]})
    if step.kind == "collect":
        place = replace(place, collected={**place.collected, step.field: digits})
    answer = "" if step.kind == "collect" else digits
    path = (*place.path, (place.step, answer))
    return enter(flow, replace(place, step=following, tries=0, path=path), is_open)


def _follows(step: Step, digits: str) -> str | None:
    if step.kind == "collect":
        good = digits.isdecimal() and (not step.digits or len(digits) == step.digits)
        return step.then if good else None
    if digits not in step.keys:
        return None
    return step.keys[digits] if step.kind == "menu" else step.then


def _in_vain(flow: Flow, place: Place, step: Step, digits: str, is_open: Open) -> tuple[Place, Screen]:
    place = replace(place, tries=place.tries + 1)
    wrong = _words(flow.wrong, place.language) if digits else ()
    if place.tries < step.tries:
        return enter(flow, place, is_open, wrong)
    following = step.then if step.kind == "consent" else step.otherwise
    if not following:
        return _goodbye(place, list(wrong))
    if step.kind == "consent":
        place = replace(place, collected={**place.collected, CONSENT: "no"})
    path = (*place.path, (place.step, ""))
    return enter(flow, replace(place, step=following, tries=0, path=path), is_open, wrong)


def _goodbye(place: Place, said: list[str]) -> tuple[Place, Screen]:
    end = replace(place, step="", number=place.number + 1)
    return end, Screen((*said, GOODBYE[place.language]), place.language, Step(kind="hangup"))


def _words(words: Mapping[Language, str], language: Language) -> tuple[str, ...]:
    """In the caller's language, else in whichever there is."""
    text = words.get(language) or next(iter(words.values()), "")
    return (text,) if text else ()
