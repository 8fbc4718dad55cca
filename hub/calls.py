"""Telephone calls: what the provider asks and tells, kept before it is answered; what agents want; what must be said.

Every way in is one transaction: the call is locked, then its interaction, then an agent. Facts are merged, call and
interaction brought together, and the commands that follow are rows for `hub.switchboard` to give.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import structlog

from channels.base import Refused
from channels.twilio.account import Account
from channels.voice import documents, menu, reports, softphone
from channels.voice.call import OVER, RANK
from channels.voice.control import Ask, Command, Connect, End, SendBack, due, meeting, phase
from channels.voice.decisions import Decision, HoldWanted, Issued, begun
from channels.voice.documents import UNKNOWN, Urls
from channels.voice.facts import Fact, LegSeen, Moved, observe
from channels.voice.menu import Place, Screen
from channels.voice.ports import Knock
from channels.voice.provider import Learned, Wiring, room_name, with_room
from channels.voice.reports import Recording
from channels.voice.settings import Flow, VoiceSettings
from hub import (
    call_handing,
    call_parties,
    call_recording,
    call_survey,
    callback_talk,
    callbacks,
    callers,
    line_talk,
    voicemails,
)
from hub.call_terms import Terms, agree, begin, dial, softphone_of, softphones
from hub.doorbell import AgentMoved, CallMoved
from hub.errors import NotFound, NotYours, WrongState
from hub.intake import Intake
from hub.journal import Journal, Page, reachable
from hub.model import Actor, Interaction
from hub.reception import in_its_words
from hub.standings import NOWHERE, Standing, Standings
from hub.store import calls as store
from hub.store.calls import Claimed, Kept
from hub.turns import Turns
from hub.wire_calls import CallView, SoftphoneTicket
from routing.calendar import Calendar

log = structlog.get_logger()
# How long a command is worth giving. A line that nobody wants costs money, so its end is tried for long.
SOON, MOVES, ENDS = timedelta(seconds=15), timedelta(seconds=60), timedelta(minutes=10)
LIVE = ("queued", "initiated", "ringing", "in-progress")  # how a call may stand that begins
ATTEMPTS = 3  # of a webhook that another of the same moment was in the way of


@dataclass(frozen=True, slots=True)
class Lines:
    """What the telephone consists of: numbers and menus, the accounts behind them, opening hours."""

    settings: VoiceSettings
    accounts: Mapping[str, Account]
    calendars: Mapping[str, Calendar]

    @property
    def callbacks(self) -> callbacks.Rules:
        return callbacks.Rules(self.settings, self.calendars)

    def flow(self, number: str) -> Flow | None:
        found = self.settings.number(number)
        return self.settings.flows[found.flow] if found else None

    def urls(self, kept: Kept) -> Urls:
        account, flow = self.accounts[kept.account], self.flow(kept.number)
        music = flow.music if flow else ""
        return Urls(account.url(f"/voice/calls/{kept.id}"), music or f"{account.public_url}/voice/music.wav")


Wish = Callable[[Terms, Interaction], Awaitable[None]]


class Calls:
    """`channels.voice.ports.Exchange`, and the verbs of agents. `work`: told that there are commands to give."""

    def __init__(self, journal: Journal, intake: Intake, lines: Lines) -> None:
        self.journal = journal
        self.lines = lines
        self.work: Callable[[], None] = lambda: None
        self._intake = intake
        self._turns = Turns()
        self._standings = Standings(journal, intake.weight("voice").units, intake.placement.current)

    # --- what the provider asks and tells -----------------------------------------------------------------------------

    async def ask(self, knock: Knock) -> str:
        return await self._taken(knock)

    async def tell(self, knock: Knock) -> None:
        await self._taken(knock)

    async def _taken(self, knock: Knock) -> str:
        """Raises `Refused`."""
        with in_its_words():
            for attempt in range(ATTEMPTS):
                try:
                    match "" if attempt else knock.kind:
                        case "wait":
                            return await self._polled(knock)
                        case "in":
                            return await self._rung(knock)
                    return await self._take(knock, NOWHERE)
                except asyncpg.UniqueViolationError:  # two calls of a new customer, or one request twice, at once
                    continue
        raise Refused("unavailable", 503, after=1.0)

    async def _polled(self, knock: Knock) -> str:
        """What is asked most, and nearly always moves nothing: then it is read and kept without a lock, in two round
        trips. Whose request is the same as one that is kept meanwhile, finds it at his next attempt."""
        with reachable():
            glance = await store.glance(self.journal.pool, knock.call, knock.source, knock.key) if knock.call else None
            standing = await self._standings.of(glance.waits) if glance is not None and glance.waits else NOWHERE
        if glance is None or glance.answered or glance.kept.account != knock.account:
            return await self._take(knock, standing)
        async with self.journal.at_once() as page:
            terms = self.terms(page, glance.kept)
            self._observe(terms, knock)
            if terms.kept == glance.kept:
                answer = self._waiting(terms, standing, knock.part)
                await self._keep(page, knock, glance.kept.id, "stored", answer)
                return answer
        return await self._take(knock, standing)

    async def _rung(self, knock: Knock) -> str:
        """A call of which nothing is known begins in the menu, where nothing else moves it: two round trips, too."""
        number, sid = self.lines.settings.number(knock.fields.get("To", "")), knock.fields.get("CallSid", "")
        if number is None or number.account != knock.account or not sid:
            return await self._take(knock, NOWHERE)
        flow = self.lines.settings.flows[number.flow]
        kept = callers.judged(self._begun(knock, number.number), flow, self.lines.settings, knock.fields, blocked=False)
        place, screen = menu.enter(flow, kept.place, self._is_open)
        if "treatment" not in kept.fields and screen.then.kind != "queue" and knock.fields.get("CallStatus") in LIVE:
            with reachable():
                known = await store.known(self.journal.pool, knock.account, sid, kept.call.customer.who)
            if not known:
                kept = replace(kept, place=place)
                answer = self._asked(screen, place.number, self.lines.urls(kept))
                async with self.journal.at_once() as page:
                    await store.ring(page.conn, kept, self._arrival(knock, kept.id, "stored", answer))
                self.work()
                return answer
        return await self._take(knock, NOWHERE)

    async def _take(self, knock: Knock, standing: Standing) -> str:
        async with self._turns.of(knock.call or knock.fields.get("CallSid")), self.journal.begin() as page:
            kept = await self._find(page, knock)
            if kept is None:
                await self._keep(page, knock, None, "refused", None)
                return documents.hung_up([UNKNOWN["en"]])
            before = await store.answered(page.conn, knock.source, knock.key) if knock.key else None
            if before is not None:
                await self._keep(page, knock, kept.id, "duplicate", None)
                return before["answer"] or ""
            terms = self.terms(page, kept)
            self._observe(terms, knock)
            answer = await self._answer(terms, knock, standing)
            if knock.kind in ("voicemail", "recording"):
                await voicemails.spoken(terms, reports.of_recording(knock.fields))
                await call_recording.heard(terms, knock.fields)
            if knock.kind != "wait" or terms.call != kept.call:  # a poll of those in line moves nothing
                await self.settle(terms, kept)
            else:
                await store.save(page.conn, kept, terms.kept)
            await self._keep(page, knock, kept.id, "stored", answer)
        if knock.kind != "wait":
            self.work()
        return answer

    def terms(self, page: Page, kept: Kept, it: Interaction | None = None) -> Terms:
        return Terms(page, kept, self.journal.now(), self._intake, self.lines.settings, self.lines.callbacks, it)

    async def _find(self, page: Page, knock: Knock) -> Kept | None:
        """The call that it is about, locked; begun when it is a new one."""
        sid = knock.fields.get("CallSid", "")
        if knock.call is not None:
            kept = await store.lock(page.conn, knock.call)
            return kept if kept is not None and kept.account == knock.account else None
        if knock.kind == "in":
            number = self.lines.settings.number(knock.fields.get("To", ""))
            if number is None or number.account != knock.account or not sid:
                return None
            flow = self.lines.settings.flows[number.flow]
            await store.begin(page.conn, await callers.seen(
                page, self._begun(knock, number.number), flow, self.lines.settings, dict(knock.fields)))
        return await store.lock_sid(page.conn, knock.account, sid)

    def _begun(self, knock: Knock, number: str) -> Kept:
        now, call_id, sid = self.journal.now(), self.journal.new_id(), knock.fields["CallSid"]
        flow = self.lines.flow(number)
        assert flow is not None
        told = {name: knock.fields[name][:200] for name in ("CallerName", "StirVerstat", "ForwardedFrom")
                if knock.fields.get(name)}
        call = begun(str(call_id), knock.fields.get("From", "")[:64], sid, now)
        return Kept(call_id, knock.account, sid, number, call, Place(flow.begin, flow.language), Wiring(), told,
                    now)

    async def _keep(self, page: Page, knock: Knock, call_id: UUID | None, outcome: str, answer: str | None) -> None:
        await store.keep(page.conn, self._arrival(knock, call_id, outcome, answer))

    def _arrival(self, knock: Knock, call_id: UUID | None, outcome: str, answer: str | None) -> dict[str, Any]:
        return {
            "id": self.journal.new_id(), "source": knock.source, "key": knock.key or f"one:{self.journal.new_id()}",
            "at": self.journal.now(), "outcome": outcome, "raw": knock.raw, "content_type": knock.content_type[:200],
            "call_id": call_id, "answer": answer, "reason": "unknown_call" if outcome == "refused" else None}

    def _observe(self, terms: Terms, knock: Knock) -> None:
        fields, now = knock.fields, terms.now
        facts: list[Fact] = []
        if knock.kind == "leg":
            facts += reports.of_leg(knock.part, fields, now)
        elif knock.kind == "room":
            facts += self._of_room(terms, knock)
        elif fields.get("CallSid") == terms.call.customer.sid:  # the customer's own requests tell that he has gone
            facts += [one for one in reports.of_leg("customer", fields, now)
                      if isinstance(one, LegSeen) and RANK[one.state] == OVER]
        if knock.kind == "wait" and fields.get("QueueSid"):
            terms.kept = replace(terms.kept, wiring=replace(terms.kept.wiring, queue_sid=fields["QueueSid"]))
        self._merge(terms, facts)

    def _of_room(self, terms: Terms, knock: Knock) -> Sequence[Fact]:
        room, sid = _number(knock.part), knock.fields.get("ConferenceSid", "")
        if room is None or not 0 < room <= terms.call.rooms:
            return ()
        terms.kept = replace(terms.kept, wiring=with_room(terms.kept.wiring, room, sid))
        if terms.kept.wiring.rooms.get(room) != sid:
            return ()  # another conference of the same name
        return reports.of_room(room, knock.fields, terms.now)

    def _merge(self, terms: Terms, facts: Sequence[Fact]) -> None:
        for fact in facts:
            terms.kept = replace(terms.kept, call=observe(terms.kept.call, fact))

    # --- what it is answered ------------------------------------------------------------------------------------------

    async def _answer(self, terms: Terms, knock: Knock, standing: Standing) -> str:
        match knock.kind:
            case "in":
                return await self._let_in(terms) if terms.kept.place.number == 0 else self._current(terms)
            case "step":
                return await self._step(terms, _number(knock.part), knock.fields.get("Digits", ""))
            case "wait":
                return self._waiting(terms, standing, knock.part)
            case "callback":
                urls, question = self.lines.urls(terms.kept), _number(knock.part)
                return await callback_talk.answer(terms, urls, question, knock.fields.get("Digits", ""))
            case "line":
                return await self._out_of_line(terms, knock.fields.get("QueueResult", ""))
            case "left":
                return self._left(terms, _number(knock.part) or 0)
            case "hold" | "comfort":
                return self._played(terms, knock.kind == "hold")
            case "score":
                return await call_survey.answered(terms, knock.fields.get("Digits", ""))
            case "voicemail":
                language = terms.kept.place.language
                return documents.hung_up([documents.THANKS[language]], language)
        return self._current(terms, led=knock.kind == "join") if knock.kind in ("join", "back", "survey") else ""

    async def _step(self, terms: Terms, number: int | None, digits: str) -> str:
        """His keys, if they answer what he was asked last."""
        if terms.kept.place.number != number or phase(terms.call) != "menu":
            return self._current(terms)
        return await self._menu(terms, digits) if number else await self._let_in(terms, digits)

    async def _let_in(self, terms: Terms, digits: str | None = None) -> str:
        """The menu, unless something is known of the caller that speaks against it; `digits`: to what he was asked."""
        flow, urls = self.lines.flow(terms.kept.number), self.lines.urls(terms.kept)
        if flow is None or terms.call.customer.over:
            return self._current(terms)
        answer = callers.held(terms, flow, urls) if digits is None else callers.pressed(terms, urls, digits)
        return answer or await self._menu(terms, None)

    async def _menu(self, terms: Terms, digits: str | None) -> str:
        """On through the menu: from its beginning, or with the caller's keys."""
        flow = self.lines.flow(terms.kept.number)
        if flow is None:
            return documents.hung_up([UNKNOWN["en"]])
        place, urls = terms.kept.place, self.lines.urls(terms.kept)
        if terms.call.customer.over:
            return documents.hung_up()
        if digits is None:
            place, screen = menu.enter(flow, place, self._is_open)
        else:
            place, screen = menu.pressed(flow, place, digits, self._is_open)
        terms.kept = replace(terms.kept, place=place)
        if screen.then.kind != "queue":
            return self._asked(screen, place.number, urls)
        welcome = documents.WELCOME[await begin(terms, screen.then.queue)][place.language]
        told = call_recording.announced(terms)
        return documents.in_line((*screen.said, *welcome, *told), place.language, self._line(terms), urls)

    def _asked(self, screen: Screen, number: int, urls: Urls) -> str:
        if screen.then.kind == "voicemail":
            return documents.voicemail(screen, urls)
        return documents.menu(screen, number, urls)

    def _is_open(self, calendar: str) -> bool:
        return calendar in self.lines.calendars and self.lines.calendars[calendar].is_open(self.journal.now())

    def _line(self, terms: Terms) -> str:
        """The provider's waiting room. The order in it means nothing: whose turn it is, the hub decides."""
        return f"hub-{terms.kept.account}"

    def _current(self, terms: Terms, *, led: bool = False) -> str:
        """What he should hear now, wherever he comes from. `led`: into a room, by command. Whoever comes by himself
        waits in line until that command, though somebody waits for him: led twice, he would end the room himself."""
        call, kept = terms.call, terms.kept
        flow, urls = self.lines.flow(kept.number), self.lines.urls(kept)
        if call.customer.over or call.closing or flow is None:
            return documents.hung_up()
        if call.asked_at:
            return call_survey.question(terms, urls)
        if phase(call) == "menu" and not kept.place.number:
            return callers.held(terms, flow, urls) or documents.hung_up()
        if phase(call) == "menu":
            return self._asked(menu.again(flow, kept.place), kept.place.number, urls)
        room = meeting(call)
        if room is not None and (led or room in call.customer.inside):
            return documents.together(room, room_name(call.id, room), urls)
        if kept.place.speaks:
            return voicemails.tone(terms, flow, urls)
        return documents.in_line((), kept.place.language, self._line(terms), urls)

    def _waiting(self, terms: Terms, standing: Standing, told: str) -> str:
        return line_talk.answer(terms, self.lines.flow(terms.kept.number), self.lines.urls(terms.kept), standing, told)

    async def _out_of_line(self, terms: Terms, result: str) -> str:
        """He has left the waiting room. After a redirect this comes all the same, and changes nothing."""
        if terms.call.customer.over or result in ("hangup", "redirected", "redirected-from-bridged"):
            return documents.nothing()
        if result == "leave":
            await voicemails.instead(terms)
        if result in ("queue-full", "error", "system-error") and phase(terms.call) in ("queued", "offering"):
            log.error("call.line_refused", account=terms.kept.account, result=result)
            return documents.again_in_a_moment(terms.kept.place.language, self._line(terms),
                                               self.lines.urls(terms.kept))
        return self._current(terms)

    def _left(self, terms: Terms, room: int) -> str:
        """His part in a room is over, and he is not: back into line, so that he never hears silence."""
        call = terms.call
        if call.customer.over or call.closing:
            return documents.hung_up()
        known = call.customer.inside.get(room)
        if known is not None and known.value and room > call.closed_rooms:
            self._merge(terms, [Moved("customer", room, known.seq + 1, False, terms.now)])
        return self._current(terms)

    def _played(self, terms: Terms, hold: bool) -> str:
        language = terms.kept.place.language
        words = documents.HOLD if hold else documents.PATIENCE
        return documents.played(words[language], language, self.lines.urls(terms.kept), loop=hold)

    # --- what follows -------------------------------------------------------------------------------------------------

    async def settle(self, terms: Terms, before: Kept) -> None:
        """Brings both together, gives out what is due, and writes what has changed."""
        await agree(terms)
        await call_handing.follow(terms, before.call)
        await call_recording.follow(terms, before)
        await call_survey.follow(terms)
        await call_parties.follow(terms)
        for trouble in terms.trouble:
            log.error(trouble, call=str(terms.kept.id))
        commands = due(terms.call)
        if commands:
            terms.decide(Issued(frozenset(one.id for one in commands)))
        await store.save(terms.page.conn, before, terms.kept)
        await store.give_out(terms.page.conn, terms.kept, [(one, terms.now + _worth(one)) for one in commands],
                             terms.now)
        if terms.kept.interaction_id is not None and terms.call != before.call:
            agents = softphones(before.call) | softphones(terms.call)
            terms.page.rings.append(CallMoved(terms.kept.interaction_id, agents))
            came_or_left = softphones(before.call, live=True) ^ softphones(terms.call, live=True)
            terms.page.rings += map(AgentMoved, sorted(came_or_left))

    async def bring_together(self, call_id: UUID) -> None:
        """The interaction has moved."""
        await self.learn(call_id, Learned())

    async def learn(self, call_id: UUID, learned: Learned, *decisions: Decision, done: Claimed | None = None,
                    state: str = "done", error: str | None = None, spoken: Recording | None = None,
                    said: str = "") -> None:
        """What was read or answered, with what is decided because of it; `done`: the command that it came from;
        `said`: a line for the history."""
        async with self._turns.of(call_id), self.journal.begin() as page:
            kept = await store.lock(page.conn, call_id)
            if kept is None:
                return
            terms = self.terms(page, kept)
            self._merge(terms, learned.facts)
            if learned.room is not None:
                terms.kept = replace(terms.kept, wiring=with_room(terms.kept.wiring, *learned.room))
            if done is not None:
                await store.finish(page.conn, done, state, error)
            terms.decide(*decisions)
            await voicemails.spoken(terms, spoken)
            if said:
                await terms.meet()
                await terms.say(said)
            await self.settle(terms, kept)
        self.work()

    async def caller_id(self, kept: Kept) -> str:
        """The number of ours that is shown: that of the queue, else the one that was dialled."""
        queue = await store.queue_of(self.journal.pool, kept.id)
        return self.lines.settings.caller_ids.get(queue or "", kept.number)

    # --- verbs of agents ----------------------------------------------------------------------------------------------

    async def hold(self, actor: Actor, interaction_id: UUID, on: bool) -> None:
        """Music for the customer, or an end of it. The same wish twice is one."""

        async def wish(terms: Terms, it: Interaction) -> None:
            if phase(terms.call) not in ("talking", "held"):
                raise WrongState("Nobody talks with the customer now.")
            if terms.call.hold != on:
                terms.decide(HoldWanted(on))
                await terms.say("held" if on else "resumed", agent=str(actor.id))

        await self.wish(actor, interaction_id, wish)

    async def record(self, actor: Actor, interaction_id: UUID, do: call_recording.Do) -> None:
        """What the agent wants of the recording. Raises `WrongState`."""

        async def wish(terms: Terms, it: Interaction) -> None:
            await call_recording.wish(terms, actor, do)

        await self.wish(actor, interaction_id, wish)

    async def rejoin(self, actor: Actor, interaction_id: UUID) -> None:
        """Calls the agent's softphone once more, after his page was reloaded or his network came back."""

        async def wish(terms: Terms, it: Interaction) -> None:
            if phase(terms.call) == "orphaned":
                dial(terms, softphone_of(actor.id))
            elif phase(terms.call) not in ("offering", "connecting", "talking", "held"):
                raise WrongState("The customer is not on the line any more.")

        await self.wish(actor, interaction_id, wish)

    async def view(self, actor: Actor, interaction_id: UUID) -> CallView:
        """Raises `NotFound`."""
        call_id = await store.of_interaction(self.journal.pool, interaction_id)
        kept = await store.load(self.journal.pool, call_id) if call_id else None
        if kept is None:
            raise NotFound("This interaction is no telephone call.")
        call, queue = kept.call, await store.queue_of(self.journal.pool, kept.id) or ""
        legs = await call_parties.parties(self.journal.pool, self.lines.settings, kept, queue, actor)
        return CallView(**call_recording.view(self.lines.settings, kept, queue), phase=phase(call), legs=legs,
                        number=kept.number, began_at=kept.began_at, held=call.hold,
                        muted=call_parties.muted(call, actor))

    def tickets(self, actor: Actor) -> list[SoftphoneTicket]:
        """One for each account that has numbers, and an API key."""
        now, me = self.journal.now(), reports.identity(str(actor.id))
        names = dict.fromkeys(one.account for one in self.lines.settings.numbers)
        found = [softphone.ticket(self.lines.accounts[name], me, now) for name in names]
        return [SoftphoneTicket.model_validate(asdict(one)) for one in found if one is not None]

    async def wish(self, actor: Actor, interaction_id: UUID, wish: Wish, *, holder: bool = True) -> None:
        """What the holder of the call wants, under its lock. Raises `NotFound`, `NotYours`, and what `wish` raises."""
        async with self.journal.begin() as page:
            call_id = await store.of_interaction(page.conn, interaction_id)
            kept = await store.lock(page.conn, call_id) if call_id else None
            if kept is None:
                raise NotFound("This interaction is no telephone call.")
            it = await page.lock(interaction_id)
            if holder and it.agent_id != actor.id:
                raise NotYours()
            terms = self.terms(page, kept, it)
            await wish(terms, it)
            await self.settle(terms, kept)
        self.work()


def _worth(command: Command) -> timedelta:
    return ENDS if isinstance(command, End) else MOVES if isinstance(command, Connect | SendBack | Ask) else SOON


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 6 else None
