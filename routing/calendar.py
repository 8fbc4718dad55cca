"""When there is somebody: weekly hours of one time zone, holidays, special days; time counted in open seconds.

Time is elapsed time. A shift is open from the first to the last moment at which the clocks of the zone show
a time within it: an hour that does not exist is not counted, an hour that exists twice is counted twice, and
nobody closes and opens again because the clocks were set back. The rules of the zone come from the system's time
zone data by way of `zoneinfo`; a zone that changes its rules changes the answers.

Answers are in UTC, exact to the microsecond. What has been worked out for a year is kept in the value itself, so that
the first question about a year costs some milliseconds and each later one microseconds.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

DAY = 1440  # minutes by the wall clock
LONGEST_YEARS = 100  # nothing is searched or counted further than this
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_A_DAY = timedelta(days=1)
_EPOCH_DAY = _EPOCH.toordinal()
_FIRST_YEAR, _LAST_YEAR = 2, 9998  # a day is needed on either side
_YEARS_KEPT = 128


@dataclass(frozen=True, slots=True, order=True)
class Shift:
    """Open from `opens` until `closes`, in minutes by the wall clock since the midnight its day begins with.

    `closes` above 1440 is on the day after. Raises ValueError unless 0 <= opens < 1440 and
    opens < closes < opens + 1440; only the whole day, from 0 to 1440, is longer.
    """

    opens: int
    closes: int

    def __post_init__(self) -> None:
        whole = (self.opens, self.closes) == (0, DAY)
        if not ((0 <= self.opens < DAY and self.opens < self.closes < self.opens + DAY) or whole):
            raise ValueError(f"a shift cannot be from minute {self.opens} to minute {self.closes}")


@dataclass(frozen=True, slots=True, order=True)
class NamedDay:
    """A date that is not like its weekday: a holiday (no shifts) or a day with hours of its own."""

    on: date
    name: str
    shifts: tuple[Shift, ...] = ()


@dataclass(frozen=True, slots=True)
class _Year:
    """Open time within one year of UTC, in microseconds since 1970: spans apart from each other, in order."""

    begin: int
    end: int
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    before: tuple[int, ...]  # open time of the year before the span
    after: tuple[int, ...]  # and with it

    @property
    def total(self) -> int:
        return self.after[-1] if self.after else 0

    def until(self, moment: int) -> int:
        """Open time from the beginning of the year."""
        place = bisect_right(self.starts, moment) - 1
        return self.before[place] + min(moment, self.ends[place]) - self.starts[place] if place >= 0 else 0


@dataclass(frozen=True, slots=True)
class Calendar:
    """Opening hours. `week`: the shifts of Monday to Sunday. `days`: dates that differ, each at most once.

    A shift belongs to the day on which it begins. A named day is exactly what it says: its weekday's shifts do not
    count, and what runs in from the day before ends at its midnight. Shifts may touch or overlap; open is open.

    Every function takes aware datetimes of the years 2 to 9998 and raises ValueError for others. The calendar itself
    raises ValueError for a week of not seven days and for a date named twice, and what `zoneinfo.ZoneInfo` raises for
    an unknown zone (`calendar_data.load` lists all problems at once instead).
    """

    zone: str
    week: tuple[tuple[Shift, ...], ...]
    days: tuple[NamedDay, ...] = ()
    _named: dict[date, NamedDay] = field(init=False, repr=False, compare=False)
    _zone: ZoneInfo = field(init=False, repr=False, compare=False)
    _years: dict[int, _Year] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        if len(self.week) != 7:
            raise ValueError(f"a week has seven days, not {len(self.week)}")
        named = {day.on: day for day in self.days}
        if len(named) != len(self.days):
            raise ValueError("a date is named more than once")
        object.__setattr__(self, "_named", named)
        object.__setattr__(self, "_zone", ZoneInfo(self.zone))

    def is_open(self, at: datetime) -> bool:
        """Whether anybody is there at this moment; the closing moment itself is closed."""
        moment = _microseconds(at)
        year = self._year(moment)
        place = bisect_right(year.starts, moment) - 1
        return place >= 0 and moment < year.ends[place]

    def opens_at(self, at: datetime) -> datetime | None:
        """The first open moment from `at` on: `at` itself while it is open, None if it never opens again."""
        moment = _microseconds(at)
        for year in self._onwards(moment):
            place = bisect_right(year.ends, moment)
            if place < len(year.ends):
                return _datetime(max(moment, year.starts[place]))
        return None

    def closes_at(self, at: datetime) -> datetime | None:
        """The first closed moment from `at` on: `at` itself while it is closed, None if it never closes again."""
        moment = _microseconds(at)
        for year in self._onwards(moment):
            moment = max(moment, year.begin)
            place = bisect_right(year.starts, moment) - 1
            if place < 0 or moment >= year.ends[place]:
                return _datetime(moment)
            if year.ends[place] < year.end:
                return _datetime(year.ends[place])
        return None

    def business_seconds(self, start: datetime, end: datetime) -> float:
        """Open seconds from `start` to `end`, exact to the microsecond; negative when `end` is the earlier one.

        Raises ValueError when they are more than 100 years apart.
        """
        first, last = _microseconds(start), _microseconds(end)
        if first > last:
            return -self.business_seconds(end, start)
        a, b = _datetime(first).year, _datetime(last).year
        if b - a > LONGEST_YEARS:
            raise ValueError(f"more than {LONGEST_YEARS} years between {start} and {end}")
        whole = sum(self._of(number).total for number in range(a, b))
        return (whole + self._of(b).until(last) - self._of(a).until(first)) / 1_000_000

    def add_business(self, start: datetime, seconds: float) -> datetime | None:
        """The first moment at which `seconds` (rounded to microseconds) of open time have passed since `start`.

        With 0 that is `start`; what ends exactly with a shift ends at closing time, not at the next opening.
        None if it never comes, or not within 100 years. Raises ValueError for negative or infinite seconds.
        """
        if not 0 <= seconds < float("inf"):
            raise ValueError(f"seconds to add must be 0 or more, not {seconds}")
        moment, left = _microseconds(start), round(seconds * 1_000_000)
        if left == 0:
            return _datetime(moment)
        for year in self._onwards(moment, LONGEST_YEARS):
            wanted = year.until(moment) + left
            if wanted <= year.total:
                place = bisect_left(year.after, wanted)
                return _datetime(year.starts[place] + wanted - year.before[place])
            left, moment = wanted - year.total, year.end
        return None

    def spans(self, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Open spans between two moments, in order, cut off at both; for a preview of the calendar."""
        at, limit = start, _microseconds(end)
        while (opens := self.opens_at(at)) and _microseconds(opens) < limit:
            closes = self.closes_at(opens)
            if not closes or _microseconds(closes) >= limit:
                yield opens, _datetime(limit)
                return
            yield opens, closes
            at = closes

    def named_day(self, at: datetime) -> NamedDay | None:
        """The holiday or special day that `at` falls on by the clocks of the zone."""
        return self._named.get(_datetime(_microseconds(at)).astimezone(self._zone).date())

    # --- years ---------------------------------------------------------------------------------------

    def _onwards(self, moment: int, at_least: int = 1) -> Iterator[_Year]:
        """The year of `moment` and those after it, as far as anything new may be found there.

        A year after the last named day everything has been seen that the week can do; without hours in the week
        nothing comes after the last named day.
        """
        first = _datetime(moment).year
        named = max((day.on.year for day in self.days), default=0)
        last = max(first + at_least, named + 1) if any(self.week) else max(first, named + 1)
        yield self._of(first)
        for number in range(first + 1, min(last, _LAST_YEAR) + 1):
            yield self._of(number)

    def _year(self, moment: int) -> _Year:
        return self._of(_datetime(moment).year)

    def _of(self, number: int) -> _Year:
        found = self._years.get(number)
        if found is None:
            if not _FIRST_YEAR <= number <= _LAST_YEAR:
                raise ValueError(f"the year {number} is out of range")
            found = self._worked_out(number)
            if len(self._years) >= _YEARS_KEPT:
                self._years.clear()
            self._years[number] = found
        return found

    def _worked_out(self, number: int) -> _Year:
        begin, end = (_microseconds(datetime(n, 1, 1, tzinfo=UTC)) for n in (number, number + 1))
        starts: list[int] = []
        ends: list[int] = []
        for opens, closes in sorted(self._opened(date(number, 1, 1) - 3 * _A_DAY, date(number + 1, 1, 1) + _A_DAY)):
            opens, closes = max(opens, begin), min(closes, end)  # noqa: PLW2901
            if opens >= closes:
                continue
            if ends and opens <= ends[-1]:
                ends[-1] = max(ends[-1], closes)
            else:
                starts.append(opens)
                ends.append(closes)
        before, after, total = [], [], 0
        for opens, closes in zip(starts, ends, strict=True):
            before.append(total)
            total += closes - opens
            after.append(total)
        return _Year(begin, end, tuple(starts), tuple(ends), tuple(before), tuple(after))

    def _opened(self, first: date, last: date) -> Iterator[tuple[int, int]]:
        """Spans of the shifts that begin on the dates from `first` to `last`, as they come."""
        if not any(self.week) and not any(first <= day.on <= last for day in self.days):
            return
        for number in range(first.toordinal(), last.toordinal() + 1):
            on = date.fromordinal(number)
            named = self._named.get(on)
            for shift in named.shifts if named else self.week[on.weekday()]:
                closes = shift.closes
                if closes > DAY and on + _A_DAY in self._named:
                    closes = DAY
                yield self._shown(number, shift.opens), self._shown(number, closes, before=True)

    def _shown(self, day: int, minutes: int, *, before: bool = False) -> int:
        """The first moment at which clocks show a wall time or have passed it; `before`: the last such moment.

        What ends at a wall time ends with the last moment that shows anything earlier, hence the microsecond.
        """
        further, minute = divmod(minutes - before, DAY)
        hour, minute = divmod(minute, 60)
        on = date.fromordinal(day + further)
        second, fraction = (59, 999_999) if before else (0, 0)
        wall = datetime(on.year, on.month, on.day, hour, minute, second, fraction, tzinfo=self._zone)
        shown = ((day - _EPOCH_DAY) * DAY + minutes) * 60_000_000
        early, late = wall.utcoffset(), wall.replace(fold=1).utcoffset()
        assert early is not None
        assert late is not None
        if late > early:  # the clocks never show it
            return self._change(shown - before - late // _MICROSECOND, shown - before - early // _MICROSECOND)
        offset = late if before else early
        return shown - (offset.days * 86_400 + offset.seconds) * 1_000_000

    def _change(self, before: int, after: int) -> int:
        """The moment between the two at which the zone's offset changes."""
        new = self._offset(after)
        while after - before > 1:
            middle = (before + after) // 2
            before, after = (before, middle) if self._offset(middle) == new else (middle, after)
        return after

    def _offset(self, moment: int) -> timedelta | None:
        return _datetime(moment).astimezone(self._zone).utcoffset()


def _microseconds(at: datetime) -> int:
    if at.utcoffset() is None:
        raise ValueError(f"a moment must carry a time zone: {at}")
    try:
        return (at.astimezone(UTC) - _EPOCH) // _MICROSECOND
    except OverflowError as error:
        raise ValueError(f"the moment {at} is out of range") from error


def _datetime(moment: int) -> datetime:
    return _EPOCH + timedelta(microseconds=moment)
