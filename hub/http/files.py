"""Files that agents put up and look at."""

import asyncio
from urllib.parse import quote
from uuid import UUID

from aiohttp import BodyPartReader, web

from channels.base import File
from hub.errors import Invalid
from hub.http.body import TooLarge, TooSlow, WrongType, clean
from hub.http.endpoint import Call, Endpoint
from hub.store import files
from hub.wire import FileView

UPLOAD_LIMIT = 300.0  # seconds for one file


async def put_file(call: Call) -> FileView:
    """Keeps the one multipart field `file`; it may be attached by whoever put it up."""
    if call.request.content_type != "multipart/form-data":
        raise WrongType("Send the file as multipart/form-data, in a field named `file`.")
    try:
        async with asyncio.timeout(UPLOAD_LIMIT):
            file = await _read(call.request, call.parts.settings.limits.file_bytes)
    except TimeoutError as late:
        raise TooSlow from late
    kept = await call.parts.intake.keep_file(f"agent:{call.actor.id}", file)
    return FileView(id=kept.id, name=kept.name, type=kept.type, size=kept.size, inline=kept.inline)


async def get_file(call: Call, id: UUID) -> web.Response:
    """Only pictures known to be harmless are shown; anything else is downloaded and never run by the browser."""
    ref, content = await files.content(call.parts.pool, call.actor, id)
    return served(ref.name, ref.type, content, inline=ref.inline)


def served(name: str, kind: str, content: bytes, *, inline: bool) -> web.Response:
    how = "inline" if inline else "attachment"
    return web.Response(body=content, content_type=kind if inline else "application/octet-stream", headers={
        "Content-Disposition": f"{how}; filename*=UTF-8''{quote(name, safe='')}",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": "private, max-age=86400, immutable",
    })


async def _read(request: web.Request, limit: int) -> File:
    try:
        async for part in await request.multipart():
            if isinstance(part, BodyPartReader) and part.name == "file":
                declared = part.headers.get("Content-Type", "application/octet-stream")
                return File(str(clean(part.filename or "file"))[:255], declared[:255], await _bounded(part, limit))
    except ValueError as broken:
        raise Invalid("The multipart body is broken.") from broken
    raise Invalid("There is no field `file`.", fields={"file": "missing"})


async def _bounded(part: BodyPartReader, limit: int) -> bytes:
    content = bytearray()
    while chunk := await part.read_chunk(65_536):
        content += chunk
        if len(content) > limit:
            raise TooLarge(f"A file may have {limit} bytes at most.")
    return bytes(content)


ENDPOINTS = (
    Endpoint("POST", "/api/files", put_file, "Put up a file, to attach it afterwards", upload=True),
    Endpoint("GET", "/api/files/{id}", get_file, "A file's bytes", media="application/octet-stream"),
)
