"""Scripted agents: accept, answer, end and wrap up, for unattended demos, benchmarks and the crash test.

They look at the whole desk whenever something moved and do what it asks for, so that a lost event, a restart
of the hub or a second attempt never leads them astray.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from random import Random
from typing import Any
from uuid import UUID, uuid4

from simulator.pace import Pace
from simulator.record import Acknowledged, Kind, Record
from simulator.session import ProblemError, Session

LOOK_SECONDS = 5.0  # the net under the doorbell
QUIET_SECONDS = 90.0  # a customer who says nothing that long is gone, at pace 1
LINES = {
    "zh": [
        "您好，我来看看。您的订单号码是多少？", "谢谢，这是从什么时候开始的？",
        "明白了，我查一下。", "好了，现在应该没问题了。",
    ],
    "en": [
        "Hello, let me have a look. What is your order number?", "Thank you. Since when is that so?",
        "I see. One moment, please.", "This should be fine now. Anything else?",
    ],
}
NOTES = {"zh": ["已打电话给客户，问题说清楚了。"], "en": ["Called the customer back; all is clear now."]}
ANSWERED = ("webchat", "email")  # channels with a way back
Json = dict[str, Any]


class ScriptedAgent:
    """One agent. `replies` is how often it answers in one conversation before it ends it."""

    def __init__(
        self, base_url: str, login: str, password: str, *, replies: int = 8, pace: Pace | None = None,
        seed: int = 1, new_id: Callable[[], UUID] = uuid4, record: Record | None = None,
    ):
        self.record = record or Record()
        self._session = Session(base_url, login, password, self.record)
        self._replies = replies
        self._pace = pace or Pace()
        self._dice = Random(seed)
        self._new_id = new_id
        self._task: asyncio.Task[None] | None = None
        self._said: dict[str, int] = {}
        self._unsent: dict[str, Json] = {}  # a reply keeps its id until the hub has answered
        self._dispositions: dict[str, list[str]] = {}
        self.handled: list[str] = []  # ids of the interactions wrapped up

    @property
    def acknowledged(self) -> dict[UUID, Acknowledged]:
        return self.record.acknowledged

    async def start(self) -> None:
        """Returns at once; the agent logs in and works until `stop`."""
        self._task = self._task or asyncio.create_task(self._work(), name="scripted agent")

    async def stop(self) -> None:
        task, self._task = self._task, None
        if task:
            task.cancel()
            await asyncio.wait({task}, timeout=10)

    async def _work(self) -> None:
        async with self._session as session, asyncio.TaskGroup() as tasks:
            await session.log_in()
            for queue in await session.command("GET", "/api/queues"):
                self._dispositions[queue["id"]] = [each["id"] for each in queue["dispositions"]]
            tasks.create_task(session.listen())
            while True:
                await self._step()
                await self._until_moved()

    async def _until_moved(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(LOOK_SECONDS):
                await self._session.bell.wait()

    async def _step(self) -> None:
        self._session.bell.clear()
        desk = await self._session.command("GET", "/api/desk")
        if desk["me"]["presence"]["declared"] != "available":
            await self._session.command("PUT", "/api/presence", {"state": "available"})
        for card in desk["cards"]:
            try:
                await self._deal_with(card, desk["now"])
            except ProblemError as problem:  # somebody was quicker: the next look shows what to do
                self.record.troubles[f"agent: {problem}"] += 1

    async def _deal_with(self, card: Json, now: str) -> None:
        if card["state"] == "offered":
            await self._pace.pause(self._dice.uniform(1, 4))
            await self._session.command("POST", f"/api/offers/{card['offer_id']}/accept")
            self._session.bell.set()
        elif card["state"] == "active":
            await self._talk(card, now)
        elif card["state"] == "wrapping":
            await self._wrap_up(card)

    async def _talk(self, card: Json, now: str) -> None:
        item = card["id"]
        said = self._said.get(item, 0)
        if item in self._unsent or card["unread"] or not said:
            await self._reply(card, said)
        elif said >= self._replies or _seconds(card["last_at"], now) > QUIET_SECONDS * self._pace.factor + 2:
            await self._session.command("POST", f"/api/interactions/{item}/end")
            self._session.bell.set()

    async def _reply(self, card: Json, said: int) -> None:
        item = card["id"]
        if item not in self._unsent:
            text = _line(card, said)
            await self._session.command("POST", f"/api/interactions/{item}/read")
            await self._pace.type(text)
            self._unsent[item] = {"id": str(self._new_id()), "text": text}
        body, answered = self._unsent[item], card["channel"] in ANSWERED
        try:
            verb = "messages" if answered else "notes"
            await self._session.command("POST", f"/api/interactions/{item}/{verb}", body)
        finally:  # also when it is refused: the item is no longer ours
            del self._unsent[item]
        self._said[item] = said + 1 if answered else self._replies
        kind: Kind = "reply" if answered else "note"
        self.record.acknowledge(Acknowledged(UUID(body["id"]), kind, card["reference"], body["text"]))

    async def _wrap_up(self, card: Json) -> None:
        await self._pace.pause(self._dice.uniform(2, 6))
        choices = self._dispositions.get(card["queue"]) or [""]
        body = {"disposition": self._dice.choice(choices), "note": ""}
        await self._session.command("POST", f"/api/interactions/{card['id']}/wrap-up", body)
        self.handled.append(card["id"])
        self._said.pop(card["id"], None)


def _line(card: Json, said: int) -> str:
    """What is said next; where the channel has no way back, a note on what was done."""
    chinese = any("\u4e00" <= char <= "\u9fff" for char in card["last_text"])
    lines = (LINES if card["channel"] in ANSWERED else NOTES)["zh" if chinese else "en"]
    return lines[said % len(lines)]


def _seconds(earlier: str, later: str) -> float:
    return (datetime.fromisoformat(later) - datetime.fromisoformat(earlier)).total_seconds()
