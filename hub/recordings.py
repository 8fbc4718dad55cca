"""Loop: copies what was spoken from the provider, looks for what it never told of, and deletes what a rule lets go."""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from channels.twilio.rest import RestFailure, TooLargeError
from channels.voice import sound
from channels.voice.provider import Provider
from channels.voice.settings import VoiceSettings
from hub import loop, model
from hub.call_terms import softphone_of
from hub.doorbell import Doorbell, Moved, Ring
from hub.errors import Forbidden, NotFound
from hub.journal import Journal
from hub.model import SYSTEM, Actor
from hub.store import recordings as store
from hub.store.recordings import Due, Of, Sound
from hub.wire_calls import RecordingAccess, RecordingView

log = structlog.get_logger()
NET = 5.0  # seconds between looks, rung or not
AT_ONCE = 4  # of the greatest size in memory
CLAIM = timedelta(seconds=120)
ATTEMPT_SECONDS = 60.0
SETTLES = timedelta(seconds=20)  # after a call, in which the provider tells by itself that a recording is ready
WAITED_FOR = timedelta(minutes=15)  # after a call; what is not ready by then is lost
# Seconds before attempt 2, 3, ...: about four hours; Twilio keeps its copy for much longer.
BACK_OFF = (2, 10, 60, 300, 1800, 3600, 7200)
SWEEP = timedelta(minutes=10)
APART = 3600  # seconds up to which both parties have a channel of their own: half the bytes for what is longer


