"""Where the real service is odd, or not known: each answer is a switch, so that a hub is tested with both."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Quirk:
    """`default` is what the emulator does, `choices` what it can do, `verified` whether a source says so."""

    id: str
    default: str
    choices: tuple[str, ...]
    verified: bool
    source: str
    meaning: str


_ON = ("on", "off")
REGISTER: tuple[Quirk, ...] = (
    Quirk("sign-port", "by-scheme", ("by-scheme", "keep", "drop"), False, "usage/security; twilio-python #392 #477",
          "whether the port of a URL is signed; validators try both"),
    Quirk("status-error-code", "11200", ("11200", "11217"), False, "api/errors; langwatch/scenario #983",
          "alert for a webhook that is answered with 4xx or 5xx"),
    Quirk("sequence-gaps", "on", _ON, False, "voice/api/call-resource",
          "SequenceNumber counts progress events nobody subscribed to"),
    Quirk("client-unregistered", "no-answer", ("no-answer", "fail-fast"), False, "none",
          "a client that is not registered rings out, or fails at once with SIP 480"),
    Quirk("client-reject", "busy", ("busy", "no-answer"), False, "none", "status of a leg that a softphone declines"),
    Quirk("dtmf-buffer", "on", _ON, False, "none", "digits pressed between verbs wait for the next Gather"),
    Quirk("pause-first-rings", "off", _ON, False, "voice/twiml/pause", "a Pause as first verb delays the answer"),
    Quirk("held-end-on-exit", "on", _ON, True, "flex-dialpad-addon #60",
          "changing EndConferenceOnExit of a held participant is accepted and does nothing"),
    Quirk("add-failed-leave", "on", _ON, False, "none",
          "participant-leave is sent for a participant that never answered"),
    Quirk("hold-url-loops", "off", _ON, False, "none", "a hold document starts again when it runs out"),
    Quirk("conference-dial-status", "answered", ("answered", "completed"), False, "voice/twiml/dial",
          "DialCallStatus of a Dial action after a conference"),
    Quirk("complete-ended-call", "21220", ("21220", "ok"), False, "chatwoot #15576",
          "Status=completed on a call that has ended"),
    Quirk("complete-ended-conference", "404", ("404", "400"), False, "twilio-node #663",
          "Status=completed on a conference that has ended"),
    Quirk("complete-ringing", "canceled", ("canceled", "completed"), False, "none",
          "final status of a ringing outbound leg after Status=completed"),
    Quirk("dequeue-action", "on", _ON, True, "issue tracker of qisoft #25 #31",
          "a caller taken out of a queue by REST still makes the Enqueue action request"),
    Quirk("participants-cps", "on", _ON, False, "third party",
          "participants count against calls started per second"),
    Quirk("hangup-dial-action", "on", _ON, False, "none",
          "a caller who hangs up inside Dial still makes the Dial action request"),
)
_BY_ID = {quirk.id: quirk for quirk in REGISTER}


class Quirks:
    """The switches as they stand: `quirks["dtmf-buffer"]`, `quirks.on("dtmf-buffer")`."""

    def __init__(self, changed: Iterable[tuple[str, str]] = ()) -> None:
        self._set: dict[str, str] = {}
        for name, value in changed:
            self.switch(name, value)

    def __getitem__(self, name: str) -> str:
        return self._set.get(name, _BY_ID[name].default)

    def on(self, name: str) -> bool:
        """For quirks that are on or off."""
        return self[name] == "on"

    def switch(self, name: str, value: str) -> None:
        """Raises ValueError for what is not in the register."""
        if name not in _BY_ID or value not in _BY_ID[name].choices:
            raise ValueError(f"no quirk {name}={value}")
        self._set[name] = value
