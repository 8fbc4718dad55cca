"""Mailboxes that are renumbered, large, or changed by others while they are read."""

import asyncio
import dataclasses
import os

import pytest

from tests.channels.email.imap.stage import LIMITS, Stage, account, mail
from tests.support.badimap import BadImap
from tests.support.dovecot import MailUser
from tests.support.waiting import until


async def test_a_mailbox_numbered_anew_is_read_again_and_everything_is_known(stage: Stage, user: MailUser) -> None:
    user.deliver(mail(1), mail(2))
    await stage.fetch_all(2)
    before = stage.ledger.uidvalidity
    user.doveadm("mailbox update", "--uid-validity", str((before or 0) + 1), "INBOX")
    user.deliver(mail(3))
    await stage.fetch_until(lambda: stage.ledger.high_water == 3 and stage.ledger.uidvalidity != before)
    assert len(stage.keeper.kept) == 3
    assert sorted(stage.ledger.uids("duplicate") + stage.ledger.uids("stored")) == [1, 2, 3]
    assert len(stage.ledger.uids("duplicate")) == 2


async def test_a_mailbox_numbered_anew_does_not_bring_up_what_was_old_from_the_beginning(stage: Stage,
                                                                                        user: MailUser) -> None:
    user.deliver(mail(1), mail(2))
    for path in user.files():
        os.utime(path, (1_700_000_000, 1_700_000_000))
    stage.account = stage.with_imap(begin="new")
    async with stage.running():
        await until(lambda: stage.ledger.verifications)
        user.deliver(mail(3))
        await until(lambda: stage.ledger.high_water == 3)
    before = stage.ledger.uidvalidity or 0
    user.doveadm("mailbox update", "--uid-validity", str(before + 1), "INBOX")
    await stage.fetch_until(lambda: stage.ledger.uidvalidity == before + 1 and stage.ledger.high_water == 3)
    assert stage.keeper.raws == [mail(3)]
    assert stage.ledger.uids("duplicate") == [3]


async def test_a_server_that_always_announces_mail_is_not_asked_without_pause() -> None:
    async with BadImap({2: mail(2)}, fault="always_news").running() as server:
        stage = Stage(account(server.port, "ann", "secret"))
        await stage.fetch_until(lambda: len(stage.pauses) > 3)
        assert set(stage.pauses) == {stage.limits.away}
        assert server.count("UID SEARCH UID") < 15


async def test_two_thousand_mails_are_taken_with_few_questions(stage: Stage, user: MailUser) -> None:
    mails = [mail(number) for number in range(1, 2_001)]
    user.deliver(*mails)
    await stage.fetch_until(lambda: stage.ledger.high_water == 2_000)
    assert sorted(stage.keeper.raws) == sorted(mails)


async def test_of_two_thousand_uids_no_command_is_too_long_and_few_are_needed() -> None:
    async with BadImap({uid: mail(uid) for uid in range(1, 4_000, 2)}).running() as server:
        stage = Stage(account(server.port, "ann", "secret"))
        await stage.fetch_until(lambda: stage.ledger.verifications)
        assert len(stage.keeper.kept) == 2_000
        assert max(map(len, server.said)) < 8_000
        assert server.count("UID FETCH") <= 4 + 2_000 // LIMITS.batch + 4


async def test_batches_are_bounded_in_bytes() -> None:
    async with BadImap({uid: mail(uid, size=9_000) for uid in range(1, 31)}).running() as server:
        stage = Stage(account(server.port, "ann", "secret"),
                      limits=dataclasses.replace(LIMITS, batch_bytes=20_000))
        await stage.fetch_until(lambda: stage.ledger.verifications)
        assert len(stage.keeper.kept) == 30
        assert server.count("UID FETCH") == 1 + 15


async def test_a_long_mail_comes_in_pieces_and_whole(stage: Stage, user: MailUser) -> None:
    long = [mail(1, size=2_500_000), mail(2), mail(3, size=1_000_000)]
    user.deliver(*long)
    stage.limits = dataclasses.replace(LIMITS, piece=300_000)
    await stage.fetch_all(3)
    assert sorted(stage.keeper.raws) == sorted(long)


@pytest.mark.parametrize("length", [999, 1_000, 1_001, 2_000])
async def test_a_mail_as_long_as_its_pieces_comes_whole(length: int, stage: Stage, user: MailUser) -> None:
    raw = mail(1)
    raw += b"x" * (length - len(raw) - 2) + b"\r\n"
    user.deliver(raw)
    stage.limits = dataclasses.replace(LIMITS, piece=1_000)
    await stage.fetch_all(1)
    assert stage.keeper.raws == [raw]


async def test_a_mail_that_others_delete_while_it_is_fetched_is_gone_and_no_failure() -> None:
    async with BadImap({uid: mail(uid) for uid in (2, 3, 5)}).running() as server:
        stage = Stage(account(server.port, "ann", "secret"))

        def delete(command: str) -> None:
            server.mails.pop(3, None)

        server.on_fetch = delete
        await stage.fetch_until(lambda: stage.ledger.high_water == 5)
    assert sorted(stage.keeper.raws) == [mail(2), mail(5)]
    assert stage.ledger.uids("failing") == []
    assert not stage.ledger.problems


async def test_a_mail_that_others_delete_from_dovecot_is_gone_and_no_failure(stage: Stage, user: MailUser) -> None:
    user.deliver(*(mail(number) for number in range(1, 201)))
    deleted = False

    async def delete(raw: bytes) -> None:
        nonlocal deleted
        if not deleted:
            deleted = True
            await asyncio.to_thread(user.doveadm, "expunge", "mailbox", "INBOX", "uid", "150:160")

    stage.reader.before = delete
    stage.limits = dataclasses.replace(LIMITS, batch=20, in_flight=1)
    await stage.fetch_until(lambda: stage.ledger.high_water == 200)
    assert set(stage.ledger.uids("stored")) == set(range(1, 201)) - set(range(150, 161))
    assert stage.ledger.uids("failing") == []


async def test_an_empty_folder_and_an_empty_mail(stage: Stage, user: MailUser) -> None:
    async with stage.running():
        await until(lambda: stage.ledger.verifications)
        user.deliver(b"\r\n")
        await until(lambda: stage.keeper.kept)
    assert stage.keeper.raws == [b"\r\n"]


async def test_another_folder_with_a_name_in_another_script(stage: Stage, user: MailUser) -> None:
    user.doveadm("mailbox create", "投诉 & Lob")
    user.deliver(mail(1), folder="&YpWLyQ- &- Lob")
    await stage.fetch_all(1, stage.with_imap(folder="投诉 & Lob"))


async def test_a_ledger_that_is_away_ends_the_run_and_counts_nothing(stage: Stage, user: MailUser) -> None:
    user.deliver(mail(1))
    stage.ledger.down = True
    with pytest.raises(Exception, match="unavailable"):
        await asyncio.wait_for(stage.fetcher().run(), 20)
    stage.ledger.down = False
    await stage.fetch_all(1)
    assert stage.ledger.uids("failing") == []
