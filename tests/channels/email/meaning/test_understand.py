"""From a parsed mail to what the hub is told."""

from datetime import timedelta
from uuid import UUID

import pytest

from channels.base import Address, Entry, Inbound, Party
from channels.email.parse import parse
from channels.email.ports import Account
from channels.email.settings import Mailbox, Secrets
from channels.email.tokens import Tokens
from channels.email.understand import understand
from tests.channels.email.meaning.letters import EXPECTED
from tests.channels.email.meaning.letters import raw as letter
from tests.support.clock import START

TOKENS = Tokens("secret")
ONE, TWO, THREE = UUID(int=1), UUID(int=2), UUID(int=3)
SUPPORT = Account(
    Mailbox(id="support", address="support@example.org", aliases=("help@example.org",), queue="mail"), Secrets())
SALES = Account(Mailbox(id="sales", address="sales@example.org"), Secrets())
HEAD = {"From": "Ann Li <Ann@Customer.example>", "To": "support@example.org", "Subject": "Router",
        "Date": "Mon, 02 Mar 2026 08:00:00 +0000", "Message-ID": "<a.1@customer.example>"}


def mail(body: str = "Hello\n", drop: str = "", **changed: str) -> bytes:
    fields = HEAD | {name.replace("_", "-"): value for name, value in changed.items()}
    fields.pop(drop, None)
    return ("".join(f"{name}: {value}\n" for name, value in fields.items()) + "\n" + body).encode()


def read(raw: bytes, account: Account = SUPPORT, entry: Entry | None = None, *, oversized: bool = False) -> Inbound:
    return understand(parse(raw), raw, account, entry, START, TOKENS, oversized=oversized)


def key(raw: bytes, account: Account = SUPPORT) -> str:
    found = read(raw, account)
    assert found.mail is not None
    assert found.natural_key == found.mail.key
    return found.natural_key


def test_who_said_what_to_whom() -> None:
    entry = Entry("support", 7, 12)
    raw = mail("It works.\n\n-- \nAnn\n", Cc="Bob <bob@other.example>", Reply_To="list@other.example")
    found = read(raw, entry=entry)
    assert found.source == "mail:support"
    assert found.channel == "email"
    assert found.addresses == (Address("email", "ann@customer.example"),)
    assert (found.name, found.subject, found.text, found.queue) == ("Ann Li", "Router", "It works.", "mail")
    assert (found.at, found.entry, found.content_type) == (START, entry, "message/rfc822")
    assert found.mail is not None
    assert found.mail.quoted.strip() == "-- \nAnn"
    assert [one.address for one in found.mail.reply_to] == ["list@other.example"]
    assert found.mail.cc == (Party("Bob", "bob@other.example"),)
    assert (found.mail.machine, found.mail.answerable, found.mail.warnings) == (None, True, ())


def test_the_same_bytes_give_the_same_again() -> None:
    raw = mail()
    assert read(raw) == read(raw)


# --- the key ---


def test_49_the_copy_in_another_mailbox_has_the_same_key() -> None:
    traces = b"Return-Path: <ann@customer.example>\nDelivered-To: sales@example.org\nReceived: from mx by mail; now\n"
    copy = traces + mail()
    assert key(copy, SALES) == key(mail())


@pytest.mark.parametrize("altered", [
    mail().replace(b"\n", b"\r\n"),
    mail("Hello  \n\n\n"),
    mail(Subject="Rou\n ter"),
    mail(Received="from elsewhere", X_Spam="no"),
])
def test_what_servers_do_on_the_way_makes_no_other_mail(altered: bytes) -> None:
    assert key(altered) == key(mail())


@pytest.mark.parametrize("other", [
    mail("Hello!\n"), mail(Subject="Routers"), mail(Date="Mon, 02 Mar 2026 08:00:01 +0000"),
    mail(From="Bob <bob@customer.example>"), mail(Message_ID="<a.2@customer.example>"),
])
def test_another_content_under_the_same_id_is_another_mail(other: bytes) -> None:
    assert key(other) != key(mail())


def test_8_without_an_id_one_is_made_from_the_content() -> None:
    for raw in (mail(drop="Message-ID"), mail(Message_ID=""), mail(Message_ID="<>")):
        found = read(raw).mail
        assert found is not None
        assert found.mail_id.startswith("<")
        assert found.mail_id.endswith("@no-message-id.invalid>")
        assert found.mail_id == read(raw, SALES).mail.mail_id  # type: ignore[union-attr]
    assert key(mail("Another\n", drop="Message-ID")) != key(mail(drop="Message-ID"))


def test_alarms_without_id_and_date_are_told_apart_by_their_first_hop() -> None:
    bare = {"drop": "Message-ID"}
    first = mail(**bare, Received="from cron by mx; 08:00").replace(b"Date:", b"X-Date:")
    second = mail(**bare, Received="from cron by mx; 08:05").replace(b"Date:", b"X-Date:")
    assert key(first) != key(second)
    assert key(b"Received: from mx by other; 09:00\n" + first) == key(first)


def test_an_id_too_long_to_be_looked_up_is_found_again_all_the_same() -> None:
    endless = f"<{'a' * 900}@customer.example>"
    found, answer = read(mail(Message_ID=endless)).mail, read(mail(In_Reply_To=endless)).mail
    assert found is not None
    assert answer is not None
    assert len(found.key) < 700
    assert answer.references == (found.mail_id,)


# --- evidence ---


def test_15_the_nearest_evidence_comes_first() -> None:
    found = read(mail(References="<one@x> <two@x>\n <three@x>", In_Reply_To="<three@x>")).mail
    assert found is not None
    assert found.references == ("<three@x>", "<two@x>", "<one@x>")


