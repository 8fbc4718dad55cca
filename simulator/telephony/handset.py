"""A customer's telephone: one number, its calls and its texts, as somebody who holds it sees them."""

import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from simulator.telephony.audibility import audibility, speak_up
from simulator.telephony.exchange import Behaviour, Exchange
from simulator.telephony.legs import Heard, Leg, Party
from simulator.telephony.messages import Message, Outcome
from simulator.telephony.network import find_network, lose_network

NUMBER = re.compile(r"^\+[1-9][0-9]{5,14}$")
WITHHELD = "anonymous"
_FIRST = 15551230001  # 555 is nobody's area
_CAPTIONS = 200  # lines of a call that a page that comes back is told
_TELLING = frozenset({"leg", "conference", "network", "heard"})
When = Literal["ring", "answer", "voicemail", "busy", "no-answer"]
_ANSWERS_AFTER = 3.0  # seconds that it rings before it does what it is told
News = Callable[[dict[str, Any]], None]


class Busy(Exception):
    """The telephone is in use, or there is nothing to do that with."""


@dataclass(slots=True)
class Conversation:
    """The call that the telephone has, or had last."""

    leg: Leg
    with_: str
    incoming: bool
    captions: list[dict[str, Any]] = field(default_factory=list)
    shown: dict[str, Any] = field(default_factory=dict)
    left: bool = False  # put down without a network: nobody heard of it


