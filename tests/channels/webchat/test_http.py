"""The widget's script and visitors' files over real HTTP."""

import gzip
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from channels.base import FileRef
from tests.channels.webchat.stage import Stage, staged


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def test_the_script_is_compressed_and_asked_for_again_only_when_changed(tmp_path: Path) -> None:
    widget = tmp_path / "widget.js"
    widget.write_text("// version 1")
    async with staged(widget=widget) as stage:
        async with stage.http.get(f"{stage.base}/chat/widget.js") as first:
            assert first.status == 200
            assert first.headers["Content-Encoding"] == "gzip"
            assert first.content_type == "text/javascript"
            assert first.headers["Cache-Control"] == "public, max-age=300"
            assert first.headers["Vary"] == "Accept-Encoding, Origin"
            assert await first.text() == "// version 1"
            tag = first.headers["ETag"]
        async with stage.http.get(f"{stage.base}/chat/widget.js", headers={"If-None-Match": tag}) as second:
            assert second.status == 304
        async with stage.http.get(f"{stage.base}/chat/widget.js?v={tag.strip(chr(34))}") as third:
            assert "immutable" in third.headers["Cache-Control"]
        widget.write_text("// version 2, longer")
        async with stage.http.get(f"{stage.base}/chat/widget.js", headers={"If-None-Match": tag}) as fourth:
            assert (fourth.status, await fourth.text()) == (200, "// version 2, longer")


async def test_the_script_is_plain_for_those_who_cannot_unpack(tmp_path: Path) -> None:
    widget = tmp_path / "widget.js"
    widget.write_text("// plain")
    async with staged(widget=widget) as stage:
        async with stage.http.get(f"{stage.base}/chat/widget.js", headers={"Accept-Encoding": "identity"}) as got:
            assert "Content-Encoding" not in got.headers
            assert await got.read() == b"// plain"
        assert gzip.compress(b"// plain")


async def test_a_widget_that_was_not_built_is_said(tmp_path: Path) -> None:
    async with staged(widget=tmp_path / "missing.js") as stage:
        async with stage.http.get(f"{stage.base}/chat/widget.js") as got:
            assert got.status == 404
            assert "npm run build" in (await got.json())["detail"]
        findings = {check.name: check async for check in stage.chat.check()}
        assert not findings["widget"].ok
        assert findings["secret"].ok


async def test_a_short_secret_is_found() -> None:
    async with staged(secret="short") as stage:
        findings = {check.name: check async for check in stage.chat.check()}
        assert not findings["secret"].ok


async def test_a_file_goes_up_with_its_message_and_comes_back_to_its_visitor_only(stage: Stage) -> None:
    page, token, _ = await stage.arrive()
    other, _, _ = await stage.arrive(token)
    _, stranger, _ = await stage.arrive()
    status, kept = await stage.put_up(token, b"bytes", "账单 1182.txt")
    assert (status, kept["name"], kept["size"]) == (201, "账单 1182.txt", 5)
    assert (await page.say("", files=[kept["id"]]))["ok"]
    [shown] = (await other.hears("message"))["message"]["files"]
    assert shown == kept
    address = f"{stage.base}/chat/files/{kept['id']}"
    async with stage.http.get(address, headers=bearer(token)) as got:
        assert await got.read() == b"bytes"
        assert got.headers["Content-Disposition"].startswith("attachment; filename*=UTF-8''%E8%B4%A6")
        assert got.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in got.headers["Content-Security-Policy"]
        assert "private" in got.headers["Cache-Control"]
    async with stage.http.get(address, headers=bearer(stranger)) as got:
        assert (got.status, (await got.json())["code"]) == (404, "not_found")


async def test_a_picture_is_shown_inline(stage: Stage) -> None:
    _, token, address = await stage.arrive()
    picture = FileRef(uuid4(), "a.png", "image/png", 3, True)
    stage.sink.files[f"visitor:{address.value}", picture.id] = (picture, b"png")
    async with stage.http.get(f"{stage.base}/chat/files/{picture.id}", headers=bearer(token)) as got:
        assert got.content_type == "image/png"
        assert got.headers["Content-Disposition"].startswith("inline")


@pytest.mark.parametrize(("name", "kept"), [
    ("C:\\Users\\ann\\bill.pdf", "bill.pdf"), ("../../etc/passwd", "passwd"), ("x" * 300 + ".txt", "x" * 200),
])
async def test_a_name_is_only_a_name(stage: Stage, name: str, kept: str) -> None:
    _, token, _ = await stage.arrive()
    assert (await stage.put_up(token, b"bytes", name))[1]["name"] == kept


