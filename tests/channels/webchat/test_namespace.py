"""The visitors' namespace over real sockets."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest
import socketio

from channels.base import Accepted, Address, Inbound, Refused
from tests.channels.webchat.stage import Stage, staged, until

FAR = "203.0.113.7"
ANY_TEXT = ("אבג \u202egnp.exe", "\U0001f469\u200d\U0001f467 \U0001f1e8\U0001f1f3", "<script>alert(1)</script>",
            "x" * 10_000, "{{7*7}}")


async def test_a_new_visitor_is_welcomed_with_a_token_and_an_empty_conversation(stage: Stage) -> None:
    page = await stage.open(language="zh-Hans")
    welcome = await page.hears("welcome")
    assert welcome["token"]
    assert welcome["language"] == "zh-Hans"
    assert welcome["conversation"] == {"standing": None, "messages": []}
    assert "code" not in welcome
    assert page.heard[0][0] == "welcome"


async def test_the_acknowledgement_says_where_the_message_is(stage: Stage) -> None:
    page, token, address = await stage.arrive()
    client_id = str(uuid4())
    answer = await page.say("Hello", client_id, name="Ann", email="Ann@Example.ORG", fields={"order": "1182"})
    [inbound] = stage.sink.inbounds
    assert inbound.addresses == (address, Address("email", "Ann@example.org"))
    assert (inbound.name, inbound.fields, inbound.continues) == ("Ann", {"order": "1182"}, True)
    assert (inbound.client_id, inbound.natural_key) == (client_id, f"{address.value}:{client_id}")
    assert answer["ok"]
    assert (answer["client_id"], answer["number"], answer["reference"]) == (client_id, 1, "R-0001")
    assert stage.address(answer["token"]) == stage.address(token)


async def test_nothing_is_acknowledged_before_it_is_kept(stage: Stage) -> None:
    page, _, _ = await stage.arrive()
    gate, take_in = asyncio.Event(), stage.sink.take_in

    async def slow(inbound: Inbound) -> Accepted:
        await gate.wait()
        return await take_in(inbound)

    stage.sink.take_in = slow  # type: ignore[method-assign]
    answer = asyncio.create_task(page.say("Hello"))
    await page.ask("resume", {"after": 0})  # a whole round trip later
    assert not answer.done()
    gate.set()
    assert (await answer)["ok"]


async def test_messages_sent_at_once_arrive_in_their_order(stage: Stage) -> None:
    page, _, _ = await stage.arrive()
    texts, gate, take_in = [str(number) for number in range(20)], asyncio.Event(), stage.sink.take_in

    async def first_one_slow(inbound: Inbound) -> Accepted:
        if inbound.text == "0":
            await gate.wait()
        return await take_in(inbound)

    stage.sink.take_in = first_one_slow  # type: ignore[method-assign]
    saying = [asyncio.create_task(page.say(text)) for text in texts]
    await page.ask("resume", {"after": 0})  # then the hub has heard them all
    gate.set()
    await asyncio.gather(*saying)
    assert [inbound.text for inbound in stage.sink.inbounds] == texts


async def test_nul_and_lone_surrogates_are_replaced_and_the_text_arrives(stage: Stage) -> None:
    page, _, _ = await stage.arrive()
    assert (await page.say("a\0b \ud83d c", name="A\0nn"))["ok"]
    [inbound] = stage.sink.inbounds
    assert (inbound.text, inbound.name) == ("a\ufffdb \ufffd c", "A\ufffdnn")


@pytest.mark.parametrize("text", ANY_TEXT)
async def test_any_text_comes_back_as_it_was(stage: Stage, text: str) -> None:
    page, token, _ = await stage.arrive()
    assert (await page.say(text))["ok"]
    other = await stage.open(token)
    assert (await other.hears("welcome"))["conversation"]["messages"][0]["text"] == text


async def test_a_visitor_comes_back_with_the_token(stage: Stage) -> None:
    page, token, address = await stage.arrive()
    await page.say("Hello")
    await page.leave()
    stage.sink.say(address, "webchat", "While you were away")
    _, again, same = await stage.arrive(token)
    assert same == address
    assert stage.address(again) == address


@pytest.mark.parametrize("token", ["forged", "a.b.c", "", "\0", "x" * 5000])
async def test_a_forged_token_makes_a_new_visitor(stage: Stage, token: str) -> None:
    _, good, address = await stage.arrive()
    page = await stage.open(token and good[:-1] + token)
    welcome = await page.hears("welcome")
    assert stage.address(welcome["token"]) != address
    assert welcome.get("code") == ("token_forged" if token else None)
    assert (await page.say("Hello"))["ok"]


async def test_an_expired_token_makes_a_new_visitor_and_says_so(stage: Stage) -> None:
    _, token, address = await stage.arrive()
    stage.clock.advance(days=181)
    page = await stage.open(token)
    welcome = await page.hears("welcome")
    assert welcome["code"] == "token_expired"
    assert stage.address(welcome["token"]) != address


async def test_each_visit_prolongs_the_token(stage: Stage) -> None:
    _, token, address = await stage.arrive()
    for _ in range(3):
        stage.clock.advance(days=170)
        _, token, same = await stage.arrive(token)
        assert same == address


async def test_an_answer_reaches_every_page_of_its_visitor_and_nobody_else(stage: Stage) -> None:
    one, token, address = await stage.arrive()
    two, _, _ = await stage.arrive(token)
    stranger, _, _ = await stage.arrive()
    await one.say("Hello")
    assert (await two.hears("message"))["message"]["text"] == "Hello"
    await stage.chat.send(stage.sink.say(address, "webchat", "Let me look."))
    for page in (one, two):
        said = (await page.hears("message", lambda event: event["message"]["direction"] == "out"))["message"]
        assert (said["text"], said["name"], said["number"], said["state"]) == ("Let me look.", "Maya", 2, "sent")
    assert stranger.all("message") == []
    assert [event["message"]["direction"] for event in one.all("message")] == ["out"]


async def test_resume_gives_what_is_missing(stage: Stage) -> None:
    page, _, address = await stage.arrive()
    await page.say("Hello")
    for text in ("One", "Two"):
        stage.sink.say(address, "webchat", text)
    answer = await page.ask("resume", {"after": 2})
    assert [said["text"] for said in answer["conversation"]["messages"]] == ["Two"]
    assert answer["conversation"]["standing"]["reference"] == "R-0001"


async def test_place_and_marks_are_told_when_they_change(stage: Stage) -> None:
    page, _, address = await stage.arrive()
    await page.say("Hello")
    assert (await page.hears("standing"))["position"] == 1
    stage.sink.stand(address, "webchat", state="active", agent_name="Maya", position=None, wait=None)
    await stage.chat.changed(address)
    await page.hears("standing", lambda told: told["agent_name"] == "Maya")
    outbound = stage.sink.say(address, "webchat", "Let me look.")
    await stage.chat.send(outbound)
    await page.ask("read", {"number": outbound.number, "mark": "read"})
    await stage.chat.changed(address)
    mark = await page.hears("mark", lambda told: told["id"] == str(outbound.message_id))
    assert (mark["number"], mark["state"]) == (2, "read")


async def test_many_changes_are_told_seldom_and_the_last_one_always(stage: Stage) -> None:
    page, _, address = await stage.arrive()
    await page.say("Hello")
    for position in range(200, 1, -1):
        stage.sink.stand(address, "webchat", position=position)
        await stage.chat.changed(address)
    await page.hears("standing", lambda told: told["position"] == 2)
    assert len(page.all("standing")) < 20


async def test_a_push_that_fails_is_made_good_by_the_next_one(stage: Stage) -> None:
    page, _, address = await stage.arrive()
    await page.say("Hello")
    await page.hears("standing")
    stage.sink.down = True
    stage.sink.stand(address, "webchat", position=7)
    await stage.chat.changed(address)
    await until(lambda: not stage.chat._push._tasks)
    stage.sink.down = False
    await stage.chat.changed(address)
    await page.hears("standing", lambda told: told["position"] == 7)


async def test_the_chat_goes_on_in_a_new_interaction_after_its_end(stage: Stage) -> None:
    page, _, _ = await stage.arrive()
    first = await page.say("Hello")
    assert await page.ask("end", {}) == {"ok": True}
    await page.hears("standing", lambda told: told["state"] == "ended")
    second = await page.say("One more thing")
    assert second["ok"]
    assert second["interaction_id"] != first["interaction_id"]
    await page.hears("standing", lambda told: told["interaction_id"] == second["interaction_id"])


async def test_typing_goes_both_ways_and_stops_with_the_last_page(stage: Stage) -> None:
    page, _, address = await stage.arrive()
    await page.ask("typing", {"on": True})
    assert stage.sink.typings == [(address, True)]
    await stage.chat.agent_typing(address, "Maya", True)
    assert await page.hears("typing") == {"name": "Maya", "on": True}
    await page.leave()
    await until(lambda: stage.sink.typings[-1] == (address, False))


@pytest.mark.parametrize(("event", "data", "code"), [
    ("shout", {}, "unknown_event"),
    ("resume", {"after": -1}, "invalid"),
    ("resume", {"after": "1"}, "invalid"),
    ("read", {"number": 1, "mark": "eaten"}, "invalid"),
    ("read", [], "invalid"),
    ("typing", {"on": "yes"}, "invalid"),
    ("trigger_event", {}, "unknown_event"),
    ("connect", {}, "unknown_event"),
    ("disconnect", {}, "unknown_event"),
])
async def test_other_nonsense_gets_a_clear_answer(stage: Stage, event: str, data: object, code: str) -> None:
    page, _, _ = await stage.arrive()
    answer = await page.ask(event, data)
    assert (answer["ok"], answer["code"]) == (False, code)
    assert answer["message"]
    assert (await page.say("Still here"))["ok"]


async def test_fields_are_named_when_wrong(stage: Stage) -> None:
    page, _, _ = await stage.arrive()
    answer = await page.say("x" * 10_001, name="A" * 501, email="ann at home")
    assert answer["fields"] == {"email": "not_an_email"}
    answer = await page.say("x" * 10_001, name="A" * 501)
    assert answer["fields"] == {"text": "too_long", "name": "too_long"}


async def test_an_unexpected_fault_is_unavailable_and_told_when_to_try_again(stage: Stage) -> None:
    page, _, _ = await stage.arrive()

    async def broken(_: object) -> None:
        raise RuntimeError("a fault of ours")

    stage.sink.take_in = broken  # type: ignore[method-assign, assignment]
    answer = await page.say("Hello")
    assert (answer["ok"], answer["code"]) == (False, "unavailable")
    assert answer["after"] > 0


async def test_a_hub_that_hangs_is_unavailable() -> None:
    async with staged(answer_seconds=0.05) as stage:
        page, _, _ = await stage.arrive()

        async def hang(_: object) -> None:
            await asyncio.Event().wait()

        stage.sink.take_in = hang  # type: ignore[method-assign, assignment]
        assert (await page.say("Hello"))["code"] == "unavailable"


async def test_the_hubs_refusal_comes_through_with_its_fields(stage: Stage) -> None:
    page, _, _ = await stage.arrive()
    stage.sink.refuse_next = Refused("unknown_file", 422, {"files": "unknown_file"})
    answer = await page.say("Hello")
    assert (answer["code"], answer["fields"]) == ("unknown_file", {"files": "unknown_file"})


async def test_a_flood_is_slowed_down_and_stands_in_the_ledger() -> None:
    async with staged(messages_per_minute=3) as stage:
        page, _, _ = await stage.arrive()
        answers = [await page.say(str(number)) for number in range(4)]
        assert [answer["ok"] for answer in answers] == [True, True, True, False]
        assert answers[3]["code"] == "too_many"
        assert answers[3]["after"] == pytest.approx(20)
        assert stage.sink.outcomes("refused")[0].reason == "too_many"
        stage.clock.advance(20)
        assert (await page.say("4"))["ok"]


async def test_connections_of_one_address_are_limited_and_counted_down() -> None:
    async with staged(connections_per_address=2, network_address=FAR) as stage:
        page, _, _ = await stage.arrive()
        await stage.arrive()
        with pytest.raises(socketio.exceptions.ConnectionError):
            await stage.open()
        await page.leave()
        await until(lambda: stage.chat._visitors.connections(FAR) == 1)
        await stage.arrive()


async def test_new_connections_of_one_address_are_limited_by_the_minute() -> None:
    async with staged(connects_per_minute=2, network_address=FAR) as stage:
        for _ in range(2):
            page, _, _ = await stage.arrive()
            await page.leave()
        with pytest.raises(socketio.exceptions.ConnectionError):
            await stage.open()
        stage.clock.advance(30)
        await stage.arrive()


async def test_a_proxy_on_this_machine_is_not_one_visitor() -> None:
    async with staged(connections_per_address=1, connects_per_minute=1) as stage:
        for _ in range(3):
            await stage.arrive()


async def test_only_allowed_pages_may_connect() -> None:
    async with staged(allowed_origins=("https://shop.example",)) as stage:
        await stage.arrive(headers={"Origin": "https://shop.example"})
        await stage.arrive(headers={"Origin": stage.base})
        with pytest.raises(socketio.exceptions.ConnectionError):
            await stage.open(headers={"Origin": "https://evil.example"})


async def test_while_the_hub_cannot_tell_the_conversation_it_tells_no_empty_one(stage: Stage) -> None:
    page, token, _ = await stage.arrive()
    await page.say("Hello")
    stage.sink.down = True
    other = await stage.open(token)
    await asyncio.wait_for(other.ask("resume", {"after": 0}), 5)
    assert other.all("welcome") == []
    stage.sink.down = False
    assert len((await other.hears("welcome"))["conversation"]["messages"]) == 1


async def test_nothing_is_remembered_of_those_who_left(stage: Stage) -> None:
    page, _, address = await stage.arrive()
    await page.say("Hello")
    await page.leave()
    visitors = stage.chat._visitors
    await until(lambda: not visitors._visits)
    assert (visitors._visitors, visitors._connections) == ({}, {})
    await stage.chat.changed(address)
    await until(lambda: not stage.chat._push._tasks)


async def test_tokens_live_as_long_as_told() -> None:
    async with staged(token_lifetime=timedelta(hours=1)) as stage:
        _, token, _ = await stage.arrive()
        stage.clock.advance(hours=2)
        page = await stage.open(token)
        assert (await page.hears("welcome"))["code"] == "token_expired"


async def test_a_huge_event_ends_its_own_connection_only(stage: Stage) -> None:
    page, token, _ = await stage.arrive()
    neighbour, _, _ = await stage.arrive()
    await page.client.emit("message", {"id": str(uuid4()), "text": "x" * 2_000_000}, namespace="/chat")
    await until(lambda: not page.client.connected)
    assert stage.sink.arrivals == []
    assert (await neighbour.say("Hello"))["ok"]
    again, _, _ = await stage.arrive(token)
    assert (await again.say("Hello"))["ok"]
