"""Calling customers back: dialled when an agent takes one, put aside when it is night where he lives, and the words of
agents about how it went. Which is a loop of its own, so that a lost wake-up costs a second.
"""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID

import structlog

from hub import callbacks, loop, model
from hub.callbacks import Rules
from hub.calls import Calls
from hub.doorbell import Doorbell, Moved, Ring
from hub.errors import HubError, Invalid, NotFound, NotYours, Unavailable, WrongState
from hub.journal import Enclosed, NewNote, Page
from hub.model import By, Interaction
from hub.outgoing_calls import Outgoing
from hub.store import callbacks as store
from hub.store import intake as queues
from hub.store.callbacks import Back
from hub.wire_calls import CallbackOutcome, CallbackView

log = structlog.get_logger()
NET = 1.0  # seconds between passes, rung or not
FURTHEST = timedelta(days=366)
Act = Callable[[Page, Interaction, Back], Awaitable[None]]


class CallingBack:
    def __init__(self, calls: Calls, outgoing: Outgoing) -> None:
        self._calls = calls
        self._outgoing = outgoing
        self._journal = calls.journal

    @property
    def _rules(self) -> Rules:
        return self._calls.lines.callbacks

    async def run(self, doorbell: Doorbell) -> None:
        await loop.run(loop.Wake(doorbell, _matters), self.step)

    async def step(self) -> float:
        """One pass. Returns the seconds until the next."""
        pool, now = self._journal.pool, self._journal.now()
        await store.close_done(pool)
        for interaction_id in await store.to_put_off(pool, now):
            await self._under_lock(interaction_id, self._look_at_hours)
        for interaction_id in await store.to_dial(pool, now):
            await self._under_lock(interaction_id, self._dial_if_he_may)
        return NET

    async def view(self, interaction_id: UUID) -> CallbackView | None:
        """None where nobody asked to be called back."""
        back = await store.of(self._journal.pool, interaction_id)
        if back is None:
            return None
        return await store.view(self._journal.pool, back, self._journal.now(), not self._may_call(back))

    # --- agents -------------------------------------------------------------------------------------------------------

    async def call(self, actor: model.Actor, interaction_id: UUID) -> None:
        """Calls the customer now. A second click finds him being called. Raises `WrongState` with `quiet_hours` at an
        hour at which he may not be called."""

        async def act(page: Page, it: Interaction, back: Back) -> None:
            if it.agent_id != actor.id or it.state != "active":
                raise NotYours()
            if back.call_id is not None:
                return
            if not self._may_call(back):
                raise WrongState("It is night where this number belongs. Call him later, or put it aside until then.",
                                 code="quiet_hours")
            await self._dial(page, it, back)

        await self._locked(interaction_id, act)

    async def outcome(self, actor: model.Actor, interaction_id: UUID, wanted: CallbackOutcome) -> None:
        """How it went. Raises `Invalid`, `NotYours` or `WrongState`."""
        if wanted.again_at is not None:
            self._must_come(wanted)

        async def act(page: Page, it: Interaction, back: Back) -> None:
            if it.agent_id != actor.id:
                raise NotYours()
            if it.state not in ("active", "wrapping"):
                raise WrongState()
            by = By("supervisor" if actor.supervises else "agent", actor.id)
            if wanted.note.strip():
                note = NewNote(page.new_id(), str(page.new_id()), wanted.note, actor.id)
                it = (await page.write(it, model.Noted(actor.id), by, Enclosed(note=note))).interaction
            if wanted.outcome == "no_answer" or wanted.outcome == "voicemail_left":
                await self._rules.in_vain(page, it, back, wanted.outcome, by_agent=True, again_at=wanted.again_at)
                return
            it = await callbacks.reached(page, it, back, by_agent=True, outcome=wanted.outcome)
            if it.state == "active":
                seconds = await queues.wrap_up_seconds(page.conn, it.id)
                await page.write(it, model.Ended(actor.id, seconds), by)

        await self._locked(interaction_id, act, closed=True)

    def _must_come(self, wanted: CallbackOutcome) -> None:
        now = self._journal.now()
        if wanted.outcome not in ("no_answer", "voicemail_left"):
            raise Invalid(fields={"again_at": "not_with_this_outcome"})
        if wanted.again_at is not None and not now < wanted.again_at < now + FURTHEST:
            raise Invalid(fields={"again_at": "in_the_past" if wanted.again_at <= now else "too_far"})

    # --- the loop -----------------------------------------------------------------------------------------------------

    async def _look_at_hours(self, page: Page, it: Interaction, back: Back) -> None:
        if it.state == "queued":
            await self._rules.in_hours(page, it, back)

    async def _dial_if_he_may(self, page: Page, it: Interaction, back: Back) -> None:
        fresh = back.dialled_at is None or back.dialled_at < it.entered_at
        if it.state == "active" and back.call_id is None and fresh and not back.undecided and self._may_call(back):
            await self._dial(page, it, back)

    async def _dial(self, page: Page, it: Interaction, back: Back) -> None:
        assert it.agent_id is not None
        agent_id = it.agent_id

        async def begun(call_id: UUID) -> None:
            await callbacks.begun(page, back, call_id, agent_id)

        await self._outgoing.dial(page, it, back.number, account=back.account, ours=back.ours, begun=begun)

    def _may_call(self, back: Back) -> bool:
        now = self._journal.now()
        return self._rules.window(back.ours, back.number, now).opens <= now

    async def _under_lock(self, interaction_id: UUID, act: Act) -> None:
        """One customer's trouble is not the others'."""
        try:
            await self._locked(interaction_id, act)
        except Unavailable:
            raise
        except HubError as refused:
            log.info("callback.overtaken", code=refused.code)

    async def _locked(self, interaction_id: UUID, act: Act, *, closed: bool = False) -> None:
        """`closed`: also one that is not to be called any more. Raises `NotFound`, and what `act` raises."""
        async with self._journal.begin() as page:
            it = await page.lock(interaction_id)
            back = await store.of(page.conn, interaction_id)
            if back is None or (back.closed_at is not None and not closed):
                raise NotFound("Nobody asked to be called back here, or he was reached already.")
            await act(page, it, back)
        self._calls.work()


def _matters(what: Ring) -> bool:
    return isinstance(what, Moved) and what.state in ("active", "queued") and what.channel == "voice"
