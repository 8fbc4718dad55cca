"""`python -m simulator.telephony --port 8090`: the emulator alone, on this machine, for a hub to be pointed at."""

import argparse
import asyncio
import json
import os
import secrets
import signal
from pathlib import Path

from aiohttp import web

from simulator.telephony.app import TelephonyApp
from simulator.telephony.clock import Busyness, ScaledClock
from simulator.telephony.exchange import Exchange, ExchangeOptions, PhoneNumber
from simulator.telephony.handset_socket import PATH

TOKEN = "TWILSIM_TOKEN"  # noqa: S105 - the name of a variable


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m simulator.telephony", description=__doc__,
                                     formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("--port", type=int, default=8090, help="on 127.0.0.1; 0 takes a free one")
    parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same account and SIDs")
    parser.add_argument("--scale", type=float, default=1.0, help="how much faster than real time")
    parser.add_argument("--journal", type=Path, help="file for everything that happens, as JSON lines")
    parser.add_argument("--number", action="append", default=[], metavar="+NUMBER=VOICE_URL[,SMS_URL]",
                        help="a number of the account and what it calls; may be given several times")
    parser.add_argument("--reach", action="append", default=[], metavar="PUBLIC=HERE",
                        help="webhooks to this public base URL are signed as such and sent to that one")
    parser.add_argument("--media-auth", action="store_true", help="downloads need the account's credentials")
    return parser.parse_args()


async def _run(options: argparse.Namespace) -> None:
    reach = dict(one.split("=", 1) for one in options.reach)
    busy = Busyness()
    exchange = Exchange(ExchangeOptions(options.seed, strict=False, journal=options.journal, reach=reach),
                        ScaledClock(scale=options.scale), busy)
    for one in options.number:
        number, _, urls = one.partition("=")
        voice, _, sms = urls.partition(",")
        exchange.add_number(PhoneNumber(number, voice, sms_url=sms))
    token = os.environ.get(TOKEN) or secrets.token_urlsafe(24)
    key = secrets.token_urlsafe(12)
    runner = web.AppRunner(TelephonyApp(exchange, control_token=token, handset_key=key,
                                        media_needs_auth=options.media_auth).app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", options.port).start()
    host, port = runner.addresses[0][:2]
    exchange.base_url = f"http://{host}:{port}"
    ready = {"base_url": exchange.base_url, "account_sid": exchange.account.sid,
             "handset": f"{exchange.base_url}{PATH}#key={key}"}
    if TOKEN not in os.environ:
        ready["token"] = token  # nobody else knows it
    print(json.dumps(ready), flush=True)
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    await stop.wait()
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(_run(_arguments()))
