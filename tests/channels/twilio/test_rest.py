"""The REST client: what a failure means, that a create is made once, that a file has a limit."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from aiohttp import web
from aiohttp.test_utils import BaseTestServer, TestServer, unused_port

from channels.twilio.rest import FailureKind, Rest, RestFailure, TooLargeError, quoted
from tests.channels.twilio.accounts import SID, account

Reply = Callable[[web.Request], Awaitable[web.StreamResponse]]
MESSAGES = f"/2010-04-01/Accounts/{SID}/Messages.json"


class Api:
    """Answers what it is told to, and counts."""

    def __init__(self, *replies: Reply | web.Response) -> None:
        self.replies = list(replies)
        self.seen: list[web.Request] = []

    async def handle(self, request: web.Request) -> web.StreamResponse:
        await request.read()
        self.seen.append(request)
        reply = self.replies.pop(0)
        return reply if isinstance(reply, web.Response) else await reply(request)

    def server(self) -> TestServer:
        app = web.Application()
        app.router.add_route("*", "/{tail:.*}", self.handle)
        return TestServer(app)


def rest(server: BaseTestServer, **more: float) -> Rest:
    return Rest(account(api_url=str(server.make_url("")).rstrip("/")), pauses=(0.0, 0.0), **more)


def error(status: int, code: int = 0, **headers: str) -> web.Response:
    return web.json_response({"code": code, "message": "no +15551230001", "status": status}, status=status,
                             headers=headers)


async def hang_up(request: web.Request) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.close()
    return web.Response()


async def never(request: web.Request) -> web.StreamResponse:
    await asyncio.Event().wait()
    raise AssertionError


async def test_a_create_says_who_we_are_and_returns_what_was_made() -> None:
    api = Api(web.json_response({"sid": "SM1"}, status=201))
    async with api.server() as server:
        asked = rest(server)
        assert await asked.post("/Messages.json", [("MediaUrl", "a"), ("MediaUrl", "b")]) == {"sid": "SM1"}
        await asked.close()
    (seen,) = api.seen
    assert (seen.method, seen.path) == ("POST", MESSAGES)
    assert seen.headers["Authorization"].startswith("Basic ")
    assert (await seen.post()).getall("MediaUrl") == ["a", "b"]


@pytest.mark.parametrize(("reply", "kind", "code", "after"), [
    (error(400, 21211), "refused", 21211, None),
    (error(401, 20003), "log_in", 20003, None),
    (error(404, 20404), "gone", 20404, None),
    (error(429, 20429, **{"Retry-After": "7"}), "busy", 20429, 7.0),
    (error(500), "unknown", 0, None),
    (error(503, 20503), "unknown", 20503, None),
    (web.Response(status=307, headers={"Location": "http://127.0.0.1:1/"}), "unknown", 0, None),
    (web.Response(status=400, text="<html>"), "refused", 0, None),
    (hang_up, "unknown", 0, None),
    (never, "unknown", 0, None),
])
async def test_a_create_is_made_once_whatever_comes_back(
        reply: Reply | web.Response, kind: FailureKind, code: int, after: float | None) -> None:
    api = Api(reply, web.json_response({}))
    async with api.server() as server:
        asked = rest(server, answer_seconds=0.2)
        with pytest.raises(RestFailure) as caught:
            await asked.post("/Messages.json", {"To": "+1"})
        await asked.close()
    assert (caught.value.kind, caught.value.code, caught.value.after) == (kind, code, after)
    assert len(api.seen) == 1
    assert "+1555" not in str(caught.value)


async def test_nobody_there_means_that_nothing_was_done() -> None:
    asked = Rest(account(api_url=f"http://127.0.0.1:{unused_port()}"), pauses=())
    with pytest.raises(RestFailure) as caught:
        await asked.post("/Messages.json")
    assert caught.value.kind == "unreached"
    nobody = Rest(account(token=""))
    with pytest.raises(RestFailure, match="log_in"):
        await nobody.get("/Messages.json")
    await asked.close()


async def test_reading_is_tried_again_within_a_budget_and_a_refusal_is_not() -> None:
    api = Api(error(500), error(429), web.json_response({"status": "sent"}), error(404), error(500), error(500),
              error(503))
    async with api.server() as server:
        asked = rest(server)
        assert (await asked.get("/Messages/SM1.json"))["status"] == "sent"
        with pytest.raises(RestFailure, match="gone"):
            await asked.get("/Messages/SM1.json")
        with pytest.raises(RestFailure, match="unknown 503"):
            await asked.get("/Messages/SM1.json")
        await asked.close()
    assert len(api.seen) == 7


async def test_deleting_what_is_gone_is_no_failure() -> None:
    api = Api(error(404), web.Response(status=204), error(409, 20409))
    async with api.server() as server:
        asked = rest(server)
        await asked.delete("/Messages/SM1.json")
        await asked.delete("/Messages/SM1.json")
        with pytest.raises(RestFailure, match="refused 409 20409"):
            await asked.delete("/Messages/SM1.json")
        await asked.close()


async def test_an_api_key_takes_the_place_of_the_token() -> None:
    api = Api(web.json_response({}))
    async with api.server() as server:
        key = "SK" + "1" * 32
        asked = Rest(account(api_url=str(server.make_url("")).rstrip("/"), api_key_sid=key, key="hush"))
        await asked.get("/Messages.json")
        await asked.close()
    assert asked.account.login == (key, "hush")


async def test_a_file_is_fetched_within_a_limit_and_from_twilio_only() -> None:
    async def long(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse()
        await answer.prepare(request)  # says no length
        for _ in range(4):
            await answer.write(b"x" * 1000)
        return answer

    api = Api(web.Response(body=b"\x89PNG", content_type="image/png"), web.Response(body=b"x" * 3000), long,
              error(404))
    async with api.server() as server:
        asked = rest(server)
        url = str(server.make_url("/2010-04-01/Media/ME1"))
        assert await asked.load(url, 2000) == ("image/png", b"\x89PNG")
        for _ in range(2):
            with pytest.raises(TooLargeError):
                await asked.load(url, 2000)
        with pytest.raises(RestFailure, match="gone"):
            await asked.load(url, 2000)
        for elsewhere in ("http://127.0.0.1:1/x", "http://api.twilio.com/x", "file:///etc/passwd", "https://nottwilio.com",
                          "https://api.twilio.com.evil.example/", "", "::", "http://[::1"):
            with pytest.raises(RestFailure, match="refused"):
                await asked.load(elsewhere, 2000)
        await asked.close()
    assert len(api.seen) == 4


async def test_the_password_does_not_go_where_twilio_leads_to() -> None:
    elsewhere = Api(web.Response(body=b"file"))
    async with elsewhere.server() as other:
        api = Api(web.Response(status=307, headers={"Location": str(other.make_url("/file?signed"))}))
        async with api.server() as server:
            asked = rest(server)
            assert (await asked.load(str(server.make_url("/ME1")), 100))[1] == b"file"
            await asked.close()
    assert "Authorization" in api.seen[0].headers
    assert "Authorization" not in elsewhere.seen[0].headers


def test_a_step_of_a_path_stays_one() -> None:
    assert quoted("ix-1/2 3?4") == "ix-1%2F2%203%3F4"
