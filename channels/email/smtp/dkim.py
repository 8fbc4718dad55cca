"""Signatures of the domain that sends (RFC 6376; Ed25519: RFC 8463)."""

import base64

import dkim
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from channels.email.smtp.ed25519 import NACL

if not hasattr(dkim, "nacl"):
    dkim.nacl = NACL  # it looks PyNaCl up in its own module, and says that Ed25519 is missing where there is none

SIGNED = (b"from", b"reply-to", b"to", b"cc", b"subject", b"date", b"message-id", b"in-reply-to", b"references",
          b"mime-version", b"content-type", b"auto-submitted")
ONLY_ONCE = (b"from", b"subject", b"to")  # signed once more than they are there, so that none can be added


def sign(raw: bytes, domain: str, selector: str, key: str) -> bytes:
    """The mail with a signature in front. Raises ValueError where the key is of no use."""
    algorithm, material = _key(key)
    present = {line.partition(b":")[0].strip().lower() for line in raw.partition(b"\r\n\r\n")[0].split(b"\r\n")}
    fields = [one for one in SIGNED if one in present] + list(ONLY_ONCE)
    try:
        signature = dkim.sign(
            raw, selector.encode("idna"), domain.encode("idna"), material, signature_algorithm=algorithm,
            canonicalize=(b"relaxed", b"relaxed"), include_headers=fields)
    except (dkim.DKIMException, UnicodeError) as problem:
        raise ValueError("the mail cannot be signed") from problem
    return bytes(signature) + raw


def _key(pem: str) -> tuple[bytes, bytes]:
    """dkimpy takes RSA keys as PEM in PKCS#1, and Ed25519 keys as their 32 bytes in base 64."""
    try:
        key = load_pem_private_key(pem.encode(), None)
    except (ValueError, TypeError) as problem:
        raise ValueError("this is no private key in PEM without a password") from problem
    if isinstance(key, Ed25519PrivateKey):
        seed = key.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
        return b"ed25519-sha256", base64.b64encode(seed)
    return b"rsa-sha256", key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
