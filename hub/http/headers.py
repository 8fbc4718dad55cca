"""Headers that tell browsers what this hub's pages may never do."""

from collections.abc import Awaitable, Callable

from aiohttp import web

from channels.twilio.account import API
from hub.config import Settings

STRICT = "; ".join((
    "default-src 'none'", "script-src 'self'", "style-src 'self'{nonce}", "img-src 'self' data: blob:",
    "font-src 'self'", "frame-src 'self'", "connect-src 'self' {socket}", "media-src 'self' mediastream:",
    "manifest-src 'self'", "base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'",
))


# What Twilio's Voice SDK in a browser speaks to.
VOICE_SDK = ("wss://voice-js.roaming.twilio.com", "https://eventgw.twilio.com", "https://media.twiliocdn.com",
             "https://sdk.twilio.com")


def _softphones(settings: Settings) -> list[str]:
    """Where softphones connect to; nothing where no account can have one."""
    found: set[str] = set()
    for account in settings.twilio:
        if account.api_key_sid:
            found.update(VOICE_SDK if account.api_url == API else (account.api_url.replace("http", "ws", 1),))
    return sorted(found)


# Of a response whose page may add style sheets that carry this word.
NONCE = web.ResponseKey("style-nonce", str)


def secure(settings: Settings) -> Callable[[web.Request, web.StreamResponse], Awaitable[None]]:
    """A signal handler for `on_response_prepare`. A handler's own headers win: it knows its page."""
    softphones = _softphones(settings)
    socket = " ".join((settings.public_url.replace("http", "ws", 1), *softphones))
    microphone = "(self)" if softphones else "()"
    always = {
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Permissions-Policy": f"camera=(), geolocation=(), microphone={microphone}, payment=()",
        "Cross-Origin-Opener-Policy": "same-origin",
    }
    if settings.https:
        always["Strict-Transport-Security"] = "max-age=31536000"

    async def prepare(request: web.Request, response: web.StreamResponse) -> None:
        nonce = f" 'nonce-{response[NONCE]}'" if NONCE in response else ""
        response.headers.setdefault("Content-Security-Policy", STRICT.format(socket=socket, nonce=nonce))
        for name, value in always.items():
            response.headers.setdefault(name, value)
        embedded = request.path.startswith(("/chat/", "/socket.io"))
        response.headers.setdefault("Cross-Origin-Resource-Policy", "cross-origin" if embedded else "same-origin")
        if request.path.startswith("/api/"):
            response.headers.setdefault("Cache-Control", "no-store")
        response.headers.pop("Server", None)

    return prepare
