"""REST: Calls."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from simulator.telephony.answering import Detection, detect
from simulator.telephony.clock import rfc2822
from simulator.telephony.devices import client_address
from simulator.telephony.exchange import Exchange
from simulator.telephony.legs import EVENTS, LONGEST, Leg, Party, Redirected, Subscription, Target
from simulator.telephony.rest import ApiError, Ask, Body, Route, not_found, page, resource_uri, route
from simulator.telephony.trunk import calling
from simulator.telephony.twiml import MAX_INLINE

E164 = re.compile(r"^\+[1-9]\d{6,14}$")
_RUNNING = frozenset({"queued", "initiated", "ringing"})
_SUBRESOURCES = {"events": "Events", "notifications": "Notifications", "recordings": "Recordings",
                 "payments": "Payments", "siprec": "Siprec", "streams": "Streams",
                 "transcriptions": "Transcriptions", "user_defined_message_subscriptions":
                 "UserDefinedMessageSubscriptions", "user_defined_messages": "UserDefinedMessages"}


def shown_status(leg: Leg) -> str:
    """As REST shows it: `initiated` exists in callbacks only, and reads may lag behind."""
    status = leg.status
    lag = leg.exchange.timings.stale
    if lag:
        now = leg.exchange.clock.elapsed()
        old = [state for at, state in leg.history if at <= now - lag]
        status = old[-1] if old else leg.history[0][1]
    return "queued" if status == "initiated" else status


def call_body(ask: Ask, leg: Leg) -> Body:
    """A call as the API shows it."""
    ended = leg.ended is not None and shown_status(leg) == leg.status
    base = resource_uri(ask, "Calls", leg.sid).removesuffix(".json")
    party = leg.party
    return {
        "sid": leg.sid, "date_created": rfc2822(leg.created), "date_updated": rfc2822(leg.updated),
        "parent_call_sid": leg.parent.sid if leg.parent else None, "account_sid": ask.exchange.account.sid,
        "to": party.to, "to_formatted": party.to, "from": party.from_, "from_formatted": party.from_,
        "phone_number_sid": party.number_sid, "status": shown_status(leg),
        "start_time": rfc2822(leg.started) if leg.started else None,
        "end_time": rfc2822(leg.ended) if ended and leg.ended else None,
        "duration": str(leg.seconds()) if ended else None, "price": None, "price_unit": "USD",
        "direction": party.direction, "answered_by": leg.answered_by or None, "api_version": "2010-04-01",
        "forwarded_from": party.forwarded_from or None, "group_sid": None,
        "caller_name": party.caller_name or None, "queue_time": str(leg.queue_ms), "trunk_sid": None,
        "uri": base + ".json",
        "subresource_uris": {name: f"{base}/{path}.json" for name, path in _SUBRESOURCES.items()}}


def leg_of(ask: Ask, name: str) -> Leg:
    """The call that a path names. Raises ApiError."""
    found = ask.exchange.legs.get(ask.path[name])
    if found is None:
        raise not_found(f"/Calls/{ask.path[name]}")
    return found


def check_from(exchange: Exchange, from_: str, to: str) -> None:
    """Owned or verified; towards a client also a client. Raises ApiError."""
    if from_.startswith("client:") and to.startswith("client:"):
        return
    if not E164.match(from_):
        raise ApiError(400, 21212, "From is not a valid phone number")
    verified = {one["phone_number"] for one in exchange.caller_ids.values()}
    if from_ not in exchange.numbers and from_ not in verified:
        raise ApiError(400, 21210, "From is neither owned nor verified")


def check_to(ask: Ask, to: str) -> None:
    """A number or a client. Raises ApiError."""
    if to.startswith(("sip:", "app:")):
        ask.exchange.not_emulated(f"To {to.partition(':')[0]}")
        raise ApiError(501, 0, "not emulated: this kind of To")
    if to.startswith("client:"):
        if not re.fullmatch(r"\w{1,121}", client_address(to)[0]):
            raise ApiError(400, 21211, "To is not a valid client identity")
    elif not E164.match(to):
        raise ApiError(400, 21211, "To is not a valid phone number")


def subscription_of(ask: Ask, prefix: str, known: frozenset[str], default: frozenset[str]) -> Subscription | None:
    """StatusCallback and its siblings; unknown events are an alert, and no callback ever comes."""
    url = ask.text(prefix)
    if not url:
        return None
    events = frozenset(ask.many(prefix + "Event")) or default
    if not events <= known:
        ask.exchange.alerts.add(21626, f"unknown events {sorted(events - known)}", url=url)
        return None
    return Subscription(url, ask.method(prefix + "Method"), events)


def _content(ask: Ask) -> Target:
    """Exactly one of Url, Twiml and ApplicationSid. Raises ApiError."""
    given = [name for name in ("Url", "Twiml", "ApplicationSid") if ask.text(name)]
    if len(given) != 1:
        raise ApiError(400, 21205, "give one of Url, Twiml, ApplicationSid")
    if given == ["Twiml"]:
        if len(ask.text("Twiml")) > MAX_INLINE:
            raise ApiError(400, 32018, "Twiml is too long")
        return Target(inline=ask.text("Twiml"))
    fallback = (ask.text("FallbackUrl"), ask.method("FallbackMethod")) if ask.text("FallbackUrl") else None
    if given == ["Url"]:
        return Target(ask.text("Url"), ask.method("Method"), fallback=fallback)
    application = ask.exchange.applications.get(ask.text("ApplicationSid"))
    if application is None:
        raise ApiError(400, 20001, "ApplicationSid is not known")
    return Target(application.voice_url, application.voice_method)


def _detection(ask: Ask) -> Detection | None:
    """Whether and how it is found out what answers. Raises ApiError."""
    kind = ask.text("MachineDetection")
    if not kind:
        return None
    if kind not in {"Enable", "DetectMessageEnd"}:
        raise ApiError(400, 20001, "MachineDetection is Enable or DetectMessageEnd")
    told = ask.text("AsyncAmdStatusCallback")
    return Detection(kind == "DetectMessageEnd", float(ask.within("MachineDetectionTimeout", 30, 3, 60)),
                     Subscription(told, ask.method("AsyncAmdStatusCallbackMethod")) if told else None,
                     waits=not ask.flag("AsyncAmd"))


def create(ask: Ask) -> Body:
    exchange = ask.exchange
    to, from_ = ask.text("To"), ask.text("From")
    check_to(ask, to)
    check_from(exchange, from_, to)
    target = _content(ask)
    timeout = ask.within("Timeout", 60, 1, 600)
    _, custom = client_address(to) if to.startswith("client:") else ("", {})
    number = exchange.numbers.get(from_)
    leg = Leg(exchange, Party(from_, to, "outbound-api", custom=custom, number_sid=number.sid if number else None))
    leg.callback = subscription_of(ask, "StatusCallback", EVENTS, frozenset({"completed"}))
    leg.fallback = target.fallback
    limit, detection = ask.number("TimeLimit", LONGEST), _detection(ask)

    async def content() -> Target | None:
        leg.limit(limit)
        if detection is not None:
            await detect(leg, detection)
        return target

    exchange.start(leg, calling(leg, timeout, content))
    return call_body(ask, leg)


def fetch(ask: Ask) -> Body:
    return call_body(ask, leg_of(ask, "Sid"))


def update(ask: Ask) -> Body:
    leg = leg_of(ask, "Sid")
    if "Status" in ask.form and ("Url" in ask.form or "Twiml" in ask.form):
        raise ApiError(400, 20001, "give either Status or a document")
    if "StatusCallback" in ask.form and "Url" not in ask.form:
        raise ApiError(400, 20001, "StatusCallback needs Url")
    if "Status" in ask.form:
        _end(ask, leg, ask.text("Status"))
    elif "Url" in ask.form or "Twiml" in ask.form:
        target = _content(ask)
        if leg.status != "in-progress":
            raise ApiError(400, 21220, "Call is not in-progress. Cannot redirect.")
        if "StatusCallback" in ask.form:
            leg.callback = subscription_of(ask, "StatusCallback", EVENTS, frozenset({"completed"}))
        leg.fallback = target.fallback or leg.fallback
        leg.interrupt(Redirected(target))
    if "TimeLimit" in ask.form:
        leg.limit(ask.number("TimeLimit", LONGEST))
    return call_body(ask, leg)


def _end(ask: Ask, leg: Leg, status: str) -> None:
    if status not in {"canceled", "completed"}:
        raise ApiError(400, 20001, "Status is canceled or completed")
    if status == "canceled" and (leg.status not in _RUNNING or leg.party.direction == "inbound"):
        raise ApiError(400, 21220, "Call is not queued or ringing. Cannot cancel.")
    if not leg.live:
        if ask.exchange.quirks["complete-ended-call"] == "ok":
            return
        raise ApiError(400, 21220, "Call is not in-progress. Cannot redirect.")
    if leg.status in _RUNNING and leg.party.direction != "inbound":
        final = "canceled" if status == "canceled" else ask.exchange.quirks["complete-ringing"]
        leg.hang_up(final, 487, "participant_updated_via_api")
    else:
        leg.hang_up(cause="participant_updated_via_api")


def delete(ask: Ask) -> None:
    leg = leg_of(ask, "Sid")
    if leg.live:
        raise ApiError(409, 20409, "Call has not ended")
    del ask.exchange.legs[leg.sid]


def _moment(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError as wrong:
        raise ApiError(400, 20001, "not a date") from wrong
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def in_range(ask: Ask, name: str, value: datetime | None) -> bool:
    """Filters `Name`, `Name<` and `Name>`; a plain date means that day."""
    for suffix in ("", "<", ">"):
        given = ask.query.get(name + suffix)
        if given is None:
            continue
        if value is None:
            return False
        when = _moment(given)
        whole_day = timedelta(days=1) if len(given) == 10 else timedelta(0)
        fits = {"<": value <= when + whole_day, ">": value >= when, "": when <= value < when + (
            whole_day or timedelta(seconds=1))}[suffix]
        if not fits:
            return False
    return True


def listing(ask: Ask) -> Body:
    def wanted(leg: Leg) -> bool:
        plain: dict[str, Any] = {"To": leg.party.to, "From": leg.party.from_, "Status": shown_status(leg),
                                 "ParentCallSid": leg.parent.sid if leg.parent else None}
        return all(ask.query.get(name) in (None, value) for name, value in plain.items()) and in_range(
            ask, "StartTime", leg.started) and in_range(ask, "EndTime", leg.ended)

    found = [leg for leg in reversed(ask.exchange.legs.values()) if wanted(leg)]
    return page(ask, [(leg.sid, call_body(ask, leg)) for leg in found])


ROUTES: dict[str, Route] = {
    "GET /Calls.json": route(listing, "To From ParentCallSid Status StartTime StartTime< StartTime> EndTime EndTime< "
                                      "EndTime>"),
    "POST /Calls.json": route(create, "To From Url Method Twiml ApplicationSid FallbackUrl FallbackMethod "
                                      "StatusCallback StatusCallbackEvent StatusCallbackMethod Timeout TimeLimit "
                                      "CallReason MachineDetection MachineDetectionTimeout AsyncAmd "
                                      "AsyncAmdStatusCallback AsyncAmdStatusCallbackMethod"),
    "GET /Calls/{Sid}.json": route(fetch),
    "POST /Calls/{Sid}.json": route(update, "Url Method Status FallbackUrl FallbackMethod StatusCallback "
                                            "StatusCallbackMethod Twiml TimeLimit"),
    "DELETE /Calls/{Sid}.json": route(delete),
}
