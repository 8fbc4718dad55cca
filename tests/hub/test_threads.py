"""Where a mail belongs: in the right thread, once, and nobody else's (I1, I2, I10)."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from channels.base import Address, Kept, Party
from hub.intake import Overtaken, Placement
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
    mail,
    named,
    opened,
    participants,
    row,
    sent,
    suggested,
    take,
    texts,
    warm,
)

pytestmark = pytest.mark.usefixtures("in_order")


async def test_a_first_mail_opens_an_interaction_with_all_that_belongs_to_it(heart: Heart) -> None:
    it = await opened(heart, "1", refs=("0",), cc=(BOB,), uid=7)
    card = await cards.card(heart.pool, it)
    assert (card.channel, card.source, card.queue, card.state) == ("email", "mail:support", "support", "queued")
    assert (card.customer_name, card.subject, card.last_text) == ("Mia", "About 1", "mail 1")
    assert await participants(heart, it) == {MIA: "customer", BOB: "cc"}
    ids = await heart.pool.fetch("SELECT mail_id FROM thread_ids WHERE interaction_id = $1", it)
    assert {row["mail_id"] for row in ids} == {named("0"), named("1")}
    line = await row(heart, "SELECT mailbox, uidvalidity, uid, outcome, key IS NOT NULL FROM mailbox_uids")
    assert line == ("support", 1, 7, "stored", True)
    kept = await row(
        heart,
        "SELECT a.outcome, convert_from(b.bytes, 'UTF8') FROM arrivals a JOIN touches t ON t.id = a.touch_id"
        " JOIN blobs b ON b.sha256 = t.raw_sha256",
    )
    assert kept[0] == "stored"
    assert kept[1].endswith("mail 1")


async def test_an_answer_joins_by_what_it_refers_to(heart: Heart) -> None:
    it = await opened(heart, "1")
    assert await opened(heart, "2", refs=("1",)) == it
    assert await opened(heart, "3", refs=("unheard-of", "2")) == it
    assert await texts(heart, it) == ["mail 1", "mail 2", "mail 3"]
    assert (await cards.card(heart.pool, it)).unread == 3


async def test_row15_an_answer_to_a_mail_that_never_came_here_finds_what_spoke_of_it(heart: Heart) -> None:
    it = await opened(heart, "2", refs=("written-elsewhere", "1"))
    assert await opened(heart, "3", refs=("written-elsewhere",)) == it


async def test_row20_a_mail_that_its_answer_overtook_joins_it(heart: Heart) -> None:
    it = await opened(heart, "2", refs=("1",))
    assert await opened(heart, "1") == it
    assert await texts(heart, it) == ["mail 2", "mail 1"]


async def test_row15_an_answer_joins_by_our_token_alone(heart: Heart) -> None:
    it = await opened(heart, "1")
    assert await opened(heart, "2", tokens=(it,)) == it


async def test_a_token_comes_before_a_reference_and_the_nearest_reference_before_others(heart: Heart) -> None:
    first, second = await opened(heart, "1"), await opened(heart, "2")
    assert await opened(heart, "3", tokens=(second,), refs=("1",)) == second
    assert await opened(heart, "4", refs=("1", "2")) == first


async def test_row16_strangers_who_refer_to_a_mail_by_the_hundred_do_not_keep_others_from_its_thread(
    heart: Heart,
) -> None:
    it, elsewhere = await opened(heart, "1", cc=(BOB,)), await opened(heart, "2", refs=("far",), cc=(BOB,))
    crowd = (take(heart, f"e{n}", f"e{n}@example.net", refs=("1", "far")) for n in range(210))
    assert len({one.interaction_id for one in await asyncio.gather(*crowd)}) == 210
    late = await opened(heart, "e", EVE, refs=("1",))
    assert it in await suggested(heart, late)
    assert await opened(heart, "3", BOB, refs=("1",)) == it
    assert await opened(heart, "4", BOB, refs=("far",)) == elsewhere


async def test_a_token_of_nothing_that_is_here_is_no_evidence(heart: Heart) -> None:
    it = await opened(heart, "1", tokens=(heart.new_id(),))
    assert not await suggested(heart, it)


async def test_row16_a_stranger_with_all_the_evidence_does_not_join(heart: Heart) -> None:
    it, other = await opened(heart, "1"), await opened(heart, "2")
    token = await opened(heart, "3", EVE, tokens=(it,), refs=("2",))
    reference = await opened(heart, "4", "else@example.net", refs=("1",))
    assert len({it, other, token, reference}) == 4
    assert await suggested(heart, token) == {it: "token", other: "reference"}
    assert await suggested(heart, reference) == {it: "reference"}
    assert await texts(heart, it) == ["mail 1"]
    assert EVE not in await participants(heart, it)


async def test_row16_the_next_mail_of_a_stranger_joins_his_own_thread(heart: Heart) -> None:
    it = await opened(heart, "1")
    own = await opened(heart, "2", EVE, refs=("1",))
    assert await opened(heart, "3", EVE, refs=("2", "1")) == own
    assert await opened(heart, "4", EVE, refs=("1",)) == own
    assert await texts(heart, it) == ["mail 1"]


async def test_row17_whom_the_customer_copied_answers_in_the_same_thread_and_does_not_replace_him(
    heart: Heart,
) -> None:
    it = await opened(heart, "1", cc=(BOB,))
    before = await heart.loaded(it)
    assert await opened(heart, "2", BOB, refs=("1",), cc=("carl@example.com", OURS["sales"])) == it
    after = await heart.loaded(it)
    assert (after.customer_id, after.address_id) == (before.customer_id, before.address_id)
    names = await heart.pool.fetch("SELECT author_name FROM messages ORDER BY number")
    assert [row["author_name"] for row in names] == ["Mia", "Bob"]
    assert await participants(heart, it) == {MIA: "customer", BOB: "cc", "carl@example.com": "cc"}
    assert (await cards.card(heart.pool, it)).customer_name == "Mia"


async def test_row17_a_third_party_that_we_wrote_to_answers_without_replacing_the_customer(heart: Heart) -> None:
    it = await opened(heart, "1")
    ours = await sent(heart, it, ("lab@supplier.example",))
    assert await opened(heart, "2", "lab@supplier.example", refs=(ours,)) == it
    assert (await participants(heart, it))["lab@supplier.example"] == "third_party"
    assert await count(heart, "customers") == 1


async def test_an_unnamed_customer_is_not_called_what_another_participant_is(heart: Heart) -> None:
    first = mail(heart, "1", cc=(BOB,))
    await heart.reception.take_mail(replace(first, name=None))
    it = await opened(heart, "2", BOB, refs=("1",))
    assert (await cards.card(heart.pool, it)).customer_name == MIA
    await take(heart, "3", refs=("2",))
    assert (await cards.card(heart.pool, it)).customer_name == "Mia"


async def test_another_address_of_the_customer_joins(heart: Heart) -> None:
    it = await opened(heart, "1")
    customer = (await heart.loaded(it)).customer_id
    await heart.pool.execute(
        "INSERT INTO addresses (id, customer_id, kind, value, created_at) VALUES ($1, $2, 'email', $3, $4)",
        heart.new_id(),
        customer,
        "Mia.Private@example.net",
        heart.clock(),
    )
    assert await opened(heart, "2", "mia.private@example.net", refs=("1",)) == it
    assert (await participants(heart, it))["mia.private@example.net"] == "customer"


async def test_an_address_is_the_same_in_whatever_case_it_was_written_first(heart: Heart) -> None:
    form = await heart.arrive(
        channel="form", source="form:contact", continues=False, addresses=(Address("email", "Mia@example.com"),)
    )
    it = await opened(heart, "1")
    assert (await heart.loaded(it)).customer_id == (await heart.loaded(form.interaction_id)).customer_id
    assert await count(heart, "addresses") == 1


async def test_a_mail_joins_the_form_it_answers_as_a_mail(heart: Heart) -> None:
    form = await heart.arrive(
        channel="form", source="form:contact", continues=False, addresses=(Address("email", MIA),)
    )
    ours = await sent(heart, form.interaction_id)
    assert await opened(heart, "1", refs=(ours,)) == form.interaction_id
    channels = await heart.pool.fetch("SELECT channel FROM touches ORDER BY version")
    assert [row["channel"] for row in channels] == ["form", "email", "email"]
    assert (await heart.loaded(form.interaction_id)).channel == "form"


# --- a subject only suggests ------------------------------------------------------------------------------------------


async def test_row16_an_equal_subject_suggests_and_never_joins(heart: Heart) -> None:
    old = await opened(heart, "1", subject="Router broken")
    heart.clock.advance(days=29)
    new = await opened(heart, "2", subject="AW: Re[2]: Router  broken")
    assert new != old
    assert await suggested(heart, new) == {old: "subject"}
    heart.clock.advance(days=31)
    assert not await suggested(heart, await opened(heart, "3", subject="Router broken"))


async def test_an_equal_subject_of_somebody_else_suggests_nothing(heart: Heart) -> None:
    await opened(heart, "1", subject="Router broken")
    assert not await suggested(heart, await opened(heart, "2", BOB, subject="Router broken"))
    assert not await suggested(heart, await opened(heart, "3", subject="My Router broken"))
    assert not await suggested(heart, await opened(heart, "4", subject="broken"))


@pytest.mark.parametrize(
    ("subject", "base"),
    [
        ("Re: Fwd: AW: WG: hello", "hello"), ("回复：转发: 你好", "你好"), ("RE[3]: Hello  there", "hello there"),
        ("Re^2: x", "x"), ("SV: TR: RV: Odp: x", "x"), ("返信: x", "x"), ("Re:", ""),
        ("", ""), ("Report: x", "report: x"), ("Re x", "re x"), ("Re : x", "x"),
    ],
)  # fmt: skip
def test_what_answering_puts_before_a_subject(subject: str, base: str) -> None:
    assert base_subject(subject) == base


# --- what was closed --------------------------------------------------------------------------------------------------


async def test_an_answer_soon_after_closing_opens_it_again(heart: Heart) -> None:
    it = await opened(heart, "1")
    await close(heart, it)
    heart.clock.advance(days=13)
    assert await opened(heart, "2", refs=("1",)) == it
    card = await cards.card(heart.pool, it)
    assert (card.state, card.unread, card.disposition) == ("queued", 1, None)


async def test_an_answer_long_after_closing_opens_a_follow_up_for_whoever_had_it(heart: Heart) -> None:
    it = await opened(heart, "1", box="sales")
    ann = await heart.agent("Ann", ready=False)
    await heart.pool.execute("UPDATE interactions SET preferred_agent_id = $1", ann.id)
    await close(heart, it)
    heart.clock.advance(days=15)
    new = await opened(heart, "2", refs=("1",))
    after = await heart.loaded(new)
    assert new != it
    assert (after.parent_id, after.preferred_agent_id, after.queue_id, after.state) == (it, ann.id, "sales", "queued")
    assert not await suggested(heart, new)
    for n, more in (("3", {"refs": ("1",)}), ("4", {"tokens": (it,)}), ("5", {"refs": ("2", "1")})):
        assert await opened(heart, n, **more) == new, "one follow-up, whatever of the closed one is answered"


async def test_late_answers_of_all_who_took_part_open_one_follow_up(heart: Heart) -> None:
    it = await opened(heart, "1", cc=(BOB,))
    ours = await sent(heart, it, ("lab@supplier.example",))
    await close(heart, it)
    heart.clock.advance(days=15)
    new = await opened(heart, "2", BOB, refs=(ours,))
    assert await participants(heart, new) == {BOB: "customer", MIA: "cc", "lab@supplier.example": "third_party"}
    assert await opened(heart, "3", refs=("1",)) == new
    assert await opened(heart, "4", "lab@supplier.example", refs=(ours,)) == new
    assert await opened(heart, "5", EVE, refs=(ours,)) not in {it, new}
    await close(heart, new)
    heart.clock.advance(days=15)
    people = (BOB, MIA, "lab@supplier.example")
    kept = await asyncio.gather(*(opened(heart, f"6{one}", one, refs=(ours,)) for one in people))
    assert len({it, new, *kept}) == 3


async def test_two_late_answers_at_once_open_one_follow_up(heart: Heart) -> None:
    it = await opened(heart, "1")
    await close(heart, it)
    heart.clock.advance(days=15)
    kept = await asyncio.gather(*(opened(heart, f"2{n}", refs=("1",)) for n in range(8)))
    assert len(set(kept)) == 1
    assert kept[0] != it


async def test_only_one_at_a_time_decides_what_follows_a_closed_interaction(heart: Heart) -> None:
    it = await opened(heart, "1")
    await close(heart, it)
    heart.clock.advance(days=15)
    await warm(heart)
    threads, before = heart.reception._threads, await heart.loaded(it)
    letters = [threads._letter(mail(heart, f"2{n}", refs=("1",))) for n in range(6)]
    done = await asyncio.gather(*(threads._follow(one, before) for one in letters), return_exceptions=True)
    assert sorted(type(one) is Kept for one in done) == [False] * 5 + [True]
    assert all(isinstance(one, Kept | Overtaken) for one in done)


async def test_how_long_mail_opens_again_is_a_setting_of_its_own(heart: Heart) -> None:
    placement = heart.intake.placement
    heart.intake.placement = replace(placement, reopens={"email": timedelta(hours=1)})
    it = await opened(heart, "1")
    await close(heart, it)
    heart.clock.advance(hours=2)
    assert await opened(heart, "2", refs=("1",)) != it
    assert Placement(frozenset(), "x").reopens_for("webchat") == timedelta(hours=24)


# --- machines ---------------------------------------------------------------------------------------------------------


async def test_row18_an_absence_joins_quietly_and_opens_nothing_again(heart: Heart) -> None:
    it = await opened(heart, "1")
    await close(heart, it)
    before = await heart.loaded(it)
    heart.clock.advance(days=20)
    assert await opened(heart, "2", refs=("1",), machine="auto_reply", answerable=False) == it
    after = await heart.loaded(it)
    assert (after.state, after.unread, after.last_text) == (before.state, before.unread, before.last_text)
    assert await texts(heart, it) == ["mail 1", "mail 2"]


async def test_row18_an_absence_that_belongs_to_nothing_makes_no_work(heart: Heart) -> None:
    it = await opened(heart, "1", machine="auto_reply", answerable=False)
    card = await cards.card(heart.pool, it)
    assert (card.state, card.unread, card.disposition) == ("done", 0, "auto_reply")
    assert await opened(heart, "2", refs=("1",)) == it
    assert (await cards.card(heart.pool, it)).state == "queued"


@pytest.mark.parametrize("machine", ["auto_generated", "list", "bulk"])
async def test_row18_what_programs_and_lists_write_is_work_like_any_other(heart: Heart, machine: str) -> None:
    it = await opened(heart, "1", machine=machine, answerable=False)
    assert (await cards.card(heart.pool, it)).state == "queued"


async def test_a_mail_in_the_name_of_another_mailbox_of_ours_is_of_whom_it_asks_to_answer(heart: Heart) -> None:
    heart.mailboxes.set("support", acknowledge="We have it.")
    asked = (Party("", "Sales+x@example.org"), Party("Mia", "Mia@example.com"))
    it = await opened(heart, "1", OURS["sales"], reply_to=asked)
    assert (await cards.card(heart.pool, it)).customer_name == "Mia"
    assert await participants(heart, it) == {MIA: "customer"}
    assert await opened(heart, "2", MIA, refs=("1",)) == it
    colleague = await opened(heart, "3", OURS["sales"])
    assert (await heart.loaded(colleague)).address_id is None, "nobody can be asked back"
    assert await count(heart, "addresses") == 1
    assert await count(heart, "mails", "acknowledge IS NOT NULL") == 0
    assert await count(heart, "mails", "'own_author' = ANY (warnings)") == 2


async def test_a_mail_from_nobody_is_kept_and_can_not_be_answered(heart: Heart) -> None:
    first, second = await opened(heart, "1", ""), await opened(heart, "2", "", refs=("1",))
    assert first != second, "nobody takes part in anything"
    assert (await heart.loaded(first)).address_id is None
    assert await count(heart, "addresses") == 0
    assert not await participants(heart, first)
    too_long = mail(heart, "3")
    await heart.reception.take_mail(replace(too_long, addresses=(Address("email", "x" * 3000 + "@example.com"),)))
    assert await count(heart, "addresses") == 0
