"""docs/proofs.md names tests that are there."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
NAMED = re.compile(r"`([\w/]+\.py)::(test_\w+)`")


def test_what_the_proofs_name_is_there() -> None:
    named = NAMED.findall((ROOT / "docs" / "proofs.md").read_text())
    texts = {file: (ROOT / "tests" / file).read_text() for file, _ in named}
    gone = [f"{file}::{name}" for file, name in named if not re.search(rf"def {name}\(", texts[file])]
    assert (gone, len(named) > 50) == ([], True)
