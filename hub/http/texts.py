"""New texts: from which number of ours, and off they go."""

from hub.http.endpoint import Call, Endpoint
from hub.store import history
from hub.wire import TouchView
from hub.wire_drafts import KeptNewText, NewTextDraft, NewTextKept
from hub.wire_messaging import NewText, SenderChoice, TextStanding, TextStandingView


async def write_text(call: Call, body: NewText) -> TouchView:
    touch_id, duplicate = await call.parts.new_texts.write(call.actor, body)
    call.status = 200 if duplicate else 201
    return await history.touch(call.parts.pool, touch_id)


async def text_from(call: Call) -> list[SenderChoice]:
    """Those of the agent's queues; supervisors may use all."""
    return await call.parts.new_texts.choices(call.actor)


async def text_standing(call: Call, body: TextStanding) -> TextStandingView:
    return await call.parts.new_texts.standing(call.actor, body)


async def get_text_drafts(call: Call) -> list[KeptNewText]:
    return await call.parts.new_texts.drafts(call.actor)


async def save_text_draft(call: Call, body: NewTextDraft) -> NewTextKept:
    return await call.parts.new_texts.save_draft(call.actor, body)


ENDPOINTS = (
    Endpoint("POST", "/api/texts", write_text, "Text somebody; a retry with the same id answers 200", status=201),
    Endpoint("GET", "/api/texts/from", text_from, "Numbers that I may begin a text from"),
    Endpoint("POST", "/api/texts/standing", text_standing, "Whether somebody may be texted now, and if not, why"),
    Endpoint("GET", "/api/texts/drafts", get_text_drafts, "New texts that I am writing, a sheet for each window"),
    Endpoint("PUT", "/api/texts/draft", save_text_draft, "Keep the new text that I write; an empty one is deleted"),
)
