"""Numbers of a run, and how they are judged."""

from collections.abc import Sequence
from dataclasses import dataclass


def quantile(values: Sequence[float], share: float) -> float:
    """The nearest-rank quantile."""
    ordered = sorted(values)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]


@dataclass(frozen=True)
class Line:
    """One measured thing. `met` is None where there is no target."""

    what: str
    hub: str
    peer: str = ""
    ratio: str = ""
    target: str = ""
    met: bool | None = None


def table(lines: Sequence[Line]) -> str:
    rows = [("measured", "hub", "peer", "ratio", "target", "")]
    rows += [(line.what, line.hub, line.peer, line.ratio, line.target, _verdict(line.met)) for line in lines]
    widths = [max(len(row[column]) for row in rows) for column in range(6)]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
                     for row in rows)


def _verdict(met: bool | None) -> str:
    return "" if met is None else "met" if met else "MISSED"
