"""The first obstacle between an item and an agent."""

import pytest

from routing.capacity import Room
from routing.eligibility import obstacle
from routing.expression_parse import parse
from routing.gate import gate
from routing.model import Candidate, Policy, Reason, Work
from tests.routing.samples import CALL, CHAT, NOW, agent, call, needs, uid, work

FRENCH = needs("french >= 2")
LACKS = Reason("skill_missing", {"test": "french >= 2", "skill": "french"})
GONE = agent(1, routable=False, not_routable_reason="lunch")


@pytest.mark.parametrize(
    ("item", "one", "expected"),
    [
        (work(1), agent(1), None),
        (work(1, queue="sales"), agent(1), Reason("not_in_queue")),
        (work(1, placement=FRENCH), agent(1, skills={"french": 2}), None),
        (work(1, placement=FRENCH), agent(1, skills={"french": 1}), LACKS),
        (work(1, placement=FRENCH), agent(1), LACKS),
        (work(1, queue_requires=FRENCH.require), agent(1), LACKS),
        (work(1, queue_requires=parse("not trainee"), placement=FRENCH), agent(1, skills={"trainee": 1}),
         Reason("skill_missing", {"test": "not trainee and french >= 2", "skill": "trainee"})),
        (work(1, 1, placement=needs("french >= 2", at60=None)), agent(1), None),
        (work(1, 1, queue_requires=FRENCH.require, placement=needs("tax", at60=None)), agent(1), LACKS),
        (call(1), agent(1, capacity=60), Reason("over_capacity")),
        (work(1, excluded_agents=frozenset({uid(1_001)})), agent(1), Reason("excluded")),
        (work(1), GONE, Reason("not_routable", {"reason": "lunch"})),
        (work(1), agent(1, routable=False), Reason("not_routable", {"reason": "unknown"})),
        (work(1), agent(1, load=(CALL,)), Reason("exclusive_conflict")),
        (work(1, units=71), agent(1, load=(CHAT,)), Reason("busy")),
        (work(1, queue="sales", placement=FRENCH), GONE, Reason("not_in_queue")),  # lasting ones first
    ],
)
def test_obstacle(item: Work, one: Candidate, expected: Reason | None) -> None:
    assert obstacle(item, Room(one, Policy()), gate(item, NOW)) == expected
