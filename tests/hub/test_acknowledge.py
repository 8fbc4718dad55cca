"""Automatic answers: one to a first mail, none to a machine, and never a second one that nobody asked for (I11)."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from channels.base import Party
from hub.acknowledge import Acknowledge
from hub.letters import fill
from hub.store import acknowledge as store
from tests.hub.conftest import Heart
from tests.hub.letters import BOB, EVE, MIA, OURS, close, count, mail, opened, report, sent, take, warm

TEXT = "Dear {name}, we have your mail: {reference}."
pytestmark = pytest.mark.usefixtures("in_order")


@pytest.fixture(autouse=True)
def answering(heart: Heart) -> None:
    heart.mailboxes.set("support", acknowledge=TEXT)


async def answers(heart: Heart) -> list[Any]:
    return list(
        await heart.pool.fetch(
            "SELECT m.text, l.*, o.recipient, o.channel, o.state FROM mails l JOIN messages m ON m.id = l.message_id"
            " JOIN outbox o ON o.message_id = m.id WHERE l.automatic ORDER BY m.at, m.id"
        )
    )


async def decided(heart: Heart) -> list[str]:
    rows = await heart.pool.fetch("SELECT acknowledge FROM mails WHERE acknowledge IS NOT NULL ORDER BY message_id")
    return [row["acknowledge"] for row in rows]


async def test_a_first_mail_is_acknowledged_once(heart: Heart) -> None:
    it = await opened(heart, "1", refs=("0", "root"), subject="Router")
    for _ in range(3):
        await heart.acknowledge.step()
    (one,) = await answers(heart)
    reference = (await heart.loaded(it)).reference
    assert one["text"] == f"Dear Mia, we have your mail: {reference}."
    assert (one["subject"], one["state"], one["channel"]) == ("Re: Router", "pending", "email")
    assert one["thread"] == ["<root@example.com>", "<0@example.com>", "<1@example.com>"]
    assert heart.tokens.read(one["mail_id"]) == (it,)
    assert heart.tokens.read(one["reply_to"]) == (it,)
    assert MIA in one["recipients"]
    assert await decided(heart) == ["sent"]
    assert await heart.state(it) == "queued"
    kinds = await heart.pool.fetch("SELECT kind, actor FROM touches ORDER BY version")
    assert [tuple(row) for row in kinds] == [("received", "customer"), ("acknowledged", "system")]


async def test_an_answer_to_the_acknowledgement_comes_back_to_its_interaction(heart: Heart) -> None:
    it = await opened(heart, "1")
    await heart.acknowledge.step()
    (one,) = await answers(heart)
    assert await opened(heart, "2", refs=(one["mail_id"],)) == it
    await heart.acknowledge.step()
    assert len(await answers(heart)) == 1, "only a first mail is acknowledged"


async def test_it_goes_where_the_author_wants_his_answers(heart: Heart) -> None:
    await opened(heart, "1", reply_to=(Party("", "desk@example.com"),))
    await heart.acknowledge.step()
    (one,) = await answers(heart)
    assert '"desk@example.com"' in one["recipients"]
    assert '"desk@example.com"' in one["recipient"]


@pytest.mark.parametrize(
    "more",
    [{"machine": "auto_reply"}, {"machine": "auto_generated"}, {"machine": "list"}, {"machine": "bulk"},
     {"answerable": False}, {"author": ""}, {"box": "sales"}],
    ids=str,
)  # fmt: skip
async def test_row18_what_a_machine_wrote_or_forbids_is_never_answered(heart: Heart, more: dict[str, Any]) -> None:
    await opened(heart, "1", **more)
    await heart.acknowledge.step()
    assert await answers(heart) == []
    assert await decided(heart) == []


async def test_i11_one_address_gets_one_a_day(heart: Heart) -> None:
    for n in range(3):
        await opened(heart, str(n))
        await heart.acknowledge.step()
    heart.clock.advance(hours=23)
    await opened(heart, "later", "Mia@Example.com")
    await heart.acknowledge.step()
    assert len(await answers(heart)) == 1
    heart.clock.advance(hours=2)
    await opened(heart, "next day")
    await opened(heart, "bob", BOB)
    await heart.acknowledge.step()
    assert len(await answers(heart)) == 3
    assert await decided(heart) == ["sent", "held", "held", "held", "sent", "sent"]


async def test_i11_two_nodes_at_once_send_one(heart: Heart) -> None:
    others = [Acknowledge(heart.journal, heart.mailboxes, heart.tokens, heart.journal.doorbell) for _ in range(4)]
    await asyncio.gather(*(take(heart, str(n)) for n in range(12)))
    await asyncio.gather(*(one.step() for one in others))
    assert len(await answers(heart)) == await count(heart, "automatic_mails") == 1
    assert sorted(await decided(heart)) == ["held"] * 11 + ["sent"]


async def test_i11_an_address_is_decided_about_by_one_at_a_time(heart: Heart) -> None:
    await asyncio.gather(*(take(heart, str(n)) for n in range(8)))
    due = await store.due(heart.pool, 8)
    await warm(heart)
    await asyncio.gather(*(heart.acknowledge._decide(*one) for one in due))
    assert await count(heart, "automatic_mails") == 1


async def test_i11_an_interaction_has_five_automatic_mails_at_most(heart: Heart) -> None:
    it = await opened(heart, "1")
    for n in range(5):
        ours = await sent(heart, it, automatic=True)
        message = await heart.pool.fetchval("SELECT message_id FROM mails WHERE mail_id = $1", ours)
        await heart.pool.execute(
            "INSERT INTO automatic_mails VALUES ($1, $2, $3, $4)", message, it, f"x{n}@example.com", heart.clock()
        )
    await heart.acknowledge.step()
    assert await decided(heart) == ["held"]


async def test_an_undeliverable_address_gets_none(heart: Heart) -> None:
    it = await opened(heart, "0", box="sales")
    await heart.reception.take_mail(report(heart, await sent(heart, it)))
    await opened(heart, "1", EVE, reply_to=(Party("", MIA),))
    await heart.acknowledge.step()
    assert await decided(heart) == ["held"]


async def test_none_to_ourselves(heart: Heart) -> None:
    await opened(heart, "1", EVE, reply_to=(Party("", OURS["sales"]),))
    await heart.acknowledge.step()
    assert await decided(heart) == ["held"]


@pytest.mark.parametrize("change", [{"acknowledge": ""}, {"smtp": None}, {"enabled": False}], ids=str)
async def test_none_when_the_mailbox_no_longer_does_it(heart: Heart, change: dict[str, Any]) -> None:
    await opened(heart, "1")
    heart.mailboxes.set("support", **change)
    await heart.acknowledge.step()
    assert await decided(heart) == ["held"]


async def test_none_when_somebody_has_answered_by_then(heart: Heart) -> None:
    await sent(heart, await opened(heart, "1"))
    await heart.acknowledge.step()
    assert await decided(heart) == ["held"]


async def test_none_when_it_is_closed_by_then(heart: Heart) -> None:
    await close(heart, await opened(heart, "1"))
    await heart.acknowledge.step()
    assert await decided(heart) == ["held"]


async def test_what_was_due_when_the_hub_was_killed_is_due_when_it_is_back(heart: Heart) -> None:
    await opened(heart, "1")
    await heart.pool.execute("ALTER TABLE automatic_mails ADD CONSTRAINT odd CHECK (false) NOT VALID")
    with pytest.raises(Exception, match="odd"):
        await heart.acknowledge.step()
    assert await answers(heart) == []
    await heart.pool.execute("ALTER TABLE automatic_mails DROP CONSTRAINT odd")
    assert await decided(heart) == ["due"]
    await heart.acknowledge.step()
    assert await decided(heart) == ["sent"]


@pytest.mark.parametrize(
    "name",
    ["{reference.__class__}", "{name}{name}", "Buy at https://evil.example", "see www.evil.example", "a\r\nBcc: x@y.z",
     "x" * 61, "mia@example.com", "<b>"],
)  # fmt: skip
async def test_a_name_is_never_read_as_a_place_and_carries_no_strangers_words(heart: Heart, name: str) -> None:
    await heart.reception.take_mail(replace(mail(heart, "1"), name=name))
    await heart.acknowledge.step()
    (one,) = await answers(heart)
    kept = name if name.startswith("{") else ""
    assert one["text"].startswith(f"Dear {kept}, we have" if kept else "Dear, we have")


def test_filling_a_text() -> None:
    words = {"reference": "7KX2", "name": ""}
    assert fill("Hello {name}! {reference} {other} {0} {{x}} % $name", words) == "Hello! 7KX2 {other} {0} {{x}} % $name"


async def test_row50_a_vacation_bot_that_answers_everything_gets_one_mail_a_day(heart: Heart) -> None:
    """A bad one, which says nothing of being a machine and begins a thread with every mail."""
    for n in range(30):
        await opened(heart, f"bot-{n}")
        await heart.acknowledge.step()
    assert len(await answers(heart)) == 1


async def test_i11_a_machine_that_answers_from_ever_new_addresses_gets_one_answer(heart: Heart) -> None:
    it = await opened(heart, "1")
    await heart.acknowledge.step()
    for n in range(2, 12):
        await opened(heart, str(n), author=f"bot{n}@example.com", tokens=(it,))
        await heart.acknowledge.step()
    assert len(await answers(heart)) == 1


async def test_i11_nor_does_one_that_only_refers_to_our_answer(heart: Heart) -> None:
    await opened(heart, "1")
    await heart.acknowledge.step()
    (ours,) = await answers(heart)
    for n in range(2, 6):
        await opened(heart, str(n), author=f"bot{n}@example.com", refs=(ours["mail_id"],))
        await heart.acknowledge.step()
    assert len(await answers(heart)) == 1


async def test_i11_details_of_one_address_are_one_address(heart: Heart) -> None:
    for n in range(4):
        await opened(heart, str(n), f"eve{n}@example.net", reply_to=(Party("", f"Mia+{n}@example.com"),))
        await heart.acknowledge.step()
    assert await decided(heart) == ["sent", "held", "held", "held"]


async def test_i11_all_addresses_together_have_a_budget_an_hour_and_mailbox(
    heart: Heart, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.acknowledge.IN_AN_HOUR", 3)
    heart.mailboxes.set("sales", acknowledge=TEXT)
    for n in range(6):
        await opened(heart, str(n), author=f"bot{n}@example.com")
        await heart.acknowledge.step()
    assert await decided(heart) == ["sent"] * 3 + ["held"] * 3
    await opened(heart, "6", BOB, box="sales")
    await heart.acknowledge.step()
    assert (await decided(heart))[-1] == "sent", "one mailbox does not silence another"
    heart.clock.advance(hours=1)
    await opened(heart, "7", EVE)
    await heart.acknowledge.step()
    assert (await decided(heart))[-1] == "sent"


async def test_i11_nodes_that_decide_at_once_keep_to_the_budget_of_a_mailbox(
    heart: Heart, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.acknowledge.IN_AN_HOUR", 3)
    await asyncio.gather(*(take(heart, str(n), f"bot{n}@example.com") for n in range(10)))
    due = await store.due(heart.pool, 10)
    await warm(heart)
    nodes = [Acknowledge(heart.journal, heart.mailboxes, heart.tokens, heart.journal.doorbell) for _ in due]
    await asyncio.gather(*(one._decide(*what) for one, what in zip(nodes, due, strict=True)))
    assert len(await answers(heart)) == await count(heart, "automatic_mails") == 3
    assert sorted(await decided(heart)) == ["held"] * 7 + ["sent"] * 3
