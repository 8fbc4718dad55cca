"""Every decision is kept with all that it knew, is decided again the same, and takes no more room than it may."""

from datetime import date, timedelta
from typing import Any

import pytest

from hub.commands import parser
from hub.config import DecisionSettings
from hub.decisions import Decisions
from hub.dispatch import Dispatch
from hub.doorbell import Doorbell
from hub.replay import Replayed, replay
from hub.wire import Decline
from routing import match as matching
from routing.model import Plan
from tests.hub.conftest import Heart
from tests.hub.test_dispatch import waiting
from tests.hub.test_dispatch_policy import Office, policy


class Kept(Office):
    """An office whose decisions are written down."""

    def __init__(self, heart: Heart, **settings: int) -> None:
        super().__init__(heart)
        self.began, self.lines = heart.clock(), list[str]()
        self.settings = DecisionSettings(**{"days": 14, "megabytes_a_day": 200, **settings})
        self.another()

    def another(self) -> None:
        """Dispatch of another node, or after a start."""
        decisions = Decisions(self.heart.journal, self.settings)
        self.dispatch = self.heart.dispatch = Dispatch(
            self.heart.journal, Doorbell(), lambda: (self.version, self.policy), decisions)

    async def rows(self) -> int:
        return int(await self.heart.pool.fetchval("SELECT count(*) FROM decisions"))

    async def again(self) -> Replayed:
        self.lines.clear()
        return await replay(self.heart.pool, self.began, self.heart.clock() + timedelta(seconds=1), self.lines.append)


@pytest.fixture
def kept(heart: Heart) -> Kept:
    return Kept(heart)


async def a_day(kept: Kept) -> None:
    """Rings, preferences, refusals, a new version of the policy, several queues."""
    heart = kept.heart
    ann = await heart.agent("Ann", skills='{"german": 1}')
    kept.policy = policy(require="not trainee", order="lifo", target_minutes=5)
    await kept.arrive(require="german >= 3 or law", prefer=["tax", "german"], rings=[{"after_seconds": 30}])
    await waiting(heart, 3, queue="sales")
    await kept.dispatch.step()
    kept.later(40)
    await heart.desk.decline(ann, await heart.offered(ann), Decline(reason="busy"))
    await heart.accepted(await heart.agent("Ben", queues=("support", "sales")))
    kept.policy, kept.version = policy(require="german", offer_to=2), 2
    await heart.agent("Eve", skills='{"german": 4}')
    await heart.agent("Kim", skills='{"german": 4}')
    await kept.arrive()
    await kept.dispatch.step()
    assert await heart.pool.fetchval("SELECT count(*) FROM offers WHERE beside") == 1


async def test_a_day_is_decided_again_byte_for_byte(heart: Heart, kept: Kept) -> None:
    await a_day(kept)
    told = await kept.again()
    assert (told.decisions, told.different, told.left_out) == (await kept.rows(), 0, 0)
    assert told.decisions >= 3
    assert told.offers == await heart.pool.fetchval("SELECT count(*) FROM offers WHERE NOT beside")
    assert {row["policy_version"] for row in await heart.pool.fetch("SELECT policy_version FROM decisions")} == {1, 2}


async def test_a_pass_that_changes_nothing_is_not_kept(heart: Heart, kept: Kept) -> None:
    it = await kept.arrive(require="law", rings=[{"after_seconds": 600}])
    await heart.agent("Ann")
    await kept.dispatch.step()
    assert await kept.rows() == 1
    for _ in range(3):
        kept.later(5)  # the seconds that are said change, the reasons do not
        await kept.dispatch.step()
    assert await kept.rows() == 1
    await heart.pool.execute("UPDATE interactions SET refused = 1 WHERE id = $1", it)
    await kept.dispatch.step()
    assert await kept.rows() == 2


