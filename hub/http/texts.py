"""New texts: from which number of ours, and off they go."""

from hub.http.endpoint import Call, Endpoint
from hub.store import history
from hub.wire import TouchView
from hub.wire_messaging import NewText, SenderChoice


async def write_text(call: Call, body: NewText) -> TouchView:
    touch_id, duplicate = await call.parts.new_texts.write(call.actor, body)
    call.status = 200 if duplicate else 201
    return await history.touch(call.parts.pool, touch_id)


async def text_from(call: Call) -> list[SenderChoice]:
    """Those of the agent's queues; supervisors may use all."""
    return await call.parts.new_texts.choices(call.actor)


ENDPOINTS = (
    Endpoint("POST", "/api/texts", write_text, "Text somebody; a retry with the same id answers 200", status=201),
    Endpoint("GET", "/api/texts/from", text_from, "Numbers that I may begin a text from"),
)
