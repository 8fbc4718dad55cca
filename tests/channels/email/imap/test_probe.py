"""The test of a mailbox: each step by itself, a clear code for what fails, and no secret in what is said."""

import asyncio
import dataclasses
import ssl
from collections.abc import AsyncIterator
from typing import Any

import pytest
from pydantic import SecretStr

from channels.email.oauth import Grants
from channels.email.ports import Account
from channels.email.probe import StepResult, probe
from channels.email.settings import Smtp
from tests.channels.email.imap.stage import LIMITS, account, mail
from tests.support.badimap import BadImap
from tests.support.clock import FakeClock
from tests.support.dovecot import Dovecot, MailUser
from tests.support.smtpsink import Outside, outside_server
from tests.support.tokens import TokenServer
from tests.support.waiting import unused_port


@pytest.fixture
async def outside() -> AsyncIterator[Outside]:
    async with outside_server() as server:
        yield server


@pytest.fixture
def whole(dovecot: Dovecot, user: MailUser, outside: Outside) -> Account:
    return _with_smtp(account(dovecot.port, user.name, user.password), outside.port)


def _with_smtp(given: Account, port: int, **settings: Any) -> Account:
    smtp = Smtp.model_validate({"host": "localhost", "port": port, "security": "none"} | settings)
    return dataclasses.replace(given, mailbox=given.mailbox.model_copy(update={"smtp": smtp}))


def _without_smtp(given: Account, **imap: Any) -> Account:
    assert given.mailbox.imap is not None
    changed = given.mailbox.model_copy(update={"smtp": None, "imap": given.mailbox.imap.model_copy(update=imap)})
    return dataclasses.replace(given, mailbox=changed)


async def _all(given: Account, **more: Any) -> list[StepResult]:
    limits = dataclasses.replace(LIMITS, silence=5.0, connect=5.0)
    return [step async for step in probe(given, limits=limits, **more)]


def _codes(steps: list[StepResult]) -> list[tuple[str, str]]:
    return [(step.name, step.code) for step in steps]


async def test_a_mailbox_that_works_passes_every_step(whole: Account, user: MailUser, outside: Outside) -> None:
    user.deliver(mail(1), mail(2))

    async def post() -> None:
        """What the mail servers in between do."""
        user.deliver((await outside.wait()).raw)

    posting = asyncio.create_task(post())
    steps = await _all(whole)
    await posting
    assert _codes(steps) == [(name, "") for name in (
        "resolve", "connect", "log_in", "list", "read", "smtp_connect", "send", "arrive")]
    assert all(step.ok and step.seconds >= 0 for step in steps)
    assert user.seen() == [False, False, False]
    [taken] = outside.mails
    assert (taken.sender, taken.recipients) == ("support@example.com", ("support@example.com",))
    assert taken.mail["Auto-Submitted"] == "auto-replied"


async def test_tls_is_a_step_of_its_own(dovecot: Dovecot, user: MailUser, trust: ssl.SSLContext) -> None:
    for port, security in ((dovecot.tls_port, "tls"), (dovecot.port, "starttls")):
        steps = await _all(account(port, user.name, user.password, security), tls=trust)
        assert _codes(steps) == [(name, "") for name in ("resolve", "connect", "tls", "log_in", "list", "read")]


async def test_a_wrong_password_ends_reading_and_sending_is_tested_all_the_same(whole: Account) -> None:
    wrong = dataclasses.replace(whole, secrets=whole.secrets.model_copy(update={"password": SecretStr("wrong word")}))
    steps = await _all(wrong)
    assert _codes(steps) == [("resolve", ""), ("connect", ""), ("log_in", "log_in"), ("smtp_connect", ""),
                             ("send", "")]
    assert "wrong word" not in str(steps)


@pytest.mark.parametrize(("imap", "codes"), [
    ({"host": "nobody.invalid.."}, [("resolve", "resolve")]),
    ({"port": unused_port()}, [("resolve", ""), ("connect", "connect")]),
    ({"security": "tls"}, [("resolve", ""), ("connect", ""), ("tls", "tls")]),
    ({"security": "starttls"}, [("resolve", ""), ("connect", ""), ("tls", "tls_untrusted")]),
    ({"sent_folder": "Sent"}, [("resolve", ""), ("connect", ""), ("log_in", ""), ("list", "folder_missing"),
                               ("read", "")]),
    ({"folder": "Post"}, [("resolve", ""), ("connect", ""), ("log_in", ""), ("list", "folder_missing"),
                          ("read", "folder")]),
])
async def test_what_is_wrong_with_reading_is_named(imap: dict[str, Any], codes: list[tuple[str, str]],
                                                   whole: Account) -> None:
    assert _codes(await _all(_without_smtp(whole, **imap))) == codes


