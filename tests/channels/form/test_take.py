"""POST /forms/<form>, as programs and other sites use it."""

import asyncio
import json
import re
from collections.abc import AsyncIterator

import pytest
from aiohttp import FormData

from channels.base import Address, Refused, Spam
from channels.form import post
from tests.channels.form.driver import ANN, MALFORMED, REPAIR, Website, answer_of, form, website
from tests.channels.kit.suite import stored

URLENCODED = {"Content-Type": "application/x-www-form-urlencoded"}
KEY = {"Idempotency-Key": "order-1182"}


@pytest.fixture
async def site() -> AsyncIterator[Website]:
    async with website(form()) as opened:
        yield opened


@pytest.fixture
async def repair() -> AsyncIterator[Website]:
    async with website(form(REPAIR)) as opened:
        yield opened


def upload(**files: bytes) -> FormData:
    data = FormData({"phone": "030 901820", "device": "router", "agree": "true"})
    for name, content in files.items():
        data.add_field("photo", content, filename=f"{name}.png", content_type="image/png")
    return data


# --- what is taken ---


async def test_json_is_answered_with_a_reference(site: Website) -> None:
    response = await site.post({**ANN, "phone": "+44 20 7946 0958"})
    assert response.status == 202
    assert response.content_type == "application/json"
    [kept] = site.sink.kept.values()
    assert await response.json() == {
        "reference": kept.accepted.reference, "id": str(kept.accepted.interaction_id)}
    inbound = kept.inbound
    assert inbound.addresses == (Address("email", "ann@example.com"), Address("phone", "+442079460958"))
    assert (inbound.source, inbound.queue, inbound.subject) == ("form:contact", None, "Contact us")
    assert (inbound.name, inbound.text) == ("Ann Li", ANN["message"])
    assert inbound.fields == {"Name": "Ann Li", "E-mail": "ann@example.com", "Phone": "+44 20 7946 0958"}
    assert inbound.at == site.clock()


async def test_urlencoded_is_taken_too(site: Website) -> None:
    response = await site.client.post("/forms/contact", data=ANN)
    assert response.status == 202
    [inbound] = site.sink.inbounds
    assert inbound.content_type.startswith("application/x-www-form-urlencoded")
    assert inbound.text == ANN["message"]


async def test_files_come_with_the_contact_and_their_type_is_only_a_claim(repair: Website) -> None:
    response = await repair.client.post("/forms/contact", data=upload(lights=b"MZ\x90 a program"))
    assert response.status == 202, await response.text()
    [inbound] = repair.sink.inbounds
    [file] = inbound.files
    assert (file.name, file.declared_type, file.content) == ("lights.png", "image/png", b"MZ\x90 a program")
    assert inbound.text == "Phone: 030 901820\nDevice: router\nYou may call me: yes"
    assert inbound.addresses == (Address("phone", "+4930901820"),)


async def test_unknown_fields_are_shown_and_nobody_writes_over_a_label(site: Website) -> None:
    extra = {"order": 1182, "tags": ["a", "b"], "nested": {"x": [1]}, "Name": "a stranger", "": "no name"}
    await site.post({**ANN, **extra})
    [inbound] = site.sink.inbounds
    assert inbound.fields == {
        "Name": "Ann Li", "E-mail": "ann@example.com", "order": "1182", "tags": "a, b",
        "nested": '{"x": ["1"]}', "Name +": "a stranger", "": "no name"}
    assert json.loads(inbound.raw)["order"] == 1182


async def test_unknown_files_are_kept(site: Website) -> None:
    data = FormData(ANN)
    data.add_field("cv", b"%PDF", filename="cv.pdf")
    assert (await site.client.post("/forms/contact", data=data)).status == 202
    [inbound] = site.sink.inbounds
    assert [file.name for file in inbound.files] == ["cv.pdf"]


@pytest.mark.parametrize("text", [
    "<script>alert(1)</script>", "'; DROP TABLE x; --", "{{ 7 * 7 }}", "שלום \u202eabc", "👩‍👩‍👧‍👦 🇨🇳",
    "路由器没有灯", "a" * 9_999, "line\none",
])
async def test_any_text_arrives_as_it_was_written(site: Website, text: str) -> None:
    assert (await site.post({**ANN, "message": text})).status == 202
    assert site.sink.inbounds[0].text == text


