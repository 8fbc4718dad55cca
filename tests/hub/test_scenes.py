"""Every scene of the telephone under every profile of faults: whatever goes wrong, nobody is left in silence or on a
dead line, each end is told once, and everything is somewhere.

In the gate each scene as it is meant, and under one profile; in `make soak` each under all of them, with as many seeds
as `HUB_SOAK_SEEDS` from `HUB_SOAK_SEED` on.
"""

import os
import time

import pytest

from tests.hub.scenes import SCENES
from tests.hub.scenes.stage import SILENCE, a_stage
from tests.hub.telephone import Pool

SOAK = float(os.environ.get("HUB_SOAK_MINUTES", "0")) > 0
SEED = int(os.environ.get("HUB_SOAK_SEED", str(time.time_ns() % 10**6) if SOAK else "1"))
SEEDS = int(os.environ.get("HUB_SOAK_SEEDS", "10" if SOAK else "1"))
FAULTY = [name for name in SILENCE if name != "clean"]
CASES = [(story, name, seed) for seed in range(SEED, SEED + SEEDS) for number, story in enumerate(SCENES)
         for name in (SILENCE if SOAK else ("clean", FAULTY[number % len(FAULTY)]))]


@pytest.mark.crash
@pytest.mark.parametrize(("story", "name", "seed"), CASES)
async def test_whatever_goes_wrong(pool: Pool, story: str, name: str, seed: int) -> None:
    async with a_stage(pool, name, seed) as stage:
        await SCENES[story](stage)
        await stage.over()
        assert not stage.watch.wrong
