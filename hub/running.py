"""The commands that build a whole hub: serve, demo, check. Loading them takes longest, so others do without."""

import argparse
import asyncio
import contextlib
import json
from typing import Any

from hub import demo, start
from hub.app import World, build
from hub.clock import new_uuid, utc_now
from hub.config import Settings, load
from hub.doorbell import Doorbell
from hub.finding_words import in_words
from hub.http.demo import TELEPHONE
from hub.http.health import Finding, database, findings
from hub.http.parts import PARTS, Parts
from hub.journal import Journal
from hub.policies import Policies
from hub.serving import serve
from hub.terminal import complain, say
from hub.twilio_check import said, said_of
from hub.users import Users
from hub.ways_in import WaysIn
from simulator.correspondence import Door
from simulator.crowd import Crowd, MailWay
from simulator.mailsink import MailSink
from simulator.telephony.phones import Phones
from simulator.visitors_mail import VisitorsMail


async def run_serve(options: argparse.Namespace) -> int:
    settings = load(options.config)
    async with start.database(settings) as found:
        if wrong := await start.wrong_with(settings, found.dsn):
            return complain("The hub does not start:", wrong)
        await serve(build(settings, found.dsn, _world(found)), settings.address,
                    lambda: say(f"Interaction Hub listens on {settings.listen}; browsers use {settings.public_url}"))
    return 0


async def run_demo(options: argparse.Namespace) -> int:
    sink = MailSink()
    await sink.start()
    phones = Phones()
    await phones.start()
    known = phones.account
    line = demo.Line(known.sid, known.auth_token, known.key_sid, known.key_secret, phones.base_url)
    settings = demo.settings(options.listen, options.data, options.mail or demo.mail_port(), sink.port,
                             **demo.telephone(options.listen, line))
    phones.number(demo.NUMBER, **{name: settings.twilio[0].public_url + path for name, path in demo.HOOKS.items()})
    say("Starting the database ...")
    async with start.database(settings) as found:
        await start.migrated(found.dsn)
        async with start.open_pool(found.dsn, 2) as pool:
            await demo.seed(Users(pool, utc_now, new_uuid))
            await demo.publish(Policies(Journal(pool, utc_now, new_uuid, Doorbell()), settings.queues), pool)
        door = Door("127.0.0.1", int(settings.mail.listener.listen.rpartition(":")[2]))
        crowd = Crowd(f"http://127.0.0.1:{settings.address[1]}", options.crowd or 12,
                      mail=MailWay(door, sink, demo.ADDRESSES))
        world = _world(found, crowd=crowd, mail=VisitorsMail(sink, door, demo.ADDRESSES))

        def ready() -> None:
            say(demo.banner(settings, phones.page, _by_hand(phones)))
            if options.crowd:
                starting.append(asyncio.ensure_future(crowd.start()))

        starting: list[asyncio.Future[None]] = []
        app = build(settings, found.dsn, world)
        app[TELEPHONE] = phones.page
        await serve(app, settings.address, ready, guests=crowd.stop)
    await phones.stop()
    await sink.stop()
    say("Stopped. Everything is kept.")
    return 0


def _by_hand(phones: Phones) -> str:
    text = json.dumps({"from": "+15551230001", "to": demo.NUMBER, "body": "Is my bike ready?"})
    return (f"curl {phones.base_url}/_sim/messages -H 'Authorization: Bearer {phones.token}' "
            f"-H 'Content-Type: application/json' -d '{text}'")


def _world(found: start.Database, **more: Any) -> World:
    """With a database of its own there is only one hub: what its last life held is its own again at once."""
    if found.watch is None:
        return World(**more)
    return World(loops={"postgres": found.watch}, node="embedded", **more)


async def run_check(options: argparse.Namespace) -> int:
    settings = load(options.config)
    say("configuration: good")
    async with start.database(settings, join=True) as found:
        wrong = await start.wrong_with(settings, found.dsn)
        for line in wrong:
            say(f"WRONG: {line}")
        parts = build(settings.model_copy(update={"redis_url": None}), found.dsn)[PARTS]  # Redis was tried above
        seen = [] if wrong else [await _written(parts)]
        seen += [] if wrong else [await _policy(settings, found.dsn)]
        for kind, channel in parts.channels.items():
            seen += [one.model_copy(update={"name": f"{kind}: {one.name}"}) for one in await findings(channel, 15)]
        asked = await parts.twilio.ask()
        for name, (ok, detail) in [*((one.number, said(one)) for one in asked.numbers),
                                   *((one.name or one.sid, said_of(one)) for one in asked.services)]:
            seen.append(Finding(name=f"twilio: {name}", ok=ok, detail=detail))
        await parts.twilio.close()
    for one in seen:
        say(f"{one.name}: {'good' + (f' ({one.detail})' if one.detail else '') if one.ok else 'WRONG: ' + one.detail}")
    return 1 if wrong or not all(one.ok for one in seen) else 0


async def _policy(settings: Settings, dsn: str) -> Finding:
    """The policy in force against the configuration and the agents: warnings are said, errors are wrong."""
    async with start.open_pool(dsn, 2) as pool:
        journal = Journal(pool, utc_now, new_uuid, Doorbell())
        policies = Policies(journal, settings.queues, WaysIn(journal, settings))
        document, number = await policies.in_force()
        checked = await policies.check(document)
    wrong = [f"{one.path}: {one.text}" for one in checked.problems]
    for one in checked.findings:
        if one.severity == "error" and number:  # of what nobody has published, only the agents may be missing yet
            wrong.append(in_words(one))
        else:
            say(f"routing policy: warning: {in_words(one)}")
    in_force = f"version {number}" if number else "of the configuration"
    return Finding(name="routing policy", ok=not wrong, detail="; ".join(wrong) or in_force)


async def _written(parts: Parts) -> Finding:
    async with parts.pool:
        with contextlib.suppress(*start.AWAY):
            await parts.mailboxes.views()  # brings those that administrators added, for their channel to look at
        return await database(parts)


COMMANDS = {"serve": run_serve, "demo": run_demo, "check": run_check}
