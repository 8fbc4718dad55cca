"""Connection overrides in a webhook's URL fragment: `#rc=2&rp=all&ct=2000&rt=5000&tt=15000`."""

from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qsl, urlsplit

Failure = Literal["ct", "rt", "4xx", "5xx"]
_CLASSES: tuple[str, ...] = ("ct", "rt", "4xx", "5xx")
_RANGES = {"rc": (0, 5), "ct": (100, 10_000), "rt": (100, 15_000), "tt": (100, 15_000)}


@dataclass(frozen=True, slots=True)
class Overrides:
    """How often, after what, and how long. Times in milliseconds."""

    rc: int = 1
    rp: frozenset[str] = frozenset({"ct"})
    ct: int = 5_000
    rt: int = 15_000
    tt: int = 15_000

    def retries(self, failure: Failure) -> bool:
        """Whether this kind of failure is tried again at all."""
        return failure in self.rp


class BadOverride(ValueError):
    """An override is unknown or out of its range."""


def read_overrides(url: str) -> Overrides:
    """The overrides of a URL, defaults where it has none. Raises BadOverride."""
    fragment = urlsplit(url).fragment
    numbers: dict[str, int] = {}
    policy = Overrides().rp
    for name, value in parse_qsl(fragment, keep_blank_values=True) if fragment else ():
        if name in _RANGES:
            low, high = _RANGES[name]
            if not value.isdecimal() or not low <= int(value) <= high:
                raise BadOverride(f"{name}={value}")
            numbers[name] = int(value)
        elif name == "rp":
            policy = _policy(value)
        elif name not in {"sni", "e"}:
            raise BadOverride(name)
    return Overrides(rp=policy, **numbers)


def _policy(text: str) -> frozenset[str]:
    chosen = {part.strip() for part in text.split(",")}
    if "all" in chosen:
        return frozenset(_CLASSES)
    if not chosen <= set(_CLASSES):
        raise BadOverride(f"rp={text}")
    return frozenset(chosen)
