"""How many SMS a text is. agent_console/src/shared/segments.ts counts the same way."""

from dataclasses import dataclass
from typing import Literal

# GSM 03.38: one septet each, then those that take two (an escape and the letter).
_ONE = frozenset("@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
                 "¿abcdefghijklmnopqrstuvwxyzäöñüà")
_TWO = frozenset("\f^{}\\[~]|€")
LONGEST = 1600  # characters that Twilio takes


@dataclass(frozen=True, slots=True)
class Count:
    """`segments` are paid for; `left`: units before another one begins."""

    encoding: Literal["GSM-7", "UCS-2"]
    segments: int
    left: int


def count(text: str) -> Count:
    """Parts of a long text lose some units to their numbering, and no letter is cut in two."""
    if all(letter in _ONE or letter in _TWO for letter in text):
        return _count("GSM-7", [2 if letter in _TWO else 1 for letter in text], 160, 153)
    return _count("UCS-2", [2 if ord(letter) > 0xFFFF else 1 for letter in text], 70, 67)


def _count(encoding: Literal["GSM-7", "UCS-2"], sizes: list[int], alone: int, part: int) -> Count:
    if sum(sizes) <= alone:
        return Count(encoding, 1 if sizes else 0, alone - sum(sizes))
    segments, used = 1, 0
    for size in sizes:
        if used + size > part:
            segments, used = segments + 1, 0
        used += size
    return Count(encoding, segments, part - used)
