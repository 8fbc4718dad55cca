"""The REST API: authentication, checks by the published table, error bodies, paging; what is not here answers 501."""

import base64
import binascii
import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import orjson
from aiohttp import web
from multidict import MultiDict, MultiMapping

from simulator.telephony import api_table
from simulator.telephony.api_table import BadValue, Operation

if TYPE_CHECKING:
    from simulator.telephony.exchange import Exchange

BASE = "/2010-04-01/Accounts"
Body = dict[str, Any]
PAGING = ("PageSize", "Page", "PageToken")
# Codes by which the API names a missing parameter, where it has one of its own.
_MISSING = {("POST /Calls.json", "To"): 21201, ("POST /Calls.json", "From"): 21213,
            ("POST /Messages.json", "To"): 21604}


class ApiError(Exception):
    """An answer of the API that is an error."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message

    def body(self) -> Body:
        return {"code": self.code, "message": self.message, "status": self.status,
                "more_info": f"https://www.twilio.com/docs/errors/{self.code}"}


def not_found(what: str) -> ApiError:
    """A SID that is not known."""
    return ApiError(404, 20404, f"The requested resource {what} was not found")


@dataclass(frozen=True, slots=True)
class Ask:
    """One request, checked."""

    exchange: "Exchange"
    operation: Operation
    path: Mapping[str, str]
    query: "MultiMapping[str]"
    form: "MultiDict[str]"
    url_path: str

    def text(self, name: str, default: str = "") -> str:
        return self.form.get(name, default)

    def flag(self, name: str, default: bool = False) -> bool:
        return self.form[name].lower() == "true" if name in self.form else default

    def number(self, name: str, default: int) -> int:
        return int(self.form.get(name, default))

    def within(self, name: str, default: int, low: int, high: int) -> int:
        """A whole number in a range. Raises ApiError."""
        found = self.number(name, default)
        if not low <= found <= high:
            raise ApiError(400, 20001, f"{name} must be between {low} and {high}")
        return found

    def method(self, name: str, default: str = "POST") -> str:
        return self.form.get(name, default).upper()

    def many(self, name: str) -> list[str]:
        return self.form.getall(name, [])


Handler = Callable[[Ask], Body | None]


@dataclass(frozen=True, slots=True)
class Route:
    """What answers an operation, and which of its parameters mean something here."""

    handler: Handler
    parameters: frozenset[str] = frozenset()
    status: int = 0  # 0: the first that is described


def route(handler: Handler, parameters: str = "", status: int = 0) -> Route:
    """`parameters` are names with spaces between."""
    return Route(handler, frozenset(parameters.split()), status)


class RestApi:
    """Answers what is under /2010-04-01."""

    def __init__(self, exchange: "Exchange", routes: Mapping[str, Route]) -> None:
        self.exchange, self.routes = exchange, routes
        unknown = api_table.unknown(routes, api_table.operations())
        if unknown:
            raise ValueError(f"not in the published description: {unknown}")

    def answer(self, request: web.Request, form: "MultiDict[str]") -> web.Response:
        """One request; every outcome is an HTTP answer."""
        status, body = 500, None
        operation: Operation | None = None
        try:
            self.authenticate(request)
            operation, path = self._operation(request)
            ask = Ask(self.exchange, operation, path, request.query, form, request.path)
            found = self.routes.get(operation.key)
            if found is None:
                raise self._not_emulated(operation.key)
            self._check(ask, found)
            body = found.handler(ask)
            status = found.status or int(next(iter(operation.responses)))
            self._check_answer(operation, status, body)
        except ApiError as error:
            status, body = error.status, error.body()
        self.exchange.journal.write(
            "rest", method=request.method, path=request.path_qs, status=status,
            form={name: form.getall(name) for name in form}, code=(body or {}).get("code") if status >= 400 else None)
        if body is None:
            return web.Response(status=status)
        return web.Response(body=orjson.dumps(body), status=status, content_type="application/json")

    def error(self, error: ApiError) -> web.Response:
        """An error of the API as an answer."""
        return web.Response(body=orjson.dumps(error.body()), status=error.status, content_type="application/json")

    def authenticate(self, request: web.Request) -> None:
        """Raises `ApiError`."""
        account = self.exchange.account
        kind, _, given = request.headers.get("Authorization", "").partition(" ")
        try:
            user, _, password = base64.b64decode(given, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            user = password = ""
        secret = {account.sid: account.auth_token, account.key_sid: account.key_secret}.get(user, "")
        if kind.lower() != "basic" or not secret or not hmac.compare_digest(secret.encode(), password.encode()):
            raise ApiError(401, 20003, "Authenticate")

    def _operation(self, request: web.Request) -> tuple[Operation, dict[str, str]]:
        rest = request.path.removeprefix(BASE + "/")
        sid, _, path = rest.partition("/")
        if not request.path.startswith(BASE + "/") or not path:
            raise self._not_emulated(f"{request.method} {request.path}")
        if sid != self.exchange.account.sid:
            raise not_found(f"/Accounts/{sid}")
        found = api_table.find(request.method, "/" + path)
        if found is None:
            if any(api_table.find(method, "/" + path) for method in ("GET", "POST", "DELETE")):
                raise ApiError(405, 20004, "Method not allowed")
            raise self._not_emulated(f"{request.method} /{path}")
        return found

    def _not_emulated(self, what: str) -> ApiError:
        self.exchange.not_emulated(what)
        return ApiError(501, 0, f"not emulated: {what}")

    def _check(self, ask: Ask, found: Route) -> None:
        """Parameters against the table: what is not described or means nothing here is refused loudly."""
        for kind, given, described in (("query", ask.query, ask.operation.query),
                                       ("form", ask.form, ask.operation.form)):
            known = found.parameters | set(PAGING) if kind == "query" else found.parameters
            strange = api_table.unknown(given, described) or api_table.unknown(given, known)
            if strange:
                raise self._not_emulated(f"{kind} parameter {', '.join(strange)} of {ask.operation.key}")
            for name, value in given.items():
                self._check_value(name, value, described[name])
        for name in ask.operation.required:
            if not ask.form.get(name):
                code = _MISSING.get((ask.operation.key, name), 20001)
                raise ApiError(400, code, f"{name} is required")

    def _check_value(self, name: str, value: str, kind: str) -> None:
        if kind.startswith("array"):
            kind = kind.partition("<")[2].rstrip(">")
        try:
            api_table.check_text(kind, value)
        except BadValue as wrong:
            raise ApiError(400, 20001, f"{name} is invalid: {wrong}") from wrong

    def _check_answer(self, operation: Operation, status: int, body: Body | None) -> None:
        wrong = api_table.check_answer(operation, status, body)
        if wrong:
            self.exchange.journal.write("bug", operation=operation.key, wrong=wrong)
            self.exchange.alerts.add(0, f"the emulator would answer {operation.key} wrongly: {wrong}")
            raise ApiError(500, 20500, f"emulator: {wrong}")


def page(ask: Ask, items: Sequence[tuple[str, Body]]) -> Body:
    """One page of (SID, body) pairs, in their order. A token names the last item that was shown."""
    size, number = int(ask.query.get("PageSize", 50)), int(ask.query.get("Page", 0))
    start = number * size
    token = ask.query.get("PageToken", "")
    if token:
        sids = [sid for sid, _ in items]
        last = token.removeprefix("PA")
        if last not in sids:
            raise ApiError(400, 20001, "PageToken is invalid")
        start = sids.index(last) + 1
    shown = list(items[start: start + size])
    more = len(items) > start + size

    def uri(which: int, after: str = "") -> str:
        query = [(name, value) for name, value in ask.query.items() if name not in PAGING]
        query += [("PageSize", str(size)), ("Page", str(which))]
        return f"{ask.url_path}?{urlencode([*query, ('PageToken', 'PA' + after)] if after else query)}"

    return {api_table.plural_of(ask.operation): [body for _, body in shown], "page": number, "page_size": size,
            "start": start, "end": start + max(len(shown) - 1, 0), "uri": uri(number), "first_page_uri": uri(0),
            "next_page_uri": uri(number + 1, shown[-1][0]) if more else None,
            "previous_page_uri": uri(number - 1) if number else None}


def resource_uri(ask: Ask, *parts: str) -> str:
    """Path of a resource of the account."""
    return "/".join((BASE, ask.exchange.account.sid, *parts)) + ".json"
