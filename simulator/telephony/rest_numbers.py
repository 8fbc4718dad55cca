"""REST: what the account owns - phone numbers, applications, verified caller ids - and notifications of its calls."""

from simulator.telephony.clock import rfc2822
from simulator.telephony.exchange import Application, PhoneNumber
from simulator.telephony.journal import Alert
from simulator.telephony.rest import ApiError, Ask, Body, Route, not_found, page, resource_uri, route
from simulator.telephony.rest_calls import E164, leg_of

_URLS = {"VoiceUrl": "voice_url", "VoiceMethod": "voice_method", "VoiceFallbackUrl": "voice_fallback_url",
         "VoiceFallbackMethod": "voice_fallback_method", "StatusCallback": "status_callback",
         "StatusCallbackMethod": "status_callback_method"}
_SMS = {"SmsUrl": "sms_url", "SmsMethod": "sms_method", "SmsFallbackUrl": "sms_fallback_url",
        "SmsFallbackMethod": "sms_fallback_method"}


def number_body(ask: Ask, one: PhoneNumber) -> Body:
    assert one.created is not None
    assert one.updated is not None
    found: Body = dict.fromkeys(("address_sid", "identity_sid", "sms_application_sid", "trunk_sid",
                                 "voice_application_sid", "emergency_address_sid", "bundle_sid"))
    return found | {name: getattr(one, name) for name in (*_URLS.values(), *_SMS.values())} | {
        "account_sid": ask.exchange.account.sid, "address_requirements": "none", "api_version": "2010-04-01",
        "beta": False, "capabilities": {"voice": True, "sms": True, "mms": True, "fax": False},
        "date_created": rfc2822(one.created), "date_updated": rfc2822(one.updated),
        "friendly_name": one.friendly_name, "phone_number": one.number, "origin": "twilio", "sid": one.sid,
        "uri": resource_uri(ask, "IncomingPhoneNumbers", one.sid), "voice_receive_mode": "voice",
        "voice_caller_id_lookup": False, "emergency_status": "Inactive",
        "emergency_address_status": "unregistered", "status": "in-use", "type": "local"}


def _number(ask: Ask) -> PhoneNumber:
    for one in ask.exchange.numbers.values():
        if one.sid == ask.path["Sid"]:
            return one
    raise not_found(f"/IncomingPhoneNumbers/{ask.path['Sid']}")


def update_number(ask: Ask) -> Body:
    one = _number(ask)
    for name, attribute in (_URLS | _SMS | {"FriendlyName": "friendly_name"}).items():
        if name in ask.form:
            setattr(one, attribute, ask.text(name))
    one.updated = ask.exchange.clock.now()
    return number_body(ask, one)


def numbers(ask: Ask) -> Body:
    found = [one for one in ask.exchange.numbers.values()
             if ask.query.get("FriendlyName") in (None, one.friendly_name)
             and ask.query.get("PhoneNumber", "") in one.number]
    return page(ask, [(one.sid, number_body(ask, one)) for one in found])


def application_body(ask: Ask, one: Application) -> Body:
    at = rfc2822(ask.exchange.created)
    return {name: getattr(one, name) for name in _URLS.values()} | {
        "account_sid": ask.exchange.account.sid, "api_version": "2010-04-01", "date_created": at, "date_updated": at,
        "friendly_name": one.friendly_name, "sid": one.sid, "uri": resource_uri(ask, "Applications", one.sid),
        "message_status_callback": None, "sms_fallback_method": "POST", "sms_fallback_url": None,
        "sms_method": "POST", "sms_status_callback": None, "sms_url": None, "voice_caller_id_lookup": False,
        "public_application_connect_enabled": False}


def _application(ask: Ask) -> Application:
    found = ask.exchange.applications.get(ask.path["Sid"])
    if found is None:
        raise not_found(f"/Applications/{ask.path['Sid']}")
    return found


def _set(ask: Ask, one: Application) -> Body:
    for name, attribute in (_URLS | {"FriendlyName": "friendly_name"}).items():
        if name in ask.form:
            setattr(one, attribute, ask.text(name))
    return application_body(ask, one)


def create_application(ask: Ask) -> Body:
    made = Application(ask.exchange.sids("AP"), "")
    ask.exchange.applications[made.sid] = made
    return _set(ask, made)


def applications(ask: Ask) -> Body:
    found = [one for one in ask.exchange.applications.values()
             if ask.query.get("FriendlyName") in (None, one.friendly_name)]
    return page(ask, [(one.sid, application_body(ask, one)) for one in found])


