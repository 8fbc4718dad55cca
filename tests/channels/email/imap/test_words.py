"""How IMAP is written and read: names, sets, answers."""

import random
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.email.imap.answers import MalformedError, fetched, listed, searched
from channels.email.imap.names import decode_folder, encode_folder, imap_date, quote, uid_set
from channels.email.imap.problem import ImapError, cleaned


@pytest.mark.parametrize(("name", "coded"), [
    ("INBOX", "INBOX"), ("A & B", "A &- B"), ("Entwürfe", "Entw&APw-rfe"), ("台北", "&U,BTFw-"),
    ("日本語/台北", "&ZeVnLIqe-/&U,BTFw-"), ("&-", "&--"), ("💌", "&2D3cjA-"),
])
def test_folder_names_in_modified_utf_7(name: str, coded: str) -> None:
    assert encode_folder(name) == coded
    assert decode_folder(coded) == name


@given(st.text())
def test_every_name_survives_the_way_there_and_back(name: str) -> None:
    coded = encode_folder(name)
    assert coded.isascii()
    assert decode_folder(coded) == name


def test_a_coded_name_that_is_wrong_stays_as_it_is() -> None:
    assert decode_folder("a &A- b") == "a &A- b"
    assert decode_folder("half &U,B") == "half &U,B"


def test_uid_sets() -> None:
    assert uid_set([1, 2, 3, 7, 9, 10]) == "1:3,7,9:10"
    assert uid_set([4]) == "4"


def test_dates() -> None:
    assert imap_date(datetime(2026, 2, 1, tzinfo=UTC)) == "1-Feb-2026"


def test_strings_are_quoted() -> None:
    assert quote('a "b" \\ c') == '"a \\"b\\" \\\\ c"'


@pytest.mark.parametrize(("parts", "items"), [
    ([b"* 1 FETCH (UID 5 RFC822.SIZE 10)"], {"UID": b"5", "RFC822.SIZE": b"10"}),
    ([b"* 1 FETCH (UID 5 BODY[] {3}", b"a)b", b" FLAGS (\\Seen (x)))"], {"UID": b"5", "BODY[]": b"a)b"}),
    ([b"* 1 FETCH (BODY[]<0> {1}", b"x", b" UID 5)"], {"UID": b"5", "BODY[]<>": b"0", "BODY[]": b"x"}),
    ([b'* 1 FETCH (body[] "say \\"UID 7\\"" uid 5)'], {"UID": b"5", "BODY[]": b'say "UID 7"'}),
    ([b"* 1 FETCH (UID 5 BODY[] NIL)"], {"UID": b"5", "BODY[]": None}),
    ([b"* 1 FETCH (UID 5 BODY[] {0}", b"", b")"], {"UID": b"5", "BODY[]": b""}),
])
def test_answers_to_fetch(parts: list[bytes], items: dict[str, bytes | None]) -> None:
    assert fetched(parts) == items


@pytest.mark.parametrize("parts", [
    [b"* 1 FETCH"], [b"* 1 FETCH (UID"], [b"* 1 FETCH (UID)"], [b"* 1 FETCH (UID 5"], [b"* 1 FETCH (FLAGS (a"],
    [b'* 1 FETCH (UID "5'], [b'* 1 FETCH ("UID" 5)'],
])
def test_answers_that_are_none(parts: list[bytes]) -> None:
    with pytest.raises(MalformedError):
        fetched(parts)


def test_search_answers_in_any_order_and_in_several_lines() -> None:
    assert searched([b"SEARCH 5 3", b"OK whatever", b"SEARCH", b"SEARCH 4 5"]) == [3, 4, 5]
    many = random.Random(1).sample(range(1, 4_000_000_000), 100_000)
    assert searched([b"SEARCH " + b" ".join(b"%d" % uid for uid in many)]) == sorted(many)


def test_lists_of_folders() -> None:
    assert listed([b'LIST (\\HasChildren) "/" INBOX', b'LIST (\\Noselect) NIL "a b"', b'LIST () "/" {3}', b"x y",
                   b"LIST ((", b"OK"]) == [
        (frozenset({"\\haschildren"}), "INBOX"), (frozenset({"\\noselect"}), "a b"), (frozenset(), "x y")]


def test_a_servers_words_are_shown_in_one_line_without_secrets() -> None:
    assert cleaned("no\r\n\x1b[31m secret\x00 here", "secret") == "no [31m *** here"
    assert len(cleaned("x" * 10_000)) == 300
    assert str(ImapError("log_in", "user ann@example.org is unknown")) == "log_in"  # it reaches logs
