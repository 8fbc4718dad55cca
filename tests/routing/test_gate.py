"""Whom an item needs and would rather have, and how that changes with the waiting."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given

from routing.explain import why_waiting
from routing.expression import Expression, holds, why
from routing.expression_parse import parse
from routing.match import match, next_change_seconds
from routing.model import Candidate, Match, Policy, Reason, ReasonCode, Work
from tests.routing.expressions import expressions, settings_of_names
from tests.routing.samples import CALL, CHAT, NOW, agent, ago, needs, pairs, patient, uid, work

POLICY = Policy()
RINGS = needs("german >= 4", at60="german >= 2", at120=None)
CLUMSY, GOOD, BEST = agent(1), agent(2, skills={"german": 2}), agent(3, skills={"german": 4})


def only(item: Work, *staff: Candidate, now: datetime = NOW) -> Match:
    (found,) = match([item], staff, POLICY, now).matches
    return found


def said(reasons: tuple[Reason, ...], code: ReasonCode) -> Reason | None:
    return next((reason for reason in reasons if reason.code == code), None)


# --- rings -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("waited", "able"), [(0, [3]), (0.99, [3]), (1, [2, 3]), (2, [1, 2, 3])])
def test_rings_let_in_more_agents_the_longer_it_waits(waited: float, able: list[int]) -> None:
    item = work(1, waited, placement=RINGS)
    assert [n for n, one in enumerate((CLUMSY, GOOD, BEST), 1) if match([item], [one], POLICY, NOW).matches] == able


def test_the_requirement_of_the_queue_holds_in_every_ring() -> None:
    item = work(1, 60, queue_requires=parse("german >= 2"), placement=RINGS)
    assert [one.id.int for one in (CLUMSY, GOOD) if match([item], [one], POLICY, NOW).matches] == [1_002]


def test_a_waiting_item_says_its_ring() -> None:
    def ring(waited: float) -> Reason | None:
        return said(why_waiting(work(1, waited, placement=RINGS), [], POLICY, NOW), "ring")

    assert ring(0.5) == Reason("ring", {"ring": 0, "rings": 2, "since_seconds": 30, "next_seconds": 30})
    assert ring(1.25) == Reason("ring", {"ring": 1, "rings": 2, "since_seconds": 15, "next_seconds": 45})
    assert ring(10) == Reason("ring", {"ring": 2, "rings": 2, "since_seconds": 480})
    assert said(why_waiting(work(1), [], POLICY, NOW), "ring") is None


def test_an_offer_says_the_ring_that_made_it_possible() -> None:
    assert said(only(work(1, 1, placement=RINGS), GOOD).reasons, "ring")
    assert said(only(work(1, 0, placement=RINGS), BEST).reasons, "ring") is None


def test_when_time_alone_may_change_the_decision() -> None:
    ringed = work(1, 0.5, placement=RINGS)
    assert next_change_seconds([ringed], NOW) == 30
    assert next_change_seconds([ringed, work(2, 1.75, placement=RINGS)], NOW) == 15
    assert next_change_seconds([replace(ringed, preferred_agent=uid(1_001), preferred_until=ago(-0.1))], NOW) == 6
    done = [work(1, 2, placement=RINGS), work(2), work(3, preferred_agent=uid(1_001), preferred_until=NOW)]
    assert next_change_seconds(done, NOW) is None


def test_items_in_different_rings_are_of_different_kinds() -> None:
    """The older one of the same placement may go to whom the younger one may not."""
    items = [work(1, 1.5, placement=RINGS), work(2, 0.5, placement=RINGS)]
    result = match(items, [GOOD, replace(GOOD, id=uid(1_009))], POLICY, NOW)
    assert pairs(result) == [(1, 2)]
    assert [skip.work.id.int for skip in result.skips] == [2]


# --- preferences -----------------------------------------------------------------------------------------


def test_the_first_preference_decides_then_the_next() -> None:
    item = work(1, placement=needs(None, "tax", "german >= 2"))
    learned = agent(1, skills={"tax": 2, "german": 5}, load=(CHAT,))
    found = only(item, learned, agent(2, idle=60, skills={"tax": 1, "german": 5}), agent(3, idle=90))
    assert found.agent == learned
    assert said(found.reasons, "preferred_skill") == Reason("preferred_skill", {"test": "tax", "grade": 2, "next": 1})
    speaks = agent(4, skills={"tax": 2, "german": 2}, load=(CHAT,))
    found = only(item, speaks, agent(5, idle=60, skills={"tax": 2, "german": 1}))
    assert found.agent == speaks
    reason = Reason("preferred_skill", {"test": "german >= 2", "grade": 1, "next": 0})
    assert said(found.reasons, "preferred_skill") == reason


def test_between_equals_whoever_knows_less_besides_is_asked() -> None:
    item = work(1, placement=needs("german", "tax"))
    plain, versed = agent(1, skills={"german": 1, "tax": 2}), agent(2, 60, skills={"german": 5, "tax": 2, "law": 1})
    found = only(item, plain, versed)
    assert found.agent == plain
    assert said(found.reasons, "fewest_other_skills") == Reason("fewest_other_skills", {"others": 0, "next": 1})
    half = [agent(1, skills={"german": 1}), agent(2, 60, skills={"german": 1, "law": 1})]
    assert only(item, *half).agent == half[1]
    forgotten = replace(versed, skills={"german": 5, "tax": 2, "law": 0})
    assert said(only(item, plain, forgotten).reasons, "longest_idle"), "level 0 is no skill"


def test_then_whoever_has_the_least_to_do_then_the_longest_idle() -> None:
    item = work(1, placement=needs(None, "tax"))
    able = {"tax": 1}
    assert only(item, agent(1, 60, skills=able, load=(CHAT,)), agent(2, skills=able)).agent.id.int == 1_002
    assert only(item, agent(1, 1, skills=able), agent(2, 2, skills=able)).agent.id.int == 1_002


def test_without_preferences_skills_are_a_gate_only() -> None:
    assert only(work(1, placement=needs("german")), BEST, replace(GOOD, idle_since=ago(5))).agent.id == GOOD.id


def test_the_best_who_is_not_free_is_not_waited_for() -> None:
    item = work(1, placement=needs(None, "german"))
    assert only(item, replace(BEST, load=(CALL,)), CLUMSY).agent == CLUMSY


# --- the agent who knows the customer --------------------------------------------------------------------


def test_why_he_is_the_preferred_agent_is_said() -> None:
    item = work(1, preferred_agent=uid(1_002), preferred_as="owner")
    assert said(only(item, CLUMSY, GOOD).reasons, "preferred_agent") == Reason("preferred_agent", {"as": "owner"})


def test_nobody_waits_for_an_owner_without_the_skill_until_the_ring_lets_him_in() -> None:
    def result(waited: float) -> list[tuple[int, int]]:
        item = work(1, waited, placement=RINGS, preferred_agent=GOOD.id, preferred_until=NOW + timedelta(seconds=9))
        return pairs(match([item], [replace(GOOD, load=(CALL,)), BEST], POLICY, NOW))

    assert result(0.5) == [(1, 3)]
    assert result(1.0) == [], "now he suits and is busy"


# --- why -------------------------------------------------------------------------------------------------


def test_refusals_are_said() -> None:
    assert said(why_waiting(work(1, refusals=3), [], POLICY, NOW), "refused") == Reason("refused", {"times": 3})


def test_the_tests_that_let_somebody_in() -> None:
    item = work(1, queue_requires=parse("not trainee"), placement=needs("(tax and law or french >= 2) and german"))
    found = only(item, agent(1, skills={"tax": 1, "law": 1, "french": 2, "german": 3}))
    assert [reason.data for reason in found.reasons if reason.code == "skill_match"] == [
        {"test": "french >= 2", "skill": "french", "level": 2}, {"test": "german", "skill": "german", "level": 3}
    ]


@given(expressions, settings_of_names)
@patient
def test_an_expression_that_holds_does_so_by_the_tests_named(expression: Expression, values: dict[str, object]) -> None:
    named = why(expression, values)  # type: ignore[arg-type]
    assert all(holds(term, values) for term in named)  # type: ignore[arg-type]
    assert not named or holds(expression, values)  # type: ignore[arg-type]
