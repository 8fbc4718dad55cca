"""Contacts that an agent logs by hand."""

from hub.http.endpoint import Call, Endpoint
from hub.store import cards
from hub.wire import Card, LoggedContact


async def log_contact(call: Call, body: LoggedContact) -> Card:
    return await cards.card(call.parts.pool, await call.parts.desk.log_contact(call.actor, body))


ENDPOINTS = (Endpoint("POST", "/api/contacts", log_contact, "Log a call elsewhere, a fax, a letter or a visit"),)
