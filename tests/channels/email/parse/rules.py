"""What holds for every mail that was ever parsed, whatever it was."""

from collections.abc import Iterator

from channels.base import Party
from channels.email.parse.model import Mail


def shown(party: Party | None) -> str:
    if party is None:
        return ""
    return f"{party.name} <{party.address}>" if party.name and party.address else party.address or party.name


def keep_the_rules(mail: Mail) -> None:
    assert mail.new_text + mail.quoted == mail.text
    for text in texts(mail):
        assert "\0" not in text
        text.encode("utf-8")  # no lone surrogate
    for one in (mail.message_id, *mail.references, *mail.in_reply_to):
        assert not one or (one.startswith("<") and one.endswith(">") and not any(char.isspace() for char in one))
    for party in (mail.author, *mail.reply_to, *mail.to, *mail.cc):
        assert not any(sign in party.address for sign in "<>\r\n")
        assert not any(sign in party.name for sign in "\r\n")
    assert "\n" not in mail.subject
    assert "\r" not in mail.subject
    assert mail.date is None or 1900 <= mail.date.year <= 2199
    for file in mail.attachments:
        assert file.name
        assert not any(sign in file.name for sign in "/\\\r\n")
        assert len(file.name) <= 200
        assert "/" in file.type
    every_leaf_is_seen(mail)


def every_leaf_is_seen(mail: Mail) -> None:
    """A leaf is an attachment, or a text (of which there is a limit to what is shown)."""
    if "too_many_attachments" in mail.warnings:
        return
    files = {id(one.content) for one in mail.attachments} | {one.content for one in mail.attachments}
    for leaf in mail.parts:
        if id(leaf.content) in files or leaf.content in files or not leaf.content.strip():
            continue
        assert leaf.type in ("text/plain", "text/html"), f"{leaf.type} is nowhere"


def texts(mail: Mail) -> Iterator[str]:
    yield from (mail.subject, mail.text, mail.html, mail.message_id, *mail.references, *mail.in_reply_to)
    for key, value in mail.headers.fields:
        yield from (key, value)
    for party in (mail.author, *mail.reply_to, *mail.to, *mail.cc):
        yield from (party.name, party.address)
    for file in mail.attachments:
        yield from (file.name, file.type, file.content_id)
    for leaf in mail.parts:
        yield leaf.type
        for pair in (*leaf.parameters, *leaf.headers.fields):
            yield from pair
    for report in mail.reports:
        yield from (report.recipient, report.status, report.text, report.mail_id)
