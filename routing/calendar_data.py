"""Calendars as plain data (what JSON or TOML hold), read with all problems at once, and written back.

    {"zone": "Europe/Berlin",
     "week": {"mon": ["09:00-12:00", "13:00-17:30"], "fri": ["22:00-06:00"], "sun": ["00:00-24:00"]},
     "closed": [{"on": "2026-12-25", "name": "Christmas Day"}],
     "special": [{"on": "2026-12-24", "name": "Christmas Eve", "hours": ["09:00-12:00"]}]}

A day left out of the week is closed. Hours that end at or before their beginning end on the day after.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from itertools import pairwise
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from routing.calendar import DAY, Calendar, NamedDay, Shift

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MOST_SHIFTS = 24  # of a day
MOST_DAYS = 5_000  # named dates
_HOURS = re.compile(r"([0-9]{2}):([0-9]{2})-([0-9]{2}):([0-9]{2})")


class BadCalendar(ValueError):
    """Every problem found, each with the path to the value: `week.mon[0]: ...`."""

    def __init__(self, problems: tuple[tuple[str, str], ...]) -> None:
        super().__init__("; ".join(f"{path}: {problem}" for path, problem in problems))
        self.problems = problems


def load(data: object, path: str = "") -> Calendar:
    """The calendar that `data` describes. `path` stands before every path in the problems.

    Raises BadCalendar with all problems.
    """
    reading = _Reading()
    calendar = reading.calendar(data, path)
    if calendar is None or reading.problems:
        raise BadCalendar(tuple(reading.problems))
    return calendar


def dump(calendar: Calendar) -> dict[str, object]:
    """Plain data that `load` makes the same calendar of (its named days in order of date)."""
    days = sorted(calendar.days)
    return {
        "zone": calendar.zone,
        "week": {name: _hours(shifts) for name, shifts in zip(WEEKDAYS, calendar.week, strict=True) if shifts},
        "closed": [{"on": day.on.isoformat(), "name": day.name} for day in days if not day.shifts],
        "special": [
            {"on": day.on.isoformat(), "name": day.name, "hours": _hours(day.shifts)} for day in days if day.shifts
        ],
    }


def _hours(shifts: tuple[Shift, ...]) -> list[str]:
    return [f"{_clock(shift.opens)}-{_clock(_closing(shift.closes))}" for shift in shifts]


def _closing(minutes: int) -> int:
    return minutes if minutes <= DAY else minutes - DAY


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


class _Reading:
    """One reading: goes on after a problem, to find the others too."""

    def __init__(self) -> None:
        self.problems: list[tuple[str, str]] = []

    def calendar(self, data: object, path: str) -> Calendar | None:
        given = self.table(data, path, {"zone", "week"}, {"closed", "special"})
        if given is None:
            return None
        zone = self.zone(given.get("zone"), _under(path, "zone")) if "zone" in given else None
        week = self.week(given.get("week"), _under(path, "week")) if "week" in given else None
        days = (*self.days(given, "closed", path), *self.days(given, "special", path))
        if len(days) > MOST_DAYS:
            self.problem(path, f"more than {MOST_DAYS} named dates")
        self.once(days)
        if zone is None or week is None or self.problems:
            return None
        return Calendar(zone, week, tuple(sorted(day for _, day in days)))

    def problem(self, path: str, text: str) -> None:
        self.problems.append((path or "calendar", text))

    def table(self, data: object, path: str, needed: set[str], allowed: set[str]) -> Mapping[str, object] | None:
        if not isinstance(data, Mapping):
            self.problem(path, f"must be a table, not {_kind(data)}")
            return None
        for key in sorted(needed - data.keys()):
            self.problem(_under(path, key), "is missing")
        for key in data:
            if key not in needed | allowed:
                self.problem(_under(path, str(key)), "is not known here")
        return data

    def items(self, data: object, path: str) -> Iterator[tuple[str, object]]:
        if not isinstance(data, list | tuple):
            self.problem(path, f"must be a list, not {_kind(data)}")
            return
        for place, item in enumerate(data):
            yield f"{path}[{place}]", item

    def zone(self, data: object, path: str) -> str | None:
        if isinstance(data, str) and data:
            try:
                ZoneInfo(data)
            except (ZoneInfoNotFoundError, ValueError, OSError):
                pass
            else:
                return data
        self.problem(path, f"must be a time zone such as Europe/Berlin, not {data!r:.80}")
        return None

    def week(self, data: object, path: str) -> tuple[tuple[Shift, ...], ...] | None:
        given = self.table(data, path, set(), set(WEEKDAYS))
        if given is None:
            return None
        return tuple(self.shifts(given.get(name, []), _under(path, name)) for name in WEEKDAYS)

    def days(self, given: Mapping[str, object], kind: str, path: str) -> list[tuple[str, NamedDay]]:
        found = []
        for here, item in self.items(given.get(kind, []), _under(path, kind)):
            day = self.table(item, here, {"on", "name"} | ({"hours"} if kind == "special" else set()), set())
            if day is None:
                continue
            on = self.date(day["on"], _under(here, "on")) if "on" in day else None
            name = self.name(day["name"], _under(here, "name")) if "name" in day else None
            shifts = self.shifts(day["hours"], _under(here, "hours")) if "hours" in day and kind == "special" else ()
            if kind == "special" and day.get("hours") == []:
                self.problem(_under(here, "hours"), "is empty: a day without hours belongs to closed")
            if on and name:
                found.append((_under(here, "on"), NamedDay(on, name, shifts)))
        return found

    def once(self, days: tuple[tuple[str, NamedDay], ...]) -> None:
        seen: dict[date, str] = {}
        for path, day in days:
            if day.on in seen:
                self.problem(path, f"{day.on} is named already by {seen[day.on]}")
            seen.setdefault(day.on, path)

    def date(self, data: object, path: str) -> date | None:
        if type(data) is date:  # TOML has dates of its own
            return data
        if isinstance(data, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", data, re.ASCII):
            try:
                return date.fromisoformat(data)
            except ValueError:
                pass
        self.problem(path, f"must be a date such as 2026-12-25, not {data!r:.80}")
        return None

    def name(self, data: object, path: str) -> str | None:
        if isinstance(data, str) and data.strip() and len(data) <= 200:
            return data
        self.problem(path, "must be a name of 1 to 200 characters")
        return None

    def shifts(self, data: object, path: str) -> tuple[Shift, ...]:
        found: list[tuple[str, Shift]] = []
        for here, item in self.items(data, path):
            shift = self.shift(item, here)
            if shift:
                found.append((here, shift))
        if len(found) > MOST_SHIFTS:
            self.problem(path, f"more than {MOST_SHIFTS} intervals on one day")
        in_order = sorted(found, key=lambda entry: entry[1])
        for (earlier, one), (later, other) in pairwise(in_order):
            if other.opens < one.closes:
                self.problem(later, f"overlaps {earlier}")
        return tuple(shift for _, shift in in_order)

    def shift(self, data: object, path: str) -> Shift | None:
        match = _HOURS.fullmatch(data) if isinstance(data, str) else None
        if match:
            hour, minute, last_hour, last_minute = map(int, match.groups())
            opens, closes = hour * 60 + minute, last_hour * 60 + last_minute
            if minute < 60 and last_minute < 60 and opens < DAY and closes <= DAY and opens != closes:
                return Shift(opens, closes if closes > opens else closes + DAY)
        self.problem(path, f"must be hours such as 09:00-17:30, not {data!r:.80}")
        return None


def _under(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def _kind(data: object) -> str:
    return "nothing" if data is None else type(data).__name__
