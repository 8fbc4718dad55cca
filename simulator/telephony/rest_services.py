"""REST of another API, messaging/v1: one service and its pool, to be read only.

Its keys are those of twilio-python 9.13.0 (twilio.rest.messaging.v1.service); a test reads the answers with it. The
published table of this package describes the API of 2010 alone.
"""

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import orjson
from aiohttp import web

from simulator.telephony.messaging_services import MessagingService
from simulator.telephony.rest import ApiError, RestApi, not_found

if TYPE_CHECKING:
    from simulator.telephony.exchange import Exchange

BASE = "/v1/Services"
_PATH = re.compile(rf"^{BASE}/(MG[0-9a-f]{{32}})(/PhoneNumbers)?$")
_PAGING = ("PageSize", "Page", "PageToken")
_PARTS = {"alpha_senders": "AlphaSenders", "phone_numbers": "PhoneNumbers", "short_codes": "ShortCodes",
          "us_app_to_person": "Compliance/Usa2p", "us_app_to_person_usecases": "Compliance/Usa2p/Usecases",
          "channel_senders": "ChannelSenders", "destination_alpha_senders": "DestinationAlphaSenders",
          "messages": "Messages"}


def answer(exchange: "Exchange", request: web.Request) -> dict[str, Any]:
    """Raises `ApiError`."""
    found = _PATH.match(request.path)
    strange = [name for name in request.query if name not in _PAGING]
    if found is None or request.method != "GET" or strange:
        exchange.not_emulated(f"{request.method} {request.path_qs}")
        raise ApiError(501, 0, f"not emulated: {request.method} {request.path}")
    service = exchange.services.get(found[1])
    if service is None:
        raise not_found(f"/Services/{found[1]}")
    url = f"{exchange.base_url}{BASE}/{service.sid}"
    return _pool(exchange, service, url, request) if found[2] else _body(exchange, service, url)


def _body(exchange: "Exchange", one: MessagingService, url: str) -> dict[str, Any]:
    at = _iso(exchange, one)
    return {"sid": one.sid, "account_sid": exchange.account.sid, "friendly_name": one.friendly_name,
            "date_created": at, "date_updated": at, "inbound_request_url": one.inbound_request_url or None,
            "inbound_method": one.inbound_method, "fallback_url": one.fallback_url or None,
            "fallback_method": one.fallback_method, "status_callback": one.status_callback or None,
            "sticky_sender": True, "mms_converter": True, "smart_encoding": True, "scan_message_content": "inherit",
            "fallback_to_long_code": False, "area_code_geomatch": True, "synchronous_validation": False,
            "validity_period": 36000, "url": url, "links": {name: f"{url}/{path}" for name, path in _PARTS.items()},
            "usecase": "undeclared", "us_app_to_person_registered": False,
            "use_inbound_webhook_on_number": one.use_inbound_webhook_on_number}


def _pool(exchange: "Exchange", one: MessagingService, url: str, request: web.Request) -> dict[str, Any]:
    size, place = int(request.query.get("PageSize", 50)), int(request.query.get("Page", 0))
    at, begin = _iso(exchange, one), place * size
    numbers = [exchange.numbers[number] for number in one.senders]

    def page(which: int) -> str:
        return f"{url}/PhoneNumbers?{urlencode({'PageSize': size, 'Page': which})}"

    shown = [{"sid": number.sid, "account_sid": exchange.account.sid, "service_sid": one.sid, "date_created": at,
              "date_updated": at, "phone_number": number.number, "country_code": "US",
              "capabilities": ["SMS", "MMS", "Voice"], "url": f"{url}/PhoneNumbers/{number.sid}"}
             for number in numbers[begin: begin + size]]
    return {"phone_numbers": shown, "meta": {
        "page": place, "page_size": size, "first_page_url": page(0), "url": page(place), "key": "phone_numbers",
        "previous_page_url": page(place - 1) if place else None,
        "next_page_url": page(place + 1) if begin + size < len(numbers) else None}}


def _iso(exchange: "Exchange", one: MessagingService) -> str:
    return (one.created or exchange.created).strftime("%Y-%m-%dT%H:%M:%SZ")


def respond(rest: RestApi, request: web.Request) -> web.Response:
    """Every outcome is an HTTP answer, and stands in the journal."""
    exchange = rest.exchange
    try:
        rest.authenticate(request)
        status, body = 200, answer(exchange, request)
    except ApiError as error:
        status, body = error.status, error.body()
    exchange.journal.write("rest", method=request.method, path=request.path_qs, status=status, form={},
                           code=body.get("code") if status >= 400 else None)
    return web.Response(body=orjson.dumps(body), status=status, content_type="application/json")
