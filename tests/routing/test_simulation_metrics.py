"""Figures by their published formulas, on one half-hour that reads 60 % to 80 % depending on which is asked."""

import pytest

from routing.simulation.metrics import (
    Counts,
    abandonment,
    estimate,
    estimates,
    jain,
    live_service_level,
    quantile,
    service_levels,
)

HALF_HOUR = Counts(answered=90, answered_in_time=72, abandoned=20, abandoned_in_time=14, abandoned_short=8,
                   flowed_out=10, flowed_out_in_time=4)  # fmt: skip


def test_every_service_level_of_one_half_hour() -> None:
    assert HALF_HOUR.offered == 120
    found = {name: round(100 * (value or 0), 1) for name, value in service_levels(HALF_HOUR).items()}
    assert found == {"answered": 80.0, "answered_or_left": 78.2, "abandons_counted": 65.5,
                     "short_abandons_excluded": 70.6, "flow_outs_counted": 64.3, "any_removal": 75.0}  # fmt: skip
    assert [round(100 * (value or 0), 1) for value in abandonment(HALF_HOUR).values()] == [16.7, 10.7, 18.2]


def test_who_waits_beyond_the_threshold_is_late_already() -> None:
    assert live_service_level(HALF_HOUR) == service_levels(HALF_HOUR)["abandons_counted"]
    assert live_service_level(Counts(answered=3, answered_in_time=3, waiting_late=1)) == 0.75
    assert live_service_level(Counts()) is None
    assert set(service_levels(Counts()).values()) == set(abandonment(Counts()).values()) == {None}


def test_fairness_and_quantiles() -> None:
    assert (jain([1, 1, 1]), jain([1, 0, 0, 0]), jain([0, 0])) == (1, 0.25, 1)
    assert jain([3, 1]) == 0.8
    values = [40.0, 10.0, 20.0, 30.0]
    assert [quantile(values, share) for share in (0, 0.25, 0.5, 0.95, 1)] == [10, 10, 20, 40, 40]
    assert quantile([], 0.5) is None


def test_confidence_by_hand() -> None:
    """Mean 3, standard deviation 1.5811 over 5 runs: 2.776 x 1.5811 / sqrt(5) = 1.963."""
    found = estimate([1, 2, 3, 4, 5])
    assert found.mean == 3
    assert [found.low, found.high] == pytest.approx([1.037, 4.963], abs=1e-3)
    assert estimate([7]).low == estimate([7, 7, 7]).high == 7
    both = estimates([{"a": 1.0, "b": None}, {"a": 3.0, "b": 1.0}])
    assert both["a"] is not None
    assert (both["a"].mean, both["b"]) == (2, None)
