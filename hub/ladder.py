"""One step up a ladder: by itself when a promise is broken or nobody answers, or by hand with a reason."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from hub import model
from hub.errors import NotYours, WrongState
from hub.journal import Journal, Page, Written
from hub.mailing import by
from hub.model import Actor, By, Interaction
from hub.store import escalation as store
from hub.store.escalation import Standing
from hub.wire import Escalate
from routing.policy import Ladder, LadderStep, Policy, QueueRouting

Current = Callable[[], tuple[int, Policy]]
MOST_PRIORITY = 20  # steps add up to no more


@dataclass(frozen=True, slots=True)
class NextStep:
    """`number` counts from 1."""

    ladder: str
    number: int
    step: LadderStep


def queue_of(policy: Policy, queue_id: str) -> QueueRouting | None:
    return next((queue for queue in policy.queues if queue.id == queue_id), None)


def next_step(policy: Policy, queue_id: str, standing: Standing) -> NextStep | None:
    """The next step of the ladder it climbs, or else the first of its queue's; None at the end, or without one."""
    begun = _ladder(policy, standing.ladder)
    queue = queue_of(policy, queue_id)
    ladder = begun or _ladder(policy, queue.ladder if queue else None)
    taken = standing.ladder_step if begun else 0
    if ladder is None or taken >= len(ladder.steps):
        return None
    return NextStep(ladder.id, taken + 1, ladder.steps[taken])


def _ladder(policy: Policy, ladder_id: str | None) -> Ladder | None:
    return next((one for one in policy.ladders if one.id == ladder_id), None)


@dataclass(frozen=True, slots=True)
class Why:
    """`by_hand`: whoever holds it lets it go, whatever the step says."""

    reason: str
    by: By
    policy: int
    by_hand: bool = False


async def climb(page: Page, it: Interaction, step: NextStep, why: Why) -> Written:
    """Takes one step; the interaction is locked."""
    to = step.step.queue or it.queue_id
    require = str(step.step.require) if step.step.require is not None else None
    data = {"ladder": step.ladder, "step": step.number, "policy": why.policy, "tell": sorted(step.step.notify)}
    if step.step.offer is not None:
        data["exit"] = step.step.offer  # as of an exit of the queue: the caller hears of it
    act = model.Escalated(
        why.reason,
        to,
        min(it.priority + step.step.priority, max(MOST_PRIORITY, it.priority)),
        moves=why.by_hand or to != it.queue_id or require is not None,
        data={**data, "require": require} if require else data,
    )
    await store.climb(page.conn, it.id, step.ladder, step.number, page.now())
    if require:
        await store.ask_others(page.conn, it.id, to, require)
    return await page.write(it, act, why.by)


class Ladders:
    """The verb: an agent or supervisor who cannot go on himself."""

    def __init__(self, journal: Journal, current: Current) -> None:
        self._journal = journal
        self._current = current

    async def escalate(self, actor: Actor, interaction_id: UUID, wanted: Escalate) -> None:
        """By its holder, or by a supervisor for anybody's. Raises `NotYours`, and `WrongState` `no_step` at the top."""
        version, policy = self._current()
        async with self._journal.begin() as page:
            before = await page.lock(interaction_id)
            if before.agent_id != actor.id and not actor.supervises:
                raise NotYours()
            step = next_step(policy, before.queue_id, await store.standing(page.conn, interaction_id))
            if step is None:
                raise WrongState("There is no further step on this queue's ladder.", code="no_step")
            await climb(page, before, step, Why(wanted.reason, by(actor), version, by_hand=True))
