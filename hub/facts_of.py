"""What promises may ask of an interaction that is here already: the texts among the facts of rules."""

from collections.abc import Mapping
from datetime import datetime

from hub.model import Interaction
from hub.store import policies as store
from hub.store.journal import Connection
from routing.facts import local_facts
from routing.policy import Policy


async def known(conn: Connection, it: Interaction, policy: Policy, now: datetime) -> Mapping[str, str]:
    """As they stand now, but for the time of day, which is that of the arrival."""
    found = await store.waiting(conn, now, it.id)
    facts = {**(found[0].facts if found else {}), **local_facts(it.created_at, policy.zone)}
    return {name: value for name, value in facts.items() if isinstance(value, str)}
