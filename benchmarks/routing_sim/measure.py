"""Every floor, every way of routing, the same customers: who is better at what, and where ours is worse."""

import asyncio
from collections.abc import Callable

from benchmarks.figures import Line
from benchmarks.routing_sim.figures import Figures, figures, interval99, mean_of
from benchmarks.routing_sim.promises import promises
from benchmarks.routing_sim.rivals import everybody
from benchmarks.routing_sim.trace import FLOORS
from benchmarks.stage import Stage
from routing.simulation.floor import play
from routing.simulation.trace import Trace

RUNS = 10
OURS = "ours"
COLUMNS: tuple[tuple[str, str, bool], ...] = (  # field, title, whether more is better
    ("service_level", "in time", True),
    ("vip_level", "VIPs in time", True),
    ("abandoned", "left", False),
    ("p95_wait", "p95 wait s", False),
    ("longest_wait", "longest s", False),
    ("fairness", "Jain", True),
)
Runs = dict[str, list[Figures]]


async def measure(on: Stage) -> list[Line]:
    """Prints a table of every floor, then says of each figure who is best; needs nothing of the stage."""
    parts: dict[str, Runs] = {}
    for floor in FLOORS:
        parts |= await asyncio.to_thread(played, floor)
    for title, runs in parts.items():
        print(table(title, runs))
    best = [verdict(title, runs, *column) for title, runs in parts.items() for column in COLUMNS]
    rivals = [against(rival, parts) for rival in everybody() if not rival.startswith(OURS)]
    return [*best, *rivals, *await asyncio.to_thread(promises)]


async def waits(on: Stage) -> list[Line]:
    """Whether promised waits hold, alone; needs nothing of the stage."""
    return await asyncio.to_thread(promises)


def played(floor: Callable[[int], Trace], many: int = RUNS) -> dict[str, Runs]:
    """The figures of each run, by part of the floor (calls and mails apart where there are both) and way of routing."""
    parts: dict[str, Runs] = {}
    for seed in range(many):
        trace = floor(seed)
        channels = sorted({arrival.channel for arrival in trace.arrivals})
        for name, make in everybody().items():
            result = play(trace, make())
            for channel in channels if len(channels) > 1 else [None]:
                title = f"{trace.name}, {channel}" if channel else trace.name
                parts.setdefault(title, {}).setdefault(name, []).append(figures(result, channel=channel))
    return parts


def table(title: str, runs: Runs) -> str:
    rows = [[title, *(heading for _, heading, _ in COLUMNS)]]
    for name, of in runs.items():
        mean = mean_of(of)
        rows.append([name, *(shown(field, getattr(mean, field)) for field, _, _ in COLUMNS)])
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ("  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    return "\n".join(lines) + "\n"


def verdict(title: str, runs: Runs, field: str, heading: str, more: bool) -> Line:
    """Ours against whoever is best at this figure."""
    means = {name: getattr(mean_of(of), field) for name, of in runs.items() if not name.startswith(OURS)}
    best = (max if more else min)(means, key=lambda name: means[name])
    ours = shown(field, getattr(mean_of(runs[OURS]), field))
    return Line(f"{title}: {heading}", ours, f"{shown(field, means[best])} ({best})", compared(runs, best, field, more))


def compared(runs: Runs, rival: str, field: str, more: bool) -> str:
    """Ours to the rival's: better or worse only where 99 % of confidence over the same customers say so."""
    apart = [getattr(ours, field) - getattr(other, field) for ours, other in zip(runs[OURS], runs[rival], strict=True)]
    low, high = interval99(apart)
    return "equal" if low <= 0 <= high else "better" if (low > 0) == more else "worse"


def against(rival: str, parts: dict[str, Runs]) -> Line:
    """On how many of all figures of all floors ours is better, equal and worse than one rival."""
    words = [compared(runs, rival, field, more) for runs in parts.values() for field, _, more in COLUMNS]
    many = {word: words.count(word) for word in ("better", "equal", "worse")}
    return Line(f"all floors, against {rival}", ", ".join(f"{word} at {many[word]}" for word in many))


def shown(field: str, value: float) -> str:
    if field in {"p95_wait", "longest_wait"}:
        return f"{value:.0f}"
    return f"{value:.3f}" if field == "fairness" else f"{100 * value:.1f} %"
