"""Telephone numbers as people key them in and hear them, and by which clocks their owners live."""

import phonenumbers
from phonenumbers import PhoneNumberType, timezone

from channels.telephone import e164, parsed, region_of
from channels.voice.settings import Language

# Numbers that cost whoever rings them: a call back to one of these is an old fraud.
DEAR = frozenset({PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST, PhoneNumberType.PAGER,
                  PhoneNumberType.UAN})
UNKNOWN_ZONE = "Etc/Unknown"
_PLUS: dict[Language, str] = {"en": "plus", "zh-Hans": "加"}
_DIGITS: dict[Language, str] = {"en": "0123456789", "zh-Hans": "零一二三四五六七八九"}


def keyed(digits: str, ours: str) -> str:
    """E.164 of what somebody keyed in who rang `ours`: with 00, as in his country, or in full; "" for no number."""
    region = region_of(ours)
    if region is None or not digits.isdecimal() or not 5 <= len(digits) <= 18:
        return ""
    ways = (f"+{digits[2:]}" if digits.startswith("00") else "", digits, f"+{digits}")
    return next((found for text in ways if text and (found := e164(text, region))), "")


def may_be_called(number: str, ours: str, prefixes: tuple[str, ...]) -> bool:
    """Whether we may be made to ring it; premium and emergency numbers never. Without `prefixes` only numbers of
    our own country: abroad costs money.
    """
    found, home = parsed(number), parsed(ours)
    if found is None or home is None or not phonenumbers.is_possible_number(found):
        return False
    if phonenumbers.number_type(found) in DEAR or _emergency(found):
        return False
    return number.startswith(prefixes) if prefixes else found.country_code == home.country_code


def _emergency(found: phonenumbers.PhoneNumber) -> bool:
    """Also where it was written with the code of its country: somebody else's ambulance is no joke."""
    national = str(found.national_number)
    regions = phonenumbers.region_codes_for_country_code(found.country_code or 0)
    return any(phonenumbers.connects_to_emergency_number(national, region) for region in regions)


def zones(number: str) -> tuple[str, ...]:
    """The time zones in which its owner may live; none where nobody knows."""
    found = parsed(number)
    known = timezone.time_zones_for_number(found) if found is not None else ()
    return tuple(sorted(name for name in known if name != UNKNOWN_ZONE))


def spoken(number: str, language: Language) -> str:
    """Digit by digit, with pauses."""
    known = (sign for sign in number if sign in "+0123456789")
    words = [_PLUS[language] if sign == "+" else _DIGITS[language][int(sign)] for sign in known]
    return ", ".join(words) if language == "en" else "、".join(words)
