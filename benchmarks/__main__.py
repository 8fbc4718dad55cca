"""`python -m benchmarks [NAME ...]`: measures, prints a table, ends with 1 when a target is missed."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from functools import partial

import uvloop

from benchmarks import (
    chat,
    dispatch,
    form,
    mail,
    mail_large,
    mail_memory,
    mail_parse,
    timeline,
    visitors,
    voice,
    voice_floor,
)
from benchmarks.figures import Line, table
from benchmarks.routing_sim import measure as routing_sim
from benchmarks.stage import Stage, stage

Measure = Callable[[Stage], Awaitable[list[Line]]]
ALL: dict[str, Measure] = {
    "form": form.measure, "chat": chat.measure, "visitors": visitors.measure, "timeline": timeline.measure,
    "mail": mail.measure, "mail_parse": mail_parse.measure}
LONG: dict[str, Measure] = {"mail_memory": mail_memory.measure, "mail_large": mail_large.measure,
        "routing": routing_sim.measure, "waits": routing_sim.waits, "voice": voice.measure,
        "voice_50": partial(voice_floor.measure, calls=50), "voice_150": partial(voice_floor.measure, calls=150),
        "voice_500": voice_floor.measure, "voice_burst": partial(voice_floor.measure, arriving=0.0),
        "dispatch": dispatch.measure}  # only when named


async def run(names: list[str]) -> int:
    lines: list[Line] = []
    async with stage() as on:
        for name in names:
            print(f"measuring: {name} ...", file=sys.stderr, flush=True)
            async with asyncio.timeout(3600):
                lines += await (ALL | LONG)[name](on)
    print(table(lines))
    return 1 if any(line.met is False for line in lines) else 0


if __name__ == "__main__":
    chosen = sys.argv[1:] or list(ALL)
    if unknown := [name for name in chosen if name not in ALL | LONG]:
        sys.exit(f"There is no benchmark {', '.join(unknown)}; there are: {', '.join(ALL | LONG)}")
    sys.exit(uvloop.run(run(chosen)))
