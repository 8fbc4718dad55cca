"""How quickly scripted people act: human in a demo, without pauses in a test."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from random import Random


@dataclass(frozen=True, slots=True)
class Pace:
    """`factor` 1 is human, 0 takes no pause at all. `sleep` is replaced in tests."""

    factor: float = 1.0
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep

    async def pause(self, seconds: float) -> None:
        await self.sleep(seconds * self.factor)

    async def type(self, text: str) -> None:
        """As long as it takes to write the text: about 12 characters a second, and no more than 12 s."""
        await self.pause(min(0.5 + len(text) / 12, 12))

    def spread(self, dice: Random, seconds: float) -> float:
        """Seconds until the next arrival of a Poisson stream with this mean."""
        return dice.expovariate(1 / seconds)


def back_off(attempt: int) -> float:
    """Seconds before the next attempt to reach a hub that does not answer: 0.1, 0.2, ... at most 2."""
    return float(min(0.1 * 2**attempt, 2.0))
