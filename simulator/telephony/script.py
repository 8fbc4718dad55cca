"""Runs TwiML for one leg: fetches documents and goes through their verbs."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from simulator.telephony.legs import HungUp, Leg, Redirected, Target
from simulator.telephony.twiml import BadDocument, Document, Element, read_answer, read_document
from simulator.telephony.webhooks import Answer, Params, Undelivered, Webhook

if TYPE_CHECKING:
    from simulator.telephony.exchange import Exchange

APPLICATION_ERROR = "[application error]"
Verb = Callable[["Script", Element, Document], Awaitable[Target | None]]


class Left(Exception):
    """A Leave verb: out of the queue."""


class Script:
    """`context` is where its documents are played: call, queue or whisper."""

    def __init__(self, leg: Leg, context: str = "call") -> None:
        self.leg, self.context = leg, context
        self.exchange: Exchange = leg.exchange

    async def run(self, first: Target) -> None:
        """Documents until there are no more; redirects by REST included. Raises HungUp at the end of a call."""
        target: Target | None = first
        while target is not None:
            try:
                target = await self.follow(target)
            except Redirected as elsewhere:
                if self.context != "call":
                    raise
                target = elsewhere.target
        if self.context == "call":
            await self.answer()
            raise HungUp(cause="participant_hung_up")

    async def follow(self, target: Target) -> Target | None:
        """One document: load and execute; where to go on, or None at its end."""
        if target.delay:
            await self.leg.wait(target.delay)
        document = await self.load(target)
        if self.context == "call":
            self.leg.place = "document"
        return await self.execute(document)

    async def execute(self, document: Document) -> Target | None:
        """The verbs in order; a verb that leads elsewhere ends the document."""
        for element in document.verbs:
            self.leg.check()
            try:
                target = await self._verb(element, document)
            except BadDocument as bad:
                target = await self.fail(bad.code, str(bad), document.url)
            if target is not None:
                return target
        return None

    async def _verb(self, element: Element, document: Document) -> Target | None:
        from simulator.telephony.verbs import TABLE  # noqa: PLC0415 - the verbs know the script

        ringing = element.name == "Reject" or (
            element.name == "Pause" and self.exchange.quirks.on("pause-first-rings")) or (
            element.name == "Dial" and element.flag("answerOnBridge"))
        if not ringing:
            await self.answer()
        self.exchange.faults.verb(self.leg, element.name)
        return await TABLE[element.name](self, element, document)

    async def answer(self) -> None:
        """An inbound leg is picked up by its first verb."""
        if self.leg.status == "ringing" and self.leg.party.direction == "inbound":
            self.leg.change("in-progress")

    async def load(self, target: Target) -> Document:
        """The document of a target; on failure the fallback's, and without one the end of the call."""
        if target.inline is not None:
            return await self._accepted(lambda: read_document(target.inline.encode(), context=self.context), target)  # type: ignore[union-attr]
        try:
            return self._reported(await self.fetch(target))
        except (Undelivered, BadDocument) as failed:
            code, text = failed.code, str(failed)
            self.alert(failed, target)
        spare = target.fallback or (self.leg.fallback if self.context == "call" else None)
        if spare is not None:
            extra = (("ErrorCode", str(code)), ("ErrorUrl", target.url))
            second = Target(spare[0], spare[1], target.params + extra)
            try:
                return self._reported(await self.fetch(second))
            except (Undelivered, BadDocument) as failed:
                self.alert(failed, second)
        await self.fail(code, text, target.url, alerted=True)
        raise AssertionError("fail never returns")

    async def _accepted(self, read: Callable[[], Document], target: Target) -> Document:
        try:
            return self._reported(read())
        except BadDocument as bad:
            await self.fail(bad.code, str(bad), target.url)
            raise AssertionError("fail never returns") from bad

    def _reported(self, document: Document) -> Document:
        for code, text in document.findings:
            self.exchange.alerts.add(code, text, self.leg.sid, url=document.url)
        return document

    async def fetch(self, target: Target, kind: str = "twiml") -> Document:
        """Asks the hub; interrupts come through at once. Raises Undelivered, BadDocument or Interrupt."""
        answer = await self.ask(target, kind)
        return read_answer(answer.body, answer.content_type, answer.url, answer.method, self.context)

    async def ask(self, target: Target, kind: str = "twiml") -> Answer:
        """The request alone; its failures are the caller's."""
        hook = Webhook(target.url, target.method, merge(self.leg.params(), target.params), kind, "", self.leg.sid,
                       self.leg.label, self.leg.cookies)
        task = asyncio.ensure_future(self.exchange.sender.deliver(hook))
        try:
            await self.leg.finish_first(task)
        except BaseException:
            task.add_done_callback(lambda done: done.cancelled() or done.exception())
            raise
        return task.result()

    async def phantom(self, target: Target) -> None:
        """A request whose answer is ignored, as after a redirect or a hang-up."""
        hook = Webhook(target.url, target.method, merge(self.leg.params(), target.params), "twiml", "phantom",
                       self.leg.sid, self.leg.label, self.leg.cookies)
        try:
            await self.exchange.sender.deliver(hook)
        except Undelivered as failed:
            self.exchange.sender.alert(failed, hook)

    def alert(self, failed: Undelivered | BadDocument, target: Target) -> None:
        """Into the debugger."""
        response = failed.response if isinstance(failed, Undelivered) else ""
        self.exchange.alerts.add(failed.code, str(failed), self.leg.sid, url=target.url, method=target.method,
                                 response=response)

    async def fail(self, code: int, text: str, url: str, alerted: bool = False) -> Target | None:
        """The caller hears that something is wrong, and the call ends."""
        if not alerted:
            self.exchange.alerts.add(code, text, self.leg.sid, url=url)
        await self.answer()
        self.leg.hear("say", APPLICATION_ERROR)
        await self.leg.wait(2.0)
        raise HungUp()

    def target(self, element: Element, document: Document, params: Params, attribute: str = "action") -> Target:
        """Where a verb leads: its action, or the current document. Raises BadDocument 11100."""
        given = element.get(attribute)
        url = document.resolve(given) if given else document.resolve(document.url)
        return Target(url, element.get("method", "POST" if given else document.method), params)


def merge(first: Params, second: Params) -> Params:
    """Parameters of a verb replace those of the leg that have the same name."""
    names = {name for name, _ in second}
    return (*((name, value) for name, value in first if name not in names), *second)


def later(target: Target, seconds: float) -> Target:
    """The same, asked for later."""
    return replace(target, delay=seconds)
