"""The composition root: the one place that sees everything. Builds in order, and undoes in reverse."""

import asyncio
import os
import secrets
import socket
from collections.abc import AsyncIterator, Awaitable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import structlog
from aiohttp import web
from argon2 import PasswordHasher
from socketio import AsyncRedisManager, AsyncServer

from channels.base import Channel, Fetching, Sink
from channels.email.channel import Email
from channels.form import Forms
from channels.manual import Manual
from channels.messaging import Sms, WhatsApp
from channels.voice.channel import Voice
from channels.webchat import WebChat, WebChatSettings
from hub.call_supervision import Supervision
from hub.call_transfers import Transfers
from hub.callers import Blocking
from hub.clock import NewId, Now, new_uuid, utc_now
from hub.config import UNITS, Settings
from hub.decisions import Decisions
from hub.deliver import Deliver
from hub.desk import Desk
from hub.dispatch import Dispatch
from hub.doorbell import Doorbell
from hub.errors import Unavailable
from hub.escalation import Escalation
from hub.floor import Floor
from hub.http import demo, routes, static
from hub.http.endpoint import authenticate, register
from hub.http.headers import secure
from hub.http.health import PROBE, Probe
from hub.http.mailboxes import TESTS
from hub.http.measure import METERS, Meters, measure
from hub.http.origin import behind, same_origin
from hub.http.parts import PARTS, Parts
from hub.http.problems import answer_problems
from hub.intake import Intake, Placement, Weight
from hub.journal import AWAY, Journal
from hub.ladder import Ladders
from hub.mail_room import MailRoom
from hub.mailing import Mailing
from hub.media import Media
from hub.new_texts import NewTexts
from hub.nodes import Nodes
from hub.outbox import Outbox
from hub.policies import Policies
from hub.presence import SWEEP, PresenceDesk
from hub.pulling import Pulling
from hub.read_back import ReadBack
from hub.realtime import Realtime
from hub.reception import Reception
from hub.replacing import Replacing
from hub.simulations import Simulations
from hub.start import open_pool
from hub.store import queues
from hub.store.sessions import Session
from hub.tasks import Loop, Tasks
from hub.telephone import Telephone
from hub.texting import KINDS, Texting
from hub.timers import Timers
from hub.trials import Trials
from hub.twilio_room import TwilioRoom
from hub.users import Users
from hub.watch import Watch
from hub.ways_in import WaysIn

log = structlog.get_logger()
WIDGET = Path(__file__).parent / "static" / "chat" / "widget.js"
REALTIME = web.AppKey("realtime", Realtime)
CLOSE_LIMIT = 5.0  # seconds
PING, PING_LIMIT = 10, 15  # seconds: a silent socket is known dead before its lease ends


@dataclass(frozen=True)
class World:
    """What a hub is given: time, ids, the cost of passwords, and for the demo customers and a visitor's mail."""

    now: Now = utc_now
    new_id: NewId = new_uuid
    hasher: PasswordHasher = field(default_factory=PasswordHasher)
    crowd: demo.Customers | None = None
    mail: demo.VisitorsMail | None = None
    loops: Mapping[str, Loop] = field(default_factory=dict)
    node: str = field(default_factory=lambda: f"{socket.gethostname()} {os.getpid()} {secrets.token_hex(4)}")


@dataclass(frozen=True)
class Channels:
    form: Forms
    webchat: WebChat
    manual: Manual
    email: Email
    sms: Sms
    whatsapp: WhatsApp
    voice: Voice

    @property
    def by_kind(self) -> dict[str, Channel]:
        return {one.kind: one for one in (self.form, self.webchat, self.manual, self.email, self.sms,
                                                self.whatsapp, self.voice)}


