"""REST: Messages and their Media."""

import re

from simulator.telephony.clock import rfc2822
from simulator.telephony.legs import Subscription
from simulator.telephony.messages import MAX_BODY, Media, Message, segments
from simulator.telephony.messaging_services import MessagingService, consent
from simulator.telephony.rest import ApiError, Ask, Body, Route, not_found, page, resource_uri, route
from simulator.telephony.rest_calls import E164, in_range

_ALL = frozenset({"sending", "sent", "delivered", "undelivered", "failed", "read", "canceled"})


def message_body(ask: Ask, one: Message) -> Body:
    uri = resource_uri(ask, "Messages", one.sid)
    parts = segments(one.body) if one.from_ else 0  # which a service does not know before it has chosen
    return {"body": one.body, "num_segments": str(parts), "direction": one.direction,
            "from": one.from_ or None, "to": one.to, "date_updated": rfc2822(one.updated), "price": None,
            "error_message": None, "uri": uri, "account_sid": ask.exchange.account.sid,
            "num_media": str(len(one.media) or len(one.media_urls)), "status": one.status,
            "messaging_service_sid": one.service, "sid": one.sid,
            "date_sent": rfc2822(one.sent) if one.sent else None, "date_created": rfc2822(one.created),
            "error_code": one.error_code, "price_unit": "USD", "api_version": "2010-04-01",
            "subresource_uris": {"media": uri.removesuffix(".json") + "/Media.json"}}


def _message(ask: Ask, name: str) -> Message:
    found = ask.exchange.messages.get(ask.path[name])
    if found is None:
        raise not_found(f"/Messages/{ask.path[name]}")
    return found


def _check_addresses(ask: Ask, from_: str, to: str, service: MessagingService | None) -> None:
    channel = to.startswith("whatsapp:")
    if not E164.match(to.removeprefix("whatsapp:")):
        raise ApiError(400, 21211, "To is not a valid phone number")
    if service is not None:
        _check_pool(ask, from_, to, service)
        return
    if from_.startswith("whatsapp:") != channel:
        raise ApiError(400, 21910, "From and To belong to different channels")
    if from_.removeprefix("whatsapp:") not in ask.exchange.numbers:
        raise ApiError(400, 21606 if E164.match(from_.removeprefix("whatsapp:")) else 21212, "From cannot send")
    if (to, consent(ask.exchange, from_)) in ask.exchange.opted_out:
        raise ApiError(400, 21610, "the recipient has opted out")


def _check_pool(ask: Ask, from_: str, to: str, service: MessagingService) -> None:
    if to.startswith("whatsapp:"):
        ask.exchange.not_emulated("WhatsApp by a messaging service")
        raise ApiError(501, 0, "not emulated: WhatsApp by a messaging service")
    if not service.senders:
        raise ApiError(400, 21703, "The Messaging MessagingService has no phone number available")
    if from_ and from_ not in service.senders:
        raise ApiError(400, 21606, "From is not in the pool of the Messaging MessagingService")
    if (to, service.sid) in ask.exchange.opted_out:
        raise ApiError(400, 21610, "the recipient has opted out")


def _messaging_service(ask: Ask) -> MessagingService | None:
    sid = ask.text("MessagingServiceSid")
    if sid and sid not in ask.exchange.services:
        raise ApiError(400, 21701, "The Messaging MessagingService does not exist")
    return ask.exchange.services.get(sid)


def create(ask: Ask) -> Body:
    """Taken on at once; what becomes of it is told by callbacks."""
    exchange = ask.exchange
    from_, to, body = ask.text("From"), ask.text("To"), ask.text("Body")
    urls, template = ask.many("MediaUrl"), ask.text("ContentSid")
    service = _messaging_service(ask)
    if not from_ and service is None:
        raise ApiError(400, 21603, "From or MessagingServiceSid is required")
    if not body and not urls and not template:
        raise ApiError(400, 21619, "Body, MediaUrl or ContentSid is required")
    if len(body) > MAX_BODY:
        raise ApiError(400, 21617, "Body is too long")
    if len(urls) > 10:
        raise ApiError(400, 21623, "at most ten files")
    _check_addresses(ask, from_, to, service)
    now, status = exchange.clock.now(), "queued" if service is None else "accepted"
    callback = ask.text("StatusCallback") or (service.status_callback if service is not None else "")
    message = Message(exchange.sids("MM" if urls else "SM"), from_, to, body, "outbound-api", status, now, now,
                      Subscription(callback, "POST", _ALL) if callback else None, media_urls=tuple(urls),
                      service=service.sid if service is not None else None)
    answer = message_body(ask, message)
    exchange.desk.send(message, template=bool(template))
    return answer


def update(ask: Ask) -> Body:
    message = _message(ask, "Sid")
    if "Body" in ask.form:
        if ask.text("Body"):
            raise ApiError(400, 20001, "Body can only be emptied")
        message.body = ""
    if ask.text("Status"):
        if ask.text("Status") != "canceled" or message.status not in {"queued", "accepted", "scheduled"}:
            raise ApiError(400, 30409, "the message cannot be canceled any more")
        ask.exchange.desk.change(message, "canceled")
    return message_body(ask, message)


def delete(ask: Ask) -> None:
    message = _message(ask, "Sid")
    if message.status in {"queued", "accepted", "sending"}:
        raise ApiError(409, 20409, "the message is on its way")
    del ask.exchange.messages[message.sid]


def listing(ask: Ask) -> Body:
    found = [one for one in reversed(ask.exchange.messages.values())
             if ask.query.get("To") in (None, one.to) and ask.query.get("From") in (None, one.from_)
             and in_range(ask, "DateSent", one.sent)]
    return page(ask, [(one.sid, message_body(ask, one)) for one in found])


def _media_body(ask: Ask, message: Message, one: Media) -> Body:
    return {"account_sid": ask.exchange.account.sid, "content_type": one.content_type,
            "date_created": rfc2822(message.created), "date_updated": rfc2822(message.created),
            "parent_sid": message.sid, "sid": one.sid,
            "uri": resource_uri(ask, "Messages", message.sid, "Media", one.sid)}


def _media(ask: Ask) -> tuple[Message, Media]:
    message = _message(ask, "MessageSid")
    for one in message.media:
        if one.sid == ask.path["Sid"]:
            return message, one
    raise not_found(f"/Media/{ask.path['Sid']}")


def delete_media(ask: Ask) -> None:
    message, one = _media(ask)
    message.media.remove(one)


def media_listing(ask: Ask) -> Body:
    message = _message(ask, "MessageSid")
    return page(ask, [(one.sid, _media_body(ask, message, one)) for one in message.media])


MEDIA_PATH = re.compile(r"^/2010-04-01/Accounts/(AC\w{32})/Messages/([SM]M\w{32})/Media/(ME\w{32})$")
ROUTES: dict[str, Route] = {
    "GET /Messages.json": route(listing, "To From DateSent DateSent< DateSent>"),
    "POST /Messages.json": route(create, "To From MessagingServiceSid Body MediaUrl ContentSid ContentVariables "
                                         "StatusCallback"),
    "GET /Messages/{Sid}.json": route(lambda ask: message_body(ask, _message(ask, "Sid"))),
    "POST /Messages/{Sid}.json": route(update, "Body Status"),
    "DELETE /Messages/{Sid}.json": route(delete),
    "GET /Messages/{MessageSid}/Media.json": route(media_listing),
    "GET /Messages/{MessageSid}/Media/{Sid}.json": route(lambda ask: _media_body(ask, *_media(ask))),
    "DELETE /Messages/{MessageSid}/Media/{Sid}.json": route(delete_media),
}
