"""Files: what a name and some bytes really are. The declared type is kept and never trusted."""

from datetime import datetime
from uuid import UUID

import filetype

from channels.base import File
from hub.store.journal import Row, digest

# Raster pictures that a browser shows without running anything; SVG is a program and stays a download.
_PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})


def detect(content: bytes) -> str:
    """Media type by content: known signatures first, then text or unknown bytes."""
    kind = filetype.guess(content[:8192])
    if kind is not None:
        return str(kind.mime)
    head = content[:4096]
    if b"\x00" in head:
        return "application/octet-stream"
    try:
        head.decode("utf-8", "strict" if len(content) <= 4096 else "ignore")
    except UnicodeDecodeError:
        return "application/octet-stream"
    return "text/plain"


def plain_name(name: str) -> str:
    """The last part of a file name, without control characters or path, at most 200 characters."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(c for c in last if c.isprintable()).strip(". ")[:200] or "file"


def row(file: File, file_id: UUID, owner: str, now: datetime) -> Row:
    """The row of a new file; its bytes go with the blobs."""
    detected = detect(file.content)
    return {
        "id": file_id,
        "sha256": digest(file.content),
        "name": plain_name(file.name),
        "size": len(file.content),
        "declared_type": file.declared_type[:200],
        "detected_type": detected,
        "inline": detected in _PICTURES,
        "owner": owner,
        "touch_id": None,
        "created_at": now,
    }
