"""One interaction under lock, judged by its whole history: what its promise, its queue and its ladder ask for now."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from hub import facts_of, model, sla_history, wire
from hub.doorbell import ClockMoved
from hub.journal import Enclosed, NewMessage, Page
from hub.ladder import Why, climb, next_step, queue_of
from hub.model import SYSTEM, Act, Interaction
from hub.overflow import Waiting, ask_again_at, exit_of
from hub.sla_history import Happened, Story
from hub.store import desk as desk_store
from hub.store import escalation as store
from hub.store.escalation import Shown, Standing
from hub.store.journal import Connection
from routing import policy_data, sla_clocks
from routing.calendar import Calendar
from routing.policy import Overflow, Policy, QueueRouting
from routing.sla import BREACH, ClockName, SlaPolicy, choose
from routing.sla_actions import Action, due_actions, next_step_at
from routing.sla_clocks import Clock

NOTHING = Enclosed()
WAITS = ("queued", "offered")
ANSWERED_ELSEWHERE = frozenset({"voice", "manual"})  # nobody writes an answer here
TELLS = frozenset({"webchat"})  # where the hub can say at once that a message is kept
CALLS = frozenset({"voice"})  # may offer to call back, and to speak after the tone
KEPT = {
    "en": "Nobody can answer right now. Your message is kept, and you will get an answer here.",
    "zh": "目前暂时无法回复。您的留言已保存，我们会在这里答复您。",
}
TOLD: Mapping[str, list[str]] = {"warned": ["holder", "supervisor"], "breached": ["holder", "supervisor"],
                                 "cleared": ["holder", "supervisor"]}


class Versions:
    """Published versions of the policy, each read once."""

    def __init__(self) -> None:
        self._known: dict[int, Policy | None] = {}

    async def at(self, conn: Connection, version: int) -> Policy | None:
        """The policy as it was published under this version; None for one that cannot be read (any more)."""
        if version not in self._known:
            document = await store.policy(conn, version)
            try:
                self._known[version] = policy_data.load(document) if document else None
            except policy_data.PolicyError:
                self._known[version] = None
        return self._known[version]


class Promises:
    """Promises of several versions of the policy, each with the calendar of its own version."""

    def __init__(self, policies: Mapping[int, Policy]) -> None:
        self._policies = policies

    @property
    def calendars(self) -> dict[str, Calendar]:
        return {f"{version}/{name}": calendar for version, policy in self._policies.items()
                for name, calendar in policy.calendars.items()}

    def of(self, promised: Mapping[str, Any]) -> SlaPolicy | None:
        """What a row or touch means that names a promise."""
        policy = self._policies.get(promised.get("policy") or 0)
        sla = policy.slas.get(promised.get("sla") or "") if policy else None
        return replace(sla, calendar=f"{promised['policy']}/{sla.calendar}") if sla else None

    def terms(self, promised: Mapping[str, Any] | None) -> tuple[SlaPolicy, Calendar] | None:
        """All that the promise says, so that two versions can be compared."""
        sla = self.of(promised) if promised else None
        if sla is None or promised is None:
            return None
        policy = self._policies[promised["policy"]]
        own = policy.slas[sla.id]
        return own, policy.calendars[own.calendar]


class Case:
    """`policy`: the version in force, and what it says. `staffed`: queues in which somebody is logged in, None: not
    known now."""

    def __init__(self, page: Page, it: Interaction, standing: Standing, touches: list[Happened], promises: Promises,
                 policy: tuple[int, Policy], staffed: frozenset[str] | None) -> None:
        self.page, self.it, self.standing, self.touches = page, it, standing, touches
        self.promises, self.staffed = promises, staffed
        self.version, self.policy = policy
        self.now = page.now()
        self.again = False  # something moved, so that other rules may hold now

    @classmethod
    async def load(cls, page: Page, interaction_id: UUID, policies: Versions, policy: tuple[int, Policy],
                   staffed: frozenset[str] | None) -> "Case":
        it = await page.lock(interaction_id)
        touches = await store.touches(page.conn, interaction_id)
        named = {one.data.get("policy") for one in touches if one.kind == "sla_promised"} - {None, policy[0]}
        older = {version: await policies.at(page.conn, version) for version in named if isinstance(version, int)}
        known = {policy[0]: policy[1], **{version: one for version, one in older.items() if one}}
        return cls(page, it, await store.standing(page.conn, interaction_id), touches, Promises(known), policy, staffed)

    async def judge(self) -> None:
        """Does all that is due, and notes when to look again."""
        if self.it.state != "done" and self.standing.policy != self.version:
            await self._promise()
        story = self._story()
        clocks = sla_clocks.evaluate(story.events, self.promises.calendars, self.now)
        for action in due_actions(clocks, await store.done(self.page.conn, self.it.id), self.now):
            await self._act(action, clocks)
        moments = [next_step_at(clocks, self.now)]
        arrived = self.standing.arrived
        if not self.again:
            queue = queue_of(self.policy, self.it.queue_id)
            if queue is not None:
                moments += [await self._leave(queue, story), await self._step_up(), await self._take_back(queue, story)]
            waits = self.it.state == "queued" and not self.again
            if waits:
                arrived = tuple(dict.fromkeys((*arrived, self.it.queue_id)))
        upcoming = self.now if self.again else min((one for one in moments if one), default=None)
        await self._keep(upcoming, arrived, shown(clocks, self.now), story.refused)

    async def _keep(
        self, upcoming: datetime | None, arrived: tuple[str, ...], clock: Shown | None, refused: int
    ) -> None:
        over = self.it.state == "done"
        now_shown = None if over else clock
        await store.judged(self.page.conn, self.it.id, upcoming, self.it.version, self.version, arrived, over,
                           now_shown, refused)
        if now_shown or self.standing.shown:  # also when nothing changed: what was pushed meanwhile may have been older
            self._ring(now_shown)

    def _ring(self, now_shown: Shown | None) -> None:
        """Tells the desks of holder and supervisors; without a touch, since nothing has happened."""
        who = frozenset(one for one in (self.it.agent_id, self.it.preferred_agent_id) if one)
        clock = wire.Clock(name=now_shown.clock, state=now_shown.state, due_at=now_shown.due_at,
                           left_seconds=now_shown.left_seconds) if now_shown else None
        self.page.rings.append(ClockMoved(self.it.id, who, clock))

    def _story(self) -> Story:
        return sla_history.read(self.touches, self.it.channel, self.promises.of)

    async def _write(self, act: Act, enclosed: Enclosed = NOTHING) -> None:
        self.it = (await self.page.write(self.it, act, SYSTEM, enclosed)).interaction

    # --- promises -----------------------------------------------------------------------------------------------------

    async def _promise(self) -> None:
        """The promise of the policy in force, written down where it is another one than before."""
        facts = await facts_of.known(self.page.conn, self.it, self.policy, self.now) if self.policy.promises else {}
        chosen = choose(self.policy.promises, facts)
        promised = {"policy": self.version, "sla": chosen.policy} if chosen.policy else None
        if self.promises.terms(promised) == self.promises.terms(self.standing.sla):
            return
        sla = self.policy.slas[chosen.policy] if chosen.policy else None
        data = {"policy": self.version, "sla": chosen.policy, "version": sla.version if sla else None,
                "rule": chosen.rule}
        await store.promise(self.page.conn, self.it.id, data if sla else None)
        await self._write(model.Clocked("promised", data))
        self.touches = await store.touches(self.page.conn, self.it.id)

    async def _act(self, action: Action, clocks: tuple[Clock, ...]) -> None:
        if not await store.act(self.page.conn, self.it.id, action, self.version, self.now):
            return
        clock = next((one for one in clocks if (one.name, one.cycle) == (action.key.clock, action.cycle)), None)
        what = {"warn": "warned", "breach": "breached", "withdraw": "cleared"}[action.what]
        sla = clock.policy if clock else None
        data: dict[str, object] = {
            "clock": action.key.clock, "cycle": action.cycle, "step": action.key.step, "reached": action.at.isoformat(),
            "due": clock.due_at.isoformat() if clock and clock.due_at else None, "policy": self.version,
            "sla": sla.id if sla else None, "version": sla.version if sla else None,
            "tell": [] if action.superseded else TOLD[what], "superseded": action.superseded,
        }  # fmt: skip
        await self._write(model.Clocked(what, data))  # type: ignore[arg-type]
        if action.what == "breach" and (clock is None or not clock.ended_at):
            await self._climb("sla_breached")

    # --- ladder, exits, holders ---------------------------------------------------------------------------------------

    async def _climb(self, reason: str) -> None:
        """What nobody holds goes one step up; whoever holds it is only told, since a customer speaks with him."""
        step = next_step(self.policy, self.it.queue_id, await store.standing(self.page.conn, self.it.id))
        if step is not None and self.it.state in WAITS:
            self.it = (await climb(self.page, self.it, step, Why(reason, SYSTEM, self.version))).interaction
            self.again = True

    async def _step_up(self) -> datetime | None:
        """The step that is taken when nobody has answered for so long. Returns when that will be."""
        standing = await store.standing(self.page.conn, self.it.id)
        step = next_step(self.policy, self.it.queue_id, standing)
        if self.again or self.it.state not in WAITS or step is None or step.step.after_minutes is None:
            return None
        since = max(self.it.queued_at, standing.ladder_since or self.it.queued_at)
        at = since + timedelta(minutes=step.step.after_minutes)
        if at <= self.now:
            await self._climb("not_answered")
        return at

    async def _leave(self, queue: QueueRouting, story: Story) -> datetime | None:
        if self.it.state != "queued" or not queue.overflow:
            return None
        counted = queue.exit_when("max_length") and queue.id not in self.standing.arrived
        waiting = Waiting(
            came_at=story.came_at,
            now=self.now,
            arriving=queue.id not in self.standing.arrived,
            before=await store.waiting_before(self.page.conn, queue.id, self.it.id) if counted else 0,
            staffed=None if self.staffed is None else queue.id in self.staffed,
            refused=story.refused,
            taken=await store.exits(self.page.conn, self.it.id, queue.id),
        )
        found = exit_of(queue, self.policy, waiting)
        if found and await store.leave(self.page.conn, self.it.id, queue.id, found.when, self.version, self.now):
            await self._take(found)
            self.again = True
        return ask_again_at(queue, waiting)

    async def _take(self, found: Overflow) -> None:
        data: dict[str, object] = {"exit": found.exit.to, "policy": self.version}
        if found.limit is not None:
            data["limit"] = found.limit
        offers = {"callback": CALLS, "voicemail": CALLS, "message": TELLS | CALLS}
        if self.it.channel not in offers.get(found.exit.to, (self.it.channel,)):
            data["offered"] = False  # this channel has no such thing: it waits on
        to = found.exit.queue or self.it.queue_id
        await self._write(model.Overflowed(found.when, to, data))
        if found.exit.to == "escalate":
            await self._climb(found.when)
        elif found.exit.to == "message" and self.it.channel in TELLS:
            await self._tell()

    async def _tell(self) -> None:
        """The customer is told that his message is kept; that is no answer, and stops no clock."""
        to = await desk_store.recipient(self.page.conn, self.it.id)
        if to is None:
            return
        language = "zh" if (self.it.language or "").lower().startswith("zh") else "en"
        frozen = {"kind": to.kind, "value": to.value, "verified": to.verified}
        message = NewMessage(self.page.new_id(), "out", f"kept:{self.it.queue_id}:{self.it.version}", KEPT[language],
                             recipient=frozen)
        await self._write(model.Acknowledged(KEPT[language]), Enclosed(message=message))

    async def _take_back(self, queue: QueueRouting, story: Story) -> datetime | None:
        """A holder who leaves his customer without an answer loses the item. Returns when that will be."""
        minutes, asked, held = queue.unanswered_minutes, story.unanswered_since, story.held_since
        mine = self.it.state == "active" and self.it.channel not in ANSWERED_ELSEWHERE and self.it.address_id
        if self.again or not mine or minutes is None or asked is None or held is None:
            return None
        calendar = self.policy.calendars.get(queue.calendar or "")
        since, seconds = max(asked, held), minutes * 60
        at = calendar.add_business(since, seconds) if calendar else since + timedelta(seconds=seconds)
        if at is not None and at <= self.now:
            data = {"agent": str(self.it.agent_id), "minutes": minutes, "policy": self.version}
            back = model.Requeued("unanswered", self.it.queue_id, self.it.agent_id, asked)
            await self._write(back, Enclosed(data=data))
            self.again = True
        return at


def shown(clocks: tuple[Clock, ...], now: datetime) -> Shown | None:
    """The clock that a card shows: the first that is, or will be, late; else one that is paused."""
    going = [clock for clock in sla_clocks.current(clocks).values() if not clock.ended_at and clock.state != "none"]
    if not going:
        return None
    order: tuple[ClockName, ...] = ("first_response", "next_response", "resolution")
    clock = min(going, key=lambda one: (one.due_at is None, one.due_at or now, order.index(one.name)))
    left = clock.remaining_seconds
    return Shown(clock.name, _state(clock, now), clock.due_at, None if left is None else round(left))


def _state(clock: Clock, now: datetime) -> Literal["running", "warned", "breached", "paused"]:
    match clock.state:
        case "breached" | "paused":
            return clock.state
        case _:
            warned = any(step != BREACH and at <= now for step, at in clock.steps)
            return "warned" if warned else "running"
