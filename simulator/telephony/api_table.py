"""The published description of the API as a table: which parameters a request may carry, which keys an answer has.

A type is a word: `string?`, `integer(1..1000)`, `enum(a|b)`, `sid?(CA)`, `date?`, `uri?`, `array<string>`, ...; the
question mark says that null is allowed.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from functools import cache
from pathlib import Path
from typing import Any

import orjson

_TYPE = re.compile(r"^(?P<name>\w+)(?P<null>\??)(?:[(<:](?P<rest>.*?)[)>]?)?$")
_RANGE = re.compile(r"^(-?\d*)\.\.(-?\d*)$")
# Where the published description contradicts what it publishes as its own examples: null is allowed after all.
KNOWN_DEFECTS = frozenset({
    ("conference", "reason_conference_ended"), ("incoming_phone_number", "emergency_status"),
    ("incoming_phone_number", "emergency_address_status"),
})


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path, as published."""

    key: str  # "POST /Calls/{Sid}.json"
    query: Mapping[str, str]
    form: Mapping[str, str]
    required: tuple[str, ...]
    responses: Mapping[str, str]
    pattern: re.Pattern[str]

    @property
    def method(self) -> str:
        return self.key.partition(" ")[0]


class BadValue(ValueError):
    """A value does not fit its type."""


@cache
def _raw() -> dict[str, Any]:
    loaded: dict[str, Any] = orjson.loads((Path(__file__).parent / "api_table.json").read_bytes())
    return loaded


@cache
def operations() -> dict[str, Operation]:
    """All published operations of the part that is in the table, by "METHOD /path"."""
    found = {}
    for key, raw in _raw()["operations"].items():
        path = key.partition(" ")[2]
        pattern = re.compile("^" + re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(path)) + "$")
        found[key] = Operation(key, raw.get("query", {}), raw.get("form", {}), tuple(raw.get("required", ())),
                               raw["responses"], pattern)
    return found


def schema(name: str) -> dict[str, str]:
    """Keys and types of one resource."""
    found: dict[str, str] = _raw()["schemas"][name]
    return found


def find(method: str, path: str) -> tuple[Operation, dict[str, str]] | None:
    """The operation of a request and the values of its path; plain words win over placeholders."""
    for operation in sorted(operations().values(), key=lambda one: one.key.count("{")):
        if operation.method == method and (match := operation.pattern.match(path)):
            return operation, match.groupdict()
    return None


def check_text(kind: str, value: str) -> None:
    """Whether a form value fits its type. Raises BadValue."""
    name, rest = _split(kind)
    if name == "boolean" and value.lower() not in {"true", "false"}:
        raise BadValue("not a boolean")
    if name == "integer":
        _check_integer(value, rest)
    if name == "enum" and value not in rest.split("|"):
        raise BadValue(f"not one of {rest}")
    if name == "sid" and not re.fullmatch(f"(?:{rest})[0-9a-fA-F]{{32}}", value):
        raise BadValue("not a SID of its kind")
    if name == "uri" and value and not re.match(r"^[a-z][a-z0-9+.-]*:\S+$", value, re.I):
        raise BadValue("not an absolute URL")


def _check_integer(value: str, bounds: str) -> None:
    if not re.fullmatch(r"-?\d{1,18}", value):
        raise BadValue("not a whole number")
    match = _RANGE.match(bounds)
    low, high = match.groups() if match else ("", "")
    if (low and int(value) < int(low)) or (high and int(value) > int(high)):
        raise BadValue(f"out of {bounds}")


def _split(kind: str) -> tuple[str, str]:
    match = _TYPE.match(kind)
    assert match is not None, kind
    return match["name"], match["rest"] or ""


def check_answer(operation: Operation, status: int, body: Any) -> list[str]:
    """What in an answer contradicts the description: keys too many or missing, wrong types, unknown values."""
    kind = operation.responses.get(str(status))
    if kind is None:
        return [f"status {status} is not described"]
    if kind == "":
        return [] if body is None else ["a body where none is described"]
    if kind.startswith("page:"):
        _, plural, name = kind.split(":")
        wrong = _check_object("page", {**_raw()["page"], plural: "array<any>"}, body)
        return wrong + [line for item in body.get(plural, ()) for line in _check_object(name, schema(name), item)]
    return _check_object(kind, schema(kind), body)


def _check_object(name: str, described: Mapping[str, str], body: Mapping[str, Any]) -> list[str]:
    wrong = [f"{name}.{key} is missing" for key in described.keys() - body.keys()]
    wrong += [f"{name}.{key} is not described" for key in body.keys() - described.keys()]
    for key in described.keys() & body.keys():
        if body[key] is None and ((name, key) in KNOWN_DEFECTS or "?" in described[key] or described[key] == "any"):
            continue
        if not _fits(described[key], body[key]):
            wrong.append(f"{name}.{key} is no {described[key]}: {body[key]!r}")
    return wrong


def _fits(kind: str, value: Any) -> bool:
    name, _ = _split(kind)
    if name == "any":
        return True
    python: dict[str, type | tuple[type, ...]] = {
        "integer": int, "boolean": bool, "number": (int, float), "object": dict, "array": list}
    if name in python:
        return isinstance(value, python[name]) and (name != "integer" or not isinstance(value, bool))
    if not isinstance(value, str):
        return False
    try:
        check_text(kind if name != "uri" else "string", value)
        if name == "date":
            parsedate_to_datetime(value)
    except ValueError:
        return False
    return True


def plural_of(operation: Operation) -> str:
    """Under which key a list has its items."""
    return operation.responses["200"].split(":")[1]


def unknown(names: Iterable[str], known: Iterable[str]) -> list[str]:
    """Names that are in no table, sorted."""
    return sorted(set(names) - set(known))
