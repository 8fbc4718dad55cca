"""Opening hours by hand: change of clocks, leap days, year ends, shifts through the night."""

from datetime import UTC, date, datetime, timedelta
from time import perf_counter
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pytest

from routing.calendar import Calendar, NamedDay, Shift
from tests.routing.calendars import ALWAYS, OFFICE, calendar, local, utc

HOUR = 3600.0
BERLIN = "Europe/Berlin"


def test_opens_at_its_first_moment_and_is_closed_at_its_last() -> None:
    office = calendar(BERLIN)
    assert not office.is_open(local(BERLIN, "2026-03-02 08:59:59.999999"))
    assert office.is_open(local(BERLIN, "2026-03-02 09:00"))
    assert office.is_open(local(BERLIN, "2026-03-02 16:59:59.999999"))
    assert not office.is_open(local(BERLIN, "2026-03-02 17:00"))
    assert not office.is_open(local(BERLIN, "2026-03-07 12:00")), "Saturday"


def test_next_opening_and_closing() -> None:
    office = calendar(BERLIN)
    friday = local(BERLIN, "2026-03-06 18:00")
    monday = local(BERLIN, "2026-03-09 09:00")
    assert office.opens_at(friday) == monday
    assert office.closes_at(friday) == friday, "it is closed already"
    assert office.opens_at(monday) == monday, "it is open already"
    assert office.closes_at(monday) == local(BERLIN, "2026-03-09 17:00")
    assert office.opens_at(friday).tzinfo is UTC  # type: ignore[union-attr]


def test_several_intervals_a_day() -> None:
    shop = calendar(week={"mon": ["13:00-18:00", "09:00-12:00"]})
    assert shop.business_seconds(utc("2026-03-02"), utc("2026-03-03")) == 8 * HOUR
    assert shop.closes_at(utc("2026-03-02 11:00")) == utc("2026-03-02 12:00")
    assert shop.opens_at(utc("2026-03-02 12:00")) == utc("2026-03-02 13:00")
    assert shop.add_business(utc("2026-03-02 11:30"), HOUR) == utc("2026-03-02 13:30")


def test_through_the_night_and_the_end_of_the_year() -> None:
    bar = calendar(week={"thu": ["22:00-06:00"]})
    assert date(2026, 12, 31).weekday() == 3
    assert bar.is_open(utc("2027-01-01 05:59"))
    assert not bar.is_open(utc("2027-01-01 06:00"))
    assert bar.closes_at(utc("2026-12-31 23:00")) == utc("2027-01-01 06:00")
    assert bar.business_seconds(utc("2026-12-31 23:00"), utc("2027-01-01 01:30")) == 2.5 * HOUR
    assert bar.add_business(utc("2026-12-31 12:00"), 4 * HOUR) == utc("2027-01-01 02:00")


def test_what_ends_with_a_shift_ends_at_closing_time() -> None:
    office = calendar()
    assert office.add_business(utc("2026-03-06 09:00"), 8 * HOUR) == utc("2026-03-06 17:00")
    assert office.add_business(utc("2026-03-06 09:00"), 8 * HOUR + 0.000001) == utc("2026-03-09 09:00:00.000001")
    assert office.add_business(utc("2026-03-07 03:00"), 0) == utc("2026-03-07 03:00")
    assert office.add_business(utc("2026-03-07 03:00"), 60) == utc("2026-03-09 09:01")


def test_an_hour_that_does_not_exist_is_not_counted() -> None:
    night = calendar(BERLIN, {"sun": ["01:00-05:00"]})
    start, end = local(BERLIN, "2026-03-29 00:00"), local(BERLIN, "2026-03-29 12:00")
    assert night.business_seconds(start, end) == 3 * HOUR
    assert night.add_business(local(BERLIN, "2026-03-29 01:30"), HOUR) == local(BERLIN, "2026-03-29 03:30")


