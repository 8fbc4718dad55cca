"""PURE: when somebody may be called: by the clocks where his number belongs, and while his queue's calendar is open."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from channels.voice import numbers
from channels.voice.settings import Callback
from routing.calendar import Calendar, Shift

TURNS = 60  # several calendars that are never open together are given up after so many days


@dataclass(frozen=True, slots=True)
class Window:
    """From `opens` on he may be called, and from `closes` on not any more (None: always)."""

    opens: datetime
    closes: datetime | None


def window(number: str, rules: Callback, calendars: Mapping[str, Calendar], at: datetime) -> Window:
    """The first time from `at` on at which he may be called.

    A number may belong to several zones: then it must be day in all of them. Where no zone is known and no calendar is
    named he may be called at any hour: he asked for it. So he may where they never allow it together.
    """
    days = [_day(zone, *_minutes(rules)) for zone in numbers.zones(number)]
    if rules.calendar is not None:
        days.append(calendars[rules.calendar])
    opens = _together(days, at)
    if opens is None and days:  # the calendar of the queue alone, or the first zone
        days = days[-1:]
        opens = _together(days, at)
    if opens is None:
        return Window(at, None)
    closes = [end for day in days if (end := day.closes_at(opens)) is not None]
    return Window(opens, min(closes, default=None))


def _together(days: Sequence[Calendar], at: datetime) -> datetime | None:
    for _ in range(TURNS):
        opens = [day.opens_at(at) for day in days]
        known = [one for one in opens if one is not None]
        if not opens or len(known) < len(opens):
            return None
        if max(known) == at:
            return at
        at = max(known)
    return None


def _minutes(rules: Callback) -> tuple[int, int]:
    first, last = (int(text[:2]) * 60 + int(text[3:]) for text in (rules.earliest, rules.latest))
    return first, last


@lru_cache(maxsize=512)
def _day(zone: str, first: int, last: int) -> Calendar:
    return Calendar(zone, ((Shift(first, last),),) * 7)