def test_15_tokens_are_read_from_ids_and_from_every_address_it_was_delivered_to() -> None:
    found = read(mail(
        In_Reply_To=TOKENS.message_id(TWO, UUID(int=9), "example.org").upper(),
        References=TOKENS.message_id(ONE, UUID(int=8), "example.org"),
        Delivered_To=TOKENS.plus("support@example.org", THREE),
    )).mail
    assert found is not None
    assert found.tokens == (TWO, ONE, THREE)


def test_15_a_token_is_read_in_whatever_a_gateway_makes_of_its_address() -> None:
    plus = TOKENS.plus("support@example.org", ONE)
    quoted, relayed = plus.replace("+", "%2B"), f"SRS0=ab=cd=example.org={plus.partition('@')[0]}@relay.example"
    for to in (plus.upper(), quoted, relayed, plus.replace("+", "-"), plus.replace("+", "=")):
        found = read(mail(To=to)).mail
        assert found is not None
        assert found.tokens == (ONE,), to


def test_16_a_forged_token_is_none() -> None:
    forged = Tokens("other").message_id(ONE, UUID(int=8), "example.org")
    found = read(mail(In_Reply_To=forged, To=Tokens("other").plus("support@example.org", ONE))).mail
    assert found is not None
    assert found.tokens == ()


def test_a_thousand_references_are_bounded_and_keep_both_ends() -> None:
    found = read(mail(References=" ".join(f"<{n}@x>" for n in range(1000)))).mail
    assert found is not None
    assert len(found.references) <= 200
    assert found.references[-1] == "<0@x>"
    assert found.references[0] == "<999@x>"


# --- authors ---


def test_18_a_mail_in_our_own_name_is_nobodys_and_never_answered() -> None:
    for own in ("support@example.org", "Help@Example.org", "support+x@example.org"):
        found = read(mail(From=own))
        assert found.addresses == ()
        assert found.mail is not None
        assert not found.mail.answerable
        assert "own_author" in found.mail.warnings
        assert found.text == "Hello"


def test_a_web_form_of_ours_is_the_contact_of_whom_it_asks_to_answer() -> None:
    found = read(mail(From="Form <support@example.org>", Reply_To="Ann <ann@customer.example>"))
    assert found.addresses == (Address("email", "ann@customer.example"),)
    assert found.mail is not None
    assert not found.mail.answerable


def test_without_an_author_nothing_is_lost() -> None:
    found = read(mail(drop="From"))
    assert found.addresses == ()
    assert found.mail is not None
    assert "no_author" in found.mail.warnings
    assert not found.mail.answerable
    instead = read(mail(drop="From", Sender="Bob <bob@customer.example>"))
    assert instead.addresses == (Address("email", "bob@customer.example"),)


def test_the_first_of_several_authors_is_the_customer() -> None:
    found = read(mail(From="Ann <ann@customer.example>, Bob <bob@customer.example>", Sender="bob@customer.example"))
    assert found.addresses[0].value == "ann@customer.example"
    assert found.mail is not None
    assert "several_authors" in found.mail.warnings


# --- the rest ---


def test_dates_that_cannot_be_are_told() -> None:
    def warnings(days: int) -> tuple[str, ...]:
        date = (START + timedelta(days=days)).strftime("%a, %d %b %Y %H:%M:%S +0000")
        found = read(mail(Date=date)).mail
        assert found is not None
        return found.warnings

    assert "date_future" in warnings(3)
    assert "date_past" in warnings(-60)
    assert warnings(-2) == ()


def test_13_a_mail_too_long_is_told_with_what_its_head_says() -> None:
    raw = mail()
    found = read(raw[:raw.index(b"\n\n") + 2], oversized=True)
    assert found.mail is not None
    assert "oversized" in found.mail.warnings
    assert (found.subject, found.addresses[0].value) == ("Router", "ann@customer.example")


_PARTS = """--b
Content-Type: text/html

<p>See</p><img src="cid:one@x">
--b
Content-Type: image/png; name=one.png
Content-ID: <one@x>
Content-Disposition: inline

1
--b
Content-Type: image/png; name=two.png
Content-ID: <two@x>
Content-Disposition: inline

2
--b--
"""


def test_19_a_picture_that_nothing_refers_to_is_there_as_a_file() -> None:
    found = read(mail(_PARTS, Content_Type="multipart/related; boundary=b"))
    assert [file.name for file in found.files] == ["one.png", "two.png"]
    assert found.mail is not None
    assert dict(found.mail.pictures) == {"one@x": 0}
    assert 'src="cid:one@x"' in found.mail.html


def test_19_a_mail_that_is_an_attachment_alone_shows_it() -> None:
    found = read(mail("%PDF-1.4\n", Content_Type="application/pdf; name=order.pdf"))
    assert [(file.name, file.declared_type) for file in found.files] == [("order.pdf", "application/pdf")]


@pytest.mark.parametrize("name", EXPECTED)
def test_every_letter_is_understood(name: str) -> None:
    found = read(letter(name))
    assert found.mail is not None
    assert found.text or found.mail.html or found.files or found.mail.reports
    assert "\0" not in found.text + found.mail.quoted + found.mail.html
    assert "parse_failed" not in found.mail.warnings


def test_empty_lines_around_the_text_are_no_part_of_it() -> None:
    raw = b"From: ann@example.com\r\nTo: support@example.org\r\nSubject: a\r\n\r\n\r\n  Hello.\r\n\r\n\r\n"
    assert read(raw).text == "  Hello."
