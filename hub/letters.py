"""PURE: from what an agent wants to a mail ready to leave, with everything in it frozen.

Who gets it, from whom, under which subject, how answers find their way back, what is quoted and sent along.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from email_validator import EmailNotValidError, validate_email

from channels.base import Address, FileRef, MailOut, Party
from channels.email.ports import Account, Accounts
from channels.email.tokens import Tokens
from hub.errors import Invalid, WrongState
from hub.wire_mail import MailboxChoice, MailDraft, PartyIn, PartyView, ReplyView

REFERENCES = 40  # of a thread, in a mail that leaves
QUOTED = 100_000  # characters of what is quoted
RECIPIENTS = 500  # of one mail; every server takes 100 at once (RFC 5321, section 4.5.3.1.8) and puts off the others

_SENT_ON = {
    "en": "On {date}, {who} wrote:",
    "de": "Am {date} schrieb {who}:",
    "fr": "Le {date}, {who} a écrit :",
    "es": "El {date}, {who} escribió:",
    "zh": "{who} 于 {date} 写道：",
    "ja": "{date} {who} のメール：",
}
_HEADS = {
    "en": ("---------- Forwarded message ----------", "From", "Date", "Subject", "To", "Cc"),
    "zh": ("---------- 转发的邮件 ----------", "发件人", "日期", "主题", "收件人", "抄送"),
}
_ANSWERED = re.compile(
    r"^\s*(?:re|aw|antw|antwort|sv|vs|ref|rif|res|rép|rep|odp|ynt|atb|bls|回复|回覆|答复|答覆|返信|回信|fwd?|wg|tr|rv|enc|转发|轉寄)"
    r"\s*(?:\[\d{1,4}\]|\(\d{1,4}\)|\^\d{1,4}|\d{1,2})?\s*[:：]", re.IGNORECASE)  # fmt: skip
_PLAUSIBLE = re.compile(r"[^\s<>()\[\]\\,;:@\"]{1,64}@[^\s<>()\\,;@\"]{1,255}")
_ANYWHERE = ".example"  # put behind a domain, so that the library has nothing against names of no public use
_PLACE = re.compile(r"( ?)\{([a-z]{1,20})\}")
_LINE_BREAKS = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029]+")


@dataclass(frozen=True, slots=True)
class MailRules:
    """`undo`: how long a mail waits before it leaves. `wait`: how long a new mail waits for its answer.

    `bytes`: all files of one mail together; in a mail they take a third more.
    """

    undo: timedelta = timedelta(seconds=8)
    wait: timedelta = timedelta(days=7)
    bytes: int = 25_000_000


@dataclass(frozen=True, slots=True)
class Earlier:
    """What is answered or forwarded: the last thing that somebody outside wrote. `mail_id`: "" where it is no mail."""

    author: Party
    at: datetime
    text: str
    quoted: str = ""
    mail_id: str = ""
    reply_to: tuple[Party, ...] = ()
    to: tuple[Party, ...] = ()
    cc: tuple[Party, ...] = ()
    subject: str = ""
    thread: tuple[str, ...] = ()  # what it refers to, the nearest first
    files: tuple[FileRef, ...] = ()


@dataclass(frozen=True, slots=True)
class Thread:
    """What is known of an interaction when somebody writes in it."""

    interaction_id: UUID
    channel: str
    source: str
    queue: str
    subject: str
    language: str | None
    name: str  # of the customer
    address: Address | None
    earlier: Earlier | None = None
    to: tuple[Party, ...] = ()  # of the last mail that we wrote
    cc: tuple[Party, ...] = ()
    mail_ids: tuple[str, ...] = ()  # of its mails, the oldest first
    participants: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail, and which of the earlier files go with it."""

    mail: MailOut
    forwarded: tuple[FileRef, ...] = ()


