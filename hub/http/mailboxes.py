"""Mailboxes, for administrators: add, change, remove, test, verify. Secrets come in and never go out again."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing, asynccontextmanager, suppress
from uuid import UUID

from aiohttp import web

from channels.email.channel import Email
from channels.email.ports import Account
from hub.http.endpoint import Call, Endpoint
from hub.wire_mail import MailboxView, PutMailbox, Step

TEST_LIMIT = 90.0  # seconds
TESTS = web.AppKey("mailbox_tests", dict[UUID, asyncio.Timeout])  # by administrator, the test that runs


async def list_mailboxes(call: Call) -> list[MailboxView]:
    call.headers["Cache-Control"] = "no-store"
    return await call.parts.mailboxes.views()


async def put_mailbox(call: Call, id: str, body: PutMailbox) -> MailboxView:
    await call.parts.mailboxes.put(id, body, call.actor.id)
    return await call.parts.mailboxes.view(id)


async def delete_mailbox(call: Call, id: str) -> None:
    await call.parts.mailboxes.remove(id)


async def verify_mailbox(call: Call, id: str) -> None:
    """Compared with the ledger as soon as may be; the view's `verified_at` tells when it was."""
    await call.parts.mailboxes.ask(id)


async def test_mailbox(call: Call, body: PutMailbox) -> web.StreamResponse:
    """Every step as it ends, one a line. Nothing is saved, and what is not said within 90 seconds is not said.

    An administrator has one test at a time: the next one ends the one before, which may hang at a server's silence
    although nobody looks at it any more.
    """
    account = call.parts.mailboxes.account(body)
    response = web.StreamResponse(headers={"Content-Type": "application/x-ndjson", "Cache-Control": "no-store",
                                           "X-Accel-Buffering": "no"})
    await response.prepare(call.request)
    try:
        async with asyncio.timeout(TEST_LIMIT) as limit, _alone(call, limit), aclosing(_steps(call, account)) as steps:
            async for step in steps:
                await response.write(step.model_dump_json().encode() + b"\n")
    except (TimeoutError, ConnectionError):
        pass  # the last line says how far it came
    with suppress(ConnectionError):
        await response.write_eof()
    return response


@asynccontextmanager
async def _alone(call: Call, limit: asyncio.Timeout) -> AsyncGenerator[None]:
    running, me = call.request.app[TESTS], call.actor.id
    before = running.get(me)
    if before is not None and not before.expired():
        before.reschedule(0)
    running[me] = limit
    try:
        yield
    finally:
        if running.get(me) is limit:
            del running[me]


async def _steps(call: Call, account: Account) -> AsyncGenerator[Step]:
    email = call.parts.channels["email"]
    assert isinstance(email, Email)
    async for one in email.probe(account):
        yield Step(name=one.name, ok=one.ok, code=one.code, text=one.text, seconds=one.seconds)


ENDPOINTS = (
    Endpoint("GET", "/api/mailboxes", list_mailboxes, "All mailboxes, and how they are", role="admin"),
    Endpoint("POST", "/api/mailboxes/test", test_mailbox, "Try a mailbox, step by step", role="admin", answers=Step,
             media="application/x-ndjson"),
    Endpoint("PUT", "/api/mailboxes/{id}", put_mailbox, "Add or change a mailbox", role="admin"),
    Endpoint("DELETE", "/api/mailboxes/{id}", delete_mailbox, "Remove a mailbox; its mail stays", role="admin"),
    Endpoint("POST", "/api/mailboxes/{id}/verify", verify_mailbox, "Compare a mailbox with the ledger now",
             role="admin"),
)
