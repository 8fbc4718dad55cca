"""Plays a website for the form channel: real HTTP to a real server on this machine."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from uuid import UUID

from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer

from channels.base import Inbound
from channels.form import Forms, FormSettings, parse_forms
from channels.form.understand import Arrival
from tests.channels.kit.driver import Answer, Stored
from tests.channels.kit.sink import MemorySink
from tests.support.clock import FakeClock, SeededIds

SECRET = "a secret for tests, long enough to sign with"
ANN = {"name": "Ann Li", "email": "ann@example.com", "message": "My router shows no light."}

CONTACT: dict[str, object] = {
    "title": {"en": "Contact us", "zh-Hans": "联系我们"},
    "thanks": {"en": "We answer within a day.", "zh-Hans": "我们会在一天内答复。"},
    "rate_per_minute": 0,
    "fields": [
        {"name": "name", "means": "name", "required": True, "label": {"en": "Name", "zh-Hans": "姓名"}},
        {"name": "email", "type": "email", "means": "email", "required": True,
         "label": {"en": "E-mail", "zh-Hans": "电子邮箱"}},
        {"name": "phone", "type": "phone", "means": "phone", "label": {"en": "Phone", "zh-Hans": "电话"}},
        {"name": "message", "type": "textarea", "means": "message", "required": True,
         "label": {"en": "Message", "zh-Hans": "留言"}},
    ],
}
REPAIR: dict[str, object] = {
    "title": {"en": "Ask for a repair", "zh-Hans": "申请维修"},
    "rate_per_minute": 0,
    "region": "DE",
    "max_file_bytes": 100_000,
    "max_files": 2,
    "fields": [
        {"name": "phone", "type": "phone", "means": "phone", "required": True, "label": "Phone"},
        {"name": "topic", "means": "subject", "label": "Topic"},
        {"name": "device", "type": "choice", "label": "Device", "required": True,
         "choices": [{"value": "router", "label": {"en": "Router", "zh-Hans": "路由器"}}, "other"]},
        {"name": "bought", "type": "date", "label": "Bought on"},
        {"name": "price", "type": "number", "label": "Price paid"},
        {"name": "photo", "type": "file", "label": "Photo",
         "hint": {"en": "A picture of the lights", "zh-Hans": "指示灯的照片"}},
        {"name": "agree", "type": "checkbox", "required": True,
         "label": {"en": "You may call me", "zh-Hans": "可以给我打电话"}},
    ],
}


def form(base: Mapping[str, object] = CONTACT, **changes: object) -> FormSettings:
    """A form like `base` but for `changes`."""
    return parse_forms({"contact": {**base, **changes}})["contact"]


class Website:
    """A driver for the kit, and all that the tests of this channel need."""

    def __init__(self, settings: FormSettings) -> None:
        self.sink = MemorySink()
        self.clock = FakeClock()
        self.channel = Forms(self.sink, {"contact": settings}, self.clock, SeededIds(self.clock), SECRET)
        self.app = web.Application()
        for route in self.channel.routes():
            self.app.router.add_route(route.method, route.path, route.handler)
        self.client: TestClient[web.Request, web.Application]

    async def post(self, body: object = None, path: str = "/forms/contact",
                   **options: object) -> ClientResponse:
        """A dict goes as JSON; bytes go as they are, as JSON unless a header says otherwise."""
        headers = {"Content-Type": "application/json", **options.pop("headers", {})}  # type: ignore[dict-item]
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return await self.client.post(path, data=data, headers=headers, **options)  # type: ignore[arg-type]

    # --- what the kit asks for ---

    async def deliver(self, key: UUID, text: str) -> Answer:
        response = await self.post({**ANN, "message": text}, headers={"Idempotency-Key": str(key)})
        return await answer_of(response)

    async def deliver_malformed(self) -> Mapping[str, Answer]:
        return {what: await answer_of(await self.post(body, headers={"Content-Type": content_type}))
                for what, (content_type, body, _) in MALFORMED.items()}

    def replay(self, stored: Stored) -> Inbound:
        arrival = Arrival(stored.natural_key, stored.at, stored.raw, stored.content_type)
        return self.channel.replay(stored.source, arrival)


@asynccontextmanager
async def website(settings: FormSettings) -> AsyncIterator[Website]:
    """A running website with one form, at /forms/contact."""
    site = Website(settings)
    async with TestClient(TestServer(site.app)) as site.client:
        yield site


async def answer_of(response: ClientResponse) -> Answer:
    body = json.loads(await response.read())
    if response.status == 202:
        return Answer(True, status=202, reference=body["reference"])
    return Answer(False, body["code"], response.status, fields=body["fields"], after=body["retry_after"])


def _but(old: bytes, new: bytes) -> bytes:
    """A good post but for one thing."""
    good = json.dumps({**ANN, "extra": {"a": 1}}).encode()
    assert old in good
    return good.replace(old, new)


# What is wrong with it -> content type, body, and the code that it is refused with.
MALFORMED: Mapping[str, tuple[str, bytes, str]] = {
    "no JSON": ("application/json", b"name=Ann", "malformed"),
    "half of it": ("application/json", _but(b"}}", b""), "malformed"),
    "nothing": ("application/json", b"", "malformed"),
    "a list": ("application/json", b"[%s]" % json.dumps(ANN).encode(), "malformed"),
    "deeply nested": ("application/json", _but(b"1", b"[" * 50_000 + b"]" * 50_000), "malformed"),
    "NaN": ("application/json", _but(b"1", b"NaN"), "malformed"),
    "infinity": ("application/json", _but(b"1", b"-Infinity"), "malformed"),
    "a name twice": ("application/json", _but(b"{", b'{"name": "Bob", '), "duplicate_name"),
    "a name twice, inside": ("application/json", _but(b'{"a": 1', b'{"a": 1, "a": 2'), "duplicate_name"),
    "invalid UTF-8": ("application/json", _but(b"router", b"\xff"), "not_utf8"),
    "too many members": ("application/json", json.dumps({f"n{i}": i for i in range(501)}).encode(),
                         "too_many_values"),
    "huge": ("application/json", _but(b"router", b"a" * 300_000), "too_large"),
    "empty object": ("application/json", b"{}", "invalid"),
    "no type": ("", json.dumps(ANN).encode(), "wrong_type"),
    "another type": ("text/plain", json.dumps(ANN).encode(), "wrong_type"),
    "no such character set": ("application/json; charset=klingon", json.dumps(ANN).encode(), "wrong_charset"),
    "a codec that is no character set": ("application/json; charset=idna", json.dumps(ANN).encode(), "wrong_charset"),
    "not in its character set": ("application/json; charset=gbk", _but(b"router", b"\xff"), "wrong_charset"),
    "invalid UTF-8 in percent signs": ("application/x-www-form-urlencoded", b"name=%ff&email=a%40b.co",
                                       "not_utf8"),
    "too many pairs": ("application/x-www-form-urlencoded", b"&".join(b"a=1" for _ in range(600)),
                       "too_many_values"),
    "no pair": ("application/x-www-form-urlencoded", b"&&", "malformed_urlencoded"),
    "no boundary": ("multipart/form-data", b"--x\r\n", "malformed_multipart"),
    "another boundary": ("multipart/form-data; boundary=y", b"--x\r\n\r\n--x--", "malformed_multipart"),
    "multipart cut short": ("multipart/form-data; boundary=x",
                            b'--x\r\nContent-Disposition: form-data; name="name"\r\n\r\nAnn', "malformed_multipart"),
}

