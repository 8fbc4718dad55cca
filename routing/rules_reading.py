"""Reads rules and placements of a document, and keeps account of ids: which there are, which are spoken of where."""

from difflib import get_close_matches
from typing import Any

from routing.expression import Expression
from routing.facts import problems_of_facts
from routing.reading import Reader, Reading, perhaps
from routing.rules import (
    LONGEST_MINUTES,
    LONGEST_SECONDS,
    MOST_PREFERENCES,
    MOST_RINGS,
    PRIORITIES,
    Placement,
    Ring,
    Rule,
    Sticky,
)

MOST_SUGGESTIONS = 100


class RulesReading(Reading):
    def __init__(self) -> None:
        super().__init__()
        self.ids: dict[str, set[str]] = {kind: set() for kind in ("queue", "calendar", "sla", "ladder", "rule")}
        self.used: list[tuple[str, str, str]] = []  # kind, id, path
        self.unsure: set[str] = set()  # kinds of which an id could not be read: who is missing is not known

    def own_id(self, kind: str) -> Reader:
        """Reads the id of something that stands here."""

        def read(data: object, path: str) -> str | None:
            id = self.id(data, path)
            if id is None or id in self.ids[kind]:
                self.unsure.add(kind)
            if id in self.ids[kind]:
                self.problem(path, f"{id} is there already")
            if id:
                self.ids[kind].add(id)
            return id

        return read

    def uses(self, kind: str) -> Reader:
        """Reads the id of something that must stand somewhere; `check_used` sees to it."""

        def read(data: object, path: str) -> str | None:
            id = self.id(data, path)
            if id:
                self.used.append((kind, id, path))
            return id

        return read

    def check_used(self) -> None:
        for kind, id, path in self.used:
            if id not in self.ids[kind] and kind not in self.unsure:
                few = len(self.problems) < MOST_SUGGESTIONS  # looking for names that are near takes time
                near = get_close_matches(id, sorted(self.ids[kind]), n=1) if few else []
                self.problem(path, f"there is no {kind} {id}{perhaps(near)}")

    def rule(self, data: object, path: str) -> Rule | None:
        given = self.table(data, path, ("id", "when", "place"), ("name",))
        if given is None:
            return None
        read = self.each(given, path, id=self.own_id("rule"), when=self.when, place=self.placement, name=self.text)
        return self.built(path, Rule, **{"name": "", **read}) if read.keys() >= {"id", "when", "place"} else None

    def when(self, data: object, path: str) -> Expression | None:
        found = self.expression(data, path)
        for problem in problems_of_facts(found) if found else ():
            self.problem(path, str(problem))
        return found

    def placement(self, data: object, path: str) -> Placement | None:
        known = ("require", "prefer", "priority", "target_minutes", "sticky", "rings")
        given = self.table(data, path, ("queue",), known)
        if given is None:
            return None
        read = self.each(
            given,
            path,
            queue=self.uses("queue"),
            require=self.expression,
            prefer=self.lists(self.expression, MOST_PREFERENCES),
            priority=self.wholes(PRIORITIES[0], PRIORITIES[-1]),
            target_minutes=self.numbers(0, LONGEST_MINUTES),
            sticky=self.sticky,
            rings=self.lists(self.ring, MOST_RINGS),
        )
        return self.built(path, Placement, **read) if "queue" in read else None

    def sticky(self, data: object, path: str) -> Sticky | None:
        given = self.table(data, path, ("to", "seconds"), ())
        if given is None or len(given) < 2:
            return None
        read = self.each(given, path, to=self.choices("owner", "last_agent"), seconds=self.wholes(0, LONGEST_SECONDS))
        sticky: Sticky | None = self.built(path, Sticky, **read)
        return sticky

    def ring(self, data: object, path: str) -> Ring | None:
        given = self.table(data, path, ("after_seconds",), ("require",))
        if given is None or "after_seconds" not in given:
            return None
        read = self.each(given, path, after_seconds=self.wholes(1, LONGEST_SECONDS), require=self.expression)
        return self.built(path, Ring, **{"require": None, **read}) if "require" not in read or read["require"] else None

    def built(self, path: str, kind: Any, **read: Any) -> Any:
        """The value, if its parts go together too. Where a part is wrong already, the whole is not judged."""
        if any(value is None and name != "require" for name, value in read.items()):
            return None
        try:
            return kind(**read)
        except ValueError as problem:
            self.problem(path, str(problem))
            return None