async def test_a_password_that_the_server_repeats_is_not_shown() -> None:
    async with BadImap().running() as server:
        server.fault = "no_login"
        steps = await _all(account(server.port, "ann", "not now"))
    assert steps[-1].code == "unavailable"
    assert "not now" not in steps[-1].text
    assert "***" in steps[-1].text


@pytest.mark.parametrize(("faults", "codes"), [
    ({"greeting": "554 go away"}, [("smtp_connect", "lost")]),
    ({"drop": "greeting"}, [("smtp_connect", "lost")]),
    ({"auth": "535 5.7.8 no"}, [("smtp_connect", ""), ("smtp_log_in", "log_in")]),
    ({"mail": "550 not you"}, [("smtp_connect", ""), ("smtp_log_in", ""), ("send", "send_refused")]),
    ({"rcpt": {"*": "550 nobody"}}, [("smtp_connect", ""), ("smtp_log_in", ""), ("send", "send_refused")]),
    ({"end": "554 spam"}, [("smtp_connect", ""), ("smtp_log_in", ""), ("send", "send_refused")]),
    ({"drop": "data"}, [("smtp_connect", ""), ("smtp_log_in", ""), ("send", "lost")]),
])
async def test_what_is_wrong_with_sending_is_named(faults: dict[str, Any], codes: list[tuple[str, str]],
                                                   outside: Outside) -> None:
    for name, value in faults.items():
        setattr(outside.faults, name, value)
    given = _with_smtp(account(unused_port(), "ann", "right"), outside.port, user="ann")
    sending = dataclasses.replace(given, mailbox=given.mailbox.model_copy(update={"imap": None}))
    assert _codes(await _all(sending)) == codes


async def test_a_server_that_offers_no_log_in(dovecot: Dovecot) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(dovecot.certificate.file, dovecot.certificate.key)
    async with outside_server(context) as server:  # only after STARTTLS
        given = _with_smtp(account(unused_port(), "ann", "right"), server.port, user="ann")
        sending = dataclasses.replace(given, mailbox=given.mailbox.model_copy(update={"imap": None}))
        steps = await _all(sending)
    assert (steps[-1].code, steps[-1].text) == ("no_log_in", "")


async def test_sending_by_tls_and_by_starttls(dovecot: Dovecot, trust: ssl.SSLContext) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(dovecot.certificate.file, dovecot.certificate.key)
    for implicit in (True, False):
        async with outside_server(context, implicit=implicit) as server:
            given = _with_smtp(account(1, "ann", "right"), server.port, user="ann",
                               security="tls" if implicit else "starttls")
            sending = dataclasses.replace(given, mailbox=given.mailbox.model_copy(update={"imap": None}))
            steps = await _all(sending, tls=trust)
            assert _codes(steps) == [(name, "") for name in ("smtp_connect", "smtp_tls", "smtp_log_in", "send")]
            assert _codes(await _all(sending))[-1] == ("smtp_tls", "tls_untrusted")


async def test_no_starttls_is_named(outside: Outside) -> None:
    given = _with_smtp(account(1, "ann", "right"), outside.port, security="starttls")
    sending = dataclasses.replace(given, mailbox=given.mailbox.model_copy(update={"imap": None}))
    assert _codes(await _all(sending)) == [("smtp_connect", ""), ("smtp_tls", "tls_missing")]


async def test_a_mail_that_does_not_arrive_is_named(whole: Account) -> None:
    steps = await _all(whole, arrive=0.3)
    assert _codes(steps)[-1] == ("arrive", "not_arrived")


async def test_one_token_serves_both_directions(outside: Outside) -> None:
    async with TokenServer().running() as provider, BadImap(token="fresh").running() as server:
        provider.answer = (200, '{"access_token": "fresh", "expires_in": 3600}')
        outside.extra = ["250-AUTH XOAUTH2"]
        given = _with_smtp(account(server.port, "ann", None, oauth=provider.settings, refresh_token="r"),
                           outside.port, user="ann")
        steps = await _all(given, grants=Grants(FakeClock()), arrive=0.2)
        assert [step.name for step in steps if step.ok][-1] == "send", steps
        assert len(provider.asked) == 1
