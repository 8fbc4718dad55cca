"""What mail servers say of messages that we sent."""

from collections.abc import Sequence

from channels.base import Report
from channels.email.parse.model import Headers, Leaf


def read(headers: Headers, parts: Sequence[Leaf], text: str) -> tuple[Report, ...]:
    """One for each recipient that the mail reports on; none when it is no delivery report."""
    return ()
