"""`python -m simulator.telephony.contract`: the contract, asked of the emulator or, for money, of the live service."""

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import aiohttp
from twilio.base.exceptions import TwilioException  # type: ignore[import-untyped]

from simulator.telephony.contract.bench import VARIABLES, Broken, Notes, Place, emulated, from_environment, standing
from simulator.telephony.contract.checks import CHECKS, Check

NEEDS = "\n".join(f"  {name:<22}{what}" for name, what in VARIABLES.items())


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m simulator.telephony.contract", formatter_class=argparse.RawDescriptionHelpFormatter,
        description=__doc__, epilog=f"With --live the environment says:\n{NEEDS}")
    parser.add_argument("--live", action="store_true", help="ask the live service; that costs money, and asks first")
    parser.add_argument("--free", action="store_true", help="only checks that cost nothing")
    parser.add_argument("--yes", action="store_true", help="spend without asking")
    parser.add_argument("--only", action="append", choices=[one.name for one in CHECKS], help="this check only")
    parser.add_argument("--notes", type=Path, help="write what was seen to this file, to be kept")
    return parser.parse_args(arguments)


async def asked(place: Place, checks: Sequence[Check]) -> tuple[Notes, dict[str, str]]:
    """What was seen, and by check what is broken. Raises Broken where nothing can be asked at all."""
    broken: dict[str, str] = {}
    async with standing(place) as bench:
        for check in checks:
            try:
                await check.run(bench)
            except Broken as wrong:
                broken[check.name] = str(wrong)
            except (KeyError, TwilioException, aiohttp.ClientError) as wrong:  # an answer that lacks what is relied on
                broken[check.name] = repr(wrong)
            await bench.hang_up()
            told = f"BROKEN: {broken[check.name]}" if check.name in broken else "good"
            print(f"{check.name:<12}{told}", flush=True)
        return bench.notes, broken


def differences(live: Notes, emulator: Notes) -> list[str]:
    """Where the emulator is unlike, in words."""
    return [f"{name}: live {live[name]!r}, emulator {emulator[name]!r}"
            for name in live if name in emulator and live[name] != emulator[name]]


def agreed(checks: Sequence[Check], yes: bool) -> bool:
    """Whether whoever runs this wants to spend so much."""
    cost = sum(one.cost for one in checks)
    if not cost or yes:
        return True
    print(f"This makes calls and sends texts between two numbers of your account. It costs about ${cost:.2f} by list "
          f"prices for numbers in the USA, elsewhere perhaps more.", flush=True)
    try:
        return input("Type yes to spend it: ").strip().lower() == "yes"
    except EOFError:
        return False


async def run(options: argparse.Namespace) -> int:
    checks = [one for one in CHECKS if (not options.only or one.name in options.only)
              and not (options.free and one.cost)]
    if not options.live:
        async with emulated() as (place, _):
            notes, broken = await asked(place, checks)
    else:
        place = from_environment(os.environ)
        if not agreed(checks, options.yes):
            print("Nothing was spent.")
            return 2
        notes, broken = await asked(place, checks)
        print("The same of the emulator:")
        async with emulated() as (here, _):
            unlike = differences(notes, (await asked(here, checks))[0])
        for line in unlike:
            print(f"DIFFERS: {line}")
        print(f"{len(unlike)} differences." if unlike else "The emulator is alike.")
        broken |= dict.fromkeys(unlike, "differs")
    if options.notes is not None:
        options.notes.write_text(json.dumps(notes, indent=1, sort_keys=True, ensure_ascii=False) + "\n", "utf-8")
    return 1 if broken else 0


def main(arguments: Sequence[str] | None = None) -> int:
    try:
        return asyncio.run(run(_arguments(arguments)))
    except (Broken, ValueError) as wrong:
        print(f"Not run:\n{wrong}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
