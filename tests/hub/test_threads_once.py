"""A mail is kept once, whoever brings it, how often and in which order (I1, I2, I10)."""

import asyncio
from dataclasses import replace
from typing import Any

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from channels.base import Entry, File, Inbound, Kept, Refused
from hub.intake import Intake
from hub.journal import Journal
from hub.outbox import Outbox
from hub.reception import Reception
from hub.store import ledger
from tests.hub.conftest import Heart
from tests.hub.letters import (
    BOB,
    EVE,
    MIA,
    OURS,
    count,
    ledger_of,
    mail,
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


def node(heart: Heart) -> Reception:
    """One more node over the same database."""
    journal = Journal(heart.pool, heart.clock, heart.new_id, heart.journal.doorbell)
    return Reception(Intake(journal, heart.intake.placement), Outbox(journal), heart.mailboxes)


# --- copies and retries -----------------------------------------------------------------------------------------------


async def test_row4_a_retry_is_told_the_same_and_stored_once(heart: Heart) -> None:
    it = await opened(heart, "1", uid=7)
    assert await take(heart, "1", uid=7) == Kept("duplicate", it)
    assert await count(heart, "messages") == 1
    assert await ledger_of(heart) == {"stored": 1, "duplicate": 1}
    line = await row(heart, "SELECT outcome, uid FROM mailbox_uids")
    assert line == ("stored", 7), "a uid keeps the outcome it had"


async def test_row49_one_mail_to_two_addresses_is_one_interaction_with_two_entries(heart: Heart) -> None:
    to = tuple(OURS.values())
    it = await opened(heart, "1", to=to, uid=7)
    assert await take(heart, "1", box="sales", to=to, uid=9) == Kept("duplicate", it)
    assert await count(heart, "interactions") == await count(heart, "messages") == 1
    copies = await heart.pool.fetch("SELECT mailbox FROM copies ORDER BY mailbox")
    assert [one["mailbox"] for one in copies] == ["sales", "support"]
    uids = await heart.pool.fetch("SELECT mailbox, uid, outcome FROM mailbox_uids ORDER BY uid")
    assert [tuple(one) for one in uids] == [("support", 7, "stored"), ("sales", 9, "duplicate")]
    rows = (await ledger.ledger(heart.pool, heart.clock())).rows
    assert {r.source: (r.stored, r.duplicate) for r in rows} == {"mail:support": (1, 0), "mail:sales": (0, 1)}


async def test_row49_twenty_at_once_over_two_nodes_and_two_mailboxes_are_one(heart: Heart) -> None:
    nodes, boxes, to = (heart.reception, node(heart)), ("support", "sales", "support"), tuple(OURS.values())
    kept = await asyncio.gather(
        *(nodes[n % 2].take_mail(mail(heart, "1", box=boxes[n % 3], to=to)) for n in range(20))
    )
    assert len({one.interaction_id for one in kept}) == 1
    assert sorted(one.outcome for one in kept) == ["duplicate"] * 19 + ["stored"]
    assert await count(heart, "messages") == await count(heart, "customers") == 1
    assert await count(heart, "copies") == 2


async def test_row10_a_mail_whose_contact_was_removed_does_not_come_back(heart: Heart) -> None:
    it = await opened(heart, "1")
    await heart.pool.execute("DELETE FROM copies")
    await heart.pool.execute("DELETE FROM mails")
    assert await take(heart, "1", uid=8) == Kept("duplicate", it)
    assert await count(heart, "messages") == 1


async def test_another_text_under_the_same_message_id_is_one_more_message(heart: Heart) -> None:
    it = await opened(heart, "1")
    assert await opened(heart, "1", text="edited, and sent as new") == it
    assert await texts(heart, it) == ["mail 1", "edited, and sent as new"]
    both = await asyncio.gather(opened(heart, "2", text="a"), opened(heart, "2", text="b"))
    assert both[0] == both[1] != it


async def test_a_program_that_calls_all_its_mails_the_same_has_its_matters_kept_apart(heart: Heart) -> None:
    order = await opened(heart, "1", subject="Order  17", text="a")
    invoice = await opened(heart, "1", subject="Invoice 4", text="b", uid=7)
    nothing = await opened(heart, "1", subject="", text="c")
    assert len({order, invoice, nothing}) == 3
    assert await suggested(heart, invoice) == {}, "its id is no evidence at all"
    assert await opened(heart, "1", subject="AW: Re: order 17", text="d") == order
    assert await opened(heart, "1", subject="Re:", text="e") == nothing
    assert await opened(heart, "1", subject="My order 17", text="f") not in {order, invoice, nothing}
    assert await opened(heart, "1", subject="Gone", text="g", refs=("1",)) not in {order, invoice, nothing}
    assert await opened(heart, "1", subject="Other words", text="h", tokens=(order,)) == order, "better evidence stands"
    assert await opened(heart, "1", subject="Invoice 4", text="i") == invoice


@pytest.mark.parametrize(
    ("first", "again", "same"),
    [("Bike", "[riders] Bike", True), ("[riders] Bike", "Bike", True), ("Re: Bike", "Re: [riders] Bike", True),
     ("Re: [riders] Bike", "AW: Bike", True), ("Bike", "***SPAM*** Bike", True), ("{Spam?} Bike", "Bike", True),
     ("Vl[2]: Bike", "Bike", True), ("[host 1] Full", "[host 2] Full", False), ("Order: 17", "Bill: 17", False),
     ("", "[riders] Bike", False), ("Bike", "", False), ("Re:", "", True), ("Bike broken", "Bike", False)],
)  # fmt: skip
async def test_a_copy_that_a_list_or_a_filter_has_marked_is_about_the_same(
    heart: Heart, first: str, again: str, same: bool
) -> None:
    it = await opened(heart, "1", subject=first, text="a")
    assert (await opened(heart, "1", subject=again, text="a\n-- \nriders@lists.example") == it) is same


async def test_matters_of_one_message_id_that_arrive_at_once_are_kept_apart(heart: Heart) -> None:
    nodes = [heart.reception, node(heart)]
    await warm(heart)
    letters = [mail(heart, "1", subject=f"Order {n}") for n in range(12)]
    kept = await asyncio.gather(*(nodes[n % 2].take_mail(one) for n, one in enumerate(letters)))
    assert len({one.interaction_id for one in kept}) == 12


async def test_an_id_that_a_thread_spoke_of_joins_whatever_the_subject(heart: Heart) -> None:
    it = await opened(heart, "2", refs=("1",), subject="Something")
    assert await opened(heart, "1", subject="Something else") == it


async def test_a_strangers_text_under_the_same_message_id_stays_his(heart: Heart) -> None:
    it = await opened(heart, "1")
    assert await opened(heart, "1", EVE, text="I am Mia") != it


async def test_a_mail_of_our_own_that_comes_back_is_a_duplicate(heart: Heart) -> None:
    it = await opened(heart, "1")
    ours = await sent(heart, it)
    kept = await take(heart, "echo", OURS["support"], box="sales", mail_id=ours, refs=("1",), uid=3)
    assert kept == Kept("duplicate", it)
    line = await row(heart, "SELECT a.outcome, a.reason FROM arrivals a WHERE a.source = 'mail:sales'")
    assert line == ("duplicate", "own")
    assert await count(heart, "messages", "direction = 'in'") == 1


async def test_a_customers_own_words_under_our_message_id_are_not_lost(heart: Heart) -> None:
    it = await opened(heart, "1")
    ours = await sent(heart, it)
    assert await opened(heart, "2", MIA, mail_id=ours, text="resent with a remark") == it


# --- files and pictures -----------------------------------------------------------------------------------------------


async def test_row19_pictures_of_the_html_are_shown_by_the_files_that_came_with_it(heart: Heart) -> None:
    files = (File("a.txt", "text/plain", b"a"), File("b.png", "image/png", b"\x89PNG\r\n\x1a\n" + b"0" * 20))
    it = await opened(heart, "1", files=files, html='<p>see <img src="cid:pic"></p>', pictures={"pic": 1, "gone": 9})
    html = await heart.pool.fetchval("SELECT html FROM mails")
    rows = await heart.pool.fetch(
        "SELECT f.id, f.name FROM files f JOIN touches t ON t.id = f.touch_id WHERE t.interaction_id = $1", it
    )
    ids = {row["name"]: row["id"] for row in rows}
    assert set(ids) == {"a.txt", "b.png"}
    assert f"/api/files/{ids['b.png']}" in html
    assert "cid:" not in html


# --- what stands in the way -------------------------------------------------------------------------------------------


async def test_i1_a_database_that_is_gone_takes_nothing_and_says_when_to_try_again(heart: Heart, dsn: str) -> None:
    gone = await asyncpg.create_pool(dsn, min_size=1, max_size=2)
    await gone.close()
    there, heart.journal.pool = heart.journal.pool, gone
    with pytest.raises(Refused) as refused:
        await take(heart, "1", uid=7)
    assert (refused.value.status, refused.value.after) == (503, 2.0)
    heart.journal.pool = there
    assert await count(heart, "arrivals") == await count(heart, "mailbox_uids") == 0
    await opened(heart, "1", uid=7)


async def test_i1_a_write_that_fails_in_its_middle_leaves_nothing_and_the_mail_is_quarantined(heart: Heart) -> None:
    await heart.pool.execute("ALTER TABLE mailbox_uids ADD CONSTRAINT odd CHECK (outcome <> 'stored')")
    assert await take(heart, "1", uid=7) == Kept("quarantined")
    assert await count(heart, "interactions") == await count(heart, "customers") == await count(heart, "mails") == 0
    line = await row(heart, "SELECT outcome, reason, raw_sha256 IS NOT NULL FROM arrivals")
    assert line == ("quarantined", "not_stored:23514", True)
    uid = await row(heart, "SELECT outcome, reason, uid FROM mailbox_uids")
    assert uid == ("quarantined", "not_stored:23514", 7)


async def test_row8_one_mail_that_cannot_be_stored_stops_none_beside_it(heart: Heart) -> None:
    await heart.pool.execute("ALTER TABLE mails ADD CONSTRAINT odd CHECK (subject <> 'About 5')")
    kept = await asyncio.gather(*(take(heart, str(n), f"p{n}@example.com") for n in range(12)))
    assert [one.outcome for one in kept] == ["stored"] * 5 + ["quarantined"] + ["stored"] * 6


async def test_row8_a_quarantined_mail_is_taken_when_it_comes_again(heart: Heart) -> None:
    await heart.pool.execute("ALTER TABLE mails ADD CONSTRAINT odd CHECK (subject <> 'About 1')")
    assert (await take(heart, "1", uid=7)).outcome == "quarantined"
    await heart.pool.execute("ALTER TABLE mails DROP CONSTRAINT odd")
    await opened(heart, "1", uid=7)
    assert await heart.pool.fetchval("SELECT outcome FROM mailbox_uids") == "stored"


async def test_text_that_no_database_holds_is_kept_as_far_as_it_can_be(heart: Heart) -> None:
    bad = "a\x00b\ud800c"
    it = await opened(heart, bad, text=bad, subject=bad, quoted=bad, refs=(f"<{bad}>",), html=f"<p>{bad}</p>")
    assert await texts(heart, it) == ["a\ufffdb\ufffdc"]
    assert (await take(heart, bad, text=bad, subject=bad)).outcome == "duplicate"
    assert await opened(heart, "2", refs=(bad,)) == it


async def test_a_date_beyond_reach_is_the_date_of_arrival(heart: Heart) -> None:
    for n, year in enumerate((1, 1899, 2500, 9999)):
        odd = mail(heart, str(n))
        await heart.reception.take_mail(replace(odd, at=heart.clock().replace(year=year)))
    assert await heart.pool.fetchval("SELECT count(DISTINCT at) FROM touches") == 1


async def test_a_mail_to_a_whole_company_does_not_make_it_all_take_part(heart: Heart) -> None:
    it = await opened(heart, "1", cc=tuple(f"p{n}@example.com" for n in range(900)))
    assert len(await participants(heart, it)) == 500


async def test_what_is_no_mail_is_not_lost_either(heart: Heart) -> None:
    assert await heart.reception.take_mail(heart.inbound()) == Kept("quarantined")


# --- order and haste --------------------------------------------------------------------------------------------------


async def test_two_answers_at_once_both_join(heart: Heart) -> None:
    other = node(heart)
    it = await opened(heart, "0")
    kept = await asyncio.gather(
        *((heart.reception if n % 2 else other).take_mail(mail(heart, str(n), refs=("0",))) for n in range(1, 31))
    )
    assert {one.interaction_id for one in kept} == {it}
    assert await count(heart, "messages") == 31


async def test_a_new_threads_first_mail_and_its_answers_at_once_are_one_thread(heart: Heart) -> None:
    nodes = [heart.reception, node(heart), node(heart)]
    await warm(heart)
    for round_ in range(6):
        names = [f"{round_}.{n}" for n in range(6)]
        mails = [mail(heart, name, refs=tuple(reversed(names[:n]))) for n, name in enumerate(names)]
        kept = await asyncio.gather(*(nodes[n % 3].take_mail(one) for n, one in enumerate(mails)))
        assert len({one.interaction_id for one in kept}) == 1, round_
    assert await count(heart, "interactions") == 6


async def test_strangers_who_answer_the_same_unknown_mail_at_once_are_all_taken(heart: Heart) -> None:
    kept = await asyncio.gather(*(take(heart, str(n), f"p{n}@example.com", refs=("list",)) for n in range(70)))
    assert {one.outcome for one in kept} == {"stored"}
    assert len({one.interaction_id for one in kept}) == 70


Arrival = tuple[int, str, int]  # which mail, through which mailbox, by which node


@st.composite
def stories(draw: st.DrawFn) -> tuple[list[Arrival], int]:
    """Mails of one thread, each once at least, doubled and through two mailboxes, in any order."""
    size = draw(st.integers(2, 5))
    once = [(n, "support", 0) for n in range(size)]
    more = draw(st.lists(st.tuples(st.integers(0, size - 1), st.sampled_from(["support", "sales"]), st.integers(0, 1)),
                         max_size=8))
    return draw(st.permutations([*once, *more])), draw(st.integers(1, 6))


async def _empty(heart: Heart) -> None:
    tables = "interactions, customers, touches, arrivals, blobs, mails, messages, addresses, participants, thread_ids"
    await heart.pool.execute(f"TRUNCATE {tables}, mailbox_uids, copies, suggestions, outbox CASCADE")


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(story=stories())
async def test_i2_i10_any_order_doubled_and_at_once_is_one_interaction(
    heart: Heart, story: tuple[list[Arrival], int]
) -> None:
    arrivals, width = story
    await _empty(heart)
    nodes = [heart.reception, node(heart)]
    people = [MIA, BOB]

    def letter(arrival: Arrival, place: int) -> Inbound:
        n, box, _ = arrival
        author, to = people[n % 2], (people[1 - n % 2], *OURS.values())
        refs = tuple(str(one) for one in reversed(range(n)))
        return replace(mail(heart, str(n), author, box, refs=refs, to=to), entry=Entry(box, 1, place + 1))

    kept: list[Kept] = []
    letters = [(nodes[a[2]], letter(a, place)) for place, a in enumerate(arrivals)]
    for start in range(0, len(letters), width):
        together = letters[start : start + width]
        kept += await asyncio.gather(*(where.take_mail(one) for where, one in together))
    size = len({n for n, _, _ in arrivals})
    assert len({one.interaction_id for one in kept}) == await count(heart, "interactions") == 1
    assert await count(heart, "messages") == size
    assert await ledger_of(heart) == _without_zero(stored=size, duplicate=len(arrivals) - size)
    assert await count(heart, "mailbox_uids") == len(arrivals)
    await heart.balanced()


def _without_zero(**numbers: int) -> dict[str, int]:
    return {word: n for word, n in numbers.items() if n}


@st.composite
def crowds(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Mails of people who take part, and of those who do not, with whatever evidence."""
    size = draw(st.integers(1, 8))
    return [
        {
            "author": draw(st.sampled_from([MIA, BOB, EVE, "x@example.net"])),
            "refs": tuple(draw(st.lists(st.sampled_from([str(k) for k in range(size)]), max_size=3, unique=True))),
            "tokens": draw(st.integers(-1, n - 1)),
            "cc": tuple(draw(st.lists(st.sampled_from([BOB, "y@example.net"]), max_size=1))),
        }
        for n in range(size)
    ]


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(crowd=crowds())
async def test_row16_nobody_who_does_not_take_part_ever_joins(heart: Heart, crowd: list[dict[str, Any]]) -> None:
    await _empty(heart)
    seen: list[Any] = []
    allowed: dict[Any, set[str]] = {}
    for n, one in enumerate(crowd):
        tokens = (seen[one["tokens"]],) if one["tokens"] >= 0 else ()
        it = await opened(heart, str(n), one["author"], refs=one["refs"], tokens=tokens, cc=one["cc"])
        if it in allowed:
            assert one["author"] in allowed[it]
        allowed.setdefault(it, set()).update({one["author"], *one["cc"]})
        seen.append(it)
    await heart.balanced()
