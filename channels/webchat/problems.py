"""Refusals in words: what was wrong and what to do. The codes are stable, the words may improve."""

from collections.abc import Mapping
from typing import Any

from channels.base import Refused

TRY_AGAIN_SECONDS = 5.0
WORDS: Mapping[str, str] = {
    "invalid": "The named fields are wrong. Correct them and send again, with the same id.",
    "conflict": "This id was used before for another message. Use a new one.",
    "too_many": "That was too much in too short a time. Wait for the given seconds and send again.",
    "too_many_connections": "This address has too many open connections. Close some, or try again later.",
    "origin_not_allowed": "This page may not carry the chat. Its origin must be among the allowed origins.",
    "unavailable": "The hub cannot keep anything right now. Send again soon, with the same id.",
    "unknown_event": "There is no such event. Known are message, resume, read, typing and end.",
    "unknown_file": "A file named here does not exist or belongs to somebody else. Put it up again.",
    "not_connected": "This connection is closed. Connect again.",
    "token_missing": "A visitor token is needed: Authorization: Bearer <token of the welcome event>.",
    "token_forged": "This is no token of this hub. Connect without a token to get one.",
    "token_expired": "The token is too old. Connect without a token to get a new one.",
    "not_multipart": "Send the file as multipart/form-data, in a field named `file`.",
    "malformed": "The body is no well-formed multipart/form-data.",
    "no_file": "There is no field named `file` in the body.",
    "empty_file": "The file is empty.",
    "too_large": "The file is larger than permitted.",
    "too_slow": "The file did not arrive in time. Try again on a better network.",
    "not_found": "There is no such file, or it belongs to somebody else.",
    "not_built": "The widget has not been built: npm run build in channels/webchat/widget.",
}


def refusal(refused: Refused) -> dict[str, Any]:
    """What a visitor's event is answered with when it was not taken."""
    answer: dict[str, Any] = {"ok": False, "code": refused.code, "message": words(refused)}
    if refused.fields:
        answer["fields"] = dict(refused.fields)
    if refused.after is not None:
        answer["after"] = refused.after
    return answer


def words(refused: Refused) -> str:
    return WORDS.get(refused.code, f"The hub does not take this: {refused.code}.")


def too_many(after: float) -> Refused:
    return Refused("too_many", 429, after=round(after, 3))


def unavailable() -> Refused:
    return Refused("unavailable", 503, after=TRY_AGAIN_SECONDS)
