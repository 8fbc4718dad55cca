"""`python -m simulator --hub http://127.0.0.1:8080 --rate 6`: customers, and agents if asked."""

import argparse
import asyncio
import signal

from simulator.agents import ScriptedAgent
from simulator.crowd import Crowd
from simulator.pace import Pace
from simulator.record import Record

REPORT_SECONDS = 10.0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m simulator", description=__doc__,
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument("--hub", default="http://127.0.0.1:8080", help="where the hub is")
    parser.add_argument("--rate", type=float, default=6, help="contacts per minute")
    parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same people")
    parser.add_argument("--pace", type=float, default=1, help="1 is human, 0 takes no pauses")
    parser.add_argument("--agent", action="append", default=[], metavar="LOGIN:PASSWORD",
                        help="a scripted agent works too; may be given several times")
    return parser.parse_args()


async def _run(options: argparse.Namespace) -> None:
    record, pace, stop = Record(), Pace(options.pace), asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    crowd = Crowd(options.hub, options.rate, options.seed, pace=pace, record=record)
    people: list[Crowd | ScriptedAgent] = [crowd]
    for number, account in enumerate(options.agent):
        login, _, password = account.partition(":")
        people.append(ScriptedAgent(options.hub, login, password, pace=pace, seed=number, record=record))
    for person in people:
        await person.start()
    while not stop.is_set():
        try:
            async with asyncio.timeout(REPORT_SECONDS):
                await stop.wait()
        except TimeoutError:
            print(f"{crowd.present} customers there; {record.summary()}", flush=True)
    for person in people:
        await person.stop()
    print(record.summary(), flush=True)


if __name__ == "__main__":
    asyncio.run(_run(_arguments()))
