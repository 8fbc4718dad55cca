"""One leg of a call: its state, its mailbox, what its party hears, and the callbacks about its progress."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from math import ceil
from typing import TYPE_CHECKING, Any

from simulator.telephony.clock import Timer, rfc2822
from simulator.telephony.webhooks import Params, Webhook

if TYPE_CHECKING:
    from simulator.telephony.exchange import Exchange

TERMINAL = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})
LONGEST = 4 * 3600  # seconds that a call may last
EVENTS = frozenset({"initiated", "ringing", "answered", "completed"})
_GEO = tuple(who + what for who in ("From", "To", "Caller", "Called") for what in ("City", "State", "Zip", "Country"))


@dataclass(frozen=True, slots=True)
class Target:
    """Where a leg's next document comes from: a URL with the parameters of the verb that leads there, or inline."""

    url: str = ""
    method: str = "POST"
    params: Params = ()
    inline: str | None = None
    fallback: tuple[str, str] | None = None
    delay: float = 0.0  # seconds until it is asked for


class Interrupt(Exception):
    """Ends what a leg is doing."""


class HungUp(Interrupt):
    """The leg is over; `cause` says who ended it, `status` how."""

    def __init__(self, status: str = "completed", sip: int = 200, cause: str = "participant_hung_up") -> None:
        super().__init__(status)
        self.status, self.sip, self.cause = status, sip, cause


class Redirected(Interrupt):
    """A REST request sends the leg elsewhere."""

    def __init__(self, target: Target) -> None:
        super().__init__(target.url)
        self.target = target


@dataclass(frozen=True, slots=True)
class Wake:
    """Something happened to a leg that it may be waiting for: answer, busy, child, conference-over, ..."""

    what: str
    data: Any = None


@dataclass(frozen=True, slots=True)
class Subscription:
    """Who is told about progress."""

    url: str
    method: str = "POST"
    events: frozenset[str] = frozenset({"completed"})


@dataclass(frozen=True, slots=True)
class Heard:
    """Something one party heard, and when (seconds)."""

    at: float
    kind: str  # say, play, beep, ringback, music, digits, speech
    text: str = ""
    language: str = ""
    who: str = ""  # speech: the label or the SID of the leg that spoke


@dataclass(slots=True)
class Party:
    """Who calls whom, and what comes along."""

    from_: str
    to: str
    direction: str  # inbound, outbound-api, outbound-dial
    caller_name: str = ""
    forwarded_from: str = ""
    stir: str = ""
    application_sid: str = ""
    extra: Params = ()  # a browser's own parameters
    custom: dict[str, str] = field(default_factory=dict)  # what the called softphone is told
    number_sid: str | None = None


