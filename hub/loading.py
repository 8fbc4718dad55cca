"""Loads modules without looking for garbage in what stays: that would cost a quarter of the start, again and again."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def loading() -> Iterator[None]:
    """Around imports of much, at the start of a process."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
