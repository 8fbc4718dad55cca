"""The open door for mail servers: SMTP or LMTP on the hub's own event loop."""

import asyncio
import ipaddress
import logging
import ssl
from pathlib import Path

from channels.email.room import Room
from channels.email.settings import Listener
from channels.email.smtp.conversation import House, Network, factory
from channels.email.smtp.receiving import Intake

BACKLOG = 1024
logging.getLogger("mail.log").disabled = True  # aiosmtpd's: it would write addresses down, which are personal data


def address_of(listen: str) -> tuple[str, int]:
    """`127.0.0.1:8025` or `[::1]:8025`. Raises ValueError for anything else."""
    host, _, port = listen.rpartition(":")
    if not host or not port.isdigit():
        raise ValueError(f"{listen!r} is no address with a port")
    return host.strip("[]"), int(port)


def networks_of(listener: Listener) -> tuple[Network, ...]:
    """Raises ValueError."""
    return tuple(ipaddress.ip_network(one, strict=False) for one in listener.networks)


def tls_of(listener: Listener) -> ssl.SSLContext | None:
    """For STARTTLS. Raises OSError where the files cannot be used."""
    if not listener.certificate:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(listener.certificate, listener.key or None)
    return context


class Door:
    """Opens with `open`, and `serve` keeps it open until cancelled. `port` is the real one where 0 was asked for."""

    def __init__(self, listener: Listener, intake: Intake, hostname: str, room: Room | None = None) -> None:
        self._listener = listener
        self._house = House(intake, hostname, listener.max_bytes, room or Room())
        self._certified: float | None = None
        self._server: asyncio.Server | None = None

    @property
    def port(self) -> int:
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    @property
    def house(self) -> House:
        return self._house

    async def open(self) -> None:
        """Raises OSError when the address is taken or forbidden, or the certificate cannot be used; ValueError when
        the settings say something else than addresses and networks."""
        host, port = address_of(self._listener.listen)
        self._house.networks = networks_of(self._listener)
        self._certified = _changed(self._listener)
        self._house.tls = tls_of(self._listener)
        make = factory(self._house, self._listener.protocol)

        def greet() -> asyncio.Protocol:
            self._renew()
            return make()

        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(greet, host, port, backlog=BACKLOG)

    async def close(self) -> None:
        """No new connections; those that are open end, and their peers come again."""
        server, self._server = self._server, None
        if server is not None:
            server.close()
        for one in list(self._house.open):
            one.hang_up()

    async def serve(self) -> None:
        if self._server is None:
            await self.open()
        try:
            await asyncio.Event().wait()
        finally:
            await self.close()

    def _renew(self) -> None:
        """Certificates live some weeks: a new one is taken without a restart."""
        changed = _changed(self._listener)
        if self._house.tls is not None and changed not in (self._certified, None):
            try:
                self._house.tls = tls_of(self._listener)
            except OSError:
                return  # half written; the next connection tries again
            self._certified = changed


def _changed(listener: Listener) -> float | None:
    if not listener.certificate:
        return None
    try:
        return Path(listener.certificate).stat().st_mtime
    except OSError:
        return None
