"""What a customer sees of the hub: his own conversation, his place in line, his files, and nothing else."""

from dataclasses import replace
from uuid import uuid4

import pytest

from channels.base import Address, File, Refused, Standing
from hub.doorbell import Typing
from hub.wire import Say, WrapUp
from tests.hub.conftest import Heart
from tests.hub.promising import policy

ME, YOU = Address("visitor", "me"), Address("visitor", "you")


async def standing(heart: Heart, who: Address = ME) -> Standing:
    found = (await heart.reception.conversation(who, "webchat")).standing
    assert found is not None
    return found


async def test_who_never_wrote_has_no_conversation(heart: Heart) -> None:
    found = await heart.reception.conversation(ME, "webchat")
    assert (found.standing, found.messages) == (None, ())
    await heart.reception.read_up_to(ME, "webchat", 5, "read")
    await heart.reception.typing(ME, "webchat", on=True)
    assert heart.rings == []


async def test_the_line_is_told_honestly(heart: Heart) -> None:
    await heart.arrive(addresses=(YOU,))
    await heart.arrive(addresses=(ME,))
    found = await standing(heart)
    assert (found.state, found.position, found.staffed, found.wait) == ("queued", 2, False, None)
    ann = await heart.agent("Ann")
    assert (await standing(heart)).staffed
    await heart.accepted(ann)
    assert (await standing(heart)).position == 1
    await heart.offered(ann)
    assert (await standing(heart)).state == "queued"  # an offer is no promise


async def test_who_waits_is_told_how_long_and_never_more_because_he_waited(heart: Heart) -> None:
    ann = await heart.agent("Ann", capacity=30)
    for _ in range(5):
        await heart.arrive()
        it = await heart.accepted(ann)
        heart.clock.advance(300)
        await heart.desk.end(ann, it)
        await heart.desk.wrap_up(ann, it, WrapUp(disposition="solved"))
    await heart.arrive(addresses=(ME,))
    first = (await standing(heart)).wait
    assert first is not None
    assert 300 <= first <= 700
    heart.clock.advance(1000)
    assert (await standing(heart)).wait == first


async def test_the_standing_follows_the_conversation(heart: Heart) -> None:
    ann = await heart.agent("Ann")
    await heart.arrive(addresses=(ME,))
    it = await heart.accepted(ann)
    found = await standing(heart)
    assert (found.state, found.agent_name, found.position) == ("active", "Ann", None)
    await heart.desk.end(ann, it)
    assert (await standing(heart)).state == "ended"
    await heart.desk.wrap_up(ann, it, WrapUp(disposition="solved"))
    assert (await standing(heart)).state == "ended"
    await heart.arrive(addresses=(ME,))
    assert (await standing(heart)).state == "queued"


async def test_messages_can_be_asked_for_from_a_number_on(heart: Heart) -> None:
    ann = await heart.agent("Ann")
    await heart.arrive(addresses=(ME,), text="one")
    it = await heart.accepted(ann)
    await heart.desk.say(ann, it, Say(id=uuid4(), text="two"))
    await heart.arrive(addresses=(ME,), text="three")
    whole = await heart.reception.conversation(ME, "webchat")
    assert [(m.number, m.direction, m.text) for m in whole.messages] == [
        (1, "in", "one"), (2, "out", "two"), (3, "in", "three")]  # fmt: skip
    assert [m.number for m in (await heart.reception.conversation(ME, "webchat", 2)).messages] == [3]
    assert (await heart.reception.conversation(YOU, "webchat")).messages == ()


async def test_files_are_for_their_own_conversation(heart: Heart) -> None:
    ann = await heart.agent("Ann")
    mine = await heart.reception.keep_file("visitor:me", File("a.txt", "text/plain", b"mine"))
    assert (await heart.reception.file("visitor:me", mine.id))[1] == b"mine"
    await heart.arrive(addresses=(ME,), file_ids=(mine.id,))
    it = await heart.accepted(ann)
    theirs = await heart.intake.keep_file(f"agent:{ann.id}", File("b.txt", "text/plain", b"answer"))
    with pytest.raises(Refused):
        await heart.reception.file("visitor:me", theirs.id)
    await heart.desk.say(ann, it, Say(id=uuid4(), text="see", files=[theirs.id]))
    assert (await heart.reception.file("visitor:me", theirs.id))[1] == b"answer"
    for stranger, file_id in (("visitor:you", mine.id), ("visitor:you", theirs.id), ("visitor:me", uuid4())):
        with pytest.raises(Refused):
            await heart.reception.file(stranger, file_id)


async def test_typing_is_told_to_the_holder_and_not_kept(heart: Heart) -> None:
    ann = await heart.agent("Ann")
    await heart.arrive(addresses=(ME,))
    await heart.reception.typing(ME, "webchat", on=True)
    it = await heart.accepted(ann)
    await heart.reception.typing(ME, "webchat", on=True)
    assert [r for r in heart.rings if isinstance(r, Typing)] == [Typing(it, frozenset({ann.id}), "customer", True)]


async def test_no_place_is_told_where_the_newest_goes_first(heart: Heart) -> None:
    await heart.arrive(addresses=(ME,))
    newest = policy({"order": "lifo"})
    heart.intake.placement = replace(heart.intake.placement, current=lambda: (1, newest))
    found = await standing(heart)
    assert (found.state, found.position, found.wait) == ("queued", None, None)
