"""PURE: what somebody in line hears, and how often. What he was told already travels in the address that is asked next,
so that being asked moves nothing: any hub answers, and the same question has the same answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from channels.voice.settings import Language, Waiting


@dataclass(frozen=True, slots=True)
class Told:
    """`place`: the best he was told, 0 for none. `turns`: announcements so far. `at`: when the last one was, in seconds
    of his waiting. `offered`: that he may be called back."""

    place: int = 0
    turns: int = 0
    at: int = 0
    offered: bool = False

    @property
    def part(self) -> str:
        return f"{self.place}-{self.turns}-{self.at}-{int(self.offered)}"


NOTHING = Told()


def told(part: str) -> Told:
    """What is not understood was never told."""
    found = [int(one) for one in part.split("-") if one.isdecimal() and len(one) < 8]
    return Told(found[0], found[1], found[2], bool(found[3])) if len(found) == 4 else NOTHING


@dataclass(frozen=True, slots=True)
class Standing:
    """`place` in line, and `seconds` within which he will probably be answered, as far as known; `waited` seconds.
    `offer`: he may ask to be called back."""

    place: int | None
    seconds: int | None
    waited: int
    offer: bool = False


def turn(rules: Waiting, before: Told, now: Standing, language: Language) -> tuple[Sequence[str], Told]:
    """What is said before the music, and what was told then.

    At first all that is known. Then, not before `every_seconds` are over: his place and wait when he has moved up, else
    the next words of comfort. A place that got worse is not told. An offer to call back is told as soon as it stands.
    """
    first = before.turns == 0
    new_offer = now.offer and not before.offered
    if not first and not new_offer and 0 <= now.waited - before.at < rules.every_seconds:
        return (), before
    up = first or (now.place is not None and now.place < (before.place or now.place + 1))
    after = replace(before, turns=before.turns + 1, at=now.waited, offered=now.offer)
    if up:
        return standing(language, now.place, now.seconds), replace(after, place=now.place or before.place)
    if not rules.comfort or new_offer:
        return (), after
    words = rules.comfort[(before.turns - 1) % len(rules.comfort)]
    return (words.get(language) or next(iter(words.values()), ""),), after


def standing(language: Language, position: int | None, seconds: int | None) -> Sequence[str]:
    """Where he stands in line and how long it may take, as far as that is known."""
    minutes = max(1, -(-seconds // 60)) if seconds is not None else None
    if language == "zh-Hans":
        said = [f"您排在第{position}位。"] if position else ["请不要挂机。"]
        return said + ([f"十位来电者中有八位在{minutes}分钟内接通。"] if minutes else [])
    said = [f"You are number {position} in line."] if position else ["Please stay on the line."]
    within = f"{minutes} minutes" if minutes and minutes > 1 else "a minute"
    return said + ([f"Eight of ten callers are answered within {within}."] if minutes else [])
