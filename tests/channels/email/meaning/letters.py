"""The letters of corpus_meaning, and what is expected of each."""

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[1] / "corpus_meaning"
EXPECTED: dict[str, dict[str, Any]] = json.loads((FOLDER / "expected.json").read_text())


def names(key: str) -> list[str]:
    """The letters that something is expected of under this key."""
    return [name for name, expected in EXPECTED.items() if key in expected]


def raw(name: str) -> bytes:
    return (FOLDER / f"{name}.eml").read_bytes()
