"""Twilio's side, for administrators: what it has to call, and what it calls."""

from hub.http.endpoint import Call, Endpoint
from hub.wire_twilio import TwilioView


async def get_twilio(call: Call) -> TwilioView:
    return call.parts.twilio.view()


async def ask_twilio(call: Call) -> TwilioView:
    return await call.parts.twilio.ask()


ENDPOINTS = (
    Endpoint("GET", "/api/twilio", get_twilio, "Accounts, numbers, and what Twilio has to call", role="admin"),
    Endpoint("POST", "/api/twilio/ask", ask_twilio, "The same, and what Twilio calls now", role="admin"),
)
