"""What users of other systems suffered with mailboxes (failures.md), each by its cause, against a real Dovecot."""

import asyncio
import dataclasses
import hashlib

import pytest

from channels.base import Refused
from channels.email.imap import ImapError
from tests.channels.email.imap.stage import LIMITS, Stage, mail
from tests.support.dovecot import MailUser
from tests.support.waiting import until


async def test_row_6_nothing_is_marked_before_it_is_kept(stage: Stage, user: MailUser) -> None:
    user.deliver(mail(1))
    held = asyncio.Event()

    async def hold(raw: bytes) -> None:
        await held.wait()

    stage.reader.before = hold
    stage.account = stage.with_imap(after="mark")
    async with stage.running():
        await until(lambda: stage.reader.most)
        assert user.seen() == [False]
        held.set()
        await until(lambda: stage.ledger.settled_as(1) == "mark")
        assert user.seen() == [True]


async def test_row_6_a_mail_that_the_ledger_has_lost_is_found_by_the_comparison_and_fetched(
        stage: Stage, user: MailUser) -> None:
    user.deliver(*(mail(number) for number in range(1, 6)))
    await stage.fetch_until(lambda: stage.ledger.verifications)
    lost = stage.ledger.rows.pop((stage.ledger.uidvalidity or 0, 3))
    assert lost.outcome == "stored"
    stage.keeper.kept.pop(hashlib.sha256(mail(3)).hexdigest())
    stage.ledger.verifications.clear()
    await stage.fetch_all(5)
    assert [found.missing for found in stage.ledger.verifications] == [(3,)]
    assert stage.ledger.uids("stored") == [1, 2, 3, 4, 5]


async def test_row_6_the_comparison_comes_every_night_and_whenever_it_is_asked_for(stage: Stage,
                                                                                   user: MailUser) -> None:
    user.deliver(mail(1))
    stage.limits = dataclasses.replace(LIMITS, idle=0.02)
    async with stage.running():
        await until(lambda: len(stage.ledger.verifications) == 1)
        stage.ledger.asked.set()
        await until(lambda: len(stage.ledger.verifications) == 2)
        at = stage.clock.advance(hours=24)
        await until(lambda: len(stage.ledger.verifications) == 3)
    assert not stage.ledger.asked.is_set()
    assert stage.ledger.verifications[-1].at == at
    assert stage.ledger.verifications[-1].present == 1


async def test_row_6_being_asked_interrupts_an_idle(stage: Stage) -> None:
    async with stage.running():
        await until(lambda: len(stage.ledger.verifications) == 1)
        stage.ledger.asked.set()
        await until(lambda: len(stage.ledger.verifications) == 2)


async def test_row_7_a_human_who_reads_the_mailbox_first_loses_nothing(stage: Stage, user: MailUser) -> None:
    user.deliver(mail(1), mail(2), seen=True)
    user.deliver(mail(3))
    user.doveadm("flags add", "\\Seen", "mailbox", "INBOX", "all")
    await stage.fetch_all(3)


@pytest.mark.parametrize("after", ["leave", "delete"])
async def test_row_7_fetching_marks_nothing_as_read(after: str, stage: Stage, user: MailUser) -> None:
    user.deliver(mail(1), mail(2, size=3_000_000), mail(3, size=150_000))
    await stage.fetch_all(3, stage.with_imap(after=after, max_bytes=3_100_000))
    await stage.fetch_until(lambda: stage.ledger.high_water == 3)
    assert user.seen() == [False, False, False]
    user.deliver(mail(4, size=4_000_000))
    await stage.fetch_all(4, stage.with_imap(after=after, max_bytes=3_100_000))
    assert user.seen() == [False, False, False, False]