class Recordings:
    """`providers`: by account."""

    def __init__(self, journal: Journal, providers: Mapping[str, Provider], settings: VoiceSettings) -> None:
        self._journal = journal
        self._providers = providers
        self._settings = settings
        self._swept: datetime | None = None

    # --- what people want ---------------------------------------------------------------------------------------------

    async def view(self, actor: Actor, recording_id: UUID) -> RecordingView:
        """For supervisors, and agents who were on the line. Raises `NotFound`, `Forbidden`."""
        found = await store.one(self._journal.pool, recording_id, actor.id, softphone_of(actor.id))
        if found is None:
            raise NotFound()
        view, heard = found
        if not heard and actor.role == "agent":
            raise Forbidden("Only supervisors and who was on the line may listen.")
        return view

    async def part(self, actor: Actor, recording_id: UUID, begin: int, length: int, *,
                   takes: bool = False) -> tuple[str, bytes]:
        """Media type and bytes; that he listens, or takes it along, is kept first. Raises `NotFound`, `Forbidden`."""
        if takes and actor.role == "agent":
            raise Forbidden("Supervisors may take recordings along; you may listen.")
        await self.view(actor, recording_id)
        await store.accessed(self._journal.pool, recording_id, actor.id, self._journal.now(),
                             "downloaded" if takes else "listened")
        found = await store.part(self._journal.pool, recording_id, begin, length)
        if found is None:
            raise NotFound("There is no sound under this id, or not any more.")
        return found

    async def accesses(self, recording_id: UUID) -> list[RecordingAccess]:
        return await store.accesses(self._journal.pool, recording_id)

    async def delete(self, actor: Actor, recording_id: UUID, reason: str) -> None:
        """Our copy at once, the provider's soon; who and why stands in the history. Raises `NotFound`."""
        if not await self._delete(recording_id, actor, reason):
            raise NotFound("There is no sound under this id: not yet, or not any more.")

    # --- the loop -----------------------------------------------------------------------------------------------------

    async def run(self, doorbell: Doorbell) -> None:
        def matters(what: Ring) -> bool:
            return isinstance(what, Moved) and what.channel in ("voice", "voicemail")

        await loop.run(loop.Wake(doorbell, matters), self.step)

    async def step(self) -> float:
        """Does what is due. Returns the seconds until the next look."""
        now = self._journal.now()
        if self._swept is None or now - self._swept >= SWEEP:
            self._swept = now
            for one in await store.outlived(self._journal.pool, now):
                await self._delete(one, None)
        due = await store.claim(self._journal.pool, now, now + CLAIM, now - SETTLES, AT_ONCE)
        await asyncio.gather(*(self._guarded(one) for one in due))
        return 0.0 if due else NET

    async def _guarded(self, one: Due) -> None:
        try:
            async with asyncio.timeout(ATTEMPT_SECONDS):
                await self._do(one)
        except RestFailure as failure:
            if failure.kind == "gone" and one.state != "fetching":  # a file may be there a moment after its report
                await self._nothing_there(one)
            else:
                await self._again(one, f"{failure.kind} {failure.status} {failure.code}".strip(),
                                  later=failure.kind not in ("refused", "log_in"))
        except (TimeoutError, KeyError) as problem:
            await self._again(one, "no_account" if isinstance(problem, KeyError) else "timeout")
        except TooLargeError:
            await self._give_up(one, "too_large")

    async def _do(self, one: Due) -> None:
        provider = self._providers[one.account]
        if one.state == "running":
            await self._look_for(provider, one)
        elif one.state == "fetching":
            await self._fetch(provider, one)
        else:
            await provider.forget(one.sid)
            await store.settled(self._journal.pool, one.id, None)

    async def _look_for(self, provider: Provider, one: Due) -> None:
        """Its call is over, and nothing was heard of it."""
        found, now = await provider.recording(one.sid), self._journal.now()
        if found is None and one.ended_at is not None and now - one.ended_at < WAITED_FOR:
            await store.later(self._journal.pool, one, now + SETTLES, "not ready")
        elif found is None:
            await self._nothing_there(one)
        else:
            async with self._journal.begin() as page:
                it = await page.lock(one.interaction_id)
                of = Of(one.source, one.call_id, one.interaction_id, one.account)
                if await store.ready(page.conn, page.new_id(), of, found, now) is not None:
                    data = {"recording_id": str(one.id), "seconds": found.seconds}
                    await page.write(it, model.CallEvent("recorded", data), SYSTEM)

    async def _fetch(self, provider: Provider, one: Due) -> None:
        content = await provider.sound(one.url or "", apart=one.source == "call" and (one.seconds or 0) <= APART)
        kind = sound.media_type(content)
        if kind is None:
            await self._again(one, "no_sound")
            return
        look = await asyncio.to_thread(sound.look, content)
        keep_until = await self._keep_until(one)
        await store.store(self._journal.pool, one, Sound(kind, content, look.channels, look.peaks), keep_until)

    async def _keep_until(self, one: Due) -> datetime:
        queue = await store.queue_of(self._journal.pool, one.interaction_id)
        return self._journal.now() + timedelta(days=self._settings.recording_of(queue).keep_days)

    async def _again(self, one: Due, error: str, *, later: bool = True) -> None:
        log.warning("recordings.put_off", doing=one.state, error=error, attempt=one.attempts)
        if later and one.attempts <= len(BACK_OFF):
            due_at = self._journal.now() + timedelta(seconds=BACK_OFF[one.attempts - 1])
            await store.later(self._journal.pool, one, due_at, error)
        else:
            await self._give_up(one, error)

    async def _give_up(self, one: Due, error: str) -> None:
        if one.state == "deleted":  # the provider's copy is still there: said loudly, since nobody sees it
            log.error("recordings.not_deleted", account=one.account, sid=one.sid, error=error)
            await store.settled(self._journal.pool, one.id, error)
        else:
            await self._lost(one, error)

    async def _nothing_there(self, one: Due) -> None:
        """The provider knows nothing of it."""
        if one.state == "deleted":
            await store.settled(self._journal.pool, one.id, None)
        else:
            await self._lost(one, "absent")

    async def _lost(self, one: Due, error: str) -> None:
        """What we could not fetch still lies with the provider, and goes when its time is over."""
        keep_until = None if error == "absent" else await self._keep_until(one)
        async with self._journal.begin() as page:
            it = await page.lock(one.interaction_id)
            if await store.fail(page.conn, one, error, keep_until):
                await page.write(it, model.CallEvent("recording_lost", {"recording_id": str(one.id)}), SYSTEM)

    async def _delete(self, recording_id: UUID, by: Actor | None, reason: str = "") -> bool:
        async with self._journal.begin() as page:
            interaction_id = await store.interaction_of(page.conn, recording_id)
            if interaction_id is None:
                return False
            it = await page.lock(interaction_id)
            if not await store.delete(page.conn, recording_id, by.id if by else None, self._journal.now()):
                return False
            data = {"recording_id": str(recording_id),
                    **({"agent": str(by.id), "reason": reason} if by else {"because": "rule"})}
            await page.write(it, model.CallEvent("recording_deleted", data), SYSTEM)
        return True