async def test_what_the_database_cannot_hold_is_replaced_and_the_raw_bytes_are_not(site: Website) -> None:
    body = b'{"name": "A\\u0000nn", "email": "ann@example.com", "message": "\\ud800 no light", "x\\u0000": "y"}'
    assert (await site.post(body)).status == 202
    [inbound] = site.sink.inbounds
    assert (inbound.name, inbound.text) == ("A\ufffdnn", "\ufffd no light")
    assert inbound.fields["x\ufffd"] == "y"
    assert inbound.raw == body


async def test_a_retry_by_multipart_is_known_by_its_parts(repair: Website) -> None:
    first = await repair.client.post("/forms/contact", data=upload(a=b"1"), headers=KEY)
    second = await repair.client.post("/forms/contact", data=upload(a=b"1"), headers=KEY)
    other = await repair.client.post("/forms/contact", data=upload(a=b"2"), headers=KEY)
    assert await first.json() == await second.json()
    assert other.status == 409


async def test_without_a_key_every_post_is_its_own(site: Website) -> None:
    await site.post(ANN)
    await site.post(ANN)
    assert len(site.sink.inbounds) == 2


async def test_the_customers_language_is_what_the_page_spoke(site: Website) -> None:
    await site.post({**ANN, "_language": "zh-Hans"})
    await site.post({**ANN, "_language": "tlh"})
    assert [inbound.language for inbound in site.sink.inbounds] == ["zh-Hans", None]


# --- what is refused ---


@pytest.mark.parametrize("what", MALFORMED)
async def test_what_cannot_be_read_is_told_apart(site: Website, what: str) -> None:
    content_type, body, code = MALFORMED[what]
    answer = await answer_of(await site.post(body, headers={"Content-Type": content_type}))
    assert answer.code == code
    [arrival] = site.sink.outcomes("refused")
    assert (arrival.source, arrival.reason, arrival.content_type) == ("form:contact", code, content_type)
    assert arrival.raw == (b"" if code == "too_large" else body[:64 * 1024])


@pytest.mark.parametrize(("changes", "field", "english", "chinese"), [
    ({"email": "ann"}, "email", "like ann@example.com", "电子邮箱"),
    ({"phone": "12"}, "phone", "country code", "国家代码"),
    ({"message": " "}, "message", "Fill this in", "请填写"),
    ({"name": "a" * 10_000}, "name", "at most 200 characters", "200 个字符"),
    ({"message": "a" * 10_001}, "message", "at most 10000 characters", "10000 个字符"),
    ({"name": {"first": "Ann"}, "email": []}, "email", "Fill this in", "请填写"),
])
async def test_a_wrong_field_is_named_in_the_callers_language(
        site: Website, changes: dict[str, object], field: str, english: str, chinese: str) -> None:
    for language, told in (("en-GB", english), ("zh-CN", chinese)):
        response = await site.post({**ANN, **changes}, headers={"Accept-Language": language})
        assert response.status == 422
        assert response.content_type == "application/problem+json"
        problem = await response.json()
        assert problem["code"] == "invalid"
        assert told in problem["fields"][field]
        assert set(problem["fields"]) == {field}
    assert site.sink.inbounds == []


async def test_all_wrong_fields_are_named_at_once(repair: Website) -> None:
    problem = await (await repair.post({"device": "toaster", "bought": "soon", "price": "NaN"})).json()
    assert set(problem["fields"]) == {"phone", "device", "bought", "price", "agree"}


async def test_files_too_large_or_too_many_are_named(repair: Website) -> None:
    large = await repair.client.post("/forms/contact", data=upload(a=b"x" * 100_001))
    assert "0.0954 MB" in (await large.json())["fields"]["photo"]
    many = await repair.client.post("/forms/contact", data=upload(a=b"1", b=b"2", c=b"3"))
    assert "at most 2 files" in (await many.json())["fields"]["photo"]


async def test_a_required_file_cannot_be_left_out() -> None:
    fields = [{"name": "cv", "label": "CV", "type": "file", "required": True}]
    async with website(form(fields=fields)) as site:
        problem = await (await site.client.post("/forms/contact", data={"a": "b"})).json()
        assert problem["fields"] == {"cv": "Fill this in."}


