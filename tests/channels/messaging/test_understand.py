"""What a posted form says, and what it does not."""

from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.base import Address, Inbound
from channels.messaging import MessagingSettings, Sender
from channels.messaging.segments import count
from channels.messaging.settings import Template
from channels.messaging.understand import understand
from channels.messaging.words import STOP
from channels.telephone import e164, region_of
from simulator.telephony.messages import segments

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
SETTINGS = MessagingSettings(senders=(Sender(account="main", number="+15550001000", queue="sales"),))


def read(**more: str) -> Inbound:
    form = {"MessageSid": "SM1", "From": "+15551230001", "To": "+15550001000", "Body": "Hello", **more}
    return understand(urlencode(form).encode(), "main", AT, SETTINGS)


def test_numbers_are_written_one_way_and_names_stay_names() -> None:
    assert e164("(555) 123-0001", region_of("+15550001000")) == "+15551230001"
    assert region_of("12345") is None, "a short code is of no country"
    assert e164("+1 (555) 123-0001") == "+15551230001"
    for none in ("", "12345", "BANK", "+0", "+1", "+999999999999999999", "anonymous"):
        assert e164(none) is None
    assert read(From="+49 171 2345678").addresses == (Address("phone", "+491712345678"),)
    assert read(From="BANK").addresses == (Address("external", "sms:BANK"),)
    assert read(From="12345", To="789").source == "sms:main:789"
    assert read(From="whatsapp:US.7q", To="whatsapp:+15550001000").addresses == (Address("whatsapp", "US.7q", True),)


def test_a_number_has_its_queue_and_another_one_none() -> None:
    assert read().queue == "sales"
    assert read(To="+15550002000").queue is None
    assert read(From="whatsapp:+15551230001", To="whatsapp:+15550001000").queue is None


@pytest.mark.parametrize(("body", "said", "opt", "quiet"), [
    *((word, "", "stop", True) for word in sorted(STOP)), (" Stop\n", "", "stop", True), ("Stop it", "", None, False),
    ("START", "", "start", True), ("yes", "", "start", False), ("help", "", "help", False), ("", "", None, False),
    ("ARRÊT", "STOP", "stop", True), ("Stopp", "later", None, False),
])
def test_words_that_end_and_begin(body: str, said: str, opt: str | None, quiet: bool) -> None:
    found = read(Body=body, OptOutType=said)
    assert (found.opt, found.quiet) == (opt, quiet)


def test_a_button_and_a_place_are_said() -> None:
    assert read(Body="", ButtonText="Yes, please").text == "Yes, please"
    assert read(Body="Yes", ButtonText="Yes").text == "Yes"
    assert read(Body="", Latitude="52.5", Longitude="13.4", Label="Office").text == "Office geo:52.5,13.4"


def test_files_are_named_by_the_text_that_brought_them() -> None:
    more = {"NumMedia": "3", "MediaUrl0": "https://a/0", "MediaContentType0": "image/jpeg",
            "MediaUrl2": "https://a/2", "MediaContentType2": "what/ever"}
    first, second = read(**more).elsewhere
    assert (first.url, first.name, first.declared_type) == ("https://a/0", "SM1-1.jpg", "image/jpeg")
    assert second.name == "SM1-3"
    for number in ("x", "-1", "99999", ""):
        assert read(NumMedia=number).elsewhere == ()


def test_a_fallback_is_the_same_text_as_the_first_attempt() -> None:
    assert read(ErrorCode="11200", ErrorUrl="https://a/").body == read().body
    assert read(Body="Other").body != read().body


def test_what_no_database_can_hold_is_replaced() -> None:
    found = understand(b"MessageSid=SM1&From=%2B15551230001&To=%2B15550001000&Body=a%00b%ff%ED%A0%80", "main", AT,
                       SETTINGS)
    assert "\0" not in found.text
    found.text.encode()


@pytest.mark.parametrize(("text", "encoding", "parts", "left"), [
    ("", "GSM-7", 0, 160), ("a" * 160, "GSM-7", 1, 0), ("a" * 161, "GSM-7", 2, 145), ("€" * 80, "GSM-7", 1, 0),
    ("a" * 152 + "€" + "a" * 100, "GSM-7", 2, 51), ("ç", "UCS-2", 1, 69), ("你" * 70, "UCS-2", 1, 0),
    ("你" * 71, "UCS-2", 2, 63), ("你" * 66 + "😀" + "你" * 3, "UCS-2", 2, 62), ("😀" * 35, "UCS-2", 1, 0),
])
def test_how_many_sms_a_text_is(text: str, encoding: str, parts: int, left: int) -> None:
    found = count(text)
    assert (found.encoding, found.segments, found.left) == (encoding, parts, left)
    if "a€" not in text and "😀你" not in text:
        assert max(parts, 1) == segments(text)  # the emulator counts the same, but for letters at a cut


def test_a_template_is_filled_where_it_was_agreed() -> None:
    one = Template(id="ready", name={"en": "Ready"}, content_sid="HX" + "1" * 32, text="{{1}}: {{order}} is {{1}}. {{x")
    assert one.places == ("1", "order")
    assert one.filled({"1": "A{{order}}", "order": "7"}) == "A{{order}}: 7 is A{{order}}. {{x"


def test_a_number_stands_once() -> None:
    with pytest.raises(ValueError, match="stands twice"):
        MessagingSettings(senders=SETTINGS.senders * 2)


@given(st.text(st.sampled_from("aé€[\f\n中😀 "), max_size=400))
def test_the_emulator_counts_segments_as_we_do(text: str) -> None:
    assert segments(text) == max(count(text).segments, 1)