async def test_row_8_a_mail_that_breaks_stops_no_other_and_is_put_aside_after_three_times(
        stage: Stage, user: MailUser) -> None:
    user.deliver(*(mail(number) for number in range(1, 6)))
    stage.reader.broken = {b"Subject: mail 2\r\n"}
    stage.limits = dataclasses.replace(LIMITS, poll=0.05)
    await stage.fetch_until(lambda: stage.ledger.high_water == 5)
    assert stage.ledger.uids("stored") == [1, 3, 4, 5]
    assert stage.ledger.uids("quarantined") == [2]
    aside = stage.ledger.row(2)
    assert (aside.raw, aside.reason, aside.attempts) == (mail(2), "BrokenMailError", 3)


async def test_row_8_the_others_are_kept_while_one_still_fails(stage: Stage, user: MailUser) -> None:
    user.deliver(*(mail(number) for number in range(1, 6)))
    stage.reader.broken = {b"Subject: mail 2\r\n"}
    await stage.fetch_until(lambda: stage.ledger.verifications)
    assert stage.ledger.uids("stored") == [1, 3, 4, 5]
    assert (stage.ledger.uids("failing"), stage.ledger.high_water) == ([2], 1)
    assert stage.ledger.verifications[0].missing == ()
    stage.reader.broken = set()
    await stage.fetch_until(lambda: stage.ledger.high_water == 5)
    assert sorted(stage.keeper.raws) == sorted(mail(number) for number in range(1, 6))
    assert stage.keeper.tries == 5


async def test_row_8_a_mail_that_ends_the_connection_stops_no_other(stage: Stage, user: MailUser) -> None:
    user.deliver(*(mail(number) for number in range(1, 6)))
    broken = user.files()[1]
    broken.rename(broken.with_name(broken.name.replace(f"S={len(mail(2))}", "S=1")))  # Dovecot then fails on it
    for _ in range(3):
        with pytest.raises(ImapError):
            await asyncio.wait_for(stage.fetcher().run(), 30)
    await stage.fetch_until(lambda: stage.ledger.high_water == 5)
    assert stage.ledger.uids("stored") == [1, 3, 4, 5]
    assert stage.ledger.uids("quarantined") == [2]


async def test_row_9_what_is_in_the_ledger_is_never_fetched_again(stage: Stage, user: MailUser) -> None:
    user.deliver(*(mail(number) for number in range(1, 6)))
    stage.reader.broken = {b"Subject: mail 2\r\n"}
    for _ in range(3):
        stage.ledger.verifications.clear()
        await stage.fetch_until(lambda: stage.ledger.verifications)
    assert stage.keeper.tries == 4
    assert stage.ledger.row(2).attempts == 3


async def test_row_10_a_contact_that_was_deleted_here_does_not_come_back(stage: Stage, user: MailUser) -> None:
    user.deliver(mail(1), mail(2))
    await stage.fetch_all(2)
    stage.keeper.kept.clear()  # the contacts are gone; the ledger keeps the uids
    stage.ledger.verifications.clear()
    await stage.fetch_until(lambda: stage.ledger.verifications)
    assert not stage.keeper.kept


async def test_row_11_only_what_is_new_is_asked_for(stage: Stage, user: MailUser) -> None:
    user.deliver(*(mail(number, size=50_000) for number in range(1, 21)))
    await stage.fetch_all(20)
    log = user.server.log.read_text().rpartition(f"imap({user.name})")[2]
    user.deliver(mail(21))
    await stage.fetch_all(21)
    await until(lambda: user.server.log.read_text().count(f"imap({user.name})") >= 2)
    log = user.server.log.read_text().rpartition(f"imap({user.name})")[2]
    assert "body_count=1 " in log, log


async def test_row_12_nothing_in_the_mailbox_changes_unless_the_settings_say_so(stage: Stage,
                                                                                user: MailUser) -> None:
    user.deliver(mail(1), mail(2))
    before = [path.read_bytes() for path in user.files()]
    await stage.fetch_until(lambda: stage.ledger.verifications)
    stage.clock.advance(days=400)
    stage.ledger.verifications.clear()
    await stage.fetch_until(lambda: stage.ledger.verifications)
    assert [path.read_bytes() for path in user.files()] == before
    assert user.seen() == [False, False]


