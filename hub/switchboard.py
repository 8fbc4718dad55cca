"""Loop: tells the provider what calls need, and asks it how they stand when nothing was heard for too long.

A command is given only while what it is for still holds. What surely did nothing is tried again until its deadline; a
create without an answer is looked for by its label, and never made twice; anything else may be said twice.
"""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from datetime import datetime, timedelta
from functools import reduce
from typing import Any
from uuid import UUID

import structlog

from channels.twilio.rest import RestFailure
from channels.voice.call import RANK, TALKS
from channels.voice.control import (
    CONNECTING,
    Command,
    Connect,
    Create,
    SendBack,
    SetRecording,
    meeting,
    phase,
    standing,
)
from channels.voice.decisions import Decision, Forgotten, RecordWanted, Released
from channels.voice.facts import LegSeen, observe
from channels.voice.provider import Learned, Provider
from channels.voice.reports import SPOKEN, Recording
from hub import loop
from hub.calls import Calls
from hub.doorbell import Doorbell, Moved, Ring
from hub.errors import HubError, Unavailable
from hub.journal import AWAY
from hub.store import calls as store
from hub.store.calls import Claimed, Kept
from hub.store.journal import Connection

log = structlog.get_logger()
NET = 1.0  # seconds between passes, rung or not
CLAIM = timedelta(seconds=30)  # longer than any attempt
PAUSES = (0.5, 1.0, 2.0, 5.0)  # seconds before what did nothing is tried again
RESUMING = timedelta(seconds=5)  # before a recording that did not go on is told so again, for as long as it shall
DOUBT = 2.0  # seconds before what may have been done is looked at
Spawn = Callable[[Coroutine[Any, Any, None]], object]


class NoAccount(Exception):
    """A call belongs to an account that is not configured any more."""


