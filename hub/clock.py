"""Where time and ids come from. Nothing else in the hub asks the machine for them."""

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

import uuid_utils

Now = Callable[[], datetime]
NewId = Callable[[], UUID]


def utc_now() -> datetime:
    """The present moment, aware of its zone (UTC)."""
    return datetime.now(UTC)


def new_uuid() -> UUID:
    """A UUID of version 7 (RFC 9562): later ones sort later, which keeps indexes compact."""
    return UUID(int=uuid_utils.uuid7().int)
