"""Customers who are called back: the place they keep, attempts and outcomes, and what happens when they call again.

The interaction that somebody waited with is the work. It keeps its age whatever happens: promised, put off until he may
be called, tried in vain. It leaves only when a human being has said how it went.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from channels.voice.settings import Callback, VoiceSettings
from hub import model
from hub.callback_hours import Window, window
from hub.journal import Page
from hub.model import SYSTEM, By, Interaction
from hub.store import callbacks as store
from hub.store.callbacks import Back
from routing.calendar import Calendar

# What becomes of an attempt. Only the customer's word ends it, or a human being's.
InVain = Literal["no_answer", "busy", "failed", "voicemail_left"]
Done = Literal["reached", "declined", "given_up"]


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asked for it, on which of our numbers."""

    account: str
    ours: str
    number: str
    language: str


@dataclass(frozen=True, slots=True)
class Rules:
    """The configured rules. All verbs work on a locked interaction, and return it as it stands then."""

    settings: VoiceSettings
    calendars: Mapping[str, Calendar]

    def of(self, ours: str) -> Callback:
        """Those of the number that was rung; the usual ones where it offers none any more."""
        number = self.settings.number(ours)
        return (self.settings.flows[number.flow].callback if number else None) or Callback()

    def window(self, ours: str, number: str, at: datetime) -> Window:
        return window(number, self.of(ours), self.calendars, at)

    async def promise(self, page: Page, it: Interaction, asked: Asked) -> Interaction:
        """He hangs up and keeps his place."""
        now = page.now()
        hours = self.window(asked.ours, asked.number, now)
        await store.ask(page.conn, Back(
            it.id, asked.account, asked.ours, asked.number, True, asked.language, now, None, None, 0,
            self.of(asked.ours).attempts, hours.opens, hours.closes, False, None, None))
        it = await _say(page, it, "callback_asked", number=asked.number, since=it.queued_at.isoformat())
        return await self._not_before(page, it, hours.opens, "quiet_hours")

    async def in_hours(self, page: Page, it: Interaction, back: Back) -> Interaction:
        """Looks at the hours anew: aside until he may be called, or in line for good."""
        hours = self.window(back.ours, back.number, page.now())
        await store.save(page.conn, replace(back, next_at=hours.opens, quiet_at=hours.closes))
        return await self._not_before(page, it, hours.opens, "quiet_hours")

    async def in_vain(self, page: Page, it: Interaction, back: Back, how: InVain, *, by_agent: bool,
                      again_at: datetime | None = None) -> Interaction:
        """The last attempt led to nothing: again after the pause, or a human being decides."""
        await store.tell_attempt(page.conn, back, how, "agent" if by_agent else "system")
        it = await _say(page, it, "callback_in_vain", how=how, attempt=back.attempts, of=back.most)
        back = replace(back, call_id=None, closed_at=None, outcome=None, undecided=False)
        if again_at is not None:
            await store.save(page.conn, replace(back, next_at=again_at, quiet_at=None,
                                                most=max(back.most, back.attempts + 1)))
            return await self._not_before(page, it, again_at, "callback_agreed")
        if back.attempts >= back.most:
            return await self._undecided(page, it, back)
        pause = timedelta(minutes=self.of(back.ours).spacing_minutes)
        hours = self.window(back.ours, back.number, page.now() + pause)
        await store.save(page.conn, replace(back, next_at=hours.opens, quiet_at=hours.closes))
        return await self._not_before(page, it, hours.opens, "callback_again")

    async def _undecided(self, page: Page, it: Interaction, back: Back) -> Interaction:
        """Whoever holds it decides, or whoever has it next: it never ends by itself."""
        await store.save(page.conn, replace(back, undecided=True))
        it = await _say(page, it, "callback_undecided", attempts=back.attempts)
        if it.state != "wrapping":
            return it
        again = model.Requeued("callback_undecided", it.queue_id, it.agent_id, it.queued_at)
        return (await page.write(it, again, SYSTEM)).interaction

    async def _not_before(self, page: Page, it: Interaction, at: datetime, reason: str) -> Interaction:
        if at <= page.now() or it.state in ("parked", "waiting", "done"):
            return it
        return (await page.write(it, model.PutOff(at, reason), SYSTEM)).interaction


async def called_again(page: Page, it: Interaction, call_id: UUID, queue: str | None) -> Interaction:
    """He is on the line by himself, in the place that he kept; nobody has to call him any more."""
    back = await store.of(page.conn, it.id)
    assert back is not None
    await store.save(page.conn, replace(back, call_id=call_id, closed_at=page.now(), outcome="called_again"))
    it = await _say(page, it, "called_again")
    to = queue or it.queue_id
    if it.state in ("queued", "offered") and to == it.queue_id:
        return it
    prefer = it.agent_id if it.state in ("active", "wrapping") else it.preferred_agent_id
    act = model.Requeued("called_again", to, prefer, it.queued_at)
    return (await page.write(it, act, model.CUSTOMER)).interaction


async def reached(page: Page, it: Interaction, back: Back, *, by_agent: bool, outcome: Done = "reached") -> Interaction:
    """He was spoken with, or wants no more calls: nobody calls him any more."""
    if back.attempts:
        await store.tell_attempt(page.conn, back, outcome, "agent" if by_agent else "system")
    await store.save(page.conn, replace(back, closed_at=page.now(), outcome=outcome, undecided=False))
    return await _say(page, it, "callback_done", how=outcome, attempt=back.attempts)


async def lost(page: Page, back: Back, *, rang: bool) -> None:
    """The agent did not answer his own telephone, or went away. If the customer's never rang, that was no attempt."""
    if rang:
        await store.tell_attempt(page.conn, back, "failed", "system")
    else:
        await store.drop_attempt(page.conn, back)
    await store.save(page.conn, replace(back, call_id=None, attempts=back.attempts if rang else back.attempts - 1))


async def begun(page: Page, back: Back, call_id: UUID, agent_id: UUID) -> Back:
    """One more attempt: this call has the word now."""
    now = page.now()
    attempts = back.attempts + 1
    back = replace(back, call_id=call_id, dialled_at=now, attempts=attempts, most=max(attempts, back.most),
                   undecided=False)
    await store.save(page.conn, back)
    await store.attempt(page.conn, back, now, agent_id)
    return back


async def _say(page: Page, it: Interaction, what: str, by: By = SYSTEM, **data: object) -> Interaction:
    return (await page.write(it, model.CallEvent(what, data), by)).interaction
