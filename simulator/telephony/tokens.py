"""Access tokens of softphones: the hub's JWT is decoded and verified as the service would."""

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from simulator.telephony.exchange import Account

MAX_TTL = 24 * 3600
CONTENT_TYPE = "twilio-fpa;v=1"


class BadToken(Exception):
    """`code` is what the softphone is told: 20101 invalid, 20104 expired, 20157 lives too long."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code


@dataclass(frozen=True, slots=True)
class Grant:
    """What a token allows, until when (seconds since 1970)."""

    identity: str
    incoming: bool
    application_sid: str
    expires: float


def _part(text: str) -> Any:
    return orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))


def read_token(token: str, account: Account, now: datetime) -> Grant:
    """Verifies and reads. Raises BadToken."""
    try:
        head, body, signature = token.split(".")
        header, payload = _part(head), _part(body)
        given = base64.urlsafe_b64decode(signature + "=" * (-len(signature) % 4))
    except (ValueError, binascii.Error) as wrong:
        raise BadToken(20101, "not a token") from wrong
    expected = hmac.new(account.key_secret.encode(), f"{head}.{body}".encode(), hashlib.sha256).digest()
    if not isinstance(header, dict) or not isinstance(payload, dict) or header.get("alg") != "HS256":
        raise BadToken(20101, "not a token of this algorithm")
    if not hmac.compare_digest(expected, given):
        raise BadToken(20101, "signature")
    if header.get("cty") != CONTENT_TYPE or payload.get("iss") != account.key_sid or payload.get("sub") != account.sid:
        raise BadToken(20101, "content type, key or account")
    return _grant(payload, now.timestamp())


def _grant(payload: dict[str, Any], now: float) -> Grant:
    expires = payload.get("exp")
    if not isinstance(expires, int | float):
        raise BadToken(20101, "no end")
    if expires <= now:
        raise BadToken(20104, "expired")
    issued = str(payload.get("jti", "")).rpartition("-")[2]
    if issued.isdecimal() and expires - int(issued) > MAX_TTL:
        raise BadToken(20157, "lives too long")
    grants = payload.get("grants")
    voice = grants.get("voice") if isinstance(grants, dict) else None
    identity = grants.get("identity") if isinstance(grants, dict) else None
    if not isinstance(voice, dict) or not isinstance(identity, str) or not identity.replace("_", "").isalnum() or (
            len(identity) > 121):
        raise BadToken(20101, "no voice grant, or no identity of letters, digits and underscore")
    incoming = voice.get("incoming") or {}
    outgoing = voice.get("outgoing") or {}
    return Grant(identity, bool(incoming.get("allow")), str(outgoing.get("application_sid", "")), float(expires))
