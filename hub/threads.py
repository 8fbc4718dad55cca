"""Where a mail belongs: a copy of one that is here, one more of a thread, or the first of a new interaction.

Evidence in order: our own signed token, then whatever the mail refers to. It joins only an interaction that its author
takes part in; what carries less than that opens a new one, with a suggestion for a human. A subject only suggests.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg
import structlog

from channels.base import Address, Inbound, Kept, MailIn, Party
from channels.email.identity import canonical
from channels.email.parse import clean
from channels.email.ports import Accounts
from channels.text import storable
from hub import held, model
from hub.errors import HubError, Unavailable
from hub.intake import OVERTAKEN, Intake, Overtaken, Person, uid_rows
from hub.journal import AWAY, Enclosed, Opening, Page, Written
from hub.letters import bare
from hub.model import CUSTOMER, Interaction
from hub.reports import Reports
from hub.store import intake as addresses
from hub.store import mail as mails
from hub.store import threads as store
from hub.store.journal import Row
from hub.store.threads import Asked, Before, Found, Reason
from hub.together import Together

log = structlog.get_logger()

TURNS = 12  # attempts at a mail that loses races; more would mean that something else is wrong
SAME_SUBJECT = timedelta(days=30)  # so long ago an equal subject may still mean the same matter
PARTIES_MOST = 500  # of one mail that become participants: a mail to a whole company is no conversation
ADDRESS_MOST = 320  # characters (RFC 3696, erratum 1690)
_EARLIEST, _AHEAD = datetime(1900, 1, 1, tzinfo=UTC), timedelta(days=1)
# What a mail that nobody thought of may cause; one such mail never stops another.
_BROKEN = (asyncpg.PostgresError, ValueError, TypeError, LookupError)


def base_subject(subject: str) -> str:
    """The subject without what answers and forwards put before it, in lower case."""
    return bare(subject).lower()[:500]


@dataclass(frozen=True, slots=True)
class _Letter:
    """A mail on its way in, with what is asked on its behalf."""

    inbound: Inbound
    mail: MailIn
    asked: Asked

    def marks(self, found: Found) -> set[str]:
        """What no two mails of one batch may share: both would begin the same thread, or be the same mail."""
        entry = self.inbound.entry
        return {self.asked.key, *({*self.asked.ids} - found.known_ids), *((repr(entry),) if entry else ())}


class Threads:
    """`take_mail` returns only after COMMIT, or raises `Unavailable`; nothing is ever half written."""

    def __init__(self, intake: Intake, accounts: Accounts, reports: Reports) -> None:
        self._intake = intake
        self._accounts = accounts
        self._reports = reports
        self._journal = intake.journal
        self._now, self._new_id = intake.journal.now, intake.journal.new_id
        self._places: Together[_Letter, Kept | Found] = Together(self._place_all, most=64)

    async def take_mail(self, inbound: Inbound) -> Kept:
        """One mail, once. What the database will not hold is quarantined with its bytes."""
        try:
            letter = self._letter(inbound)
            if letter.mail.reports or letter.mail.machine == "report":
                return await self._reports.take(letter.inbound)
            return await self._placed(letter)
        except Unavailable:
            raise
        except AWAY:
            raise
        except (HubError, *_BROKEN) as problem:
            return await self._quarantined(inbound, problem)

    async def _placed(self, letter: _Letter) -> Kept:
        for _ in range(TURNS):
            try:
                found = await self._places.add(letter)
                return found if isinstance(found, Kept) else await self._belongs(letter, found)
            except (Overtaken, asyncpg.DeadlockDetectedError):
                continue
            except asyncpg.UniqueViolationError as before:
                if before.constraint_name == "arrivals_once" and (again := await self._arrived(letter.inbound)):
                    return again
        raise Unavailable()

    async def _arrived(self, inbound: Inbound) -> Kept | None:
        """The answer for what has its line in the ledger already, even where its contact was removed since."""
        row = await addresses.arrival(self._journal.pool, storable(inbound.source), storable(inbound.natural_key))
        if row is None:
            return None
        return await self._duplicate(inbound, Before(row["touch_id"], row["interaction_id"], None), None)

    # --- what it is -------------------------------------------------------------------------------------------------

    def _letter(self, inbound: Inbound) -> _Letter:
        mail = inbound.mail
        if mail is None:
            raise ValueError("not a mail")
        now = self._now()
        if any(self._ours(one.value) for one in inbound.addresses[:1]):
            inbound, mail = self._in_our_name(inbound, mail)
        first = [one for one in inbound.addresses[:1] if _usable(one.value)]
        at = inbound.at if _EARLIEST < inbound.at < now + _AHEAD else now
        sound = replace(inbound, addresses=tuple(first), at=at)
        asked = Asked(
            key=mail.key,
            mail_id=mail.mail_id,
            ids=tuple(dict.fromkeys((*mail.references, mail.mail_id))),
            tokens=mail.tokens,
            author=first[0].value.lower() if first else "",
            subject=base_subject(inbound.subject),
        )
        return _Letter(sound, mail, asked)

    def _in_our_name(self, inbound: Inbound, mail: MailIn) -> tuple[Inbound, MailIn]:
        """From another mailbox of ours: a web form's, say. Whoever it asks to answer has written it, or nobody has."""
        others = (one for one in mail.reply_to if _usable(one.address) and not self._ours(one.address))
        author = next(others, None)
        addresses = (Address("email", canonical(author.address)),) if author else ()
        warnings = tuple(dict.fromkeys((*mail.warnings, "own_author")))
        name = author.name[:200] or None if author else None
        return replace(inbound, addresses=addresses, name=name), replace(mail, answerable=False, warnings=warnings)

    def _before(self, letter: _Letter, found: Found) -> tuple[Before, str | None] | None:
        """Where this mail is written down already, and why it came again, if that is worth a word."""
        if found.stored is not None:
            return found.stored, None
        echo = letter.mail.machine == "list" or self._ours(letter.mail.author.address)
        return (found.own, "own") if found.own is not None and echo else None

    def _ours(self, address: str) -> bool:
        return self._accounts.of_address(address) is not None

    # --- the first of a new interaction -----------------------------------------------------------------------------

    async def _place_all(self, letters: Sequence[_Letter]) -> list[Kept | Found | Exception]:
        """Opens what is new, all together; what belongs to something else comes back with what was found."""
        try:
            return await self._try_all(letters)
        except _BROKEN as problem:
            if len(letters) == 1:
                return [problem]
            return [(await self._place_all([letter]))[0] for letter in letters]

    async def _try_all(self, letters: Sequence[_Letter]) -> list[Kept | Found | Exception]:
        async with self._journal.at_once() as page:
            answers: list[Kept | Found | Exception] = list(await self._find(page, letters))
            known: addresses.Known = {}
            taken: set[str] = set()
            fresh: dict[int, Opening] = {}
            for place, (letter, found) in enumerate(zip(letters, answers, strict=True)):
                assert isinstance(found, Found), "nothing is answered yet"
                if self._before(letter, found) is not None or found.joins is not None:
                    continue
                marks = letter.marks(found)
                if taken & marks:
                    answers[place] = Overtaken()
                    continue
                taken |= marks
                fresh[place] = self._opening(letter, found, known)
            written = await page.open(*fresh.values()) if fresh else []
        for place, one in zip(fresh, written, strict=True):
            answers[place] = _stored(one)
        return answers

    async def _find(self, page: Page, letters: Sequence[_Letter]) -> list[Found]:
        return await store.find(page.conn, [letter.asked for letter in letters], self._now() - SAME_SUBJECT)

    def _opening(
        self, letter: _Letter, found: Found, known: addresses.Known, before: Interaction | None = None
    ) -> Opening:
        inbound, now = letter.inbound, self._now()
        for one in inbound.addresses:
            if found.author is not None:
                known[one.kind, one.value] = found.author
        person = self._intake.person(inbound, known)
        new = self._intake.fresh(inbound, person)
        new = self._intake.following(new, before) if before else new
        if letter.mail.machine == "auto_reply":  # nobody needs to do anything about it
            new = replace(new, state="done", closed_at=now, unread=0, disposition="auto_reply")
        enclosed = self._enclosed(letter, found, new.id, person, opens=True)
        return Opening(new, "received", CUSTOMER, enclosed)

    # --- one more of a thread ---------------------------------------------------------------------------------------

    async def _belongs(self, letter: _Letter, found: Found) -> Kept:
        """A mail that does not stand alone: here already, or part of an interaction."""
        if (again := self._before(letter, found)) is not None:
            return await self._duplicate(letter.inbound, *again)
        before = found.joins
        assert before is not None, "it would have been opened"
        if not _quiet(letter) and self._intake.is_over(before, "email"):
            return await self._follow(letter, before)
        try:
            async with self._journal.at_once() as page:
                # Read after `before` was: a mail of ours that is younger than this has made another version of it.
                if not _human(letter) or not await mails.held(page.conn, before.id, self._now()):
                    return _stored(await self._join(page, before, letter, found))
        except asyncpg.UniqueViolationError as overtaken:
            if overtaken.constraint_name not in OVERTAKEN:
                raise
        async with self._journal.begin() as page:  # somebody wrote in the same moment: now the lock decides
            now = await page.lock(before.id)
            if not _quiet(letter) and self._intake.is_over(now, "email"):
                raise Overtaken
            written = await self._join(page, now, letter, found)
            if _human(letter):
                await held.overtaken(page, written.interaction, self._now())
            return _stored(written)

    async def _join(self, page: Page, before: Interaction, letter: _Letter, found: Found) -> Written:
        theirs = found.author is not None and found.author.customer_id == before.customer_id
        name = letter.inbound.name if theirs else None
        named = ({"id": before.customer_id, "name": name},) if name else ()
        person = Person(before.customer_id, before.address_id, {"customer_names": named})
        enclosed = self._enclosed(letter, found, before.id, person, opens=False)
        return await page.write(before, model.Received(letter.inbound.text, _quiet(letter)), CUSTOMER, enclosed)

    async def _follow(self, letter: _Letter, before: Interaction) -> Kept:
        """What was closed long ago stays closed. Under its lock, so that two answers at once open one follow-up."""
        async with self._journal.begin() as page:
            closed = await page.lock(before.id)
            found = (await self._find(page, [letter]))[0]
            gone_on = found.joins is None or found.joins.id != before.id or not self._intake.is_over(closed, "email")
            if gone_on or self._before(letter, found) is not None:
                raise Overtaken
            opening = self._opening(letter, found, {}, closed)
            people = await store.took_part(page.conn, closed.id)
            return _stored((await page.open(_with_people(opening, people, self._now())))[0])

    # --- what is written --------------------------------------------------------------------------------------------

    def _enclosed(self, letter: _Letter, found: Found, it: UUID, person: Person, *, opens: bool) -> Enclosed:
        inbound, mail, now = letter.inbound, letter.mail, self._now()
        enclosed = self._intake.enclosed(inbound, person)
        assert enclosed.message is not None, "what is taken in has a message"
        files = enclosed.rows.get("files", ())
        rows: dict[str, tuple[Row, ...]] = {
            **enclosed.rows,
            "mails": (self._mail_row(letter, found, it, enclosed.message.id, files, opens),),
            "copies": ({"key": mail.key, "mailbox": mail.mailbox, "arrived_at": now},),
            "thread_ids": tuple(
                {"mail_id": one, "interaction_id": it, "first": one not in found.known_ids}
                for one in sorted(letter.asked.ids)
            ),
            "participants": tuple(self._participants(letter, it, now)),
            **uid_rows(inbound, "stored", now),
        }
        if found.undeliverable and mail.machine is None:
            rows["reachable"] = ({"address": letter.asked.author},)
        if opens:
            rows["suggestions"] = tuple(_suggestions(letter, found, it, now))
        name = mail.author.name or mail.author.address
        message = replace(enclosed.message, author_name=name[:200])
        return replace(enclosed, message=message, rows=rows, channel="email")

    def _mail_row(
        self, letter: _Letter, found: Found, it: UUID, message_id: UUID, files: Sequence[Row], opens: bool
    ) -> Row:
        mail = letter.mail
        urls = {one: f"/api/files/{files[place]['id']}" for one, place in mail.pictures.items() if place < len(files)}
        return {
            "message_id": message_id,
            "interaction_id": it,
            "mail_id": mail.mail_id,
            "key": mail.key,
            "mailbox": mail.mailbox,
            "author": _party(mail.author),
            "reply_to": [_party(one) for one in mail.reply_to],
            "recipients": {"to": [_party(p) for p in mail.to], "cc": [_party(p) for p in mail.cc], "bcc": []},
            "subject": letter.inbound.subject,
            "thread": mail.references,
            "html": clean.place(mail.html, urls) if mail.html else "",
            "remote": mail.remote,
            "quoted": mail.quoted,
            "machine": mail.machine,
            "warnings": mail.warnings,
            "acknowledge": "due" if opens and self._acknowledges(letter, found) else None,
        }

    def _acknowledges(self, letter: _Letter, found: Found) -> bool:
        """A first mail only: what answers us, from whatever address, may be a machine that answers everything."""
        mail, account = letter.mail, self._accounts.get(letter.mail.mailbox)
        wanted = account is not None and bool(account.mailbox.acknowledge.strip())
        first = not mail.tokens and not found.suggested
        return wanted and first and mail.machine is None and mail.answerable and bool(letter.asked.author)

    def _participants(self, letter: _Letter, it: UUID, now: datetime) -> Iterable[Row]:
        """The author, whoever it wants its answer to go to, and everybody else it went to; ourselves left out."""
        mail, author = letter.mail, letter.asked.author
        seen: set[str] = set()
        customer = [Party(mail.author.name, author)] if author else []
        for role, parties in (("customer", customer), ("cc", (*mail.reply_to, *mail.to, *mail.cc))):
            for one in parties:
                address = one.address.lower()
                if address in seen or not _usable(address) or self._ours(address) or len(seen) >= PARTIES_MOST:
                    continue
                seen.add(address)
                yield {"interaction_id": it, "address": address, "name": one.name[:200], "role": role, "since": now}

    # --- what opens and joins nothing -------------------------------------------------------------------------------

    async def _duplicate(self, inbound: Inbound, before: Before, reason: str | None) -> Kept:
        now, mail = self._now(), inbound.mail
        assert mail is not None, "only mails are looked for"
        more: dict[str, tuple[Row, ...]] = uid_rows(inbound, "duplicate", now, reason)
        if before.key is not None:
            more["copies"] = ({"key": before.key, "mailbox": mail.mailbox, "arrived_at": now},)
        row = self._intake.arrival_row(inbound, "duplicate", now, touch_id=before.touch_id, reason=reason)
        await self._journal.enter(row, inbound.raw, more)
        return Kept("duplicate", before.interaction_id)

    async def _quarantined(self, inbound: Inbound, problem: Exception) -> Kept:
        """Something in it is more than the database takes, or than this program is right about: a human shall see."""
        code = getattr(problem, "sqlstate", None) or getattr(problem, "code", None) or type(problem).__name__
        log.error("threads.quarantined", error=type(problem).__name__, code=code)
        reason, now = f"not_stored:{code}", self._now()
        plain = replace(inbound, natural_key=inbound.natural_key[:200], source=inbound.source[:200], mail=None)
        row = self._intake.arrival_row(plain, "quarantined", now, touch_id=None, reason=reason)
        try:
            await self._journal.enter(row, inbound.raw, uid_rows(plain, "quarantined", now, reason))
        except asyncpg.PostgresError as worse:
            raise Unavailable() from worse
        return Kept("quarantined")


