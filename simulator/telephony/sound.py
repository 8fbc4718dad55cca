"""Sound files that say nothing: a tone for each party, silence where a recording was paused."""

import io
import math
import wave
from array import array
from collections.abc import Iterable

from simulator.telephony.recordings import Recording

RATE = 8000  # samples per second, as on the telephone
TONES = (440, 660)  # hertz, for the first party and the second
_LOUDNESS = 6000
MAX_SECONDS = 3600


def _tone(hertz: int) -> "array[int]":
    """One second."""
    return array("h", (round(_LOUDNESS * math.sin(2 * math.pi * hertz * n / RATE)) for n in range(RATE)))


def wav(parts: Iterable[tuple[bool, float]], channels: int = 1) -> bytes:
    """A WAV of (sound or silence, seconds) parts; with two channels the tones lie apart."""
    first, second = _tone(TONES[0]), _tone(TONES[1])
    if channels == 2:
        second_of_sound = array("h", (sample for pair in zip(first, second, strict=True) for sample in pair))
    else:
        second_of_sound = array("h", ((one + two) // 2 for one, two in zip(first, second, strict=True)))
    silence = array("h", bytes(2 * len(second_of_sound)))
    found = io.BytesIO()
    with wave.open(found, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(RATE)
        for sound, seconds in parts:
            source = second_of_sound if sound else silence
            samples = round(min(seconds, MAX_SECONDS) * RATE)
            for _ in range(samples // RATE):
                file.writeframes(source.tobytes())
            file.writeframes(source[: samples % RATE * channels].tobytes())
    return found.getvalue()


def wav_of(recording: Recording, channels: int) -> bytes:
    """What is downloaded for a recording: as long as its duration says."""
    parts = [(one.sound, (one.end or one.start) - one.start) for one in recording.segments]
    length, wanted = sum(seconds for _, seconds in parts), float(recording.seconds or 0)
    if length > 0 and len(parts) == 1:
        parts = [(True, wanted)]
    return wav(parts, channels)
