"""Mailboxes over configuration and database, and the memory of each."""

from typing import Any
from uuid import UUID

import pytest

from channels.base import Entry
from channels.email.settings import Imap, Verified
from hub.errors import Conflict, Invalid, NotFound, Unavailable
from hub.mail_settings import ConfiguredMailbox
from hub.mailbox_ledger import Ledger
from hub.mailboxes import Mailboxes, secrets_of
from hub.store import ledger as books
from tests.hub.office import IMAP, Office, Pool, an_office, wanted
from tests.support.clock import FakeClock, SeededIds

# --- all mailboxes there are -----------------------------------------------------------------------------------------


async def test_a_mailbox_is_found_by_id_and_by_each_address_however_it_is_written(office: Office) -> None:
    await office.add(aliases=["help@Example.org"])
    for address in ("support@example.org", "Support@EXAMPLE.org", "help+x1@example.org", "support+a+b@example.org"):
        found = office.mailboxes.of_address(address)
        assert found is not None, address
        assert found.mailbox.id == "support"
    assert office.mailboxes.of_address("other@example.org") is None
    assert office.mailboxes.of_address("support@example.com") is None
    assert [one.mailbox.id for one in office.mailboxes.all()] == ["support"]
    assert office.mailboxes.get("nope") is None


async def test_another_hub_learns_of_every_change(
    office: Office, pool: Pool, clock: FakeClock, new_id: SeededIds, admin: UUID
) -> None:
    other = an_office(pool, clock, new_id, admin)
    await other.mailboxes.refresh()
    await office.add()
    assert await other.mailboxes.refresh()
    assert other.mailboxes.get("support") is not None
    assert not await other.mailboxes.refresh()
    await office.setup.put("support", wanted(version=1, secrets={}, name="New name"), admin)
    await other.mailboxes.refresh()
    assert other.mailboxes.get("support").mailbox.name == "New name"  # type: ignore[union-attr]
    await office.setup.remove("support")
    clock.advance(1)
    await office.add()  # with version 1 again
    assert await other.mailboxes.refresh()
    assert other.mailboxes.get("support").mailbox.name == ""  # type: ignore[union-attr]


async def test_a_mailbox_sealed_with_another_secret_is_shown_with_that_problem_and_not_fetched(
    office: Office, pool: Pool, clock: FakeClock, new_id: SeededIds, admin: UUID
) -> None:
    await office.add()
    await office.add("sales")
    other = an_office(pool, clock, new_id, admin, secret="t" * 32)
    view = await other.setup.view("support")
    assert (view.problem, view.secrets) == ("other_secret", [])
    assert not other.mailboxes.listed("support").fetched  # type: ignore[union-attr]
    assert other.mailboxes.of_address("support@example.org") is not None  # mail handed in is still taken
    await other.setup.put("support", wanted(version=1, secrets={"password": "anew"}), admin)
    assert (await other.setup.view("support")).problem is None


async def test_secrets_lie_sealed_in_the_database(office: Office, pool: Pool) -> None:
    await office.add(secrets={"password": "hush-hush"})
    row = await pool.fetchrow("SELECT settings::text, secrets FROM mailboxes")
    assert row is not None
    assert "hush" not in row["settings"]
    assert b"hush" not in row["secrets"]
    assert "hush" not in (await office.setup.view("support")).model_dump_json()
    account = office.mailboxes.get("support")
    assert account is not None
    assert account.secrets.password.get_secret_value() == "hush-hush"  # type: ignore[union-attr]
    assert "hush" not in repr(account)


async def test_those_of_the_configuration_are_shown_and_cannot_be_changed(
    pool: Pool, clock: FakeClock, new_id: SeededIds, admin: UUID
) -> None:
    configured = ConfiguredMailbox(id="sales", address="sales@example.org", imap=Imap(host="h", user="u"),
                                   secrets=secrets_of({"password": "hush"}))
    office = an_office(pool, clock, new_id, admin, configured)
    view = await office.setup.view("sales")
    assert (view.editable, view.version, view.secrets) == (False, 0, ["password"])
    with pytest.raises(Conflict, match="configuration"):
        await office.add("sales")
    with pytest.raises(Conflict, match="configuration"):
        await office.setup.remove("sales")
    with pytest.raises(Invalid) as doubled:
        await office.add(aliases=["SALES@example.org"])
    assert list(doubled.value.fields) == ["mailbox.aliases.0"]


