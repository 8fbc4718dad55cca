"""Identifiers that are the same in every run of one seed."""

import hashlib
from collections import Counter


class SidFactory:
    """`sids("CA")` -> "CA" and 32 hex digits, from the seed, the prefix and how many came before."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._made: Counter[str] = Counter()

    def __call__(self, prefix: str) -> str:
        """The next identifier of this kind."""
        self._made[prefix] += 1
        return prefix + self.digits(prefix, self._made[prefix])

    def digits(self, prefix: str, number: int) -> str:
        """32 hex digits for the n-th thing of a kind."""
        return hashlib.sha256(f"{self.seed}|{prefix}|{number}".encode()).hexdigest()[:32]

    def uuid(self) -> str:
        """A token in the form of a UUID, e.g. for I-Twilio-Idempotency-Token."""
        text = self("uuid-")[5:]
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
