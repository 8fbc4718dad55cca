"""The widget's script: one file, compressed once, asked for again only when it has changed."""

import gzip
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from aiohttp import ETag, web

from channels.base import Refused


@dataclass(frozen=True, slots=True)
class _Built:
    changed: float
    plain: bytes
    compressed: bytes
    tag: str


class WidgetScript:
    """Reads the file when it is first asked for and after it was built anew."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._built: _Built | None = None

    @property
    def size(self) -> int:
        """Bytes over the wire. Raises `Refused("not_built")`."""
        return len(self._latest().compressed)

    async def show(self, request: web.Request) -> web.StreamResponse:
        """A name with `?v=` of this very content may be kept for ever, the bare name for five minutes."""
        built = self._latest()
        lasting = request.query.get("v") == built.tag
        response = web.Response(headers={
            "Cache-Control": "public, max-age=31536000, immutable" if lasting else "public, max-age=300",
            "Cross-Origin-Resource-Policy": "cross-origin", "X-Content-Type-Options": "nosniff",
            "Vary": "Accept-Encoding",
        }, content_type="text/javascript", charset="utf-8")
        response.etag = ETag(built.tag)
        if any(known.value in (built.tag, "*") for known in request.if_none_match or ()):
            response.set_status(304)
            return response
        _fill(response, built, "gzip" in request.headers.get("Accept-Encoding", ""))
        return response

    def _latest(self) -> _Built:
        try:
            changed = self._path.stat().st_mtime
            if self._built is None or self._built.changed != changed:
                self._built = _read(self._path, changed)
        except FileNotFoundError:
            raise Refused("not_built", 404) from None
        return self._built


def _read(path: Path, changed: float) -> _Built:
    plain = path.read_bytes()
    return _Built(changed, plain, gzip.compress(plain, 9, mtime=0), sha256(plain).hexdigest()[:20])


def _fill(response: web.Response, built: _Built, compressed: bool) -> None:
    response.body = built.compressed if compressed else built.plain
    if compressed:
        response.headers["Content-Encoding"] = "gzip"
