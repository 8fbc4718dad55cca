"""Every endpoint of the hub itself; channels bring their own ways in."""

from importlib.metadata import version

from hub.http import (
    callbacks,
    callers,
    calls,
    contacts,
    customers,
    desk,
    escalation,
    files,
    floor,
    health,
    interactions,
    mail,
    mailboxes,
    messages,
    policy,
    quarantine,
    recordings,
    session,
    simulations,
    texts,
    twilio,
)
from hub.http.endpoint import Call, Endpoint
from hub.http.openapi import describe


async def get_openapi(call: Call) -> dict[str, object]:
    return describe(ENDPOINTS, version("interaction-hub"), call.parts.settings.public_url)


ENDPOINTS: tuple[Endpoint, ...] = (
    *session.ENDPOINTS, *desk.ENDPOINTS, *interactions.ENDPOINTS, *escalation.ENDPOINTS, *messages.ENDPOINTS,
    *calls.ENDPOINTS, *recordings.ENDPOINTS, *callbacks.ENDPOINTS, *callers.ENDPOINTS, *customers.ENDPOINTS,
    *contacts.ENDPOINTS, *mail.ENDPOINTS, *texts.ENDPOINTS, *mailboxes.ENDPOINTS, *quarantine.ENDPOINTS,
    *policy.ENDPOINTS, *simulations.ENDPOINTS, *files.ENDPOINTS, *floor.ENDPOINTS, *twilio.ENDPOINTS, *health.ENDPOINTS,
    Endpoint("GET", "/api/openapi.json", get_openapi, "This description, as OpenAPI 3.1", role=None),
)
