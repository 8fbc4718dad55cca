"""Calendars to count on: a builder, hypothesis strategies near every kind of change of the clocks, and an oracle."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from routing.calendar import Calendar, NamedDay, Shift
from routing.calendar_data import WEEKDAYS, load

QUARTER = timedelta(minutes=15)
OFFICE = {day: ["09:00-17:00"] for day in WEEKDAYS[:5]}
ALWAYS = {day: ["00:00-24:00"] for day in WEEKDAYS}


def calendar(zone: str = "UTC", week: object = None, **other: object) -> Calendar:
    return load({"zone": zone, "week": OFFICE if week is None else week, **other})


def local(zone: str, text: str, fold: int = 0) -> datetime:
    """A wall time such as 2026-03-29 02:30 in a zone, in UTC; `fold` 1 is the second time it is shown."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


# Each with a date near which something happens to its clocks; all offsets and changes are multiples of 15 minutes.
PLACES = [
    ("Europe/Berlin", date(2026, 3, 29)),  # 02:00 -> 03:00
    ("Europe/Berlin", date(2026, 10, 25)),  # 03:00 -> 02:00
    ("America/New_York", date(2026, 3, 8)),
    ("America/New_York", date(2026, 11, 1)),
    ("America/Sao_Paulo", date(2018, 11, 4)),  # 00:00 -> 01:00: the day begins at one
    ("America/Sao_Paulo", date(2018, 2, 18)),  # 00:00 -> 23:00 of the day before
    ("Asia/Beirut", date(2024, 3, 31)),  # 00:00 -> 01:00
    ("Asia/Beirut", date(2024, 10, 27)),  # 00:00 -> 23:00 of the day before
    ("Africa/Cairo", date(2024, 10, 31)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),  # half an hour back
    ("Australia/Lord_Howe", date(2026, 10, 4)),
    ("Pacific/Apia", date(2011, 12, 30)),  # a date that never was
    ("Pacific/Kwajalein", date(1993, 8, 21)),  # another one
    ("Asia/Kathmandu", date(2026, 1, 1)),  # 5:45
    ("Asia/Kolkata", date(2024, 2, 29)),
    ("Antarctica/Troll", date(2026, 3, 29)),  # two hours
    ("Africa/Casablanca", date(2026, 2, 15)),  # back for a month
    ("UTC", date(2027, 1, 1)),
    ("Pacific/Kiritimati", date(2027, 1, 1)),  # +14
]
places = st.sampled_from(PLACES)


@st.composite
def shifts(draw: st.DrawFn) -> Shift:
    opens = draw(st.sampled_from([0, 15, 30, 60, 90, 120, 135, 150, 180, 540, 780, 1320, 1380, 1425]))
    return Shift(opens, opens + draw(st.sampled_from([15, 30, 45, 60, 105, 480, 720, 1440 if opens == 0 else 1425])))


days_of_shifts = st.lists(shifts(), max_size=3).map(tuple)


@st.composite
def calendars(draw: st.DrawFn) -> tuple[Calendar, date]:
    """A calendar and a date near which its clocks change."""
    zone, near = draw(places)
    week = tuple(draw(days_of_shifts) for _ in range(7))
    around = st.integers(-3, 3).map(lambda days: near + timedelta(days=days))
    named = draw(st.dictionaries(around, days_of_shifts, max_size=3))
    return Calendar(zone, week, tuple(NamedDay(on, f"{on}", hours) for on, hours in named.items())), near


@st.composite
def moments(draw: st.DrawFn, near: date) -> datetime:
    """A quarter of an hour within some days of a date."""
    return datetime.combine(near, time(), UTC) + draw(st.integers(-3 * 96, 3 * 96)) * QUARTER


class ByTheQuarter:
    """The definition taken literally: walk through time, look at the clocks, note which shift they stand in.

    A shift is open from the first to the last quarter in which it was seen.
    """

    def __init__(self, of: Calendar, near: date) -> None:
        zone = ZoneInfo(of.zone)
        self.begin = datetime.combine(near, time(), UTC) - timedelta(days=8)
        named = {day.on: day.shifts for day in of.days}
        seen: dict[tuple[date, Shift], list[int]] = {}
        for number in range(16 * 96):
            wall = (self.begin + number * QUARTER).astimezone(zone).replace(tzinfo=None)
            for back in (0, 1):
                on = wall.date() - timedelta(days=back)
                if back and wall.date() in named:
                    continue
                minute = (wall - datetime.combine(on, time())) // timedelta(minutes=1)
                for shift in named.get(on, of.week[on.weekday()]):
                    if shift.opens <= minute < shift.closes:
                        seen.setdefault((on, shift), []).append(number)
        self.open = {number for found in seen.values() for number in range(found[0], found[-1] + 1)}

    def number(self, at: datetime) -> int:
        return (at - self.begin) // QUARTER

    def is_open(self, at: datetime) -> bool:
        return self.number(at) in self.open

    def seconds(self, start: datetime, end: datetime) -> float:
        return 900.0 * sum(number in self.open for number in range(self.number(start), self.number(end)))
