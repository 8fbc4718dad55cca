"""The customers' lines: read from conversations.toml, and chosen as the talk goes on."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from random import Random
from typing import Any


@dataclass(frozen=True, slots=True)
class Story:
    """One matter, told in pieces."""

    topic: str
    opening: tuple[str, ...]
    answers: tuple[str, ...]
    thanks: str
    later: str


@dataclass(frozen=True, slots=True)
class Tongue:
    """Everything that customers of one language say, and what they are called."""

    language: str
    names: tuple[str, ...]
    strange_names: tuple[str, ...]
    nudge: tuple[str, ...]
    give_up: str
    again: str
    wrote: str  # introduces what a mail quotes
    regards: str
    facts: tuple[tuple[re.Pattern[str], str], ...]
    stories: tuple[Story, ...]


@dataclass
class Talk:
    """What one customer has still to say about one story."""

    tongue: Tongue
    story: Story
    _left: Iterator[str] = field(init=False)
    _told: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._left = iter(self.story.answers)

    def answer(self, agent_said: str) -> str | None:
        """The fact that was asked for (each is told once), else the next line; None when all is said."""
        for pattern, fact in self.tongue.facts:
            if fact not in self._told and "?" in agent_said.replace("？", "?") and pattern.search(agent_said):
                self._told.add(fact)
                return fact
        return next(self._left, None)


@dataclass(frozen=True, slots=True)
class Person:
    """Who writes. The same die gives the same person, so that some come back as customers known already."""

    name: str
    email: str
    phone: str


@cache
def tongues() -> dict[str, Tongue]:
    """All languages of conversations.toml by their key; raises KeyError or ValueError for a broken file."""
    text = Path(__file__).with_name("conversations.toml").read_text(encoding="utf-8")
    return {key: _tongue(part) for key, part in tomllib.loads(text).items()}


def _tongue(part: dict[str, Any]) -> Tongue:
    return Tongue(
        language=part["language"],
        names=tuple(part["names"]),
        strange_names=tuple(part["strange_names"]),
        nudge=tuple(part["nudge"]),
        give_up=part["give_up"],
        again=part["again"],
        wrote=part["wrote"],
        regards=part["regards"],
        facts=tuple((re.compile(fact["when"], re.IGNORECASE), fact["say"]) for fact in part["facts"]),
        stories=tuple(
            Story(one["topic"], tuple(one["opening"]), tuple(one["answers"]), one["thanks"], one["later"])
            for one in part["stories"]
        ),
    )


def person(dice: Random, tongue: Tongue, strange: bool = False) -> Person:
    """Somebody. Addresses lie under example.com (RFC 2606) and in the numbers kept for fiction (555 01xx)."""
    name = dice.choice(tongue.strange_names if strange else tongue.names)
    number = dice.randrange(100)
    slug = re.sub(r"[^a-z]+", ".", name.lower()).strip(".") or "customer"
    return Person(name, f"{slug[:40]}.{number}@example.com", f"+1 202 555 01{number:02d}")
