"""Files that are to be played: fetched once, so that a wrong address or a wrong type is found, and measured."""

import asyncio
import io
import wave
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from simulator.telephony.webhooks import Undelivered, Webhook

if TYPE_CHECKING:
    from simulator.telephony.exchange import Exchange
    from simulator.telephony.legs import Leg


class MediaShelf:
    """Lengths in seconds by URL; None for what cannot be played. Files elsewhere in the world are taken as good."""

    def __init__(self, exchange: "Exchange") -> None:
        self._exchange = exchange
        self._tasks: dict[str, asyncio.Task[float | None]] = {}

    def ask(self, url: str, resource: str) -> "asyncio.Task[float | None]":
        """The length, as a task that several may wait for."""
        task = self._tasks.get(url)
        if task is None or (task.done() and task.result() is None):
            task = self._tasks[url] = asyncio.create_task(self._length(url, resource))
        return task

    async def for_leg(self, leg: "Leg", url: str) -> float | None:
        """The same for a leg, which may be interrupted meanwhile. Raises Interrupt."""
        task = self.ask(url, leg.sid)
        await leg.finish_first(task)
        return task.result()

    async def _length(self, url: str, resource: str) -> float | None:
        given = parse_qs(urlsplit(url).query).get("sim_duration")
        default = float(given[0]) if given else self._exchange.timings.music
        if not self._exchange.sender.reaches(url):
            return default
        try:
            answer = await self._exchange.sender.deliver(Webhook(url, "GET", (), "media", "", resource))
        except Undelivered as failed:
            self._exchange.alerts.add(failed.code, f"file to play: {failed}", resource, url=url)
            return None
        if not answer.content_type.lower().startswith("audio/"):
            self._exchange.alerts.add(12300, f"file to play is {answer.content_type or 'of no type'}", resource,
                                      url=url)
            return None
        return default if given else _seconds(answer.body) or default


def _seconds(content: bytes) -> float:
    """Length of a WAV file, 0 for any other."""
    try:
        with wave.open(io.BytesIO(content)) as file:
            return float(file.getnframes() / file.getframerate())
    except (wave.Error, EOFError, ZeroDivisionError):
        return 0.0
