"""Signed threads: what we put into Message-ID and Reply-To, so that an answer finds its interaction again."""

import base64
import hashlib
import hmac
import re
from uuid import UUID

_PROOF = 10  # bytes of the HMAC: 80 bits, which fit with the id into the 64 characters of a local part
_TOKEN = re.compile(r"(?:(?<![a-z2-7])|(?<=%[0-9a-f]{2}))([a-z2-7]{42})(?![a-z2-7])")  # some quote the plus as %2B


class Tokens:
    """A token is an interaction's id and a proof of ours, in base 32, because mail servers may fold case."""

    def __init__(self, secret: str) -> None:
        self._key = hashlib.sha256(b"mail thread token\x00" + secret.encode()).digest()

    def token(self, interaction_id: UUID) -> str:
        signed = interaction_id.bytes + self._proof(interaction_id.bytes)
        return base64.b32encode(signed).decode().rstrip("=").lower()

    def read(self, text: str) -> tuple[UUID, ...]:
        """Every interaction whose genuine token stands somewhere in `text`, in order, each once."""
        found = (self._genuine(match) for match in _TOKEN.findall(text.lower()))
        return tuple(dict.fromkeys(one for one in found if one is not None))

    def message_id(self, interaction_id: UUID, message_id: UUID, domain: str) -> str:
        """The Message-ID of a message of ours: the same on every attempt.

        Short enough for a line of its own: there are mail programs that break longer ones.
        """
        return f"<{self.token(interaction_id)}.{message_id.hex[-12:]}@{domain}>"

    def plus(self, address: str, interaction_id: UUID) -> str:
        """The address with the token as its detail (RFC 5233); unchanged where the local part would get too long."""
        local, _, domain = address.rpartition("@")
        detailed = f"{local}+{self.token(interaction_id)}"
        return f"{detailed}@{domain}" if len(detailed) <= 64 else address

    def _genuine(self, token: str) -> UUID | None:
        padded = token.upper() + "=" * (-len(token) % 8)
        signed = base64.b32decode(padded)
        identity, proof = signed[:16], signed[16:]
        return UUID(bytes=identity) if hmac.compare_digest(proof, self._proof(identity)) else None

    def _proof(self, identity: bytes) -> bytes:
        return hmac.new(self._key, identity, hashlib.sha256).digest()[:_PROOF]
