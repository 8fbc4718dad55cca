"""The channel without a wire: a call elsewhere, a fax, a letter, a visit, logged by an agent."""

from collections.abc import AsyncIterator, Sequence

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from channels.base import Address, Channel, Check, Inbound, Outbound, Refused, Route, SendError, Sent
from channels.manual.entry import ManualEntry, entry_of


class Manual(Channel):
    """Understands entries; `region` is the country (ISO 3166) of phone numbers written without a +."""

    kind = "manual"
    repeatable = True  # nothing ever goes out

    def __init__(self, region: str | None = None) -> None:
        self._region = region

    def routes(self) -> Sequence[Route]:
        return ()

    async def send(self, message: Outbound) -> Sent:
        raise SendError("permanent", "no_way_back", "a logged contact has no way back; use another channel")

    async def check(self) -> AsyncIterator[Check]:
        yield Check("manual", True, "needs nothing")

    def understand(self, entry: ManualEntry) -> Inbound:
        """What the agent wrote, as an arrival of `manual:<kind>`. The time given is kept, however old.

        Raises `Refused("invalid")` with a code per field: `required`, `email`, `phone`, `phone_country`, `zone`.
        """
        wrong: dict[str, str] = {}
        addresses = tuple(found for found in (_email(entry, wrong), self._phone(entry, wrong)) if found)
        if not entry.text.strip():
            wrong["text"] = "required"
        if entry.at.utcoffset() is None:
            wrong["at"] = "zone"
        if wrong:
            raise Refused("invalid", 422, wrong)
        return Inbound(
            source=f"manual:{entry.kind}", natural_key=str(entry.id), channel=self.kind, addresses=addresses,
            text=entry.text, at=entry.at, raw=entry.raw(), content_type="application/json",
            name=entry.name.strip() or None, queue=entry.queue,
            fields={"kind": entry.kind, "direction": entry.direction}, file_ids=entry.file_ids,
            client_id=str(entry.id),
        )

    def replay(self, raw: bytes) -> Inbound:
        """Understands a stored entry again."""
        return self.understand(entry_of(raw))

    def _phone(self, entry: ManualEntry, wrong: dict[str, str]) -> Address | None:
        if not entry.phone.strip():
            return None
        try:
            number = phonenumbers.parse(entry.phone, self._region)
        except phonenumbers.NumberParseException as error:
            abroad = error.error_type == phonenumbers.NumberParseException.INVALID_COUNTRY_CODE
            wrong["phone"] = "phone_country" if abroad else "phone"
            return None
        if not phonenumbers.is_possible_number(number):
            wrong["phone"] = "phone"
            return None
        return Address("phone", phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def _email(entry: ManualEntry, wrong: dict[str, str]) -> Address | None:
    if not entry.email.strip():
        return None
    try:
        return Address("email", validate_email(entry.email.strip(), check_deliverability=False).normalized)
    except EmailNotValidError:
        wrong["email"] = "email"
        return None
