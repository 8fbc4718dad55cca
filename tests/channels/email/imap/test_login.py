"""The way into a mailbox: passwords of any letters, tokens, certificates; and a clear word where it is barred."""

import asyncio
import dataclasses
import ssl
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from channels.email.imap import ImapError
from channels.email.imap.link import Link
from channels.email.oauth import Grants
from tests.channels.email.imap.stage import LIMITS, Stage, account, mail
from tests.support.badimap import BadImap
from tests.support.clock import FakeClock
from tests.support.dovecot import ODD_PASSWORDS, Certificate, Dovecot, certificate
from tests.support.tokens import TokenServer
from tests.support.waiting import until, unused_port


@pytest.mark.parametrize("password", ODD_PASSWORDS)
async def test_passwords_of_any_letters_get_in(password: str, dovecot: Dovecot) -> None:
    odd = dovecot.user(password)
    if not odd.files():  # he is the same on every loop
        odd.deliver(mail(1))
    await Stage(account(dovecot.port, odd.name, password)).fetch_all(1)


@pytest.mark.parametrize("password", [*ODD_PASSWORDS, "two\r\nlines"])
async def test_passwords_of_any_letters_get_in_where_only_login_is_offered(password: str) -> None:
    said: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Knows LOGIN with quoted strings and literals, and writes down what it was given."""
        writer.write(b"* OK ready\r\n")
        while line := await reader.readline():
            tag, _, command = line.partition(b" ")
            if command.startswith(b"LOGIN"):
                rest = command[6:]
                while rest.endswith(b"}\r\n"):
                    writer.write(b"+ go on\r\n")
                    size = int(rest.rpartition(b"{")[2].rstrip(b"}\r\n"))
                    said.append(await reader.readexactly(size))
                    rest = await reader.readline()
                said.extend(part.replace(b'\\"', b'"').replace(b"\\\\", b"\\")
                            for part in rest.strip().removeprefix(b'"ann" ')[1:-1:].split(b"\x00") if part)
            elif command.startswith(b"CAPABILITY"):
                writer.write(b"* CAPABILITY IMAP4rev1\r\n")
            writer.write(tag + b" OK done\r\n")
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        there = account(port, "ann", password)
        assert there.mailbox.imap is not None
        link = Link(there.mailbox.imap, LIMITS)
        await link.open()
        await link.log_in("ann", password)
        await link.close()
    assert said[-1] == password.encode()


async def test_a_server_that_takes_no_passwords_here_is_not_given_one() -> None:
    async with BadImap(capabilities="IMAP4rev1 LOGINDISABLED").running() as server:
        stage = Stage(account(server.port, "ann", "secret"))
        stage.patience.set()
        assert await _problem(stage) == "log_in"
        assert not any("secret" in said for said in server.said)


async def test_a_refused_log_in_waits_long_but_not_once_somebody_asks(dovecot: Dovecot) -> None:
    stage = Stage(account(dovecot.port, dovecot.user().name, "wrong"))
    stage.ledger.asked.set()  # this attempt is the answer to it
    failing = asyncio.create_task(_problem(stage))
    await until(lambda: stage.pauses == [600.0])
    assert not failing.done()
    stage.ledger.asked.set()
    assert await failing == "log_in"


@pytest.mark.parametrize(("code", "settings"), [
    ("resolve", {"host": "nowhere.localhost.invalid..", "port": 1}), ("connect", {}),
])
async def test_what_cannot_be_reached_is_named(code: str, settings: dict[str, object]) -> None:
    stage = Stage(account(unused_port(), "ann", "secret"))
    stage.account = stage.with_imap(**settings)
    assert await _problem(stage) == code


async def test_a_missing_password_is_named() -> None:
    async with BadImap().running() as server:
        stage = Stage(account(server.port, "ann", None))
        stage.patience.set()
        assert await _problem(stage) == "no_secret"


# --- TLS ---

def _made(folder: Path, what: str) -> Certificate:
    if what == "tls_name":
        return certificate(folder, hosts=("mail.example.org",))
    if what == "tls_expired":
        return certificate(folder, days=-1)
    return certificate(folder, self_signed=what == "tls_self_signed")


@asynccontextmanager
async def _tls_server(made: Certificate) -> AsyncIterator[int]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made.file, made.key)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    async with server:
        yield server.sockets[0].getsockname()[1]


@pytest.mark.parametrize("what", ["tls_name", "tls_expired", "tls_self_signed", "tls_untrusted"])
async def test_a_certificate_that_is_wrong_is_named_by_what_is_wrong(what: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        made = _made(Path(folder), what)
        trusted = None if what in ("tls_untrusted", "tls_self_signed") else str(made.authority)
        async with _tls_server(made) as port:
            stage = Stage(account(port, "ann", "secret", "tls"), tls=ssl.create_default_context(cafile=trusted))
            assert await _problem(stage) == what


async def test_a_server_that_speaks_no_tls_and_one_without_starttls(dovecot: Dovecot) -> None:
    assert await _problem(Stage(account(dovecot.port, "ann", "secret", "tls"))) == "tls"
    async with BadImap().running() as server:
        assert await _problem(Stage(account(server.port, "ann", "secret", "starttls"))) == "tls_missing"
        assert not any("secret" in said for said in server.said)


async def test_answers_slipped_in_before_tls_end_the_connection() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"* OK ready\r\n")
        tag = (await reader.readline()).split()[0]
        writer.write(b"* CAPABILITY IMAP4rev1 STARTTLS\r\n" + tag + b" OK done\r\n")
        tag = (await reader.readline()).split()[0]
        writer.write(tag + b" OK begin TLS\r\n* CAPABILITY IMAP4rev1 X")
        await reader.read()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        stage = Stage(account(server.sockets[0].getsockname()[1], "ann", "secret", "starttls"))
        assert await _problem(stage) == "tls"


# --- tokens ---

@pytest.fixture
async def provider() -> AsyncIterator[TokenServer]:
    async with TokenServer().running() as server:
        yield server


@pytest.fixture
async def server() -> AsyncIterator[BadImap]:
    async with BadImap({1: mail(1)}).running() as running:
        yield running


@pytest.fixture
def stage(server: BadImap, provider: TokenServer) -> Stage:
    there = account(server.port, "ann@example.org", None, oauth=provider.settings, refresh_token="refresh 0")
    clock = FakeClock()
    return Stage(there, clock, grants=Grants(clock))


async def test_a_token_gets_in(stage: Stage, server: BadImap, provider: TokenServer) -> None:
    server.token = "access 1"
    await stage.fetch_all(1)
    assert provider.asked == [{"grant_type": "refresh_token", "refresh_token": "refresh 0", "client_id": "hub",
                               "scope": "mail"}]


async def test_where_the_server_wants_to_be_asked_first_a_token_gets_in_too(stage: Stage, server: BadImap) -> None:
    server.capabilities = "IMAP4rev1 AUTH=XOAUTH2"
    server.token = "access 1"
    await stage.fetch_all(1)


async def test_a_token_is_used_until_shortly_before_its_end(stage: Stage, server: BadImap,
                                                            provider: TokenServer) -> None:
    server.token = "access 1"
    await stage.fetch_all(1)
    stage.clock.advance(minutes=57)
    stage.ledger.verifications.clear()
    await stage.fetch_until(lambda: stage.ledger.verifications)
    assert len(provider.asked) == 1
    stage.clock.advance(minutes=2)
    server.token = "access 2"
    stage.ledger.verifications.clear()
    await stage.fetch_until(lambda: stage.ledger.verifications)
    assert len(provider.asked) == 2


async def test_a_replaced_refresh_token_is_kept_and_used(stage: Stage, server: BadImap,
                                                         provider: TokenServer) -> None:
    provider.rotates = True
    server.token = "access 1"
    await stage.fetch_all(1)
    stage.clock.advance(hours=2)
    server.token = "access 2"
    stage.ledger.verifications.clear()
    await stage.fetch_until(lambda: stage.ledger.verifications)
    assert provider.asked[1]["refresh_token"] == "refresh 1"


async def test_a_token_that_is_not_taken_is_replaced_at_the_next_attempt(stage: Stage, server: BadImap) -> None:
    stage.patience.set()
    server.token = "access 2"
    assert await _problem(stage) == "log_in"
    await stage.fetch_all(1)


@pytest.mark.parametrize(("answer", "code"), [
    ((400, '{"error": "invalid_grant"}'), "refresh_denied"), ((503, "busy"), "refresh"), ((200, "<html>"), "refresh"),
    ((200, "[1]"), "refresh"), ((200, '{"access_token": 7}'), "refresh"), ((200, "{}" + " " * 100_000), "refresh"),
    ((302, ""), "refresh"),
])
async def test_a_provider_that_gives_no_token(answer: tuple[int, str], code: str, stage: Stage,
                                              provider: TokenServer) -> None:
    stage.patience.set()
    provider.answer = answer
    assert await _problem(stage) == code
    assert stage.pauses == ([600.0] if code == "refresh_denied" else [])
    assert "refresh 0" not in stage.ledger.problems[-1][1]


async def test_a_token_is_asked_for_over_https_only(stage: Stage) -> None:
    stage.patience.set()
    oauth = stage.account.mailbox.oauth
    assert oauth is not None
    insecure = oauth.model_copy(update={"token_url": "http://login.example.org/token"})
    mailbox = stage.account.mailbox.model_copy(update={"oauth": insecure})
    stage.account = dataclasses.replace(stage.account, mailbox=mailbox)
    assert await _problem(stage) == "refresh_denied"


async def test_many_who_need_a_token_ask_for_one(stage: Stage, provider: TokenServer) -> None:
    assert stage.grants is not None
    found = await asyncio.gather(*(stage.grants.access(stage.account) for _ in range(10)))
    assert set(found) == {"access 1"}
    assert len(provider.asked) == 1


async def test_new_consent_in_the_settings_ends_what_was_remembered(stage: Stage, provider: TokenServer) -> None:
    assert stage.grants is not None
    provider.rotates = True
    await stage.grants.access(stage.account)
    again = account(1, "ann", None, oauth=provider.settings, refresh_token="fresh consent")
    await stage.grants.access(again)
    assert provider.asked[-1]["refresh_token"] == "fresh consent"


async def _problem(stage: Stage) -> str:
    with pytest.raises(ImapError) as failure:
        await asyncio.wait_for(stage.fetcher().run(), 20)
    assert stage.ledger.problem_now == failure.value.code
    return failure.value.code
