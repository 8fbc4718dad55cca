"""What a request of the telephone costs: how often the database is asked before it is answered."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from channels.voice.ports import Asked, Knock
from hub.doorbell import Moved
from tests.hub.telephone import MIA, OURS, Pool, Telephone, running_telephone


@pytest.fixture
async def phone(pool: Pool) -> AsyncIterator[Telephone]:
    async with running_telephone(pool) as found:
        yield found


@asynccontextmanager
async def asked(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[list[str]]:
    """Every message of this process to the database, of whatever connection; but those by which the tests' pool, not
    the hub's, makes connections as new."""
    sent: list[str] = []
    connection: Any = asyncpg.Connection
    execute, simple = connection._do_execute, connection.execute

    async def one(self: Any, query: str, *args: Any, **more: Any) -> Any:
        sent.append(query)
        return await execute(self, query, *args, **more)

    async def plain(self: Any, query: str, *args: Any, **more: Any) -> Any:
        if not args and "RESET ALL" not in query:
            sent.append(query)
        return await simple(self, query, *args, **more)

    with monkeypatch.context() as patched:
        patched.setattr(connection, "_do_execute", one)
        patched.setattr(connection, "execute", plain)
        yield sent


def knock(kind: Asked, token: str = "", call: UUID | None = None, number: str = MIA, **fields: str) -> Knock:
    told = {"CallSid": "CA" + "7" * 32, "From": number, "To": OURS, "CallStatus": "ringing", **fields}
    return Knock(kind, "main", token and f"once:{token}:/", told, b"raw " + token.encode(), "text/plain", call)


async def in_line(phone: Telephone) -> UUID:
    await phone.waiting()
    found: UUID = await phone.heart.pool.fetchval("SELECT id FROM calls")
    return found


def poll(phone: Telephone, call: UUID, token: str) -> Knock:
    leg = next(iter(phone.sim.exchange.legs.values()))
    (queue,) = {one.sid for one in phone.sim.exchange.queues.values()}
    return knock("wait", token, call, CallSid=leg.sid, QueueSid=queue, CallStatus="in-progress")


async def test_who_waits_is_answered_after_two_round_trips(phone: Telephone, monkeypatch: pytest.MonkeyPatch) -> None:
    call = await in_line(phone)
    await phone.calls.ask(poll(phone, call, "first"))  # how many agents there are is known for a moment now
    async with asked(monkeypatch) as sent:
        answer = await phone.calls.ask(poll(phone, call, "second"))
    assert len(sent) == 2, sent
    assert "number 1 in line" in answer
    kept = await phone.heart.pool.fetchrow("SELECT answer FROM arrivals WHERE natural_key = 'once:second:/'")
    assert kept is not None
    assert kept["answer"] == answer


async def test_the_same_request_of_who_waits_has_one_answer_also_at_once(phone: Telephone) -> None:
    call = await in_line(phone)
    answers = await asyncio.gather(*(phone.calls.ask(poll(phone, call, "same")) for _ in range(4)))
    caller = await phone.sim.call("+15551239999", OURS)
    await caller.heard("Press 1")
    answers.append(await phone.calls.ask(poll(phone, call, "same")))
    assert len(set(answers)) == 1
    outcomes = await phone.heart.pool.fetch(
        "SELECT outcome, count(*)::int AS n FROM arrivals WHERE natural_key = 'once:same:/' GROUP BY 1 ORDER BY 1")
    assert [tuple(row) for row in outcomes] == [("duplicate", 4), ("stored", 1)]


async def test_a_new_call_is_answered_after_two_round_trips(phone: Telephone, monkeypatch: pytest.MonkeyPatch) -> None:
    async with asked(monkeypatch) as sent:
        answer = await phone.calls.ask(knock("in", "new"))
    assert len(sent) == 2, sent
    assert "Press 1" in answer
    legs = await phone.heart.pool.fetch(
        "SELECT c.phase, l.leg, l.who, l.sid = c.sid AS its FROM calls c JOIN call_legs l ON l.call_id = c.id")
    assert [tuple(row) for row in legs] == [("menu", "customer", MIA, True)]


async def test_the_same_new_call_begins_once_also_at_once(phone: Telephone) -> None:
    answers = await asyncio.gather(*(phone.calls.ask(knock("in", "new")) for _ in range(4)))
    answers.append(await phone.calls.ask(knock("in", "retry")))
    assert len(set(answers)) == 1
    assert await phone.heart.pool.fetchval("SELECT count(*) FROM calls") == 1
    outcomes = await phone.heart.pool.fetch("SELECT outcome, count(*)::int AS n FROM arrivals GROUP BY 1 ORDER BY 1")
    assert [tuple(row) for row in outcomes] == [("duplicate", 3), ("stored", 2)]


async def test_calls_are_compared_after_a_ring_or_a_second_not_for_each_command(
        phone: Telephone, monkeypatch: pytest.MonkeyPatch) -> None:
    board = phone.board
    compared: list[bool] = []

    async def passes() -> None:
        async with asked(monkeypatch) as sent:
            await board.step(lambda work: work.close())
        compared.append(any("seen_version" in query for query in sent))

    board.listen()
    await passes()
    await passes()
    moved = Moved(UUID(int=1), 1, UUID(int=2), "noted", UUID(int=3), "voice", None, "support", "queued", frozenset(),
                  None, False, None)
    board.hears(moved)
    await passes()
    phone.away = True
    await phone.pass_time(2)
    await passes()
    assert compared == [True, False, True, True]