def build(settings: Settings, dsn: str, world: World | None = None) -> web.Application:
    """A hub that takes connections as soon as the application is set up, and leaves nothing behind at its end."""
    world = world or World()
    layers = [behind(settings.trusted_proxies), measure, answer_problems]
    app = web.Application(middlewares=layers, client_max_size=settings.limits.upload_bytes)
    app.on_response_prepare.append(secure(settings))
    sio, tasks, doorbell = _sockets(settings), Tasks(passing=(*AWAY, Unavailable)), Doorbell()
    sio.attach(app)
    journal = Journal(open_pool(dsn, settings.pool), world.now, world.new_id, doorbell)
    policies = Policies(journal, settings.queues, WaysIn(journal, settings))
    intake = Intake(journal, replace(_placement(settings), current=policies.current))
    outbox = Outbox(journal)
    room = MailRoom(settings, journal, world.now, world.new_id)
    twilio = TwilioRoom(settings, world.now)
    reception = Reception(intake, outbox, room.mailboxes)
    telephone = Telephone(twilio, journal, intake, reception, doorbell)
    kinds = _channels(settings, reception, sio, world, room, twilio, telephone)
    parts, realtime, watch = _parts(
        settings, world, journal, doorbell, intake, policies, kinds, sio, tasks, room, twilio, telephone)
    app[TESTS] = {}
    app[PARTS], app[METERS], app[PROBE], app[REALTIME] = parts, Meters(), Probe(), realtime
    _count(app[METERS], realtime, twilio)
    _mount(app, settings, kinds.by_kind, world)

    async def database(app: web.Application) -> AsyncIterator[None]:
        await journal.pool
        await queues.put(journal.pool, [queue.model_dump() for queue in settings.queues])
        await policies.open()
        yield
        await _close(journal.pool)

    async def mail(app: web.Application) -> AsyncIterator[None]:
        await room.open(kinds.email)
        yield
        await _within("mail", kinds.email.close())
        await _within("twilio", twilio.close())

    async def loops(app: web.Application) -> AsyncIterator[None]:
        nodes = Nodes(settings.redis_url.get_secret_value(), doorbell) if settings.redis_url else None
        if nodes is not None:
            nodes.start(tasks)
        realtime.start(tasks, doorbell)
        watch.start(tasks, doorbell)
        for name, loop in world.loops.items():
            tasks.supervise(name, loop, on_failure="restart")
        _supervise(tasks, parts, journal, outbox, kinds, doorbell)
        room.start(kinds.email, tasks, doorbell, world.node)
        telephone.start(tasks)
        yield
        await _within("mailboxes", room.stop())
        await tasks.stop()
        if nodes is not None:
            await nodes.close()

    async def say_goodbye(app: web.Application) -> None:
        await _within("sockets", _hang_up(sio))

    app.cleanup_ctx.extend([database, mail, loops])
    app.on_shutdown.append(say_goodbye)
    return app


def _supervise(tasks: Tasks, parts: Parts, journal: Journal, outbox: Outbox, kinds: Channels,
               doorbell: Doorbell) -> None:
    """The loops that every hub runs, whatever its channels are."""
    tasks.supervise("dispatch", parts.dispatch.run)
    tasks.supervise("deliver", Deliver(outbox, kinds.by_kind, doorbell).run)
    texts: dict[str, Sms | WhatsApp] = {kinds.sms.kind: kinds.sms, kinds.whatsapp.kind: kinds.whatsapp}
    vendors: dict[str, Fetching] = {**texts}
    tasks.supervise("media", Media(journal, vendors, doorbell).run, on_failure="restart")
    tasks.supervise("read_back", ReadBack(journal, outbox, texts, doorbell).run, on_failure="restart")
    tasks.supervise("timers", Timers(journal, doorbell).run)
    tasks.supervise("policies", parts.policies.run, on_failure="restart")
    tasks.supervise("replacing", Replacing(journal, parts.policies).run, on_failure="restart")
    tasks.supervise("escalation", Escalation(journal, doorbell, parts.policies.current).run, on_failure="restart")
    tasks.supervise("presence", lambda: _sweeping(parts.presence), on_failure="restart")


def _count(meters: Meters, realtime: Realtime, twilio: TwilioRoom) -> None:
    """What others know and /metrics shows."""
    meters.sockets.set_function(lambda: realtime.connected)
    twilio.doorkeeper.tell = lambda account, reason: meters.twilio_refused.labels(account, reason).inc()


def _sockets(settings: Settings) -> AsyncServer:
    """One server for consoles and visitors. Which origin may do what is each namespace's own decision."""
    manager = AsyncRedisManager(settings.redis_url.get_secret_value()) if settings.redis_url else None
    return AsyncServer(
        async_mode="aiohttp", client_manager=manager, cors_allowed_origins="*", cors_credentials=False,
        max_http_buffer_size=settings.limits.socket_bytes, ping_interval=PING, ping_timeout=PING_LIMIT,
        namespaces=["/desk", "/chat"])


def _placement(settings: Settings) -> Placement:
    weights = {kind: settings.units(kind) for kind in UNITS}
    return Placement(
        queues=frozenset(queue.id for queue in settings.queues), default_queue=settings.queues[0].id,
        weights={kind: Weight(one.units, one.exclusive, one.interruptible) for kind, one in weights.items()},
        reopen=timedelta(hours=settings.reopen_hours), reopens={
            "email": timedelta(days=settings.mail.reopen_days),
            **dict.fromkeys(KINDS, timedelta(hours=settings.messaging.reopen_hours))})


