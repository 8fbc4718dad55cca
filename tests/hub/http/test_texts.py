"""SMS and WhatsApp through a whole hub, over the network, with the emulator in Twilio's place."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import aiohttp
import pytest

from simulator.telephony.driver import Sim, running_sim
from simulator.telephony.signature import sign
from tests.support.hub import Answer, Ears, Person, RunningHub, a_hub
from tests.support.waiting import until

ANN, OURS, PNG = "+15551230001", "+15550001000", b"\x89PNG\r\n\x1a\n" + b"x" * 50
TEMPLATES = [{"id": "ready", "name": {"en": "Order is ready"}, "content_sid": "HX" + "1" * 32,
              "text": "Hello {{1}}, your order is ready."}]


@dataclass
class Floor:
    hub: RunningHub
    sim: Sim
    agent: Person
    ears: Ears

    async def talking(self, before: str = "", body: str = "Where is my order?",
                      media: tuple[tuple[str, bytes], ...] = ()) -> str:
        """The customer has written, and the agent has taken it; the path of the interaction."""
        await self.sim.text(before + ANN, before + OURS, body, media)
        event = await self.ears.until("card", lambda one: one["card"] and one["card"]["state"] == "offered")
        assert (await self.agent.post(f"/api/offers/{event['card']['offer_id']}/accept")).status == 200
        return f"/api/interactions/{event['card']['id']}"

    async def say(self, path: str, text: str, **more: Any) -> Answer:
        return await self.agent.post(f"{path}/messages", {"id": str(uuid4()), "text": text, **more})

    async def put_up(self) -> str:
        form = aiohttp.FormData()
        form.add_field("file", PNG, filename="plan.png", content_type="image/png")
        return str((await self.agent.ask("POST", "/api/files", data=form)).body["id"])

    async def made(self, text: str) -> None:
        """Twilio has the text, and has had time to deliver it."""
        await until(lambda: any(one.body == text for one in self.sim.exchange.messages.values()))
        await self.sim.advance(10)


@pytest.fixture
async def floor(dsn: str) -> AsyncIterator[Floor]:
    async with running_sim() as sim, contextlib.AsyncExitStack() as stack:
        known = sim.exchange.account
        account = {"id": "main", "account_sid": known.sid, "api_url": sim.base_url,
                   "secrets": {"auth_token": known.auth_token}}
        senders = [{"account": "main", "number": OURS, "kind": kind, "queue": "sales"} for kind in ("sms", "whatsapp")]
        hub = await stack.enter_async_context(
            a_hub(dsn, twilio=[account], messaging={"senders": senders, "templates": TEMPLATES}))
        sim.number(OURS, sms_url=f"{hub.url}/twilio/main/messages#rc=3&rp=all")
        yield Floor(hub, sim, *await hub.ready_agent("anna"))


async def test_a_text_its_picture_and_the_answer(floor: Floor) -> None:
    path = await floor.talking(media=(("image/png", PNG),))
    assert (await floor.agent.get(path)).body["card"]["queue"] == "sales"

    async def with_file() -> Any:
        opened = (await floor.agent.get(path)).body
        return opened if opened["touches"][0]["files"] else None

    opened = await until(with_file)
    (file,) = opened["touches"][0]["files"]
    assert (file["type"], file["inline"]) == ("image/png", True)
    assert (await floor.agent.get(f"/api/files/{file['id']}")).raw == PNG
    assert opened["texting"] == {"kind": "sms", "sender": OURS, "longest": 1600, "opted_out_at": None,
                                 "free_until": None, "templates": [], "unreachable": None}
    sent = await floor.say(path, "It left today.")
    assert sent.status == 201
    await floor.made("It left today.")
    moved = await floor.ears.until("message", lambda one: one["state"] == "delivered")
    assert moved["message_id"] == sent.body["message_id"]
    floor.sim.invariants()


async def test_an_agent_sends_a_picture_and_nobody_else_gets_it(floor: Floor) -> None:
    path = await floor.talking()
    assert (await floor.say(path, "", files=[await floor.put_up()])).status == 201
    made = await until(lambda: next((one for one in floor.sim.exchange.messages.values() if one.media_urls), None))
    stranger = await floor.hub.stranger()
    assert made is not None
    url = made.media_urls[0].removeprefix(floor.hub.url)
    assert (await stranger.get(url)).raw == PNG
    assert (await stranger.get(url[:-2])).status == 404
    many = [await floor.put_up() for _ in range(11)]
    assert (await floor.say(path, "", files=many)).body["fields"] == {"files": "text_files"}


async def test_after_a_stop_nothing_is_sent_and_the_screen_says_why(floor: Floor) -> None:
    path = await floor.talking()
    await floor.sim.text(ANN, OURS, "STOP")
    refused = await floor.say(path, "But")
    assert (refused.status, refused.body["code"]) == (409, "opted_out")
    assert (await floor.agent.get(path)).body["texting"]["opted_out_at"]
    assert (await floor.say(path, "But", files=[str(uuid4())])).status == 422


async def test_whatsapp_by_template(floor: Floor) -> None:
    path = await floor.talking("whatsapp:")
    texting = (await floor.agent.get(path)).body["texting"]
    assert [one["id"] for one in texting["templates"]] == ["ready"]
    use = {"id": "ready", "variables": {"1": "Ann"}}
    wrong = await floor.say(path, "Something else", template=use)
    assert (wrong.status, wrong.body["fields"]) == (422, {"text": "not_as_agreed"})
    assert (await floor.say(path, "Hello Ann, your order is ready.", template=use)).status == 201
    await floor.ears.until("message", lambda one: one["state"] == "sent")
    (made,) = [one for one in floor.sim.exchange.messages.values() if one.direction == "outbound-api"]
    assert (made.to, made.body) == (f"whatsapp:{ANN}", "")


async def test_who_is_turned_away_is_counted_and_the_health_page_says_which_address_was_checked(floor: Floor) -> None:
    url = f"{floor.hub.url}/twilio/main/messages"
    form = {"MessageSid": "SM1", "From": ANN, "To": OURS, "Body": "Hi"}
    stranger = await floor.hub.stranger()
    for signature in (sign("another token", url, form.items()), sign(floor.sim.exchange.account.auth_token, url)):
        answer = await stranger.ask("POST", "/twilio/main/messages", data=form,
                                    headers={"X-Twilio-Signature": signature})
        assert answer.status == 403
    assert (await stranger.ask("POST", "/twilio/main/messages", data=form)).status == 403
    metrics = (await stranger.get("/metrics")).body
    assert 'hub_twilio_refused_total{account="main",reason="forged"} 2.0' in metrics
    checks = (await stranger.get("/healthz")).body["channels"]["sms"]
    assert checks[0]["detail"] == f"3 requests were turned away; the last was checked against {url}"
    assert checks[1]["detail"] == f"Twilio has to call POST {url}#rc=3&rp=all"


async def test_an_agent_texts_first_and_the_answer_comes_to_the_same_conversation(floor: Floor) -> None:
    (sms, whatsapp) = (await floor.agent.get("/api/texts/from")).body
    assert (sms["id"], sms["number"], sms["templates"]) == (f"sms:main:{OURS}", OURS, [])
    assert [one["id"] for one in whatsapp["templates"]] == ["ready"]
    body = {"id": str(uuid4()), "sender": sms["id"], "number": ANN, "text": "Your bike is ready."}
    first = await floor.agent.post("/api/texts", body)
    assert (first.status, first.body["text"]) == (201, "Your bike is ready.")
    again = await floor.agent.post("/api/texts", body)
    assert (again.status, again.body["id"]) == (200, first.body["id"])
    refused = await floor.agent.post("/api/texts", {**body, "id": str(uuid4())})
    assert (refused.status, refused.body["code"]) == (409, "open_already")
    assert refused.body["fields"] == {"interaction_id": first.body["interaction_id"]}
    await floor.made("Your bike is ready.")
    await floor.sim.text(ANN, OURS, "Thank you")
    event = await floor.ears.until("card", lambda one: one["card"] and one["card"]["state"] == "offered")
    assert event["card"]["id"] == first.body["interaction_id"]


async def test_administrators_see_what_twilio_calls(floor: Floor) -> None:
    root = await floor.hub.person("root", role="admin")
    for who, method in ((floor.agent, "GET"), (floor.agent, "POST")):
        assert (await who.ask(method, "/api/twilio" + ("/ask" if method == "POST" else ""))).status == 403
    shown = (await root.get("/api/twilio")).body
    assert [one["id"] for one in shown["accounts"]] == ["main"]
    assert shown["numbers"][0]["called"][0]["found"] is None
    (number,) = (await root.post("/api/twilio/ask")).body["numbers"]
    (called,) = number["called"]
    assert (number["kinds"], called["what"], called["ok"], called["found"]) == (
        ["sms", "whatsapp"], "sms", True, called["wanted"])
    assert floor.sim.exchange.account.auth_token not in str(shown)


async def test_a_new_text_is_kept_asked_about_and_sent_over_http(floor: Floor) -> None:
    agent, sender = floor.agent, f"sms:main:{OURS}"
    sheet = str(uuid4())
    half = {"sheet": sheet, "sender": sender, "customer_id": None, "number": "555 123", "text": "Your bike"}
    assert (await agent.put("/api/texts/draft", half)).body == {"others": []}
    (kept,) = (await agent.get("/api/texts/drafts")).body
    assert {name: kept[name] for name in half} == half
    nobody = await agent.post("/api/texts/standing", {"sender": sender, "number": "12"})
    assert nobody.body == {"number": None, "texting": None, "open": None}
    asked = await agent.post("/api/texts/standing", {"sender": sender, "number": "(555) 123-0001"})
    assert (asked.body["number"], asked.body["texting"]["kind"], asked.body["open"]) == (ANN, "sms", None)
    file = await floor.put_up()
    sent = await agent.post("/api/texts", {"id": str(uuid4()), "sender": sender, "number": ANN, "text": "Your bike.",
                                           "files": [file], "sheet": {"sheet": sheet}})
    assert sent.status == 201
    assert (await agent.get("/api/texts/drafts")).body == []
    await floor.made("Your bike.")
    (made,) = floor.sim.exchange.messages.values()
    assert len(made.media_urls) == 1
