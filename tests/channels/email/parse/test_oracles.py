"""Formats within a mail, as libraries that know all of them read them."""

from pathlib import Path

import tnefparse
from asn1crypto import cms
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.email.parse import parse, smime, tnef
from channels.email.parse.charset import Warnings

CORPUS = Path(__file__).parents[1] / "corpus"


def content(name: str) -> bytes:
    return parse((CORPUS / f"{name}.eml").read_bytes()).parts[0].content


@settings(max_examples=50)
@given(st.binary(max_size=70_000))
def test_signed_data_is_what_was_signed(signed: bytes) -> None:
    wrapped = cms.ContentInfo({"content_type": "signed_data", "content": cms.SignedData({
        "version": "v1", "digest_algorithms": [{"algorithm": "sha256"}], "signer_infos": [],
        "encap_content_info": {"content_type": "data", "content": signed}})}).dump()
    assert smime.kind(wrapped) == "signed"
    assert smime.unwrap(wrapped) == signed


def test_fragments_are_joined_as_by_the_library() -> None:
    raw = content("smime_opaque_fragments")
    theirs = cms.ContentInfo.load(raw)["content"]["encap_content_info"]["content"].native
    assert smime.unwrap(raw) == theirs


@settings(max_examples=200)
@given(st.binary(max_size=300))
def test_no_bytes_break_the_readers(raw: bytes) -> None:
    smime.kind(raw)
    smime.unwrap(raw)
    smime.unwrap(b"\x30\x80\x06\x09" + bytes.fromhex("2a864886f70d010702") + b"\xa0\x80" + raw)
    tnef.unwrap(b"\x78\x9f\x3e\x22\x01\x00" + raw, Warnings())


def test_winmail_holds_what_the_library_finds() -> None:
    raw = content("winmail")
    theirs = tnefparse.TNEF(raw)
    ours = tnef.unwrap(raw, Warnings())
    assert ours is not None
    assert ours.text == theirs.body
    assert [(one.name, one.content) for one in ours.files] == [
        (one.long_filename(), one.data) for one in theirs.attachments]
