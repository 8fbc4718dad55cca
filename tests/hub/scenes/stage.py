"""A telephone on which anything may go wrong, and people who take it as it comes: whoever does not ring is not
answered, what the hub refuses is left. A watch looks every second at what must never be, and at the end at what must
have been."""

import copy
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any
from uuid import UUID, uuid4

from hub import call_parties
from hub.call_supervision import Supervision
from hub.call_transfers import Transfers
from hub.calling_out import CallingOut
from hub.errors import HubError
from hub.model import Actor
from hub.store import calls as store
from hub.wire_calls import PlaceCall
from simulator.telephony.audibility import audibility
from simulator.telephony.driver import NotHeard, Person
from simulator.telephony.faults import FaultPlan, Rule, profile
from simulator.telephony.legs import Leg
from tests.hub.calling_back import RULES
from tests.hub.telephone import MIA, OURS, SETTINGS, Pool, Telephone, running_telephone
from tests.support.gaps import GAPS

Scene = Callable[["Stage"], Awaitable[None]]
SCENES: dict[str, Scene] = {}
NIGHT, ASKING, BACK = "+15550001001", "+15550001002", "+15550001003"
OTHER, CAROL = "+15551230002", "+493012345678"
OUTAGE = 30.0  # seconds, of the profile
# How long a caller may hear nothing, seconds: a report that was lost is made good by looking, at last after a minute.
SILENCE = {"clean": 3, "jitter": 6, "hostile": 75, "outage": 95}
KEY = 10  # seconds in which a key is waited for
FAILED = (11200, 11205)  # alerts of a hub that was not there


def settings() -> dict[str, Any]:
    """All that the telephone can do, each at a number of its own."""
    found = copy.deepcopy(SETTINGS)
    main = found["flows"]["main"]
    main["survey"] = {}
    main["steps"]["hours"] = {**main["steps"]["hours"], "then": "main"}
    night, asking, back = (copy.deepcopy(main) for _ in range(3))
    night["steps"]["hours"]["calendar"] = "never"
    night["steps"]["closed"] = {"kind": "voicemail", "queue": "support", "say": {"en": "Leave a message."}}
    asking["steps"]["agree"] = {"kind": "consent", "keys": {"1": "yes", "2": "no"}, "then": "hours", "tries": 2,
                                "say": {"en": "May we record this call? 1 for yes, 2 for no."}}
    asking["begin"] = "agree"
    back["callback"] = RULES
    flows = {"main": main, "night": night, "asking": asking, "back": back}
    numbers = [{"number": number, "account": "main", "flow": flow}
               for number, flow in zip((OURS, NIGHT, ASKING, BACK), flows, strict=True)]
    return {**found, "flows": flows, "numbers": numbers, "outside": ["+4930"], "recording": {"when": "always"}}


@dataclass
class Watch:
    """What is wrong, in words."""

    phone: Telephone
    patience: float
    wrong: list[str] = field(default_factory=list)
    _looked: float = -1.0
    _silent: dict[str, float] = field(default_factory=dict)

    async def look(self) -> None:
        """Once a second."""
        now = self.phone.sim.clock.elapsed()
        if now < self._looked + 1:
            return
        self._looked = now
        self._ears(now)
        self.wrong += [row["what"] for row in await self.phone.heart.pool.fetch(GAPS)]

    def _ears(self, now: float) -> None:
        """Callers are never in silence for long, and an agent is in one conversation."""
        exchange, talking = self.phone.sim.exchange, Counter[str]()
        heard = audibility(exchange)
        for leg in exchange.legs.values():
            patience = max(self.patience, KEY) if leg.place == "document" else self.patience
            if not customers(leg) or not listening(leg) or heard.get(leg.sid):
                self._silent.pop(leg.sid, None)
            elif now - self._silent.setdefault(leg.sid, now) > patience:
                self.wrong.append(f"{leg.party.from_} hears nothing since {self._silent.pop(leg.sid):g}")
            if leg.status == "in-progress" and leg.party.to.startswith("client:"):
                talking[leg.party.to.partition("?")[0]] += 1
        self.wrong += [f"{who} is in {count} calls" for who, count in talking.items() if count > 1]

    async def at_the_end(self, alerts: tuple[int, ...]) -> None:
        """Everybody has hung up some time ago, and nothing goes wrong any more."""
        pool, exchange = self.phone.heart.pool, self.phone.sim.exchange
        self.wrong += [f"{leg.label or leg.sid} is left on a line" for leg in exchange.legs.values() if leg.live]
        self.wrong += [row["what"] for row in await pool.fetch(UNDONE)]
        known = Counter(row["sid"] for row in await pool.fetch("SELECT sid FROM call_legs WHERE sid IS NOT NULL"))
        placed = [leg for leg in exchange.legs.values() if leg.party.direction == "outbound-api"]
        self.wrong += [f"{leg.label} was called and nobody knows" for leg in placed if known[leg.sid] != 1]
        self.wrong += [row["what"] for row in await pool.fetch(GAPS)]
        await self.phone.heart.balanced()
        self.phone.sim.invariants(alerts=alerts)


