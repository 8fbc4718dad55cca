"""docs/proofs.md names tests that are there."""

import re
from pathlib import Path

from tests.hub.scenes import SCENES

ROOT = Path(__file__).parent.parent
PLAYED = re.compile(r"`scene: (\w+)`")
NAMED = re.compile(r"`([\w/]+\.py)::(test_\w+)`")


def test_what_the_proofs_name_is_there() -> None:
    named = NAMED.findall((ROOT / "docs" / "proofs.md").read_text())
    texts = {file: (ROOT / "tests" / file).read_text() for file, _ in named}
    gone = [f"{file}::{name}" for file, name in named if not re.search(rf"def {name}\(", texts[file])]
    assert (gone, len(named) > 50) == ([], True)


def test_each_scene_of_the_telephone_is_named() -> None:
    assert set(PLAYED.findall((ROOT / "docs" / "proofs.md").read_text())) == set(SCENES)
