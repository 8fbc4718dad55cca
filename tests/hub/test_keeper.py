"""The loops that fetch mailboxes: one for each, by lease."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from uuid import UUID

import pytest

from channels.email.ports import Account, MailboxLedger
from hub.errors import NotFound, WrongState
from hub.journal import AWAY
from hub.keeper import LEASE, Keeper
from hub.tasks import Tasks
from tests.hub.office import Office, Pool, an_office, wanted
from tests.support.clock import FakeClock, SeededIds
from tests.support.waiting import until


@dataclass
class Fetching:
    """A channel that fetches for ever, or fails as it is told; remembers who runs now and how often each began."""

    running: dict[str, Account] = field(default_factory=dict)
    begun: list[str] = field(default_factory=list)
    ledgers: dict[str, MailboxLedger] = field(default_factory=dict)
    failures: dict[str, Exception] = field(default_factory=dict)

    async def fetch(self, account: Account, ledger: MailboxLedger) -> None:
        name = account.mailbox.id
        self.begun.append(name)
        if name in self.failures:
            raise self.failures[name]
        self.running[name], self.ledgers[name] = account, ledger
        try:
            await asyncio.Event().wait()
        finally:
            del self.running[name]


@dataclass
class House:
    keeper: Keeper
    fetching: Fetching
    tasks: Tasks

    async def step(self, *running: str) -> None:
        await self.keeper.step()
        await until(lambda: set(self.fetching.running) == set(running))


def a_house(office: Office, node: str = "one") -> House:
    fetching, tasks = Fetching(), Tasks(passing=AWAY)
    return House(Keeper(office.mailboxes, tasks, fetching.fetch, node), fetching, tasks)


@pytest.fixture
async def house(office: Office) -> AsyncIterator[House]:
    made = a_house(office)
    yield made
    await made.tasks.stop()


async def test_mailboxes_come_change_and_go_while_the_hub_runs(house: House, office: Office) -> None:
    await house.step()
    await office.add()
    await office.add("sales", secrets={"password": "b"})
    await office.add("door", imap=None, secrets={})
    await house.step("support", "sales")
    await office.setup.put("support", wanted(version=1, secrets={}, name="New"), office.admin)
    await house.step("support", "sales")
    assert house.fetching.running["support"].mailbox.name == "New"
    assert house.fetching.begun == ["sales", "support", "support"]
    await office.setup.put("support", wanted(version=2, secrets={}, enabled=False), office.admin)
    await office.setup.remove("sales")
    await house.step()
    assert house.tasks.alive() == {}


async def test_one_mailbox_that_fails_stops_neither_another_nor_the_hub(house: House, office: Office) -> None:
    pauses: list[float] = []

    async def pause(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) > 4:
            await asyncio.Event().wait()

    house.tasks.pause = pause
    house.fetching.failures["support"] = ValueError("customer@example.com")
    await office.add()
    await office.add("sales")
    await house.keeper.step()
    await until(lambda: len(pauses) > 4)
    assert pauses == [0.5, 1, 2, 4, 8]
    assert set(house.fetching.running) == {"sales"}
    assert house.tasks.alive() == {"mail:sales": True, "mail:support": False}
    view = await office.setup.view("support")
    assert (view.problem, view.problem_text) == ("broken", "ValueError")


async def test_of_two_hubs_one_fetches_and_the_other_takes_over_when_its_lease_lapses(
    office: Office, house: House, pool: Pool, clock: FakeClock, new_id: SeededIds, admin: UUID
) -> None:
    await office.add()
    other_office = an_office(pool, clock, new_id, admin)
    other = a_house(other_office, "two")
    await house.step("support")
    await other.step()
    clock.advance(LEASE.total_seconds() - 1)
    await house.step("support")  # renews it
    clock.advance(2)
    await other.step()
    clock.advance(LEASE.total_seconds() + 1)
    await other.step("support")
    await house.step()  # and the first one lets go
    await other.keeper.stop()
    await house.step("support")  # given up, not lapsed
    await other.tasks.stop()


async def test_asking_for_verification_reaches_the_hub_that_fetches(
    office: Office, house: House, pool: Pool, clock: FakeClock, new_id: SeededIds, admin: UUID
) -> None:
    await office.add()
    await house.step("support")
    asked = house.fetching.ledgers["support"].asked
    assert not asked.is_set()
    other = an_office(pool, clock, new_id, admin)
    await other.mailboxes.refresh()
    await other.setup.ask("support")
    await house.step("support")
    assert asked.is_set()
    asked.clear()
    await house.step("support")
    assert not asked.is_set()  # once for each time that it was asked for
    clock.advance(1)
    await office.setup.ask("support")
    await house.step("support")
    assert asked.is_set()
    with pytest.raises(NotFound):
        await office.setup.ask("nope")
    await office.add("door", imap=None, secrets={})
    with pytest.raises(WrongState):
        await office.setup.ask("door")


async def test_a_new_refresh_token_does_not_interrupt_the_fetching(house: House, office: Office) -> None:
    await office.add(oauth={"token_url": "https://login.example.org/t", "client_id": "c"},
                     secrets={"refresh_token": "a"})
    await house.step("support")
    account = office.mailboxes.get("support")
    assert account is not None
    async with office.mailboxes.consents.alone(account) as consent:
        await consent.replaced("a", "b")
    await house.step("support")
    assert house.fetching.begun == ["support"]


async def test_the_loop_steps_at_once_when_something_changed(house: House, office: Office) -> None:
    running = asyncio.create_task(house.keeper.run())
    try:
        await office.add()
        await until(lambda: "support" in house.fetching.running, limit=3)  # sooner than the next tick
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
