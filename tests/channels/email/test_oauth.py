"""Access tokens from a provider that takes each refresh token once, and from one that answers oddly."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from pydantic import SecretStr

from channels.email.chains import Chains, name_of
from channels.email.oauth import Grants, RefreshError, Remembered
from channels.email.ports import Account, AwayError, Consent
from channels.email.settings import Mailbox, OAuth, Secrets
from tests.support.clock import FakeClock
from tests.support.tokens import TokenServer
from tests.support.waiting import until


def account_with(token: str | None, oauth: OAuth | None) -> Account:
    secret = SecretStr(token) if token is not None else None
    return Account(Mailbox(id="support", address="support@example.org", oauth=oauth), Secrets(refresh_token=secret))


@pytest.fixture
async def provider() -> AsyncIterator[TokenServer]:
    async with TokenServer(once="refresh 0").running() as server:
        yield server


class Shelf(Remembered):
    """Keeps across grants, as a database does; `away` fails so many times to keep."""

    def __init__(self, away: int = 0) -> None:
        super().__init__()
        self.away = away

    @asynccontextmanager
    async def alone(self, account: Account) -> AsyncIterator[Consent]:
        newest = None
        async with super().alone(account) as consent:
            newest = consent.token
            yield consent
            if self._chains["support"].newest(account) not in (None, newest) and self.away > 0:
                self.away -= 1
                self._chains["support"] = Chains()  # no COMMIT
                raise AwayError


async def no_time(seconds: float) -> None:
    await asyncio.sleep(0)


# --- each refresh token works once ---

async def test_whoever_begins_anew_finds_what_was_kept(provider: TokenServer) -> None:
    shelf, account = Shelf(), account_with("refresh 0", provider.settings)
    for number in range(1, 60):
        assert await Grants(FakeClock(), shelf).access(account) == f"access {number}"


async def test_a_token_is_not_given_out_before_its_successor_is_kept(provider: TokenServer) -> None:
    shelf, account = Shelf(away=2), account_with("refresh 0", provider.settings)
    grants = Grants(FakeClock(), shelf, no_time)
    assert await grants.access(account) == "access 1"
    assert shelf.away == 0
    assert len(provider.asked) == 1
    assert await Grants(FakeClock(), shelf).access(account) == "access 2"


async def test_what_could_not_be_kept_for_long_is_kept_first_of_all_the_next_time(provider: TokenServer) -> None:
    shelf, account = Shelf(away=4), account_with("refresh 0", provider.settings)
    grants = Grants(FakeClock(), shelf, no_time)
    with pytest.raises(RefreshError) as failed:
        await grants.access(account)
    assert not failed.value.denied
    assert await grants.access(account) == "access 1"
    assert len(provider.asked) == 1
    assert await Grants(FakeClock(), shelf).access(account) == "access 2"


async def test_a_refresh_goes_on_when_whoever_waited_for_it_has_gone(provider: TokenServer) -> None:
    provider.gate = asyncio.Event()
    shelf, account = Shelf(), account_with("refresh 0", provider.settings)
    grants = Grants(FakeClock(), shelf)
    waiting = asyncio.create_task(grants.access(account))
    await until(lambda: provider.once == "refresh 1")
    waiting.cancel()
    await asyncio.wait({waiting})
    provider.gate.set()
    await grants.close(20)
    assert await Grants(FakeClock(), shelf).access(account) == "access 2"


async def test_a_token_that_many_were_refused_with_is_replaced_once(provider: TokenServer) -> None:
    grants, account = Grants(FakeClock()), account_with("refresh 0", provider.settings)
    stale = await grants.access(account)
    grants.forget(account, stale)
    assert await grants.access(account) == "access 2"
    grants.forget(account, stale)  # another one comes late with the same
    assert await grants.access(account) == "access 2"


async def test_a_token_that_is_only_tried_does_not_disturb_the_one_in_use(provider: TokenServer) -> None:
    clock = FakeClock()
    grants, account = Grants(clock), account_with("refresh 0", provider.settings)
    await grants.access(account)
    with pytest.raises(RefreshError) as failed:
        await grants.access(account_with("of nobody", provider.settings))
    assert failed.value.denied
    assert await grants.access(account) == "access 1"
    clock.advance(hours=2)
    assert await grants.access(account) == "access 3"


async def test_an_old_token_with_another_address_leads_to_no_newer_one(provider: TokenServer) -> None:
    grants = Grants(FakeClock())
    await grants.access(account_with("refresh 0", provider.settings))
    async with TokenServer().running() as thief:
        await grants.access(account_with("refresh 0", thief.settings))
        assert thief.asked[0]["refresh_token"] == "refresh 0"


def test_a_long_chain_forgets_neither_its_beginning_nor_its_end() -> None:
    oauth = OAuth(token_url="https://login.example.org", client_id="hub")
    chains, first = Chains(), account_with("0", oauth)
    for number in range(100):
        assert chains.replaced(first, str(number), str(number + 1), [name_of(first)])
    for number in range(40):  # tried, and never saved
        chains.replaced(account_with(f"tried {number}", oauth), f"tried {number}", f"given {number}", [name_of(first)])
    again = Chains.read(chains.written())
    assert again.newest(first) == again.newest(first, "99") == again.newest(first, "100") == "100"
    assert again.newest(account_with("tried 39", oauth)) == "given 39"
    assert len(again.written()) < 12 * 24 * 80
    assert not again.replaced(first, "99", "another"), "somebody was quicker"
    assert again.newest(first) == "100"


# --- odd answers ---

ODD = {
    "an end before all time": '{"access_token": "a", "expires_in": -1e999, "refresh_token": "refresh 1"}',
    "no number": '{"access_token": "a", "expires_in": NaN, "refresh_token": "refresh 1"}',
    "a number of many digits": '{"access_token": "a", "refresh_token": "refresh 1", "expires_in": ' + "9" * 5000 + "}",
    "words": '{"access_token": "a", "expires_in": "soon", "refresh_token": "refresh 1"}',
    "a list": '{"access_token": "a", "expires_in": [], "refresh_token": "refresh 1"}',
}


@pytest.mark.parametrize("what", ODD)
async def test_an_odd_lifetime_spoils_nothing(what: str, provider: TokenServer) -> None:
    provider.answer = (200, ODD[what])
    shelf, account = Shelf(), account_with("refresh 0", provider.settings)
    assert await Grants(FakeClock(), shelf).access(account) == "a"
    async with shelf.alone(account) as consent:
        assert consent.token == "refresh 1"


KEPT = {
    "no access token": (200, '{"refresh_token": "refresh 1"}'),
    "another status": (201, '{"access_token": "a", "refresh_token": "refresh 1"}'),
    "an access token of two lines": (200, '{"access_token": "a\\nb", "refresh_token": "refresh 1"}'),
    "a deep nest": (200, '{"refresh_token": "refresh 1", "x": ' + "[" * 60_000),
    "cut off": (200, '{"refresh_token" : "refresh 1", "access_tok'),
}


@pytest.mark.parametrize("what", KEPT)
async def test_a_replaced_token_in_an_odd_answer_is_kept(what: str, provider: TokenServer) -> None:
    provider.answer = KEPT[what]
    shelf, account = Shelf(), account_with("refresh 0", provider.settings)
    with pytest.raises(RefreshError) as failed:
        await Grants(FakeClock(), shelf).access(account)
    assert not failed.value.denied
    async with shelf.alone(account) as consent:
        assert consent.token == "refresh 1"


NOTHING = {
    "brackets": (200, "[" * 65_000), "half a letter": (200, '{"access_token": "a", "refresh_token": "\\ud800x"}'),
    "no text": (200, "\x00\x01"), "a list of errors": (400, '{"error": ["x"]}'),
    "half a letter as an error": (400, '{"error": "\\ud800"}'), "a page": (500, "<html>"),
    "the token in the error": (400, '{"error": "refresh 0 is bad"}'),
}


@pytest.mark.parametrize("what", NOTHING)
async def test_whatever_is_answered_is_said_and_no_more(what: str, provider: TokenServer) -> None:
    provider.answer = NOTHING[what]
    shelf, account = Shelf(), account_with("refresh 0", provider.settings)
    with pytest.raises(RefreshError) as failed:
        await Grants(FakeClock(), shelf).access(account)
    assert not failed.value.denied
    assert "refresh 0" not in failed.value.text
    async with shelf.alone(account) as consent:
        assert consent.token == "refresh 0"


@pytest.mark.parametrize("address", ["https://[", "https://login.example.org:99999/", "http://login.example.org/", "x"])
async def test_an_address_that_is_none_is_said(address: str) -> None:
    with pytest.raises(RefreshError):
        await Grants(FakeClock()).access(account_with("r", OAuth(token_url=address, client_id="hub")))


async def test_a_token_in_the_settings_that_no_provider_gave(provider: TokenServer) -> None:
    for token, denied in ((None, True), ("", True), ("\ud800", False)):
        with pytest.raises(RefreshError) as failed:
            await Grants(FakeClock()).access(account_with(token, provider.settings))
        assert failed.value.denied is denied
