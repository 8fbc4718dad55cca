"""A decision that was written down is decided again byte for byte."""

import json
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from routing import record
from routing.expression_parse import parse
from routing.match import match
from routing.model import Candidate, Policy, Work
from tests.routing.samples import NOW, agent, floors, needs, patient, work

Floor = tuple[list[Work], list[Candidate], Policy]


@given(floors(), st.randoms(use_true_random=False))
@patient
def test_what_was_known_is_read_back_and_decides_the_same(floor: Floor, dice: Random) -> None:
    items, staff, policy = floor
    again = record.read_work(record.pages(items)), record.read_candidates(record.pages(staff))
    assert again == (sorted(items, key=lambda one: one.id), sorted(staff, key=lambda one: one.id))
    ordering = record.read_ordering(json.loads(record.canonical(record.ordering(policy))))
    assert ordering == policy
    decided = record.plan(match(*again, ordering, NOW))
    assert decided == record.plan(match(items, staff, policy, NOW))
    dice.shuffle(items)
    assert record.pages(items) == record.pages(again[0])


def test_one_change_alters_one_page() -> None:
    staff = [agent(number) for number in range(200)]
    before, after = record.pages(staff), record.pages([*staff[:77], agent(77, capacity=9), *staff[78:]])
    assert len(before) == len(after) == 13
    assert sum(one != other for one, other in zip(before, after, strict=True)) == 1
    without = record.pages(staff[:77] + staff[78:])
    assert len(set(without) - set(before)) == 1


def test_decisions_of_other_words_are_known() -> None:
    written = record.ordering(Policy())
    assert record.explained_alike(written)
    older = {name: value for name, value in written.items() if name != "explained"}
    assert not record.explained_alike(older)
    assert record.read_ordering(older) == Policy()


def test_nothing_is_no_page() -> None:
    assert record.pages([]) == [] == record.read_work([])


def test_requirements_longer_together_than_one_may_be() -> None:
    parts = [" or ".join(f"skill_of_some_length_{side}_{n}" for n in range(60)) for side in "ab"]
    item = work(1, queue_requires=parse(f"({parts[0]}) and law"), placement=needs(parts[1], "tax", at60="tax"))
    assert record.read_work(record.pages([item])) == [item]
