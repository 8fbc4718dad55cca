"""`hub replay FROM TO`: decides again what routing decided, and says what would come out otherwise."""

import argparse
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from hub import start
from hub.config import load
from hub.replay import replay
from hub.start import open_pool

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]


def add(commands: "Commands") -> None:
    text = "decide again what routing decided, from its journal, and compare byte for byte"
    one = commands.add_parser("replay", help=text, description=text, epilog=(
        "The exit status is 1 if anything comes out otherwise, or if nothing was kept of that time."))
    one.set_defaults(command=run_replay)
    one.add_argument("since", metavar="FROM", type=moment, help="2026-11-23, or 2026-11-23T09:30; UTC unless it says")
    one.add_argument("until", metavar="TO", type=moment, help="decisions before this moment")
    given = os.environ.get("HUB_CONFIG")
    one.add_argument("--config", type=Path, default=Path(given) if given else None,
                     help="a TOML file, or a folder of them; HUB_CONFIG says the same")


def moment(text: str) -> datetime:
    """Raises ValueError."""
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


async def run_replay(options: argparse.Namespace) -> int:
    async with start.database(load(options.config), join=True) as found, open_pool(found.dsn, 2) as pool:
        told = await replay(pool, options.since, options.until)
    print(f"decisions {told.decisions}, offers {told.offers}, different {told.different}, "
          f"left out for want of room {told.left_out}")
    return 1 if told.different or not told.decisions else 0
