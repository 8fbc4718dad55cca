"""One post on its way from the socket to what it says, with the facts that a refusal needs."""

import asyncio
import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from aiohttp import web

from channels.base import Refused
from channels.form.body import Submission, read
from channels.form.settings import FormSettings, Language
from channels.form.understand import KEY, LANGUAGE
from channels.form.words import language_of

# For all of a body, over however slow a line; and for silence in the middle of it.
BODY_SECONDS, SILENT_SECONDS = 600, 30
_KEY = re.compile(r"[!-~]{1,200}")


@dataclass(slots=True)
class Post:
    """A request to take something in. `raw` grows as it arrives, so that a refusal can show what came."""

    request: web.Request
    settings: FormSettings
    raw: bytes = b""
    submission: Submission = field(default_factory=Submission)
    understood: bool = False

    @property
    def content_type(self) -> str:
        return self.request.headers.get("Content-Type", "")

    @property
    def wants_page(self) -> bool:
        """A browser that navigates asks for HTML; a script asks for anything."""
        return "text/html" in self.request.headers.get("Accept", "")

    @property
    def language(self) -> Language:
        asked = self.request.query.get("lang") or self.submission.first(LANGUAGE)
        return language_of(asked, self.request.headers.get("Accept-Language", ""))

    async def read(self) -> None:
        """Receives and reads the body. Raises `Refused`."""
        await self._receive()
        self.must_be_allowed()
        self.submission = read(self.raw, self.content_type)
        self.understood = True

    def key(self) -> str | None:
        """The sender's own key of this post. Raises `Refused` when it cannot serve as one."""
        key = self.request.headers.get("Idempotency-Key") or self.submission.first(KEY)
        if key and not _KEY.fullmatch(key):
            raise Refused("bad_key", 400)
        return key or None

    def must_be_allowed(self) -> None:
        """Programs send no Origin; browsers do, and cannot be made to lie."""
        origin = self.request.headers.get("Origin")
        if origin is not None and not self._is_home(origin) and self.cors_origin() is None:
            raise Refused("origin", 403)

    def cors_origin(self) -> str | None:
        """The other site that this post comes from, when it is an allowed one."""
        origin = self.request.headers.get("Origin")
        allowed = self.settings.allowed_origins
        return origin if origin is not None and (origin in allowed or "*" in allowed) else None

    def _is_home(self, origin: str) -> bool:
        return urlsplit(origin).netloc == self.request.host

    async def _receive(self) -> None:
        limit = self.settings.body_limit
        if (self.request.content_length or 0) > limit:
            raise Refused("too_large", 413)
        content = self.request.content
        if content.is_eof() and content.exception() is None:  # usual: it came together with the head
            self.raw = content.read_nowait()
            return
        try:
            async with asyncio.timeout(BODY_SECONDS):
                await self._collect(limit)
        except TimeoutError:
            raise Refused("too_slow", 408) from None
        except web.RequestPayloadError:
            raise Refused("malformed", 400) from None

    async def _collect(self, limit: int) -> None:
        chunks: list[bytes] = []
        size = 0
        try:
            while size <= limit and (chunk := await self._part()):
                chunks.append(chunk)
                size += len(chunk)
        finally:
            self.raw = b"".join(chunks)
        if size > limit:
            raise Refused("too_large", 413)

    async def _part(self) -> bytes:
        async with asyncio.timeout(SILENT_SECONDS):
            return await self.request.content.readany()
