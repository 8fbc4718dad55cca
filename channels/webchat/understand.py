"""From a visitor's event to the value that the hub takes in; the same code understands stored bytes again."""

import json
from base64 import b64encode
from datetime import datetime
from typing import Any
from uuid import UUID

from channels.base import Address, Inbound, Refused
from channels.webchat.payloads import MessagePayload, parse
from channels.webchat.settings import WebChatSettings

KIND = "webchat"
CONTENT_TYPE = "application/json"


def address_of(visitor: UUID) -> Address:
    return Address("visitor", str(visitor))


def raw_of(data: object, language: str) -> bytes:
    """The event as bytes: what the visitor sent, and the language of the page that it was sent from."""
    return json.dumps({"event": "message", "language": language, "data": data}, default=_binary).encode()


def understand(raw: bytes, visitor: UUID, at: datetime, settings: WebChatSettings) -> Inbound:
    """Raises `Refused("invalid")` that names each wrong field."""
    event = json.loads(raw)
    said = parse(MessagePayload, event["data"])
    if wrong := dict(_oversized(said, settings)):
        raise Refused("invalid", fields=wrong)
    addresses = [address_of(visitor)]
    if said.email:
        addresses.append(Address("email", said.email))
    return Inbound(
        source=KIND, natural_key=f"{visitor}:{said.id}", channel=KIND, addresses=tuple(addresses),
        text=said.text, at=at, raw=raw, content_type=CONTENT_TYPE, body=_body(said), name=said.name or None,
        language=event["language"], queue=settings.queue, fields=said.fields, file_ids=said.files,
        continues=True, client_id=str(said.id),
    )


def replay(raw: bytes, natural_key: str, at: datetime, settings: WebChatSettings) -> Inbound:
    """Understands a stored arrival again, after the parser has learnt something."""
    return understand(raw, UUID(natural_key.partition(":")[0]), at, settings)


def _binary(value: bytes) -> dict[str, str]:
    return {"base64": b64encode(value).decode()}


def _body(said: MessagePayload) -> bytes:
    """What makes two events one message: a name may be given again or not, the words may not differ."""
    return json.dumps([said.text, [str(file) for file in said.files]]).encode()


def _oversized(said: MessagePayload, settings: WebChatSettings) -> Any:
    if not said.text.strip() and not said.files:
        yield "text", "empty"
    if len(said.text) > settings.text_length:
        yield "text", "too_long"
    if len(said.files) > settings.files_per_message:
        yield "files", "too_many"
    if len(said.fields) > settings.extra_fields:
        yield "fields", "too_many"
    lines = {"name": said.name or "", "email": said.email or "", "fields": max(
        (word for pair in said.fields.items() for word in pair), key=len, default="")}
    yield from ((name, "too_long") for name, line in lines.items() if len(line) > settings.line_length)
