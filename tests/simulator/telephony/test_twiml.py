"""Documents are read strictly: what is wrong has a code, entities are never resolved, nothing is guessed."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.twiml.voice_response import Dial, Gather, VoiceResponse  # type: ignore[import-untyped]

from simulator.telephony.twiml import BadDocument, read_answer, read_document

URL = "http://hub.localhost/voice?x=1"


def codes(text: str, context: str = "call") -> list[int]:
    return [code for code, _ in read_document(f"<Response>{text}</Response>".encode(), URL, "POST", context).findings]


@pytest.mark.parametrize("text", [
    "<Say voice='Polly.Joanna' language='de-DE' loop='2'>Hi <break time='1s'/><emphasis>you</emphasis></Say>",
    "<Play loop='0'>/a.mp3</Play><Play digits='12w'/><Pause length='2'/>",
    "<Gather input='dtmf speech' action='/a' timeout='3' numDigits='1' finishOnKey=''><Say>x</Say><Pause/></Gather>",
    "<Dial timeout='20' action='/d'><Number statusCallback='/s' statusCallbackEvent='ringing'>+15551</Number></Dial>",
    "<Dial><Client><Identity>agent_1</Identity><Parameter name='a' value='b'/></Client></Dial>",
    "<Dial><Conference participantLabel='x' endConferenceOnExit='true' waitUrl='' beep='onEnter'>c</Conference></Dial>",
    "<Enqueue action='/a' waitUrl='/w'>support</Enqueue>",
    "<Record action='/r' maxLength='30' transcribe='true'/>",
    "<Redirect method='GET'>/next</Redirect>", "<Reject reason='busy'/>", "<!-- nothing -->"])
def test_valid_documents_have_no_findings(text: str) -> None:
    assert codes(text) == []


@pytest.mark.parametrize(("text", "code"), [
    ("<Whistle/>", 12200), ("<say>x</say>", 12200), ("<Say volume='9'>x</Say>", 12200), ("loose", 12200),
    ("<Say></Say>", 13520), (f"<Say>{'x' * 4097}</Say>", 13521), (f"<Say voice='Polly.A'>{'x' * 3001}</Say>", 13521),
    ("<Gather><Dial/></Gather>", 12200), ("<Dial><Say>x</Say></Dial>", 13215), ("<Pause length='-1'/>", 12200),
    ("<Gather numDigits='0'/>", 12200), ("<Dial timeout='601'>+15551</Dial>", 12200), ("<Hangup>x</Hangup>", 12200),
    ("<Reject reason='other'/>", 12200), ("<Redirect method='PUT'>/a</Redirect>", 12200)])
def test_findings(text: str, code: int) -> None:
    assert codes(text) == [code]


@pytest.mark.parametrize(("context", "text", "code"), [
    ("conference", "<Gather/>", 13238), ("conference", "<Hangup/>", 13238), ("whisper", "<Dial/>", 13201),
    ("queue", "<Dial/>", 12200), ("queue", "<Leave/>", None), ("conference", "<Redirect>/a</Redirect>", None)])
def test_what_is_allowed_depends_on_the_place(context: str, text: str, code: int | None) -> None:
    assert codes(text, context) == ([] if code is None else [code])


@pytest.mark.parametrize(("body", "code"), [
    (b"", 12100), (b"<Response>", 12100), (b"<response/>", 12100), (b"<Response><Say>x</Response>", 12100),
    (b'<!DOCTYPE r [<!ENTITY a "b">]><Response><Say>&a;</Say></Response>', 12100),
    (b'<!DOCTYPE r SYSTEM "file:///etc/passwd"><Response/>', 12100),
    (b"<Response><Say>&nope;</Say></Response>", 12100),
    (b"<Response><Dial><Conference>a</Conference><Number>+1</Number></Dial></Response>", 13215),
    (b"<Response><Dial><Sip>sip:a@b.example</Sip></Dial></Response>", 0), (b"<Response><Sms>x</Sms></Response>", 0),
    (b"<Response><Gather partialResultCallback='/p'/></Response>", 0)])
def test_documents_that_cannot_be_executed(body: bytes, code: int) -> None:
    with pytest.raises(BadDocument) as bad:
        read_document(body, URL)
    assert bad.value.code == code


def test_content_types() -> None:
    xml = b"<Response><Pause/></Response>"
    for kind in ("text/xml", "application/xml; charset=utf-8", "text/html", "TEXT/XML", "text/plain"):
        assert [verb.name for verb in read_answer(xml, kind, URL, "POST").verbs] == ["Pause"]
    assert read_answer(b"just words", "text/plain", URL, "POST").verbs[0].text == "just words"
    assert read_answer(b"RIFF", "audio/wav", URL, "POST").verbs[0].name == "Play"
    for kind in ("application/json", ""):
        with pytest.raises(BadDocument) as bad:
            read_answer(xml, kind, URL, "POST")
        assert bad.value.code == 12300


def test_relative_urls_and_inline_documents() -> None:
    document = read_document(b"<Response/>", URL)
    assert document.resolve("/a") == "http://hub.localhost/a"
    assert document.resolve("?y=2") == "http://hub.localhost/voice?y=2"
    with pytest.raises(BadDocument) as bad:
        read_document(b"<Response/>").resolve("/a")
    assert bad.value.code == 11100


def test_what_the_vendors_builder_writes_is_read() -> None:
    response, gather, dial = VoiceResponse(), Gather(num_digits=1, action="/a", action_on_empty_result=True), Dial()
    gather.say("Grüße & more", language="de-DE")
    dial.conference("ix-1", participant_label="customer", start_conference_on_enter=True, status_callback="/c",
                    status_callback_event="start end join leave mute hold modify speaker announcement")
    response.append(gather)
    response.append(dial)
    document = read_document(str(response).encode(), URL)
    assert document.findings == ()
    assert document.verbs[0].children[0].text == "Grüße & more"
    assert document.verbs[1].children[0].flag("startConferenceOnEnter")


@given(st.binary(max_size=200))
def test_any_bytes_are_a_document_or_refused(body: bytes) -> None:
    with suppress(BadDocument):
        read_document(body, URL)
