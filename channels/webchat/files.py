"""Files of visitors: put up before the message that carries them, shown to their visitor only."""

import asyncio
from urllib.parse import quote
from uuid import UUID

from aiohttp import BodyPartReader, web

from channels.base import File, Refused, Sink
from channels.text import storable
from channels.webchat.budget import Budget
from channels.webchat.origins import preflight_headers
from channels.webchat.problems import too_many
from channels.webchat.settings import WebChatSettings
from channels.webchat.tokens import TokenError, VisitorTokens
from channels.webchat.views import view

_CHUNK = 64 * 1024
_NAME_LENGTH = 200


class VisitorFiles:
    def __init__(self, sink: Sink, settings: WebChatSettings, tokens: VisitorTokens, uploads: Budget) -> None:
        self._sink = sink
        self._settings = settings
        self._tokens = tokens
        self._uploads = uploads

    async def preflight(self, _request: web.Request) -> web.StreamResponse:
        return web.Response(status=204, headers=preflight_headers())

    async def put_up(self, request: web.Request) -> web.StreamResponse:
        visitor = self._visitor(request)
        if (wait := self._uploads.spend(visitor)) is not None:
            raise too_many(wait)
        try:
            async with asyncio.timeout(self._settings.upload_seconds):
                file = await _file_of(request, self._settings.file_bytes)
        except TimeoutError:
            raise Refused("too_slow", 408) from None
        async with asyncio.timeout(self._settings.answer_seconds):
            kept = await self._sink.keep_file(_owner(visitor), file)
        return web.json_response(view(kept), status=201)

    async def show(self, request: web.Request) -> web.StreamResponse:
        visitor = self._visitor(request)
        try:
            file_id = UUID(request.match_info["id"])
        except ValueError:
            raise Refused("not_found", 404) from None
        async with asyncio.timeout(self._settings.answer_seconds):
            kept, content = await self._sink.file(_owner(visitor), file_id)
        how = "inline" if kept.inline else "attachment"
        return web.Response(body=content, headers={
            "Content-Type": kept.type,
            "Content-Disposition": f"{how}; filename*=UTF-8''{quote(kept.name, safe='')}",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, max-age=3600",
        })

    def _visitor(self, request: web.Request) -> UUID:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Refused("token_missing", 401)
        try:
            return self._tokens.read(token.strip())
        except TokenError as bad:
            raise Refused(bad.code, 401) from None


def _owner(visitor: UUID) -> str:
    return f"visitor:{visitor}"


async def _file_of(request: web.Request, limit: int) -> File:
    if request.content_type != "multipart/form-data":
        raise Refused("not_multipart", 415)
    try:
        parts = await request.multipart()
        async for part in parts:
            if isinstance(part, BodyPartReader) and part.name == "file":
                file = await _file_in(part, limit)
                await parts.next()  # complains when the body breaks off in the middle of the file
                return file
    except (ValueError, AssertionError, LookupError):
        raise Refused("malformed", 400) from None
    raise Refused("no_file", 422, {"file": "missing"})


async def _file_in(part: BodyPartReader, limit: int) -> File:
    content = bytearray()
    while chunk := await part.read_chunk(_CHUNK):
        content += chunk
        if len(content) > limit:
            raise Refused("too_large", 413, {"file": "too_large"})
    if not content:
        raise Refused("empty_file", 422, {"file": "empty"})
    declared_type = storable(part.headers.get("Content-Type", ""))[:_NAME_LENGTH]
    return File(_name(part.filename), declared_type, bytes(content))


def _name(name: str | None) -> str:
    """The last part of a path, for browsers that send one."""
    return storable((name or "").replace("\\", "/").rpartition("/")[2]).strip()[:_NAME_LENGTH] or "file"
