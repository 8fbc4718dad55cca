"""A real mail program against the open door."""

from email import message_from_bytes, policy
from pathlib import Path

from tests.channels.email.smtp.conftest import Opens
from tests.channels.email.smtp.swaks import swaks


async def test_a_mail_with_an_attachment_arrives_whole(opened: Opens, tmp_path: Path) -> None:
    there = await opened()
    picture = tmp_path / "light.png"
    picture.write_bytes(bytes(range(256)) * 40)
    heard = await swaks(there.port, "--header", "Subject: No light", "--body", "It is dark.\n.\n..\nHelp",
                        "--attach", f"@{picture}")
    assert heard.code == 0, heard.out
    [(source, raw)] = there.notes.taken
    assert source == "mail:support"
    found = message_from_bytes(raw, policy=policy.default)
    assert found["Subject"] == "No light"
    assert found["Return-Path"] == "<ann@example.com>"
    assert found["Delivered-To"] == "support@example.org"
    [attachment] = found.iter_attachments()
    assert attachment.get_content() == picture.read_bytes()
    assert ".\n..\nHelp" in found.get_body().get_content().replace("\r\n", "\n")  # type: ignore[union-attr]
    assert heard.said("250-8BITMIME")
    assert heard.said("SMTPUTF8")
    assert heard.said("PIPELINING")
    assert heard.said("SIZE 60000000")
    assert not heard.said("AUTH")


async def test_an_address_that_is_not_ours_is_refused(opened: Opens) -> None:
    there = await opened()
    heard = await swaks(there.port, recipient="nobody@example.org")
    assert heard.code == 24
    assert heard.said("550 5.1.1")
    assert there.notes.taken == []


async def test_a_detail_behind_plus_is_the_same_mailbox_and_stays_visible(opened: Opens) -> None:
    there = await opened()
    assert (await swaks(there.port, recipient="Help+abc@Example.org")).code == 0
    assert b"Delivered-To: Help+abc@Example.org\r\n" in there.notes.taken[0][1]


async def test_a_mail_that_turns_out_too_large_is_refused_and_the_next_one_is_taken(
        opened: Opens, tmp_path: Path) -> None:
    there = await opened(max_bytes=100_000)
    body = tmp_path / "body"
    body.write_text(("x" * 70 + "\n") * 60_000)
    heard = await swaks(there.port, "--body", f"@{body}")
    assert heard.said("552 5.3.4"), heard.out
    assert heard.code == 26
    assert there.door.house.held == 0
    assert (await swaks(there.port)).code == 0


async def test_two_mailboxes_among_the_recipients_both_get_it(opened: Opens) -> None:
    there = await opened()
    heard = await swaks(there.port, recipient="support@example.org,sales@example.org,help@example.org")
    assert heard.code == 0
    assert [source for source, _ in there.notes.taken] == ["mail:support", "mail:sales"]
    assert b"sales@" not in there.notes.taken[0][1].partition(b"Received")[0]


async def test_a_mail_that_nobody_may_answer_says_so(opened: Opens) -> None:
    there = await opened()
    assert (await swaks(there.port, sender="<>")).code == 0
    assert there.notes.taken[0][1].startswith(b"Return-Path: <>\r\n")


async def test_away_is_451_and_nothing_is_lost(opened: Opens) -> None:
    there = await opened()
    there.notes.away()
    heard = await swaks(there.port)
    assert heard.said("451 4.3.0")
    assert heard.code == 26
    there.notes.refusal = None
    assert (await swaks(there.port)).code == 0
    assert len(there.notes.taken) == 1


async def test_what_we_cannot_understand_by_a_fault_of_ours_is_kept(opened: Opens) -> None:
    there = await opened()
    there.notes.stupid = True
    assert (await swaks(there.port)).code == 0
    [kept] = there.sink.outcomes("quarantined")
    assert kept.source == "mail:support"
    assert b"test" in kept.raw


async def test_lmtp_answers_for_each_recipient(opened: Opens) -> None:
    there = await opened(protocol="lmtp")
    heard = await swaks(there.port, "--protocol", "LMTP", recipient="support@example.org,sales@example.org")
    assert heard.code == 0, heard.out
    assert heard.out.count("250 2.0.0 Kept") == 2
    assert len(there.notes.taken) == 2


async def test_other_networks_hear_nothing_but_no(opened: Opens) -> None:
    there = await opened(networks=["10.0.0.0/8"])
    heard = await swaks(there.port)
    assert heard.said("554 5.7.1")
    assert heard.code != 0
