"""Which pages may carry the chat."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from aiohttp import web


def is_allowed(request: web.Request, allowed: Sequence[str]) -> bool:
    """Programs send no Origin and are no danger to anybody's browser; the hub's own pages always may."""
    origin = request.headers.get("Origin")
    return origin is None or "*" in allowed or origin in allowed or urlsplit(origin).netloc == request.host


def cors_headers(request: web.Request, allowed: Sequence[str]) -> dict[str, str]:
    """Without credentials: a visitor is known by the token that the page sends itself."""
    headers: dict[str, str] = {}
    origin = request.headers.get("Origin")
    if origin is not None and is_allowed(request, allowed):
        headers["Access-Control-Allow-Origin"] = origin
        headers["Access-Control-Expose-Headers"] = "Content-Disposition, Retry-After"
    return headers


def preflight_headers() -> dict[str, str]:
    return {"Access-Control-Allow-Methods": "GET, POST", "Access-Control-Allow-Headers": "Authorization",
            "Access-Control-Max-Age": "600"}
