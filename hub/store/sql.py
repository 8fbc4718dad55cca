"""Named SQL: each `x.py` of this package loads the statements of the `x.sql` beside it."""

import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

_HEAD = re.compile(r"^-- name: *(\w+) *$", re.MULTILINE)


def named(module: str) -> Mapping[str, str]:
    """Statements of the .sql file beside `module` (its `__file__`), by the name on their `-- name: x` line.

    Raises `ValueError` when a name stands twice.
    """
    parts = _HEAD.split(Path(module).with_suffix(".sql").read_text("utf-8"))[1:]
    names = parts[0::2]
    if len(names) != len(set(names)):
        raise ValueError(f"{module}: a statement's name stands twice")
    return MappingProxyType({name: text.strip().rstrip(";") for name, text in zip(names, parts[1::2], strict=True)})
