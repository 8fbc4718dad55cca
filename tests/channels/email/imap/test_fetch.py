"""Mail out of a real Dovecot: all of it, once, as it came, whatever others do in the mailbox meanwhile."""

import asyncio
import ssl

import pytest

from channels.base import Entry
from channels.email.imap import Fetcher, ImapError
from channels.email.parse.pool import Parser
from channels.email.receive import Receiver
from channels.email.tokens import Tokens
from tests.channels.email.imap.stage import Stage, account, mail
from tests.support.clock import FakeClock
from tests.support.dovecot import Dovecot, MailUser
from tests.support.waiting import until


async def test_all_mails_come_once_with_the_bytes_they_have(stage: Stage, user: MailUser) -> None:
    mails = [mail(number, size=100 * number) for number in range(1, 31)]
    user.deliver(*mails)
    await stage.fetch_until(lambda: stage.ledger.high_water == 30)
    assert sorted(stage.keeper.raws) == sorted(mails)
    assert stage.ledger.uids("stored") == list(range(1, 31))
    assert stage.keeper.tries == 30


@pytest.mark.parametrize("security", ["tls", "starttls", "none"])
async def test_it_gets_in_by_tls_by_starttls_and_in_the_clear(
        security: str, dovecot: Dovecot, user: MailUser, trust: ssl.SSLContext) -> None:
    user.deliver(mail(1))
    port = dovecot.tls_port if security == "tls" else dovecot.port
    await Stage(account(port, user.name, user.password, security), tls=trust).fetch_all(1)


async def test_mail_that_comes_while_it_idles_is_taken_at_once(stage: Stage, user: MailUser) -> None:
    async with stage.running():
        await until(lambda: stage.ledger.verifications)
        user.deliver(mail(1))
        await until(lambda: len(stage.keeper.kept) == 1)
        user.deliver(mail(2))
        await until(lambda: len(stage.keeper.kept) == 2)


async def test_a_wrong_password_is_told_and_not_tried_again_for_long(stage: Stage, user: MailUser,
                                                                     dovecot: Dovecot) -> None:
    stage.patience.set()
    stage.account = account(dovecot.port, user.name, "wrong")
    with pytest.raises(ImapError):
        await stage.fetcher().run()
    assert [code for code, _ in stage.ledger.problems] == ["log_in"]
    assert stage.pauses == [600.0]


async def test_the_real_receiver_understands_what_is_fetched(stage: Stage, user: MailUser, clock: FakeClock) -> None:
    parser = Parser()
    try:
        receiver = Receiver(parser, Tokens("secret"), stage.keeper, clock)  # type: ignore[arg-type]
        user.deliver(mail(1), mail(2, size=400_000), mail(3))
        fetcher = Fetcher(stage.with_imap(max_bytes=100_000), stage.ledger, receiver, clock)
        task = asyncio.create_task(fetcher.run())
        await until(lambda: task.done() or stage.ledger.high_water == 3)
        task.cancel()
        await asyncio.wait({task})
        kept = {inbound.subject: inbound for inbound in stage.keeper.kept.values()}
        assert set(kept) == {"mail 1", "mail 2", "mail 3"}
        assert kept["mail 1"].entry == Entry("support", stage.ledger.uidvalidity or 0, 1)
        assert kept["mail 2"].mail is not None
        assert "oversized" in kept["mail 2"].mail.warnings
    finally:
        await parser.close()
