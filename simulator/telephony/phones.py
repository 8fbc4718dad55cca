"""The emulator beside a demo: telephones of customers who write to it, in this process and in real time."""

import secrets
from dataclasses import replace

from aiohttp import web

from simulator.telephony.app import TelephonyApp
from simulator.telephony.clock import Busyness, ScaledClock
from simulator.telephony.exchange import Account, Exchange, ExchangeOptions, PhoneNumber
from simulator.telephony.handset_socket import PATH


class Phones:
    """Another account each time: message ids follow from the seed, and a hub that remembers would know them all."""

    def __init__(self, seed: int | None = None) -> None:
        self.token = secrets.token_urlsafe(12)
        self._page_key = secrets.token_urlsafe(12)
        options = ExchangeOptions(secrets.randbits(48) if seed is None else seed, strict=False)
        self.exchange = Exchange(options, ScaledClock(), Busyness())
        self._runner: web.AppRunner | None = None

    @property
    def account(self) -> Account:
        return self.exchange.account

    @property
    def base_url(self) -> str:
        return self.exchange.base_url

    @property
    def page(self) -> str:
        """Where a browser finds telephones of customers. The key is behind the `#`, so no server logs it."""
        return f"{self.base_url}{PATH}#key={self._page_key}"

    async def start(self) -> None:
        """On a free port of this machine."""
        made = TelephonyApp(self.exchange, control_token=self.token, handset_key=self._page_key)
        runner = self._runner = web.AppRunner(made.app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        self.exchange.base_url = f"http://{host}:{port}"

    def number(self, number: str, **calls: str) -> None:
        """A number of the account and what it calls, such as `sms_url`."""
        self.exchange.add_number(replace(PhoneNumber(number), **calls))  # type: ignore[arg-type]

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
