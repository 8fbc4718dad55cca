"""What happened, in order: the journal (JSON lines) and the alerts that a debugger would show."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import orjson

Entry = dict[str, Any]


class Journal:
    """Every input and output with its time in seconds; kept in memory and, if a path is given, in a file."""

    def __init__(self, elapsed: Callable[[], float], path: Path | None = None) -> None:
        self._elapsed = elapsed
        self._path = path
        self.entries: list[Entry] = []
        self._listeners: list[Callable[[Entry], None]] = []
        self.keep = 50_000  # entries in memory; the file keeps all
        self.forgotten = 0  # how many older ones there were

    def write(self, kind: str, /, **fields: Any) -> None:
        """Append one entry and tell the listeners."""
        entry: Entry = {"t": round(self._elapsed(), 3), "kind": kind, **fields}
        if len(self.entries) >= self.keep:
            old = max(1, self.keep // 10)
            del self.entries[:old]
            self.forgotten += old
        self.entries.append(entry)
        if self._path is not None:
            with self._path.open("ab") as file:
                file.write(orjson.dumps(entry, default=str) + b"\n")
        for listener in tuple(self._listeners):
            listener(entry)

    def subscribe(self, listener: Callable[[Entry], None]) -> Callable[[], None]:
        """Have every later entry; returns what ends it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def since(self, number: int, most: int) -> tuple[list[Entry], int]:
        """Entries from the n-th that ever was, as far as they are kept, and the number of the next."""
        start = max(number - self.forgotten, 0)
        found = self.entries[start: start + most]
        return found, self.forgotten + start + len(found)

    def of(self, kind: str) -> list[Entry]:
        """All entries of a kind, oldest first."""
        return [entry for entry in self.entries if entry["kind"] == kind]


@dataclass(frozen=True, slots=True)
class Alert:
    """One thing that went wrong, with the code under which the field knows it."""

    code: int
    text: str
    at: float  # seconds since the start
    resource: str = ""  # SID of the call, message, ... concerned
    url: str = ""
    method: str = ""
    request: str = ""
    response: str = ""


NOT_EMULATED = 0  # no code of the real service: the emulator itself must be extended


class Alerts:
    """All alerts, oldest first."""

    def __init__(self, journal: Journal, elapsed: Callable[[], float]) -> None:
        self._journal = journal
        self._elapsed = elapsed
        self.all: list[Alert] = []

    def add(self, code: int, text: str, resource: str = "", **more: str) -> None:
        """Remember it and write it to the journal."""
        alert = Alert(code, text, round(self._elapsed(), 3), resource, **more)
        self.all.append(alert)
        self._journal.write("alert", **{name: value for name, value in asdict(alert).items() if name != "at"})

    def codes(self) -> list[int]:
        """Codes in order of appearance."""
        return [alert.code for alert in self.all]
