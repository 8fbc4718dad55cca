"""Files of texts: copied behind the message, typed by their bytes, tried again within a budget, once."""

import pytest

from hub.doorbell import Doorbell
from hub.media import BACK_OFF, CLAIM, Media
from hub.store import history
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
