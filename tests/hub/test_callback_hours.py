"""When somebody may be called: never at night where he lives, and always at some time."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.voice import numbers
from channels.voice.settings import Callback
from hub.callback_hours import window
from routing import calendar_data

BERLIN, TOKYO, ANYWHERE, WIDE = "+4930123456", "+81312345678", "+15551230001", "+18005550199"
OFFICE = calendar_data.load({"zone": "Europe/Berlin", "week": {"mon": ["09:00-17:00"]}})
NEVER = calendar_data.load({"zone": "Europe/Berlin", "week": {}})
FIRST = datetime(2024, 1, 1, tzinfo=UTC)
moments = st.integers(0, 4 * 366 * 1440).map(lambda minutes: FIRST + timedelta(minutes=minutes))


@given(moments, st.sampled_from([BERLIN, TOKYO, WIDE]), st.sampled_from([(8, 12), (0, 6), (22, 2)]))
def test_it_is_day_where_he_lives_from_beginning_to_end(at: datetime, number: str, day: tuple[int, int]) -> None:
    first, hours = day
    rules = Callback(earliest=f"{first:02}:00", latest=f"{min(24, first + hours):02}:00")
    found = window(number, rules, {}, at)
    assert found.opens >= at
    assert found.closes is not None
    assert found.closes > found.opens
    zones = numbers.zones(number)
    if len(zones) > 1:  # of several that are never awake together one counts
        return
    for one in zones:
        there = ZoneInfo(one)
        assert rules.earliest <= found.opens.astimezone(there).strftime("%H:%M") < rules.latest
        last = (found.closes - timedelta(microseconds=1)).astimezone(there)
        assert rules.earliest <= last.strftime("%H:%M") < rules.latest
        assert last.date() == found.opens.astimezone(there).date()


@given(moments)
def test_several_zones_count_together(at: datetime) -> None:
    rules = Callback(earliest="08:00", latest="20:00")
    found = window(WIDE, rules, {}, at)
    for one in numbers.zones(WIDE):
        assert "08:00" <= found.opens.astimezone(ZoneInfo(one)).strftime("%H:%M") < "20:00"


@given(moments)
def test_the_calendar_counts_too_and_stands_for_a_zone_that_nobody_knows(at: datetime) -> None:
    rules = Callback(calendar="office")
    for number in (BERLIN, ANYWHERE):
        assert OFFICE.is_open(window(number, rules, {"office": OFFICE}, at).opens)
    assert window(ANYWHERE, Callback(), {}, at).opens == at


@pytest.mark.parametrize("number", [BERLIN, ANYWHERE])
def test_a_calendar_that_never_opens_hinders_nobody_for_ever(number: str) -> None:
    at = datetime(2026, 11, 23, 12, tzinfo=UTC)
    assert window(number, Callback(calendar="never"), {"never": NEVER}, at).opens == at
