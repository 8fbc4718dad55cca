"""What rules may ask of an interaction that is here already."""

from collections.abc import Mapping

from hub.model import Interaction
from hub.store.journal import Connection


async def basic(conn: Connection, it: Interaction) -> Mapping[str, str]:
    """What stands in its row."""
    facts = {"channel": it.channel, "source": it.source, "subject": it.subject, "language": it.language or ""}
    return {name: value for name, value in facts.items() if value}
