"""The refresh token of a mailbox, among hubs, restarts and mailboxes that are not saved yet."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from channels.email.oauth import Grants, RefreshError, plain
from channels.email.ports import Account
from hub import consents
from hub.sealing import Seal
from hub.store import mailboxes as store
from tests.hub.office import SECRET, Office, Pool, an_office, wanted
from tests.support.clock import FakeClock, SeededIds
from tests.support.tokens import TokenServer
from tests.support.waiting import until


@pytest.fixture
async def provider() -> AsyncIterator[TokenServer]:
    """Takes each refresh token once."""
    async with TokenServer(once="refresh 0").running() as server:
        yield server


@pytest.fixture
def office(pool: Pool, clock: FakeClock, new_id: SeededIds, admin: UUID, provider: TokenServer) -> Office:
    return opened(an_office(pool, clock, new_id, admin), provider)


def opened(office: Office, provider: TokenServer) -> Office:
    """Whose administrators may name the port of this provider."""
    office.setup._ports = (*office.setup._ports, provider.port)
    return office


@pytest.fixture
def others(pool: Pool, clock: FakeClock, new_id: SeededIds, admin: UUID, provider: TokenServer) -> Any:
    """Another hub on the same database, or this one after a restart."""
    async def begin() -> Office:
        office = opened(an_office(pool, clock, new_id, admin), provider)
        await office.mailboxes.refresh()
        return office

    return begin


def settings(provider: TokenServer, **more: Any) -> dict[str, Any]:
    return {"oauth": provider.settings.model_dump(), "secrets": {"refresh_token": "refresh 0"}} | more


def account(office: Office) -> Account:
    found = office.mailboxes.get("support")
    assert found is not None
    return found


def grants(office: Office) -> Grants:
    return Grants(office.clock, office.mailboxes.consents)


async def test_a_restart_finds_what_sending_had_spent(office: Office, others: Any, provider: TokenServer) -> None:
    await office.add(**settings(provider, imap=None, smtp={"host": "smtp.example.org", "user": "support"}))
    for number in range(1, 5):
        here = await others()
        assert await grants(here).access(account(here)) == f"access {number}"
        assert plain(account(here)) == f"refresh {number}"  # who asks here from now on


async def test_two_hubs_spend_one_after_the_other(office: Office, others: Any, provider: TokenServer) -> None:
    await office.add(**settings(provider))
    hubs = [await others() for _ in range(4)]
    all_grants = [grants(one) for one in hubs]
    for hour in range(3):
        found = await asyncio.gather(*(one.access(account(hub)) for one, hub in zip(all_grants, hubs, strict=True)))
        assert set(found) == {f"access {hour * 4 + number}" for number in range(1, 5)}
        office.clock.advance(hours=2)
    assert provider.once == "refresh 12"


async def test_while_one_hub_asks_the_others_keep_their_leases(office: Office, others: Any, pool: Pool,
                                                               provider: TokenServer, clock: FakeClock) -> None:
    await office.add(**settings(provider))
    provider.gate, second = asyncio.Event(), await others()
    asking = asyncio.create_task(grants(office).access(account(office)))
    await until(lambda: provider.asked)
    waiting = asyncio.create_task(grants(second).access(account(second)))
    async with asyncio.timeout(10):
        await second.ledger().problem("timeout", "")  # a write to the mailbox's row
        await store.claim(pool, ["support"], "a hub", clock() + timedelta(seconds=15), clock())
    assert len(provider.asked) == 1
    provider.gate.set()
    assert (await asking, await waiting) == ("access 1", "access 2")


async def test_a_hub_that_waits_too_long_says_so(office: Office, others: Any, provider: TokenServer,
                                                 monkeypatch: pytest.MonkeyPatch) -> None:
    await office.add(**settings(provider))
    provider.gate, second = asyncio.Event(), await others()
    asking = asyncio.create_task(grants(office).access(account(office)))
    await until(lambda: provider.asked)
    monkeypatch.setattr(consents, "WAIT", 0.3)
    with pytest.raises(RefreshError) as failed:
        await grants(second).access(account(second))
    assert not failed.value.denied
    provider.gate.set()
    assert await asking == "access 1"


async def test_without_the_database_no_token_is_spent(office: Office, provider: TokenServer, dsn: str) -> None:
    await office.add(**settings(provider))
    closed = await asyncpg.create_pool(dsn, min_size=0, max_size=1)
    books = consents.Books(closed, Seal(SECRET), lambda _: None, lambda *_: None)
    await closed.close()
    with pytest.raises(RefreshError) as failed:
        await Grants(office.clock, books).access(account(office))
    assert not failed.value.denied
    assert provider.asked == []


async def test_what_was_spent_in_a_test_is_good_when_it_is_saved(office: Office, others: Any,
                                                                 provider: TokenServer) -> None:
    given = wanted(**settings(provider))
    tried = office.setup.account(given)
    assert await grants(office).access(tried) == "access 1"
    office.clock.advance(hours=2)
    assert await grants(office).access(tried) == "access 2"  # tested once more
    await (await others()).setup.put("support", given, office.admin)
    here = await others()
    assert plain(account(here)) == "refresh 2"
    assert await grants(here).access(account(here)) == "access 3"


async def test_trying_another_token_leaves_the_one_in_use_alone(office: Office, others: Any,
                                                               provider: TokenServer) -> None:
    await office.add(**settings(provider))
    await grants(office).access(account(office))
    async with TokenServer(once="fresh consent").running() as second:
        given = settings(second, secrets={"refresh_token": "fresh consent"})
        tried = opened(office, second).setup.account(wanted(**given))
        assert await grants(office).access(tried) == "access 1"
        assert second.once == "refresh 1"
    here = await others()
    assert await grants(here).access(account(here)) == "access 2"


async def test_what_an_earlier_version_kept_is_good(office: Office, others: Any, provider: TokenServer,
                                                    pool: Pool) -> None:
    await office.add(**settings(provider))
    provider.once = "refresh 7"
    await pool.execute("INSERT INTO mailbox_states (mailbox, refresh_token) VALUES ('support', $1)",
                       Seal(SECRET).seal("support", {"refresh_token": "refresh 7", "instead_of": hashlib.sha256(
                           b"refresh 0").hexdigest()}))
    here = await others()
    assert plain(account(here)) == "refresh 7"
    await grants(here).access(account(here))
    here = await others()
    await grants(here).access(account(here))
    assert len(provider.asked) == 2
