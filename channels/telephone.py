"""Telephone numbers as people and networks write them, for all channels alike."""

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat


def parsed(text: str, region: str | None = None) -> PhoneNumber | None:
    """`region`: where it is dialled, such as "DE", for a number without its country. None for what is no number."""
    try:
        return phonenumbers.parse(text, region)
    except NumberParseException:
        return None


def e164(text: str, region: str | None = None) -> str | None:
    """In full, such as +49301234567; None for a short code, a name, or what cannot be a number."""
    number = parsed(text, region)
    if number is None or not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def region_of(number: str) -> str | None:
    """The region in which a number is dialled without its country; None for a short code."""
    found = parsed(number)
    return phonenumbers.region_code_for_country_code(found.country_code or 0) if found is not None else None
