"""Describes the endpoints as OpenAPI 3.1, from the same models that validate them."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal
from uuid import UUID

from pydantic import TypeAdapter
from pydantic.json_schema import JsonSchemaMode

from hub.http.endpoint import CHANGES, COOKIE, CSRF, Endpoint
from hub.wire import Problem

REF = "#/components/schemas/{model}"
Key = tuple[int, Literal["body", "query", "answer", "problem"]]


def describe(endpoints: Sequence[Endpoint], version: str, server: str) -> dict[str, Any]:
    """The whole document, as JSON-able values."""
    schemas, definitions = _schemas(endpoints)
    paths: dict[str, dict[str, Any]] = {}
    for number, endpoint in enumerate(endpoints):
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = _operation(number, endpoint, schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Interaction Hub", "version": version,
                 "description": "Times are ISO 8601 in UTC, durations seconds. Errors are application/problem+json."},
        "servers": [{"url": server}],
        "paths": paths,
        "components": {
            "schemas": definitions,
            "securitySchemes": {
                "session": {"type": "apiKey", "in": "cookie", "name": COOKIE},
                "csrf": {"type": "apiKey", "in": "header", "name": CSRF},
            },
        },
    }


def _schemas(endpoints: Sequence[Endpoint]) -> tuple[Mapping[Key, Any], dict[str, Any]]:
    inputs: list[tuple[Key, JsonSchemaMode, TypeAdapter[Any]]] = [
        ((-1, "problem"), "serialization", TypeAdapter(Problem))]
    for number, endpoint in enumerate(endpoints):
        if endpoint.body is not None:
            inputs.append(((number, "body"), "validation", TypeAdapter(endpoint.body)))
        if endpoint.query is not None:
            inputs.append(((number, "query"), "validation", TypeAdapter(endpoint.query)))
        if endpoint.answer is not None:
            inputs.append(((number, "answer"), "serialization", endpoint.answer))
    found, document = TypeAdapter.json_schemas(inputs, ref_template=REF)
    return {key: schema for (key, _), schema in found.items()}, document.get("$defs", {})


def _operation(number: int, endpoint: Endpoint, schemas: Mapping[Key, Any]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": endpoint.handler.__name__, "summary": endpoint.summary,
        "parameters": _parameters(endpoint),
        "responses": _responses(endpoint, schemas.get((number, "answer")), schemas[(-1, "problem")]),
        "security": _security(endpoint),
    }
    if endpoint.role not in (None, "agent"):
        operation["description"] = f"Needs the role {endpoint.role}."
    if endpoint.body is not None:
        operation["requestBody"] = _content("application/json", schemas[(number, "body")]) | {"required": True}
    if endpoint.upload:
        file = {"type": "object", "required": ["file"],
                "properties": {"file": {"type": "string", "contentMediaType": "application/octet-stream"}}}
        operation["requestBody"] = _content("multipart/form-data", file) | {"required": True}
    return operation


def _parameters(endpoint: Endpoint) -> list[dict[str, Any]]:
    path = [{"name": name, "in": "path", "required": True,
             "schema": {"type": "string"} | ({"format": "uuid"} if kind is UUID else {})}
            for name, kind in endpoint.parameters.items()]
    if endpoint.query is None:
        return path
    schema = endpoint.query.model_json_schema()
    return path + [{"name": name, "in": "query", "required": name in schema.get("required", ()), "schema": one}
                   for name, one in schema["properties"].items()]


def _responses(endpoint: Endpoint, answer: Any, problem: Any) -> dict[str, Any]:
    good: dict[str, Any] = {"description": endpoint.summary}
    status = str(endpoint.status)
    if answer is not None:
        good |= _content("application/json", answer)
    elif endpoint.media:
        good |= _content(endpoint.media, {})
    else:
        status = "204"
    return {status: good, "default": {"description": "A problem"} | _content("application/problem+json", problem)}


def _security(endpoint: Endpoint) -> list[dict[str, list[str]]]:
    if endpoint.role is None:
        return []
    return [{"session": [], "csrf": []} if endpoint.method in CHANGES else {"session": []}]


def _content(media: str, schema: Any) -> dict[str, Any]:
    return {"content": {media: {"schema": schema}}}