UNDONE = """
SELECT 'call ' || id || ' is not over' AS what FROM calls WHERE ended_at IS NULL
UNION ALL SELECT 'command ' || id || ' waits' FROM call_commands WHERE state IN ('pending', 'sending')
UNION ALL SELECT 'recording is ' || state FROM recordings WHERE state IN ('running', 'fetching')
UNION ALL SELECT 'nobody ended ' || reference || ', ' || state FROM interactions
WHERE channel = 'voice' AND state IN ('offered', 'active', 'wrapping')
UNION ALL SELECT 'in line without a call: ' || reference FROM interactions i
WHERE channel = 'voice' AND state IN ('queued', 'parked')
  AND NOT EXISTS (SELECT FROM callbacks b WHERE b.interaction_id = i.id AND b.closed_at IS NULL)
UNION ALL SELECT i.reference || ' has ' || count(t.id) || ' ends' FROM interactions i
LEFT JOIN touches t ON t.interaction_id = i.id AND t.data ? 'outcome' AND t.kind IN ('call', 'abandoned')
  AND coalesce(t.data ->> 'what', 'ended') = 'ended'
WHERE i.channel = 'voice' AND NOT EXISTS (SELECT FROM callbacks b WHERE b.interaction_id = i.id)
GROUP BY i.id HAVING count(t.id) <> 1
UNION ALL SELECT 'attempt ' || a.number || ' has no outcome' FROM callback_attempts a WHERE a.outcome IS NULL
"""


def customers(leg: Leg) -> bool:
    return not leg.party.to.startswith("client:")


def listening(leg: Leg) -> bool:
    """Not who speaks to a machine."""
    return leg.status == "in-progress" and not leg.away and leg.place != "record"


