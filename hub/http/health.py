"""Whether the hub can take contacts, for people and machines that watch it."""

import asyncio
import time
from datetime import datetime, timedelta
from ipaddress import ip_address

import structlog
from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST
from pydantic import Field

from channels.base import Channel
from hub.errors import Forbidden
from hub.http.endpoint import Call, Endpoint
from hub.http.measure import METERS
from hub.http.parts import Parts
from hub.journal import AWAY
from hub.store import figures, health, mailboxes, quarantine
from hub.wire_base import Wire

log = structlog.get_logger()
PROBE_LIMIT = 2.0  # seconds
VERIFIED_WITHIN = timedelta(hours=36)  # it is done every day
FRESH = 1.0  # seconds that an answer is good for, so that asking often costs nothing


class Finding(Wire):
    name: str
    ok: bool
    detail: str = ""


class Health(Wire):
    """`ok`: contacts are taken and kept. A channel or a mailbox that is not well does not stop the others."""

    ok: bool
    database: Finding
    loops: dict[str, bool] = Field(description="loop -> whether it runs")
    channels: dict[str, list[Finding]]
    mailboxes: list[Finding] = Field(description="those that mail is fetched from: when each was last verified")
    quarantine: int | None = Field(description="arrivals that wait for a human's decision; null: not known now")


class Probe:
    """Asks database and channels, once for all who ask within a second."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._last: tuple[float, Health] | None = None

    async def ask(self, parts: Parts) -> Health:
        async with self._lock:
            if self._last is None or time.monotonic() - self._last[0] > FRESH:
                self._last = (time.monotonic(), await _examine(parts))
            return self._last[1]


PROBE = web.AppKey("probe", Probe)


async def get_health(call: Call) -> Health:
    found = await call.request.app[PROBE].ask(call.parts)
    call.status = 200 if found.ok else 503
    call.headers["Cache-Control"] = "no-store"
    return found


async def get_metrics(call: Call) -> web.Response:
    """Prometheus' text format. From this machine only, unless the configuration opens it."""
    if call.parts.settings.metrics == "loopback" and not _is_loopback(call.request):
        raise Forbidden('Ask from this machine, or set `metrics = "open"`.')
    meters = call.request.app[METERS]
    try:
        async with asyncio.timeout(PROBE_LIMIT):
            meters.queues(await figures.figures(call.parts.pool, call.parts.now()))
            meters.mail(await mailboxes.meters(call.parts.pool), await quarantine.count(call.parts.pool))
    except AWAY as error:
        log.warning("metrics.database_away", error=type(error).__name__)
    return web.Response(body=meters.text(), headers={"Content-Type": CONTENT_TYPE_LATEST})


async def findings(channel: Channel, limit: float = PROBE_LIMIT) -> list[Finding]:
    """A channel's own check of itself. One that hangs or breaks is a finding, too."""
    found: list[Finding] = []
    try:
        async with asyncio.timeout(limit):
            found.extend([Finding(name=c.name, ok=c.ok, detail=c.detail) async for c in channel.check()])
    except TimeoutError:
        found.append(Finding(name=channel.kind, ok=False, detail=f"no answer within {limit:g} s"))
    return found


async def database(parts: Parts) -> Finding:
    try:
        async with asyncio.timeout(PROBE_LIMIT):
            await health.probe(parts.pool, parts.now(), PROBE_LIMIT)
    except AWAY as error:
        return Finding(name="write", ok=False, detail=f"the database takes no write: {type(error).__name__}")
    return Finding(name="write", ok=True)


async def _examine(parts: Parts) -> Health:
    written = await database(parts)
    checks = await asyncio.gather(*(findings(channel) for channel in parts.channels.values()))
    loops = parts.tasks.alive()
    # Without Redis nodes do not hear of one another, and each still takes and keeps contacts. A mailbox that cannot be
    # reached is somebody else's trouble, and named below.
    well = all(runs for name, runs in loops.items() if not name.startswith(("nodes-", "mail:")))
    fetched, waiting = await _mail(parts) if written.ok else ([], None)
    return Health(ok=written.ok and well, database=written, loops=loops, mailboxes=fetched, quarantine=waiting,
                  channels=dict(zip(parts.channels, checks, strict=True)))


async def _mail(parts: Parts) -> tuple[list[Finding], int | None]:
    """Codes and times only: what a mail server says may name people, and this page is open to everybody."""
    try:
        async with asyncio.timeout(PROBE_LIMIT):
            states = await mailboxes.states(parts.pool)
            waiting = await quarantine.count(parts.pool)
    except AWAY as error:
        log.warning("health.mail_unknown", error=type(error).__name__)
        return [], None
    now = parts.now()
    return [_fetching(one, states.get(one, mailboxes.State()), now) for one in parts.mailboxes.fetched()], waiting


def _fetching(mailbox: str, state: mailboxes.State, now: datetime) -> Finding:
    verified = f"last verified at {state.verified_at:%Y-%m-%dT%H:%M:%SZ}" if state.verified_at else "never verified"
    if state.problem is not None:
        return Finding(name=mailbox, ok=False, detail=f"{state.problem}; {verified}")
    late = state.verified_at is None or now - state.verified_at > VERIFIED_WITHIN
    return Finding(name=mailbox, ok=not late, detail=verified)


def _is_loopback(request: web.Request) -> bool:
    try:
        return ip_address(request.remote or "").is_loopback and "X-Forwarded-For" not in request.headers
    except ValueError:
        return False


ENDPOINTS = (
    Endpoint("GET", "/healthz", get_health, "Whether contacts are taken; 503 when not", role=None),
    Endpoint("GET", "/metrics", get_metrics, "Prometheus metrics", role=None, media="text/plain"),
)
