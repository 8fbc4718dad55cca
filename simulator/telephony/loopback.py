"""Numbers of the account reach each other: a call or a text to one of them comes in there."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from simulator.telephony.legs import Heard, Leg, Party

if TYPE_CHECKING:
    from simulator.telephony.exchange import Exchange

_ENDS = {"busy": "busy", "no-answer": "reject", "failed": "fail"}


class Loopback:
    """Follows the exchange from now on. What one end plays, says or presses is heard at the other one."""

    def __init__(self, exchange: "Exchange") -> None:
        self.exchange = exchange
        self._near: dict[str, Leg] = {}  # SID of the leg that came in -> the leg that called it
        exchange.ringing_hooks.append(self._rings)
        exchange.journal.subscribe(self._happened)

    def _rings(self, near: Leg) -> None:
        number = self.exchange.numbers.get(near.party.to)
        if number is None or not number.voice_url or near.party.to in self.exchange.endpoints:
            return
        far = self.exchange.call_in(Party(near.party.from_, near.party.to, "inbound"))
        self._near[far.sid] = near
        near.at_end.append(lambda _: far.hang_up())
        far.at_end.append(self._over)
        near.ears.append(lambda sound: _carry(near, far, sound))
        far.ears.append(lambda sound: _carry(far, near, sound))

    def _over(self, far: Leg) -> None:
        near = self._near.pop(far.sid)
        if far.started is None:
            near.wake(_ENDS.get(far.status, "reject"), 603)
        else:  # a moment later: the near end may still be learning that it was answered
            self.exchange.clock.call_later(0.1, near.hang_up)

    def _happened(self, entry: Mapping[str, Any]) -> None:
        if entry["kind"] == "leg" and entry["status"] == "in-progress" and entry["sid"] in self._near:
            self._near[entry["sid"]].wake("answer")
        elif entry["kind"] == "message" and entry["status"] == "delivered" and entry["direction"] != "inbound":
            message = self.exchange.messages.get(entry["sid"])
            if message is not None and message.to.removeprefix("whatsapp:") in self.exchange.numbers:
                self.exchange.desk.receive(message.from_, message.to, message.body)


def _carry(speaker: Leg, listener: Leg, sound: Heard | None) -> None:
    if sound is None or not listener.live or speaker.away:
        return
    if sound.kind == "digits":
        listener.press("".join(key for key in sound.text if key in "0123456789*#"))
    elif sound.kind == "say":
        listener.overhear(speaker.sid, sound.text)
