"""What is played to somebody in a conference beside his own script: waiting, hold and announcement documents."""

import asyncio
import contextlib
from collections.abc import Callable

from simulator.telephony.clock import sleep
from simulator.telephony.legs import Leg, Target
from simulator.telephony.script import merge
from simulator.telephony.speaking import say_seconds
from simulator.telephony.twiml import BadDocument, Document, Element, read_answer
from simulator.telephony.webhooks import Params, Undelivered, Webhook

_MAX_DOCUMENTS = 50  # redirects that never play anything


class Prompt:
    """Music, or a document of Say, Play, Pause and Redirect; `stop()` ends it."""

    def __init__(self, leg: Leg, target: Target | None, *, loop: bool = False, params: Params = (),
                 done: Callable[[bool], None] | None = None) -> None:
        self._leg, self._target, self._loop, self._params, self._done = leg, target, loop, params, done
        self._task = asyncio.create_task(self._run(), name=f"prompt {leg.sid}")

    def stop(self) -> None:
        """Silence."""
        if not self._task.done():
            self._task.cancel()
            self._leg.quiet()

    async def closed(self) -> None:
        """Wait until it has ended."""
        with contextlib.suppress(asyncio.CancelledError):
            await self._task

    async def _run(self) -> None:
        if self._target is None:
            self._leg.hear("music")
            return
        good = True
        try:
            while True:
                before = self._leg.exchange.clock.elapsed()
                await self._play(self._target)
                if not self._loop:
                    break
                least = self._leg.exchange.timings.wait_document_least
                await sleep(self._leg.exchange.clock, max(0.0, before + least - self._leg.exchange.clock.elapsed()))
        except (Undelivered, BadDocument) as failed:
            good = False
            self._leg.exchange.alerts.add(failed.code, str(failed), self._leg.sid, url=self._target.url)
        self._leg.quiet()
        if self._done is not None:
            self._done(good)

    async def _play(self, first: Target) -> None:
        target: Target | None = first
        for _ in range(_MAX_DOCUMENTS):
            if target is None:
                return
            target = await self._document(target)
        raise BadDocument(11215, "documents that only redirect")

    async def _document(self, target: Target) -> Target | None:
        hook = Webhook(target.url, target.method, merge(self._leg.params(), self._params), "twiml", "prompt",
                       self._leg.sid, self._leg.label)
        answer = await self._leg.exchange.sender.deliver(hook)
        document = read_answer(answer.body, answer.content_type, answer.url, answer.method, "conference")
        for code, text in document.findings:
            self._leg.exchange.alerts.add(code, text, self._leg.sid, url=document.url)
        for element in document.verbs:
            if element.name == "Redirect":
                return Target(document.resolve(element.text or document.url), element.get("method", "POST"))
            await self._sound(element, document)
        return None

    async def _sound(self, element: Element, document: Document) -> None:
        leg = self._leg
        if element.name == "Pause":
            leg.quiet()
            await sleep(leg.exchange.clock, float(element.number("length", 1)))
            return
        for _ in range(element.number("loop", 1) or 1000):
            if element.name == "Say":
                leg.hear("say", element.text, element.get("language", "en-US"))
                await sleep(leg.exchange.clock, say_seconds(leg, element.text))
            else:
                url = document.resolve(element.text)
                seconds = await asyncio.shield(leg.exchange.media.ask(url, leg.sid))
                if seconds is None:
                    return
                leg.hear("play", url)
                await sleep(leg.exchange.clock, seconds)
