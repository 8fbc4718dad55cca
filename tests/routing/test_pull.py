"""A queue that offers nothing: who may take what of it, in what order, and that the rest of the floor is as before."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing import record
from routing.explain import why_waiting
from routing.expression_parse import parse
from routing.match import match
from routing.model import Candidate, Held, Policy, Reason, Work
from routing.policy_data import PolicyError, digest, dump, load
from routing.pull import hindrance, next_for
from tests.routing.samples import CALL, NOW, agent, floors, in_order, needs, pairs, patient, uid, work

Floor = tuple[list[Work], list[Candidate], Policy]


def pulled(number: int, waited: float = 0, **other: object) -> Work:
    return work(number, waited, pulled=True, **other)


def taken(items: list[Work], one: Candidate) -> list[int]:
    return [item.id.int for item in next_for(items, one, Policy(), NOW)]


@given(floors())
@settings(patient, max_examples=50)
def test_of_a_pull_queue_nothing_is_offered_and_the_others_go_as_if_it_were_not_there(floor: Floor) -> None:
    items, staff, policy = floor
    mixed = [replace(item, pulled=item.queue == "help") for item in items]
    plan = match(mixed, staff, policy, NOW)
    rest = match([item for item in mixed if not item.pulled], staff, policy, NOW)
    assert pairs(plan) == pairs(rest)
    for skip in plan.skips:
        codes = [reason.code for reason in skip.reasons]
        assert ("pulled" in codes) is skip.work.pulled
        if skip.work.pulled:
            assert not {"lower_score", "place_kept", "held_for_preferred"} & set(codes)


@given(floors())
@settings(patient, max_examples=50)
def test_it_is_written_down_and_decided_again(floor: Floor) -> None:
    items, staff, policy = floor
    mixed = [replace(item, pulled=item.queue == "help") for item in items]
    again = record.read_work(record.pages(mixed))
    assert again == sorted(mixed, key=lambda one: one.id)
    assert record.plan(match(again, staff, policy, NOW)) == record.plan(match(mixed, staff, policy, NOW))


def test_what_was_written_before_reads_as_pushed() -> None:
    assert b"pulled" not in record.pages([work(1)])[0]


def test_one_item_says_the_same_alone_as_in_a_pass() -> None:
    item, staff = pulled(1, 20, preferred_agent=uid(1_001)), [agent(1), agent(2, load=(CALL,))]
    (skip,) = match([item], staff, Policy(), NOW).skips
    assert why_waiting(item, staff, Policy(), NOW) == skip.reasons
    assert skip.reasons[0] == Reason("agent_free", {"agents": 1})
    assert skip.reasons[-1] == Reason("pulled")


def test_nobody_is_kept_free_for_it() -> None:
    large, small = pulled(1, 60, units=90), work(2, units=30)
    assert pairs(match([large, small], [agent(1, load=(Held("webchat", 30),))], Policy(), NOW)) == [(2, 1)]


@given(floors())
@settings(patient, max_examples=50)
def test_the_next_is_what_would_be_offered_first_if_it_were_offered(floor: Floor) -> None:
    items, staff, policy = floor
    for one in staff[:2]:
        free = replace(one, routable=True, not_routable_reason=None)
        plain = [replace(item, preferred_agent=None, preferred_until=None, pulled=True) for item in items]
        line = next_for(plain, free, policy, NOW)
        assert [item.id for item in line] == [item.id for item in in_order(line, policy)]
        offers = replace(policy, offers_per_agent=100)
        plan = match([replace(item, pulled=False) for item in line[:1]], [free], offers, NOW)
        assert [found.work.id for found in plan.matches] == [item.id for item in line[:1]]


def test_what_is_his_by_name_first_and_a_colleagues_last_until_it_is_late() -> None:
    me, bob = agent(1), agent(2)
    mine = pulled(1, 1, preferred_agent=me.id, target_minutes=60)
    plain = pulled(2, 30, target_minutes=60)
    his = pulled(3, 50, preferred_agent=bob.id, target_minutes=60)
    assert taken([plain, his, mine], me) == [1, 2, 3]
    assert taken([plain, replace(his, target_minutes=50), mine], me) == [1, 3, 2]
    assert taken([plain, replace(his, preferred_as="owner")], me) == [3, 2]


@pytest.mark.parametrize(("item", "one"), [
    (pulled(1, queue="sales"), agent(1)),
    (pulled(1, placement=needs("german >= 3")), agent(1, skills={"german": 2})),
    (pulled(1, queue_requires=parse("german")), agent(1)),
    (pulled(1, units=101), agent(1)),
    (pulled(1), agent(1, limits={"webchat": 0})),
])  # fmt: skip
def test_what_lasts_hinders_him(item: Work, one: Candidate) -> None:
    assert hindrance(item, one, NOW)
    assert taken([item], one) == []


def test_what_passes_keeps_it_from_him_for_now_and_is_no_hindrance() -> None:
    for item, one in (
        (pulled(1, excluded_agents=frozenset({uid(1_001)})), agent(1)),
        (pulled(1), agent(1, load=(CALL,))),
        (pulled(1), agent(1, load=(Held("webchat", 80),))),
        (pulled(1), agent(1, limits={"webchat": 1}, load=(Held("webchat", 30),))),
    ):
        assert not hindrance(item, one, NOW)
        assert taken([item], one) == []
    assert taken([pulled(1)], agent(1, load=(Held("webchat", 30, offered=True),))) == [1]


def test_the_ring_in_force_counts() -> None:
    place, one = needs("german >= 3", at60="german"), agent(1, skills={"german": 1})
    assert hindrance(pulled(1, 0.5, placement=place), one, NOW)
    assert taken([pulled(1, 1, placement=place)], one) == [1]


@given(st.sampled_from(["push", "pull"]))
def test_the_mode_of_a_queue_is_read_and_written(mode: str) -> None:
    policy = load({"format": 1, "queues": [{"id": "help", "mode": mode}], "default": {"queue": "help"}})
    assert policy.queue("help").mode == mode
    assert load(dump(policy)) == policy


def test_a_push_queue_keeps_the_digest_it_had_and_another_mode_is_refused() -> None:
    document = {"format": 1, "queues": [{"id": "help"}], "default": {"queue": "help"}}
    said = {**document, "queues": [{"id": "help", "mode": "push"}]}
    assert digest(load(document)) == digest(load(said)) != digest(load(
        {**document, "queues": [{"id": "help", "mode": "pull"}]}))
    assert "mode" not in dump(load(document))["queues"][0]
    with pytest.raises(PolicyError):
        load({**document, "queues": [{"id": "help", "mode": "fetch"}]})
