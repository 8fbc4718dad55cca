"""Files of texts: copied behind the message, typed by their bytes, tried again within a budget, once."""

import pytest

from channels.base import Unfetched
from hub.doorbell import Doorbell
from hub.errors import Unavailable
from hub.media import BACK_OFF, CLAIM, Media
from hub.media_there import BACK_OFF as AGAIN_THERE
from hub.media_there import There
from hub.store import history
from hub.store import media as store
from simulator.telephony.faults import Rule
from tests.hub.conftest import Heart
from tests.hub.texts import Phone, phone

pytestmark = pytest.mark.usefixtures("in_order")
PNG = b"\x89PNG\r\n\x1a\n" + b"x" * 50


def media(ann: Phone) -> Media:
    return Media(ann.heart.journal, {"sms": ann.line.sms}, Doorbell())


async def shown(ann: Phone) -> list[tuple[str, str, bool]]:
    touches = await ann.touches(await ann.latest())
    return [(file.name[-6:], file.type, file.inline) for one in touches if one.kind == "received" for file in one.files]


async def test_a_picture_follows_its_text_and_is_known_by_its_bytes(heart: Heart) -> None:
    async with phone(heart) as ann:
        await ann.text("Look", (("image/png", PNG), ("image/jpeg", b"<script>not a picture</script>")))
        (received,) = await ann.touches(await ann.latest())
        assert (received.text, received.files, received.data["fetching"]) == ("Look", [], 2)
        assert await media(ann).step() == 0.0
        assert await shown(ann) == [("-1.png", "image/png", True), ("-2.jpg", "text/plain", False)]
        kinds = [one.kind for one in await ann.touches(await ann.latest())]
        assert kinds == ["received", "fetched", "fetched"]  # each a version, so that no desk misses it
        assert await media(ann).step() > 0
        async with heart.pool.acquire() as conn:
            assert len(await history.touches_of(conn, await ann.latest())) == 3


async def test_what_cannot_be_had_now_is_tried_again_and_given_up_at_last(heart: Heart) -> None:
    async with phone(heart) as ann:
        await ann.text("", (("image/png", PNG),))
        ann.line.sim.exchange.messages.clear()
        for pause in BACK_OFF:
            assert await media(ann).step() == 0.0
            assert await media(ann).step() > 0  # not before its time
            heart.clock.advance(pause)
        await media(ann).step()
        last = (await ann.touches(await ann.latest()))[-1]
        assert (last.kind, last.data["error"]) == ("fetched", "gone")
        assert await heart.pool.fetchval("SELECT state FROM media") == "failed"
        heart.clock.advance(days=1)
        assert await media(ann).step() > 0


async def test_what_is_too_large_is_given_up_at_once(heart: Heart) -> None:
    async with phone(heart) as ann:
        await ann.text("", (("video/mp4", b"x" * 20_000),))
        await media(ann).step()
        assert (await ann.touches(await ann.latest()))[-1].data["error"] == "too_large"


async def test_a_hub_that_dies_while_it_fetches_loses_no_file_and_keeps_none_twice(heart: Heart) -> None:
    async with phone(heart) as ann:
        await ann.text("", (("image/png", PNG),))
        await heart.pool.execute("UPDATE media SET attempts = 1, due_at = $1", heart.clock() + CLAIM)  # as a claim does
        assert await media(ann).step() > 0
        heart.clock.advance(CLAIM.total_seconds())
        await heart.pool.execute("UPDATE media SET due_at = $1", heart.clock())
        one, two = media(ann), media(ann)
        await one.step()
        await two.step()
        assert len(await shown(ann)) == 1


async def test_the_network_failing_once_is_nobodys_loss(heart: Heart) -> None:
    async with phone(heart) as ann:
        await ann.text("", (("image/png", PNG),))
        await ann.line.rest.close()
        ann.line.sim.exchange.faults.use((Rule("drop", kinds=("message",)),))
        await media(ann).step()
        assert len(await shown(ann)) == 1


# --- what becomes of Twilio's own copy ---

def keeping(ann: Phone, days: int | None) -> Media:
    ann.line.gateway.settings = ann.line.gateway.settings.model_copy(update={"delete_there_days": days})
    return media(ann)


def there(ann: Phone) -> int:
    """Files that Twilio has."""
    return sum(len(one.media) for one in ann.line.sim.exchange.messages.values())