async def test_an_unknown_form_is_404_and_one_line_in_the_ledger(site: Website) -> None:
    for path in ("/forms/nothing", "/forms/none-either"):
        answer = await answer_of(await site.post(ANN, path))
        assert (answer.status, answer.code) == (404, "unknown_form")
    assert {(a.source, a.reason) for a in site.sink.arrivals} == {("form", "unknown_form")}


async def test_broken_multipart_is_answered_in_words_about_multipart(site: Website) -> None:
    for language, told in (("en", "boundary"), ("zh-CN", "须以结束 boundary 收尾")):
        headers = {"Content-Type": "multipart/form-data; boundary=x", "Accept-Language": language}
        problem = await (await site.client.post("/forms/contact", data=b"--x\r\n", headers=headers)).json()
        assert problem["code"] == "malformed_multipart"
        assert told in problem["detail"]
        assert "JSON" not in problem["detail"]


async def test_whoever_guesses_forms_is_slowed_down_and_the_real_ones_stay_open(site: Website) -> None:
    answers = [await site.post(ANN, f"/forms/guess-{number}") for number in range(31)]
    assert [answer.status for answer in answers] == [404] * 30 + [429]
    assert answers[-1].headers["Retry-After"] == "2"
    assert (await site.post(ANN)).status == 202
    site.clock.advance(2)
    assert (await site.post(ANN, "/forms/guess")).status == 404


async def test_too_much_is_413_before_it_is_read(site: Website) -> None:
    response = await site.post(b"x" * 300_000)
    assert response.status == 413
    assert "262144 bytes" in (await response.json())["detail"]
    assert site.sink.outcomes("refused")[0].raw == b""


async def test_too_much_in_chunks_of_unknown_length_is_413(site: Website) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b"a" * 10_000

    headers = {"Content-Type": "application/json"}
    response = await site.client.post("/forms/contact", data=endless(), headers=headers)
    assert (await answer_of(response)).status == 413
    [arrival] = site.sink.outcomes("refused")
    assert len(arrival.raw) == 64 * 1024


