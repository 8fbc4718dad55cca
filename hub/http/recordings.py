"""Recordings of calls and voicemails: what is known of one, its sound in parts, and who listened to it."""

from typing import Literal
from uuid import UUID

from aiohttp import web
from pydantic import Field

from hub.errors import HubError, NotFound
from hub.http.endpoint import Call, Endpoint
from hub.wire_base import Wire
from hub.wire_calls import DeleteRecording, RecordingAccess, RecordingView

PART = 8_000_000  # bytes of one answer at most; a player asks for the next part by itself


class BeyondEnd(HubError):
    """The part that was asked for lies beyond the end of the sound."""

    status, code = 416, "beyond_end"


class Take(Wire):
    take: Literal["", "along"] = Field("", description="along: as a file to keep, whole; supervisors only")


async def get_recording(call: Call, id: UUID) -> RecordingView:
    return await call.parts.recordings.view(call.actor, id)


async def get_audio(call: Call, id: UUID, query: Take) -> web.Response:
    """The whole with `take=along`; otherwise the part that the header Range asks for, as RFC 9110 section 14 has it."""
    recordings = call.parts.recordings
    view = await recordings.view(call.actor, id)
    if view.state != "stored":
        raise NotFound("There is no sound under this id: not yet, or not any more.")
    size = view.size
    if query.take:
        kind, content = await recordings.part(call.actor, id, 0, size, takes=True)
        named = f'attachment; filename="recording-{id}.{kind.rpartition("/")[2].replace("mpeg", "mp3")}"'
        return web.Response(body=content, content_type=kind, headers={**QUIET, "Content-Disposition": named})
    asked = _asked(call.request, size)
    begin, end = asked or (0, size)
    kind, content = await recordings.part(call.actor, id, begin, end - begin)
    if asked is None:
        return web.Response(body=content, content_type=kind, headers=QUIET)
    return web.Response(status=206, body=content, content_type=kind, headers={
        **QUIET, "Content-Range": f"bytes {begin}-{begin + len(content) - 1}/{size}"})


def _asked(request: web.Request, size: int) -> tuple[int, int] | None:
    """From where to where, the end not included; None: all of it. What is no range of ours is no range."""
    try:
        asked = request.http_range
    except ValueError:
        return None
    if asked.start is None:
        return None
    begin, end, _ = asked.indices(size)
    if begin >= end:
        raise BeyondEnd()
    return begin, min(end, begin + PART)


async def list_accesses(call: Call, id: UUID) -> list[RecordingAccess]:
    return await call.parts.recordings.accesses(id)


async def delete_recording(call: Call, id: UUID, body: DeleteRecording) -> None:
    await call.parts.recordings.delete(call.actor, id, body.reason)


QUIET = {"Cache-Control": "no-store", "Accept-Ranges": "bytes"}
ONE = "/api/recordings/{id}"
ENDPOINTS = (
    Endpoint("GET", ONE, get_recording, "A recording; for supervisors, and agents who were on the line"),
    Endpoint("GET", f"{ONE}/audio", get_audio, "Its sound, in parts by Range; each listening is kept",
             media="audio/wav"),
    Endpoint("GET", f"{ONE}/accesses", list_accesses, "Who listened to it, took it along or deleted it",
             role="supervisor"),
    Endpoint("POST", f"{ONE}/delete", delete_recording,
             "Delete the sound here and at the provider; that there was one, who deleted it and why stays",
             role="admin", status=204),
)
