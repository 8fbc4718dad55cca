"""Calendars as plain data (what JSON or TOML hold), read with all problems at once, and written back.

    {"zone": "Europe/Berlin",
     "week": {"mon": ["09:00-12:00", "13:00-17:30"], "fri": ["22:00-06:00"], "sun": ["00:00-24:00"]},
     "closed": [{"on": "2026-12-25", "name": "Christmas Day"}],
     "special": [{"on": "2026-12-24", "name": "Christmas Eve", "hours": ["09:00-12:00"]}]}

A day left out of the week is closed. Hours that end at or before their beginning end on the day after.
"""

import re
from datetime import date
from itertools import pairwise
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from routing.calendar import DAY, Calendar, NamedDay, Shift
from routing.reading import Reading, shown, under

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MOST_SHIFTS = 24  # of a day
MOST_DAYS = 5_000  # named dates of a kind
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
        raise BadCalendar(tuple((problem.path, problem.words) for problem in reading.problems))
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


class _Reading(Reading):
    def calendar(self, data: object, path: str) -> Calendar | None:
        given = self.table(data, path, ("zone", "week"), ("closed", "special"))
        if given is None:
            return None
        found = self.each(given, path, zone=self.zone, week=self.week, closed=self.closed, special=self.special)
        days = (*found.get("closed", ()), *found.get("special", ()))
        self.once(days)
        if self.problems:
            return None
        return Calendar(found["zone"], found["week"], tuple(sorted(day for _, day in days)))

    def zone(self, data: object, path: str) -> str | None:
        if isinstance(data, str) and data:
            try:
                ZoneInfo(data)
            except (ZoneInfoNotFoundError, ValueError, OSError):
                pass
            else:
                return data
        self.problem(path, f"must be a time zone such as Europe/Berlin, not {shown(data)}")
        return None

    def week(self, data: object, path: str) -> tuple[tuple[Shift, ...], ...]:
        given = self.table(data, path, (), WEEKDAYS) or {}
        return tuple(self.shifts(given.get(name, []), under(path, name)) for name in WEEKDAYS)

    def closed(self, data: object, path: str) -> list[tuple[str, NamedDay]]:
        return self.days(data, path, ("on", "name"))

    def special(self, data: object, path: str) -> list[tuple[str, NamedDay]]:
        return self.days(data, path, ("on", "name", "hours"))

    def days(self, data: object, path: str, needed: tuple[str, ...]) -> list[tuple[str, NamedDay]]:
        """Each with the path to its date."""
        found = []
        for here, item in self.items(data, path, MOST_DAYS):
            day = self.each(
                self.table(item, here, needed, ()) or {}, here, on=self.date, name=self.name, hours=self.hours
            )
            if day.get("on") and day.get("name"):
                found.append((under(here, "on"), NamedDay(day["on"], day["name"], day.get("hours", ()))))
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
        self.problem(path, f"must be a date such as 2026-12-25, not {shown(data)}")
        return None

    def name(self, data: object, path: str) -> str | None:
        if isinstance(data, str) and data.strip():
            return self.text(data, path)
        self.problem(path, f"must be a name, not {shown(data)}")
        return None

    def hours(self, data: object, path: str) -> tuple[Shift, ...]:
        if data == []:
            self.problem(path, "is empty: a day without hours belongs to closed")
        return self.shifts(data, path)

    def shifts(self, data: object, path: str) -> tuple[Shift, ...]:
        found = [
            (here, shift) for here, item in self.items(data, path, MOST_SHIFTS) if (shift := self.shift(item, here))
        ]
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
        self.problem(path, f"must be hours such as 09:00-17:30, not {shown(data)}")
        return None
