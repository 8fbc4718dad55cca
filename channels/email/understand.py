"""From a parsed mail to who said what. Pure: the same bytes always give the same again."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from email.utils import getaddresses

from channels.base import Address, Entry, File, Inbound, MailIn, Party
from channels.email.identity import bounded_id, canonical, is_ours, same
from channels.email.parse.clean import clean
from channels.email.parse.model import Mail
from channels.email.ports import Account
from channels.email.settings import Filter, Mailbox
from channels.email.spam import judged
from channels.email.tokens import Tokens

CONTENT_TYPE = "message/rfc822"
_TEXT_MOST = 200_000  # characters shown; the raw mail has the rest
_SUBJECT_MOST = 1_000
_NAME_MOST = 200
_PARTIES_MOST = 500
_REFERENCES_MOST = 200
_AHEAD, _BEHIND = timedelta(days=1), timedelta(days=30)
# Where mail servers write down whom a mail was really delivered to, a detail of ours included.
_DELIVERED = ("delivered-to", "x-original-to", "x-delivered-to", "envelope-to", "x-envelope-to", "x-forwarded-to",
              "x-rcpt-to", "resent-to", "apparently-to", "to", "cc")


def understand(
    mail: Mail, raw: bytes, account: Account, entry: Entry | None, at: datetime, tokens: Tokens, *,
    oversized: bool = False, own_filter: Filter | None = None,
) -> Inbound:
    """What the hub is to know of one mail that came to `account` at `at`.

    `oversized`: `raw` is the head alone, because the mail is longer than the mailbox allows.
    `own_filter`: whose verdict on spam counts.
    """
    mailbox = account.mailbox
    identity = same(raw, mail.message_id)
    author, identified, odd = _author(mail, account)
    cleaned = mail.cleaned or clean(mail.html)
    warnings = (*mail.warnings, *odd, *_odd_date(mail, at), *(("oversized",) if oversized else ()),
                *(("text_cut",) if max(len(mail.new_text), len(mail.quoted)) > _TEXT_MOST else ()),
                *(("recipients_cut",) if max(len(mail.to), len(mail.cc)) > _PARTIES_MOST else ()))
    references = _references(mail)
    return Inbound(
        source=f"mail:{mailbox.id}", natural_key=identity.key, channel="email",
        addresses=(Address("email", identified),) if identified else (),
        text=mail.new_text.rstrip().lstrip("\r\n")[:_TEXT_MOST], at=at, raw=raw,
        content_type=CONTENT_TYPE, body=identity.key.encode(),
        name=author.name[:_NAME_MOST] or None, language=mail.language,
        subject=" ".join(mail.subject.split())[:_SUBJECT_MOST], queue=mailbox.queue,
        files=tuple(File(one.name, one.type, one.content) for one in mail.attachments),
        entry=entry, spam=judged(mail.headers, own_filter) if own_filter else None,
        dialled=_dialled(mail, mailbox),
        mail=MailIn(
            key=identity.key, mail_id=identity.mail_id, author=author, mailbox=mailbox.id,
            reply_to=mail.reply_to[:_PARTIES_MOST], to=mail.to[:_PARTIES_MOST], cc=mail.cc[:_PARTIES_MOST],
            references=tuple(one for one in references if one != identity.mail_id),
            tokens=tokens.read("\n".join((*mail.in_reply_to, *reversed(mail.references), *_delivered_to(mail)))),
            quoted=mail.quoted[:_TEXT_MOST], html=cleaned.html, remote=cleaned.remote, pictures=_pictures(mail),
            machine=mail.verdict.machine,
            answerable=mail.verdict.answerable and bool(identified) and not is_ours(author.address, mailbox),
            reports=mail.reports, warnings=tuple(dict.fromkeys(warnings)),
        ),
    )


def _dialled(mail: Mail, mailbox: Mailbox) -> str:
    """Which of the mailbox's addresses it was written to; the first where it does not say."""
    ours = {one.lower() for one in (mailbox.address, *mailbox.aliases)}
    named = (one.address.lower() for one in (*mail.to, *mail.cc))
    return next((one for one in named if one in ours), mailbox.address.lower())


def _author(mail: Mail, account: Account) -> tuple[Party, str, tuple[str, ...]]:
    """Who is shown as the author, whose contact it is ("" where nobody's), and what is odd about that.

    A mail in our own name (a web form of ours, a colleague's mail program, a forgery) is the contact of the one it
    asks to answer; where it names nobody else it is nobody's, because answering it would be talking to ourselves.
    """
    several = len(getaddresses(mail.headers.all("from"))) > 1 or len(mail.headers.all("from")) > 1
    odd: tuple[str, ...] = ("several_authors",) if several else ()
    candidates = [one for one in (mail.author, mail.sender, *mail.reply_to) if one is not None and "@" in one.address]
    if not candidates:
        return mail.author, "", (*odd, "no_author")
    author = candidates[0]
    if author != mail.author:
        odd = (*odd, "no_author")
    if not is_ours(author.address, account.mailbox):
        return author, canonical(author.address), odd
    others = (one for one in mail.reply_to if "@" in one.address and not is_ours(one.address, account.mailbox))
    other = next(others, None)
    return author, canonical(other.address) if other else "", (*odd, "own_author")


def _references(mail: Mail) -> tuple[str, ...]:
    every = tuple(dict.fromkeys(bounded_id(one) for one in (*mail.in_reply_to, *reversed(mail.references)) if one))
    if len(every) <= _REFERENCES_MOST:
        return every
    return (*every[:_REFERENCES_MOST - 1], every[-1])  # the last one began the thread


def _delivered_to(mail: Mail) -> Iterable[str]:
    for name in _DELIVERED:
        yield from mail.headers.all(name)
    yield from (party.address for party in (*mail.to, *mail.cc))


def _pictures(mail: Mail) -> dict[str, int]:
    found: dict[str, int] = {}
    for place, one in enumerate(mail.attachments):
        if one.content_id and one.inline:
            found.setdefault(one.content_id, place)
    return found


def _odd_date(mail: Mail, at: datetime) -> tuple[str, ...]:
    if mail.date is None:
        return ()
    date = mail.date if mail.date.tzinfo else mail.date.replace(tzinfo=UTC)
    if date - at > _AHEAD:
        return ("date_future",)
    return ("date_past",) if at - date > _BEHIND else ()
