"""Nobody adds a channel by halves."""

from pathlib import Path

import pytest

from channels.registry import CHANNELS

ROOT = Path(__file__).parents[2]
BEGUN = {"voice"}  # decided and tested in parts; the hub does not know it yet
SHARED = {"twilio"}  # no channel: what two of them share


def package_of(kind: str) -> str:
    return CHANNELS[kind].__module__.split(".")[1]


@pytest.mark.parametrize("kind", CHANNELS)
def test_a_channel_is_called_what_it_is_called(kind: str) -> None:
    assert CHANNELS[kind].kind == kind


@pytest.mark.parametrize("kind", CHANNELS)
def test_a_channel_passes_the_kit(kind: str) -> None:
    suite = ROOT / "tests" / "channels" / package_of(kind) / "test_conformance.py"
    assert suite.exists(), f"write {suite.relative_to(ROOT)}: see channels/README.md"
    assert "Conformance)" in suite.read_text(encoding="utf-8")


def test_every_package_is_registered() -> None:
    packages = {path.parent.name for path in (ROOT / "channels").glob("*/__init__.py")}
    assert packages - BEGUN - SHARED == set(map(package_of, CHANNELS))
