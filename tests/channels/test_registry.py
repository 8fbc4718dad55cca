"""Nobody adds a channel by halves."""

from pathlib import Path

import pytest

from channels.registry import CHANNELS

ROOT = Path(__file__).parents[2]
BEGUN = {"voice"}  # what a call is, decided and tested; nothing talks to a provider yet


@pytest.mark.parametrize("kind", CHANNELS)
def test_a_channel_is_called_what_it_is_called(kind: str) -> None:
    assert CHANNELS[kind].kind == kind


@pytest.mark.parametrize("kind", CHANNELS)
def test_a_channel_passes_the_kit(kind: str) -> None:
    suite = ROOT / "tests" / "channels" / kind / "test_conformance.py"
    assert suite.exists(), f"write {suite.relative_to(ROOT)}: see channels/README.md"
    assert "Conformance)" in suite.read_text(encoding="utf-8")


def test_every_package_is_registered() -> None:
    packages = {path.parent.name for path in (ROOT / "channels").glob("*/__init__.py")}
    assert packages - BEGUN == set(CHANNELS)
