"""Accounts: what is refused, how long guessing is blocked, and that a password change ends sessions."""

from typing import Any

import asyncpg
import pytest

from hub.errors import Conflict, Invalid, NotFound, TooMany
from hub.store.users import NewUser
from hub.users import FREE_FOR_ADDRESS, FREE_FOR_LOGIN, LONGEST_BLOCK, Users, WrongLogin
from tests.support.clock import FakeClock, SeededIds
from tests.support.hub import CHEAP, PASSWORD


@pytest.fixture
def users(pool: "asyncpg.Pool[Any]", clock: FakeClock, new_id: SeededIds) -> Users:
    return Users(pool, clock, new_id, hasher=CHEAP)


async def fails(users: Users, login: str = "anna", address: str = "10.0.0.1") -> None:
    with pytest.raises(WrongLogin):
        await users.log_in(login, "wrong", address)


async def test_blocks_double_and_a_good_log_in_forgets_them(users: Users, clock: FakeClock) -> None:
    await users.add(NewUser("anna", "Anna"), PASSWORD)
    for _ in range(FREE_FOR_LOGIN):
        await fails(users)
    waits = []
    for _ in range(12):
        await fails(users)
        with pytest.raises(TooMany) as blocked:
            await users.log_in("anna", PASSWORD, "10.0.0.2")
        waits.append(blocked.value.after)
        clock.advance(blocked.value.after or 0)

    assert waits[:5] == [1, 2, 4, 8, 16]
    assert waits[-1] == LONGEST_BLOCK
    assert (await users.log_in("anna", PASSWORD, "10.0.0.2")).session.actor.name == "Anna"
    await fails(users, address="10.0.0.3")
    await users.log_in("anna", PASSWORD, "10.0.0.3")


async def test_guessing_many_log_ins_blocks_the_address_and_nobody_else(users: Users) -> None:
    await users.add(NewUser("anna", "Anna"), PASSWORD)
    for number in range(FREE_FOR_ADDRESS + 1):
        await fails(users, f"guess{number}")
    with pytest.raises(TooMany):
        await users.log_in("anna", PASSWORD, "10.0.0.1")
    await users.log_in("anna", PASSWORD, "10.0.0.9")


async def test_sessions_expire_and_a_new_password_ends_them(users: Users, clock: FakeClock) -> None:
    await users.add(NewUser("anna", "Anna"), PASSWORD)
    first = await users.log_in("anna", PASSWORD, "10.0.0.1")
    assert await users.session(first.token) is not None
    clock.advance(12 * 3600 + 1)
    assert await users.session(first.token) is None

    second = await users.log_in("anna", PASSWORD, "10.0.0.1")
    await users.set_password("anna", "another password")
    assert await users.session(second.token) is None
    assert await users.still_live([second.session.key]) == frozenset()
    await users.log_in("anna", "another password", "10.0.0.1")


async def test_only_a_hash_of_the_token_and_password_is_kept(users: Users, pool: "asyncpg.Pool[Any]") -> None:
    await users.add(NewUser("anna", "Anna"), PASSWORD)
    token = (await users.log_in("anna", PASSWORD, "10.0.0.1")).token
    kept = str(await pool.fetch("SELECT * FROM sessions")) + str(await pool.fetch("SELECT * FROM agents"))
    assert token not in kept
    assert PASSWORD not in kept
    assert "$argon2id$" in kept


@pytest.mark.parametrize("login", ["", "Anna", "an na", "-anna", "a" * 101, "安娜", "a\x00"])
async def test_logins_that_will_not_do(users: Users, login: str) -> None:
    with pytest.raises(Invalid):
        await users.add(NewUser(login, "Anna"), PASSWORD)


async def test_short_passwords_double_logins_and_strangers(users: Users) -> None:
    with pytest.raises(Invalid, match="at least 10"):
        await users.add(NewUser("anna", "Anna"), "short")
    await users.add(NewUser("anna", "Anna"), PASSWORD)
    with pytest.raises(Conflict, match="taken"):
        await users.add(NewUser("anna", "Other"), PASSWORD)
    for act in (users.disable("nobody"), users.set_password("nobody", PASSWORD)):
        with pytest.raises(NotFound, match="no account 'nobody'"):
            await act
