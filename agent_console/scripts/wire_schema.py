"""Prints the JSON schema of all models of hub/wire.py, as wire.mjs turns it into TypeScript."""

import inspect
import json
import sys
from pathlib import Path
from typing import Any, Literal

from pydantic.json_schema import models_json_schema

sys.path.insert(0, str(Path(__file__).parents[2]))

from hub import (
    wire,
    wire_calls,
    wire_customers,
    wire_drafts,
    wire_mail,
    wire_messaging,
    wire_policy,
    wire_pull,
    wire_simulations,
    wire_twilio,
)
from hub.wire_base import Wire

BODIES = {"PartyIn", "MailDraft", "Sheet", "NewMailDraft", "NewTextDraft", "NewMail", "NewText", "PlaceCall",
          "TemplateUse",
          "Decide", "DecideSuggestion", "PutMailbox",
          "MailboxFields", "OAuthFields", "ImapFields", "SmtpFields", "DkimFields",
          "Login", "SetPresence", "Say", "Draft", "Decline", "WrapUp", "Park", "WaitFor", "Requeue", "Prioritise",
          "LoggedContact", "EditCustomer",
          "PutPolicyDraft", "DropPolicyDraft", "CheckPolicy", "TryPolicy", "PublishPolicy", "RestorePolicy",
          "Simulate", "PutAgentWork", "Hold", "Consult", "Supervise", "RecordingWish", "DeleteRecording",
          "CallbackOutcome", "BlockNumber", "PutMarks"}
MODULES = (wire_calls, wire_customers, wire_drafts, wire_mail, wire_messaging, wire_policy, wire_pull, wire_simulations,
           wire_twilio, wire)
Mode = Literal["validation", "serialization"]


def untitled(node: Any) -> Any:
    """Without the titles that pydantic gives every property: each would become a type of its own."""
    if isinstance(node, list):
        return [untitled(item) for item in node]
    if not isinstance(node, dict):
        return node
    return {key: untitled(value) for key, value in node.items() if key != "title" or not isinstance(value, str)}


def mode(name: str) -> Mode:
    """What we send may leave out what has a default; what the hub answers is always complete."""
    return "validation" if name in BODIES else "serialization"


def schema() -> dict[str, Any]:
    found = {name: one for module in MODULES for name, one in inspect.getmembers(module, inspect.isclass)}
    models = [model for _, model in sorted(found.items())
              if issubclass(model, Wire) and model not in (Wire, wire.Page)]
    if missing := BODIES - {model.__name__ for model in models}:
        raise SystemExit(f"hub/wire.py has no {', '.join(sorted(missing))}: correct BODIES in {__file__}")
    pages = {"PageOfCards": wire.Page[wire.Card]}
    chosen = [(model, mode(model.__name__)) for model in [*models, *pages.values()]]
    _, whole = models_json_schema(chosen, ref_template="#/$defs/{model}")
    definitions = whole["$defs"]
    definitions["PageOfCards"] = definitions.pop("Page_Card_")
    for name in definitions.keys() - BODIES:
        definitions[name]["required"] = list(definitions[name]["properties"])
    return {"type": "object", "additionalProperties": False, "$defs": untitled(definitions)}


print(json.dumps(schema()))
