"""XOAUTH2 with a real server that judges the access tokens itself, and a provider whose refresh tokens work once."""

from collections.abc import AsyncIterator

import pytest

from channels.email.imap import ImapError, append_sent
from channels.email.imap.limits import Limits
from channels.email.imap.link import Link
from channels.email.imap.login import opened
from channels.email.oauth import Grants, Remembered
from channels.email.ports import Account
from tests.channels.email.imap.stage import Stage, account, mail
from tests.support.clock import FakeClock
from tests.support.dovecot import Dovecot, MailUser
from tests.support.tokens import TokenServer


@pytest.fixture
async def provider(dovecot: Dovecot, user: MailUser) -> AsyncIterator[TokenServer]:
    async with TokenServer(once="refresh 0").running() as server:
        server.named = lambda number: dovecot.access_token(user.name, number)
        yield server


@pytest.fixture
def there(dovecot: Dovecot, user: MailUser, provider: TokenServer) -> Account:
    return account(dovecot.port, user.name, None, oauth=provider.settings, refresh_token="refresh 0",
                   sent_folder="INBOX")


async def test_mail_is_fetched_by_token_and_the_copy_uses_the_same_one(there: Account, user: MailUser,
                                                                       provider: TokenServer) -> None:
    user.deliver(mail(1))
    clock = FakeClock()
    stage = Stage(there, clock, grants=Grants(clock))
    await stage.fetch_all(1)
    assert await append_sent(there, mail(2), grants=stage.grants) == ""
    assert len(user.files()) == 2
    assert len(provider.asked) == 1


async def test_after_a_copy_has_spent_the_refresh_token_fetching_begins_anew_with_the_next(
        there: Account, user: MailUser, provider: TokenServer) -> None:
    kept, clock = Remembered(), FakeClock()
    assert await append_sent(there, mail(1), grants=Grants(clock, kept)) == ""
    stage = Stage(there, clock, grants=Grants(clock, kept))  # a restart
    await stage.fetch_all(1)
    assert provider.once == "refresh 2"


async def test_a_token_that_dovecot_does_not_take_is_replaced(there: Account, dovecot: Dovecot, user: MailUser,
                                                              provider: TokenServer) -> None:
    provider.named = lambda number: dovecot.access_token(user.name, number, good=number > 1)
    grants, imap = Grants(FakeClock()), there.mailbox.imap
    assert imap is not None
    with pytest.raises(ImapError) as failed:
        await opened(Link(imap, Limits()), there, grants)
    assert failed.value.code == "log_in"
    await (await opened(Link(imap, Limits()), there, grants)).close()
    assert provider.once == "refresh 2"


async def test_another_users_token_opens_nothing(there: Account, dovecot: Dovecot, provider: TokenServer) -> None:
    provider.named = lambda number: dovecot.access_token("user1999", number)
    assert await append_sent(there, mail(1), grants=Grants(FakeClock())) == "log_in"
