"""Who is let in: the configured address and the bytes that came decide, nothing that the caller writes."""

import asyncio
from hashlib import sha256
from urllib.parse import urlencode

import aiohttp
import pytest
from structlog.testing import capture_logs
from yarl import URL

from simulator.telephony.signature import sign
from tests.channels.twilio.accounts import PUBLIC, SID, account, door

FORM = [("AccountSid", SID), ("Body", " two\r\nlines, ü 你好 "), ("Blank", ""), ("To", "+15550001000")]
URLENCODED = {"Content-Type": "application/x-www-form-urlencoded"}


async def post(base: str, path: str, body: bytes, signature: str | None, **headers: str) -> int:
    named = {**URLENCODED, **headers, **({"X-Twilio-Signature": signature} if signature is not None else {})}
    async with aiohttp.ClientSession() as client, \
               client.post(URL(base + path, encoded=True), data=body, headers=named) as answer:
        return answer.status


async def test_what_the_account_signed_is_let_in_with_all_its_fields() -> None:
    path = "/twilio/main/sms?m=a%2Fb&x="
    async with door(account()) as (base, keeper, seen):
        signed = sign("12345", PUBLIC + path, FORM)
        body = urlencode(FORM).encode()
        assert await post(base, path, body, signed, **{"I-Twilio-Idempotency-Token": "once"}) == 204
    (one,) = seen
    assert (one["Body"], one["Blank"], one["Nothing"]) == (" two\r\nlines, ü 你好 ", "", "")
    assert (one.raw, one.url, one.path, one.once) == (body, PUBLIC + path, "/twilio/main/sms", "once")
    assert (one.query["m"], one.account.sid, one.params["tail"]) == ("a/b", SID, "sms")
    assert not keeper.refused


@pytest.mark.parametrize(("path", "form", "token"), [
    ("/twilio/main/sms?m=1", FORM, "other token"),
    ("/twilio/main/sms?m=2", FORM, "12345"),  # signed for another address
    ("/twilio/main/sms?m=1", [*FORM, ("Body", "more")], "12345"),
    ("/twilio/main/sms?m=1", FORM[:-1], "12345"),
    ("/twilio/main/sms?m=1", [(n, v.strip()) for n, v in FORM], "12345"),
])
async def test_what_does_not_fit_is_turned_away_and_counted(path: str, form: list[tuple[str, str]], token: str) -> None:
    async with door(account()) as (base, keeper, seen):
        with capture_logs() as logs:
            signed = sign(token, PUBLIC + path, form)
            assert await post(base, "/twilio/main/sms?m=1", urlencode(FORM).encode(), signed) == 403
    assert (keeper.refused["main", "forged"], seen) == (1, [])
    assert [one["validated_against"] for one in logs] == [f"{PUBLIC}/twilio/main/sms"]
    assert "+1555" not in str(logs)
    assert signed not in str(logs)


async def test_the_caller_says_nothing_about_the_address() -> None:
    async with door(account()) as (base, _, seen):
        signed = sign("12345", "https://evil.example/twilio/main/sms", FORM)
        body, lies = urlencode(FORM).encode(), {"Host": "evil.example", "X-Forwarded-Host": "evil.example",
                                                "X-Forwarded-Proto": "https"}
        assert await post(base, "/twilio/main/sms", body, signed, **lies) == 403
    assert not seen


async def test_missing_signature_unknown_account_other_account_and_too_much_are_told_apart() -> None:
    url = PUBLIC + "/twilio/main/sms"
    other = [("AccountSid", "AC" + "1" * 32)]
    async with door(account()) as (base, keeper, seen):
        assert await post(base, "/twilio/main/sms", b"", None) == 403
        assert await post(base, "/twilio/other/sms", b"", "x") == 404
        assert await post(base, "/twilio/main/sms", urlencode(other).encode(), sign("12345", url, other)) == 403
        assert await post(base, "/twilio/main/sms", b"a=" + b"b" * 300_000, "x") == 413
        assert await post(base, "/twilio/main/sms", b"&".join([b"a=b"] * 2000), "x") == 403
        assert await post(base, "/twilio/main/sms", b"\xff\xfe%ff=%zz", "x") == 403
        assert not seen
    assert keeper.refused == {("main", "unsigned"): 1, ("-", "unknown_account"): 1, ("main", "other_account"): 1,
                              ("main", "too_large"): 1, ("main", "forged"): 2}