def test_a_shift_that_begins_or_ends_in_the_missing_hour_does_so_at_the_change() -> None:
    change = utc("2026-03-29 01:00")
    assert calendar(BERLIN, {"sun": ["02:30-05:00"]}).opens_at(utc("2026-03-29 00:00")) == change
    assert calendar(BERLIN, {"sun": ["01:00-02:30"]}).closes_at(utc("2026-03-29 00:30")) == change
    lost = calendar(BERLIN, {"sun": ["02:10-02:50"]})
    assert lost.business_seconds(utc("2026-03-28 12:00"), utc("2026-03-29 12:00")) == 0
    assert lost.opens_at(utc("2026-03-28 12:00")) == local(BERLIN, "2026-04-05 02:10")


def test_an_hour_that_exists_twice_counts_twice() -> None:
    night = calendar(BERLIN, {"sun": ["01:00-05:00"]})
    assert night.business_seconds(utc("2026-10-24 12:00"), utc("2026-10-25 12:00")) == 5 * HOUR
    assert night.add_business(local(BERLIN, "2026-10-25 02:30"), HOUR) == local(BERLIN, "2026-10-25 02:30", fold=1)


def test_nobody_closes_and_opens_again_because_clocks_are_set_back() -> None:
    night = calendar(BERLIN, {"sun": ["02:15-02:45"]})
    first, last = local(BERLIN, "2026-10-25 02:15"), local(BERLIN, "2026-10-25 02:45", fold=1)
    assert list(night.spans(utc("2026-10-24 12:00"), utc("2026-10-25 12:00"))) == [(first, last)]
    early = calendar(BERLIN, {"sun": ["01:00-02:00"]})
    assert early.closes_at(utc("2026-10-24 23:30")) == local(BERLIN, "2026-10-25 02:00"), "the first two o'clock"


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("America/Sao_Paulo", "2018-11-04", 23),  # its midnight does not exist
        ("America/Sao_Paulo", "2018-02-17", 25),  # its last hour exists twice
        ("Asia/Beirut", "2024-03-31", 23),
        ("Asia/Beirut", "2024-10-26", 25),
        ("Europe/Berlin", "2026-03-29", 23),
        ("Europe/Berlin", "2026-10-25", 25),
        ("Australia/Lord_Howe", "2026-04-05", 24.5),
        ("Australia/Lord_Howe", "2026-10-04", 23.5),
        ("Asia/Kathmandu", "2026-05-05", 24),
        ("Asia/Kolkata", "2024-02-29", 24),
        ("Pacific/Apia", "2011-12-30", 0),  # the date was left out
    ],
)
def test_a_whole_day_is_as_long_as_it_was(zone: str, day: str, hours: float) -> None:
    on = date.fromisoformat(day)
    only = Calendar(zone, ((),) * 7, (NamedDay(on, "that day", (Shift(0, 1440),)),))
    noon = datetime(on.year, on.month, on.day, 12, tzinfo=UTC)
    assert only.business_seconds(noon - timedelta(days=3), noon + timedelta(days=3)) == hours * HOUR


@pytest.mark.parametrize("zone", ["America/Sao_Paulo", "Asia/Beirut", "Europe/Berlin", "Pacific/Apia", "Asia/Kolkata",
                                  "America/St_Johns"])  # fmt: skip
def test_open_day_and_night_has_no_seams(zone: str) -> None:
    always = calendar(zone, ALWAYS)
    start, end = utc("2010-01-01"), utc("2012-06-01")
    assert list(always.spans(start, end)) == [(start, end)]
    assert always.business_seconds(start, end) == (end - start).total_seconds()
    assert always.closes_at(start) is None


def test_clocks_that_change_one_minute_after_midnight() -> None:
    """St. John's until 2011: at 00:01 back to 23:01 of the day before."""
    zone = "America/St_Johns"
    evening = calendar(zone, {"sat": ["22:00-24:00"]})
    day = utc("2010-11-06 12:00")
    assert evening.business_seconds(day, day + timedelta(days=1)) == 3 * HOUR


