"""What dkimpy uses of PyNaCl for Ed25519, by `cryptography`, which is here anyway."""

import base64
from types import SimpleNamespace

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey


class SigningKey:
    def __init__(self, key: bytes, encoder: object = None) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(base64.b64decode(key))

    def sign(self, message: bytes) -> SimpleNamespace:
        return SimpleNamespace(signature=self._key.sign(message))


class VerifyKey:
    def __init__(self, key: bytes, encoder: object = None) -> None:
        self._key = Ed25519PublicKey.from_public_bytes(base64.b64decode(key))

    def verify(self, message: bytes, signature: bytes) -> None:
        self._key.verify(signature, message)


NACL = SimpleNamespace(
    signing=SimpleNamespace(SigningKey=SigningKey, VerifyKey=VerifyKey),
    encoding=SimpleNamespace(Base64Encoder=None),
    exceptions=SimpleNamespace(ValueError=ValueError, BadSignatureError=InvalidSignature))
