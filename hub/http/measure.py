"""Counts and logs every request by its route's pattern: never a path or query, which may name people."""

import time
from collections.abc import Sequence

import structlog
from aiohttp import web
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from hub.http.problems import Handler, route_of
from hub.store.mailboxes import Meter
from hub.wire import QueueFigures

log = structlog.get_logger()
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)


class Meters:
    """What /metrics shows."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Histogram("hub_http_seconds", "Time to the answer", ["method", "route", "status"],
                                  buckets=BUCKETS, registry=self.registry)
        self.sockets = Gauge("hub_desk_sockets", "Connected consoles", registry=self.registry)
        self.pushes_lost = Counter("hub_pushes_lost", "Pushes that could not be made", registry=self.registry)
        self._queues = {name: Gauge(f"hub_queue_{name}", text, ["queue"], registry=self.registry)
                        for name, text in QUEUE_GAUGES.items()}
        self._mails = Gauge("hub_mailbox_mails", "Mails that came, by what became of them", ["mailbox", "outcome"],
                            registry=self.registry)
        self._problem = Gauge("hub_mailbox_problem", "1: fetching, sending or copying what was sent fails", ["mailbox"],
                              registry=self.registry)
        self._verified = Gauge("hub_mailbox_verified_seconds", "When it was compared with the ledger, Unix time",
                               ["mailbox"], registry=self.registry)
        self._quarantine = Gauge("hub_quarantine", "Arrivals that wait for a human's decision", registry=self.registry)

        self.twilio_refused = Counter("hub_twilio_refused", "Requests in Twilio's name that were turned away",
                                      ["account", "reason"], registry=self.registry)

    def queues(self, figures: Sequence[QueueFigures]) -> None:
        for one in figures:
            for name, gauge in self._queues.items():
                gauge.labels(one.queue).set(getattr(one, name))

    def mail(self, mailboxes: Sequence[Meter], quarantine: int) -> None:
        self._quarantine.set(quarantine)
        for one in mailboxes:
            for outcome in ("stored", "duplicate", "quarantined", "failing"):
                self._mails.labels(one.mailbox, outcome).set(getattr(one.counts, outcome))
            self._problem.labels(one.mailbox).set(one.state.problem is not None)
            if one.state.verified_at is not None:
                self._verified.labels(one.mailbox).set(one.state.verified_at.timestamp())

    def text(self) -> bytes:
        return generate_latest(self.registry)


QUEUE_GAUGES = {
    "waiting": "Contacts that wait", "offered": "Contacts that ring", "active": "Contacts being worked on",
    "wrapping": "Contacts in after-work", "held": "Contacts parked or waiting for the customer",
    "ready": "Agents who could be offered something",
}
METERS = web.AppKey("meters", Meters)


@web.middleware
async def measure(request: web.Request, handler: Handler) -> web.StreamResponse:
    began = time.perf_counter()
    response = await handler(request)
    took, route = time.perf_counter() - began, route_of(request)
    if route.startswith("/socket.io"):  # long polls last as long as they last
        return response
    request.app[METERS].requests.labels(request.method, route, str(response.status)).observe(took)
    log.info("http", method=request.method, route=route, status=response.status, ms=round(took * 1000, 1))
    return response
