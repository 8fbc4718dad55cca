"""What every way of failing means for a message, against a real server that fails so."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
import uvloop
from pydantic import SecretStr

from channels.base import Party, Refusal, SendError, Sent
from channels.email.ports import Account
from channels.email.settings import OAuth, Secrets
from channels.email.smtp.failure import NotLetInError
from channels.email.smtp.send import Limits, Sender
from tests.channels.email.smtp.certificate import Certificate
from tests.channels.email.smtp.sample import outbound, sending
from tests.support.smtpsink import Faults, Outside, outside_server

QUICK = Limits(connect=2, command=0.3, opening=1, data=0.5, answer=0.3, quit=0.3)
LARGE = Limits(connect=5, command=5, opening=10, data=30, answer=10, quit=1)
THREE = (Party("", "a@example.com"), Party("", "b@example.com"), Party("", "c@example.com"))
PASSWORD = Secrets(password=SecretStr("right"))


class Fresh:
    """`Grants` whose token is always good."""

    def __init__(self, token: str = "fresh") -> None:
        self.token = token
        self.forgotten: list[str] = []

    async def access(self, account: Account) -> str:
        return self.token

    def forget(self, account: Account, token: str) -> None:
        self.forgotten.append(token)


@pytest.fixture
async def outside() -> AsyncIterator[Outside]:
    async with outside_server() as server:
        yield server


def sender(trust: ssl.SSLContext | None = None) -> Sender:
    return Sender("hub.example.org", Fresh(), QUICK, lambda: trust or ssl.create_default_context())


async def attempt(outside: Outside, text: str = "Let me look.", **faults: Any) -> SendError:
    outside.faults = Faults(**faults)
    with pytest.raises(SendError) as failed:
        await sender().send(sending(outside.port), outbound(text))
    assert len(failed.value.text) <= 500
    return failed.value


async def test_a_mail_goes_out_once_with_its_envelope(outside: Outside) -> None:
    message = outbound(cc=(Party("", "c@example.com"),), bcc=(Party("", "secret@example.net"),))
    raw, sent = await sender().send(sending(outside.port), message)
    [taken] = outside.mails
    assert sent == Sent()
    assert (taken.sender, taken.recipients) == (
        "support@example.org", ("ann@example.com", "c@example.com", "secret@example.net"))
    assert taken.raw == raw


async def test_row_17_bcc_is_in_the_envelope_and_never_in_the_head(outside: Outside) -> None:
    await sender().send(sending(outside.port), outbound(bcc=(Party("Hidden", "secret@example.net"),)))
    assert "secret@example.net" in outside.mails[0].recipients
    assert b"secret" not in outside.mails[0].raw
    assert b"bcc" not in outside.mails[0].raw.lower()


async def test_dots_at_the_beginning_of_lines_survive(outside: Outside) -> None:
    raw, _ = await sender().send(sending(outside.port), outbound(".\n..two\n.three\n"))
    assert outside.mails[0].raw == raw


TEMPORARY: dict[str, tuple[dict[str, Any], str]] = {
    "greeting 4xx": ({"greeting": "421 busy"}, "greeting"),
    "greeting 5xx": ({"greeting": "554 no service"}, "greeting"),
    "greeting hangs": ({"hang": "greeting"}, "timeout"),
    "greeting drops": ({"drop": "greeting"}, "unreachable"),
    "ehlo 4xx": ({"ehlo": "421 4.3.2 going down"}, "greeting"),
    "ehlo 5xx": ({"ehlo": "550 who are you"}, "greeting"),
    "mail 4xx": ({"mail": "451 4.3.0 later"}, "busy"),
    "mail needs log-in": ({"mail": "530 5.7.0 Authentication required"}, "authentication"),
    "mail drops": ({"drop": "mail"}, "unreachable"),
    "mail hangs": ({"hang": "mail"}, "timeout"),
    "rcpt greylisted": ({"rcpt": {"*": "450 4.7.1 greylisted, try again"}}, "refused"),
    "rcpt full for now": ({"rcpt": {"*": "452 4.2.2 over quota"}}, "mailbox_full"),
    "data 4xx": ({"data": "451 4.3.0 later"}, "busy"),
    "data drops": ({"drop": "data"}, "unreachable"),
    "data hangs": ({"hang": "data"}, "timeout"),
    "body drops": ({"drop": "body"}, "interrupted"),
    "end 4xx": ({"end": "451 4.3.0 queue file write error"}, "busy"),
}


@pytest.mark.parametrize("what", TEMPORARY)
async def test_may_be_tried_again(outside: Outside, what: str) -> None:
    faults, code = TEMPORARY[what]
    error = await attempt(outside, "x" * 20_000_000 if what.startswith("body") else "Let me look.", **faults)
    assert (error.kind, error.code) == ("temporary", code)
    assert outside.mails == []


PERMANENT: dict[str, tuple[dict[str, Any], str]] = {
    "mail 5xx": ({"mail": "550 5.7.1 sender rejected"}, "refused"),
    "mail too large": ({"mail": "552 5.3.4 message too big"}, "too_large"),
    "unknown mailbox": ({"rcpt": {"*": "550 5.1.1 <ann@example.com>: no such user"}}, "mailbox_unknown"),
    "unknown mailbox, plain": ({"rcpt": {"*": "550 No such user here"}}, "mailbox_unknown"),
    "mailbox full": ({"rcpt": {"*": "552 5.2.2 over quota"}}, "mailbox_full"),
    "no domain": ({"rcpt": {"*": "550 5.1.2 no such domain"}}, "domain_unknown"),
    "data 5xx": ({"data": "554 no valid recipients"}, "refused"),
    "spam": ({"end": "554 5.7.1 this looks like spam"}, "refused"),
    "too large": ({"end": "552 5.3.4 too large"}, "too_large"),
}


@pytest.mark.parametrize("what", PERMANENT)
async def test_is_shown_to_the_agent_with_the_words_of_the_server(outside: Outside, what: str) -> None:
    faults, code = PERMANENT[what]
    error = await attempt(outside, **faults)
    assert (error.kind, error.code) == ("permanent", code)
    words = next(iter(faults.values()))
    assert error.text == (words if isinstance(words, str) else words["*"])


@pytest.mark.parametrize("how", ["drop", "hang"])
async def test_row_5_silence_after_the_final_dot_is_ambiguous(outside: Outside, how: str) -> None:
    error = await attempt(outside, **{how: "end"})
    assert (error.kind, error.code) == ("ambiguous", "no_answer")
    assert len(outside.mails) == 1, "it had been taken: another attempt would be a second copy"


async def test_a_server_that_stops_reading_in_the_middle_has_taken_nothing(outside: Outside) -> None:
    error = await attempt(outside, "x" * 20_000_000, hang="body")
    assert (error.kind, error.code) == ("temporary", "interrupted")


async def test_a_no_in_the_middle_of_the_mail_is_heard(outside: Outside) -> None:
    error = await attempt(outside, "x" * 20_000_000, early="552 5.3.4 that is far too much")
    assert (error.kind, error.code) == ("permanent", "too_large")


async def test_row_5_another_2xx_to_the_whole_mail_means_taken(outside: Outside) -> None:
    outside.faults = Faults(end="251 2.0.0 taken")
    _, sent = await sender().send(sending(outside.port), outbound())
    assert sent == Sent()


async def test_an_answer_of_no_known_kind_to_the_whole_mail_is_doubt(outside: Outside) -> None:
    assert (await attempt(outside, end="354 more")).kind == "ambiguous"


@pytest.mark.parametrize("quit_answer", ["500 what?", "421 4.4.2 gone", "\xff\xff"])
async def test_row_5_nothing_after_the_250_can_fail_the_send(outside: Outside, quit_answer: str) -> None:
    outside.faults.quit = quit_answer
    _, sent = await sender().send(sending(outside.port), outbound())
    assert sent == Sent()


async def test_refused_recipients_are_told_while_the_others_get_it(outside: Outside) -> None:
    outside.faults.rcpt = {"b@example.com": "550 5.1.1 no such user", "c@example.com": "450 4.7.1 later"}
    _, sent = await sender().send(sending(outside.port), outbound(to=THREE))
    assert outside.mails[0].recipients == ("a@example.com",)
    assert sent.refused == (Refusal("b@example.com", "550 5.1.1 no such user", later=False),
                            Refusal("c@example.com", "450 4.7.1 later", later=True))


async def test_when_nobody_is_taken_one_who_may_be_later_is_worth_another_attempt(outside: Outside) -> None:
    outside.faults.rcpt = {"*": "550 5.1.1 no such user", "c@example.com": "450 4.7.1 later"}
    with pytest.raises(SendError) as failed:
        await sender().send(sending(outside.port), outbound(to=THREE))
    assert failed.value.kind == "temporary"


async def test_a_server_that_is_not_there_is_tried_again() -> None:
    with pytest.raises(SendError) as failed:
        await sender().send(sending(1), outbound())
    assert (failed.value.kind, failed.value.code) == ("temporary", "unreachable")


async def test_a_size_beyond_what_the_server_takes_is_not_even_tried() -> None:
    async with outside_server(size=5000) as outside:
        error = await attempt(outside, "x" * 20_000)
        assert (error.kind, error.code) == ("permanent", "too_large")
        assert outside.attempts == 0


async def test_starttls_is_insisted_on(outside: Outside, certificate: Certificate) -> None:
    with pytest.raises(SendError) as failed:
        await sender(certificate.trust).send(sending(outside.port, security="starttls"), outbound())
    assert failed.value.kind == "temporary"
    assert outside.attempts == 0


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_log_in_over_tls(certificate: Certificate, security: str) -> None:
    async with outside_server(certificate.server, implicit=security == "tls") as outside:
        account = sending(outside.port, PASSWORD, security=security, user="support", host="localhost")
        await sender(certificate.trust).send(account, outbound())
        assert outside.logins == ["support"]
        assert outside.mails[0].raw


async def test_a_server_that_offers_no_log_in_is_not_said_to_have_refused_one(certificate: Certificate) -> None:
    async with outside_server(certificate.server) as outside:  # only after STARTTLS, which this mailbox does not use
        with pytest.raises(NotLetInError) as failed:
            await sender().send(sending(outside.port, PASSWORD, user="support"), outbound())
    assert (failed.value.kind, failed.value.trouble, failed.value.text) == ("temporary", "send_no_log_in", "")


async def test_a_certificate_that_nobody_vouches_for_is_said_so(certificate: Certificate) -> None:
    async with outside_server(certificate.server) as outside:
        with pytest.raises(SendError) as failed:
            await sender().send(sending(outside.port, security="starttls", host="localhost"), outbound())
    assert (failed.value.kind, failed.value.code) == ("temporary", "certificate")


@pytest.mark.parametrize(("password", "answer", "kind"), [
    ("wrong", "", "temporary"), ("right", "454 4.7.0 later", "temporary"), ("right", "535 5.7.8 no", "temporary")])
async def test_a_refused_log_in(outside: Outside, password: str, answer: str, kind: str) -> None:
    """Whose fault that is, a message is not to fail for it: it goes when an administrator has mended it."""
    outside.faults.auth = answer
    secrets = Secrets(smtp_password=SecretStr(password), password=SecretStr("of imap"))
    with pytest.raises(SendError) as failed:
        await sender().send(sending(outside.port, secrets, user="support"), outbound())
    assert (failed.value.kind, failed.value.code) == (kind, "authentication")
    assert password not in str(failed.value)


async def test_log_in_with_an_access_token(outside: Outside) -> None:
    oauth = OAuth(token_url="https://login.example.com", client_id="hub")
    await sender().send(sending(outside.port, user="support@example.org", oauth=oauth), outbound())
    assert outside.logins == ["support@example.org"]


async def test_an_access_token_that_is_refused_is_not_used_again(outside: Outside) -> None:
    oauth, grants = OAuth(token_url="https://login.example.com", client_id="hub"), Fresh("stale")
    with pytest.raises(SendError) as failed:
        await Sender("hub", grants, QUICK).send(sending(outside.port, user="support", oauth=oauth), outbound())
    assert failed.value.code == "authentication"
    assert grants.forgotten == ["stale"]


async def test_an_address_beyond_ascii_needs_a_server_that_knows_them() -> None:
    chinese = (Party("陈静", "陈静@例子.example"),)
    async with outside_server() as outside:
        await sender().send(sending(outside.port), outbound(to=chinese))
        assert "SMTPUTF8" in outside.mails[0].options
        assert outside.mails[0].recipients == ("陈静@xn--fsqu00a.example",)
    async with outside_server(utf8=False) as outside:
        with pytest.raises(SendError) as failed:
            await sender().send(sending(outside.port), outbound(to=chinese))
        assert (failed.value.kind, failed.value.code) == ("permanent", "no_smtputf8")
        assert outside.attempts == 0


async def test_an_address_that_is_none_is_said_before_anything_is_sent(outside: Outside) -> None:
    with pytest.raises(SendError) as failed:
        await sender().send(sending(outside.port), outbound(to=(Party("", "a@b>\r\nRCPT TO:<c@d"),)))
    assert (failed.value.kind, failed.value.code) == ("permanent", "malformed")
    assert outside.attempts == 0


async def test_being_cancelled_leaves_no_connection_behind(outside: Outside) -> None:
    outside.faults.hang = "end"
    patient = Sender("hub", Fresh(), replace(QUICK, answer=60), ssl.create_default_context)
    task = asyncio.create_task(patient.send(sending(outside.port), outbound()))
    await outside.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def _outcome(certificate: Certificate, **faults: str) -> str:
    async with outside_server(certificate.server) as outside:
        outside.faults = Faults(**faults)  # type: ignore[arg-type]
        account = sending(outside.port, security="starttls", host="localhost")
        try:
            large = Sender("hub.example.org", Fresh(), LARGE, lambda: certificate.trust)
            await large.send(account, outbound("x" * 6_000_000))
        except SendError as error:
            return error.kind
        return "sent"


@pytest.mark.parametrize(("faults", "kind"), [
    ({}, "sent"), ({"drop": "body"}, "temporary"), ({"drop": "end"}, "ambiguous"),
    ({"end": "554 no"}, "permanent")])
def test_the_moment_of_the_dot_is_known_on_the_hubs_own_event_loop_and_over_tls(
        certificate: Certificate, faults: dict[str, str], kind: str) -> None:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        assert runner.run(_outcome(certificate, **faults)) == kind
