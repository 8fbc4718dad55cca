"""Messaging services: a pool of numbers that send as one, with one webhook and one list of who wants no more texts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulator.telephony.exchange import Exchange, PhoneNumber


@dataclass(slots=True)
class MessagingService:
    """`senders`: numbers of the account. `chosen`: whom the pool has written to, and from which number."""

    sid: str
    friendly_name: str = ""
    inbound_request_url: str = ""
    inbound_method: str = "POST"
    fallback_url: str = ""
    fallback_method: str = "POST"
    status_callback: str = ""
    use_inbound_webhook_on_number: bool = False
    senders: list[str] = field(default_factory=list)
    chosen: dict[str, str] = field(default_factory=dict)
    created: datetime | None = None

    def pick(self, to: str) -> str:
        """The number that this customer knows already, else the one of the pool that has the fewest of them."""
        known = self.chosen.get(to, "")
        if known not in self.senders:
            load = {one: sum(other == one for other in self.chosen.values()) for one in self.senders}
            known = min(self.senders, key=lambda one: load[one])
            self.chosen[to] = known
        return known

    def hook(self, number: "PhoneNumber") -> "Hook":
        """What is called for a text to a number of the pool. Without any address the text is dropped."""
        if self.use_inbound_webhook_on_number:
            return number_hook(number)
        return Hook(self.inbound_request_url, self.inbound_method, self.fallback_url, self.fallback_method)


@dataclass(frozen=True, slots=True)
class Hook:
    """Where a text is told, and where instead if that fails."""

    url: str
    method: str
    fallback_url: str
    fallback_method: str


def number_hook(number: "PhoneNumber") -> Hook:
    return Hook(number.sms_url, number.sms_method, number.sms_fallback_url, number.sms_fallback_method)


def pool_of(services: Mapping[str, MessagingService], address: str) -> MessagingService | None:
    """The service that a number belongs to; it can be in one only. A WhatsApp address belongs to none here."""
    return next((one for one in services.values() if address in one.senders), None)


def consent(exchange: "Exchange", address: str) -> str:
    """Whom a STOP to this address of ours is said to: the whole service where it belongs to one."""
    service = pool_of(exchange.services, address)
    return service.sid if service is not None else address
