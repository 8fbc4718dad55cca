"""Accounts: what is refused, how long guessing is blocked, and that a password change ends sessions."""

from typing import Any

import asyncpg
import pytest

from hub.errors import Conflict, Invalid, NotFound, TooMany
from hub.store.users import NewUser, UserChange
from hub.users import FREE_FOR_ADDRESS, FREE_FOR_LOGIN, LONGEST_BLOCK, Disabled, Users, WrongLogin
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


async def kept(pool: "asyncpg.Pool[Any]") -> dict[str, Any]:
    row = await pool.fetchrow("SELECT name, role, language, queues, skills::text, capacity, limits::text FROM agents")
    return dict(row or {})


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"queues": ["support", "nope"]}, "no queue 'nope'. There are: sales, support."),
        ({"skills": {"german": 6}}, "'german' will not do. Write NAME=LEVEL"),
        ({"skills": {"german": 0}}, "a level from 1 to 5"),
        ({"skills": {"Small talk": 3}}, "'Small talk' will not do"),
        ({"limits": {"fax": 1}}, "'fax' will not do. Write CHANNEL=NUMBER"),
        ({"limits": {"webchat": -1}}, "'webchat' will not do"),
        ({"capacity": -1}, "The capacity is 0 to 1000 units."),
        ({"capacity": 1001}, "The capacity is 0 to 1000 units."),
        ({"capacity": 10**30}, "The capacity is 0 to 1000 units."),
        ({"name": " "}, "A name has 1 to 200 characters."),
    ],
)
async def test_what_an_account_cannot_have_is_said_in_plain_words(
    pool: "asyncpg.Pool[Any]", clock: FakeClock, new_id: SeededIds, given: dict[str, Any], says: str
) -> None:
    users = Users(pool, clock, new_id, hasher=CHEAP, queues={"support", "sales"})
    with pytest.raises(Invalid) as refused:
        await users.add(NewUser(**{"login": "anna", "name": "Anna", **given}), PASSWORD)
    assert says in refused.value.detail
    await users.add(NewUser("anna", "Anna"), PASSWORD)
    before = await kept(pool)
    with pytest.raises(Invalid) as refused:
        await users.change("anna", UserChange(**given))
    assert says in refused.value.detail
    assert await kept(pool) == before


async def test_a_change_changes_what_is_given_and_nothing_else(users: Users, pool: "asyncpg.Pool[Any]") -> None:
    await users.add(NewUser("anna", "Anna", queues=["support"], skills={"german": 4}), PASSWORD)
    session = await users.log_in("anna", PASSWORD, "10.0.0.1")
    before = await kept(pool)

    await users.change("Anna", UserChange(capacity=0, queues=[]))
    assert await kept(pool) == before | {"capacity": 0, "queues": []}
    assert await users.session(session.token) is not None
    await users.change("anna", UserChange(" Anna Berg ", "supervisor", "zh-Hans", ["sales"], {"french": 5}, 1000,
                                           {"webchat": 2}))
    assert await kept(pool) == {"name": "Anna Berg", "role": "supervisor", "language": "zh-Hans", "queues": ["sales"],
                                "skills": '{"french": 5}', "capacity": 1000, "limits": '{"webchat": 2}'}
    assert await users.session(session.token) is None
    with pytest.raises(Invalid, match="nothing to change"):
        await users.change("anna", UserChange())
    with pytest.raises(NotFound, match="no account 'nobody'"):
        await users.change("nobody", UserChange(capacity=1))


async def test_who_was_shut_out_may_come_in_again(users: Users) -> None:
    await users.add(NewUser("anna", "Anna"), PASSWORD)
    await users.disable("anna")
    with pytest.raises(Disabled):
        await users.log_in("anna", PASSWORD, "10.0.0.1")
    await users.enable("ANNA")
    await users.log_in("anna", PASSWORD, "10.0.0.1")
    with pytest.raises(NotFound, match="no account 'nobody'"):
        await users.enable("nobody")