def _channels(settings: Settings, sink: Sink, sio: AsyncServer, world: World, room: MailRoom,
              twilio: TwilioRoom, telephone: Telephone) -> Channels:
    chat = settings.webchat
    secret = settings.secret.get_secret_value() if settings.secret else ""
    options = WebChatSettings(
        secret=secret, queue=chat.queue, text_length=chat.text_length, file_bytes=chat.file_bytes,
        allowed_origins=(*chat.allowed_origins, settings.public_url), messages_per_minute=chat.messages_per_minute,
        token_lifetime=timedelta(days=chat.token_days))
    sms, whatsapp = twilio.texts(sink)
    return Channels(
        form=Forms(sink, settings.forms, world.now, world.new_id, secret),
        webchat=WebChat(sink, options, sio, world.now, world.new_id, WIDGET),
        manual=Manual(), email=room.channel(sink), sms=sms, whatsapp=whatsapp, voice=telephone.channel)


def _parts(settings: Settings, world: World, journal: Journal, doorbell: Doorbell, intake: Intake, policies: Policies,
           kinds: Channels, sio: AsyncServer, tasks: Tasks, room: MailRoom,
           twilio: TwilioRoom, telephone: Telephone) -> tuple[Parts, Realtime, Watch]:
    presence = PresenceDesk(journal)
    users = Users(journal.pool, world.now, world.new_id, hours=settings.session_hours, hasher=world.hasher)
    watch = Watch(journal.pool, {kinds.webchat.kind: kinds.webchat})
    mailing = Mailing(intake, room.letters({kinds.webchat.kind, *KINDS}), Texting(settings.messaging, world.now))

    async def authenticated(environ: Mapping[str, Any]) -> Session | None:
        request: web.Request = environ["aiohttp.request"]
        if not same_origin(request.headers.get("Origin"), request.host, settings.public_url):
            return None
        return await authenticate(request, parts)

    realtime = Realtime(sio, journal.pool, world.now, users, presence, authenticated, watch.typed,
                        node=socket.gethostname())
    parts = Parts(
        settings=settings, pool=journal.pool, now=world.now, users=users,
        desk=Desk(journal, intake, kinds.manual, mailing), mailing=mailing,
        new_texts=NewTexts(intake, mailing.texting, settings.messaging),
        floor=Floor(journal, presence), ladders=Ladders(journal, policies.current),
        dispatch=Dispatch(journal, doorbell, policies.current, Decisions(journal, settings.decisions)),
        pulling=Pulling(journal, policies.current),
        presence=presence, policies=policies, trials=Trials(journal, policies),
        simulations=Simulations(journal.pool, world.now, policies),
        mailboxes=room.setup, quarantine=room.quarantine(kinds.email), intake=intake, tasks=tasks,
        channels=kinds.by_kind, disconnect=realtime.disconnect, twilio=twilio.check(), calls=telephone.calls,
        calling_back=telephone.calling_back, calling_out=telephone.calling_out,
        recordings=telephone.recordings, blocking=Blocking(journal.pool, world.now),
        transfers=Transfers(telephone.calls), supervision=Supervision(telephone.calls))
    return parts, realtime, watch


def _mount(app: web.Application, settings: Settings, kinds: Mapping[str, Channel], world: World) -> None:
    register(app, routes.ENDPOINTS)
    if settings.demo and world.crowd is not None:
        app[demo.CROWD] = world.crowd
        register(app, demo.ENDPOINTS)
    if settings.demo and world.mail is not None:
        app[demo.MAIL] = world.mail
        register(app, demo.MAIL_ENDPOINTS)
    for channel in kinds.values():
        for route in channel.routes():
            app.router.add_route(route.method, route.path, route.handler)
    static.mount(app)


async def _sweeping(presence: PresenceDesk) -> None:
    while True:
        await presence.sweep()
        await asyncio.sleep(SWEEP)


async def _hang_up(sio: AsyncServer) -> None:
    """Tells every console and visitor; they come back by themselves. Does not wait for those who do not listen."""
    closing = [asyncio.ensure_future(socket.close(wait=False)) for socket in list(sio.eio.sockets.values())]
    if closing:
        await asyncio.wait(closing, timeout=CLOSE_LIMIT)
    await sio.shutdown()


async def _close(pool: asyncpg.Pool) -> None:
    if not await _within("database", pool.close()):
        pool.terminate()


async def _within(stage: str, work: Awaitable[object]) -> bool:
    """One stage of the end; what takes too long is named and left, so that the others have their turn."""
    try:
        async with asyncio.timeout(CLOSE_LIMIT):
            await work
    except TimeoutError:
        log.error("stop.hangs", stage=stage, limit=CLOSE_LIMIT)
        return False
    return True
