"""The channel's own verbs: what it says of itself, what it sends, and the copy that nobody waits for."""

import asyncio
from typing import Any

import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from channels.base import SendError
from channels.email import channel as module
from channels.email.channel import Email
from channels.email.ports import Account
from channels.email.settings import Dkim, Imap, Listener, OAuth, Secrets, Smtp
from tests.channels.email.driver import AtOnce
from tests.channels.email.smtp.sample import SALES, SUPPORT, TOKENS, FewAccounts, outbound, sending
from tests.channels.kit.sink import MemorySink
from tests.support.clock import FakeClock
from tests.support.smtpsink import outside_server
from tests.support.waiting import until


def email(*accounts: Account, **listener: Any) -> Email:
    return Email(MemorySink(), FewAccounts(*accounts), TOKENS, Listener(**listener), FakeClock(), "hub.example.org",
                 AtOnce())  # type: ignore[arg-type]


async def findings(*accounts: Account, **listener: Any) -> dict[str, tuple[bool, str]]:
    return {one.name: (one.ok, one.detail) async for one in email(*accounts, **listener).check()}


IMAP = Imap(host="imap.example.org", user="support")
SMTP = Smtp(host="smtp.example.org", user="support")


async def test_the_self_test_speaks_of_each_mailbox() -> None:
    both = SUPPORT.model_copy(update={"imap": IMAP, "smtp": SMTP})
    password = Secrets(password=SecretStr("x"))
    assert await findings(Account(both, password), Account(SALES, Secrets())) == {
        "email support": (True, "fetches and sends"), "email sales": (True, "takes mail from the listener only")}
    assert await findings(Account(both, Secrets())) == {
        "email support": (False, "has no password; has no password for sending")}
    signed = both.model_copy(update={"dkim": Dkim(domain="example.org", selector="a")})
    assert await findings(Account(signed, password)) == {"email support": (False, "has no key to sign with")}
    oauth = both.model_copy(update={"oauth": OAuth(token_url="https://x.example", client_id="hub")})
    assert await findings(Account(oauth, password)) == {"email support": (False, "has no refresh token")}
    assert await findings(Account(both.model_copy(update={"enabled": False}), Secrets())) == {
        "email support": (True, "switched off")}
    assert await findings() == {"email": (True, "no mailbox is set up")}


async def test_the_self_test_tries_the_listeners_settings() -> None:
    assert await findings(listen="127.0.0.1:8025") == {"email listener 127.0.0.1:8025": (True, "smtp")}
    assert (await findings(listen="8025"))["email listener 8025"][0] is False
    for wrong in ({"certificate": "/nowhere/cert.pem"}, {"networks": ["everywhere"]}):
        assert (await findings(listen="127.0.0.1:0", **wrong))["email listener 127.0.0.1:0"][0] is False
        with pytest.raises((OSError, ValueError)):
            await email(listen="127.0.0.1:0", **wrong).open()


@pytest.mark.parametrize(("changes", "code"), [
    ({"smtp": None}, "cannot_send"), ({"enabled": False}, "cannot_send"), ({"id": "other"}, "no_mailbox")])
async def test_a_mailbox_that_cannot_send_says_so(changes: dict[str, Any], code: str) -> None:
    account = Account(SUPPORT.model_copy(update={"smtp": SMTP} | changes), Secrets())
    with pytest.raises(SendError) as failed:
        await email(account).send(outbound())
    assert (failed.value.kind, failed.value.code) == ("permanent", code)


