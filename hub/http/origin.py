"""Where a request comes from."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware


def client_address(request: web.Request, trusted_proxies: int) -> str:
    """The caller's address. X-Forwarded-For counts only as far as proxies of our own have written it."""
    hops = [hop.strip() for line in request.headers.getall("X-Forwarded-For", ()) for hop in line.split(",")]
    if trusted_proxies and len(hops) >= trusted_proxies:
        try:
            return str(ip_address(hops[-trusted_proxies]))
        except ValueError:
            pass
    return request.remote or "unknown"


def behind(trusted_proxies: int) -> Middleware:
    """Makes `request.remote` the caller's address for everything that comes after."""

    @web.middleware
    async def seen_through(request: web.Request, handler: Handler) -> web.StreamResponse:
        if trusted_proxies:
            request = request.clone(remote=client_address(request, trusted_proxies))
        return await handler(request)

    return seen_through


def same_origin(origin: str | None, host: str | None, public_url: str) -> bool:
    """Whether a browser's Origin is this hub's own: the public address, or the one that was asked."""
    if origin is None:  # not a browser, or a plain GET of its own page
        return True
    return origin == public_url or (bool(host) and urlsplit(origin).netloc == host)