def _with_people(opening: Opening, people: Sequence[asyncpg.Record], now: datetime) -> Opening:
    """Whoever took part before does again, so that the answer of each of them finds the one follow-up."""
    rows = opening.enclosed.rows
    before = tuple(
        {"interaction_id": opening.interaction.id, "address": one["address"], "name": one["name"], "since": now,
         "role": "cc" if one["role"] == "customer" else one["role"]}
        for one in people
    )
    named = {row["address"] for row in rows["participants"]}
    rows = {**rows, "participants": (*rows["participants"], *(row for row in before if row["address"] not in named))}
    return replace(opening, enclosed=replace(opening.enclosed, rows=rows))


def _suggestions(letter: _Letter, found: Found, it: UUID, now: datetime) -> Iterable[Row]:
    reasons: dict[UUID, Reason] = dict(found.suggested[:10])
    same = (other for other, subject in found.subjects if base_subject(subject) == letter.asked.subject)
    if (other := next(same, None)) is not None:
        reasons.setdefault(other, "subject")
    for one, reason in reasons.items():
        yield {"interaction_id": it, "other_id": one, "reason": reason, "made_at": now}


def _quiet(letter: _Letter) -> bool:
    return letter.mail.machine == "auto_reply"


def _human(letter: _Letter) -> bool:
    """Somebody's own words, perhaps by way of a list: whoever answers him has to read them first."""
    return letter.mail.machine in (None, "list")


def _usable(address: str) -> bool:
    return "@" in address and len(address) <= ADDRESS_MOST


def _party(one: Party) -> Mapping[str, str]:
    return {"name": one.name, "address": one.address}


def _stored(written: Written) -> Kept:
    return Kept("stored", written.interaction.id)
