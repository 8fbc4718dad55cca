"""The copy of a sent mail: there when all is well, and of no consequence otherwise."""

import dataclasses

import pytest

from channels.email.imap import append_sent
from tests.channels.email.imap.stage import LIMITS, account, mail
from tests.support.badimap import BadImap
from tests.support.dovecot import Dovecot, MailUser
from tests.support.waiting import unused_port


async def test_a_copy_lies_in_the_folder_and_is_read(dovecot: Dovecot, user: MailUser) -> None:
    user.doveadm("mailbox create", "Gesendete & 已发送")
    sending = account(dovecot.port, user.name, user.password, sent_folder="Gesendete & 已发送")
    raw = mail(1, size=300_000)
    assert await append_sent(sending, raw) == ""
    assert "messages=1 unseen=0" in user.doveadm("mailbox status", "messages unseen", "Gesendete & 已发送")
    [path] = user.files("Gesendete &- &XfJT0ZAB-")
    assert path.read_bytes().replace(b"\n", b"\r\n") == raw  # Dovecot keeps lines as Unix does


async def test_without_a_folder_nobody_is_asked() -> None:
    assert await append_sent(account(unused_port(), "ann", "secret"), mail(1)) == ""


@pytest.mark.parametrize(("fault", "code"), [
    ("silent", "timeout"), ("silent_append", "timeout"), ("cut_append", "lost"), ("no_append", "folder"),
    ("no_login", "unavailable"), ("garbage_append", "garbage"),
])
async def test_whatever_fails_is_only_said(fault: str, code: str) -> None:
    limits = dataclasses.replace(LIMITS, silence=0.3, connect=0.3, goodbye=0.2)
    async with BadImap(fault=fault).running() as server:
        sending = account(server.port, "ann", "secret", sent_folder="Sent")
        assert await append_sent(sending, mail(1), limits=limits) == code


async def test_it_takes_no_longer_than_allowed() -> None:
    async with BadImap(fault="silent_append").running() as server:
        sending = account(server.port, "ann", "secret", sent_folder="Sent")
        assert await append_sent(sending, mail(1), seconds=0.3) == "timeout"


async def test_nobody_there() -> None:
    assert await append_sent(account(unused_port(), "ann", "secret", sent_folder="Sent"), mail(1)) == "connect"
