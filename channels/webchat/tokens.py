"""Signed visitor tokens: who comes back is known again, without a log-in."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

from itsdangerous import BadSignature, URLSafeSerializer


class TokenError(Exception):
    """A token that proves nothing. `code`: `token_forged` or `token_expired`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class VisitorTokens:
    """Issues and reads tokens. The time stands inside the signature, so that the injected clock judges it."""

    def __init__(self, secret: str, lifetime: timedelta, now: Callable[[], datetime]) -> None:
        self._signer = URLSafeSerializer(secret, salt="webchat.visitor")
        self._lifetime = lifetime
        self._now = now

    def issue(self, visitor: UUID) -> str:
        return str(self._signer.dumps([visitor.hex, int(self._now().timestamp())]))

    def read(self, token: object) -> UUID:
        """The visitor of a token. Raises `TokenError`."""
        try:
            visitor, issued = self._signer.loads(str(token))
            visitor, issued = UUID(visitor), datetime.fromtimestamp(issued, UTC)
        except (BadSignature, ValueError, TypeError, AttributeError, OverflowError, OSError):
            raise TokenError("token_forged") from None
        if self._now() - issued > self._lifetime:
            raise TokenError("token_expired")
        return visitor