async def test_of_two_who_change_a_mailbox_the_later_one_is_told(office: Office) -> None:
    await office.add()
    with pytest.raises(Conflict) as there:
        await office.add()
    await office.setup.put("support", wanted(version=1, secrets={}), office.admin)
    with pytest.raises(Conflict) as late:
        await office.setup.put("support", wanted(version=1, secrets={}), office.admin)
    assert (there.value.code, late.value.code) == ("stale", "stale")
    with pytest.raises(NotFound):
        await office.setup.remove("nope")


@pytest.mark.parametrize(
    ("more", "fields"),
    [
        ({"address": "not one"}, {"mailbox.address"}),
        ({"queue": "nope"}, {"mailbox.queue"}),
        ({"imap": {**IMAP, "port": 22}}, {"mailbox.imap.port"}),
        ({"imap": {**IMAP, "host": "http://x/"}}, {"mailbox.imap.host"}),
        ({"imap": {**IMAP, "after": "move"}}, {"mailbox.imap.move_to"}),
        ({"smtp": {"host": "h", "port": 6379}}, {"mailbox.smtp.port"}),
        ({"oauth": {"token_url": "https://h:8443/", "client_id": "c"}},
         {"mailbox.oauth.token_url", "secrets.refresh_token"}),
        ({"dkim": {"domain": "example.org", "selector": "s"}}, {"secrets.dkim_key"}),
        ({"secrets": {}}, {"secrets.password"}),
        ({"secrets": {"password": "x", "dkim_key": "no key"}}, {"secrets.dkim_key"}),
    ],
)
async def test_what_is_wrong_is_said_by_field(office: Office, more: dict[str, Any], fields: set[str]) -> None:
    with pytest.raises(Invalid) as caught:
        await office.add(**more)
    assert set(caught.value.fields) == fields


async def test_an_id_is_a_plain_word_and_that_of_the_address(office: Office) -> None:
    with pytest.raises(Invalid) as caught:
        await office.add("Bad Id", address="bad@example.org")
    assert set(caught.value.fields) == {"mailbox.id"}
    with pytest.raises(Invalid):
        await office.setup.put("other", wanted(), office.admin)


@pytest.mark.parametrize("change", [{"host": "elsewhere.example.net"}, {"port": 143}, {"user": "me"},
                                    {"security": "none"}])
async def test_a_stored_secret_never_goes_to_another_server(office: Office, change: dict[str, object]) -> None:
    await office.add()
    moved = wanted(version=1, secrets={}, imap={**IMAP, **change})
    with pytest.raises(Invalid) as tested:
        office.setup.account(moved)
    with pytest.raises(Invalid) as saved:
        await office.setup.put("support", moved, office.admin)
    assert "secrets.password" in tested.value.fields
    assert "secrets.password" in saved.value.fields
    given = wanted(version=1, secrets={"password": "mine"}, imap={**IMAP, **change})
    assert office.setup.account(given).secrets.password.get_secret_value() == "mine"  # type: ignore[union-attr]
    same = wanted(version=1, secrets={}, name="Other name")
    assert office.setup.account(same).secrets.password.get_secret_value() == "hush"  # type: ignore[union-attr]


async def test_an_empty_secret_is_removed_and_one_left_out_stays(office: Office) -> None:
    await office.add(secrets={"password": "a", "smtp_password": "b"})
    await office.setup.put("support", wanted(version=1, secrets={"smtp_password": ""}), office.admin)
    assert (await office.setup.view("support")).secrets == ["password"]


# --- the memory of one mailbox ---------------------------------------------------------------------------------------


@pytest.fixture
async def ledger(office: Office) -> Ledger:
    await office.add()
    return office.ledger()


def entry(uid: int, uidvalidity: int = 7) -> Entry:
    return Entry("support", uidvalidity, uid)


async def stored(pool: Pool, uid: int, clock: FakeClock, outcome: str = "stored", uidvalidity: int = 7) -> None:
    """As the hub's heart writes it, with the mail."""
    await pool.execute("INSERT INTO mailbox_uids (mailbox, uidvalidity, uid, outcome, key, at) VALUES "
                       "('support', $1, $2, $3, 'k', $4)", uidvalidity, uid, outcome, clock())


async def test_what_is_known_is_the_high_water_and_what_lies_above_it(
    ledger: Ledger, pool: Pool, clock: FakeClock
) -> None:
    assert (await ledger.known()).uidvalidity is None
    await ledger.begin(7, 10)
    for uid in (11, 12, 15):
        await stored(pool, uid, clock)
    await ledger.raise_to(7, 12)
    await ledger.raise_to(7, 11)  # never sinks
    await ledger.raise_to(6, 99)  # of numbers that are no longer
    assert await ledger.failed(entry(14), "odd") == 1
    known = await ledger.known()
    assert (known.uidvalidity, known.high_water, set(known.above), known.attempts) == (7, 12, {15}, {14: 1})