class Handset:
    """One telephone. Whoever listens is told of everything that happens to it, and of nothing else."""

    def __init__(self, exchange: Exchange, number: str) -> None:
        self.exchange, self.number = exchange, number
        self.talk: Conversation | None = None
        self.away = False
        self.listeners: list[News] = []
        self.when_called: When = "ring"

    # --- what it does --------------------------------------------------------------------------------------
    def dial(self, to: str, *, withheld: bool = False, stir: str = "", name: str = "") -> Leg:
        """Call one of the account's numbers. Raises Busy, and KeyError for any other number."""
        if self.busy or self.away:
            raise Busy("in use" if self.busy else "no network")
        leg = self.exchange.call_in(Party(WITHHELD if withheld else self.number, to, "inbound", stir=stir,
                                          caller_name="" if withheld else name))
        self._take(leg, to, incoming=False)
        return leg

    def rings(self, leg: Leg) -> None:
        """Somebody calls this number."""
        if self.busy:
            leg.wake("busy")
        elif not self.away:  # without a network it rings on for the caller, unheard
            self._take(leg, leg.party.from_, incoming=True)

    def answer(self) -> None:
        """Pick up. Raises Busy where nothing rings."""
        self._ringing().wake("answer")

    def decline(self) -> None:
        """Raises Busy where nothing rings."""
        self._ringing().wake("reject")

    def press(self, digits: str) -> None:
        """Raises Busy without a call."""
        self._live().press(digits)

    def say(self, text: str) -> None:
        """Raises Busy without a call."""
        speak_up(self._live(), text)
        self._caption({"kind": "mine", "text": text, "language": "", "who": ""})

    def types(self) -> None:
        """Whoever writes what he says is slow: a machine that records must not take that for silence."""
        if self.talk is not None and self.talk.leg.place == "record":
            self.talk.leg.speak("")

    def hang_up(self) -> None:
        """Raises Busy without a call."""
        leg = self._live()
        if self.talk is not None and leg.away:
            self.talk.left = True
            self._show()
        else:
            leg.hang_up()

    def network(self, there: bool) -> None:
        """Lose it or find it again; texts wait meanwhile, and a call ends after some time."""
        self.away = not there
        desk = self.exchange.desk
        for address in (self.number, f"whatsapp:{self.number}"):
            if self.away:
                desk.outcomes[address] = Outcome("sent")
            else:
                desk.outcomes.pop(address, None)
        leg = self.talk.leg if self.talk is not None else None
        if leg is not None and leg.live:
            (find_network if there else lose_network)(leg)
            if there and self.talk is not None and self.talk.left:
                leg.hang_up()  # it was put down, and now that can be told
        self._behave()
        if there:
            for message in self._thread():
                if message.status == "sent":
                    desk.change(message, "delivered")
        self._tell({"type": "network", "there": there})

    def behave(self, when: When) -> None:
        """What it does by itself when it is called; `ring`: waits for its owner."""
        self.when_called = when
        self._behave()
        self._tell({"type": "when", "when": when})

    def _behave(self) -> None:
        when = "no-answer" if self.away else self.when_called
        if when == "ring":
            self.exchange.endpoints.pop(self.number, None)
        else:
            self.exchange.endpoints[self.number] = Behaviour(when, _ANSWERS_AFTER)

    def text(self, to: str, body: str, channel: str, name: str = "",
             media: tuple[tuple[str, bytes], ...] = ()) -> Message:
        """Write to one of the account's numbers. Raises Busy, and KeyError for any other number."""
        if self.away:
            raise Busy("no network")
        prefix = "whatsapp:" if channel == "whatsapp" else ""
        return self.exchange.desk.receive(prefix + self.number, prefix + to, body, media, name)

    def seen(self) -> None:
        """Its owner looks at his WhatsApp messages."""
        for message in self._thread():
            if message.to.startswith("whatsapp:") and message.status == "delivered":
                self.exchange.desk.change(message, "read")

    # --- what it shows -------------------------------------------------------------------------------------
    @property
    def busy(self) -> bool:
        return self.talk is not None and self.talk.leg.live and not self.talk.left

    def everything(self) -> dict[str, Any]:
        """For a page that has just come."""
        talk = self.talk
        return {"type": "ready", "number": self.number, "ours": sorted(self.exchange.numbers), "network": not self.away,
                "when": self.when_called,
                "call": self._state(talk) if talk else None, "captions": list(talk.captions) if talk else [],
                "texts": [_text(one) for one in self._thread() if _is_shown(one)]}

    def heard_of(self, message: Message) -> None:
        """A text of this telephone has come or changed."""
        if _is_shown(message):
            self._tell({"type": "text", **_text(message)})

    def look(self) -> None:
        """Something happened in the exchange; what it means here is told if it means anything."""
        if self.talk is not None and (self.talk.leg.live or self.talk.shown.get("state") != "ended"):
            self._show()

    def _take(self, leg: Leg, with_: str, *, incoming: bool) -> None:
        talk = self.talk = Conversation(leg, with_, incoming)
        leg.ears.append(lambda sound: self._hear(talk, sound))
        leg.moves.append(self.look)
        self._show()

    def _hear(self, talk: Conversation, sound: Heard | None) -> None:
        if talk is not self.talk or talk.left:
            return
        if sound is not None:
            self._caption({"kind": sound.kind, "text": sound.text, "language": sound.language,
                           "who": _role(sound.who)})
        self._show()

    def _caption(self, line: dict[str, Any]) -> None:
        if self.talk is not None:
            line |= {"at": _iso(self.exchange.clock.now()), "n": len(self.talk.captions)}
            if len(self.talk.captions) < _CAPTIONS:
                self.talk.captions.append(line)
            self._tell({"type": "caption", "sid": self.talk.leg.sid, **line})

    def _show(self) -> None:
        if self.talk is not None:
            state = self._state(self.talk)
            if state != self.talk.shown:
                self.talk.shown = state
                self._tell({"type": "call", **state})

    def _state(self, talk: Conversation) -> dict[str, Any]:
        leg = talk.leg
        live = leg.live and not talk.left
        state = "ended" if not live else "connected" if leg.status == "in-progress" else "ringing"
        people = sorted(_role(self.exchange.legs[sid].label or "somebody") for sid in audibility(self.exchange).get(
            leg.sid, ()) if sid in self.exchange.legs) if state == "connected" else []
        playing = leg.playing if live and not leg.away else None
        return {"sid": leg.sid, "with": talk.with_, "incoming": talk.incoming, "state": state,
                "place": leg.place if live else "", "people": people, "lost": leg.away,
                "sound": playing.kind if playing else "", "how": leg.status if not leg.live else "",
                "since": _iso(leg.started) if leg.started else ""}

    def _live(self) -> Leg:
        if self.talk is None or not self.busy:
            raise Busy("no call")
        return self.talk.leg

    def _ringing(self) -> Leg:
        leg = self._live()
        if self.talk is None or not self.talk.incoming or leg.status != "ringing" or leg.away:
            raise Busy("nothing rings")
        return leg

    def _thread(self) -> list[Message]:
        mine = {self.number, f"whatsapp:{self.number}"}
        return [one for one in self.exchange.messages.values() if one.from_ in mine or one.to in mine]

    def _tell(self, news: dict[str, Any]) -> None:
        for listener in tuple(self.listeners):
            listener(news)


