"""Long mails of several mailboxes at once: no more of them in memory than there is room for, and all get in."""

import asyncio
from dataclasses import replace

from channels.email.room import Room
from tests.channels.email.imap.stage import LIMITS, Stage, account, mail
from tests.support.dovecot import Dovecot
from tests.support.waiting import until


async def test_mailboxes_share_the_room(dovecot: Dovecot) -> None:
    room, go, within = Room(long=3_000_000), asyncio.Event(), list[int]()
    stages = []
    for number in range(2):
        user = dovecot.user()
        user.deliver(*(mail(4 * number + one, size=1_300_000) for one in range(4)))
        stages.append(Stage(account(dovecot.port, user.name, user.password), room=room))

    async def before(raw: bytes) -> None:
        within.append(len(raw))
        await go.wait()

    for stage in stages:
        stage.reader.before = before
    async with stages[0].running(), stages[1].running():
        await until(lambda: len(within) == 2 and room._long.wanted)
        assert sum(within) <= 3_000_000
        go.set()
        await until(lambda: all(len(one.keeper.kept) == 4 for one in stages))
    await until(lambda: room._long._free == 3_000_000)


async def test_a_mail_longer_than_the_room_gets_in(dovecot: Dovecot) -> None:
    user = dovecot.user()
    user.deliver(mail(1, size=2_500_000), mail(2), mail(3, size=1_300_000))
    await Stage(account(dovecot.port, user.name, user.password), room=Room(long=1_000_000)).fetch_all(3)


async def test_who_reads_for_long_begins_again_after_those_who_wait(dovecot: Dovecot) -> None:
    room = Room(long=5_000_000)
    user = dovecot.user()
    user.deliver(mail(1, size=4_000_000))
    stage = Stage(account(dovecot.port, user.name, user.password), room=room, limits=replace(LIMITS, turn=0.0))
    go = asyncio.Event()

    async def before(raw: bytes) -> None:
        await go.wait()

    stage.reader.before = before
    first = await room.enter(3_000_000)
    async with stage.running():
        await until(lambda: first.wanted)
        other = asyncio.create_task(room.enter(3_000_000))  # behind the mail
        await asyncio.sleep(0)
        first.leave()
        mine = await asyncio.wait_for(other, 10)  # before the mail was handed over, which is kept waiting
        assert stage.reader.most == 0
        mine.leave()
        go.set()
        await until(lambda: len(stage.keeper.kept) == 1)
    assert stage.ledger.rows[stage.ledger.uidvalidity or 0, 1].attempts == 0


async def test_a_mail_that_goes_while_it_is_read_leaves_its_place(dovecot: Dovecot) -> None:
    room = Room(long=2_000_000)
    user = dovecot.user()
    user.deliver(mail(1, size=1_500_000), mail(2, size=1_500_000))
    stage = Stage(account(dovecot.port, user.name, user.password), room=room)
    first = await room.enter(2_000_000)
    async with stage.running():
        await until(lambda: first.wanted)
        for file in user.files():
            file.unlink()
        user.doveadm("force-resync", "INBOX")
        first.leave()
        await until(lambda: stage.ledger.high_water == 2 and not room._long.wanted)
    assert stage.keeper.kept == {}
    assert room._long._free == 2_000_000