class Stage:
    """One scene after the other, by name, with one seed and one profile of faults."""

    def __init__(self, phone: Telephone, name: str, seed: int) -> None:
        self.phone, self.name, self.dice = phone, name, Random(f"{name} {seed}")
        self.sim, self.watch = phone.sim, Watch(phone, SILENCE[name])
        self.transfers, self.supervision = Transfers(phone.calls), Supervision(phone.calls)
        self.out = CallingOut(phone.calls, phone.outgoing, phone.heart.intake)
        self._begins = self.dice.uniform(0, 50) if name == "outage" else float("inf")
        self.sim.exchange.faults = FaultPlan(self.sim.exchange, self.dice.randrange(10**6))
        self._faults(profile(name, self._begins))

    def _faults(self, rules: tuple[Rule, ...]) -> None:
        self.sim.exchange.faults.use(rules)

    def besides(self, *rules: Rule) -> None:
        """What a scene is about goes wrong beside what does anyway."""
        self._faults((*rules, *profile(self.name, self._begins)))

    async def idle(self) -> bool:
        """The hub's loops, while there is a hub; whatever it finds when it is back, it looks at."""
        away = self._begins <= self.sim.clock.elapsed() < self._begins + OUTAGE
        if self.phone.away and not away:
            await store.look_at_all(self.phone.heart.pool, self.phone.heart.clock())
        self.phone.away = away
        idle = await self.phone.idle()
        await self.watch.look()
        return idle

    async def over(self) -> None:
        """Nothing goes wrong any more, and whoever can hangs up."""
        self._faults(())
        await self.phone.pass_time(max(0.0, min(self._begins + OUTAGE, 100) - self.sim.clock.elapsed()))
        for leg in tuple(self.sim.exchange.legs.values()):
            if leg.live and customers(leg):
                leg.hang_up("completed" if leg.status == "in-progress" else "no-answer")
        await self.phone.pass_time(160)
        await self.watch.at_the_end(FAILED if self.name == "outage" else ())

    # --- customers ----------------------------------------------------------------------------------------------------

    async def calls(self, to: str = OURS, who: str = MIA) -> Person:
        return await self.sim.call(who, to)

    async def hears(self, person: Person, text: str, limit: float = 60) -> bool:
        try:
            await person.heard(text, limit)
        except NotHeard:
            return self.not_so(f"{text!r} is not heard")
        return True

    async def presses(self, person: Person, keys: str, after: str) -> bool:
        heard = await self.hears(person, after)
        await person.press(keys)
        return heard

    async def waits(self, to: str = OURS, who: str = MIA) -> Person:
        """A caller in line."""
        caller = await self.calls(to, who)
        await self.presses(caller, "1", after="Press 1")
        await self.hears(caller, "line")
        return caller

    async def rings_at(self, number: str, limit: float = 60) -> Person | None:
        """The outside telephone, when it rings."""
        def there() -> list[Leg]:
            return [one for one in self.sim.exchange.legs.values()
                    if one.party.to == number and one.status == "ringing"]

        if not await self.sim.clock.until(lambda: bool(there()), limit):
            self.not_so(f"{number} does not ring")
            return None
        return self.sim.person(there()[0].sid)

    # --- people at the desk -------------------------------------------------------------------------------------------

    async def offered(self, actor: Actor) -> UUID | None:
        """His offer, at this moment."""
        await self.sim.settle()
        found = await self.phone.heart.pool.fetchval(
            "SELECT id FROM offers WHERE agent_id = $1 AND state = 'open'", actor.id)
        return None if found is None or self.phone.away else UUID(str(found))

    async def accepts(self, actor: Actor, limit: int = 45) -> UUID | None:
        """The offer, when there is one."""
        for _ in range(limit):
            if (offer := await self.offered(actor)) is not None:
                item = await self.tries(self.phone.heart.desk.accept(actor, offer))
                if isinstance(item, UUID):
                    return item
            await self.sim.advance(1)
        self.not_so(f"{actor.name} has no offer")
        return None

    async def rings(self, actor: Actor) -> bool:
        try:
            await self.phone.phones[actor.id].rings(45)
        except NotHeard:
            return self.not_so(f"{actor.name} is not rung")
        return True

    async def picks_up(self, actor: Actor) -> Person | None:
        """The softphone, when it rings."""
        return await self.phone.phones[actor.id].accept() if await self.rings(actor) else None

    async def talks(self, to: str = OURS, who: str = MIA) -> tuple[Person, Actor, UUID]:
        """A caller and Ann; whatever came between them, the item is his or nobody's."""
        caller = await self.waits(to, who)
        ann = await self.phone.agent()
        item = await self.accepts(ann) or uuid4()
        agent = await self.picks_up(ann)
        await self.phone.pass_time(4)
        if agent is not None:
            self.audible(caller, agent)
        return caller, ann, item

    async def mutes(self, actor: Actor, item: UUID, on: bool) -> None:
        """In the room."""
        await self.tries(self.phone.calls.wish(actor, item, lambda terms, _: call_parties.mute(terms, actor, on)))

    async def tries(self, act: Awaitable[Any]) -> Any:
        """What the hub answers; None when it refuses or is not there."""
        if self.phone.away:
            getattr(act, "close", lambda: None)()
            return self.not_so("the hub is away")
        try:
            found = await act
        except HubError as refused:
            self.not_so(refused.code)
            return None
        await self.sim.settle()
        return found

    # --- what a scene expects, when nothing goes wrong ----------------------------------------------------------------

    def audible(self, one: Person, *others: Person | None) -> None:
        """One hears the others, all of them."""
        heard = self.heard_by(one)
        self.expect(all(other is not None and other.sid in heard for other in others),
                    f"{one.leg.party.from_} does not hear them")

    def heard_by(self, one: Person) -> frozenset[str]:
        return audibility(self.sim.exchange).get(one.sid, frozenset())

    def expect(self, so: object, what: str) -> None:
        if not so:
            self.not_so(what)

    def not_so(self, what: str) -> bool:
        """A story goes on as it can; without faults it goes as it was written."""
        assert self.name != "clean", what
        return False

    async def voicemails(self) -> int:
        """As many wait for an agent."""
        return int(await self.phone.heart.pool.fetchval(
            "SELECT count(*) FROM interactions WHERE channel = 'voicemail' AND state = 'queued'"))

    async def ended(self, outcome: str) -> None:
        """How the last call ended, as the history has it."""
        row = await self.phone.heart.pool.fetchrow(
            "SELECT data->>'outcome' AS outcome FROM touches WHERE data ? 'outcome' AND kind IN ('call', 'abandoned')"
            " ORDER BY recorded_at DESC, id DESC LIMIT 1")
        found = row["outcome"] if row else None
        self.expect(found == outcome, f"{found}, not {outcome}")


def wanted(number: str) -> PlaceCall:
    return PlaceCall(id=uuid4(), queue="support", number=number)


def scene(story: Scene) -> Scene:
    SCENES[story.__name__] = story
    return story


@asynccontextmanager
async def a_stage(pool: Pool, name: str, seed: int) -> AsyncIterator[Stage]:
    async with running_telephone(pool, settings()) as phone:
        ours = f"{phone.base}/twilio/main/voice"
        for number in (OURS, NIGHT, ASKING, BACK):
            phone.sim.number(number, f"{ours}/in", status_callback=f"{ours}/status", voice_fallback_url=f"{ours}/in")
        stage = Stage(phone, name, seed)
        phone.sim.exchange.busy.idle_hooks[:] = [stage.idle]
        yield stage
