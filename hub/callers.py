"""What is done with callers of whom something is known: refused, asked for a key, sent to voicemail, later in line."""

from collections.abc import Mapping
from dataclasses import replace

import structlog

from channels.voice import callers, documents
from channels.voice.documents import Urls
from channels.voice.menu import GOODBYE
from channels.voice.settings import Flow, VoiceSettings
from hub.call_terms import Terms
from hub.clock import Now
from hub.errors import Invalid, NotFound
from hub.journal import Page
from hub.model import Actor
from hub.store import callers as store
from hub.store.calls import Kept
from hub.wire_calls import BlockedNumber, BlockNumber

log = structlog.get_logger()
TRIES = 2  # wrong keys before the call is ended


async def seen(page: Page, kept: Kept, flow: Flow, settings: VoiceSettings, told: dict[str, str]) -> Kept:
    """A call that begins, with what is known of its caller and what follows from it. `told`: the provider's words."""
    blocked = await store.knocked(page.conn, kept.call.customer.who, page.now())
    found = judged(kept, flow, settings, told, blocked)
    if "treatment" in found.fields:
        log.info("call.treated", treatment=found.fields["treatment"], because=found.fields["because"])
    return found


def judged(kept: Kept, flow: Flow, settings: VoiceSettings, told: Mapping[str, str], blocked: bool) -> Kept:
    """Without a `treatment` he is let in."""
    known = callers.known(kept.call.customer.who, told, settings.deny)
    treatment, because = callers.treated(known, flow.callers, blocked)
    if treatment != "let_in":
        known |= {"treatment": treatment, "because": because}
    return replace(kept, fields={**kept.fields, **known})


def held(terms: Terms, flow: Flow, urls: Urls) -> str | None:
    """What he hears instead of the menu; None: he is let in. A voicemail's step is gone to at once."""
    kept = terms.kept
    match kept.fields.get("treatment"):
        case "refuse":
            return documents.refused()
        case "challenge":
            return documents.challenge(_key(kept), kept.place.language, urls)
        case "voicemail":
            terms.kept = replace(kept, place=replace(kept.place, step=flow.callers.voicemail))
    return None


def pressed(terms: Terms, urls: Urls, digits: str) -> str | None:
    """The key that he was asked for: None, or what he hears after a wrong one."""
    kept, place = terms.kept, terms.kept.place
    if digits == _key(kept):
        terms.kept = replace(kept, place=replace(place, tries=0))
        return None
    terms.kept = replace(kept, place=replace(place, tries=place.tries + 1))
    if place.tries + 1 >= TRIES:
        return documents.hung_up([GOODBYE[place.language]], place.language)
    return documents.challenge(_key(kept), place.language, urls)


def _key(kept: Kept) -> str:
    """Another one in each call, and the same in all of it."""
    return str(kept.id.int % 9 + 1)


class Blocking:
    """Supervisors' list of numbers that are not let in."""

    def __init__(self, pool: store.Pool, now: Now) -> None:
        self._pool = pool
        self._now = now

    async def listed(self) -> list[BlockedNumber]:
        return await store.listed(self._pool)

    async def block(self, actor: Actor, wanted: BlockNumber) -> None:
        """The same number again changes the reason."""
        if not wanted.reason.strip():
            raise Invalid(fields={"reason": "empty"})
        await store.block(self._pool, wanted.number, wanted.reason.strip(), actor.id, self._now())

    async def unblock(self, actor: Actor, number: str) -> None:
        """Raises `NotFound`."""
        if not await store.unblock(self._pool, number, actor.id, self._now()):
            raise NotFound("This number is not blocked.")