@pytest.mark.parametrize("target", ["http://other.example/twilio/main/sms", "http://a:b@c:99999/twilio/main/sms",
                                    "//[x/../twilio/main/sms", "/twilio/main/sms?a=%ED%A0%80", "/twilio/main/%ff"])
async def test_addresses_that_nobody_signs_are_refused_and_break_nothing(target: str) -> None:
    async with door(account()) as (base, _, seen):
        reader, writer = await asyncio.open_connection("127.0.0.1", int(base.rpartition(":")[2]))
        writer.write(f"POST {target} HTTP/1.1\r\nHost: x\r\nX-Twilio-Signature: x\r\nContent-Length: 3\r\n"
                     "Content-Type: application/x-www-form-urlencoded\r\n\r\na=b".encode())
        assert int((await reader.readline()).split()[1]) in (400, 403, 404)
        writer.close()
        assert not seen


async def test_get_signs_its_address_alone_and_json_its_hash() -> None:
    async with door(account()) as (base, _, seen), aiohttp.ClientSession() as client:
        path = "/twilio/main/voice?From=%2B1555&AccountSid=" + SID
        headers = {"X-Twilio-Signature": sign("12345", PUBLIC + path)}
        assert (await client.get(URL(base + path, encoded=True), headers=headers)).status == 204
        assert (seen[0]["From"], seen[0].raw) == ("+1555", path.partition("?")[2].encode())
        body = b'{"a": "\xc3\xbc"}'
        for hashed, status in ((sha256(body).hexdigest(), 204), (sha256(b"other").hexdigest(), 403)):
            path = f"/twilio/main/events?bodySHA256={hashed}"
            headers = {"X-Twilio-Signature": sign("12345", PUBLIC + path), "Content-Type": "application/json"}
            assert (await client.post(base + path, data=body, headers=headers)).status == status
        path = "/twilio/main/events"  # a body that nothing vouches for
        headers = {"X-Twilio-Signature": sign("12345", PUBLIC + path), "Content-Type": "application/json"}
        assert (await client.post(base + path, data=body, headers=headers)).status == 403


async def test_while_a_token_is_changed_both_are_good() -> None:
    async with door(account(next_token="67890")) as (base, _, seen):
        for token in ("12345", "67890"):
            signed = sign(token, PUBLIC + "/twilio/main/sms", FORM)
            assert await post(base, "/twilio/main/sms", urlencode(FORM).encode(), signed) == 204
    assert len(seen) == 2


@pytest.mark.parametrize("public", ["https://hub.example.org:8443", "https://hub.example.org/behind/a/path"])
async def test_port_and_path_of_the_public_address_belong_to_it(public: str) -> None:
    async with door(account(public_url=public)) as (base, _, _):
        signed = sign("12345", f"{public}/twilio/main/sms", FORM)
        assert await post(base, "/twilio/main/sms", urlencode(FORM).encode(), signed) == 204


def test_an_account_says_what_twilio_could_not_use() -> None:
    assert account().doubts() == []
    assert account(token="").doubts()
    assert account(api_key_sid="SK" + "0" * 32).doubts()[0].code == "no_key_secret"
    assert "cannot be reached" in account(public_url="http://127.0.0.1:8080").doubts()[0].text
    assert "without encryption" in account(public_url="http://hub.example.org").doubts()[0].text
    assert account(public_url="http://127.0.0.1:8080", api_url="http://127.0.0.1:9").doubts() == []
    assert "12345" not in repr(account())
    for wrong in ("ftp://x", "https://a_b.example", "https://x/?a", "https://u:p@x"):
        with pytest.raises(ValueError, match=r"write an address|calls no host"):
            account(api_url=wrong)
