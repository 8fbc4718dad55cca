"""The signature under every webhook: HMAC-SHA1 with the account's token over the URL and the sorted form."""

import hashlib
import hmac
from base64 import b64encode
from collections.abc import Iterable
from urllib.parse import urlsplit, urlunsplit

HEADER = "X-Twilio-Signature"


def signed_url(url: str, port: str = "keep") -> str:
    """What is signed of a URL: without fragment and user information; `port` is "keep" or "drop".

    The text is cut, never rebuilt, so that percent-encoding and letter case stay as configured.
    """
    bare = url.partition("#")[0]
    scheme, separator, rest = bare.partition("://")
    authority_end = min((at for at in map(rest.find, "/?") if at >= 0), default=len(rest))
    authority, tail = rest[:authority_end], rest[authority_end:]
    authority = authority.rpartition("@")[2]
    if port == "drop" and not authority.endswith("]"):
        authority = authority.rpartition(":")[0] or authority
    return scheme + separator + authority + tail


def without_user(url: str) -> tuple[str, tuple[str, str] | None]:
    """The URL to connect to, without fragment and credentials, and the credentials if there were any."""
    parts = urlsplit(url)
    who = (parts.username or "", parts.password or "") if parts.username is not None else None
    netloc = parts.netloc.rpartition("@")[2]
    return urlunsplit((parts.scheme, netloc, parts.path, parts.query, "")), who


def sign(token: str, url: str, form: Iterable[tuple[str, str]] = ()) -> str:
    """Base64 of the HMAC; a repeated key counts once per different value, values sorted."""
    text = url + "".join(name + value for name, value in sorted(set(form)))
    return b64encode(hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()).decode()
