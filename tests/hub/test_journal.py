"""The write: one transaction, rung only after COMMIT, and nothing of what failed."""

import asyncio
from uuid import uuid4

import asyncpg
import pytest

from channels.text import storable
from hub import model
from hub.doorbell import AgentMoved, Doorbell, Moved
from hub.errors import NotFound, Taken, WrongState
from hub.journal import Enclosed, NewNote
from hub.model import CUSTOMER, SYSTEM, By
from hub.store import history
from hub.store.journal import LONG, digest, put
from hub.wire import Say
from tests.hub.conftest import Heart


async def test_i1_the_doorbell_is_rung_after_the_commit_and_never_for_what_failed(heart: Heart, dsn: str) -> None:
    """Whoever hears the bell finds the row, also over another connection."""
    other = await asyncpg.connect(dsn)
    bell, found = Doorbell(), list[object]()
    looks = set[asyncio.Task[None]]()

    async def look(ring: Moved) -> None:
        found.append(await other.fetchval("SELECT version FROM interactions WHERE id = $1", ring.interaction_id))

    bell.on(lambda ring: looks.add(asyncio.create_task(look(ring))) if isinstance(ring, Moved) else None)
    heart.journal.doorbell = bell
    it = (await heart.arrive()).interaction_id
    await asyncio.gather(*looks)
    assert found == [1]
    with pytest.raises(WrongState):
        await heart.journal.write(it, model.TimeUp(), SYSTEM)
    assert len(looks) == 1
    await other.close()


async def test_a_write_of_two_acts_is_whole_or_nothing(heart: Heart) -> None:
    ann = await heart.agent("Ann")
    it = (await heart.arrive()).interaction_id
    rung = len(heart.rings)

    async def both() -> None:
        async with heart.journal.begin() as page:
            noted = await page.write(await page.lock(it), model.Noted(ann.id), By("agent", ann.id))
            await page.write(noted.interaction, model.Ended(ann.id, 60), By("agent", ann.id))

    with pytest.raises(WrongState):
        await both()
    assert [t.kind for t in await history.touches_of(heart.pool, it)] == ["received"]
    assert len(heart.rings) == rung


async def test_long_contents_go_one_by_one_and_still_all_or_nothing(heart: Heart) -> None:
    now = heart.journal.now()
    long, longer, short = b"a" * (LONG + 1), b"b" * (LONG + 2), b"c"
    row = {"id": uuid4(), "source": "mail:x", "natural_key": "1", "arrived_at": now, "outcome": "quarantined",
           "raw_sha256": digest(long), "content_type": "a/b", "body_sha256": digest(long)}
    bad = {**row, "outcome": "no such outcome"}
    with pytest.raises(asyncpg.CheckViolationError):
        await heart.journal.enter(bad, long)
    assert await heart.pool.fetchval("SELECT count(*) FROM blobs") == 0
    async with heart.pool.acquire() as conn:
        for number in (1, 2):  # what is there already is no trouble
            await put(conn, now, {"arrivals": [{**row, "id": uuid4(), "natural_key": str(number)}]},
                      [short, long, longer, long])
    sizes = await heart.pool.fetch("SELECT size, length(bytes) AS length FROM blobs ORDER BY 1")
    assert [(one["size"], one["length"]) for one in sizes] == [(1, 1), (LONG + 1,) * 2, (LONG + 2,) * 2]


async def test_an_interaction_that_is_not_there(heart: Heart) -> None:
    with pytest.raises(NotFound):
        await heart.journal.write(uuid4(), model.TimeUp(), SYSTEM)


async def test_whose_desk_it_was_on_and_is_on_is_rung(heart: Heart) -> None:
    ann, ben = await heart.agent("Ann"), await heart.agent("Ben", ready=False)
    await heart.arrive()
    it = await heart.accepted(ann)
    heart.rings.clear()
    await heart.journal.write(it, model.Requeued("x", "support", ben.id), SYSTEM)
    (moved,) = [r for r in heart.rings if isinstance(r, Moved)]
    assert moved.agents == {ann.id, ben.id}
    assert AgentMoved(ann.id) in heart.rings


async def test_a_listener_that_fails_undoes_nothing(heart: Heart) -> None:
    def broken(ring: object) -> None:
        raise RuntimeError("socket gone")

    bell, heard = Doorbell(), list[object]()
    bell.on(broken)
    stop = bell.on(heard.append)
    heart.journal.doorbell = bell
    arrived = await heart.arrive()
    assert await heart.state(arrived.interaction_id) == "queued"
    assert len(heard) == 1
    stop()
    await heart.arrive()
    assert len(heard) == 1


async def test_writers_at_once_each_get_a_version_of_their_own(heart: Heart) -> None:
    ann = await heart.agent("Ann")
    inbound = heart.inbound()
    it = (await heart.reception.take_in(inbound)).interaction_id
    await asyncio.gather(
        *(heart.desk.note(ann, it, Say(id=uuid4(), text=f"n{n}")) for n in range(10)),
        *(heart.arrive(addresses=inbound.addresses, text=f"t{n}") for n in range(10)),
        *(heart.journal.write(it, model.Prioritised(n, "x"), SYSTEM) for n in range(10)),
    )
    touches = await history.touches_of(heart.pool, it)
    assert [t.version for t in touches] == list(range(1, 32))
    assert (await heart.loaded(it)).version == 31
    await heart.balanced()


async def test_i4_the_database_has_the_last_word(heart: Heart) -> None:
    """A second assignment of one interaction cannot be written, whatever a bug above would want."""
    ann = await heart.agent("Ann")
    await heart.arrive()
    it = await heart.accepted(ann)
    row = {"id": heart.new_id(), "interaction_id": it, "agent_id": ann.id, "units": 1, "started_at": heart.clock()}
    async with heart.pool.acquire() as conn:
        with pytest.raises(asyncpg.UniqueViolationError):
            await put(conn, heart.clock(), {"assignments": [row]})
    with pytest.raises(Taken):
        await heart.journal.write(it, model.Claimed(ann.id), SYSTEM)


async def test_a_stale_interaction_cannot_be_written_over_a_newer_one(heart: Heart) -> None:
    it = (await heart.arrive()).interaction_id
    stale = await heart.loaded(it)
    await heart.journal.write(it, model.Prioritised(1, "x"), SYSTEM)
    with pytest.raises(asyncpg.UniqueViolationError):
        async with heart.journal.begin() as page:
            await page.write(stale, model.Prioritised(2, "y"), SYSTEM)
    assert (await heart.loaded(it)).priority == 1


async def test_when_it_happened_and_when_it_was_written_are_both_kept(heart: Heart) -> None:
    it = (await heart.arrive()).interaction_id
    note = NewNote(heart.new_id(), "n1", "said on the phone", (await heart.agent("Ann")).id)
    then = heart.clock().replace(year=2025)
    await heart.journal.write(it, model.Noted(note.author_id), CUSTOMER, Enclosed(note=note, at=then))
    touch = (await history.touches_of(heart.pool, it))[-1]
    assert (touch.at, touch.recorded_at) == (then, heart.clock())



@pytest.mark.parametrize(
    ("text", "kept"),
    [("plain", "plain"), ("a\x00b", "a\ufffdb"), ("\ud83d\ude00", "\U0001f600"), ("\ud83d!", "\ufffd!"), ("好", "好")],
)
def test_text_as_the_database_keeps_it(text: str, kept: str) -> None:
    assert storable(text) == kept


