"""Reads what a caller sent and makes it safe to keep, or says exactly what is wrong with it."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any, NoReturn, TypeVar

from aiohttp import web
from pydantic import BaseModel

from channels.text import storable
from hub.errors import HubError

M = TypeVar("M", bound=BaseModel)
BODY_LIMIT = 30.0  # seconds for a whole JSON body


class InvalidJson(HubError):
    """The body is not valid JSON."""

    status, code = 400, "invalid_json"


class WrongType(HubError):
    """Send the body as application/json."""

    status, code = 415, "wrong_type"


class TooSlow(HubError):
    """The body did not arrive in time. Send it again."""

    status, code = 408, "too_slow"


class TooLarge(HubError):
    """The body is larger than the limit. Send less."""

    status, code = 413, "too_large"


async def read_json(request: web.Request, model: type[M], limit: int) -> M:
    """The body as `model`. Raises `WrongType`, `TooLarge`, `InvalidJson` with the place, or `ValidationError`."""
    if request.content_type != "application/json":
        raise WrongType
    return model.model_validate(parse(await _bounded(request, limit)))


def read_query(request: web.Request, model: type[M]) -> M:
    """The query string as `model`; a key that stands several times becomes a list where the model wants one."""
    known = model.model_fields
    values: dict[str, Any] = {}
    for key in request.query:
        many = request.query.getall(key)
        values[key] = many if key in known and "tuple" in str(known[key].annotation) else many[-1]
    return model.model_validate(clean(values))


def parse(raw: bytes) -> Any:
    """JSON text (UTF-8) as values; refuses NaN and the like, and nesting without end."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidJson(f"The body is not UTF-8: byte {error.start} does not fit.") from error
    try:
        return clean(json.loads(text, parse_constant=_no_constant))
    except json.JSONDecodeError as error:
        raise InvalidJson(f"{error.msg} at line {error.lineno}, column {error.colno}.") from error
    except RecursionError as error:
        raise InvalidJson("The body is nested too deeply.") from error
    except ValueError as error:  # a number of thousands of digits
        raise InvalidJson("The body holds a number that is too long.") from error


def clean(value: Any) -> Any:
    """The same value with U+FFFD for what PostgreSQL's text cannot hold: NUL and lone surrogates."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, list):
        return [clean(item) for item in value]
    if isinstance(value, Mapping):
        return {storable(str(key)): clean(item) for key, item in value.items()}
    return value


def _no_constant(name: str) -> NoReturn:
    raise InvalidJson(f"{name} is no JSON number.")


async def _bounded(request: web.Request, limit: int) -> bytes:
    if (request.content_length or 0) > limit:
        raise TooLarge(f"The body may have {limit} bytes at most.")
    raw = bytearray()
    try:
        async with asyncio.timeout(BODY_LIMIT):
            async for chunk in request.content.iter_chunked(65_536):
                raw += chunk
                if len(raw) > limit:
                    raise TooLarge(f"The body may have {limit} bytes at most.")
    except TimeoutError as late:
        raise TooSlow from late
    return bytes(raw)
