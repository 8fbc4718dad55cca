"""`hub simulate --policy NEW FROM TO`: another policy on a recorded day, beside what happened and the one in force."""

import argparse
import os
import sys
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from hub import start
from hub.clock import new_uuid, utc_now
from hub.config import load
from hub.doorbell import Doorbell
from hub.journal import Journal
from hub.policies import Policies, PolicyWrong
from hub.policy_command import read, tell
from hub.replay_command import moment
from hub.simulations import Simulations
from hub.terminal import say
from hub.wire_policy import Document
from hub.wire_simulations import EstimateView, FiguresView, Simulated, WorldView

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

LIMIT, MOST = 3600.0, 200_000  # seconds and contacts: who types a command may wait
BAR = 30
ROWS = (  # field, words, kind
    ("contacts", "contacts", "number"), ("answered", "answered", "number"),
    ("service_level", "service level", "share"), ("abandonment", "abandoned", "share"),
    ("mean_wait", "mean wait", "seconds"), ("median_wait", "p50 wait", "seconds"), ("p95_wait", "p95 wait", "seconds"),
    ("longest_wait", "longest wait", "seconds"), ("vip_contacts", "VIPs", "number"),
    ("vip_service_level", "VIP service level", "share"), ("fairness", "fairness (Jain)", "plain"),
    ("utilisation", "utilisation", "share"),
)  # fmt: skip
SHOWN = {"share": (100, 1, " %"), "seconds": (1, 1, " s"), "number": (1, 0, ""), "plain": (1, 3, "")}
CALIBRATING = ("answered", "service_level", "abandonment", "mean_wait", "p95_wait")
LEGEND = (
    "service level: answered in time / (answered + abandoned + waiting beyond the threshold already)",
    "abandoned: of answered + abandoned + flowed out; waits: of the answered, the longest of everybody",
    "published: the policy in force, simulated; its distance from recorded is that of the model from what happened",
)


def add(commands: "Commands") -> None:
    text = "what another policy would have done on a recorded day"
    one = commands.add_parser("simulate", help=text, description=text, epilog=(
        "Beside it stand what happened, and what the policy in force does on that day by the same model."))
    one.set_defaults(command=run_simulate)
    one.add_argument("since", metavar="FROM", type=moment, help="2026-11-23, or 2026-11-23T09:30; UTC unless it says")
    one.add_argument("until", metavar="TO", type=moment, nargs="?",
                     help="before this moment; the end of that day unless told")
    one.add_argument("--policy", required=True, metavar="NEW",
                     help="a file (JSON, or TOML by its ending), draft, or the number of a version")
    one.add_argument("--runs", type=_count, default=10, help="with other seeds, where something has to be drawn (10)")
    one.add_argument("--seed", type=int, default=1)
    one.add_argument("--json", action="store_true", help="everything, the points of the plots too, as JSON")
    given = os.environ.get("HUB_CONFIG")
    one.add_argument("--config", type=Path, default=Path(given) if given else None,
                     help="a TOML file, or a folder of them; HUB_CONFIG says the same")


def _count(text: str) -> int:
    found = int(text)
    if not 1 <= found <= 100:
        raise ValueError(text)
    return found


async def run_simulate(options: argparse.Namespace) -> int:
    since: datetime = options.since
    until = options.until or datetime.combine(since.date() + timedelta(days=1), time(), since.tzinfo)
    settings = load(options.config)
    async with start.database(settings, join=True) as found, start.open_pool(found.dsn, 2) as pool:
        policies = Policies(Journal(pool, utc_now, new_uuid, Doorbell()), settings.queues)
        await policies.refresh()  # whoever asks changes nothing
        simulations = Simulations(pool, utc_now, policies, LIMIT, MOST)
        document = await _document(simulations, options.policy)
        try:
            job = await simulations.job(document, since, until, options.runs, options.seed)
        except PolicyWrong:
            return tell(await policies.check(document))
        async for told in simulations.run(job):
            if isinstance(told, float):
                _progress(told)
            else:
                say(told.model_dump_json(indent=2) if options.json else "\n".join(lines(told)))
    return 0


async def _document(simulations: Simulations, wanted: str) -> Document:
    """Raises `Invalid` for what is neither a version, the draft nor a file that can be read."""
    if wanted == "draft" or wanted.isdecimal():
        return await simulations.document(wanted)
    return read(Path(wanted))


def _progress(done: float) -> None:
    """On a terminal only: one line that fills."""
    if sys.stderr.isatty():
        full = round(done * BAR)
        end = "\r" if done < 1 else "\r\033[K"
        print(f"\r[{'#' * full}{'.' * (BAR - full)}] {done:4.0%}", end=end, file=sys.stderr, flush=True)


# --- as text ----------------------------------------------------------------------------------------------------------


def lines(told: Simulated) -> list[str]:
    versions = ", ".join(map(str, told.versions)) or "none"
    found = [
        f"{told.since.astimezone(UTC):%Y-%m-%d %H:%M} to {told.until.astimezone(UTC):%Y-%m-%d %H:%M} UTC, "
        f"{told.contacts} contacts, {told.waiting_before} waiting before, {told.agents} agents",
        f"recorded under version {versions}; published is version {told.version}; "
        f"{told.runs} runs from seed {told.seed}, +- is 95 % confidence",
    ]
    found += [_calibration(told)]
    found += ["", *_table("all queues", [told.recorded.all, told.published.all, told.new.all], told.difference)]
    for queue in sorted({*told.recorded.queues, *told.published.queues, *told.new.queues}):
        worlds: list[WorldView] = [told.recorded, told.published, told.new]
        found += ["", *_table(queue, [one.queues.get(queue) for one in worlds])]
    return [*found, "", *LEGEND]


def _calibration(told: Simulated) -> str:
    """How well the model reproduces what happened: the policy in force, simulated, less what was recorded."""
    was, model = told.recorded.all, told.published.all
    said = []
    for field, words, kind in ROWS:
        one, other = getattr(was, field), getattr(model, field)
        if field in CALIBRATING and one and other:
            scale, digits, unit = SHOWN[kind]
            share = f" ({other.mean / one.mean - 1:+.0%})" if kind == "seconds" and one.mean else ""
            said.append(f"{words} {(other.mean - one.mean) * scale:+.{digits}f}{unit or ''}{share}")
    same = told.versions == [told.version]
    of = "" if same else "; another version was in force then, so that its difference is in there, too"
    return f"calibration, the model less what was recorded: {', '.join(said) or 'nobody was answered'}{of}"


def _table(title: str, worlds: list[FiguresView | None], difference: FiguresView | None = None) -> list[str]:
    head = [title, "recorded", "published", "new", *(["new - published"] if difference else [])]
    rows = [head]
    for field, words, kind in ROWS:
        cells = [_cell(getattr(one, field) if one else None, kind) for one in worlds]
        rows.append([words, *cells, *([_cell(getattr(difference, field), kind, sign="+")] if difference else [])])
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    return [row[0].ljust(widths[0]) + "".join(f"  {cell.rjust(width)}" for cell, width in
            zip(row[1:], widths[1:], strict=True)) for row in rows]  # fmt: skip


def _cell(of: EstimateView | None, kind: str, sign: str = "-") -> str:
    if of is None:
        return "-"
    scale, digits, unit = SHOWN[kind]
    half = (of.high - of.low) / 2 * scale
    width = f" +-{half:.{max(digits, 1)}f}" if half else ""
    return f"{of.mean * scale:{sign}.{digits}f}{width}{unit}"


