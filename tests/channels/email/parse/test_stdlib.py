"""On sound mails the standard library's parser says the same."""

import email
from email import policy
from email.message import EmailMessage, Message
from email.utils import getaddresses

from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.letters import letters
from channels.email.parse import parse
from tests.channels.email.parse.test_corpus import CORPUS, EXPECTED

# Where the standard library gives up, or knows no better, and what is expected stands in expected.toml.
OTHERWISE = {
    "base64_in_pieces", "boundary_missing", "boundary_never_comes", "boundary_same", "head_bare_cr",
    "head_rubbish_line", "head_space_before_colon",
    "part_after_the_end", "multipart_in_base64", "type_without_semicolon",
    "qp_space_after_soft_break", "mail_attached_base64", "winmail", "winmail_beside_text", "winmail_cut_off",
    "smime_opaque", "smime_opaque_fragments", "smime_opaque_as_octets", "digest", "mail_attached", "mail_is_a_mail",
    "mail_in_mail_in_mail", "delivery_report"}


def leaves(message: Message) -> list[tuple[str, bytes]]:
    return [(one.get_content_type(), bytes(one.get_payload(decode=True) or b"")) for one in message.walk()
            if not one.is_multipart()]


def test_the_same_parts_in_the_corpus() -> None:
    for name in set(EXPECTED) - OTHERWISE:
        raw = (CORPUS / f"{name}.eml").read_bytes()
        ours = [(one.type, one.content) for one in parse(raw).parts]
        assert ours == leaves(email.message_from_bytes(raw, policy=policy.compat32)), name


def test_the_same_in_ordinary_letters() -> None:
    for raw in letters(60, seed=7):
        mail = parse(raw)
        theirs = email.message_from_bytes(raw, policy=policy.default)
        assert isinstance(theirs, EmailMessage)
        assert [(one.type, one.content) for one in mail.parts] == leaves(theirs)
        assert mail.subject == str(theirs["subject"])
        assert (mail.author.name, mail.author.address) == getaddresses([str(theirs["from"])])[0]
        body = theirs.get_body(("plain",))
        assert isinstance(body, EmailMessage)
        assert mail.text == body.get_content().replace("\r\n", "\n")


WORDS = st.text(st.characters(min_codepoint=32, exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1, max_size=60)


@settings(max_examples=100, deadline=None)
@given(WORDS, WORDS, WORDS)
def test_what_the_standard_library_writes_is_read_again(subject: str, text: str, name: str) -> None:
    written = EmailMessage()
    written["Subject"] = subject
    written["From"] = "Ann <ann@example.org>"
    written.set_content(text)
    name = name.replace("/", "").replace("\\", "")
    written.add_attachment(b"content", "application", "pdf", filename=f"a{name}b.pdf")
    mail = parse(written.as_bytes(policy=policy.SMTP))
    assert mail.subject == " ".join(str(written["Subject"]).split())
    assert mail.text.rstrip("\n") == text
    assert mail.attachments[0].content == b"content"
