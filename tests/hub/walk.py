"""Everything that can happen to a heart, in any order: a random walk that a seed repeats."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid4

from channels.base import Address, Inbound, Receipt, Refused, SendError
from hub.dispatch import Dispatch
from hub.doorbell import AgentMoved, Doorbell
from hub.errors import HubError
from hub.model import Actor
from hub.wire import Decline, LoggedContact, Park, Prioritise, Requeue, Say, SetPresence, WaitFor, WrapUp
from routing.policy import Policy
from tests.hub.conftest import Heart
from tests.hub.letters import mail, report
from tests.hub.promising import Watched, policy, watched

Step = Callable[[], Awaitable[object]]


def promising(offer_to: int) -> Policy:
    """Short promises, and every way in which something leaves its place by itself."""
    exits = {"max_length": {"items": 6, "to": "queue", "queue": "sales"}, "max_wait": {"minutes": 5, "to": "escalate"},
             "refused": {"times": 1, "to": "message"}, "nobody_logged_in": {"to": "keep"}}  # fmt: skip
    steps = [{"priority": 1, "after_minutes": 2}, {"require": "not german"}, {"queue": "sales"}]
    fast = {"version": 1, "calendar": "always", "first_response_minutes": 2, "next_response_minutes": 1,
            "resolution_minutes": 5, "warn_percents": [50]}  # fmt: skip
    support = {"overflow": exits, "ladder": "up", "unanswered_minutes": 3, "offer_to": offer_to}
    return policy(support, slas={"fast": fast}, ladders=[{"id": "up", "steps": steps}])


class Walk:
    """Picks what happens next; refusals are part of life, anything else that is raised is a bug."""

    def __init__(self, heart: Heart, seed: int) -> None:
        self.heart = heart
        self.dice = Random(seed)
        self.people: list[Actor] = []
        self.sent: list[Inbound] = []
        self.mails: list[Inbound] = []
        self.watched: Watched
        self.told: list[str] = []  # what happened, for whoever reads a failure
        self.steps: dict[str, tuple[int, Step]] = {
            name.removeprefix("do_"): (weight, getattr(self, name)) for name, weight in WEIGHTS.items()
        }

    async def begin(self) -> None:
        self.heart.mailboxes.set("support", acknowledge="We have it: {reference}.")
        for name, capacity in (("Ann", 100), ("Ben", 60), ("Cat", 30)):
            self.people.append(await self.heart.agent(name, capacity=capacity, queues=("support", "sales")))
        self.people.append(await self.heart.agent("Sue", "supervisor", ready=False))
        self.watched = watched(self.heart, promising(offer_to=self.dice.choice((1, 2, 3))))
        self.heart.dispatch = Dispatch(self.heart.journal, Doorbell(), self.watched.shelf.current)
        self.watched.another()

    async def step(self) -> None:
        """One thing, or several at once."""
        count = self.dice.choices((1, 2, 4), (8, 2, 1))[0]
        weights = [weight for weight, _ in self.steps.values()]
        names = self.dice.choices(list(self.steps), weights, k=count)
        self.told.append("+".join(names))
        await asyncio.gather(*(self._try(self.steps[name][1]) for name in names))

    async def _try(self, step: Step) -> None:
        try:
            await step()
        except (HubError, Refused) as refused:
            self.told[-1] += f" !{refused.code}"

    # --- promises -----------------------------------------------------------------------------------------------

    async def do_promises(self) -> None:
        await self.dice.choice(self.watched.loops).step()

    async def do_rights(self) -> None:
        """Somebody loses a queue, or gets it back."""
        who = self.dice.choice(self.people[:3])
        queues = self.dice.choice((["support"], ["support", "sales"], ["support", "sales"]))
        await self.heart.pool.execute(
            "UPDATE agents SET queues = $2, version = version + 1 WHERE id = $1", who.id, queues)
        self.heart.journal.ring(AgentMoved(who.id))

    # --- picking ------------------------------------------------------------------------------------------------

    def somebody(self) -> Actor:
        return self.dice.choice(self.people)

    async def any_id(self, table: str, where: str = "true") -> UUID:
        """The id of one row, or one that exists nowhere."""
        rows: Sequence[Any] = await self.heart.pool.fetch(f"SELECT id FROM {table} WHERE {where} ORDER BY id")
        return UUID(str(self.dice.choice(rows)["id"])) if rows else self.heart.new_id()

    async def held(self, states: str = "'active', 'wrapping'") -> tuple[Actor, UUID]:
        """Mostly an item and its holder; sometimes somebody who has no business there."""
        it = await self.any_id("interactions", f"state IN ({states})")
        holder = await self.heart.pool.fetchval("SELECT agent_id FROM interactions WHERE id = $1", it)
        known = [one for one in self.people if one.id == holder]
        return (known[0] if known and self.dice.random() < 0.9 else self.somebody()), it

    def soon(self) -> Any:
        return self.heart.clock() + timedelta(seconds=self.dice.choice((5, 60, 3600)))

    # --- customers ----------------------------------------------------------------------------------------------

    async def do_chat(self) -> None:
        who = Address("visitor", f"v{self.dice.randrange(6)}")
        more = (Address("email", f"m{self.dice.randrange(4)}@example.com"),) * (self.dice.random() < 0.3)
        await self._arrive(addresses=(who, *more), text=f"line {len(self.sent)}", name=self.dice.choice((None, "Mia")))

    async def do_form(self) -> None:
        email = Address("email", f"m{self.dice.randrange(4)}@example.com")
        queue = self.dice.choice(("sales", "support", "nowhere"))
        await self._arrive(addresses=(email,), channel="form", source="form:contact", continues=False, queue=queue)

    async def do_call(self) -> None:
        await self._arrive(channel="voice", source="voice:line", continues=False, addresses=())

    async def _arrive(self, **more: Any) -> None:
        inbound = self.heart.inbound(raw=str(len(self.sent)).encode(), **more)
        self.sent.append(inbound)
        await self.heart.reception.take_in(inbound)

    async def do_mail(self) -> None:
        n, names = len(self.mails), [str(k) for k in range(len(self.mails))]
        refs = tuple(self.dice.sample(names, min(n, self.dice.choice((0, 1, 2)))))
        tokens = (await self.any_id("interactions"),) if self.dice.random() < 0.3 else ()
        one = mail(
            self.heart, str(n), f"m{self.dice.randrange(4)}@example.com", self.dice.choice(("support", "sales")),
            refs=refs, tokens=tokens, machine=self.dice.choice((None, None, None, "auto_reply", "list")), uid=n + 1,
            cc=("m1@example.com",) * (self.dice.random() < 0.3),
        )  # fmt: skip
        self.mails.append(one)
        await self.heart.reception.take_mail(one)

    async def do_mail_again(self) -> None:
        if self.mails:
            again = self.dice.choice(self.mails)
            await self.heart.reception.take_mail(self.dice.choice((again, replace(again, source="mail:other"))))

    async def do_report(self) -> None:
        rows = await self.heart.pool.fetch("SELECT l.mail_id FROM mails l JOIN outbox o USING (message_id) ORDER BY 1")
        mail_id = self.dice.choice(rows)["mail_id"] if rows else "<nothing@example.net>"
        action = self.dice.choice(("failed", "delayed", "delivered"))
        who = f"m{self.dice.randrange(4)}@example.com"
        await self.heart.reception.take_mail(report(self.heart, mail_id, who, action, n=f"r{self.dice.random()}"))

    async def do_acknowledge(self) -> None:
        await self.heart.acknowledge.step()

    async def do_retry(self) -> None:
        if self.sent:
            await self.heart.reception.take_in(self.dice.choice(self.sent))

    async def do_refuse(self) -> None:
        await self.heart.reception.refuse("form:contact", b"?", "text/plain", "malformed")

    async def do_leave(self) -> None:
        await self.heart.reception.leave(Address("visitor", f"v{self.dice.randrange(6)}"), "webchat")

    async def do_look(self) -> None:
        me = Address("visitor", f"v{self.dice.randrange(6)}")
        seen = await self.heart.reception.conversation(me, "webchat")
        numbers = [message.number for message in seen.messages]
        assert numbers == list(range(1, len(numbers) + 1)), f"{me.value} sees {numbers}"
        await self.heart.reception.read_up_to(me, "webchat", len(numbers), "read")

    # --- agents -------------------------------------------------------------------------------------------------

    async def do_accept(self) -> None:
        await self._answer(self.heart.desk.accept)

    async def do_decline(self) -> None:
        await self._answer(lambda who, offer: self.heart.desk.decline(who, offer, Decline(reason="busy")))

    async def _answer(self, verb: Callable[[Actor, UUID], Awaitable[object]]) -> None:
        offer = await self.any_id("offers", "state = 'open'" if self.dice.random() < 0.9 else "true")
        agent_id = await self.heart.pool.fetchval("SELECT agent_id FROM offers WHERE id = $1", offer)
        who = next((one for one in self.people if one.id == agent_id), self.somebody())
        await verb(who, offer)

    async def do_claim(self) -> None:
        await self.heart.desk.claim(self.somebody(), await self.any_id("interactions", "state <> 'done'"))

    async def do_say(self) -> None:
        who, it = await self.held()
        said = Say(id=uuid4(), text="Hello")
        await asyncio.gather(*(self.heart.desk.say(who, it, said) for _ in range(self.dice.choice((1, 1, 2)))))

    async def do_note(self) -> None:
        await self.heart.desk.note(self.somebody(), await self.any_id("interactions"), Say(id=uuid4(), text="secret"))

    async def do_read(self) -> None:
        await self.heart.desk.read(*await self.held())

    async def do_end(self) -> None:
        await self.heart.desk.end(*await self.held())

    async def do_extend(self) -> None:
        await self.heart.desk.extend(*await self.held("'wrapping'"))

    async def do_wrap_up(self) -> None:
        later = self.soon() if self.dice.random() < 0.2 else None
        who, it = await self.held("'wrapping'")
        await self.heart.desk.wrap_up(who, it, WrapUp(disposition="solved", note="ok", follow_up_at=later))

    async def do_park(self) -> None:
        who, it = await self.held()
        await self.heart.desk.park(who, it, Park(until=self.soon()))

    async def do_wait(self) -> None:
        who, it = await self.held()
        await self.heart.desk.wait(who, it, WaitFor(minutes=1))

    async def do_resume(self) -> None:
        it = await self.any_id("interactions", "state IN ('waiting', 'parked')")
        await self.heart.desk.resume(self.somebody(), it)

    async def do_requeue(self) -> None:
        who, it = await self.held("'queued', 'offered', 'active', 'wrapping', 'parked'")
        queue, prefer = self.dice.choice((None, "sales")), self.dice.choice((None, self.somebody().id))
        await self.heart.desk.requeue(who, it, Requeue(reason="x", queue=queue, agent=prefer))

    async def do_prioritise(self) -> None:
        it = await self.any_id("interactions", "state <> 'done'")
        await self.heart.floor.prioritise(self.people[-1], it, Prioritise(priority=3, reason="x"))

    async def do_log(self) -> None:
        follow_up = self.dice.choice((None, "support"))
        fax = LoggedContact(id=uuid4(), kind="fax", name="Mia", at=self.heart.clock(), text="x", follow_up=follow_up)
        await self.heart.desk.log_contact(self.somebody(), fax)

    # --- presence -----------------------------------------------------------------------------------------------

    async def do_declare(self) -> None:
        who = self.somebody()
        await self.heart.presence.declare(who, who.id, SetPresence(state=self.dice.choice(("break", "offline"))))

    async def do_ready(self) -> None:
        who = self.somebody()
        await self.heart.presence.opened(who.id, f"socket-{who.name}", "test")
        await self.heart.pool.execute(  # no lease ends by itself: that moment is rung by nobody
            "UPDATE connections SET expires_at = $1 WHERE agent_id = $2", self.heart.clock() + timedelta(days=9), who.id
        )
        await self.heart.presence.declare(who, who.id, SetPresence(state="available"))

    async def do_vanish(self) -> None:
        await self.heart.presence.closed(f"socket-{self.somebody().name}")

    async def do_sweep(self) -> None:
        await self.heart.presence.sweep()

    # --- loops and time -----------------------------------------------------------------------------------------

    async def do_dispatch(self) -> None:
        await self.heart.dispatch.step()

    async def do_deliver(self) -> None:
        kind: Any = self.dice.choice(("temporary", "permanent", "ambiguous"))
        if self.dice.random() < 0.2:
            self.heart.post.failures.append(SendError(kind, "x", "y"))
        await self.heart.deliver.step()

    async def do_receipt(self) -> None:
        mark: Any = self.dice.choice(("sent", "delivered", "read", "failed"))
        message = await self.any_id("messages", "direction = 'out'")
        await self.heart.reception.take_receipt(Receipt("x", "webchat", mark, self.heart.clock(), message_id=message))

    async def do_time(self) -> None:
        self.heart.clock.advance(self.dice.choice((1, 5, 21, 61, 130)))
        await self.heart.timers.step()


WEIGHTS = {
    "do_chat": 12, "do_form": 3, "do_call": 2, "do_mail": 8, "do_mail_again": 2, "do_report": 2,
    "do_acknowledge": 2, "do_retry": 3, "do_refuse": 1, "do_leave": 2, "do_look": 3,
    "do_accept": 14, "do_decline": 3, "do_claim": 4, "do_say": 10, "do_note": 2, "do_read": 3, "do_end": 6,
    "do_extend": 1, "do_wrap_up": 6, "do_park": 2, "do_wait": 2, "do_resume": 2, "do_requeue": 3, "do_prioritise": 1,
    "do_log": 1, "do_declare": 2, "do_ready": 6, "do_vanish": 2, "do_sweep": 3, "do_dispatch": 16, "do_deliver": 6,
    "do_receipt": 3, "do_time": 6, "do_promises": 8, "do_rights": 1,
}  # fmt: skip