class Leg:
    """States: queued, initiated, ringing, in-progress, then one of TERMINAL."""

    def __init__(self, exchange: "Exchange", party: Party, parent: "Leg | None" = None, status: str = "queued") -> None:
        self.exchange, self.party, self.parent, self.status = exchange, party, parent, status
        self.sid = exchange.sids("CA")
        self.created = self.updated = exchange.clock.now()
        self.started: datetime | None = None
        self.ended: datetime | None = None
        self.queue_ms = 0
        self.label = ""
        self.callback: Subscription | None = None
        self.fallback: tuple[str, str] | None = None
        self.sequence = 0
        self.cookies: dict[str, str] = {}
        self.heard: list[Heard] = []
        self.playing: Heard | None = None
        self.peer: Leg | None = None  # bridged with
        self.moves: list[Callable[[], None]] = []  # told when the place changes
        self._place = "new"  # for people: ringing, document, record, queue, conference, dial
        self.digits: deque[str] = deque()
        self.speech: deque[str] = deque()
        self.at_end: list[Callable[[Leg], None]] = []
        self.ears: list[Callable[[Heard | None], None]] = []  # told what is heard; None: nothing is played any more
        self.away = False  # its network is lost: it hears nothing and is not heard
        self.loss: Timer | None = None
        self.machine = False  # answered by one
        self.answered_by = ""  # what detection made of it
        self.task: asyncio.Task[None] | None = None
        self._wakes: deque[Wake] = deque()
        self._signal = asyncio.Event()
        self._interrupt: Interrupt | None = None
        self._reported_sip = 200
        self.history: list[tuple[float, str]] = [(exchange.clock.elapsed(), status)]
        self._limit: Timer | None = None
        exchange.legs[self.sid] = self

    # --- state -------------------------------------------------------------------------------------------
    @property
    def live(self) -> bool:
        return self.status not in TERMINAL

    @property
    def place(self) -> str:
        return self._place

    @place.setter
    def place(self, value: str) -> None:
        if value != self._place:
            self._place = value
            for told in tuple(self.moves):
                told()

    def change(self, status: str, sip: int = 200) -> None:
        """Go to a state and tell whoever asked for it."""
        if not self.live:
            return
        self.status, self.updated = status, self.exchange.clock.now()
        self._reported_sip = sip
        self.history.append((self.exchange.clock.elapsed(), status))
        if status == "in-progress":
            self.started = self.updated
        if status in TERMINAL:
            self.ended = self.updated
        self.exchange.journal.write("leg", sid=self.sid, status=status, label=self.label)
        self._report({"in-progress": "answered"}.get(status, "completed" if status in TERMINAL else status))

    def _report(self, event: str) -> None:
        number = self.sequence
        subscribed = self.callback is not None and event in self.callback.events
        if event in EVENTS and (subscribed or self.exchange.quirks.on("sequence-gaps")):
            self.sequence += 1
        if not subscribed or self.callback is None:
            return
        params = dict(self.params())
        params |= {"CallbackSource": "call-progress-events", "SequenceNumber": str(number),
                   "Timestamp": rfc2822(self.exchange.clock.now())}
        if event == "completed":
            params |= {"Duration": str(ceil(self._exactly() / 60)), "CallDuration": str(self.seconds()),
                       "SipResponseCode": str(self._reported_sip)}
        self.exchange.notify(Webhook(self.callback.url, self.callback.method, tuple(params.items()), "call_status",
                                     event, self.sid, self.label))

    def seconds(self) -> int:
        """How long it has been answered, whole seconds."""
        return round(self._exactly())

    def _exactly(self) -> float:
        if self.started is None:
            return 0.0
        return ((self.ended or self.exchange.clock.now()) - self.started).total_seconds()

    def params(self) -> Params:
        """What every request about this leg carries."""
        party = self.party
        found: dict[str, str] = {
            "CallSid": self.sid, "AccountSid": self.exchange.account.sid, "From": party.from_, "To": party.to,
            "CallStatus": self.status, "ApiVersion": "2010-04-01", "Direction": party.direction,
            "Caller": party.from_, "Called": party.to}
        if party.from_.startswith("+"):
            found |= dict.fromkeys(_GEO, "")
        optional = {"ParentCallSid": self.parent.sid if self.parent else "", "ForwardedFrom": party.forwarded_from,
                    "CallerName": party.caller_name, "StirVerstat": party.stir,
                    "StirPassportToken": "emulated" if party.stir else "", "ApplicationSid": party.application_sid,
                    "AnsweredBy": self.answered_by}
        found |= {name: value for name, value in optional.items() if value}
        return (*found.items(), *((name, value) for name, value in party.extra if name not in found))

    # --- mailbox -----------------------------------------------------------------------------------------
    def wake(self, what: str, data: Any = None) -> None:
        """Something that the leg may be waiting for."""
        self._wakes.append(Wake(what, data))
        self._signal.set()

    def press(self, digits: str) -> None:
        """The party presses keys."""
        if self.away:
            return
        self.digits.extend(digits)
        self.exchange.journal.write("dtmf", sid=self.sid, count=len(digits))
        self._signal.set()

    def speak(self, text: str) -> None:
        """The party says something to whatever verb listens."""
        if self.away:
            return
        self.speech.append(text)
        self._signal.set()

    def interrupt(self, reason: Interrupt) -> None:
        """End what it is doing; a hang-up wins over everything."""
        if not isinstance(self._interrupt, HungUp):
            self._interrupt = reason
        self._signal.set()

    def hang_up(self, status: str = "completed", sip: int = 200, cause: str = "participant_hung_up") -> None:
        """End the leg, whoever wants it."""
        if self.live:
            self.interrupt(HungUp(status, sip, cause))

    def limit(self, seconds: int = LONGEST) -> None:
        """End it after so many seconds from now."""
        self.unlimit()
        self._limit = self.exchange.clock.call_later(seconds, self.hang_up)

    def unlimit(self) -> None:
        """Forget the limit."""
        if self._limit is not None:
            self._limit.cancel()

    def flush(self) -> None:
        """Forget keys and words that nobody asked for."""
        self.digits.clear()
        self.speech.clear()

    def check(self) -> None:
        """Raises the interrupt that is pending, if any; a hang-up stays pending."""
        found = self._interrupt
        if found is not None:
            if not isinstance(found, HungUp):
                self._interrupt = None
            raise found

    async def wait(self, seconds: float | None, *, digits: bool = False, speech: bool = False,
                   wakes: frozenset[str] = frozenset()) -> Wake | None:
        """The next thing of the kinds asked for, None after so many seconds. Raises Interrupt."""
        clock = self.exchange.clock
        deadline = None if seconds is None else clock.elapsed() + seconds  # first: the timer must not come before it
        timer = None if seconds is None else clock.call_later(seconds, self._signal.set)
        try:
            while True:
                self._signal.clear()
                self.check()
                found = self._take(digits, speech, wakes)
                if found is not None:
                    return found
                if deadline is not None and clock.elapsed() >= deadline - 1e-9:
                    return None
                await self._signal.wait()
        finally:
            if timer is not None:
                timer.cancel()

    def _take(self, digits: bool, speech: bool, wakes: frozenset[str]) -> Wake | None:
        if digits and self.digits:
            return Wake("digit", self.digits.popleft())
        if speech and self.speech:
            return Wake("speech", self.speech.popleft())
        for wake in self._wakes:
            if wake.what in wakes:
                self._wakes.remove(wake)
                return wake
        return None

    async def finish_first(self, task: "asyncio.Task[Any]") -> None:
        """Wait for a task, or be interrupted; the task goes on then, and nobody reads its result."""
        task.add_done_callback(lambda _: self._signal.set())
        while True:
            self._signal.clear()
            self.check()
            if task.done():
                return
            await self._signal.wait()

    # --- sound -------------------------------------------------------------------------------------------
    def hear(self, kind: str, text: str = "", language: str = "") -> None:
        """The party hears this from now on, until something else or `quiet`."""
        self.playing = Heard(round(self.exchange.clock.elapsed(), 3), kind, text, language)
        self._heard(self.playing)

    def note(self, kind: str) -> None:
        """A short sound over whatever is heard."""
        self._heard(Heard(round(self.exchange.clock.elapsed(), 3), kind))

    def overhear(self, who: str, text: str) -> None:
        """Somebody on the line says something."""
        self._heard(Heard(round(self.exchange.clock.elapsed(), 3), "speech", text, who=who))

    def _heard(self, sound: Heard) -> None:
        if self.away:
            return
        self.heard.append(sound)
        self.exchange.journal.write("heard", sid=self.sid, what=sound.kind, text=sound.text)
        self.tell_ears(sound)

    def quiet(self) -> None:
        """Nothing is played to the party any more."""
        if self.playing is not None:
            self.playing = None
            self.tell_ears(None)

    def tell_ears(self, sound: Heard | None) -> None:
        """Whoever listens along."""
        for told in tuple(self.ears):
            told(sound)
