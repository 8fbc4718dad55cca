"""The first obstacle between an item and an agent."""

import pytest

from routing.capacity import Room
from routing.eligibility import obstacle
from routing.model import Candidate, Policy, Reason, Work
from tests.routing.samples import CALL, CHAT, agent, call, needs, uid, work

FRENCH = needs(french=2)
GONE = agent(1, routable=False, not_routable_reason="lunch")


@pytest.mark.parametrize(
    ("item", "one", "expected"),
    [
        (work(1), agent(1), None),
        (work(1, queue="sales"), agent(1), Reason("not_in_queue")),
        (work(1, requirements=FRENCH), agent(1, skills={"french": 2}), None),
        (
            work(1, requirements=FRENCH),
            agent(1, skills={"french": 1}),
            Reason("skill_missing", {"skill": "french", "required": 2}),
        ),
        (
            work(1, requirements=FRENCH),
            agent(1),
            Reason("skill_missing", {"skill": "french", "required": 2}),
        ),
        (work(1, requirements=needs(french=0)), agent(1), None),
        (call(1), agent(1, capacity=60), Reason("over_capacity")),
        (work(1, excluded_agents=frozenset({uid(1_001)})), agent(1), Reason("excluded")),
        (work(1), GONE, Reason("not_routable", {"reason": "lunch"})),
        (work(1), agent(1, routable=False), Reason("not_routable", {"reason": "unknown"})),
        (work(1), agent(1, load=(CALL,)), Reason("exclusive_conflict")),
        (work(1, units=71), agent(1, load=(CHAT,)), Reason("busy")),
        (work(1, queue="sales", requirements=FRENCH), GONE, Reason("not_in_queue")),  # lasting ones first
    ],
)
def test_obstacle(item: Work, one: Candidate, expected: Reason | None) -> None:
    assert obstacle(item, Room(one, Policy())) == expected
