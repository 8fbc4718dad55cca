"""A mailbox that moves to another server which numbers by chance alike: nothing is lost, nothing comes twice."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pydantic import SecretStr

from channels.email.imap import Fetcher
from channels.email.parse import parse
from channels.email.parse.model import Mail
from channels.email.ports import Account
from channels.email.receive import Receiver
from channels.email.settings import Imap, Mailbox, Secrets
from hub.clock import utc_now
from hub.mailbox_ledger import Ledger
from tests.hub.conftest import Heart
from tests.support.dovecot import MailUser, running_dovecot
from tests.support.waiting import until

VALIDITY = "1234567"


class Parses:
    async def parse(self, raw: bytes) -> Mail:
        return parse(raw)


def letter(number: int) -> bytes:
    return (f"From: ann{number}@example.com\r\nTo: support@example.org\r\nSubject: letter {number}\r\n"
            f"Message-ID: <{number}@example.com>\r\n\r\nThis is letter {number}.\r\n").encode()


def prepared(user: MailUser, *old: bytes) -> MailUser:
    """With mails that came years ago."""
    user.deliver(*old)
    for file in user.files():
        os.utime(file, (1_500_000_000, 1_500_000_000))
    user.doveadm("mailbox update", "--uid-validity", VALIDITY, "INBOX")
    return user


@asynccontextmanager
async def fetching(heart: Heart, user: MailUser) -> AsyncIterator[None]:
    imap = Imap(host="localhost", port=user.server.port, security="none", user="user1", begin="new")
    account = Account(Mailbox(id="support", address="support@example.org", imap=imap),
                      Secrets(password=SecretStr(user.password)))
    ledger = Ledger(heart.pool, account, utc_now, heart.new_id)
    fetcher = Fetcher(account, ledger, Receiver(Parses(), heart.tokens, heart.reception, utc_now), utc_now)
    task = asyncio.create_task(fetcher.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait({task})


async def subjects(heart: Heart) -> list[str]:
    return [row["subject"] for row in await heart.pool.fetch("SELECT subject FROM mails ORDER BY subject")]


async def met(heart: Heart) -> bool:
    """Whether the mailbox has been opened, and compared."""
    return bool(await heart.pool.fetchval(
        "SELECT count(*) FROM mailbox_states WHERE uidvalidity = $1 AND verified_at IS NOT NULL", int(VALIDITY)))


async def test_nothing_is_lost_and_nothing_comes_twice(heart: Heart) -> None:
    with running_dovecot() as here, running_dovecot() as there:
        before = prepared(here.user(), letter(1), letter(2))
        async with fetching(heart, before):
            await until(lambda: met(heart))
            before.deliver(letter(3), letter(4))
            await until(lambda: _stored(heart, 2))
        # The move puts them in another order, and a mail has come to the new server already.
        after = prepared(there.user(), letter(2), letter(1))
        after.deliver(letter(5), letter(4))
        async with fetching(heart, after):
            await until(lambda: _stored(heart, 3))
            after.deliver(letter(6))
            await until(lambda: _stored(heart, 4))
    assert await subjects(heart) == [f"letter {number}" for number in (3, 4, 5, 6)]
    rows = await heart.pool.fetch("SELECT uid, outcome FROM mailbox_uids ORDER BY uid")
    assert [(row["uid"], row["outcome"]) for row in rows] == [(3, "stored"), (4, "duplicate"), (5, "stored")]
    await heart.balanced()


async def _stored(heart: Heart, count: int) -> bool:
    return bool(await heart.pool.fetchval("SELECT count(*) FROM mails") == count)
