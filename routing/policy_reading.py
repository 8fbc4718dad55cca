"""Reads a whole policy of a document. What was left out has the default that `routing.policy` states."""

from collections.abc import Mapping
from typing import Any, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from routing import calendar_data
from routing.calendar import Calendar
from routing.expression import LONGEST_NAME
from routing.facts import fact_named
from routing.policy import (
    CONDITIONS,
    FORMAT,
    Exit,
    ExitTo,
    Ladder,
    LadderStep,
    Mode,
    Order,
    Overflow,
    Policy,
    QueueRouting,
    Role,
    WrapUp,
)
from routing.reading import Problem, under
from routing.rules import LONGEST_MINUTES, LONGEST_SECONDS
from routing.rules_reading import RulesReading
from routing.sla import SlaPolicy, SlaRule

MOST_RULES = 10_000
MOST_QUEUES = 1_000
MOST_SKILLS = 5_000
MOST_STEPS = 10
MOST_OTHERS = 1_000  # calendars, promises, ladders
DAY_SECONDS = 86_400
MOST_AT_ONCE = 20  # agents at whom one offer may ring
LIMITS = {"max_wait": ("minutes", LONGEST_MINUTES), "max_length": ("items", 100_000), "refused": ("times", 100)}


class PolicyReading(RulesReading):
    def policy(self, document: object) -> Policy | None:
        readers = {
            "zone": self.zone,
            "priority_minutes": self.wholes(0, 1_440),
            "hold_back_minutes": self.wholes(0, LONGEST_MINUTES),
            "offers_per_agent": self.wholes(1, 100),
            "longest_overtake_minutes": self.wholes(1, LONGEST_MINUTES),
            "skills": self.skills,
            "calendars": self.calendars,
            "slas": self.slas,
            "promises": self.lists(self.promise, MOST_OTHERS),
            "ladders": self.lists(self.ladder, MOST_OTHERS),
            "queues": self.queues,
            "rules": self.lists(self.rule, MOST_RULES),
            "default": self.placement,
        }
        given = self.table(document, "", ("format", "queues"), readers)
        if given is None or "format" not in given:
            return None
        if self.choice(given["format"], "format", [FORMAT]) is None:
            return None  # what another format says would only be misread
        read = self.each(given, "", **readers)
        if "queues" not in given:
            self.unsure.add("queue")
        self.check_used()
        return None if self.problems else Policy(**read)

    def queues(self, data: object, path: str) -> tuple[QueueRouting, ...]:
        found = self.lists(self.queue, MOST_QUEUES)(data, path)
        if data in ([], ()):
            self.problem(path, "is empty: work needs a place to wait")
        return tuple(sorted(found, key=lambda queue: queue.id))

    def zone(self, data: object, path: str) -> str | None:
        if isinstance(data, str) and data:
            try:
                return ZoneInfo(data).key
            except (ZoneInfoNotFoundError, ValueError, OSError):
                pass
        self.problem(path, f"must be a time zone such as Europe/Berlin, not {data!r:.80}")
        return None

    def skills(self, data: object, path: str) -> frozenset[str]:
        found: set[str] = set()
        for here, item in self.items(data, path, MOST_SKILLS):
            name = self.text(item, here, LONGEST_NAME)
            if name is not None and (not name or "`" in name or name != name.strip()):
                self.problem(here, "must be a name without backquotes and without spaces around it")
            elif name in found:
                self.problem(here, f"{name} is there already")
            elif name:
                found.add(name)
        return frozenset(found)

    # --- calendars and promises ----------------------------------------------------------------------------

    def calendars(self, data: object, path: str) -> dict[str, Calendar]:
        found = {}
        for id, here, item in self.named(data, path, MOST_OTHERS):
            self.ids["calendar"].add(id)
            try:
                found[id] = calendar_data.load(item, here)
            except calendar_data.BadCalendar as bad:
                self.problems.extend(Problem(where, words) for where, words in bad.problems)
        return found

    def slas(self, data: object, path: str) -> dict[str, SlaPolicy]:
        found = {}
        for id, here, item in self.named(data, path, MOST_OTHERS):
            self.ids["sla"].add(id)
            sla = self.sla(id, item, here)
            if sla:
                found[id] = sla
        return found

    def sla(self, id: str, data: object, path: str) -> SlaPolicy | None:
        minutes = self.wholes(1, LONGEST_MINUTES)
        readers = {
            "version": self.wholes(1, 10**9),
            "calendar": self.uses("calendar"),
            "first_response_minutes": minutes,
            "next_response_minutes": minutes,
            "resolution_minutes": minutes,
            "warn_percents": self.lists(self.wholes(1, 99), 20),
            "warn_minutes": self.lists(minutes, 20),
            "pauses": self.lists(self.choices("waiting", "parked"), 2),
        }
        given = self.table(data, path, ("version", "calendar"), readers)
        if given is None:
            return None
        read = self.each(given, path, **readers)
        if "pauses" in read:
            read["pauses"] = frozenset(read["pauses"])
        if "version" not in read or "calendar" not in read:
            return None
        sla: SlaPolicy | None = self.built(path, SlaPolicy, id=id, **read)
        return sla

    def promise(self, data: object, path: str) -> SlaRule | None:
        given = self.table(data, path, (), ("sla", "when"))
        if given is None:
            return None
        read = self.each(given, path, sla=self.uses("sla"), when=self.conditions)
        return SlaRule(read.get("sla"), read.get("when", ()))

    def conditions(self, data: object, path: str) -> tuple[tuple[str, frozenset[str]], ...]:
        found: list[tuple[str, frozenset[str]]] = []
        given = self.table(data, path, (), data if isinstance(data, Mapping) else ()) or {}
        for name, values in given.items():
            here = under(path, str(name)[:80])
            fact = fact_named(str(name))
            if fact is None or fact.domain.kind != "text":
                self.problem(here, "is no fact that is a text")
            listed = self.lists(self.text, 100)(values, here)
            if values in ([], ()):
                self.problem(here, "is empty: no value would fit")
            found.append((str(name), frozenset(listed)))
        return tuple(sorted(found, key=lambda entry: entry[0]))

    # --- queues and ladders --------------------------------------------------------------------------------

    def queue(self, data: object, path: str) -> QueueRouting | None:
        readers = {
            "id": self.own_id("queue"),
            "require": self.expression,
            "order": self.choices(*get_args(Order)),
            "mode": self.choices(*get_args(Mode)),
            "target_minutes": self.numbers(0, LONGEST_MINUTES),
            "offer_seconds": self.wholes(1, DAY_SECONDS),
            "exclude_seconds": self.wholes(0, LONGEST_SECONDS),
            "agent_seconds": self.wholes(0, LONGEST_SECONDS),
            "offer_to": self.wholes(1, MOST_AT_ONCE),
            "overflow": self.overflow,
            "wrap_up": self.wrap_up,
            "calendar": self.uses("calendar"),
            "ladder": self.uses("ladder"),
            "unanswered_minutes": self.wholes(1, LONGEST_MINUTES),
        }
        given = self.table(data, path, ("id",), readers)
        if given is None or "id" not in given:
            self.unsure.add("queue")
        if given is None:
            return None
        read = self.each(given, path, **readers)
        for one in read.get("overflow", ()):
            here = under(under(path, "overflow"), one.when)
            if one.when == "closed" and "calendar" not in given:
                self.problem(here, "a queue without a calendar is never closed")
            if one.exit.to == "escalate" and "ladder" not in given:
                self.problem(here, "a queue without a ladder cannot escalate")
        return QueueRouting(**read) if read.get("id") else None

    def wrap_up(self, data: object, path: str) -> WrapUp | None:
        seconds = self.wholes(0, DAY_SECONDS)
        readers = {"seconds": seconds, "extend_seconds": seconds, "extensions": self.wholes(0, 100)}
        given = self.table(data, path, (), readers)
        return None if given is None else WrapUp(**self.each(given, path, **readers))

    def overflow(self, data: object, path: str) -> tuple[Overflow, ...]:
        given = self.table(data, path, (), CONDITIONS) or {}
        found = []
        for when in CONDITIONS:
            if when not in given:
                continue
            here = under(path, when)
            name, most = LIMITS.get(when, ("", 0))
            entry = self.table(given[when], here, ("to", name) if name else ("to",), ("queue",)) or {}
            limit = self.whole(entry[name], under(here, name), 1, most) if name in entry else None
            exit = self.exit(entry, here)
            if exit and (limit or not name):
                found.append(Overflow(when, exit, limit))
        return tuple(found)

    def exit(self, entry: Mapping[str, Any], path: str) -> Exit | None:
        read = self.each(entry, path, to=self.choices(*get_args(ExitTo)), queue=self.uses("queue"))
        to = read.get("to")
        if to is None:
            return None
        if (to == "queue") is ("queue" not in entry):
            self.problem(under(path, "queue"), "is missing" if to == "queue" else "belongs to an exit to a queue")
            return None
        return Exit(**read) if to != "queue" or read["queue"] else None

    def ladder(self, data: object, path: str) -> Ladder | None:
        given = self.table(data, path, ("id", "steps"), ())
        if given is None or "id" not in given:
            self.unsure.add("ladder")
        if given is None:
            return None
        read = self.each(given, path, id=self.own_id("ladder"), steps=self.lists(self.step, MOST_STEPS))
        if given.get("steps") in ([], ()):
            self.problem(under(path, "steps"), "is empty")
        return Ladder(**read) if len(read) == 2 else None

    def step(self, data: object, path: str) -> LadderStep | None:
        readers = {
            "queue": self.uses("queue"),
            "require": self.expression,
            "priority": self.wholes(0, 20),
            "notify": self.lists(self.choices(*get_args(Role)), 3),
            "offer": self.choices("callback"),
            "after_minutes": self.wholes(1, LONGEST_MINUTES),
        }
        given = self.table(data, path, (), readers)
        return None if given is None else LadderStep(**self.each(given, path, **readers))