async def test_what_routing_would_do_otherwise_today_is_named(
    heart: Heart, kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    await a_day(kept)

    def nobody_works(*given: Any) -> Plan:
        work, _, ordering, now = given
        return matching.match(work, [], ordering, now)

    monkeypatch.setattr("hub.replay.match", nobody_works)
    told = await kept.again()
    assert told.different > 0
    assert any("not to" in line for line in kept.lines)
    assert all("policy" in line for line in kept.lines)


async def test_offers_alone_are_compared_where_reasons_said_something_else_then(heart: Heart, kept: Kept) -> None:
    await a_day(kept)
    await heart.pool.execute("UPDATE decisions SET plan_sha256 = sha256('other words'::bytea)")
    assert (await kept.again()).different
    await heart.pool.execute("UPDATE decisions SET ordering = ordering - 'explained'")
    assert not (await kept.again()).different


async def test_a_page_that_was_altered_or_is_gone_is_no_silent_difference(heart: Heart, kept: Kept) -> None:
    await a_day(kept)
    await heart.pool.execute(
        "UPDATE decision_pages SET content = (SELECT max(content) FROM decision_pages) WHERE sha256 ="
        " (SELECT min(sha256) FROM decision_pages WHERE content <> (SELECT max(content) FROM decision_pages))")
    assert (await kept.again()).different > 0
    assert any("altered" in line for line in kept.lines)
    await heart.pool.execute("DELETE FROM decision_pages")
    assert (await kept.again()).different == await kept.rows()


async def test_only_the_time_asked_for_is_replayed_and_many_are_read_in_batches(
    heart: Heart, kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.replay.BATCH", 2)
    for _ in range(5):
        await kept.arrive()
        await heart.agent(f"A{await kept.rows()}", queues=("sales",))
        await kept.dispatch.step()
        kept.later(10)
    until = kept.began + timedelta(seconds=30)
    assert (await replay(heart.pool, kept.began, until, kept.lines.append)).decisions == 3
    assert (await kept.again()).decisions == 5


async def test_what_did_not_change_is_kept_once(heart: Heart, kept: Kept) -> None:
    for number in range(40):
        await heart.agent(f"A{number}", ready=False)
    await heart.agent("Ann", capacity=30)
    for _ in range(4):
        await kept.arrive()
        await kept.dispatch.step()
        kept.later(1)
    kept.another()
    await kept.arrive()
    await kept.dispatch.step()
    pages = await heart.pool.fetchval("SELECT count(*) FROM decision_pages")
    named = await heart.pool.fetchval("SELECT sum(length(work) + length(agents)) / 32 FROM decisions")
    assert pages < named
    assert (await kept.again()).different == 0


async def test_a_day_takes_no_more_than_its_budget_and_says_what_was_left_out(
    heart: Heart, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.decisions.MEGABYTE", 4_000)
    kept = Kept(heart, megabytes_a_day=1)
    for number in range(9):
        await heart.agent(f"A{number}")
        await kept.arrive()
        await kept.dispatch.step()
    day: Any = await heart.pool.fetchrow("SELECT * FROM decision_days")
    stored = await heart.pool.fetchval(
        "SELECT (SELECT sum(length(content)) FROM decision_pages)"
        " + (SELECT sum(length(work) + length(agents)) FROM decisions)")
    assert day["day"] == date(heart.clock().year, heart.clock().month, heart.clock().day)
    assert stored <= day["bytes"] <= 4_000
    assert 0 < await kept.rows() == 9 - day["left_out"]
    told = await kept.again()
    assert (told.decisions, told.left_out, told.different) == (await kept.rows(), day["left_out"], 0)
    assert await heart.pool.fetchval("SELECT count(*) FROM offers") == 9, "nobody waits longer for it"


async def test_old_decisions_go_and_what_later_ones_need_stays(heart: Heart) -> None:
    kept = Kept(heart, days=1)
    await heart.agent("Ann", ready=False)
    await heart.agent("Ben", queues=("sales",))
    for capacity in (100, 100, 50):  # the second finds the agents' page of the first, the third does not need it
        await heart.pool.execute("UPDATE agents SET capacity = $1", capacity)
        await kept.arrive()
        await kept.dispatch.step()
        kept.later(20 * 3600)
    assert await kept.rows() == 2
    assert (await kept.again()).different == 0
    kept.later(80 * 3600)
    await kept.arrive()
    await kept.dispatch.step()
    assert await kept.rows() == 1
    assert (await kept.again()).different == 0


async def test_who_wants_none_kept_has_none(heart: Heart) -> None:
    kept = Kept(heart, days=0)
    await a_day(kept)
    assert await kept.rows() == 0


async def test_the_command_says_how_many_and_fails_where_anything_differs_or_nothing_was_kept(
    heart: Heart, kept: Kept, dsn: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", dsn)
    day = f"{kept.began:%Y-%m-%d}"
    options = parser().parse_args(["replay", day, (kept.began + timedelta(days=1)).isoformat()])
    assert await options.command(options) == 1
    await a_day(kept)
    assert await options.command(options) == 0
    assert f"decisions {await kept.rows()}, offers 5, different 0" in capsys.readouterr().out
    monkeypatch.setattr("hub.replay.match", lambda *_: Plan((), ()))
    assert await options.command(options) == 1
    assert "any more" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        parser().parse_args(["replay", "yesterday", day])
