"""What makes one value right, prepared per field when the hub starts."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from channels.form.settings import FieldSettings, Meaning

Check = Callable[[str], str]

_YES, _NO = frozenset({"true", "on", "1", "yes"}), frozenset({"false", "off", "0", "no", ""})


class WrongValue(Exception):
    """A value that cannot stand; `code` is one of the `fields` in words.toml."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Field:
    """One field, ready to judge. `key` is the name under which agents see it."""

    name: str
    key: str
    required: bool
    means: Meaning | None
    limit: int
    check: Check
    tick: bool = False

    def read(self, values: list[str]) -> tuple[str, str]:
        """What was written, and what it means in canonical form; both empty when there is nothing."""
        if self.tick:
            return self._ticked(values)
        text = values[0].strip() if values else ""
        if len(values) > 1 and any(value.strip() != text for value in values):
            raise WrongValue("repeated")
        if not text:
            if self.required:
                raise WrongValue("required")
            return "", ""
        if len(text) > self.limit:
            raise WrongValue("too_long")
        return text, self.check(text)

    def _ticked(self, values: list[str]) -> tuple[str, str]:
        said = {value.strip().lower() for value in values}
        if not said <= _YES | _NO:
            raise WrongValue("checkbox")
        if said & _YES:
            return "yes", "yes"
        if self.required:
            raise WrongValue("must_tick")
        return "no", "no"


def ready(field: FieldSettings, key: str, region: str | None) -> Field:
    """A field with its check. `region` is where a phone number without country code is at home."""
    return Field(field.name, key, field.required, field.means, field.limit, _check(field, region),
                 field.type == "checkbox")


def _check(field: FieldSettings, region: str | None) -> Check:
    if field.type == "choice":
        return _one_of(frozenset(choice.value for choice in field.choices))
    if field.type == "phone":
        return _phone(region)
    checks: dict[str, Check] = {"email": _email, "date": _date, "number": _number, "textarea": _lines}
    return checks.get(field.type, _line)


def _line(text: str) -> str:
    return " ".join(text.splitlines())


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n")


def _email(text: str) -> str:
    try:
        return validate_email(text, check_deliverability=False).normalized
    except EmailNotValidError:
        raise WrongValue("email") from None


def _phone(region: str | None) -> Check:
    def check(text: str) -> str:
        try:
            number = phonenumbers.parse(text, region)
        except phonenumbers.NumberParseException as error:
            abroad = error.error_type == phonenumbers.NumberParseException.INVALID_COUNTRY_CODE
            raise WrongValue("phone_country" if abroad else "phone") from None
        # Possible rather than valid: numbering plans change faster than libraries, and nobody is turned away.
        if not phonenumbers.is_possible_number(number):
            raise WrongValue("phone")
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)

    return check


def _date(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise WrongValue("date") from None


def _number(text: str) -> str:
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise WrongValue("number") from None
    if not number.is_finite():
        raise WrongValue("number")
    return text


def _one_of(values: frozenset[str]) -> Check:
    def check(text: str) -> str:
        if text not in values:
            raise WrongValue("choice")
        return text

    return check
