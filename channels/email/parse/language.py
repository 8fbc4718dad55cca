"""The language of a mail, where it can be had for nothing."""

import re

from channels.email.parse.model import Headers

_TAG = re.compile(r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")
_LOOKED_AT = 2_000  # characters
_HAN, _KANA, _HANGUL = (re.compile(f"[{span}]") for span in (
    "\u4e00-\u9fff\u3400-\u4dbf", "\u3041-\u30ff", "\uac00-\ud7a3"))
_TRADITIONAL = re.compile("[們這個說時會對請發問麼為與]")


def guess(headers: Headers, text: str) -> str | None:
    """What Content-Language says, else what the script says; None for letters that many languages share."""
    given = headers.get("content-language").partition(",")[0].strip()
    if _TAG.match(given) and len(given) <= 35:
        return given
    start = text[:_LOOKED_AT]
    if start.isascii():
        return None
    han, kana, hangul = (len(one.findall(start)) for one in (_HAN, _KANA, _HANGUL))
    if kana * 5 > han + kana or han + kana + hangul < 4:
        return "ja" if kana >= 2 else None
    if hangul > han:
        return "ko"
    return "zh-Hant" if len(_TRADITIONAL.findall(start)) * 20 > han else "zh-Hans"
