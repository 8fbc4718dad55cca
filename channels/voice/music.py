"""A soft chord for those who wait, made here so that no number falls silent because a file is missing."""

import io
import math
import struct
import wave
from functools import cache

RATE = 8000  # samples a second, as the telephone has
SECONDS = 12
_CHORDS = ((220.0, 277.2, 329.6), (196.0, 246.9, 293.7), (174.6, 220.0, 261.6), (196.0, 246.9, 329.6))


@cache
def chord() -> bytes:
    """A WAV file of some seconds: four chords that swell and fade."""
    each = RATE * SECONDS // len(_CHORDS)
    samples = bytearray()
    for notes in _CHORDS:
        for place in range(each):
            loudness = 2600 * math.sin(math.pi * place / each) ** 2
            value = sum(math.sin(2 * math.pi * note * place / RATE) for note in notes) / len(notes)
            samples += struct.pack("<h", round(loudness * value))
    found = io.BytesIO()
    with wave.open(found, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(bytes(samples))
    return found.getvalue()
