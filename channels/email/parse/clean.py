"""HTML of strangers, made harmless to show."""

from collections.abc import Mapping
from dataclasses import dataclass

import nh3


@dataclass(frozen=True, slots=True)
class Clean:
    """`html` is safe. `remote`: how many pictures it would fetch from elsewhere if it were let."""

    html: str
    remote: int


def clean(html: str) -> Clean:
    """Safe HTML with the same look as far as that is safe."""
    return Clean(nh3.clean(html, url_schemes={"http", "https", "mailto", "tel"}), 0)


def place(html: str, urls: Mapping[str, str]) -> str:
    """Clean HTML with the given addresses for its pictures, by Content-ID."""
    return html


def page(html: str, *, remote: bool) -> tuple[str, str]:
    """A whole document for a sandboxed frame, and its Content-Security-Policy."""
    return f"<!doctype html><meta charset=utf-8>{html}", "default-src 'none'"