class HandsetRoom:
    """All telephones of customers in one exchange, and who may hold which."""

    MOST = 60

    def __init__(self, exchange: Exchange, secret: str) -> None:
        self.exchange, self._secret = exchange, secret.encode()
        self.handsets: dict[str, Handset] = {}
        exchange.ringing_hooks.append(self._rings)
        exchange.journal.subscribe(self._happened)

    def token(self, number: str) -> str:
        """What whoever holds this telephone shows; it opens no other."""
        return hmac.new(self._secret, number.encode(), hashlib.sha256).hexdigest()

    def admits(self, number: str, token: str) -> Handset | None:
        """The telephone, for whoever has its token."""
        found = self.handsets.get(number)
        good = hmac.compare_digest(self.token(number).encode(), token.encode())
        return found if good else None

    def open(self, number: str = "") -> Handset:
        """A telephone of this number, or of the next free one. Raises ValueError."""
        number = number or self._free()
        if number in self.handsets:
            return self.handsets[number]
        if not NUMBER.match(number) or number in self.exchange.numbers:
            raise ValueError("no number for a customer")
        if len(self.handsets) >= self.MOST:
            raise ValueError("too many telephones")
        self.handsets[number] = Handset(self.exchange, number)
        return self.handsets[number]

    def _free(self) -> str:
        number = _FIRST
        while f"+{number}" in self.handsets or f"+{number}" in self.exchange.numbers:
            number += 1
        return f"+{number}"

    def _rings(self, leg: Leg) -> None:
        if (found := self.handsets.get(leg.party.to)) is not None:
            found.rings(leg)

    def _happened(self, entry: Mapping[str, Any]) -> None:
        if entry["kind"] == "message":
            message = self.exchange.messages.get(entry["sid"])
            for address in (message.from_, message.to) if message is not None else ():
                if (found := self.handsets.get(address.removeprefix("whatsapp:"))) is not None:
                    found.heard_of(self.exchange.messages[entry["sid"]])
        elif entry["kind"] in _TELLING:
            for handset in self.handsets.values():
                handset.look()


def _is_shown(message: Message) -> bool:
    """A telephone has what it wrote, and of what was written to it what arrived."""
    return message.direction == "inbound" or message.status in {"delivered", "read"}


def _text(message: Message) -> dict[str, Any]:
    mine = message.direction == "inbound"
    other = message.to if mine else message.from_
    return {"sid": message.sid, "channel": "whatsapp" if other.startswith("whatsapp:") else "sms", "mine": mine,
            "with": other.removeprefix("whatsapp:"), "body": message.body,
            "files": len(message.media) + len(message.media_urls), "status": message.status,
            "at": _iso(message.created)}


def _role(label: str) -> str:
    """`agent-1` and SIDs are not for customers. Whoever was asked first is a colleague to them, and stays one."""
    role = label.partition("-")[0]
    role = {"consult": "partner"}.get(role, role)
    return role if role in {"agent", "partner", "supervisor"} else "somebody" if label else ""


def _iso(when: datetime) -> str:
    return when.isoformat(timespec="seconds")
