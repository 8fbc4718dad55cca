"""Secrets that have to lie in the database, readable only with the HUB_SECRET that sealed them."""

import base64
import json
from collections.abc import Mapping

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


class OtherSecretError(Exception):
    """This was sealed with another HUB_SECRET. Start with that one, or enter the secrets anew."""


class Seal:
    """`owner` goes into what is sealed: what belongs to one mailbox opens for no other."""

    def __init__(self, secret: str) -> None:
        key = HKDF(SHA256(), 32, salt=None, info=b"interaction hub: sealed secrets").derive(secret.encode())
        self._fernet = Fernet(base64.urlsafe_b64encode(key))

    def seal(self, owner: str, secrets: Mapping[str, str]) -> bytes:
        return self._fernet.encrypt(json.dumps({"owner": owner, "secrets": dict(secrets)}).encode())

    def open(self, owner: str, sealed: bytes) -> dict[str, str]:
        """Raises OtherSecretError."""
        try:
            found = json.loads(self._fernet.decrypt(sealed))
        except InvalidToken:
            raise OtherSecretError from None
        if found["owner"] != owner:
            raise OtherSecretError
        return dict(found["secrets"])
