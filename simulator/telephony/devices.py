"""Softphones: who is registered under an identity, what rings there, and who takes it first."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from simulator.telephony.audibility import speak_up
from simulator.telephony.legs import Heard, Leg

if TYPE_CHECKING:
    from simulator.telephony.exchange import Exchange

Message = dict[str, Any]


def client_address(to: str) -> tuple[str, dict[str, str]]:
    """`client:agent_1?ix=9` -> identity and the parameters its softphone is told."""
    identity, _, query = to.removeprefix("client:").partition("?")
    return identity, dict(parse_qsl(query, keep_blank_values=True))


class Device:
    """One softphone. `tell` gets its messages: incoming, cancel, state, heard, error, tokenWillExpire."""

    def __init__(self, exchange: "Exchange", identity: str, tell: Callable[[Message], None]) -> None:
        self.exchange, self.identity, self.tell = exchange, identity, tell
        self.ringing: dict[str, Leg] = {}
        self.call: Leg | None = None
        self.muted = False
        self.may_dial = ""  # application SID of its token
        self.may_receive = True

    def register(self) -> None:
        """From now on calls to the identity ring here."""
        self.exchange.devices.setdefault(self.identity, []).append(self)

    def unregister(self, *, lose_call: bool = True) -> None:
        """Gone: closed, reloaded, or without a network. Its call goes with it."""
        here = self.exchange.devices.get(self.identity, [])
        if self in here:
            here.remove(self)
        self.ringing.clear()
        if self.call is not None and lose_call:
            self.call.hang_up()

    def incoming(self, leg: Leg) -> None:
        """A call rings here, unless one is active already: then it keeps ringing unheard."""
        if self.call is not None or not self.may_receive:
            return
        self.ringing[leg.sid] = leg
        leg.at_end.append(self._over)
        self.tell({"type": "incoming", "callSid": leg.sid, "from": leg.party.from_, "to": leg.party.to,
                   "params": leg.party.custom, "stir": leg.party.stir})

    def accept(self, sid: str = "") -> Leg:
        """Take a ringing call, the only one if no SID is given. Raises KeyError."""
        leg = self._ringing(sid)
        if self.call is not None:
            raise KeyError("a call is active")
        for device in self.exchange.devices.get(self.identity, ()):
            if device.ringing.pop(leg.sid, None) is not None and device is not self:
                device.tell({"type": "cancel", "callSid": leg.sid})
        self._has(leg)
        leg.wake("answer")
        return leg

    def reject(self, sid: str = "") -> None:
        """Decline. Raises KeyError."""
        leg = self._ringing(sid)
        self.ringing.pop(leg.sid)
        leg.wake("reject")

    def ignore(self, sid: str = "") -> None:
        """Silent here; the caller hears it ring on. Raises KeyError."""
        self.ringing.pop(self._ringing(sid).sid)

    def connect(self, params: dict[str, str]) -> Leg:
        """Call out through the application of the token. Raises KeyError when there is none or a call is active."""
        if self.call is not None:
            raise KeyError("a call is active")
        leg = self.exchange.call_from_client(self.identity, self.may_dial, params.items())
        leg.at_end.append(self._over)
        self._has(leg)
        return leg

    def hang_up(self) -> None:
        """End the active call, if there is one."""
        if self.call is not None:
            self.call.hang_up()

    def mute(self, muted: bool) -> None:
        """Local: REST does not know it."""
        self.muted = muted

    def speak(self, text: str) -> None:
        """There is no sound: what its owner says is text, and so is what he hears others say."""
        if self.call is not None and not self.muted:
            speak_up(self.call, text)

    def _has(self, leg: Leg) -> None:
        self.call = leg
        self.muted = False
        leg.ears.append(lambda sound: self._hears(leg, sound))
        self.tell({"type": "state", "state": "open", "callSid": leg.sid})

    def _hears(self, leg: Leg, sound: Heard | None) -> None:
        if sound is not None and sound.kind == "speech":
            self.tell({"type": "heard", "callSid": leg.sid, "who": sound.who, "text": sound.text})

    def _ringing(self, sid: str) -> Leg:
        if not sid and len(self.ringing) != 1:
            raise KeyError(f"{len(self.ringing)} calls are ringing")
        return self.ringing[sid or next(iter(self.ringing))]

    def _over(self, leg: Leg) -> None:
        if self.ringing.pop(leg.sid, None) is not None:
            self.tell({"type": "cancel", "callSid": leg.sid})
        if self.call is leg:
            self.call = None
            self.tell({"type": "state", "state": "closed", "callSid": leg.sid, "reason": leg.status})


def device_of(leg: Leg) -> Device | None:
    """The softphone that has this leg as its active call."""
    identity, _ = client_address(leg.party.to if leg.party.direction != "inbound" else leg.party.from_)
    return next((one for one in leg.exchange.devices.get(identity, ()) if one.call is leg), None)
