"""What people did on the recorded day is done again in the simulated one: refusals, exits, transfers."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given

from routing.capacity import Room
from routing.model import Candidate, Policy, Work
from routing.simulation.compare import compared
from routing.simulation.floor import fits
from tests.routing.days import ANN, BEN, PLAIN, agent, contact, day, job
from tests.routing.samples import floors, patient
from tests.routing.test_simulation import means

NOT_OPEN = Policy(offers_per_agent=10**6)


@given(floors())
@patient
def test_who_has_room_in_a_simulation_has_room_in_the_hub(floor: tuple[list[Work], list[Candidate], Policy]) -> None:
    items, staff, _ = floor
    for one in staff:
        for item in items:
            room = Room(one, NOT_OPEN).conflict(item)
            assert fits(item, replace(one, routable=True)) == (room is None), (item, one, room)


def both(of: dict[str, Any], queue: str | None = None) -> tuple[dict[str, Any], dict[str, Any]]:
    found = compared(job(of))
    return means(found, "recorded", queue), means(found, "published", queue)


def test_an_offer_that_was_missed_is_missed_again() -> None:
    """It rang 20 seconds at Ann and 5 at Ben; without that he would have had it at once."""
    was, played = both(day(contact(1, 0, answered_at=25.0, rings=5.0, refused=[20.0], agent=str(BEN)),
                           staff=(agent(ANN), agent(BEN))))
    assert (was["mean_wait"], played["mean_wait"]) == (25, 25)
    assert both(day(contact(1, 0, answered_at=25.0, rings=5.0), staff=(agent(ANN), agent(BEN))))[1]["mean_wait"] == 5


def test_who_refused_is_asked_again_when_his_time_is_over() -> None:
    _, played = both(day(contact(1, 0, answered_at=90.0, rings=10.0, refused=[20.0])))
    assert played["mean_wait"] == 20 + 60 + 10


def test_an_exit_to_another_queue_is_taken_by_whoever_still_waits() -> None:
    """Nobody serves help; after 30 seconds it goes to sales, where Ben is."""
    ben = agent(BEN, queues=["sales"])
    of = day(contact(1, 0, answered_at=30.0, agent=str(BEN), moves=[[30.0, "sales"]]), staff=(ben,))
    was, played = both(of)
    assert (was["mean_wait"], played["mean_wait"]) == (30, 30)
    gone = day(contact(1, 0, answered_at=30.0, agent=str(BEN), moves=[[30.0, "nowhere"]]), staff=(ben,))
    assert both(gone)[1]["answered"] == 0, "the policy has no such queue"
    assert both(day(contact(1, 0, moves=[[30.0, "sales"]])))[1]["mean_wait"] == 0, "he waits no more by then"


def test_what_was_given_back_is_worked_on_by_two() -> None:
    """Ann has it for 100 seconds and gives it to sales, where Ben has it for 50: the next caller waits for her only."""
    staff = (agent(ANN, queues=["help"]), agent(BEN, queues=["sales"]))
    of = day(contact(1, 0, later=[["sales", 50.0]]), contact(2, 10, answered_at=100.0), staff=staff, seconds=1000)
    was, played = both(of)
    assert was["mean_wait"] == played["mean_wait"] == 45
    assert played["contacts"] == played["answered"] == 2
    assert played["utilisation"] == pytest.approx((100 + 50 + 100) / 2000)


def test_who_gave_it_back_does_not_get_it_at_once() -> None:
    _, played = both(day(contact(1, 0, later=[["help", 50.0]]), contact(2, 161, answered_at=210.0), seconds=1000))
    assert played["mean_wait"] == pytest.approx((0 + 49) / 2), "he has it again after a minute, before the second"


def test_a_transfer_outlives_the_patience_of_its_customer() -> None:
    found = compared(job(day(contact(1, 0, later=[["sales", 50.0]]), staff=(agent(ANN, queues=["help"]),)), runs=3))
    assert means(found, "published")["abandonment"] == 0
    assert PLAIN["default"] == {"queue": "help"}