@pytest.mark.parametrize("outcome", ["kept", "refused", "broken", "hangs"])
async def test_row_5_the_copy_of_what_was_sent_cannot_make_it_be_sent_again(
        monkeypatch: pytest.MonkeyPatch, outcome: str) -> None:
    copied: list[bytes] = []

    async def append(account: Account, raw: bytes, **more: Any) -> str:
        copied.append(raw)
        if outcome == "broken":
            raise RuntimeError
        if outcome == "hangs":
            await asyncio.Event().wait()
        return "" if outcome == "kept" else "no_folder"

    monkeypatch.setattr(module, "append_sent", append)
    monkeypatch.setattr(module, "CLOSE_SECONDS", 0.05)
    async with outside_server() as outside:
        account = sending(outside.port)
        with_folder = account.mailbox.model_copy(update={"imap": IMAP.model_copy(update={"sent_folder": "Sent"})})
        one = email(Account(with_folder, Secrets()))
        await one.send(outbound())
        await until(lambda: copied)
        await one.close()
        assert copied == [outside.mails[0].raw]
        assert outside.attempts == 1


async def test_no_copy_unless_a_folder_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    async def append(*arguments: Any, **more: Any) -> str:
        raise AssertionError("nobody asked for it")

    monkeypatch.setattr(module, "append_sent", append)
    async with outside_server() as outside:
        one = email(sending(outside.port))
        await one.send(outbound())
        assert not one._copies
        await one.close()


# --- what is said of a mailbox ---

class Told:
    """`channels.email.ports.Troubles`, written down; `down` as without a database."""

    def __init__(self, down: bool = False) -> None:
        self.said: list[tuple[str, ...]] = []
        self.down = down

    async def trouble(self, mailbox_id: str, code: str, text: str) -> None:
        self._say(mailbox_id, code, text)

    async def mended(self, mailbox_id: str, kind: str) -> None:
        self._say(mailbox_id, kind)

    def _say(self, *words: str) -> None:
        self.said.append(words)
        if self.down:
            raise OSError


def copying(outside_port: int, told: Told) -> Email:
    account = sending(outside_port)
    imap = IMAP.model_copy(update={"sent_folder": "Sent"})
    return Email(MemorySink(), FewAccounts(Account(account.mailbox.model_copy(update={"imap": imap}), Secrets())),
                 TOKENS, Listener(), FakeClock(), "hub", AtOnce(), troubles=told)  # type: ignore[arg-type]


@pytest.mark.parametrize(("outcome", "said"), [
    ("", ("copy",)), ("folder", ("copy_folder", "")), ("timeout", ("copy_failed", "")), ("lost", ("copy_failed", "")),
    ("refresh_denied", ("copy_log_in", "")), (RuntimeError("ann@example.com"), ("copy_failed", "")),
])
@pytest.mark.parametrize("down", [False, True])
async def test_a_copy_that_failed_is_said_and_logged_without_anybodys_data(
        monkeypatch: pytest.MonkeyPatch, outcome: str | Exception, said: tuple[str, ...], down: bool) -> None:
    async def append(account: Account, raw: bytes, **more: Any) -> str:
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    monkeypatch.setattr(module, "append_sent", append)
    told = Told(down)
    async with outside_server() as outside:
        with capture_logs() as logs:
            one = copying(outside.port, told)
            await one.send(outbound())
            await until(lambda: len(told.said) == 2)
            await one.close()
        assert sorted(told.said) == sorted([("support", "send"), ("support", *said)])
        failed = [line for line in logs if line["event"] == "mail.sent_copy_failed"]
        assert len(failed) == (1 if outcome else 0)
        assert "example.com" not in str(logs)
        assert outside.attempts == 1


async def test_copies_beyond_the_most_at_once_are_said_too(monkeypatch: pytest.MonkeyPatch) -> None:
    go = asyncio.Event()

    async def append(account: Account, raw: bytes, **more: Any) -> str:
        await go.wait()
        return ""

    monkeypatch.setattr(module, "append_sent", append)
    monkeypatch.setattr(module, "COPIES", 1)
    told = Told()
    async with outside_server() as outside:
        one = copying(outside.port, told)
        await one.send(outbound())
        assert ("support", "copy_crowded", "") not in told.said
        await one.send(outbound())
        await until(lambda: ("support", "copy_crowded", "") in told.said)
        go.set()
        await until(lambda: ("support", "copy") in told.said)
        await one.close()
        assert outside.attempts == 2
