"""The ways into a hub as the linter knows them, and what it found in English sentences."""

import string
from typing import Any, get_args

import pytest

from hub.config import Settings
from hub.finding_words import WORDS, in_words
from hub.policies import Policies
from hub.ways_in import WaysIn, of
from hub.wire_policy import PolicyFinding
from routing import lint
from tests.hub.conftest import Heart

FULL: dict[str, Any] = {
    "queues": [{"id": "help", "name": {"en": "Help"}}, {"id": "sales", "name": {"en": "Sales"}}],
    "forms": {"returns": {"title": "Returns", "queue": "sales", "fields": [{"name": "order", "label": "Order"}]}},
    "voice": {"flows": {"main": {"begin": "hello", "steps": {
        "hello": {"kind": "menu", "say": {"en": "Hello"}, "keys": {"1": "number"}},
        "number": {"kind": "collect", "say": {"en": "Number?"}, "field": "contract", "then": "line"},
        "line": {"kind": "queue", "queue": "sales"}}}}},
}


def test_everything_that_is_configured() -> None:
    found = of(Settings(**FULL), {"info": {"address": "info@example.org"}})
    assert found.channels == {"form", "webchat", "manual", "email"}, "no number, so no calls"
    assert {"returns", "info", "webchat"} <= found.values["source"]
    assert found.values["form"] == {"returns"}
    assert found.values["address_dialled"] == {"info@example.org"}
    assert found.form_fields == {"order"}
    assert found.steps == {"hello", "number", "line"}
    assert found.ivr_fields == {"contract"}
    assert found.queues == found.asked == {"help", "sales"}


async def test_a_page_before_publishing_knows_a_mailbox_that_an_administrator_added(heart: Heart) -> None:
    settings = Settings(**FULL)
    policies = Policies(heart.journal, settings.queues, WaysIn(heart.journal, settings))
    await policies.open()
    await heart.agent("Ann", queues=("help", "sales"))
    document = (await policies.version(None)).document | {"rules": [
        {"id": "r", "name": "", "when": 'source = "info" or form = "return"', "place": {"queue": "sales"}}]}
    told = [(one.data["fact"], one.data["value"]) for one in (await policies.check(document)).findings]
    assert told == [("source", "info"), ("form", "return")]
    await heart.pool.execute(
        "INSERT INTO mailboxes (id, settings, secrets, version, changed_at) VALUES ('info', '{}', '', 1, now())")
    (finding,) = (await policies.check(document)).findings
    assert in_words(finding) == (
        "rules[0].when: form is never 'return': the configuration has no such thing; did you mean returns? "
        "Correct the rule, or add it to the configuration.")


@pytest.mark.parametrize("code", get_args(lint.Code))
def test_every_finding_has_words_that_its_data_fill(code: str) -> None:
    asked = {name: "x" for _, name, _, _ in string.Formatter().parse(WORDS[code]) if name}
    words = in_words(PolicyFinding(code=code, severity="error", path="rules", data=asked))
    assert (words.startswith("rules: "), words.endswith("."), "{" in words) == (True, True, False)


async def test_what_is_in_force_is_read_and_nothing_written(heart: Heart) -> None:
    settings = Settings(**FULL)
    policies = Policies(heart.journal, settings.queues)
    document, number = await policies.in_force()
    assert (number, [one["id"] for one in document["queues"]]) == (0, ["help", "sales"])
    assert await heart.pool.fetchval("SELECT count(*) FROM policies") == 0
