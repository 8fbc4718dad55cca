"""Where a mail belongs: in the right thread, once, and nobody else's (I1, I2, I10)."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest

from channels.base import Address, File, Refused
from hub.intake import Placement
from hub.store import cards
from hub.threads import base_subject
from tests.hub.conftest import Heart
from tests.hub.letters import (
    BOB,
    EVE,
    MIA,
    OURS,
    close,
    count,
    ledger_of,
    mail,
    named,
    opened,
    participants,
    sent,
    suggested,
    take,
    texts,
)
from tests.support.gaps import GAPS


@pytest.fixture(autouse=True)
async def in_order(heart: Heart) -> object:
    yield
    await heart.balanced()
    assert not await heart.pool.fetch(GAPS)


async def test_a_first_mail_opens_an_interaction_with_all_that_belongs_to_it(heart: Heart) -> None:
    it = await opened(heart, "1", refs=("0",), cc=(BOB,), uid=7)
    card = await cards.card(heart.pool, it)
    assert (card.channel, card.source, card.queue, card.state) == ("email", "mail:support", "support", "queued")
    assert (card.customer_name, card.subject, card.last_text) == ("Mia", "About 1", "mail 1")
    assert await participants(heart, it) == {MIA: "customer", BOB: "cc"}
    ids = await heart.pool.fetch("SELECT mail_id FROM thread_ids WHERE interaction_id = $1", it)
    assert {row["mail_id"] for row in ids} == {named("0"), named("1")}
    row = await heart.pool.fetchrow("SELECT mailbox, uidvalidity, uid, outcome, key IS NOT NULL FROM mailbox_uids")
    assert tuple(row) == ("support", 1, 7, "stored", True)
    kept = await heart.pool.fetchrow(
        "SELECT a.outcome, convert_from(b.bytes, 'UTF8') FROM arrivals a JOIN touches t ON t.id = a.touch_id"
        " JOIN blobs b ON b.sha256 = t.raw_sha256"
    )
    assert kept[0] == "stored"
    assert kept[1].endswith("mail 1")


async def test_an_answer_joins_by_what_it_refers_to(heart: Heart) -> None:
    it = await opened(heart, "1")
    assert await opened(heart, "2", refs=("1",)) == it
    assert await opened(heart, "3", refs=("unheard-of", "2")) == it
    assert await texts(heart, it) == ["mail 1", "mail 2", "mail 3"]


async def test_an_answer_joins_by_our_token_alone(heart: Heart) -> None:
    it = await opened(heart, "1")
    assert await opened(heart, "2", tokens=(it,)) == it


async def test_a_token_comes_before_a_reference(heart: Heart) -> None:
    first, second = await opened(heart, "1"), await opened(heart, "2")
    assert await opened(heart, "3", tokens=(second,), refs=("1",)) == second
    assert first != second