def verify(ask: Ask) -> Body:
    """The owner of the number would be called and asked for the code; here he agrees at once."""
    exchange, number = ask.exchange, ask.text("PhoneNumber")
    if not E164.match(number):
        raise ApiError(400, 21211, "PhoneNumber is not valid")
    sid, at = exchange.sids("PN"), rfc2822(exchange.clock.now())
    name = ask.text("FriendlyName", number)
    exchange.caller_ids[sid] = {"sid": sid, "date_created": at, "date_updated": at, "friendly_name": name,
                                "account_sid": exchange.account.sid, "phone_number": number,
                                "uri": resource_uri(ask, "OutgoingCallerIds", sid)}
    code = str(int(exchange.sids.digits("code", len(exchange.caller_ids))[:8], 16) % 1_000_000).zfill(6)
    return {"account_sid": exchange.account.sid, "call_sid": exchange.sids("CA"), "friendly_name": name,
            "phone_number": number, "validation_code": code}


def _caller_id(ask: Ask) -> Body:
    found = ask.exchange.caller_ids.get(ask.path["Sid"])
    if found is None:
        raise not_found(f"/OutgoingCallerIds/{ask.path['Sid']}")
    return found


def caller_ids(ask: Ask) -> Body:
    found = [one for one in ask.exchange.caller_ids.values()
             if ask.query.get("PhoneNumber") in (None, one["phone_number"])
             and ask.query.get("FriendlyName") in (None, one["friendly_name"])]
    return page(ask, [(one["sid"], one) for one in found])


def forget_caller_id(ask: Ask) -> None:
    del ask.exchange.caller_ids[_caller_id(ask)["sid"]]


def _notifications(ask: Ask) -> list[tuple[str, Alert]]:
    """Alerts of one call, as its notifications; their SIDs follow from their place."""
    leg = leg_of(ask, "CallSid")
    sids = ask.exchange.sids
    return [("NO" + sids.digits("NO", number), alert) for number, alert in enumerate(ask.exchange.alerts.all)
            if alert.resource == leg.sid]


def notification_body(ask: Ask, sid: str, alert: Alert) -> Body:
    at = rfc2822(ask.exchange.clock.now())
    return {"account_sid": ask.exchange.account.sid, "api_version": "2010-04-01", "call_sid": alert.resource,
            "date_created": at, "date_updated": at, "error_code": str(alert.code), "log": "0", "message_date": at,
            "message_text": alert.text, "more_info": f"https://www.twilio.com/docs/errors/{alert.code}",
            "request_method": alert.method or "POST", "request_url": alert.url, "sid": sid,
            "uri": resource_uri(ask, "Calls", alert.resource, "Notifications", sid)}


def notifications(ask: Ask) -> Body:
    return page(ask, [(sid, notification_body(ask, sid, alert)) for sid, alert in _notifications(ask)])


def notification(ask: Ask) -> Body:
    for sid, alert in _notifications(ask):
        if sid == ask.path["Sid"]:
            return notification_body(ask, sid, alert) | {
                "request_variables": alert.request, "response_body": alert.response, "response_headers": ""}
    raise not_found(f"/Notifications/{ask.path['Sid']}")


ROUTES: dict[str, Route] = {
    "GET /IncomingPhoneNumbers.json": route(numbers, "FriendlyName PhoneNumber"),
    "GET /IncomingPhoneNumbers/{Sid}.json": route(lambda ask: number_body(ask, _number(ask))),
    "POST /IncomingPhoneNumbers/{Sid}.json": route(update_number, " ".join((*_URLS, *_SMS, "FriendlyName"))),
    "GET /Applications.json": route(applications, "FriendlyName"),
    "POST /Applications.json": route(create_application, " ".join((*_URLS, "FriendlyName"))),
    "GET /Applications/{Sid}.json": route(lambda ask: application_body(ask, _application(ask))),
    "POST /Applications/{Sid}.json": route(lambda ask: _set(ask, _application(ask)),
                                           " ".join((*_URLS, "FriendlyName"))),
    "GET /OutgoingCallerIds.json": route(caller_ids, "PhoneNumber FriendlyName"),
    "POST /OutgoingCallerIds.json": route(verify, "PhoneNumber FriendlyName"),
    "GET /OutgoingCallerIds/{Sid}.json": route(_caller_id),
    "DELETE /OutgoingCallerIds/{Sid}.json": route(forget_caller_id),
    "GET /Calls/{CallSid}/Notifications.json": route(notifications),
    "GET /Calls/{CallSid}/Notifications/{Sid}.json": route(notification),
}
