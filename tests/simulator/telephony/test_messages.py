"""SMS and WhatsApp: the ladder of states, opt-out, the window, media, replies."""

from typing import Any

import aiohttp
import pytest
from twilio.base.exceptions import TwilioRestException  # type: ignore[import-untyped]

from simulator.telephony.driver import Sim
from simulator.telephony.messages import Outcome, segments
from tests.simulator.telephony.conftest import CUSTOMER, HUB, Listener

WHO, US = "whatsapp:" + CUSTOMER, "whatsapp:" + HUB


async def refused(work: Any, status: int, code: int) -> None:
    with pytest.raises(TwilioRestException) as failed:
        await work
    assert (failed.value.status, failed.value.code) == (status, code)


@pytest.mark.parametrize(("outcome", "ladder", "code"), [
    (Outcome(), ["sent", "delivered"], None), (Outcome("read"), ["sent", "delivered", "read"], None),
    (Outcome("sent"), ["sent"], None), (Outcome("undelivered", 30005), ["sent", "undelivered"], "30005"),
    (Outcome("failed", 30007), ["failed"], "30007")])
async def test_the_ladder(sim: Sim, hub: Listener, client: Any, outcome: Outcome, ladder: list[str],
                          code: str | None) -> None:
    sim.exchange.desk.outcomes[CUSTOMER] = outcome
    made = await client.messages.create_async(to=CUSTOMER, from_=HUB, body="Hi", status_callback=hub.base + "/status")
    assert (made.status, made.direction, made.num_segments, made.error_code) == ("queued", "outbound-api", "1", None)
    await sim.advance(10)
    assert hub.events("/status", "MessageStatus") == ladder
    last = hub.of("/status")[-1]
    assert last["SmsStatus"] == ladder[-1]
    assert last.form.get("ErrorCode") == code
    found = await client.messages(made.sid).fetch_async()
    assert (found.status, found.error_code) == (ladder[-1], int(code) if code else None)
    assert hub.of("/status")[0]["MessageSid"] == made.sid


async def test_a_text_comes_in_and_is_answered(sim: Sim, hub: Listener, client: Any) -> None:
    hub.says("/sms", '<Message statusCallback="/status">Got it.</Message>')
    message = await sim.text(CUSTOMER, HUB, "Where is my order? ≠")
    asked = hub.of("/sms")[0]
    assert {name: asked[name] for name in ("MessageSid", "SmsSid", "SmsMessageSid", "From", "To", "Body", "NumMedia",
                                           "NumSegments", "SmsStatus")} == {
        "MessageSid": message.sid, "SmsSid": message.sid, "SmsMessageSid": message.sid, "From": CUSTOMER, "To": HUB,
        "Body": "Where is my order? ≠", "NumMedia": "0", "NumSegments": "1", "SmsStatus": "received"}
    await sim.advance(5)
    assert [one.body for one in sim.exchange.desk.delivered[CUSTOMER]] == ["Got it."]
    both = await client.messages.list_async()
    assert [(one.direction, one.status) for one in both] == [("outbound-reply", "delivered"), ("inbound", "received")]
    sim.invariants()


async def test_media_are_fetched_from_the_emulator(sim: Sim, hub: Listener, client: Any) -> None:
    message = await sim.text(CUSTOMER, HUB, "", (("image/png", b"PNG"), ("text/vcard", b"BEGIN")))
    asked = hub.of("/sms")[0]
    assert (asked["NumMedia"], asked["MediaContentType1"]) == ("2", "text/vcard")
    async with aiohttp.ClientSession() as session, session.get(asked["MediaUrl0"]) as answer:
        assert (answer.content_type, await answer.read()) == ("image/png", b"PNG")
    media = await client.messages(message.sid).media.list_async()
    assert [one.content_type for one in media] == ["image/png", "text/vcard"]
    assert await client.messages(message.sid).media(media[0].sid).delete_async()
    async with aiohttp.ClientSession() as session, session.get(asked["MediaUrl0"]) as answer:
        assert answer.status == 404


