"""Loop: claims what is due in the outbox, lets its channel try once, and writes down what became of it."""

import asyncio
from collections.abc import Mapping

import structlog

from channels.base import Channel, SendError, SendErrorKind, Sent
from hub import loop
from hub.doorbell import Doorbell, Moved
from hub.outbox import Outbox
from hub.store.outbox import Claimed

log = structlog.get_logger()
ATTEMPT = 30.0  # seconds for one attempt; the claim lasts twice as long


class Deliver:
    def __init__(self, outbox: Outbox, channels: Mapping[str, Channel], doorbell: Doorbell) -> None:
        self._outbox = outbox
        self._channels = channels
        self._doorbell = doorbell
        self._repeatable = frozenset(kind for kind, channel in channels.items() if channel.repeatable)

    async def run(self) -> None:
        await loop.run(loop.Wake(self._doorbell, lambda what: isinstance(what, Moved) and what.sends), self.step)

    async def step(self) -> float:
        """One round. Returns the seconds until the next one is due anyway."""
        await self._outbox.recover(self._repeatable)
        claimed = await self._outbox.claim()
        await asyncio.gather(*(self._attempt(c) for c in claimed))
        return 0.0 if claimed else 1.0

    async def _attempt(self, claimed: Claimed) -> None:
        try:
            sent = await self._send(claimed)
        except SendError as error:
            log.warning("deliver.failed", channel=claimed[1], kind=error.kind, code=error.code)
            await self._outbox.failed(claimed, error)
        else:
            await self._outbox.sent(claimed, sent)

    async def _send(self, claimed: Claimed) -> Sent:
        message, kind, _ = claimed
        channel = self._channels.get(kind)
        if channel is None:
            raise SendError("permanent", "no_channel", f"There is no channel {kind} now.")
        try:
            async with asyncio.timeout(ATTEMPT):
                return await channel.send(message)
        except SendError:
            raise
        except TimeoutError as problem:
            raise SendError(self._unknown(kind), "timeout", f"No answer within {ATTEMPT:.0f} s.") from problem
        except Exception as problem:  # an adapter's bug: nobody knows how far it came
            log.exception("deliver.channel_broke", channel=kind)
            raise SendError(self._unknown(kind), "broken", type(problem).__name__) from problem

    def _unknown(self, kind: str) -> SendErrorKind:
        return "temporary" if kind in self._repeatable else "ambiguous"
