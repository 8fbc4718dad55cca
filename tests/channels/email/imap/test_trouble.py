"""Servers that misbehave: the fetcher ends within its limits, says what it was, and nothing is lost afterwards."""

import asyncio
import dataclasses
from collections.abc import AsyncIterator

import pytest

from channels.email.imap import ImapError
from tests.channels.email.imap.stage import LIMITS, Stage, account, mail
from tests.support.badimap import BadImap
from tests.support.waiting import until

# What is silent is given up after these. Where a step is slow instead, the answer is the same: it is tried again.
SHORT = dataclasses.replace(LIMITS, silence=0.3, connect=0.3, goodbye=0.2, idle=30.0)


@pytest.fixture
async def server() -> AsyncIterator[BadImap]:
    async with BadImap({uid: mail(uid) for uid in (2, 3, 5, 8)}).running() as running:
        yield running


@pytest.fixture
def stage(server: BadImap) -> Stage:
    return Stage(account(server.port, "ann", "secret"))


async def _fails(stage: Stage) -> str:
    """Runs it until it fails by itself; the code of the problem that the ledger was told."""
    with pytest.raises(ImapError) as failure:
        await asyncio.wait_for(stage.fetcher().run(), 30)
    assert stage.ledger.problems[-1][0] == failure.value.code
    return failure.value.code


async def _recovers(stage: Stage, server: BadImap) -> None:
    """Once the server is well again, everything is there, once."""
    server.fault, stage.limits = "", LIMITS
    await stage.fetch_until(lambda: stage.ledger.high_water == 8)
    assert sorted(stage.keeper.raws) == sorted(server.mails.values())
    assert stage.ledger.uids("stored") == [2, 3, 5, 8]


@pytest.mark.parametrize(("fault", "code"), [
    ("turned_away", "lost"), ("cut_login", "lost"), ("cut_examine", "lost"), ("cut_uid_search", "lost"),
    ("cut_uid_fetch", "lost"), ("cut_literal", "lost"), ("cut_noop", "lost"), ("garbage_capability", "garbage"),
    ("garbage_examine", "garbage"), ("garbage_uid_fetch", "garbage"), ("endless_uid_search", "garbage"),
    ("endless_uid_fetch", "garbage"), ("endless_idle", "garbage"), ("huge_literal", "garbage"),
    ("long_literal", "garbage"), ("words_in_search", "garbage"), ("no_examine", "folder"),
    ("no_login", "unavailable"), ("no_uid_search", "refused"),
])
async def test_what_a_server_does_wrong_ends_the_connection_and_loses_nothing(
        fault: str, code: str, stage: Stage, server: BadImap) -> None:
    server.fault = fault
    stage.limits = dataclasses.replace(LIMITS, idle=0.2)  # noop comes after an idle
    assert await _fails(stage) == code
    await _recovers(stage, server)


@pytest.mark.parametrize("fault", ["silent", "silent_capability", "silent_login", "silent_examine",
                                   "silent_uid_search", "silent_uid_fetch", "silent_idle", "silent_done",
                                   "silent_noop", "half_literal"])
async def test_a_silent_server_is_given_up(fault: str, stage: Stage, server: BadImap) -> None:
    server.fault = fault
    stage.limits = dataclasses.replace(SHORT, idle=0.2)
    assert await _fails(stage) == "timeout"
    await _recovers(stage, server)


@pytest.mark.parametrize("fault", ["bye_in_idle", "bye_for_idle", "close_in_idle"])
async def test_row_46_bye_or_an_end_during_idle_is_noticed_at_once(fault: str, stage: Stage,
                                                                   server: BadImap) -> None:
    """aioimaplib's own idle_start hangs here for ever; these limits are far longer than this test may take."""
    server.fault = fault
    assert await _fails(stage) == "lost"
    server.mails[9] = mail(9)
    server.fault = ""
    await stage.fetch_all(5)


