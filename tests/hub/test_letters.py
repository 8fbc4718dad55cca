"""From what an agent wants to a mail ready to leave: to the right people, from the right mailbox (rows 15, 17)."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from email_validator import validate_email

from channels.base import Address, FileRef, Party
from channels.email.parse.quotes import fold
from channels.email.settings import Smtp
from channels.email.tokens import Tokens
from hub.errors import Invalid, WrongState
from hub.letters import REFERENCES, Earlier, Letters, Thread, bare
from hub.wire_mail import MailDraft, PartyIn
from tests.hub.conftest import Mailboxes

IT, MESSAGE = UUID(int=1), UUID(int=2)
TOKENS = Tokens("a secret of the tests")
AT = datetime(2026, 11, 22, 10, 30, tzinfo=UTC)
MIA, BOB = Party("Mia Li", "mia@example.com"), Party("Bob", "bob@example.com")
OURS = Party("", "support@example.org")


@pytest.fixture
def boxes() -> Mailboxes:
    boxes = Mailboxes()
    for name in ("support", "sales"):
        boxes.set(name, smtp=Smtp(host="127.0.0.1"), name=f"Example {name.title()}")
    return boxes


@pytest.fixture
def letters(boxes: Mailboxes) -> Letters:
    return Letters(boxes, TOKENS)


def earlier(**more: Any) -> Earlier:
    given: dict[str, Any] = {"author": MIA, "at": AT, "text": "My light is out\n", "mail_id": "<2@example.com>",
                             "to": (OURS,), "subject": "Light"}
    return Earlier(**{**given, **more})


def thread(**more: Any) -> Thread:
    given: dict[str, Any] = {
        "interaction_id": IT, "channel": "email", "source": "mail:support", "queue": "support", "subject": "Light",
        "language": None, "name": "Mia Li", "address": Address("email", "mia@example.com"), "earlier": earlier()}
    return Thread(**{**given, **more})


def draft(*to: str, **more: Any) -> MailDraft:
    return MailDraft(to=[PartyIn(address=one) for one in to], **more)


def test_a_plain_reply_goes_to_the_author_from_the_mailbox_it_came_to(letters: Letters) -> None:
    mail = letters.compose(thread(), None, MESSAGE, "Ann").mail
    assert (mail.mailbox, mail.author) == ("support", Party("Example Support", "support@example.org"))
    assert (mail.to, mail.cc, mail.bcc, mail.subject) == ((MIA,), (), (), "Re: Light")
    assert mail.mail_id == TOKENS.message_id(IT, MESSAGE, "example.org")
    assert mail.references == ("<2@example.com>",)
    assert mail.reply_to is not None
    assert TOKENS.read(mail.reply_to.address) == (IT,)
    assert TOKENS.read(mail.mail_id) == (IT,)
    assert mail.reply_to.address.startswith("support+")
    assert not mail.automatic


def test_without_plus_addresses_there_is_no_reply_to(letters: Letters, boxes: Mailboxes) -> None:
    boxes.set("support", plus=False)
    assert letters.compose(thread(), None, MESSAGE, "Ann").mail.reply_to is None


def test_reply_to_comes_before_the_author_and_we_are_left_out_of_everything(letters: Letters) -> None:
    desk, plus = Party("Desk", "desk@example.com"), Party("", "Support+abc@Example.org")
    view = letters.proposal(
        thread(earlier=earlier(reply_to=(desk, plus), to=(OURS, BOB), cc=(plus, Party("", "BOB@example.com"), MIA))),
        "Ann")  # fmt: skip
    assert view is not None
    assert [one.address for one in view.to] == ["desk@example.com"]
    assert [one.address for one in view.cc] == ["bob@example.com", "mia@example.com"]
    assert (view.subject, view.forward_subject) == ("Re: Light", "Fwd: Light")


def test_a_reply_to_what_our_own_form_mailed_goes_to_the_customer(letters: Letters) -> None:
    view = letters.proposal(thread(earlier=earlier(author=OURS)), "Ann")
    assert view is not None
    assert [one.address for one in view.to] == ["mia@example.com"]


def test_a_second_mail_to_somebody_who_has_not_answered_goes_to_whom_the_first_went(letters: Letters) -> None:
    view = letters.proposal(thread(earlier=None, to=(BOB,), cc=(MIA,)), "Ann")
    assert view is not None
    assert [one.address for one in (*view.to, *view.cc)] == ["bob@example.com", "mia@example.com"]


@pytest.mark.parametrize(("source", "queue", "able", "expected"), [
    ("mail:sales", "support", ("support", "sales"), "sales"),
    ("mail:sales", "sales", ("support",), "support"),
    ("mail:gone", "sales", ("support", "sales"), "sales"),
    ("form:contact", "sales", ("support", "sales"), "sales"),
    ("form:contact", "other", ("support", "sales"), "support"),
])  # fmt: skip
def test_which_mailbox_it_leaves_from(
    letters: Letters, boxes: Mailboxes, source: str, queue: str, able: tuple[str, ...], expected: str
) -> None:
    for name in {"support", "sales"} - set(able):
        boxes.set(name, smtp=None)
    assert letters.compose(thread(source=source, queue=queue), None, MESSAGE, "Ann").mail.mailbox == expected


def test_with_no_mailbox_that_can_send_there_is_no_way_back(letters: Letters, boxes: Mailboxes) -> None:
    boxes.set("support", smtp=None)
    boxes.set("sales", enabled=False)
    assert not letters.can_reply(thread())
    assert letters.proposal(thread(), "Ann") is None
    with pytest.raises(WrongState, match="no_way_back"):
        letters.compose(thread(), None, MESSAGE, "Ann")


@pytest.mark.parametrize(("channel", "address", "can", "by_mail"), [
    ("webchat", Address("visitor", "v1"), True, False),
    ("form", Address("email", "mia@example.com"), True, True),
    ("form", Address("phone", "+4930123"), False, False),
    ("manual", Address("email", "mia@example.com"), True, True),
    ("manual", None, False, False),
    ("email", None, True, True),
])  # fmt: skip
def test_where_there_is_a_way_back(
    letters: Letters, channel: str, address: Address | None, can: bool, by_mail: bool
) -> None:
    it = thread(channel=channel, address=address, source=channel, earlier=replace(earlier(), mail_id=""))
    assert letters.can_reply(it) is can
    assert (letters.proposal(it, "Ann") is not None) is by_mail


@pytest.mark.parametrize("before", [
    "Re: ", "RE: re: Re:", "AW: ", "Antw: ", "SV:", "Re[2]: ", "RE(3): ", "回复：", "答复: Re: ", "Fwd: Re: ",
    "WG: AW: ", "TR : ", "RV:", "转发：回复：", "Rép : ", "re^2: ", "", "  ",
])  # fmt: skip
def test_an_answer_is_marked_once(letters: Letters, before: str) -> None:
    mail = letters.compose(thread(earlier=earlier(subject=f"{before}Light: red")), None, MESSAGE, "Ann").mail
    assert mail.subject == "Re: Light: red"


@pytest.mark.parametrize("subject", ["Reservation: room", "Tree", "Re-sealing", "Awkward: yes", "", "2026: Re: x"])
def test_what_only_looks_like_a_mark_stays(subject: str) -> None:
    assert bare(subject) == subject


def test_a_subject_cannot_begin_another_header(letters: Letters) -> None:
    wanted = draft("mia@example.com", subject="Hi\r\nBcc: eve@example.net\x00\x0b\u2028there")
    wanted.to[0] = PartyIn(name="Mia\r\nBcc: eve@example.net", address="mia@example.com")
    mail = letters.compose(thread(), wanted, MESSAGE, "Ann").mail
    assert mail.subject == "Hi Bcc: eve@example.net there"
    assert mail.to == (Party("Mia Bcc: eve@example.net", "mia@example.com"),)


@pytest.mark.parametrize("bad", [
    "", "mia", "mia@", "@example.com", "mia@@example.com", "mia@example..com", "mia li@example.com",
    "mia@example.com\r\nBcc: eve@example.net", "mia@example.com, eve@example.net", "Mia <mia@example.com>", "mia@nodot",
    "mia@exa mple.com", "a" * 65 + "@example.com",
])  # fmt: skip
def test_an_address_that_is_none_is_named_by_its_field(letters: Letters, bad: str) -> None:
    wanted = MailDraft(to=[PartyIn(address="bob@example.com"), PartyIn(address=bad)], cc=[PartyIn(address=bad)])
    with pytest.raises(Invalid) as refused:
        letters.compose(thread(), wanted, MESSAGE, "Ann")
    assert refused.value.fields == {"mail.to.1": "invalid", "mail.cc.0": "invalid"}


@pytest.mark.parametrize("odd", ["root@builder", "a..b@docomo.example", "a.@docomo.example", "Mia@firma.local"])
def test_somebody_who_wrote_to_us_can_be_answered_whatever_the_address_looks_like(letters: Letters, odd: str) -> None:
    it = thread(earlier=earlier(author=Party("", odd)), address=Address("email", odd.lower()))
    assert letters.compose(it, None, MESSAGE, "Ann").mail.to == (Party("", odd),)
    assert letters.compose(it, draft(odd), MESSAGE, "Ann").mail.to == (Party("", odd),)


def test_a_companys_own_network_and_letters_of_any_language_are_addresses(letters: Letters) -> None:
    found = letters.compose(thread(), draft("li@firma.local", "用户@例子.广告"), MESSAGE, "Ann").mail.to
    assert [one.address for one in found] == ["li@firma.local", validate_email(
        "用户@例子.广告", check_deliverability=False).normalized]  # fmt: skip


def test_we_do_not_write_to_ourselves_and_to_nobody(letters: Letters) -> None:
    with pytest.raises(Invalid) as refused:
        letters.compose(thread(), draft("mia@example.com", "Sales+x@example.org"), MESSAGE, "Ann")
    assert refused.value.fields == {"mail.to.1": "ours"}
    with pytest.raises(Invalid) as refused:
        letters.compose(thread(), draft(), MESSAGE, "Ann")
    assert refused.value.fields == {"mail.to": "nobody"}
    only_bcc = MailDraft(bcc=[PartyIn(address="bob@example.com")])
    assert letters.compose(thread(), only_bcc, MESSAGE, "Ann").mail.bcc == (Party("", "bob@example.com"),)


def test_many_recipients_each_once_and_not_more_than_servers_take(letters: Letters) -> None:
    many = [PartyIn(address=f"p{n}@example.com") for n in range(50)]
    twice = MailDraft(to=many, cc=[*many[:49], PartyIn(address="P7@example.com")])
    mail = letters.compose(thread(), twice, MESSAGE, "Ann").mail
    assert (len(mail.to), len(mail.cc)) == (50, 0)
    more = [[PartyIn(address=f"{kind}{n}@example.com") for n in range(167)] for kind in "abc"]
    with pytest.raises(Invalid) as refused:
        letters.compose(thread(), MailDraft(to=more[0], cc=more[1], bcc=more[2]), MESSAGE, "Ann")
    assert refused.value.fields == {"mail.to": "too_many"}


def test_references_are_the_thread_oldest_first_and_bounded(letters: Letters) -> None:
    said = earlier(mail_id="<4@x>", thread=("<3@x>", "<1@x>"))
    it = thread(earlier=said, mail_ids=("<3@x>", "<4@x>", "<5@ours>"))
    assert letters.compose(it, None, MESSAGE, "Ann").mail.references == ("<1@x>", "<3@x>", "<5@ours>", "<4@x>")
    long = thread(earlier=said, mail_ids=tuple(f"<{n}@x>" for n in range(200)))
    found = letters.compose(long, None, MESSAGE, "Ann").mail.references
    assert len(found) == REFERENCES
    assert (found[0], found[-2:]) == ("<0@x>", ("<199@x>", "<4@x>"))


def test_an_answer_begins_with_the_mailboxs_template(letters: Letters, boxes: Mailboxes) -> None:
    boxes.set("support", template="Dear {name},\n\n{agent} {secret} {0}")
    found = letters.proposal(thread(), "Ann {name}")
    assert found is not None
    name = found.to[0].name
    assert found.template == (f"Dear {name}" if name else "Dear") + ",\n\nAnn {name} {secret} {0}"


def test_the_signature_names_the_agent_and_fills_in_nothing_else(letters: Letters, boxes: Mailboxes) -> None:
    boxes.set("support", signature="Yours\n{agent}\n{secret} {0}\n")
    assert letters.compose(thread(), None, MESSAGE, "Ann {agent}").mail.signature == "Yours\nAnn {agent}\n{secret} {0}"


@pytest.mark.parametrize(("language", "line"), [
    (None, "On 2026-11-22 10:30 UTC, Mia Li <mia@example.com> wrote:"),
    ("de-AT", "Am 2026-11-22 10:30 UTC schrieb Mia Li <mia@example.com>:"),
    ("zh-Hans", "Mia Li <mia@example.com> 于 2026-11-22 10:30 UTC 写道："),
    ("xx", "On 2026-11-22 10:30 UTC, Mia Li <mia@example.com> wrote:"),
])  # fmt: skip
def test_the_original_is_quoted_by_choice_in_the_customers_language(
    letters: Letters, language: str | None, line: str
) -> None:
    it = thread(language=language)
    assert letters.compose(it, None, MESSAGE, "Ann").mail.quoted == f"{line}\nMy light is out"
    assert letters.compose(it, draft("mia@example.com", quote=False), MESSAGE, "Ann").mail.quoted == ""


@pytest.mark.parametrize("language", ["en", "de", "fr", "es", "zh", "ja"])
def test_what_we_quote_is_folded_away_when_it_comes_back(letters: Letters, language: str) -> None:
    quoted = letters.compose(thread(language=language), None, MESSAGE, "Ann").mail.quoted
    line, _, rest = quoted.partition("\n")
    new, folded = fold(f"Thank you.\n\n{line}\n> {rest}\n")
    assert new.strip() == "Thank you."
    assert "My light is out" in folded


def test_a_forward_carries_head_text_history_and_files(letters: Letters) -> None:
    file = FileRef(UUID(int=5), "plan.pdf", "application/pdf", 9, False)
    said = earlier(quoted="> earlier", files=(file,), cc=(BOB,))
    letter = letters.compose(thread(earlier=said), draft("eve@example.net", kind="forward"), MESSAGE, "Ann")
    assert letter.mail.subject == "Fwd: Light"
    assert letter.mail.quoted == (
        "---------- Forwarded message ----------\nFrom: Mia Li <mia@example.com>\nDate: 2026-11-22 10:30 UTC\n"
        "Subject: Light\nTo: support@example.org\nCc: Bob <bob@example.com>\n\nMy light is out\n\n> earlier"
    )
    assert letter.forwarded == (file,)
    without = letters.compose(thread(earlier=said), draft("eve@example.net", kind="forward", quote=False), MESSAGE, "A")
    assert (without.mail.quoted, without.forwarded) == ("", ())
    reply = letters.compose(thread(earlier=said), None, MESSAGE, "Ann")
    assert reply.forwarded == ()


def test_a_new_mail_needs_somebody_it_is_to(letters: Letters, boxes: Mailboxes) -> None:
    account = boxes.get("sales")
    assert account is not None
    wanted = draft("mia@example.com", kind="new", subject=" Your\norder ")
    mail = letters.compose_new(account, IT, wanted, MESSAGE, "Ann").mail
    assert (mail.subject, mail.references, mail.quoted, mail.mailbox) == ("Your order", (), "", "sales")
    with pytest.raises(Invalid) as refused:
        letters.compose_new(account, IT, MailDraft(cc=[PartyIn(address="bob@example.com")]), MESSAGE, "Ann")
    assert refused.value.fields == {"mail.to": "nobody"}


def test_choices_are_those_of_the_agents_queues_that_can_send(letters: Letters, boxes: Mailboxes) -> None:
    boxes.set("sales", queue=None)
    assert [one.id for one in letters.choices(None, "support")] == ["support", "sales"]
    assert [one.queue for one in letters.choices({"support"}, "support")] == ["support", "support"]
    boxes.set("support", enabled=False)
    assert [one.id for one in letters.choices({"support"}, "other")] == []