async def test_a_sender_who_falls_silent_is_told_so(site: Website, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(post, "SILENT_SECONDS", 0.05)
    reader, writer = await asyncio.open_connection(site.client.host, site.client.port)
    writer.write(b"POST /forms/contact HTTP/1.1\r\nHost: hub\r\nContent-Length: 99\r\n\r\n{")
    async with asyncio.timeout(10):
        head = await reader.readuntil(b"\r\n")
    writer.close()
    assert b" 408 " in head
    assert [(a.reason, a.raw) for a in site.sink.outcomes("refused")] == [("too_slow", b"{")]


async def test_a_sender_who_hangs_up_leaves_nothing_behind(site: Website) -> None:
    _, writer = await asyncio.open_connection(site.client.host, site.client.port)
    writer.write(b"POST /forms/contact HTTP/1.1\r\nHost: hub\r\nContent-Length: 99\r\n\r\n{")
    writer.close()
    await writer.wait_closed()
    assert (await site.post(ANN)).status == 202
    assert len(site.sink.inbounds) == 1


async def test_a_body_that_is_not_what_its_encoding_says_is_refused(site: Website) -> None:
    answer = await answer_of(await site.post(b"no gzip", headers={"Content-Encoding": "gzip"}))
    assert answer.status == 400


@pytest.mark.parametrize("key", ["a b", "ключ", "k" * 201])
async def test_a_key_that_cannot_serve_is_refused(site: Website, key: str) -> None:
    answer = await answer_of(await site.post({**ANN, "_key": key}))
    assert (answer.status, answer.code) == (400, "bad_key")


async def test_the_trap_catches_machines(site: Website) -> None:
    answer = await answer_of(await site.post({**ANN, "_website": "https://spam.example"}))
    assert (answer.status, answer.code) == (422, "spam")
    [arrival] = site.sink.outcomes("refused")
    assert (arrival.source, arrival.reason) == ("form:contact", "spam")
    assert b"spam.example" in arrival.raw


async def test_what_looks_like_spam_is_taken_and_marked_where_the_form_says_so() -> None:
    async with website(form(spam="mark")) as site:
        page = await (await site.client.get("/forms/contact")).text()
        rendered = re.search(r'name="_rendered" value="([^"]+)"', page)
        assert rendered
        posts = [{**ANN, "_website": "https://spam.example"}, {**ANN, "_rendered": rendered[1]}, ANN]
        assert [(await site.post(one)).status for one in posts] == [202, 202, 202]
        assert [one.inbound.spam for one in site.sink.kept.values()] == [
            Spam("sure", "trap"), Spam("suspected", "too_quick"), None]


@pytest.mark.parametrize("token", ["x", "WyJjb250YWN0IiwxXQ.forged", "\ufffd", "a.b.c"])
async def test_a_forged_page_is_refused(site: Website, token: str) -> None:
    answer = await answer_of(await site.post({**ANN, "_rendered": token}))
    assert (answer.status, answer.code) == (422, "stale_page")


async def test_the_pace_of_one_address_is_limited() -> None:
    async with website(form(rate_per_minute=2)) as site:
        answers = [await site.post(ANN) for _ in range(3)]
        assert [answer.status for answer in answers] == [202, 202, 429]
        assert answers[2].headers["Retry-After"] == "30"
        assert "30 seconds" in (await answers[2].json())["detail"]
        site.clock.advance(30)
        assert (await site.post(ANN)).status == 202


# --- other sites ---

ELSEWHERE = {"Origin": "https://www.example.com"}


async def test_a_site_that_is_not_allowed_is_refused_and_its_words_are_in_the_ledger(site: Website) -> None:
    for origin in ("https://evil.example", "null", "https://www.example.com.evil.example"):
        response = await site.post(ANN, headers={"Origin": origin})
        assert response.status == 403
        assert "Access-Control-Allow-Origin" not in response.headers
    assert json.loads(site.sink.outcomes("refused")[0].raw) == ANN


async def test_the_hubs_own_page_is_at_home(site: Website) -> None:
    home = f"http://{site.client.host}:{site.client.port}"
    assert (await site.post(ANN, headers={"Origin": home})).status == 202


async def test_an_allowed_site_may_post_and_read_every_answer() -> None:
    async with website(form(allowed_origins=["https://www.example.com"])) as site:
        asked = await site.client.options("/forms/contact", headers={
            **ELSEWHERE, "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "content-type, idempotency-key"})
        assert asked.status == 204
        assert "Idempotency-Key" in asked.headers["Access-Control-Allow-Headers"]
        for body, status in ((ANN, 202), ({}, 422)):
            response = await site.post(body, headers=ELSEWHERE)
            assert response.status == status
            assert response.headers["Access-Control-Allow-Origin"] == ELSEWHERE["Origin"]
            assert response.headers["Vary"] == "Origin"


async def test_asking_first_from_a_site_that_is_not_allowed_is_refused(site: Website) -> None:
    assert (await site.client.options("/forms/contact", headers=ELSEWHERE)).status == 403
    assert (await site.client.options("/forms/nothing", headers=ELSEWHERE)).status == 404


async def test_every_site_may_post_where_the_configuration_says_so() -> None:
    async with website(form(allowed_origins=["*"])) as site:
        response = await site.post(ANN, headers={"Origin": "null"})
        assert response.status == 202
        assert response.headers["Access-Control-Allow-Origin"] == "null"


# --- the hub ---


async def test_a_ledger_that_cannot_be_written_makes_the_refusal_a_503(site: Website) -> None:
    site.sink.down = True
    for body, path in ((b"{", "/forms/contact"), (b"{}", "/forms/nothing")):
        response = await site.post(body, path)
        assert response.status == 503
        assert response.headers["Retry-After"] == "5"


async def test_what_the_hub_refuses_about_a_field_is_told(site: Website) -> None:
    site.sink.refuse_next = Refused("unknown_file", 422, {"files": "unknown_file"})
    problem = await (await site.post(ANN)).json()
    assert problem["fields"] == {"files": "This was not taken."}
    assert "unknown_file" in problem["detail"]


async def test_what_was_said_is_read_again_from_bytes_of_every_type(repair: Website) -> None:
    await repair.client.post("/forms/contact", data=upload(a=b"1"))
    await repair.client.post("/forms/contact", data={"phone": "030 901820", "device": "other", "agree": "on"})
    for inbound in repair.sink.inbounds:
        assert repair.replay(stored(inbound)) == inbound