async def test_attempts_are_counted_and_end_in_quarantine_once_with_the_bytes(
    ledger: Ledger, pool: Pool, clock: FakeClock
) -> None:
    await ledger.begin(7, 0)
    assert [await ledger.failed(entry(1), "odd") for _ in range(3)] == [1, 2, 3]
    for _ in range(2):  # a crash in between asks twice
        await ledger.quarantined(entry(1), b"raw", "odd")
    rows = await pool.fetch("SELECT a.source, a.outcome, a.reason, b.bytes FROM arrivals a"
                            " JOIN blobs b ON b.sha256 = a.raw_sha256")
    assert [tuple(row) for row in rows] == [("mail:support", "quarantined", "odd", b"raw")]
    assert await ledger.failed(entry(1), "odd") == 0  # it has an outcome
    known = await ledger.known()
    assert (set(known.above), known.attempts) == ({1}, {})
    book = await books.ledger(pool, clock())
    assert (book.unaccounted, book.undecided) == (0, 1)
    assert [(one.uids, one.quarantined, one.unaccounted) for one in book.mailboxes] == [(1, 1, 0)]


async def test_a_mail_that_is_stored_is_never_put_aside(ledger: Ledger, pool: Pool, clock: FakeClock) -> None:
    await stored(pool, 1, clock)
    await ledger.quarantined(entry(1), b"raw", "odd")
    assert await pool.fetchval("SELECT count(*) FROM arrivals") == 0
    assert await pool.fetchval("SELECT outcome FROM mailbox_uids") == "stored"


async def test_comparing_shows_what_was_lost_below_the_high_water(
    ledger: Ledger, pool: Pool, clock: FakeClock
) -> None:
    await ledger.begin(7, 10)
    for uid in (11, 13):
        await stored(pool, uid, clock)
    await ledger.failed(entry(14), "odd")
    await ledger.raise_to(7, 20)
    assert await ledger.compare(7, [3, 10, 11, 12, 13, 14]) == (4, (12, 14))
    assert await ledger.compare(7, []) == (0, ())


async def test_a_uid_without_its_mail_is_unaccounted(ledger: Ledger, pool: Pool, clock: FakeClock) -> None:
    await stored(pool, 1, clock)
    assert (await books.ledger(pool, clock())).unaccounted == 1


async def test_only_what_is_wholly_here_is_deleted_and_only_after_its_days(
    ledger: Ledger, pool: Pool, clock: FakeClock
) -> None:
    await ledger.begin(7, 0)
    for uid, outcome in ((1, "stored"), (2, "duplicate"), (3, "quarantined"), (4, "failing"), (5, "stored")):
        await stored(pool, uid, clock, outcome)
    await ledger.settled((entry(5),), "keep")
    assert await ledger.deletable(7, 30) == ()
    clock.advance(days=30)
    await stored(pool, 6, clock)
    assert await ledger.deletable(7, 30) == (1, 2)
    assert await ledger.deletable(7, 0) == (1, 2, 6)
    await ledger.settled((entry(1), entry(2)), "delete")
    assert await ledger.deletable(7, 30) == ()
    await pool.execute("UPDATE mailbox_uids SET reason = 'report_without_message' WHERE uid IN (3, 4)")
    assert await ledger.deletable(7, 30) == (3,), "nobody waits for it"


async def test_new_numbers_begin_anew_and_the_old_ones_keep_their_outcomes(
    ledger: Ledger, pool: Pool, clock: FakeClock
) -> None:
    await ledger.begin(7, 10)
    await stored(pool, 11, clock)
    await ledger.begin(8, 0)
    known = await ledger.known()
    assert (known.uidvalidity, known.high_water, known.above) == (8, 0, frozenset())
    assert await pool.fetchval("SELECT count(*) FROM mailbox_uids") == 1


async def test_in_another_folder_uids_are_others_and_begin_anew(
    ledger: Ledger, office: Office, pool: Pool, clock: FakeClock
) -> None:
    await ledger.known()
    await ledger.begin(1, 10)
    await stored(pool, 11, clock, uidvalidity=1)
    other = wanted(version=1, imap={**IMAP, "user": "somebody-else"})  # Gmail: UIDVALIDITY 1, too
    await office.setup.put("support", other, office.admin)
    known = await office.ledger().known()
    assert (known.uidvalidity, known.above, known.begun_at) == (None, frozenset(), None)