async def test_row_46_a_lost_connection_is_noticed_while_nothing_is_asked(stage: Stage, server: BadImap) -> None:
    server.capabilities = "IMAP4rev1"
    failing = asyncio.create_task(_fails(stage))
    await until(lambda: stage.ledger.verifications)
    async with BadImap().running():  # another one, to show that ours is what ends
        pass
    server.fault = "cut_noop"
    stage.ledger.asked.set()
    assert await asyncio.wait_for(failing, 20) == "lost"


async def test_answers_for_uids_that_nobody_asked_for_are_ignored(stage: Stage, server: BadImap) -> None:
    server.fault, server.times = "wrong_uids", 3
    await stage.fetch_until(lambda: stage.ledger.high_water == 8)
    assert sorted(stage.keeper.raws) == sorted(server.mails.values())
    assert stage.ledger.uids("stored") == [2, 3, 5, 8]


async def test_a_mail_without_data_fails_three_times_and_is_put_aside(stage: Stage, server: BadImap) -> None:
    server.fault = "nil"
    server.mails = {2: server.mails[2]}
    stage.limits = dataclasses.replace(LIMITS, poll=0.05)
    await stage.fetch_until(lambda: stage.ledger.uids("quarantined"))
    assert stage.ledger.row(2).attempts == 3
    assert stage.ledger.row(2).reason == "no_data"


async def test_a_server_that_knows_no_parts_gives_all_of_a_mail(stage: Stage, server: BadImap) -> None:
    stage.limits = dataclasses.replace(LIMITS, piece=1_000)
    server.fault = "no_parts"
    server.mails[8] = mail(8, size=5_500)
    await stage.fetch_until(lambda: stage.ledger.high_water == 8)
    assert sorted(stage.keeper.raws) == sorted(server.mails.values())


@pytest.mark.parametrize("claimed", [0, 10, 100_000, 10_000_000])
async def test_a_size_that_is_not_true_costs_no_byte(claimed: int, stage: Stage, server: BadImap) -> None:
    stage.limits = dataclasses.replace(LIMITS, piece=1_000)
    server.mails[8] = mail(8, size=5_500)
    server.sizes[8] = claimed
    await stage.fetch_until(lambda: stage.ledger.high_water == 8)
    assert sorted(stage.keeper.raws) == sorted(server.mails.values())


async def test_a_size_that_is_no_number_stops_no_mail(stage: Stage, server: BadImap) -> None:
    server.sizes[5] = "much"
    await stage.fetch_until(lambda: stage.ledger.high_water == 8)
    assert sorted(stage.keeper.raws) == sorted(server.mails.values())


async def test_without_idle_the_folder_is_looked_at_again_and_again(stage: Stage, server: BadImap) -> None:
    server.capabilities = "IMAP4rev1"
    stage.limits = dataclasses.replace(LIMITS, poll=0.05)
    async with stage.running():
        await until(lambda: len(stage.keeper.kept) == 4)
        server.mails[9] = mail(9)
        await until(lambda: len(stage.keeper.kept) == 5)
    assert server.count("IDLE") == 0


async def test_a_server_that_refuses_idle_is_polled(stage: Stage, server: BadImap) -> None:
    server.fault = "no_idle"
    stage.limits = dataclasses.replace(LIMITS, poll=0.05)
    async with stage.running():
        await until(lambda: len(stage.keeper.kept) == 4)
        server.mails[9] = mail(9)
        await until(lambda: len(stage.keeper.kept) == 5)
    assert server.count("IDLE") == 1


async def test_without_uidnext_new_begins_after_the_last_mail(stage: Stage, server: BadImap) -> None:
    server.tells_uidnext = False
    stage.account = stage.with_imap(begin="new")
    async with stage.running():
        await until(lambda: stage.ledger.verifications)
        server.mails[9] = mail(9)
        await until(lambda: stage.keeper.kept)
    assert stage.keeper.raws == [mail(9)]