class Letters:
    """`live`: channels that bring an answer to the customer themselves."""

    def __init__(self, accounts: Accounts, tokens: Tokens, live: Collection[str] = frozenset({"webchat"}),
                 rules: MailRules = MailRules()) -> None:
        self._accounts = accounts
        self._tokens = tokens
        self._live = frozenset(live)
        self.rules = rules

    def is_live(self, channel: str) -> bool:
        return channel in self._live

    def can_reply(self, thread: Thread) -> bool:
        if self.is_live(thread.channel):
            return thread.address is not None
        return self._by_mail(thread) is not None

    def choices(self, queues: Collection[str] | None, default_queue: str) -> list[MailboxChoice]:
        """Mailboxes to send from, of these queues; of all where None."""
        found = []
        for account in self._accounts.all():
            box, queue = account.mailbox, account.mailbox.queue or default_queue
            if _sends(account) and (queues is None or queue in queues):
                found.append(MailboxChoice(id=box.id, address=box.address, name=box.name, signature=box.signature,
                                           queue=queue))
        return found

    def sending(self, mailbox_id: str) -> Account | None:
        account = self._accounts.get(mailbox_id)
        return account if account is not None and _sends(account) else None

    def proposal(self, thread: Thread, agent: str) -> ReplyView | None:
        """How an answer looks unless it is changed; None where there is no way back by mail."""
        account = self._by_mail(thread)
        if account is None:
            return None
        to, cc = self._answer(thread)
        return ReplyView(
            mailbox=account.mailbox.id, author=_view(_author(account)), to=[*map(_view, to)], cc=[*map(_view, cc)],
            subject=_subject(thread, "reply"), forward_subject=_subject(thread, "forward"),
            template=fill(account.mailbox.template, {"agent": agent, "name": to[0].name if to else ""}),
            signature=_signature(account, agent))

    def compose(self, thread: Thread, draft: MailDraft | None, message_id: UUID, agent: str) -> Letter:
        """Raises `WrongState` where there is no way back, `Invalid` with what is wrong by field."""
        account = self._by_mail(thread)
        if account is None:
            raise WrongState("There is no way back to the customer.", code="no_way_back")
        if draft is None:
            draft = MailDraft(to=_given(self._answer(thread)[0]), subject=_subject(thread, "reply"))
        known = frozenset(one.lower() for one in (*thread.participants, *_addresses(thread)))
        kind = "forward" if draft.kind == "forward" else "reply"
        subject = _line(draft.subject) or _subject(thread, kind)
        quoted, files = "", tuple[FileRef, ...]()
        if draft.quote and thread.earlier is not None:
            quoted = _forwarded(thread) if kind == "forward" else _quoted(thread)
            files = thread.earlier.files if kind == "forward" else ()
        mail = self._mail(account, thread.interaction_id, message_id, agent, self._recipients(draft, known), subject,
                          _references(thread), quoted)
        return Letter(mail, files)

    def compose_new(self, account: Account, interaction_id: UUID, draft: MailDraft, message_id: UUID,
                    agent: str) -> Letter:
        """A mail that begins a thread. Raises `Invalid`."""
        recipients = self._recipients(draft, frozenset())
        if not recipients["to"]:
            raise Invalid(fields={"mail.to": "nobody"})
        return Letter(self._mail(account, interaction_id, message_id, agent, recipients, _line(draft.subject)))

    def _mail(self, account: Account, interaction_id: UUID, message_id: UUID, agent: str,
              recipients: Mapping[str, tuple[Party, ...]], subject: str, references: tuple[str, ...] = (),
              quoted: str = "") -> MailOut:
        box = account.mailbox
        plus = self._tokens.plus(box.address, interaction_id) if box.plus else box.address
        return MailOut(
            mail_id=self._tokens.message_id(interaction_id, message_id, box.address.rpartition("@")[2]),
            mailbox=box.id, author=_author(account),
            reply_to=Party(box.name, plus) if plus != box.address else None,
            to=recipients["to"], cc=recipients["cc"], bcc=recipients["bcc"], subject=subject, references=references,
            signature=_signature(account, agent), quoted=quoted)

    def _by_mail(self, thread: Thread) -> Account | None:
        """The mailbox that an answer leaves from; None where it would not go by mail."""
        if self.is_live(thread.channel):
            return None
        reachable = thread.channel == "email" or (thread.address is not None and thread.address.kind == "email")
        return self._account(thread) if reachable else None

    def _account(self, thread: Thread) -> Account | None:
        own = self.sending(thread.source.removeprefix("mail:")) if thread.source.startswith("mail:") else None
        if own is not None:
            return own
        able = [one for one in self._accounts.all() if _sends(one)]
        return next((one for one in able if one.mailbox.queue == thread.queue), able[0] if able else None)

    def _answer(self, thread: Thread) -> tuple[tuple[Party, ...], tuple[Party, ...]]:
        """Whom an answer goes to, and who else was addressed; ourselves left out of both."""
        earlier, customer = thread.earlier, thread.address
        person = (Party(thread.name, customer.value),) if customer is not None and customer.kind == "email" else ()
        if earlier is None:
            return (thread.to, thread.cc) if thread.to else (person, ())
        if not earlier.mail_id:
            return person, ()
        to = self._others(earlier.reply_to) or self._others((earlier.author,)) or person
        return to, self._others((*earlier.to, *earlier.cc), besides=to)

    def _others(self, parties: Iterable[Party], besides: Iterable[Party] = ()) -> tuple[Party, ...]:
        seen = {one.address.lower() for one in besides}
        found = []
        for one in parties:
            key = one.address.lower()
            if key not in seen and _PLAUSIBLE.fullmatch(key) and self._accounts.of_address(key) is None:
                found.append(one)
                seen.add(key)
        return tuple(found)  # all of them: whoever is too many is said when it is sent, and nobody left out unseen

    def _recipients(self, draft: MailDraft, known: Collection[str]) -> dict[str, tuple[Party, ...]]:
        """Each address once. Raises `Invalid`: what is wrong stands under `mail.to.0` and the like."""
        wrong: dict[str, str] = {}
        seen: set[str] = set()
        found: dict[str, tuple[Party, ...]] = {}
        for field, given in (("to", draft.to), ("cc", draft.cc), ("bcc", draft.bcc)):
            parties = []
            for place, one in enumerate(given):
                address = _address(one.address, known)
                if address is None or self._accounts.of_address(address) is not None:
                    wrong[f"mail.{field}.{place}"] = "ours" if address else "invalid"
                elif address.lower() not in seen:
                    seen.add(address.lower())
                    parties.append(Party(_line(one.name)[:200], address))
            found[field] = tuple(parties)
        if not wrong and not seen:
            wrong["mail.to"] = "nobody"
        if len(seen) > RECIPIENTS:
            wrong["mail.to"] = "too_many"
        if wrong:
            raise Invalid("Correct the recipients and send it again.", fields=wrong)
        return found