def test_a_leap_day_counts() -> None:
    office = calendar(week={day: ["09:00-17:00"] for day in ALWAYS})
    assert office.business_seconds(utc("2028-02-28"), utc("2028-03-02")) == 24 * HOUR
    assert office.business_seconds(utc("2027-02-28"), utc("2027-03-02")) == 16 * HOUR


def test_holidays_and_days_with_hours_of_their_own() -> None:
    shop = calendar(
        closed=[{"on": "2026-12-25", "name": "Christmas Day"}],
        special=[{"on": "2026-12-24", "name": "Christmas Eve", "hours": ["09:00-12:00"]}],
    )
    assert shop.business_seconds(utc("2026-12-23"), utc("2026-12-29")) == (8 + 3 + 8) * HOUR
    eve, day = shop.named_day(utc("2026-12-24 10:00")), shop.named_day(utc("2026-12-25 10:00"))
    assert eve is not None
    assert (eve.name, bool(eve.shifts)) == ("Christmas Eve", True)
    assert day is not None
    assert (day.name, bool(day.shifts)) == ("Christmas Day", False)
    assert shop.named_day(utc("2026-12-26 10:00")) is None


def test_a_named_day_is_by_the_clocks_of_the_zone() -> None:
    shop = calendar("Pacific/Auckland", closed=[{"on": "2026-12-25", "name": "Christmas Day"}])
    assert shop.named_day(utc("2026-12-24 12:00")) is not None
    assert shop.named_day(utc("2026-12-25 12:00")) is None


def test_a_named_day_is_exactly_what_it_says() -> None:
    """The night before ends at its midnight, its own weekday's night does not begin."""
    night = calendar(
        week={day: ["22:00-06:00"] for day in ALWAYS}, closed=[{"on": "2026-12-25", "name": "Christmas Day"}]
    )
    spans = list(night.spans(utc("2026-12-24 12:00"), utc("2026-12-27 12:00")))
    assert spans == [
        (utc("2026-12-24 22:00"), utc("2026-12-25 00:00")),
        (utc("2026-12-26 22:00"), utc("2026-12-27 06:00")),
    ]


def test_a_special_night_runs_on_into_an_ordinary_day() -> None:
    party = calendar(special=[{"on": "2026-03-06", "name": "Party", "hours": ["20:00-04:00"]}])
    assert party.closes_at(utc("2026-03-06 23:00")) == utc("2026-03-07 04:00")


def test_never_open() -> None:
    never = calendar(week={})
    now = utc("2026-03-02 12:00")
    assert not never.is_open(now)
    assert never.opens_at(now) is None
    assert never.closes_at(now) == now
    assert never.add_business(now, 1) is None
    assert never.add_business(now, 0) == now
    assert never.business_seconds(now, now + timedelta(days=9_000)) == 0
    assert list(never.spans(now, now + timedelta(days=9_000))) == []


def test_only_special_days_and_never_again_after_them() -> None:
    fair = calendar(week={}, special=[{"on": "2031-06-01", "name": "Fair", "hours": ["10:00-12:00"]}])
    assert fair.opens_at(utc("2026-01-01")) == utc("2031-06-01 10:00")
    assert fair.add_business(utc("2026-01-01"), 2 * HOUR) == utc("2031-06-01 12:00")
    assert fair.add_business(utc("2026-01-01"), 2 * HOUR + 1) is None
    assert fair.opens_at(utc("2031-06-01 12:00")) is None


def test_years_of_holidays_are_searched_through() -> None:
    days = [(date(2026, 1, 1) + timedelta(days=n)).isoformat() for n in range(4 * 365)]
    shut = calendar(closed=[{"on": day, "name": "Renovation"} for day in days])
    assert shut.opens_at(utc("2026-01-01")) == utc("2029-12-31 09:00")


