"""Calls to customers: the agent's softphone rings first, and the customer's telephone once the agent is on the line.

So nobody who is called ever hears silence, and an agent who does not answer has disturbed nobody.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from uuid import UUID

from channels.voice.decisions import called_out
from channels.voice.menu import CONSENT, Place
from channels.voice.provider import Wiring
from hub.call_terms import dial, softphone_of
from hub.calls import Calls
from hub.journal import Page
from hub.model import Interaction
from hub.store import calls as store
from hub.store.calls import Kept

Begun = Callable[[UUID], Awaitable[None]]


class Outgoing:
    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    async def dial(self, page: Page, it: Interaction, number: str, *, account: str, ours: str,
                   begun: Begun | None = None) -> UUID:
        """Begins a call for a locked interaction that its agent is active on; its id. What becomes of it, its
        interaction is told (`hub.call_terms`). `ours`: the number of ours that is shown, unless its queue has one.
        `begun`: what else is to be written with it. Whoever calls this rings `calls.work` after COMMIT.
        """
        assert it.agent_id is not None
        now, call_id = self._calls.journal.now(), self._calls.journal.new_id()
        flow = self._calls.lines.flow(ours)
        place = Place("", flow.language if flow else "en", collected=await self._said_before(page, it))
        before = Kept(call_id, account, f"out:{call_id}", ours, called_out(str(call_id), number, now), place, Wiring(),
                      {}, now)
        await store.begin(page.conn, before)
        if begun is not None:
            await begun(call_id)
        terms = self._calls.terms(page, replace(before, interaction_id=it.id), it)
        await terms.say("dialled", number=number, agent=str(it.agent_id))
        dial(terms, softphone_of(it.agent_id))
        await self._calls.settle(terms, before)
        return call_id

    async def _said_before(self, page: Page, it: Interaction) -> dict[str, str]:
        """Who said in the menu that he will not be recorded is not, either, when he is called back."""
        earlier = await store.of_interaction(page.conn, it.id)
        kept = await store.load(page.conn, earlier) if earlier else None
        said = kept.place.collected.get(CONSENT) if kept else None
        return {CONSENT: said} if said else {}
