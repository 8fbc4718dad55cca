"""A messaging service as it stands at Twilio: what it calls, and which numbers belong to it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from channels.twilio.numbers import Called, Unasked
from channels.twilio.rest import Rest, RestFailure, quoted

MOST = 1000  # numbers of one page, and more than Twilio lets into a pool


@dataclass(frozen=True, slots=True)
class Pool:
    """`called.elsewhere`: texts go to what each number calls by itself."""

    called: Called
    numbers: tuple[str, ...]


async def pool(rest: Rest, sid: str) -> Pool:
    """Asks Twilio, with two reading requests. Raises `Unasked`."""
    path = f"/v1/Services/{quoted(sid)}"
    try:
        one = await rest.get(path, base=rest.messaging)
        listed = await rest.get(f"{path}/PhoneNumbers", {"PageSize": str(MOST)}, base=rest.messaging)
    except RestFailure as failure:
        raise Unasked("no_such_service" if failure.kind == "gone" else failure.kind) from failure
    return Pool(_called(one), tuple(str(one.get("phone_number") or "") for one in listed.get("phone_numbers", ())))


def _called(one: Mapping[str, Any]) -> Called:
    elsewhere = bool(one.get("use_inbound_webhook_on_number"))
    return Called("sms", str(one.get("inbound_request_url") or ""), str(one.get("inbound_method") or "POST"), elsewhere)