async def test_row_12_all_or_only_the_new_is_fetched_without_deleting(stage: Stage, user: MailUser) -> None:
    user.deliver(mail(1), mail(2))
    stage.account = stage.with_imap(begin="new")
    async with stage.running():
        await until(lambda: stage.ledger.verifications)
        user.deliver(mail(3))
        await until(lambda: stage.keeper.kept)
    assert stage.keeper.raws == [mail(3)]
    assert stage.ledger.verifications[0].present == 0
    assert len(user.files()) == 3


async def test_row_13_of_a_mail_that_is_too_long_the_head_is_kept_and_the_mail_stays(stage: Stage,
                                                                                     user: MailUser) -> None:
    long = mail(2, size=300_000)
    user.deliver(mail(1), long, mail(3))
    user.doveadm("mailbox create", "Archive")
    stage.account = stage.with_imap(max_bytes=100_000, after="move", move_to="Archive")
    await stage.fetch_until(lambda: stage.ledger.settled_as(3) == "move")
    assert [path.read_bytes() for path in user.files()] == [long]
    head = long.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
    assert sorted(stage.keeper.raws) == sorted([mail(1), head, mail(3)])
    kept = next(inbound for inbound in stage.keeper.kept.values() if inbound.raw == head)
    assert kept.mail is not None
    assert kept.mail.warnings == ("oversized",)
    assert stage.ledger.settled_as(2) == "keep"


async def test_row_13_what_was_too_long_is_never_deleted_even_if_the_note_of_it_is_lost(stage: Stage,
                                                                                        user: MailUser) -> None:
    long = mail(1, size=300_000)
    user.deliver(long)
    stage.account = stage.with_imap(max_bytes=100_000)
    await stage.fetch_all(1)
    stage.ledger.row(1).settled = None  # as if killed just before
    stage.clock.advance(days=100)
    stage.ledger.verifications.clear()
    await stage.fetch_until(lambda: stage.ledger.settled_as(1), stage.with_imap(max_bytes=100_000, after="delete"))
    assert stage.ledger.settled_as(1) == "keep"
    assert [path.read_bytes() for path in user.files()] == [long]


async def test_row_49_two_fetchers_of_one_mailbox_keep_every_mail_once(stage: Stage, user: MailUser) -> None:
    user.deliver(*(mail(number) for number in range(1, 101)))
    async with stage.running(), stage.running():
        await until(lambda: stage.ledger.high_water == 100)
    assert len(stage.keeper.kept) == 100


async def test_what_the_ledger_cannot_keep_now_counts_against_no_mail(stage: Stage, user: MailUser) -> None:
    user.deliver(*(mail(number) for number in range(1, 41)))
    down = True

    async def take_mail(inbound: object) -> None:
        if down:
            raise Refused("unavailable", 503, after=7.0)
        await stage.keeper.take_mail(inbound)  # type: ignore[arg-type]

    stage.reader.take = take_mail  # type: ignore[method-assign, assignment]
    async with stage.running():
        await until(lambda: len(stage.pauses) > 40)
        assert set(stage.pauses) == {7.0}
        down = False
        await until(lambda: stage.ledger.high_water == 40)
    assert stage.ledger.uids("stored") == list(range(1, 41))
    known = await stage.ledger.known()
    assert (known.high_water, known.above, known.attempts) == (40, frozenset(), {})


async def test_no_more_mails_are_in_flight_than_allowed(stage: Stage, user: MailUser) -> None:
    user.deliver(*(mail(number) for number in range(1, 101)))

    async def slowly(raw: bytes) -> None:
        await asyncio.sleep(0.001)

    stage.reader.before = slowly
    stage.limits = dataclasses.replace(LIMITS, batch=5, in_flight=1)
    await stage.fetch_all(100)
    assert stage.reader.most == 5