class Switchboard:
    """`providers`: by account."""

    def __init__(self, calls: Calls, providers: Mapping[str, Provider], doorbell: Doorbell) -> None:
        self._calls = calls
        self._journal = calls.journal
        self._providers = providers
        self._doorbell = doorbell
        self._node: int | None = None
        self._rung = True  # an interaction with a call has moved, as far as was heard
        self._compared_at: datetime | None = None  # None: nobody listens, so each pass compares

    async def run(self) -> None:
        wake = loop.Wake(self._doorbell, self.hears)
        self.listen()
        self._calls.work = wake.set
        async with self._journal.pool.acquire(timeout=5) as alive:
            self._node = await store.live(alive)
            await store.look_at_all(self._journal.pool, self._journal.now())
            await self._give_all(wake, alive)

    async def _give_all(self, wake: loop.Wake, alive: Connection) -> None:
        """For ever, or until the connection is lost by which others know that this hub lives."""

        async def step() -> float:
            if alive.is_closed():
                raise ConnectionResetError("the connection that says that this hub lives was lost")
            return await self.step(group.create_task)

        away: BaseException | None = None
        async with asyncio.TaskGroup() as group:
            try:
                await loop.run(wake, step)
            except (HubError, *AWAY) as trouble:  # by its own name: a group of one would count as a mistake of ours
                away = trouble
        if away is not None:
            raise away

    async def step(self, spawn: Spawn) -> float:
        """One pass; what takes the provider's time is spawned. Returns the seconds until the next."""
        pool, now = self._journal.pool, self._journal.now()
        if self._rung or self._compared_at is None or now >= self._compared_at + timedelta(seconds=NET):
            self._rung, self._compared_at = False, self._compared_at and now
            for call_id in await store.moved(pool):
                await self._bring_together(call_id)
                self._rung = True  # there may be more of them
        for call_id in await store.looks(pool, now):
            spawn(self._guarded(self._look(call_id)))
        for one in await store.claim(pool, now, now + CLAIM, self._node):
            spawn(self._guarded(self._give(one)))
        upcoming = await store.next_moment(pool)
        left = (upcoming - self._journal.now()) / timedelta(seconds=1) if upcoming else NET
        return min(max(left, 0.02), NET)

    def listen(self) -> None:
        """From now on calls are compared with their interactions when one has rung, and each second; until then in
        every pass."""
        self._compared_at = self._journal.now() - timedelta(seconds=NET)

    def hears(self, what: Ring) -> bool:
        matters = isinstance(what, Moved) and what.channel == "voice"
        self._rung = self._rung or matters
        return matters

    async def _bring_together(self, call_id: UUID) -> None:
        try:
            await self._calls.bring_together(call_id)
        except Unavailable:
            raise
        except HubError as refused:  # two rules that contradict each other must not silence every telephone
            log.error("switchboard.refused", call=str(call_id), code=refused.code)

    async def drain(self) -> bool:
        """Everything that can be done at this moment; whether there was nothing."""
        idle = True
        while True:
            work: list[Coroutine[Any, Any, None]] = []
            await self.step(work.append)
            if not work:
                return idle
            idle = False
            await asyncio.gather(*work)

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        """One call's trouble is not the others'; what was claimed or due is so again after a while."""
        try:
            await work
        except (RestFailure, HubError, NoAccount, *AWAY) as trouble:
            log.warning("switchboard.put_off", error=type(trouble).__name__)

    def _provider(self, kept: Kept) -> Provider:
        """Raises `NoAccount`."""
        if kept.account not in self._providers:
            raise NoAccount
        return self._providers[kept.account]

    # --- commands -----------------------------------------------------------------------------------------------------

    async def _give(self, one: Claimed) -> None:
        kept = await store.load(self._journal.pool, one.call_id)
        if kept is None:
            return
        command = standing(kept.call, one.id)
        if command is None:
            await self._calls.learn(kept.id, Learned(), done=one, error="overtaken")
        elif isinstance(command, Create) and one.doubtful:
            await self._look_for(kept, command, one)
        elif self._journal.now() >= one.deadline:
            await self._late(kept, command, one)
        else:
            await self._attempt(kept, command, one)

    async def _attempt(self, kept: Kept, command: Command, one: Claimed) -> None:
        lines, now = self._calls.lines, self._journal.now()
        try:
            provider, caller_id = self._provider(kept), await self._calls.caller_id(kept)
            learned = await provider.do(command, kept.call, kept.wiring, lines.urls(kept), caller_id, now)
        except RestFailure as failure:
            log.warning("switchboard.failed", call=str(kept.id), command=one.id.partition(":")[0], kind=failure.kind,
                        code=failure.code)
            await self._failed(kept, command, one, failure)
        else:
            await self._calls.learn(kept.id, learned, done=one)

    async def _failed(self, kept: Kept, command: Command, one: Claimed, failure: RestFailure) -> None:
        error = f"{failure.kind} {failure.status} {failure.code}"
        if failure.kind in ("unreached", "busy"):
            pause = failure.after or PAUSES[min(one.attempts, len(PAUSES)) - 1]
            await store.put_off(self._journal.pool, one, self._journal.now() + timedelta(seconds=pause), error)
        elif failure.kind == "unknown" and isinstance(command, Create):
            await self._look_for(kept, command, one)
        elif failure.kind == "unknown":
            await store.put_off(self._journal.pool, one, self._journal.now() + timedelta(seconds=DOUBT), error)
        elif isinstance(command, Create):
            refused = LegSeen(command.leg, "failed", self._journal.now())
            await self._calls.learn(kept.id, Learned((refused,)), done=one, state="refused", error=error)
        elif isinstance(command, SetRecording):
            await self._not_recorded(kept, command, one, error)
        else:  # the call is not what we took it for
            facts = await self._provider(kept).read(kept.call, kept.wiring, self._journal.now())
            await self._calls.learn(kept.id, Learned(tuple(facts)), done=one, state="refused", error=error)

    async def _not_recorded(self, kept: Kept, command: SetRecording, one: Claimed, error: str) -> None:
        """How the recording stands instead. One that cannot be begun is not tried for the whole of the call."""
        found = await self._provider(kept).recorded(kept.call)
        if command.state == "on" and found.state == "paused":  # what goes unrecorded is missing for good
            await store.put_off(self._journal.pool, one, self._journal.now() + RESUMING, error)
            return
        given_up, said = list[Decision](), ""
        if command.state == "on" and found.state == "off":
            given_up, said = [RecordWanted("off", for_good=True)], "recording_refused"
        elif command.state == "paused" and found.state == "on" and not command.cut:
            given_up, said = [RecordWanted("on")], "pause_refused"
        await self._calls.learn(
            kept.id, Learned((found,)), *given_up, done=one, state="refused", error=error, said=said)

    async def _look_for(self, kept: Kept, command: Create, one: Claimed) -> None:
        """Whether a create of unknown outcome was done. If not, nobody waits for it; should it come late, it is ended
        by what its own report says."""
        provider, now = self._provider(kept), self._journal.now()
        found = await provider.look_for(kept.call.legs[command.leg], kept.call, now)
        if found is not None:
            await self._calls.learn(kept.id, found, done=one, error="found")
        elif command.leg == kept.call.customer.id:
            gone = LegSeen(command.leg, "failed", now)
            await self._calls.learn(kept.id, Learned((gone,)), done=one, state="refused", error="not found")
        else:
            await self._calls.learn(kept.id, Learned(), Released(command.leg), done=one, state="refused",
                                    error="not found")

    async def _late(self, kept: Kept, command: Command, one: Claimed) -> None:
        log.error("switchboard.late", call=str(kept.id), command=one.id.partition(":")[0])
        if isinstance(command, Create):
            gone = LegSeen(command.leg, "failed", self._journal.now())
            await self._calls.learn(kept.id, Learned((gone,)), done=one, state="late")
        else:
            await self._calls.learn(kept.id, Learned(), Forgotten(one.id), done=one, state="late")

    # --- reading ------------------------------------------------------------------------------------------------------

    async def _look(self, call_id: UUID) -> None:
        """How the call really stands, and what has taken too long."""
        kept = await store.load(self._journal.pool, call_id)
        if kept is None:
            return
        now = self._journal.now()
        facts = await self._provider(kept).read(kept.call, kept.wiring, now)
        call = reduce(observe, facts, kept.call)  # who has answered meanwhile is not overdue, though nobody told of it
        overdue: list[Decision] = [
            Released(leg.id) for leg in call.legs.values()
            if leg.role != "customer" and leg.wanted and RANK[leg.state] < TALKS and now >= leg.ring_until]
        await self._calls.learn(kept.id, Learned(tuple(facts)), *overdue, *self._without_effect(kept),
                                spoken=await self._voicemail(kept))

    async def _voicemail(self, kept: Kept) -> Recording | None:
        """What somebody may have spoken who has gone, when nothing told of it."""
        known = kept.interaction_id is not None and kept.place.message != "asked"
        if not kept.call.customer.over or known:
            return None
        found = await self._provider(kept).recordings(kept.call.customer)
        return next((one for one in found if one.source == SPOKEN), None)

    def _without_effect(self, kept: Kept) -> list[Decision]:
        """A redirect that was taken, and never came to be: said once more."""
        call, now = kept.call, self._journal.now()
        room = meeting(call)
        answered = [leg.answered_at for leg in call.of("partner") if leg.answered_at]
        if phase(call) != "connecting" or not answered or now < max(answered) + CONNECTING:
            return []
        command = standing(call, f"connect:{room}")
        return [Forgotten(command.id)] if isinstance(command, Connect | SendBack) else []
