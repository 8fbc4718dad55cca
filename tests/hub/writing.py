"""Agents who write mails: an agent who holds one, and the verbs in short."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

from channels.email.settings import Smtp
from hub.errors import HubError
from hub.model import Actor
from hub.store import drafts as store
from hub.store import history, interactions
from hub.store.drafts import Folder
from hub.wire import Detail, Say, TouchView
from hub.wire_mail import MailDraft, PartyIn
from tests.hub.conftest import Heart
from tests.hub.letters import BOB, opened

Talk = tuple[Actor, UUID]


def able(heart: Heart) -> None:
    """Both mailboxes can send."""
    for name in ("support", "sales"):
        heart.mailboxes.set(name, smtp=Smtp(host="127.0.0.1"), name=f"Example {name.title()}")


async def talking(heart: Heart) -> Talk:
    """Ann holds Mia's mail."""
    ann = await heart.agent("Ann")
    it = await opened(heart, "1", cc=(BOB,), subject="Light")
    await heart.desk.claim(ann, it)
    return ann, it


def to(*addresses: str, **more: Any) -> MailDraft:
    return MailDraft(to=[PartyIn(address=one) for one in addresses], **more)


def said(text: str = "It is mended.", **more: Any) -> Say:
    return Say(id=uuid4(), text=text, **more)


async def say(heart: Heart, talk: Talk, *args: Any, **more: Any) -> TouchView:
    touch, again = await heart.desk.say(*talk, said(*args, **more))
    assert not again
    return await history.touch(heart.pool, touch)


async def detail(heart: Heart, actor: Actor, it: UUID) -> Detail:
    return await interactions.detail(heart.pool, actor, it, heart.mailing.letters, heart.mailing.texting)


def drafts(found: Detail) -> dict[str, list[str]]:
    """The texts of each kind, the newest sheet first."""
    return {kind: [one.text for one in sheets] for kind, sheets in found.drafts.items()}


def draft_mail(found: Detail) -> MailDraft | None:
    """Recipients and subject of the newest sheet of a reply."""
    return found.drafts["reply"][0].mail if "reply" in found.drafts else None


async def clear(heart: Heart, actor: Actor, it: UUID) -> None:
    """No reply is being written any more."""
    await store.drop(heart.pool, Folder(actor.id, it, "reply"), None)


async def leave(heart: Heart, seconds: float = 8) -> None:
    """The time to take back is over."""
    heart.clock.advance(seconds)
    await heart.deliver.step()


async def row(heart: Heart, message: UUID | None) -> Any:
    return await heart.pool.fetchrow(
        "SELECT o.*, m.state AS said, m.error AS shown FROM messages m JOIN outbox o ON o.message_id = m.id"
        " WHERE m.id = $1",
        message)  # fmt: skip


async def codes(*verbs: Any) -> list[str]:
    found = await asyncio.gather(*verbs, return_exceptions=True)
    for one in found:
        if isinstance(one, BaseException) and not isinstance(one, HubError):
            raise one
    return sorted(one.code if isinstance(one, HubError) else "ok" for one in found)
