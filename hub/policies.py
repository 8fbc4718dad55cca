"""The routing policy: which version is in force, and how the next one comes about.

Until somebody publishes one, it is made of the configuration's queues, so that a hub works without any. Once a person
has published, the database's policy stands, whatever the configuration says; queues that only the configuration knows
work as it says.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import structlog

from hub import loop
from hub.config import Queue
from hub.doorbell import PolicyMoved
from hub.errors import Conflict, HubError, Invalid, NotFound
from hub.journal import Journal
from hub.model import Actor
from hub.store import policies as store
from hub.wire_policy import (
    DraftSaved,
    PolicyChecked,
    PolicyFinding,
    PolicyProblem,
    PolicyVersion,
    PolicyVersionFull,
    PolicyView,
    PublishPolicy,
    PutPolicyDraft,
    RestorePolicy,
)
from routing import policy_data
from routing.bounds import Staff
from routing.lint import lint
from routing.lint_ways import Ways
from routing.policy import Policy
from routing.rules import of_levels

log = structlog.get_logger()
POLL = 1.0  # seconds until every node follows, rung or not
Document = dict[str, Any]


class PolicyWrong(Invalid):
    """This policy cannot be published as it is. Mend what is named, and publish again."""

    code = "policy_wrong"


class PolicyOutdated(Conflict):
    """Another version was published meanwhile. Look at what it changed, and publish upon it."""

    code = "policy_moved"


class DraftMoved(Conflict):
    """Somebody else has saved the draft meanwhile. Look at it, and decide which one stays."""

    code = "draft_moved"


class DraftInTheWay(Conflict):
    """There is a draft that nobody has published. Restoring gives it up: look at it, and say that it may go."""

    code = "draft_in_the_way"


class Policies:
    """`queues` are those of the configuration, the first of which takes what nobody places. `ways`: into the hub, for
    the linter.
    """

    def __init__(
        self, journal: Journal, queues: Sequence[Queue], ways: Callable[[], Awaitable[Ways]] | None = None
    ) -> None:
        self._journal = journal
        self._configured = configured(queues)
        self._ways = ways
        self._current: tuple[int, Policy] = (0, policy_data.load(self._configured))

    def current(self) -> tuple[int, Policy]:
        """The version in force, as this node knows it, and what it says."""
        return self._current

    async def run(self) -> None:
        async def turn() -> float:
            await self.refresh()
            return POLL

        await loop.run(loop.Wake(self._journal.doorbell, lambda what: isinstance(what, PolicyMoved)), turn)

    async def open(self) -> None:
        """Makes the configuration's policy the one in force, unless a person has published one."""
        policy = policy_data.load(self._configured)
        async with self._journal.pool.acquire(timeout=5) as conn, conn.transaction():
            await store.lock(conn)
            found = await store.version(conn)
            derived = await store.by_configuration(conn)
            if derived and (found is None or found.digest != policy_data.digest(policy)):
                digest = policy_data.digest(policy)
                await store.publish(conn, policy_data.dump(policy), digest, self._journal.now(), None, "")
        await self.refresh()
        if found is not None and not derived:
            self._say_where_it_differs(found.document)

    def _say_where_it_differs(self, published: Document) -> None:
        """Whoever edits the configuration of a queue learns that it does not count."""
        number = self._current[0]
        theirs, ours = _by_id(published), _by_id(policy_data.dump(policy_data.load(self._configured)))
        said = {id: queue.keys() for id, queue in _by_id(self._configured).items()}  # a policy may say more
        differ = sorted(id for id in theirs.keys() & ours.keys()
                        if any(theirs[id].get(name) != ours[id].get(name) for name in said[id]))
        gone = sorted(theirs.keys() - ours.keys())
        if differ:
            log.warning("policy.differs_from_configuration", version=number, queues=differ, counts="policy")
        if gone:
            log.warning("policy.queues_not_configured", version=number, queues=gone)

    async def refresh(self) -> None:
        """Follows what was published, here or by another node."""
        number = await store.newest(self._journal.pool)
        if number == self._current[0]:
            return
        found = await store.version(self._journal.pool, number)
        if found is None:
            return
        try:
            self._current = number, self._whole(await asyncio.to_thread(policy_data.load, found.document))
        except policy_data.PolicyError as wrong:  # of a newer program: what was in force before goes on
            log.error("policy.unreadable", version=number, problems=len(wrong.problems))
            return
        self._journal.ring(PolicyMoved(number))

    def _whole(self, policy: Policy) -> Policy:
        """With the queues that only the configuration knows, and without a way into those that it knows no more."""
        known = {queue.id for queue in policy.queues}
        more = [queue for queue in policy_data.load(self._configured).queues if queue.id not in known]
        return replace(policy, queues=tuple(sorted((*policy.queues, *more), key=lambda queue: queue.id)))

    # --- looking ------------------------------------------------------------------------------------------------------

    async def view(self) -> PolicyView:
        pool = self._journal.pool
        found = await self.version(None)
        checked = await self.check(found.document)
        return PolicyView(**dict(found), findings=checked.findings, draft=await store.draft(pool))

    async def version(self, number: int | None) -> PolicyVersionFull:
        """None: the one in force. Raises `NotFound`."""
        found = await store.version(self._journal.pool, number)
        if found is None:
            raise NotFound("There is no such version.")
        return found

    async def in_force(self) -> tuple[Document, int]:
        """What the hub goes by, or would when it starts; 0: what the configuration says. Writes nothing."""
        async with self._journal.pool.acquire(timeout=5) as conn:
            found = await store.version(conn)
            derived = await store.by_configuration(conn)
        return (self._configured, 0) if found is None or derived else (found.document, found.version)

    async def versions(self) -> list[PolicyVersion]:
        return await store.versions(self._journal.pool)

    async def check(self, document: Document) -> PolicyChecked:
        """All that is wrong with a document, or doubtful. Thousands of rules take seconds."""
        staff = await store.staff(self._journal.pool)
        ways = await self._ways() if self._ways else None
        return await asyncio.to_thread(self._checked, document, staff, ways)

    def _checked(self, document: Document, staff: Sequence[Staff], ways: Ways | None) -> PolicyChecked:
        try:
            policy = policy_data.load(document)
        except policy_data.PolicyError as wrong:
            problems = [PolicyProblem(path=one.path, text=one.words) for one in wrong.problems]
            return PolicyChecked(problems=problems, findings=[], digest=None)
        known = {queue["id"] for queue in self._configured["queues"]}
        unknown = [
            PolicyProblem(path=f"queues[{place}].id", text=f"there is no queue {queue.id!r} in the configuration")
            for place, queue in enumerate(policy.queues)
            if queue.id not in known
        ]
        findings = [
            PolicyFinding(code=one.code, severity=one.severity, path=one.path, data=_plain(one.data))
            for one in lint(policy, staff, ways)
        ]
        return PolicyChecked(problems=unknown, findings=findings, digest=policy_data.digest(policy))

    async def read(self, document: Document | None) -> Policy:
        """A document as a policy, None: the one in force. Raises `PolicyWrong`."""
        if document is None:
            return self._current[1]
        try:
            return self._whole(await asyncio.to_thread(policy_data.load, document))
        except policy_data.PolicyError as wrong:
            raise _wrong([PolicyProblem(path=one.path, text=one.words) for one in wrong.problems]) from wrong

    # --- changing -----------------------------------------------------------------------------------------------------

    async def save_draft(self, actor: Actor, draft: PutPolicyDraft) -> DraftSaved:
        """Keeps the shared draft, upon the one that was read. Raises `DraftMoved` with the other."""
        now, pool = self._journal.now(), self._journal.pool
        if not await store.save_draft(pool, draft.document, draft.base, now, actor.id, draft.saved_at):
            other = await store.draft(pool)
            raise DraftMoved(more={"draft": other.model_dump(mode="json") if other else None})
        return DraftSaved(saved_at=now)

    async def drop_draft(self, wanted: Any) -> None:
        if wanted is not None:
            await store.drop_draft(self._journal.pool, wanted)

    async def publish(
        self, actor: Actor, wanted: PublishPolicy, from_version: int | None = None, give_up: Any = None
    ) -> int:
        """Puts a policy in force. Raises `PolicyWrong` with all that is wrong, `PolicyOutdated` when it is not upon the
        version in force.
        """
        checked = await self.check(wanted.document)
        errors = [one for one in checked.findings if one.severity == "error"]
        if checked.problems or errors or checked.digest is None:
            raise _wrong(checked.problems, errors)
        policy = await asyncio.to_thread(policy_data.load, wanted.document)
        async with self._journal.pool.acquire(timeout=5) as conn, conn.transaction():
            await store.lock(conn)
            if await store.newest(conn) != wanted.base:
                raise PolicyOutdated
            if from_version is not None and (left := await store.draft(conn)) and left.saved_at != give_up:
                raise DraftInTheWay(more={"draft": left.model_dump(mode="json")})
            document, now = policy_data.dump(policy), self._journal.now()
            number = await store.publish(conn, document, checked.digest, now, actor.id, wanted.note, from_version)
            await store.drop_draft(conn, None)
        await self.refresh()
        return number

    async def restore(self, actor: Actor, number: int, wanted: RestorePolicy) -> int:
        """Publishes an older version anew. Raises as `publish` does: agents and queues may be others by now; and
        `DraftInTheWay`, unless the draft that is there is the one to be given up.
        """
        older = await self.version(number)
        again = PublishPolicy(document=older.document, base=wanted.base, note=wanted.note)
        return await self.publish(actor, again, number, wanted.give_up)


def configured(queues: Sequence[Queue]) -> Document:
    """The policy that says what the configuration says."""
    skills = sorted({skill for queue in queues for skill in queue.requirements})
    return {
        "format": 1,
        "skills": skills,
        "queues": [_queue(queue) for queue in queues],
        "default": {"queue": queues[0].id},
    }


def _queue(queue: Queue) -> Document:
    require = of_levels(queue.requirements)
    return {
        "id": queue.id,
        **({"require": str(require)} if require else {}),
        "target_minutes": queue.service_level_seconds / 60,
        "offer_seconds": queue.offer_seconds,
        "wrap_up": {"seconds": queue.wrap_up_seconds, "extend_seconds": queue.wrap_up_seconds, "extensions": 2},
    }


def _by_id(document: Document) -> dict[str, Document]:
    return {queue["id"]: queue for queue in document["queues"]}


def _plain(data: Mapping[str, Any]) -> dict[str, Any]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in data.items()}


def _wrong(problems: Sequence[PolicyProblem], findings: Sequence[PolicyFinding] = ()) -> HubError:
    return PolicyWrong(more={
        "problems": [one.model_dump() for one in problems],
        "findings": [one.model_dump() for one in findings],
    })