async def test_stop_and_start(sim: Sim, hub: Listener, client: Any) -> None:
    send = client.messages.create_async
    await sim.text(CUSTOMER, HUB, " stop ")
    assert hub.of("/sms")[0]["OptOutType"] == "STOP"
    await refused(send(to=CUSTOMER, from_=HUB, body="x"), 400, 21610)
    await sim.text(CUSTOMER, HUB, "Help")
    await refused(send(to=CUSTOMER, from_=HUB, body="x"), 400, 21610)
    await sim.text(CUSTOMER, HUB, "START")
    assert (await send(to=CUSTOMER, from_=HUB, body="x")).sid
    assert hub.of("/sms")[1]["OptOutType"] == "HELP"


async def test_the_whatsapp_window(sim: Sim, hub: Listener, client: Any) -> None:
    async def status(**more: Any) -> tuple[str, int | None]:
        made = await client.messages.create_async(to=WHO, from_=US, status_callback=hub.base + "/status", **more)
        await sim.advance(5)
        found = await client.messages(made.sid).fetch_async()
        return found.status, found.error_code

    assert await status(body="Hi") == ("failed", 63016)
    assert await status(content_sid="HX" + "0" * 32, content_variables="{}") == ("delivered", None)
    await sim.text(WHO, US, "Hello")
    assert hub.of("/sms")[0]["WaId"] == CUSTOMER[1:]
    assert await status(body="Hi") == ("delivered", None)
    await sim.advance(24 * 3600)
    assert await status(body="Hi") == ("failed", 63016)
    sim.exchange.desk.outcomes[WHO] = Outcome("read")
    await sim.text(WHO, US, "Hello")
    assert await status(body="Hi") == ("read", None)
    assert hub.of("/status")[-1]["EventType"] == "READ"


async def test_what_is_refused(sim: Sim, hub: Listener, client: Any) -> None:
    send = client.messages.create_async
    await refused(send(to=CUSTOMER, from_=HUB), 400, 21619)
    await refused(send(to="123", from_=HUB, body="x"), 400, 21211)
    await refused(send(to=CUSTOMER, from_="+15559999999", body="x"), 400, 21606)
    await refused(send(to=CUSTOMER, from_="x", body="x"), 400, 21212)
    await refused(send(to=CUSTOMER, body="x"), 400, 21603)
    await refused(send(to=CUSTOMER, from_=HUB, body="x" * 1601), 400, 21617)
    await refused(send(to=WHO, from_=HUB, body="x"), 400, 21910)
    await refused(send(to=CUSTOMER, messaging_service_sid="MG" + "0" * 32, body="x"), 400, 21701)
    await refused(send(to=CUSTOMER, from_=HUB, body="x", shorten_urls=True), 501, 0)
    assert not sim.exchange.messages


async def test_cancel_redact_delete(sim: Sim, hub: Listener, client: Any) -> None:
    made = await client.messages.create_async(to=CUSTOMER, from_=HUB, body="secret")
    await refused(client.messages(made.sid).delete_async(), 409, 20409)
    assert (await client.messages(made.sid).update_async(status="canceled")).status == "canceled"
    await sim.advance(5)
    assert (await client.messages(made.sid).fetch_async()).status == "canceled"
    assert (await client.messages(made.sid).update_async(body="")).body == ""
    assert await client.messages(made.sid).delete_async()
    await refused(client.messages(made.sid).fetch_async(), 404, 20404)


async def test_the_fallback_of_a_text(sim: Sim, hub: Listener) -> None:
    sim.exchange.numbers[HUB].sms_url = hub.says("/bad", "<Message>")
    sim.exchange.numbers[HUB].sms_fallback_url = hub.says("/spare", "<Message>Spare.</Message>")
    await sim.text(CUSTOMER, HUB, "Hi")
    await sim.advance(3)
    assert hub.of("/spare")[0]["ErrorCode"] == "12100"
    assert [one.body for one in sim.exchange.desk.delivered[CUSTOMER]] == ["Spare."]


@pytest.mark.parametrize(("body", "count"), [
    ("", 1), ("a" * 160, 1), ("a" * 161, 2), ("€" * 80, 1), ("€" * 81, 2), ("ж" * 70, 1), ("ж" * 71, 2),
    ("😀" * 35, 1), ("😀" * 36, 2), ("a" * 306, 2), ("a" * 307, 3)])
def test_segments(body: str, count: int) -> None:
    assert segments(body) == count
