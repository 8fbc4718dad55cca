"""Calendars as plain data: all problems at once, each with its path."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.calendar_data import MOST_DAYS, BadCalendar, dump, load
from tests.routing.samples import patient

GOOD: dict[str, Any] = {
    "zone": "Europe/Berlin",
    "week": {"mon": ["09:00-12:00", "13:00-17:30"], "fri": ["22:00-06:00"], "sun": ["00:00-24:00"]},
    "closed": [{"on": "2026-12-25", "name": "Christmas Day"}],
    "special": [{"on": "2026-12-24", "name": "Christmas Eve", "hours": ["09:00-12:00"]}],
}


def problems(**changed: object) -> dict[str, str]:
    with pytest.raises(BadCalendar) as caught:
        load(GOOD | changed)
    return dict(caught.value.problems)


def test_read_and_written_again() -> None:
    assert dump(load(GOOD)) == GOOD
    assert load(dump(load(GOOD))) == load(GOOD)


def test_dates_as_toml_gives_them() -> None:
    assert load(GOOD | {"closed": [{"on": date(2026, 12, 25), "name": "Christmas Day"}]}) == load(GOOD)


def test_every_problem_is_listed_with_its_path() -> None:
    with pytest.raises(BadCalendar) as caught:
        load(
            {
                "zone": "Mars/Olympus",
                "week": {"mon": ["9-17", "25:00-26:00"], "monday": [], "tue": "09:00-17:00"},
                "closed": [{"on": "2026-02-30", "name": ""}, "2026-01-01"],
                "special": [{"on": "2026-12-24", "name": "Eve"}],
                "colour": "red",
            },
            "calendars[2]",
        )
    assert [path for path, _ in caught.value.problems] == [
        "calendars[2].colour",
        "calendars[2].zone",
        "calendars[2].week.monday",
        "calendars[2].week.mon[0]",
        "calendars[2].week.mon[1]",
        "calendars[2].week.tue",
        "calendars[2].closed[0].on",
        "calendars[2].closed[0].name",
        "calendars[2].closed[1]",
        "calendars[2].special[0].hours",
    ]
    assert "calendars[2].zone: must be a time zone" in str(caught.value)


@pytest.mark.parametrize("data", [None, [], "Europe/Berlin", 3, {}])
def test_what_is_no_calendar(data: object) -> None:
    with pytest.raises(BadCalendar):
        load(data)


@pytest.mark.parametrize("zone", ["", "Europe", "Europe/Atlantis", "../etc/passwd", "/etc/passwd", "a\0b", "x" * 5_000,
                                  None, 1])  # fmt: skip
def test_no_such_zone(zone: object) -> None:
    assert list(problems(zone=zone)) == ["zone"]


@pytest.mark.parametrize("hours", ["", "09:00", "09:00-09:00", "24:00-06:00", "09:60-10:00", "09:00-24:01",
                                   "9:00-17:00", "09:00 - 17:00", "٠٩:00-17:00", "09:00-17:00\n", None, 9])  # fmt: skip
def test_no_such_hours(hours: object) -> None:
    assert list(problems(week={"wed": [hours]})) == ["week.wed[0]"]


def test_hours_that_overlap() -> None:
    assert problems(week={"wed": ["13:00-18:00", "09:00-13:30"]}) == {"week.wed[0]": "overlaps week.wed[1]"}
    assert problems(week={"wed": ["22:00-06:00", "23:00-24:00"]}) == {"week.wed[1]": "overlaps week.wed[0]"}


def test_a_date_named_twice() -> None:
    day = {"on": "2026-12-24", "name": "again"}
    assert problems(closed=[day]) == {"special[0].on": "2026-12-24 is named already by closed[0].on"}


def test_a_special_day_without_hours_belongs_elsewhere() -> None:
    assert list(problems(special=[{"on": "2026-12-24", "name": "Eve", "hours": []}])) == ["special[0].hours"]


@pytest.mark.parametrize("on", ["2026-02-29", "26-01-01", "2026-1-1", "20260101", "2026-01-01T00:00", None, 20260101])
def test_no_such_date(on: object) -> None:
    assert list(problems(closed=[{"on": on, "name": "x"}])) == ["closed[0].on"]


def test_more_than_anybody_needs() -> None:
    assert list(problems(week={"mon": [f"{n // 60:02}:{n % 60:02}-{n // 60:02}:{n % 60 + 1:02}" for n in range(30)]}))
    days = [{"on": date.fromordinal(730_000 + n).isoformat(), "name": "x"} for n in range(MOST_DAYS + 1)]
    assert list(problems(closed=days, special=[])) == ["closed"]


json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(["09:00-17:00", "UTC"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["zone", "week", "closed", "special", "on", "name", "hours", "mon"]), inner),
    max_leaves=12,
)


@given(json)
@patient
def test_whatever_comes_is_read_or_refused_with_paths(data: object) -> None:
    try:
        calendar = load(data)
    except BadCalendar as refused:
        found = refused.problems
    else:
        found = (("none", "none"),)
        assert load(dump(calendar)) == calendar
    assert found
    assert all(path and text for path, text in found)