def test_open_day_and_night_but_for_a_holiday() -> None:
    almost = calendar(week=ALWAYS, closed=[{"on": "2030-01-01", "name": "New Year"}])
    assert almost.closes_at(utc("2026-01-01")) == utc("2030-01-01")
    assert almost.opens_at(utc("2030-01-01")) == utc("2030-01-02")
    assert almost.closes_at(utc("2030-01-02")) is None


def test_further_than_a_hundred_years_is_not_counted() -> None:
    office = calendar(week={"mon": ["00:00-00:01"]})
    assert office.add_business(utc("2026-01-01"), 60 * 60 * 24 * 365) is None
    with pytest.raises(ValueError, match="100 years"):
        office.business_seconds(utc("2026-01-01"), utc("2127-01-02"))


def test_backwards_is_negative() -> None:
    office = calendar()
    assert office.business_seconds(utc("2026-03-03"), utc("2026-03-02")) == -8 * HOUR


def test_moments_of_any_zone_are_the_same_moments() -> None:
    office = calendar(BERLIN)
    there = datetime(2026, 3, 2, 17, 0, tzinfo=ZoneInfo("Asia/Tokyo"))
    assert office.is_open(there) == office.is_open(there.astimezone(UTC)) is True
    first, again = (datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo(BERLIN), fold=fold) for fold in (0, 1))
    assert calendar(BERLIN, ALWAYS).business_seconds(first, again) == HOUR


@pytest.mark.parametrize("at", [datetime(2026, 3, 2), datetime.min.replace(tzinfo=UTC),  # noqa: DTZ001
                                datetime.max.replace(tzinfo=UTC),
                                datetime.min.replace(tzinfo=ZoneInfo("Asia/Tokyo"))])  # fmt: skip
def test_moments_without_zone_or_at_the_ends_of_time_are_refused(at: datetime) -> None:
    office = calendar()
    for ask in (office.is_open, office.opens_at, office.closes_at, lambda at: office.add_business(at, 60)):
        with pytest.raises(ValueError, match=r"time zone|out of range"):
            ask(at)


@pytest.mark.parametrize("seconds", [-1, float("nan"), float("inf")])
def test_impossible_seconds_are_refused(seconds: float) -> None:
    with pytest.raises(ValueError, match="seconds"):
        calendar().add_business(utc("2026-03-02"), seconds)


@pytest.mark.parametrize(("opens", "closes"), [(-1, 5), (1440, 1500), (60, 60), (60, 30), (60, 1500)])
def test_impossible_shifts_are_refused(opens: int, closes: int) -> None:
    with pytest.raises(ValueError, match="shift"):
        Shift(opens, closes)


def test_impossible_calendars_are_refused() -> None:
    with pytest.raises(ValueError, match="seven"):
        Calendar("UTC", ((),) * 6)
    day = NamedDay(date(2026, 1, 1), "twice")
    with pytest.raises(ValueError, match="more than once"):
        Calendar("UTC", ((),) * 7, (day, day))
    with pytest.raises(ZoneInfoNotFoundError):
        Calendar("Europe/Atlantis", ((),) * 7)


def test_equal_calendars_are_equal_whatever_has_been_asked_of_them() -> None:
    one, other = calendar(BERLIN), calendar(BERLIN)
    one.is_open(utc("2026-03-02"))
    assert one == other
    assert hash(one) == hash(other)
    assert one != calendar("UTC")
    assert repr(one) == repr(other)


def test_a_year_costs_no_walk_through_its_minutes() -> None:
    """A second look at a year must not cost what the first did: counted against it, not against a clock's limit."""
    office = calendar(BERLIN, OFFICE)
    first = _duration(office, utc("2026-01-01"), utc("2027-01-01"))
    again = min(_duration(office, utc("2026-01-01"), utc("2027-01-01")) for _ in range(5))
    assert again < first / 10


def _duration(of: Calendar, start: datetime, end: datetime) -> float:
    begin = perf_counter()
    of.business_seconds(start, end)
    return perf_counter() - begin
