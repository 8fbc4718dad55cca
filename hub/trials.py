"""A policy tried out before it is published: on an example, and on the line as it is now."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from hub.errors import Invalid, NotFound
from hub.journal import Journal
from hub.policies import Policies
from hub.store import policies as store
from hub.wire_policy import (
    Document,
    PassedOverView,
    PolicyPreview,
    PolicyTried,
    PreviewItem,
    Standing,
    TryPolicy,
    UnmetView,
)
from routing import policy_data
from routing.expression import Unmet, Value
from routing.facts import local_facts, strange_facts
from routing.policy import Policy
from routing.rules import Placed, Placement, place
from routing.sla import choose

LISTED = 200


@dataclass(frozen=True, slots=True)
class Spot:
    """Where somebody stands. `due`: the lower, the sooner he is served."""

    queue: str
    due: datetime


class Trials:
    def __init__(self, journal: Journal, policies: Policies) -> None:
        self._journal = journal
        self._policies = policies

    async def tried(self, wanted: TryPolicy) -> PolicyTried:
        """Which rule holds for an example, and of each earlier one, why not. Raises `Invalid`, `NotFound`."""
        policy, now = await self._policies.read(wanted.document), self._journal.now()
        given = _given(wanted.facts or {})
        known: dict[str, Value] = {}
        if wanted.interaction_id is not None:
            found = await store.waiting(self._journal.pool, now, wanted.interaction_id)
            if not found:
                raise NotFound("There is no such interaction.")
            known = found[0].facts
            now = found[0].created_at
        facts: dict[str, Value] = {
            "spam": "none", "attachments": 0, "repeat_contacts": 0, **known, **local_facts(now, policy.zone), **given}
        placed = place(facts, policy)
        chosen = _chosen(placed, facts, policy)
        names = {rule.id: rule.name for rule in policy.rules}
        texts = {name: str(value) for name, value in facts.items() if isinstance(value, (str, int, float))}
        return PolicyTried(
            rule=placed.rule_id,
            placement=policy_data.dump_placement(chosen) if chosen else None,
            passed_over=[
                PassedOverView(rule=one.rule_id, name=names[one.rule_id], unmet=[_unmet(it) for it in one.why_not])
                for one in placed.passed
            ],
            facts={name: list(value) if isinstance(value, tuple) else value for name, value in facts.items()},
            promise=choose(policy.promises, texts).policy,
        )

    async def preview(self, document: Document) -> PolicyPreview:
        """Who of those in line would stand elsewhere if this policy had placed them."""
        policy, now = await self._policies.read(document), self._journal.now()
        _, present = self._policies.current()
        line = await store.waiting(self._journal.pool, now)
        before = {one.id: _spot(one, one.queue, one.priority, one.target_minutes, present) for one in line}
        placed = {one.id: _placed(one, policy) for one in line}
        after = {
            one.id: _spot(one, to.queue, to.priority, to.target_minutes, policy)
            for one in line
            for _, to in [placed[one.id]]
        }
        was, will = _places(before), _places(after)
        moved = [one for one in line if (was[one.id], one.queue) != (will[one.id], after[one.id].queue)]
        return PolicyPreview(
            total=len(moved),
            items=[
                PreviewItem(
                    interaction_id=one.id,
                    reference=one.reference,
                    rule=placed[one.id][0],
                    before=Standing(queue=one.queue, place=was[one.id]),
                    after=Standing(queue=after[one.id].queue, place=will[one.id]),
                )
                for one in moved[:LISTED]
            ],
        )


def _placed(one: store.Waiting, policy: Policy) -> tuple[str | None, Placement]:
    """The rule that holds, and where it puts him; without one he stays where he is."""
    found = place({**one.facts, **local_facts(one.created_at, policy.zone)}, policy, explain=False)
    return found.rule_id, (found.placement if found.rule_id and found.placement else Placement(one.queue))


def _given(facts: Mapping[str, Any]) -> dict[str, Value]:
    """What somebody typed in. Raises `Invalid` with what is wrong, by fact."""
    given = {name: tuple(value) if isinstance(value, list) else value for name, value in facts.items()}
    if wrong := strange_facts(given):
        raise Invalid(fields=dict(wrong))
    return {name: value for name, value in given.items() if value is not None}


def _chosen(placed: Placed, facts: Mapping[str, Value], policy: Policy) -> Placement | None:
    """As `placing.put` has it: without a rule, the queue that the way in asks for goes before the default."""
    asked = facts.get("queue")
    if placed.rule_id is None and isinstance(asked, str) and asked in {queue.id for queue in policy.queues}:
        return Placement(asked)
    return placed.placement


def _unmet(one: Unmet) -> UnmetView:
    return UnmetView(test=str(one.term), found=list(one.found) if isinstance(one.found, tuple) else one.found)


def _spot(one: store.Waiting, queue: str, priority: int, target: float | None, policy: Policy) -> Spot:
    of_queue = next((known.target_minutes for known in policy.queues if known.id == queue), 0)
    minutes = (of_queue if target is None else target) - priority * policy.priority_minutes
    return Spot(queue, one.queued_at + timedelta(minutes=minutes))


def _places(spots: Mapping[UUID, Spot]) -> dict[UUID, int]:
    """Place in the line of the queue, from 1."""
    lines: defaultdict[str, list[tuple[datetime, UUID]]] = defaultdict(list)
    for id, spot in spots.items():
        lines[spot.queue].append((spot.due, id))
    return {id: place for line in lines.values() for place, (_, id) in enumerate(sorted(line), start=1)}

