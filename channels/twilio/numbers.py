"""What Twilio calls for a number of ours, compared with what it should call."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from channels.twilio.rest import Rest, RestFailure

What = Literal["sms", "voice", "fallback", "status"]
Problem = Literal["unreached", "busy", "refused", "gone", "log_in", "unknown", "no_such_number",
                  "no_such_service"]
_FIELDS: Mapping[What, tuple[str, str, tuple[str, ...]]] = {  # address, method, what stands in front of it
    "sms": ("sms_url", "sms_method", ("sms_application_sid",)),
    "voice": ("voice_url", "voice_method", ("voice_application_sid", "trunk_sid")),
    "fallback": ("voice_fallback_url", "voice_fallback_method", ("voice_application_sid", "trunk_sid")),
    "status": ("status_callback", "status_callback_method", ("trunk_sid",)),
}


@dataclass(frozen=True, slots=True)
class Called:
    """`url` is "" where Twilio calls nothing. `elsewhere`: an application or a trunk stands in front of the address."""

    what: What
    url: str
    method: str
    elsewhere: bool

    def fits(self, wanted: str) -> bool:
        """What stands behind # says how Twilio tries again, and is nobody's address."""
        same = self.url.partition("#")[0] == wanted.partition("#")[0]
        return same and self.method == "POST" and not self.elsewhere


class Unasked(Exception):
    """Twilio did not say. `problem` is why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self.problem: Problem = problem


async def called(rest: Rest, number: str) -> Mapping[What, Called]:
    """Asks Twilio, with one reading request. Raises `Unasked`."""
    try:
        found = await rest.get("/IncomingPhoneNumbers.json", {"PhoneNumber": number})
    except RestFailure as failure:
        raise Unasked(failure.kind) from failure
    one = next((one for one in found.get("incoming_phone_numbers", ()) if one.get("phone_number") == number), None)
    if one is None:
        raise Unasked("no_such_number")
    return {what: _called(what, one) for what in _FIELDS}


def _called(what: What, one: Mapping[str, Any]) -> Called:
    url, method, in_front = _FIELDS[what]
    elsewhere = any(one.get(name) for name in in_front)
    return Called(what, str(one.get(url) or ""), str(one.get(method) or "POST"), elsewhere)
