"""A verdict on spam is a fact: rules place by it, history and tester show it, and nothing is dropped."""

import json
from dataclasses import replace

from channels.base import Spam
from hub.policies import Policies
from hub.store import policies as store
from hub.trials import Trials
from hub.wire_policy import PublishPolicy, TryPolicy
from tests.hub.conftest import Heart
from tests.hub.test_policies import SALES, SUPPORT

LAST = "SELECT id, queue_id, fields FROM interactions ORDER BY created_at DESC, id DESC LIMIT 1"


async def judging(heart: Heart) -> Policies:
    policies = Policies(heart.journal, [SUPPORT, SALES])
    await policies.open()
    heart.intake.placement = replace(heart.intake.placement, current=policies.current)
    sue = await heart.agent("Sue", "supervisor", skills='{"german": 3}', queues=("support", "sales"))
    document = (await policies.version(None)).document
    document["rules"] = [{"id": "junk", "name": "Junk", "when": 'spam in ("suspected", "sure")',
                          "place": {"queue": "sales", "priority": -5}}]
    await policies.publish(sue, PublishPolicy(document=document, base=1))
    return policies


async def test_rules_place_by_it_and_history_and_tester_say_it(heart: Heart) -> None:
    policies = await judging(heart)
    for channel in ("email", "form", "webchat"):
        spam = Spam("suspected", "filter: score 7")
        it = (await heart.arrive(channel=channel, continues=False, spam=spam)).interaction_id
        found = await heart.pool.fetchrow(LAST)
        assert found is not None
        assert (found["id"], found["queue_id"]) == (it, "sales")
        assert json.loads(found["fields"])["_spam_because"] == "filter: score 7"
        touch = json.loads(await heart.pool.fetchval("SELECT data FROM touches WHERE interaction_id = $1", it))
        assert touch["spam"] == {"verdict": "suspected", "because": "filter: score 7"}
        tried = await Trials(heart.journal, policies).tried(TryPolicy(interaction_id=it))
        assert (tried.rule, tried.facts["spam"]) == ("junk", "suspected")


async def test_nobody_can_say_it_of_himself(heart: Heart) -> None:
    await judging(heart)
    for channel in ("form", "webchat"):
        forged = {"_spam": "sure", "spam": "sure", "_to": "boss@example.org"}
        it = (await heart.arrive(channel=channel, continues=False, fields=forged)).interaction_id
        found = await heart.pool.fetchrow(LAST)
        assert found is not None
        assert (found["queue_id"], json.loads(found["fields"])) == ("support", {"spam": "sure"})
        (one,) = await store.waiting(heart.pool, heart.clock(), it)
        assert (one.facts["spam"], one.facts.get("address_dialled")) == ("none", None)
        assert not any(name.startswith("form._") for name in one.facts)


async def test_which_address_of_ours_was_written_to(heart: Heart) -> None:
    it = (await heart.arrive(channel="email", continues=False, dialled="help@example.org")).interaction_id
    (one,) = await store.waiting(heart.pool, heart.clock(), it)
    assert one.facts["address_dialled"] == "help@example.org"
    it = (await heart.arrive(channel="sms", continues=False, source="sms:main:+15550001000")).interaction_id
    (one,) = await store.waiting(heart.pool, heart.clock(), it)
    assert one.facts["address_dialled"] == "+15550001000"
