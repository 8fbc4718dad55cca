"""A mail to many: nobody is left out unseen, and no draft is lost because of whom it goes to."""

import pytest

from hub.errors import Invalid
from hub.letters import RECIPIENTS
from hub.wire_drafts import Draft
from tests.hub.conftest import Heart
from tests.hub.letters import MIA, opened
from tests.hub.writing import able, detail, draft_mail, drafts, leave, say, to

MANY = tuple(f"p{n}@example.com" for n in range(200))


async def test_reply_to_all_names_every_one_of_two_hundred_and_reaches_them(heart: Heart) -> None:
    able(heart)
    ann = await heart.agent("Ann")
    it = await opened(heart, "1", cc=MANY)
    await heart.desk.claim(ann, it)
    reply = (await detail(heart, ann, it)).reply
    assert reply is not None
    assert tuple(one.address for one in reply.cc) == MANY
    await say(heart, (ann, it), mail=to(MIA, *MANY))
    await leave(heart)
    mail = heart.mail.sent[0].mail
    assert mail is not None
    assert len(mail.to) == 201


async def test_too_many_are_refused_in_words_and_their_draft_is_kept(heart: Heart) -> None:
    able(heart)
    ann = await heart.agent("Ann")
    it = await opened(heart, "1")
    await heart.desk.claim(ann, it)
    wanted = to(*(f"p{n}@example.com" for n in range(RECIPIENTS + 1)), "x" * 1500)
    await heart.desk.draft(ann, it, Draft(kind="reply", text="dear all", mail=wanted))
    kept = await detail(heart, ann, it)
    assert (drafts(kept), draft_mail(kept)) == ({"reply": ["dear all"]}, wanted)
    with pytest.raises(Invalid) as refused:
        await say(heart, (ann, it), mail=to(*(f"p{n}@example.com" for n in range(RECIPIENTS + 1))))
    assert refused.value.fields == {"mail.to": "too_many"}
