"""Telephone numbers as agents write them."""

import phonenumbers


def e164(text: str, ours: str) -> str | None:
    """In full; without its country it is one of the country that our own number is of. None for no number."""
    try:
        region = phonenumbers.region_code_for_country_code(phonenumbers.parse(ours, None).country_code or 0)
    except phonenumbers.NumberParseException:
        region = None  # a short code has none
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
