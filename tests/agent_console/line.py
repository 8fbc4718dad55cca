"""A hub with a telephone for tests in a browser: the emulator in Twilio's place, at the pace of real time.

Announcements are spoken fast, so that nobody waits for their end.
"""

import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from simulator.telephony.driver import Sim, running_sim
from simulator.telephony.exchange import ExchangeOptions, Timings
from tests.agent_console.conftest import Desk
from tests.hub.telephone import OURS
from tests.support.hub import RunningHub, a_hub

KEY = "telephones"
QUICK = Timings(setup=0.1, say_per_character=0.004, say_least=0.1, recording_ready=0.2, calls_per_second=50.0)
SHOTS = os.environ.get("SHOTS")


@asynccontextmanager
async def a_line(dsn: str, voice: dict[str, Any], **settings: Any) -> AsyncIterator[tuple[Sim, RunningHub]]:
    """A hub whose number is the emulator's, which shows telephones of customers with `KEY`."""
    async with AsyncExitStack() as stack:
        emulator = running_sim(ExchangeOptions(timings=QUICK), "control", KEY, real_time=True)
        sim = await stack.enter_async_context(emulator)
        known = sim.exchange.account
        account = {"id": "main", "account_sid": known.sid, "api_url": sim.base_url, "api_key_sid": known.key_sid,
                   "secrets": {"auth_token": known.auth_token, "api_key_secret": known.key_secret}}
        hub = await stack.enter_async_context(a_hub(dsn, twilio=[account], voice=voice, **settings))
        ours = f"{hub.url}/twilio/main/voice"
        sim.number(OURS, f"{ours}/in", status_callback=f"{ours}/status")
        yield sim, hub


async def shots(desk: Desk, name: str, language: str = "") -> None:
    """Pictures for people, where somebody asks for them (SHOTS: a folder)."""
    if not SHOTS:
        return
    for scheme in ("light", "dark"):
        for width, height in ((1440, 900), (390, 844)):
            await desk.page.emulate_media(color_scheme=scheme)
            await desk.page.set_viewport_size({"width": width, "height": height})
            await desk.page.screenshot(path=Path(SHOTS) / f"{name}{language}_{scheme}_{width}.png")
    await desk.page.emulate_media(color_scheme="light")
    await desk.page.set_viewport_size({"width": 1440, "height": 900})