def bare(subject: str) -> str:
    """The subject without what answering and forwarding put before it, however often, in whatever language."""
    text = _line(subject)
    while match := _ANSWERED.match(text):
        text = text[match.end():].strip()
    return text


def _subject(thread: Thread, kind: str) -> str:
    said = (thread.earlier.subject if thread.earlier else "") or thread.subject
    return f"{'Fwd' if kind == 'forward' else 'Re'}: {bare(said)}".strip()[:500]


def _sends(account: Account) -> bool:
    return account.mailbox.enabled and account.mailbox.smtp is not None


def fill(text: str, words: Mapping[str, str]) -> str:
    """The text with its places such as {name} filled, in one pass, so that what is filled in is no place itself.

    A place without a word goes with the space before it; one that `words` does not know stays as it is.
    """

    def word(place: re.Match[str]) -> str:
        known = words.get(place[2])
        if known is None:
            return place[0]
        return place[1] + known if known else ""

    return _PLACE.sub(word, text)


def _author(account: Account) -> Party:
    return Party(_line(account.mailbox.name), account.mailbox.address)


def _signature(account: Account, agent: str) -> str:
    return account.mailbox.signature.replace("{agent}", agent).strip("\r\n")


def _view(party: Party) -> PartyView:
    return PartyView(name=party.name, address=party.address)


def _given(parties: Sequence[Party]) -> list[PartyIn]:
    return [PartyIn(name=one.name[:200], address=one.address[:320]) for one in parties]


def _line(text: str) -> str:
    """One line: a line break in a head would begin a header of the writer's choice."""
    return _LINE_BREAKS.sub(" ", text).strip()


def _address(text: str, known: Collection[str]) -> str | None:
    """The address as it is written to, or None where it is none.

    Somebody who wrote to us has an address that works, whatever the rules say; a new one must keep to them. Domains
    of a company's own network (firm.local) are no mistake.
    """
    text = text.strip()
    if text.lower() in known:
        return text if _PLAUSIBLE.fullmatch(text) and text.isprintable() else None
    try:
        valid = validate_email(text + _ANYWHERE, check_deliverability=False, strict=True)
    except (EmailNotValidError, UnicodeError):
        return None
    return valid.normalized.removesuffix(_ANYWHERE) if "." in valid.domain.removesuffix(_ANYWHERE) else None


def _addresses(thread: Thread) -> Iterable[str]:
    earlier = thread.earlier
    parties = (earlier.author, *earlier.reply_to, *earlier.to, *earlier.cc) if earlier else ()
    yield from (one.address for one in (*parties, *thread.to, *thread.cc))
    if thread.address is not None:
        yield thread.address.value


def _references(thread: Thread) -> tuple[str, ...]:
    """The thread, the oldest first; last comes what is answered."""
    earlier = thread.earlier
    elsewhere = (one for one in reversed(earlier.thread) if one not in thread.mail_ids) if earlier else ()
    last = earlier.mail_id if earlier and earlier.mail_id else next(reversed(thread.mail_ids), "")
    ids = [one for one in dict.fromkeys((*elsewhere, *thread.mail_ids)) if one and one != last]
    if len(ids) >= REFERENCES:
        ids = [ids[0], *ids[-(REFERENCES - 2):]]
    return (*ids, last) if last else tuple(ids)


def _quoted(thread: Thread) -> str:
    earlier = thread.earlier
    if earlier is None or not earlier.text.strip():
        return ""
    language = (thread.language or "en").split("-")[0].lower()
    line = _SENT_ON.get(language, _SENT_ON["en"]).format(date=_date(earlier.at), who=_who(earlier.author))
    return f"{line}\n{earlier.text.strip()}"[:QUOTED]


def _forwarded(thread: Thread) -> str:
    earlier = thread.earlier
    if earlier is None:
        return ""
    mark, *names = _HEADS["zh" if (thread.language or "").startswith("zh") else "en"]
    values = (_who(earlier.author), _date(earlier.at), _line(earlier.subject or thread.subject),
              ", ".join(map(_who, earlier.to)), ", ".join(map(_who, earlier.cc)))
    head = [f"{name}: {value}" for name, value in zip(names, values, strict=True) if value]
    rest = f"{earlier.text}\n{earlier.quoted}" if earlier.quoted else earlier.text
    return "\n".join((mark, *head, "", rest.strip()))[:QUOTED]


def _who(party: Party) -> str:
    name = _line(party.name)
    return f"{name} <{party.address}>" if name and party.address else name or party.address


def _date(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