@pytest.mark.parametrize(("headers", "code"), [
    ({}, "token_missing"), ({"Authorization": "Bearer"}, "token_missing"), ({"Authorization": "Basic YTpi"},
     "token_missing"), ({"Authorization": "Bearer forged"}, "token_forged"),
])
async def test_without_a_token_nothing_goes_up_or_down(stage: Stage, headers: dict[str, str], code: str) -> None:
    for method, path in (("POST", "/chat/files"), ("GET", f"/chat/files/{uuid4()}")):
        async with stage.http.request(method, stage.base + path, headers=headers) as got:
            problem = await got.json()
            assert got.content_type == "application/problem+json"
            assert (got.status, problem["status"], problem["code"]) == (401, 401, code)


async def test_an_expired_token_opens_no_file(stage: Stage) -> None:
    _, token, _ = await stage.arrive()
    _, kept = await stage.put_up(token, b"bytes")
    stage.clock.advance(days=181)
    async with stage.http.get(f"{stage.base}/chat/files/{kept['id']}", headers=bearer(token)) as got:
        assert (got.status, (await got.json())["code"]) == (401, "token_expired")


@pytest.mark.parametrize(("body", "content_type", "status", "code"), [
    (b"{}", "application/json", 415, "not_multipart"),
    (b"nonsense", "multipart/form-data", 400, "malformed"),
    (b"nonsense", "multipart/form-data; boundary=x", 400, "malformed"),
    (b"--x\r\nContent-Disposition: form-data; name=other\r\n\r\n1\r\n--x--\r\n",
     "multipart/form-data; boundary=x", 422, "no_file"),
    (b"--x\r\nContent-Disposition: form-data; name=file; filename=a\r\n\r\n\r\n--x--\r\n",
     "multipart/form-data; boundary=x", 422, "empty_file"),
    (b"--x\r\nContent-Disposition: form-data; name=file; filename=a\r\n\r\nhalf",
     "multipart/form-data; boundary=x", 400, "malformed"),
])
async def test_a_bad_body_gets_a_clear_answer(stage: Stage, body: bytes, content_type: str, status: int,
                                              code: str) -> None:
    _, token, _ = await stage.arrive()
    async with stage.http.post(f"{stage.base}/chat/files", data=body,
                               headers={**bearer(token), "Content-Type": content_type}) as got:
        assert (got.status, (await got.json())["code"]) == (status, code)
    assert stage.sink.files == {}


async def test_a_file_may_be_as_large_as_told_and_not_larger() -> None:
    async with staged(file_bytes=1_000_000) as stage:
        _, token, _ = await stage.arrive()
        assert (await stage.put_up(token, b"x" * 1_000_000))[0] == 201
        status, problem = await stage.put_up(token, b"x" * 1_000_001)
        assert (status, problem["code"]) == (413, "too_large")


async def test_a_flood_of_files_is_slowed_down() -> None:
    async with staged(files_per_minute=1) as stage:
        _, token, _ = await stage.arrive()
        assert (await stage.put_up(token, b"1"))[0] == 201
        status, problem = await stage.put_up(token, b"2")
        assert (status, problem["code"], problem["retry_after"]) == (429, "too_many", 60)


async def test_a_hub_that_cannot_keep_it_says_so(stage: Stage) -> None:
    _, token, _ = await stage.arrive()
    stage.sink.down = True
    assert (await stage.put_up(token, b"1"))[0] == 503


async def test_nobodys_file_is_no_crash(stage: Stage) -> None:
    _, token, _ = await stage.arrive()
    for name in ("x", "..%2f..%2fetc", str(uuid4())):
        async with stage.http.get(f"{stage.base}/chat/files/{name}", headers=bearer(token)) as got:
            assert got.status == 404


@pytest.mark.parametrize(("origin", "allowed"), [("https://shop.example", True), ("https://evil.example", False)])
async def test_only_allowed_pages_may_read_answers(origin: str, allowed: bool) -> None:
    async with staged(allowed_origins=("https://shop.example",)) as stage:
        _, token, _ = await stage.arrive()
        sends: dict[str, Any] = {"headers": {"Origin": origin}}
        async with stage.http.options(f"{stage.base}/chat/files", **sends) as got:
            assert got.status == 204
            assert ("Access-Control-Allow-Origin" in got.headers) is allowed
            assert "Authorization" in got.headers["Access-Control-Allow-Headers"]
        async with stage.http.post(f"{stage.base}/chat/files", **sends) as got:
            assert (got.headers.get("Access-Control-Allow-Origin") == origin) is allowed
            assert "Access-Control-Allow-Credentials" not in got.headers
        assert (await stage.put_up(token, b"1", headers={"Origin": origin}))[0] == 201
