"""A password that was changed fails no mail: it waits, an administrator sees why, and it goes when that is mended."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from pydantic import SecretStr

from channels.email.channel import BARRED, Email
from channels.email.ports import Account
from channels.email.settings import Listener, OAuth, Secrets, Smtp
from hub.deliver import Deliver
from hub.doorbell import Doorbell
from hub.mailboxes import Mailboxes
from hub.outbox import MAIL
from hub.sealing import Seal
from hub.store.mailboxes import sql
from tests.hub.conftest import Heart
from tests.hub.office import an_office, wanted
from tests.hub.writing import Talk, able, leave, row, say, talking, to
from tests.support.smtpsink import Outside, outside_server
from tests.support.tokens import TokenServer
from tests.support.waiting import until


@dataclass
class Post:
    """A hub that sends as it does in earnest."""

    heart: Heart
    outside: Outside
    email: Email
    mailboxes: Mailboxes

    def password(self, word: str) -> None:
        self.account(Secrets(password=SecretStr(word)))

    def account(self, secrets: Secrets, **more: Any) -> None:
        mailbox = self.heart.mailboxes.boxes["support"].mailbox
        smtp = Smtp(host="127.0.0.1", port=self.outside.port, security="none", user="support")
        self.heart.mailboxes.boxes["support"] = Account(mailbox.model_copy(update={"smtp": smtp, **more}), secrets)

    async def step(self, seconds: float = 8) -> None:
        """All that is due is tried once, and what that told of the mailbox is written down."""
        await leave(self.heart, seconds)
        await until(lambda: not self.email._notes)

    async def trouble(self) -> tuple[str | None, str | None]:
        found = await self.heart.pool.fetchrow("SELECT problem, problem_text FROM mailbox_states")
        return (found["problem"], found["problem_text"]) if found else (None, None)

    async def states(self, *messages: UUID | None) -> list[str]:
        return [(await row(self.heart, one))["state"] for one in messages]


@pytest.fixture
async def post(heart: Heart) -> AsyncIterator[Post]:
    able(heart)
    mailboxes = Mailboxes(heart.pool, heart.clock, heart.new_id, Seal("s" * 32))
    email = Email(heart.reception, heart.mailboxes, heart.tokens, Listener(), heart.clock, "hub.example.org",
                  consents=mailboxes.consents, troubles=mailboxes)
    heart.deliver = Deliver(heart.outbox, {"email": email}, Doorbell())
    async with outside_server() as outside:
        yield Post(heart, outside, email, mailboxes)
        await email.close()


@pytest.fixture
async def talk(heart: Heart) -> Talk:
    return await talking(heart)


async def test_it_waits_is_shown_and_goes_when_the_password_is_mended(post: Post, talk: Talk) -> None:
    post.password("changed")
    first = (await say(post.heart, talk, "one", mail=to("cy@example.com"))).message_id
    await post.step()
    tried = len(post.outside.logins)
    second = (await say(post.heart, talk, "two", mail=to("cy@example.com"))).message_id
    await post.step()
    assert await post.states(first, second) == ["pending", "pending"]
    assert await post.trouble() == ("send_log_in", "535 5.7.8 Wrong password")
    assert len(post.outside.logins) == tried  # the second one does not get the account locked
    post.password("right")
    await post.mailboxes.hurry("support")
    await post.step(0)
    assert await post.states(first, second) == ["sent", "pending"]  # one goes ahead
    await post.step(0)
    assert await post.states(first, second) == ["sent", "sent"]
    assert await post.trouble() == (None, None)
    assert (await row(post.heart, second))["attempts"] == 2


async def test_mended_at_the_provider_it_goes_with_the_next_that_goes(post: Post, talk: Talk) -> None:
    post.password("right")
    post.outside.faults.auth = "535 5.7.8 locked"
    first = (await say(post.heart, talk, "one", mail=to("cy@example.com"))).message_id
    for pause in MAIL.back_off[:5]:
        await post.step(pause)
    post.outside.faults.auth = ""
    second = (await say(post.heart, talk, "two", mail=to("cy@example.com"))).message_id
    await post.step(BARRED.total_seconds())
    assert await post.states(first, second) == ["pending", "sent"]
    await post.step(0)
    assert await post.states(first, second) == ["sent", "sent"]


async def test_when_patience_ends_it_fails_and_says_why(post: Post, talk: Talk) -> None:
    post.password("changed")
    first = (await say(post.heart, talk, "one", mail=to("cy@example.com"))).message_id
    for pause in (8.0, *MAIL.back_off):
        assert await post.states(first) == ["pending"]
        await post.step(pause)
    found = await row(post.heart, first)
    assert (found["state"], found["said"]) == ("failed", "failed")
    assert found["shown"] == "authentication: 535 5.7.8 Wrong password"


async def test_what_is_wrong_with_sending_survives_a_well_fetched_mailbox(post: Post, talk: Talk) -> None:
    post.password("changed")
    await say(post.heart, talk, "one", mail=to("cy@example.com"))
    await post.step()
    at = post.heart.clock()
    await post.heart.pool.execute(sql["connected"], "support", at)
    assert (await post.trouble())[0] == "send_log_in"
    await post.heart.pool.execute(sql["problem"], "support", "resolve", "no such name", at)
    post.heart.clock.advance(60)
    await post.mailboxes.trouble("support", "send_log_in", "again")
    await post.mailboxes.mended("support", "send")
    assert (await post.trouble())[0] == "resolve"  # that no mail comes is worse
    await post.heart.pool.execute(sql["connected"], "support", at)
    assert (await post.trouble())[0] is None


async def test_where_fetching_is_shown_to_fail_too_the_mail_goes_all_the_same_when_that_is_mended(
        post: Post, talk: Talk) -> None:
    post.password("changed")
    first, second = [(await say(post.heart, talk, text, mail=to("cy@example.com"))).message_id for text in "ab"]
    await post.step()
    await post.step(60)
    await post.heart.pool.execute(sql["problem"], "support", "log_in", "no", post.heart.clock())
    post.password("right")
    await post.mailboxes.hurry("support")
    await post.step(0)
    await post.step(0)
    assert await post.states(first, second) == ["sent", "sent"]


async def test_a_mailbox_that_is_set_up_anew_is_tried_at_once(post: Post, talk: Talk, admin: UUID) -> None:
    heart = post.heart
    office = an_office(heart.pool, heart.clock, heart.new_id, admin)
    await office.add()
    post.password("changed")
    first = (await say(heart, talk, "one", mail=to("cy@example.com"))).message_id
    await post.step()
    for code, shown in (("copy_folder", None), ("send_log_in", "send_log_in")):
        await heart.pool.execute("UPDATE mailbox_states SET problem = $1", code)
        version = office.mailboxes.everything()[0].version
        smtp = {"host": "smtp.example.org", "port": 587, "user": "support"}
        await office.setup.put("support", wanted(version=version, smtp=smtp), admin)
        assert (await post.trouble())[0] == shown
    assert (await row(heart, first))["due_at"] == heart.clock()
    await office.setup.put("support", wanted(version=3), admin)  # it sends no more
    assert (await post.trouble())[0] is None


# --- with access tokens ---

def by_token(post: Post, provider: TokenServer) -> None:
    oauth = OAuth.model_validate(provider.settings.model_dump())
    post.account(Secrets(refresh_token=SecretStr("refresh 0")), oauth=oauth)


async def test_a_token_that_has_ended_early_costs_nothing_but_a_second_try(post: Post, talk: Talk) -> None:
    async with TokenServer(once="refresh 0").running() as provider:
        by_token(post, provider)
        post.outside.token = "access 2"
        first = (await say(post.heart, talk, "one", mail=to("cy@example.com"))).message_id
        await post.step()
        assert await post.states(first) == ["sent"]
        assert len(post.outside.logins) == 2
        assert provider.once == "refresh 2"


async def test_a_consent_that_was_withdrawn_is_shown_and_the_mail_waits(post: Post, talk: Talk) -> None:
    async with TokenServer(once="another").running() as provider:
        by_token(post, provider)
        first = (await say(post.heart, talk, "one", mail=to("cy@example.com"))).message_id
        await post.step()
        assert await post.states(first) == ["pending"]
        assert await post.trouble() == ("send_refresh_denied", "HTTP 400 invalid_grant")
        provider.once, post.outside.token = "refresh 0", "access 2"
        await post.mailboxes.hurry("support")
        await post.step(0)
        assert await post.states(first) == ["sent"]
        assert await post.trouble() == (None, None)


async def test_without_a_token_server_the_mail_waits(post: Post, talk: Talk) -> None:
    async with TokenServer().running() as provider:
        provider.answer = (503, "busy")
        by_token(post, provider)
        first = (await say(post.heart, talk, "one", mail=to("cy@example.com"))).message_id
        await post.step()
        assert await post.states(first) == ["pending"]
        assert (await post.trouble())[0] == "send_refresh"
