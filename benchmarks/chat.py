"""A chat message from the visitor's socket to the agent's, durable before delivery, beside a bare relay."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import aiohttp
import socketio

from benchmarks.figures import Line, quantile
from benchmarks.stage import PASSWORD, Running, Stage, hub, peer

ROUNDS, MESSAGES, LIMIT = 4, 150, 20.0
Send = Callable[[str], Awaitable[object]]


class Ear:
    """Waits until the other side has heard a text."""

    def __init__(self) -> None:
        self._text = ""
        self._heard = asyncio.Event()

    def hear(self, text: str | None) -> None:
        if text == self._text:
            self._heard.set()

    async def time(self, send: Send, text: str) -> float:
        """Seconds from sending until it is heard."""
        self._text = text
        self._heard.clear()
        begin = time.perf_counter()
        async with asyncio.timeout(LIMIT):
            await send(text)
            await self._heard.wait()
        return time.perf_counter() - begin


async def measure(on: Stage) -> list[Line]:
    ours: list[float] = []
    theirs: list[float] = []
    async with peer(on, "relay") as relay, hub(on) as running, _relayed(relay) as bare, _conversation(running) as real:
        for number in range(ROUNDS + 1):  # turn by turn; the first turn warms up
            for total, (ear, send) in ((theirs, bare), (ours, real)):
                times = [await ear.time(send, f"turn {number}, message {n}") for n in range(MESSAGES)]
                total.extend(times if number else [])
    p50, p99 = (quantile(ours, q) / quantile(theirs, q) for q in (0.5, 0.99))
    return [
        Line("chat message, visitor to agent, p50, ms", _ms(ours, 0.5), _ms(theirs, 0.5), f"{p50:.2f}", "<= 2.00",
             p50 <= 2),
        Line("  its p99, ms", _ms(ours, 0.99), _ms(theirs, 0.99), f"{p99:.2f}", "<= 3.00", p99 <= 3),
    ]


def _ms(times: list[float], q: float) -> str:
    return f"{quantile(times, q) * 1000:.2f}"


@asynccontextmanager
async def _relayed(relay: Running) -> AsyncIterator[tuple[Ear, Send]]:
    speaker, listener, ear = socketio.AsyncClient(), socketio.AsyncClient(), Ear()
    listener.on("said", ear.hear)
    for client in (speaker, listener):
        await client.connect(relay.url, transports=["websocket"], wait_timeout=10)
    try:
        yield ear, lambda text: speaker.emit("say", text)
    finally:
        await speaker.disconnect()
        await listener.disconnect()


@asynccontextmanager
async def _conversation(running: Running) -> AsyncIterator[tuple[Ear, Send]]:
    """A visitor, and an agent who has accepted the chat."""
    visitor, agent, ear = socketio.AsyncClient(), socketio.AsyncClient(), Ear()
    offer: asyncio.Queue[str] = asyncio.Queue()

    def moved(event: dict[str, Any]) -> None:
        ear.hear((event["touch"] or {}).get("text"))
        if event["card"] and event["card"]["state"] == "offered":
            offer.put_nowait(event["card"]["offer_id"])

    def say(text: str) -> Awaitable[object]:
        sending: Awaitable[object] = visitor.emit("message", {"id": str(uuid4()), "text": text}, namespace="/chat")
        return sending

    agent.on("card", moved, namespace="/desk")
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        async with session.post(f"{running.url}/api/login", json={"login": "ann", "password": PASSWORD}) as answer:
            csrf = (await answer.json())["csrf"]
        cookie = "; ".join(f"{c.key}={c.value}" for c in session.cookie_jar)
        await agent.connect(running.url, {"Cookie": cookie}, namespaces=["/desk"], transports=["websocket"],
                            wait_timeout=10)
        await visitor.connect(running.url, namespaces=["/chat"], transports=["websocket"], wait_timeout=10)
        headers = {"X-CSRF-Token": csrf}
        async with session.put(f"{running.url}/api/presence", json={"state": "available"}, headers=headers) as answer:
            answer.raise_for_status()
        await say("Hello")
        found = await asyncio.wait_for(offer.get(), LIMIT)
        async with session.post(f"{running.url}/api/offers/{found}/accept", headers=headers) as answer:
            answer.raise_for_status()
        try:
            yield ear, say
        finally:
            await visitor.disconnect()
            await agent.disconnect()
