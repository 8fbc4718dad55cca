"""Whatever happens on a floor, in whatever order: the promises of `routing.match` hold.

In the gate as a machine of Hypothesis, which finds the shortest story of a failure, and as a few long lives; a million
steps in `make soak` (`HUB_SOAK_SEED` repeats the seed that it prints).
"""

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from random import Random

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from routing.match import match
from routing.model import Candidate, Plan, Policy, Work
from tests.routing.floor_life import VERBS, Floor, live
from tests.routing.samples import patient

SOAK = float(os.environ.get("HUB_SOAK_MINUTES", "0")) > 0
STEPS = int(os.environ.get("HUB_SOAK_STEPS", "1000000" if SOAK else "3000"))
LIFE = 1_000  # steps of one life: so much is remembered at most
SEED = int(os.environ.get("HUB_SOAK_SEED", str(time.time_ns() % 10**9) if SOAK else "1"))


class Machine(RuleBasedStateMachine):
    floor: Floor

    @initialize(dice=st.randoms(use_true_random=False))
    def opens(self, dice: Random) -> None:
        self.floor = Floor(dice)

    @rule(verb=st.sampled_from(VERBS))
    def happens(self, verb: Callable[[Floor], None]) -> None:
        verb(self.floor)

    @rule()
    def decides(self) -> None:
        self.floor.decides()

    @rule()
    def arrives(self) -> None:
        self.floor.arrive()

    @invariant()
    def every_item_is_somewhere(self) -> None:
        if hasattr(self, "floor"):
            self.floor.check()


TestFloor = Machine.TestCase
TestFloor.settings = settings(patient, max_examples=60, stateful_step_count=40)


@pytest.mark.timeout(0 if SOAK else 120)
@pytest.mark.crash
def test_a_long_life(capsys: pytest.CaptureFixture[str]) -> None:
    began, shown, offered = time.monotonic(), 0.0, 0
    with capsys.disabled():
        if SOAK:
            print(f"\nfloor: {STEPS} steps from seed {SEED}", flush=True)
        for done in range(0, STEPS, LIFE):
            offered += live(SEED + done // LIFE, LIFE).offered
            spent = time.monotonic() - began
            if SOAK and spent - shown > 10:
                shown = spent
                print(f"floor: {done + LIFE} steps, {offered} offers, {spent:.0f} s", flush=True)
    assert offered > STEPS // 50


def test_a_wrong_router_is_found_out() -> None:
    """One that thinks that everybody can do everything."""

    def wrong(items: Sequence[Work], staff: Sequence[Candidate], policy: Policy, now: datetime) -> Plan:
        return match(items, [replace(one, skills={"french": 3, "tax": 3}) for one in staff], policy, now)

    with pytest.raises(AssertionError):
        live(1, LIFE, wrong)
