"""Reads plain data (what JSON or TOML hold) and goes on after a problem, to find the others too."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, TypeVar

from routing.expression import Expression, writable
from routing.expression_parse import BadExpression, parse

_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
T = TypeVar("T")
Reader = Callable[[object, str], Any]  # of what stands at a path


@dataclass(frozen=True, slots=True)
class Problem:
    """`path`: where, such as rules[3].when; `words`: what is wrong there, for whoever wrote it."""

    path: str
    words: str

    def __str__(self) -> str:
        return f"{self.path}: {self.words}"


class Reading:
    """One reading of one document. What is missing or wrong is None, with a problem noted."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def problem(self, path: str, words: str) -> None:
        self.problems.append(Problem(path or "document", words))

    def table(self, data: object, path: str, needed: Iterable[str], allowed: Iterable[str]) -> dict[str, Any] | None:
        """The entries that are there and not null, None if it is no table."""
        if not isinstance(data, Mapping):
            self.problem(path, f"must be a table, not {shown(data)}")
            return None
        known = {*needed, *allowed}
        for key in data:
            if key not in known:
                near = get_close_matches(str(key), known, n=1)
                self.problem(under(path, str(key)[:80]), "is not known here" + perhaps(near))
        for key in needed:
            if data.get(key) is None:
                self.problem(under(path, key), "is missing")
        return {key: value for key, value in data.items() if key in known and value is not None}

    def each(self, given: Mapping[str, Any], path: str, **how: Reader) -> dict[str, Any]:
        """The entries that are there, each read in its way."""
        return {name: read(given[name], under(path, name)) for name, read in how.items() if name in given}

    def named(self, data: object, path: str, most: int) -> Iterator[tuple[str, str, object]]:
        """(id, its path, value) of each entry of a table of ids."""
        if not isinstance(data, Mapping):
            self.problem(path, f"must be a table, not {shown(data)}")
            return
        self.count(len(data), path, most)
        for key, value in data.items():
            id = self.id(key, under(path, str(key)[:80]))
            if id is not None:
                yield id, under(path, id), value

    def items(self, data: object, path: str, most: int) -> Iterator[tuple[str, object]]:
        """(path, item) of a list."""
        if not isinstance(data, list | tuple):
            self.problem(path, f"must be a list, not {shown(data)}")
            return
        self.count(len(data), path, most)
        for place, item in enumerate(data[:most]):
            yield f"{path}[{place}]", item

    def count(self, found: int, path: str, most: int) -> None:
        if found > most:
            self.problem(path, f"has {found} entries, at most {most} are allowed")

    def id(self, data: object, path: str) -> str | None:
        if isinstance(data, str) and _ID.fullmatch(data):
            return data
        self.problem(path, f"must be small letters, digits, - and _, at most 64, not {shown(data)}")
        return None

    def text(self, data: object, path: str, longest: int = 200) -> str | None:
        if isinstance(data, str) and len(data) <= longest and writable(data) and "\n" not in data:
            return data
        self.problem(path, f"must be a text in one line of at most {longest} characters, not {shown(data)}")
        return None

    def whole(self, data: object, path: str, least: int, most: int) -> int | None:
        if isinstance(data, int) and not isinstance(data, bool) and least <= data <= most:
            return data
        self.problem(path, f"must be a whole number from {least} to {most}, not {shown(data)}")
        return None

    def wholes(self, least: int, most: int) -> Reader:
        """`whole` within these limits, for `each`."""
        return lambda data, path: self.whole(data, path, least, most)

    def numbers(self, least: int, most: int) -> Reader:
        return lambda data, path: self.number(data, path, least, most)

    def choices(self, *choices: str) -> Reader:
        return lambda data, path: self.choice(data, path, choices)

    def lists(self, read: Callable[[object, str], T | None], most: int) -> Callable[[object, str], tuple[T, ...]]:
        """A list of what is read so, without what is wrong."""
        return lambda data, path: tuple(
            one for here, item in self.items(data, path, most) if (one := read(item, here)) is not None
        )

    def number(self, data: object, path: str, least: int, most: int) -> int | float | None:
        """Like `whole`, but with decimals."""
        if isinstance(data, int | float) and not isinstance(data, bool) and least <= data <= most:
            return int(data) if data == int(data) else data
        self.problem(path, f"must be a number from {least} to {most}, not {shown(data)}")
        return None

    def choice(self, data: object, path: str, choices: Iterable[T]) -> T | None:
        listed = list(choices)
        for one in listed:
            if data == one:
                return one
        near = get_close_matches(str(data), [str(one) for one in listed], n=1)
        self.problem(path, f"must be one of {', '.join(map(str, listed))}, not {shown(data)}{perhaps(near)}")
        return None

    def expression(self, data: object, path: str) -> Expression | None:
        if not isinstance(data, str):
            self.problem(path, f"must be an expression such as german >= 3, not {shown(data)}")
            return None
        try:
            return parse(data)
        except BadExpression as problem:
            self.problem(path, str(problem))
            return None


def under(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def shown(data: object) -> str:
    if data is None or isinstance(data, bool):
        return {None: "nothing", True: "true", False: "false"}[data]
    if isinstance(data, Mapping):
        return "a table"
    return "a list" if isinstance(data, list | tuple) else f"{data!r:.80}"


def perhaps(near: Iterable[str]) -> str:
    return "".join(f"; did you mean {one}?" for one in near)