@pytest.mark.parametrize("moved", [{"host": "mail.example.org"}, {"port": 143}])
async def test_on_another_server_all_is_numbered_anew_from_where_it_began(
    ledger: Ledger, office: Office, pool: Pool, clock: FakeClock, moved: dict[str, object]
) -> None:
    began = clock()
    await ledger.known()
    await ledger.begin(1, 10)
    await stored(pool, 11, clock, uidvalidity=1)
    clock.advance(days=3)
    same = wanted(version=1, imap={**IMAP, "host": "IMAP.example.org."})
    await office.setup.put("support", same, office.admin)
    assert (await office.ledger().known()).above == {11}
    await office.setup.put("support", wanted(version=2, imap={**IMAP, **moved}), office.admin)
    for _ in range(2):  # a crash before it begins changes nothing
        known = await an_office(pool, clock, office.mailboxes._new_id, office.admin).refreshed()
        assert (known.uidvalidity, known.high_water, known.above, known.begun_at) == (0, 0, frozenset(), began)
    await office.ledger().begin(1, 4)
    known = await office.ledger().known()
    assert (known.uidvalidity, known.high_water, known.begun_at) == (1, 4, began)


async def test_a_mailbox_of_which_no_server_was_noted_goes_on_where_it_was(
    ledger: Ledger, office: Office, pool: Pool, clock: FakeClock
) -> None:
    await ledger.begin(1, 10)
    await stored(pool, 11, clock, uidvalidity=1)
    await pool.execute("UPDATE mailbox_states SET place = 'support INBOX'")
    assert (await ledger.known()).above == {11}
    await office.setup.put("support", wanted(version=1, imap={**IMAP, "host": "other.example.org"}), office.admin)
    assert (await office.ledger().known()).uidvalidity == 0


async def test_a_mailbox_removed_and_added_again_brings_nothing_twice(
    ledger: Ledger, office: Office, pool: Pool, clock: FakeClock
) -> None:
    await ledger.known()
    await ledger.begin(7, 10)
    await stored(pool, 11, clock)
    await office.setup.remove("support")
    await office.add()
    known = await office.ledger().known()
    assert (known.high_water, set(known.above)) == (10, {11})


async def test_how_it_is_stands_in_the_view(ledger: Ledger, office: Office, clock: FakeClock) -> None:
    began = clock()
    await ledger.problem("log_in", "no such user")
    clock.advance(60)
    await ledger.problem("log_in", "no such user")
    view = await office.setup.view("support")
    assert (view.problem, view.problem_text, view.problem_at) == ("log_in", "no such user", began)
    await ledger.connected()
    await ledger.verified(Verified(at=clock(), uidvalidity=7, present=4, missing=(2,)))
    view = await office.setup.view("support")
    assert (view.problem, view.connected_at, view.verified_at) == (None, clock(), clock())
    assert (view.present, view.missing) == (4, 1)


async def test_a_replaced_refresh_token_is_kept_sealed_and_ends_when_a_human_enters_another(
    office: Office, pool: Pool, clock: FakeClock, new_id: SeededIds, admin: UUID
) -> None:
    oauth = {"token_url": "https://login.example.org/token", "client_id": "c"}
    await office.add(oauth=oauth, secrets={"refresh_token": "first"})
    await replaced(office.mailboxes, "first", "second")
    assert _token(office.mailboxes) == "second"
    assert b"second" not in await pool.fetchval("SELECT refresh_token FROM mailbox_states")
    other = an_office(pool, clock, new_id, admin)
    await other.mailboxes.refresh()
    assert _token(other.mailboxes) == "second"
    await replaced(other.mailboxes, "second", "third")
    assert await office.mailboxes.refresh()
    assert _token(office.mailboxes) == "third"
    await office.setup.put("support", wanted(version=1, secrets={"refresh_token": "mine"}, oauth=oauth), admin)
    assert _token(office.mailboxes) == "mine"


async def replaced(mailboxes: Mailboxes, spent: str, token: str) -> None:
    account = mailboxes.get("support")
    assert account is not None
    async with mailboxes.consents.alone(account) as consent:
        assert consent.token == spent
        await consent.replaced(spent, token)


def _token(mailboxes: Mailboxes) -> str:
    account = mailboxes.get("support")
    assert account is not None
    assert account.secrets.refresh_token is not None
    return account.secrets.refresh_token.get_secret_value()


async def test_a_ledger_says_when_the_database_is_away(office: Office, ledger: Ledger, pool: Pool) -> None:
    await pool.close()
    with pytest.raises(Unavailable):
        await ledger.raise_to(7, 1)
