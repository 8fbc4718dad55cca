"""Webhooks are judged by the vendor's own RequestValidator; retries, fallback and limits by what arrives."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]

from simulator.telephony.clock import Busyness, VirtualClock
from simulator.telephony.journal import Alerts, Journal
from simulator.telephony.overrides import BadOverride, read_overrides
from simulator.telephony.sids import SidFactory
from simulator.telephony.signature import sign, signed_url
from simulator.telephony.webhooks import Mischief, SenderOptions, Undelivered, Webhook, WebhookSender
from tests.simulator.telephony.conftest import Listener

TOKEN = "12345"
PARAMS = (("CallSid", "CA1"), ("From", "+14158675310"), ("Body", "naïve & blank "), ("Empty", ""))


@pytest.fixture
async def sender() -> AsyncIterator[WebhookSender]:
    busy = Busyness()
    clock = VirtualClock(busy)
    journal = Journal(clock.elapsed)
    made = WebhookSender(SenderOptions(TOKEN), clock, busy, SidFactory(1), journal, Alerts(journal, clock.elapsed))
    yield made
    await made.close()


def judge(listener: Listener, number: int = -1, base: str = "") -> bool:
    seen = listener.seen[number]
    form = seen.form if seen.method == "POST" else {}
    validator = RequestValidator(TOKEN)
    return bool(validator.validate((base or listener.base) + seen.path, form, seen.headers["X-Twilio-Signature"]))


def test_the_golden_vector() -> None:
    form = {"CallSid": "CA1234567890ABCDE", "Caller": "+14158675310", "Digits": "1234", "From": "+14158675310",
            "To": "+18005551212"}
    url = "https://example.com/myapp.php?foo=1&bar=2"
    assert sign(TOKEN, url, form.items()) == "L/OH5YylLD5NRKLltdqwSvS0BnU="
    assert RequestValidator(TOKEN).validate(url, form, sign(TOKEN, url, form.items()))


@given(st.dictionaries(st.text("abAB19_", min_size=1), st.text(st.characters(codec="utf-8")), max_size=5))
def test_any_form_is_signed_as_the_validator_reads_it(form: dict[str, str]) -> None:
    url = "https://example.com/x?y=%C3%BC"
    assert RequestValidator(TOKEN).validate(url, form, sign(TOKEN, url, form.items()))


def test_what_is_signed_of_a_url() -> None:
    assert signed_url("https://u:p%40@Ex.org:8443/a%2Fb?c=%20#rc=2") == "https://Ex.org:8443/a%2Fb?c=%20"
    assert signed_url("https://ex.org:8443/a", "drop") == "https://ex.org/a"
    assert signed_url("https://ex.org?a=1", "drop") == "https://ex.org?a=1"


async def test_post_is_valid_and_complete(sender: WebhookSender, listener: Listener) -> None:
    url = listener.base + "/in/%C3%BC?x=a%20b&y=#rc=2&rp=all"
    answer = await sender.deliver(Webhook(url, "POST", (*PARAMS, ("Twice", "b"), ("Twice", "a")), "twiml"))
    assert answer.status == 204
    seen = listener.seen[0]
    assert judge(listener)
    assert seen.path == "/in/%C3%BC?x=a%20b&y="
    assert seen.form["Body"] == "naïve & blank "
    assert seen.form.getall("Twice") == ["b", "a"]
    assert seen.headers["User-Agent"] == "TwilioProxy/1.1"
    assert seen.headers["I-Twilio-Idempotency-Token"].count("-") == 4


async def test_get_signs_the_url_with_its_query(sender: WebhookSender, listener: Listener) -> None:
    await sender.deliver(Webhook(listener.base + "/hold?a=1", "GET", PARAMS, "twiml"))
    assert listener.seen[0].path.startswith("/hold?a=1&CallSid=CA1&From=%2B14158675310")
    assert judge(listener)


async def test_public_address_is_signed_while_another_is_reached(sender: WebhookSender, listener: Listener) -> None:
    sender.options.reach = {"https://hub.example.com": listener.base}
    await sender.deliver(Webhook("https://hub.example.com/voice?x=1", "POST", PARAMS, "twiml"))
    assert listener.seen[0].path == "/voice?x=1"
    assert judge(listener, base="https://hub.example.com")


async def test_faults_of_the_signature_are_refused_by_the_validator(sender: WebhookSender, listener: Listener) -> None:
    for mischief in (Mischief(bad_signature=True), Mischief(wrong_port=True), Mischief(old_token=True)):
        sender.mischief = lambda _, m=mischief: m  # type: ignore[misc]
        await sender.deliver(Webhook(listener.base + "/", "POST", PARAMS, "twiml"))
        assert not judge(listener)


async def test_retries_carry_the_same_token_and_only_what_the_policy_names(
        sender: WebhookSender, listener: Listener) -> None:
    async def broken(_: web.Request) -> web.Response:
        return web.Response(status=503, text="later")

    listener.replies["/broken"] = broken
    for fragment, attempts in (("", 1), ("#rc=3", 1), ("#rc=3&rp=5xx", 4), ("#rc=0&rp=all", 1), ("#rp=4xx,5xx", 2)):
        listener.seen.clear()
        with pytest.raises(Undelivered) as failed:
            await sender.deliver(Webhook(listener.base + "/broken" + fragment, "POST", PARAMS, "twiml"))
        assert (failed.value.code, failed.value.response) == (11200, "later")
        assert len(listener.seen) == attempts
        assert len({seen.headers["I-Twilio-Idempotency-Token"] for seen in listener.seen}) == 1


async def test_a_refused_connection_is_tried_twice_and_alerted(sender: WebhookSender) -> None:
    closed = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port = closed.sockets[0].getsockname()[1]
    closed.close()
    await closed.wait_closed()
    sender.notify(Webhook(f"http://127.0.0.1:{port}/x", "POST", PARAMS, "call_status", resource="CA1"))
    await sender.busy.settle()
    assert len(sender._journal.of("webhook")) == 2
    assert [(alert.code, alert.resource) for alert in sender._alerts.all] == [(11205, "CA1")]


async def test_a_slow_hub_is_cut_off(sender: WebhookSender, listener: Listener) -> None:
    never = asyncio.Event()

    async def hang(_: web.Request) -> web.Response:
        await never.wait()
        return web.Response()

    listener.replies["/slow"] = hang
    with pytest.raises(Undelivered, match="no answer in time"):
        await sender.deliver(Webhook(listener.base + "/slow#rt=100", "POST", PARAMS, "twiml"))
    never.set()


async def test_redirects_turn_post_into_get_and_lose_the_form(sender: WebhookSender, listener: Listener) -> None:
    async def moved(_: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": "/there?x=1"})

    async def loop(_: web.Request) -> web.Response:
        return web.Response(status=301, headers={"Location": "/loop"})

    listener.replies.update({"/here": moved, "/loop": loop})
    answer = await sender.deliver(Webhook(listener.base + "/here", "POST", PARAMS, "twiml"))
    assert (answer.method, answer.url) == ("GET", listener.base + "/there?x=1")
    assert [seen.method for seen in listener.seen] == ["POST", "GET"]
    assert judge(listener)
    with pytest.raises(Undelivered) as failed:
        await sender.deliver(Webhook(listener.base + "/loop", "POST", PARAMS, "twiml"))
    assert failed.value.code == 11215
    assert len(listener.seen) == 2 + 11


async def test_credentials_of_the_url_come_only_after_a_401(sender: WebhookSender, listener: Listener) -> None:
    async def locked(request: web.Request) -> web.Response:
        if "Authorization" in request.headers:
            return web.Response(text="in")
        return web.Response(status=401, headers={"WWW-Authenticate": 'Basic realm="hub"'})

    listener.replies["/x"] = locked
    url = listener.base.replace("http://", "http://user:pass@") + "/x"
    assert (await sender.deliver(Webhook(url, "POST", PARAMS, "twiml"))).body == b"in"
    assert ["Authorization" in seen.headers for seen in listener.seen] == [False, True]
    assert judge(listener)


async def test_cookies_are_kept_for_one_call(sender: WebhookSender, listener: Listener) -> None:
    async def cookie(_: web.Request) -> web.Response:
        return web.Response(headers={"Set-Cookie": "a=1; Path=/"})

    listener.replies["/x"] = cookie
    jar: dict[str, str] = {}
    for cookies in (jar, jar, {}):
        await sender.deliver(Webhook(listener.base + "/x", "POST", PARAMS, "twiml", cookies=cookies))
    assert [seen.headers.get("Cookie") for seen in listener.seen] == [None, "a=1", None]


async def test_too_long_answers_and_strange_places(sender: WebhookSender, listener: Listener) -> None:
    async def long(_: web.Request) -> web.Response:
        return web.Response(body=b"x" * 65_537)

    listener.replies["/long"] = long
    for url, code in ((listener.base + "/long", 11750), ("http://example.com/", 11205), ("ftp://localhost/", 11100),
                      ("http://a_b.localhost/", 11100), (listener.base + "/x#rc=9", 11100)):
        with pytest.raises(Undelivered) as failed:
            await sender.deliver(Webhook(url, "POST", PARAMS, "twiml"))
        assert failed.value.code == code, url


async def test_a_lost_answer_is_asked_for_again_and_a_copy_is_the_same_request(
        sender: WebhookSender, listener: Listener) -> None:
    sender.mischief = lambda _: Mischief(fail_after=True, copies=1, gap=2.0)
    await sender.deliver(Webhook(listener.base + "/x", "POST", PARAMS, "twiml"))
    assert len(listener.seen) == 2
    assert isinstance(sender.clock, VirtualClock)
    await sender.clock.advance(2)
    assert len(listener.seen) == 3
    assert len({seen.headers["I-Twilio-Idempotency-Token"] for seen in listener.seen}) == 1


def test_overrides_out_of_range() -> None:
    for fragment in ("rc=6", "rc=-1", "ct=99", "rt=15001", "rp=6xx", "zz=1"):
        with pytest.raises(BadOverride):
            read_overrides("http://localhost/#" + fragment)
    assert read_overrides("http://localhost/#ct=100&rp=all&sni=y").rp == {"ct", "rt", "4xx", "5xx"}
