"""What becomes of a mail in its mailbox, once it is kept and only if the settings say so."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from channels.email.imap import ImapError
from tests.channels.email.imap.stage import Stage, account, mail
from tests.support.badimap import BadImap
from tests.support.dovecot import MailUser
from tests.support.waiting import until


async def test_mark_marks_what_is_kept_and_nothing_else(stage: Stage, user: MailUser) -> None:
    user.deliver(mail(1), mail(2), mail(3))
    stage.reader.broken = {b"Subject: mail 2\r\n"}
    await stage.fetch_until(lambda: stage.ledger.settled_as(1) and stage.ledger.settled_as(3),
                            stage.with_imap(after="mark"))
    by_content = {path.read_bytes(): "S" in path.name.partition(":2,")[2] for path in user.files()}
    assert by_content == {mail(1): True, mail(2): False, mail(3): True}


async def test_a_mark_that_a_human_has_taken_away_stays_away(stage: Stage, user: MailUser) -> None:
    user.deliver(mail(1))
    stage.account = stage.with_imap(after="mark")
    await stage.fetch_until(lambda: user.seen() == [True] and stage.ledger.settled_as(1))
    user.doveadm("flags remove", "\\Seen", "mailbox", "INBOX", "all")
    stage.ledger.verifications.clear()
    await stage.fetch_until(lambda: stage.ledger.verifications)
    assert user.seen() == [False]


async def test_move_moves_into_a_folder_of_any_name(stage: Stage, user: MailUser) -> None:
    user.deliver(mail(1), mail(2))
    user.doveadm("mailbox create", "已处理 & done")
    stage.account = stage.with_imap(after="move", move_to="已处理 & done")
    await stage.fetch_until(lambda: stage.ledger.settled_as(2) == "move")
    assert "messages=2" in user.doveadm("mailbox status", "messages", "已处理 & done")
    assert not user.files()


async def test_a_missing_folder_stops_no_mail_from_coming(stage: Stage, user: MailUser) -> None:
    user.deliver(mail(1))
    stage.account = stage.with_imap(after="move", move_to="Nowhere")
    async with stage.running():
        await until(lambda: stage.ledger.problem_now == "folder")
        user.deliver(mail(2))
        await until(lambda: len(stage.keeper.kept) == 2)
    assert len(user.files()) == 2
    assert stage.ledger.settled_as(1) is None


async def test_delete_waits_for_its_days_and_takes_nobody_elses_mails(stage: Stage, user: MailUser) -> None:
    user.deliver(mail(1), mail(2))
    stage.account = stage.with_imap(after="delete", delete_days=30)
    await stage.fetch_until(lambda: stage.ledger.verifications)
    stage.clock.advance(days=29)
    user.deliver(mail(3), mail(4))
    await stage.fetch_all(4)
    user.doveadm("flags add", "\\Deleted", "mailbox", "INBOX", "uid", "4")  # a human's; not expunged yet
    stage.clock.advance(days=1)
    await stage.fetch_until(lambda: len(user.files()) == 2)
    assert sorted(path.read_bytes() for path in user.files()) == [mail(3), mail(4)]
    assert [stage.ledger.settled_as(uid) for uid in (1, 2, 3, 4)] == ["delete", "delete", None, None]


@pytest.fixture
async def server() -> AsyncIterator[BadImap]:
    async with BadImap({uid: mail(uid) for uid in (2, 3)}, capabilities="IMAP4rev1 UIDPLUS").running() as running:
        yield running


async def test_without_move_a_mail_is_copied_and_only_it_is_expunged(server: BadImap) -> None:
    stage = Stage(account(server.port, "ann", "secret", after="move", move_to="Done"))
    await stage.fetch_until(lambda: not server.mails)
    assert server.others["Done"] == [mail(2), mail(3)]
    assert [said for said in server.said if "EXPUNGE" in said] == ["UID EXPUNGE 2:3"]


async def test_without_uidplus_nothing_is_expunged_and_that_is_told(server: BadImap) -> None:
    server.capabilities = "IMAP4rev1"
    stage = Stage(account(server.port, "ann", "secret", after="delete", delete_days=1))
    await stage.fetch_until(lambda: stage.ledger.verifications)
    stage.clock.advance(days=2)
    await stage.fetch_until(lambda: stage.ledger.problem_now == "no_uidplus")
    assert server.flags == {2: {"\\Deleted"}, 3: {"\\Deleted"}}
    assert list(server.mails) == [2, 3]
    assert not any("EXPUNGE" in said for said in server.said)


@pytest.mark.parametrize("fault", ["cut_uid_copy", "cut_uid_store", "cut_uid_expunge"])
async def test_being_cut_off_in_between_repeats_it_and_loses_nothing(fault: str, server: BadImap) -> None:
    stage = Stage(account(server.port, "ann", "secret", after="move", move_to="Done"))
    server.fault, server.times = fault, 1
    with pytest.raises(ImapError):
        await asyncio.wait_for(stage.fetcher().run(), 20)
    assert list(server.mails) == [2, 3]
    await stage.fetch_until(lambda: not server.mails)
    assert set(server.others["Done"]) == {mail(2), mail(3)}


async def test_a_folder_that_cannot_be_written_is_read_all_the_same(server: BadImap) -> None:
    server.fault = "read_only"
    stage = Stage(account(server.port, "ann", "secret", after="mark"))
    await stage.fetch_until(lambda: stage.ledger.problem_now == "read_only")
    assert len(stage.keeper.kept) == 2
    assert not server.flags