async def stands(heart: Heart) -> tuple[str, str, int]:
    row = await heart.pool.fetchrow("SELECT state, there, there_attempts FROM media")
    assert row is not None
    return row["state"], row["there"], row["there_attempts"]


async def until_quiet(loop: Media) -> None:
    while not await loop.step():
        pass


async def test_twilios_copy_is_deleted_right_after_ours_is_kept_or_some_days_later_or_never(heart: Heart) -> None:
    async with phone(heart) as ann:
        for days, waits in ((None, 400), (2, 2), (0, 0)):
            await heart.pool.execute("DELETE FROM media")
            ann.line.sim.exchange.messages.clear()
            await ann.text("", (("image/png", PNG),))
            await until_quiet(keeping(ann, days))
            if waits:
                heart.clock.advance(days=waits, minutes=-1)
                await until_quiet(keeping(ann, days))
                assert there(ann) == 1, f"not before {days} days"
                heart.clock.advance(minutes=2)
                await until_quiet(keeping(ann, days))
            assert there(ann) == (1 if days is None else 0)
            assert await stands(heart) == ("kept", "left" if days is None else "deleted", 0 if days is None else 1)
        assert await heart.pool.fetchval("SELECT count(*) FROM files") == 3, "ours stays"


async def test_what_we_could_not_copy_is_never_deleted_there(heart: Heart) -> None:
    async with phone(heart) as ann:
        await ann.text("", (("video/mp4", b"x" * 20_000),))  # too large for us
        await until_quiet(keeping(ann, 0))
        heart.clock.advance(days=400)
        await until_quiet(keeping(ann, 0))
        assert (there(ann), await stands(heart)) == (1, ("failed", "left", 0))


async def test_a_copy_that_is_not_committed_prevents_deletion(heart: Heart, monkeypatch: pytest.MonkeyPatch) -> None:
    async with phone(heart) as ann:
        await ann.text("", (("image/png", PNG),))
        real = store.settle

        async def settled_and_lost(*given: object) -> bool:
            assert await real(*given)  # type: ignore[arg-type]
            raise ConnectionError("the database went away before COMMIT")

        monkeypatch.setattr(store, "settle", settled_and_lost)
        with pytest.raises(Unavailable):
            await keeping(ann, 0).step()
        monkeypatch.setattr(store, "settle", real)
        assert await There(heart.pool, heart.clock, {"sms": ann.line.sms}).step() is False
        assert (there(ann), await stands(heart)) == (1, ("wanted", "left", 0))
        heart.clock.advance(CLAIM.total_seconds())
        await until_quiet(keeping(ann, 0))
        assert (there(ann), await stands(heart)) == (0, ("kept", "deleted", 1))


async def test_deleting_is_tried_again_within_a_budget_and_gone_is_deleted(heart: Heart) -> None:
    async with phone(heart) as ann:
        await ann.text("", (("image/png", PNG),))
        await until_quiet(keeping(ann, None))
        ann.line.sim.exchange.faults.use((Rule("rest_error", kinds=("rest",)),))
        for pause in AGAIN_THERE:
            await until_quiet(keeping(ann, 0))
            assert (await stands(heart))[1] == "left"
            heart.clock.advance(pause)
        await until_quiet(keeping(ann, 0))
        assert await stands(heart) == ("kept", "stuck", len(AGAIN_THERE) + 1)
        heart.clock.advance(days=400)
        await until_quiet(keeping(ann, 0))
        assert there(ann) == 1, "a human's matter now"
        ann.line.sim.exchange.faults.use(())
        ann.line.sim.exchange.messages.clear()
        await heart.pool.execute("UPDATE media SET there = 'left', there_attempts = 0")
        await until_quiet(keeping(ann, 0))
        assert await stands(heart) == ("kept", "deleted", 1)


async def test_only_files_of_the_account_can_be_deleted(heart: Heart) -> None:
    async with phone(heart) as ann:
        other = f"/2010-04-01/Accounts/AC{'0' * 32}/Messages/MM{'1' * 32}/Media/ME{'2' * 32}"
        for url in ("https://api.twilio.com" + other, "https://elsewhere.example/x"):
            with pytest.raises(Unfetched) as refused:
                await ann.line.sms.discard("sms:main:+1", url)
            assert (refused.value.code, refused.value.later) == ("not_theirs", False)
