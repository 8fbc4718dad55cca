"""Customers who watch live: their answer, their place in the line, and that somebody types."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
import socketio

from tests.support.hub import RunningHub
from tests.support.waiting import until


class Visitor:
    """A visitor's page, with the public Socket.IO client."""

    def __init__(self) -> None:
        self.client = socketio.AsyncClient(reconnection=False)
        self.heard: list[tuple[str, Any]] = []
        self.client.on("*", self._hear, namespace="/chat")

    async def open(self, url: str) -> None:
        await self.client.connect(url, namespaces=["/chat"], transports=["websocket"], wait_timeout=10)
        await self.until("welcome")

    async def say(self, text: str) -> Any:
        body = {"id": str(uuid4()), "text": text, "name": "Mia"}
        answer = await self.client.call("message", body, namespace="/chat", timeout=10)
        assert answer["ok"], answer
        return answer

    async def until(self, event: str, wanted: Any = lambda data: True) -> Any:
        return await until(lambda: next((data for name, data in self.heard if name == event and wanted(data)), None))

    async def _hear(self, event: str, data: Any) -> None:
        self.heard.append((event, data))


@pytest.fixture
async def visitors(running_hub: RunningHub) -> AsyncIterator[list[Visitor]]:
    opened = [Visitor(), Visitor()]
    for one in opened:
        await one.open(running_hub.url)
    yield opened
    for one in opened:
        await one.client.disconnect()


async def test_talk_both_ways_with_typing(running_hub: RunningHub, visitors: list[Visitor]) -> None:
    mia = visitors[0]
    anna, ears = await running_hub.ready_agent("anna")
    await mia.say("Is anybody there?")
    card = (await ears.until("card", lambda one: one["card"] and one["card"]["offer_id"]))["card"]
    await anna.post(f"/api/offers/{card['offer_id']}/accept")
    await mia.until("standing", lambda one: one["state"] == "active" and one["agent_name"] == "Anna")

    await ears.client.emit("typing", {"interaction_id": card["id"], "on": True}, namespace="/desk")
    await mia.until("typing", lambda one: one == {"name": "Anna", "on": True})
    await mia.client.emit("typing", {"on": True}, namespace="/chat")
    await ears.until("typing", lambda one: one["interaction_id"] == card["id"] and one["on"])

    said = await anna.post(f"/api/interactions/{card['id']}/messages", {"id": str(uuid4()), "text": "Yes, I am."})
    heard = await mia.until("message", lambda one: one["message"]["direction"] == "out")
    assert heard["message"]["text"] == "Yes, I am."
    sent = await ears.until("message", lambda one: one["message_id"] == said.body["message_id"])
    assert sent["state"] == "sent"
    await mia.client.call("read", {"number": heard["message"]["number"], "mark": "read"}, namespace="/chat")
    await ears.until("message", lambda one: one["state"] == "read")


async def test_somebody_who_does_not_hold_it_cannot_be_seen_typing(
    running_hub: RunningHub, visitors: list[Visitor]
) -> None:
    mia = visitors[0]
    await mia.say("Hello")
    ben = await running_hub.person("ben")
    queued = (await ben.get("/api/interactions?state=queued")).body["items"][0]
    ears = await ben.listen()
    await ears.client.emit("typing", {"interaction_id": queued["id"], "on": True}, namespace="/desk")
    await mia.say("Still here")  # an answer later than whatever the typing could have caused
    assert [name for name, _ in mia.heard if name == "typing"] == []


async def test_the_line_moves_for_those_behind(running_hub: RunningHub, visitors: list[Visitor]) -> None:
    first, second = visitors
    await first.say("First")
    await second.say("Second")
    await second.until("standing", lambda one: one["position"] == 2)

    await first.client.call("end", {}, namespace="/chat")

    await second.until("standing", lambda one: one["position"] == 1)
