"""What crosses the wire about Twilio's side: accounts, numbers, and what is called for them. For administrators."""

from typing import Literal

from pydantic import Field

from hub.wire_base import Wire


class RefusedView(Wire):
    """Requests that claimed to come from Twilio and were turned away since the hub's start."""

    reason: str
    count: int


class TwilioAccountView(Wire):
    id: str
    account_sid: str
    public_url: str = Field(description="what signatures are checked against, in front of each path")
    doubts: list[Literal["no_token", "no_key_secret", "local", "plain", "no_key"]]
    changing: bool = Field(description="a second auth token is taken, too, while the first is being changed")
    refused: list[RefusedView]
    validated: str = Field(description='the address that the last refused request was checked against; "" for none')


class CalledView(Wire):
    """One address that Twilio calls for a number."""

    what: Literal["sms", "voice", "fallback", "status"]
    wanted: str = Field(description="what has to stand there, as POST")
    found: str | None = Field(None, description="what stands there; null while Twilio was not asked")
    method: str | None = None
    elsewhere: bool = Field(False, description="an application or a trunk stands in front of it, so it is not used")
    ok: bool | None = None


class NumberView(Wire):
    """A number of ours. A WhatsApp sender cannot be asked for in this API."""

    account: str
    number: str
    name: str
    kinds: list[Literal["sms", "whatsapp", "voice"]]
    called: list[CalledView]
    problem: str | None = Field(None, description=(
        "why Twilio did not say: no_account, no_such_number, unreached, busy, refused, gone, log_in, unknown"))


class ServiceView(Wire):
    """A messaging service, and the numbers of its pool. `called.elsewhere`: texts go to what each number calls."""

    account: str
    sid: str
    name: str
    called: CalledView
    numbers: list[str] = Field(description="what the configuration says that its pool holds")
    missing: list[str] = Field([], description="of these, what the pool does not hold")
    strange: list[str] = Field([], description="in the pool, and not named: a STOP said to them before is not known")
    empty: bool = Field(False, description="nothing can be sent: the pool holds no number")
    problem: str | None = Field(None, description="as for a number, and no_such_service")


class TwilioView(Wire):
    accounts: list[TwilioAccountView]
    numbers: list[NumberView]
    services: list[ServiceView] = []
