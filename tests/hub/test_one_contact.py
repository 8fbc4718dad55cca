"""One contact, end to end: arrive, offer, accept, talk, end, wrap up, look back."""

from uuid import uuid4

from hub.store import history
from hub.wire import Say, WrapUp
from tests.hub.conftest import Heart


async def test_one_contact(heart: Heart) -> None:
    ann = await heart.agent("Ann")
    arrived = await heart.arrive(name="Li Wei", text="我的路由器坏了")
    await heart.balanced()

    it = await heart.accepted(ann)
    assert it == arrived.interaction_id
    assert await heart.state(it) == "active"

    await heart.desk.say(ann, it, Say(id=uuid4(), text="Let me look"))
    await heart.desk.note(ann, it, Say(id=uuid4(), text="asked for the model"))
    await heart.deliver.step()
    assert [m.text for m in heart.post.sent] == ["Let me look"]

    await heart.desk.end(ann, it)
    assert await heart.state(it) == "wrapping"
    await heart.desk.wrap_up(ann, it, WrapUp(disposition="solved", note="new cable"))
    assert await heart.state(it) == "done"
    await heart.balanced()

    touches = await history.touches_of(heart.pool, it)
    assert [t.kind for t in touches] == [
        "received",
        "offered",
        "accepted",
        "said",
        "noted",
        "ended",
        "noted",
        "wrapped_up",
    ]
    assert [t.version for t in touches] == list(range(1, 9))
    assert [t.text for t in touches if t.note] == ["asked for the model", "new cable"]
