"""Values that cannot be decided on are refused with what and where."""

from dataclasses import FrozenInstanceError
from datetime import datetime
from typing import Any

import pytest

from routing.model import Held, Policy, Work
from tests.routing.samples import NOW, agent, uid, work

NAIVE = datetime(2026, 3, 2, 12, 0)  # noqa: DTZ001 - the very thing that is refused


def test_work_needs_a_time_zone() -> None:
    with pytest.raises(ValueError, match="queued_at must carry a time zone"):
        Work(uid(7), "help", "webchat", 0, NAIVE, 30)


def test_negative_sizes_are_refused() -> None:
    with pytest.raises(ValueError, match=f"work {uid(7)}: units must not be negative, not -1"):
        work(7, units=-1)
    with pytest.raises(ValueError, match="held webchat"):
        Held("webchat", -1)
    with pytest.raises(ValueError, match="capacity must not be negative"):
        agent(1, capacity=-1)


@pytest.mark.parametrize("setting", [{"priority_minutes": -1}, {"hold_back_minutes": -1}, {"offers_per_agent": 0}])
def test_a_policy_that_makes_no_sense_is_refused(setting: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(setting))):
        Policy(**setting)


def test_values_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        work(1).queued_at = NOW  # type: ignore[misc]
