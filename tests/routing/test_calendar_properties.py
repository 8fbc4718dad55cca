"""What holds for every calendar, near every kind of change of the clocks."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from routing.calendar import Calendar
from routing.calendar_data import dump, load
from tests.routing.calendars import QUARTER, ByTheQuarter, calendars, moments
from tests.routing.samples import patient

Given = tuple[Calendar, date]
anywhen = st.datetimes(datetime(2016, 1, 1), datetime(2020, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
some_seconds = st.floats(0, 400_000) | st.integers(0, 400).map(lambda quarters: quarters * 900.0)


@given(calendars(), st.data())
@settings(patient, max_examples=150)
def test_equals_the_walk_through_time(one: Given, data: st.DataObject) -> None:
    of, near = one
    oracle = ByTheQuarter(of, near)
    a, b = sorted((data.draw(moments(near)), data.draw(moments(near))))
    assert of.business_seconds(a, b) == oracle.seconds(a, b)
    assert all(of.is_open(a + n * QUARTER) == oracle.is_open(a + n * QUARTER) for n in range((b - a) // QUARTER))


@given(calendars(), st.data())
@settings(patient, max_examples=150)
def test_opening_and_closing_are_the_next_ones(one: Given, data: st.DataObject) -> None:
    of, near = one
    oracle, at = ByTheQuarter(of, near), data.draw(moments(near))
    later = [at + n * QUARTER for n in range(3 * 96)]
    opens, closes = of.opens_at(at), of.closes_at(at)
    first_open = next((moment for moment in later if oracle.is_open(moment)), None)
    first_closed = next((moment for moment in later if not oracle.is_open(moment)), None)
    assert opens == first_open if first_open else opens is None or opens > later[-1]
    assert closes == first_closed if first_closed else closes is None or closes > later[-1]


@given(calendars(), anywhen, anywhen, anywhen)
@patient
def test_parts_add_up_in_any_order(one: Given, a: datetime, b: datetime, c: datetime) -> None:
    of, _ = one
    parts = of.business_seconds(a, b) + of.business_seconds(b, c)
    assert round(parts * 1e6) == round(of.business_seconds(a, c) * 1e6)


@given(calendars(), anywhen, anywhen)
@patient
def test_grows_with_time_and_never_faster_than_it(one: Given, a: datetime, b: datetime) -> None:
    a, b = sorted((a, b))
    assert 0 <= one[0].business_seconds(a, b) <= (b - a).total_seconds()


@given(calendars(), st.data(), some_seconds)
@settings(patient, max_examples=200)
def test_adding_is_the_inverse_of_counting(one: Given, data: st.DataObject, seconds: float) -> None:
    of, near = one
    start = data.draw(moments(near))
    end = of.add_business(start, seconds)
    if end is None:
        horizon = start + timedelta(days=3_650)
        assert of.business_seconds(start, horizon) < seconds or not any(of.week)
        return
    assert end >= start
    assert round(of.business_seconds(start, end) * 1e6) == round(seconds * 1e6)
    if round(seconds * 1e6):  # it is the first such moment
        just_before = end - timedelta(microseconds=1)
        assert of.is_open(just_before)
        assert of.business_seconds(start, just_before) < seconds


@given(calendars(), st.data(), some_seconds, some_seconds)
@patient
def test_adding_in_two_steps_is_adding_at_once(one: Given, data: st.DataObject, some: float, more: float) -> None:
    of, near = one
    some, more = float(round(some)), float(round(more))
    start = data.draw(moments(near))
    half = of.add_business(start, some)
    assert (of.add_business(half, more) if half else None) == of.add_business(start, some + more) or more == 0


@given(calendars(), st.data())
@patient
def test_spans_are_apart_in_order_and_add_up(one: Given, data: st.DataObject) -> None:
    of, near = one
    a, b = sorted((data.draw(moments(near)), data.draw(moments(near))))
    spans = list(of.spans(a, b))
    edges = [edge for span in spans for edge in span]
    assert edges == sorted(set(edges))
    assert all(a <= edge <= b for edge in edges)
    assert sum((end - start).total_seconds() for start, end in spans) == of.business_seconds(a, b)


@given(calendars())
@patient
def test_written_and_read_again_it_is_the_same(one: Given) -> None:
    of, _ = one
    plain = Calendar(of.zone, tuple(_apart(day) for day in of.week), tuple(sorted(of.days)))
    if all(_apart(day.shifts) == tuple(sorted(day.shifts)) for day in of.days):
        assert load(dump(plain)) == Calendar(
            plain.zone, plain.week, tuple(type(d)(d.on, d.name, tuple(sorted(d.shifts))) for d in plain.days)
        )


def _apart(shifts: tuple) -> tuple:  # type: ignore[type-arg]
    """Without those that overlap an earlier one, which plain data may not say."""
    kept: list = []  # type: ignore[type-arg]
    for shift in sorted(shifts):
        if not kept or shift.opens >= kept[-1].closes:
            kept.append(shift)
    return tuple(kept)
