"""Rules against the ways into a hub: what the configuration does not have, and what no channel carries."""

from dataclasses import replace
from typing import Any

import pytest

from routing.bounds import Staff
from routing.lint import lint
from routing.lint_ways import Ways
from routing.match import match
from routing.model import Candidate
from routing.model import Policy as Ordering
from tests.routing.policies import policy
from tests.routing.samples import NOW, ago, call, uid

ANN = Staff("ann", frozenset({"help", "sales"}), {})
WAYS = Ways(
    channels=frozenset({"form", "webchat", "manual", "email", "voice"}),
    values={
        "source": frozenset({"info", "contact", "webchat", "main"}), "form": frozenset({"contact"}),
        "queue": frozenset({"help", "sales"}), "address_dialled": frozenset({"+4930123456"}),
    },
    form_fields=frozenset({"order_number"}), ivr_fields=frozenset({"contract"}), steps=frozenset({"main", "billing"}),
    queues=frozenset({"help", "sales"}), asked=frozenset({"help"}),
)  # fmt: skip


def found(when: str, ways: Ways = WAYS, **more: Any) -> list[tuple[str, str, dict[str, Any]]]:
    rules = [{"id": "r", "name": "", "when": when, "place": {"queue": "sales"}}]
    made = policy(queues=[{"id": "help"}, {"id": "sales"}], default={"queue": "help"}, rules=rules, **more)
    return [(one.code, one.path, dict(one.data)) for one in lint(made, [ANN], ways)]


@pytest.mark.parametrize(("when", "fact", "value", "suggestion"), [
    ('source = "infos"', "source", "infos", "info"),
    ('form in ("contact", "returns")', "form", "returns", ""),
    ('source != "old-box" and vip', "source", "old-box", ""),
    ('source like "shop-*"', "source", "shop-*", ""),
    ('channel = "whatsapp"', "channel", "whatsapp", ""),
    ('queue = "Saless"', "queue", "Saless", "sales"),
    ('address_dialled = "+4930999"', "address_dialled", "+4930999", ""),
    ('ivr_path = "main/1/biling"', "ivr_path", "main/1/biling", "billing"),
])
def test_what_the_configuration_does_not_have(when: str, fact: str, value: str, suggestion: str) -> None:
    assert found(when) == [
        ("value_never_given", "rules[0].when", {"fact": fact, "value": value, "suggestion": suggestion})]


@pytest.mark.parametrize(("when", "fact", "suggestion"), [
    ('form.order_nummer = "1"', "form.order_nummer", "form.order_number"), ("ivr.pin", "ivr.pin", ""),
])
def test_facts_that_no_way_in_gives(when: str, fact: str, suggestion: str) -> None:
    assert found(when) == [("fact_never_given", "rules[0].when", {"fact": fact, "suggestion": suggestion})]


def test_without_a_telephone_nobody_is_anonymous() -> None:
    deaf = Ways(WAYS.channels - {"voice"}, WAYS.values, queues=WAYS.queues, asked=WAYS.asked)
    assert [one[0] for one in found("anonymous", deaf)] == ["fact_never_given"]
    assert found("anonymous") == []


def test_a_fact_that_the_channel_asked_for_does_not_carry() -> None:
    carries = ("rule_never_arrives", "rules[0].when", {"rule": "r", "fact": "form", "channels": ("email",)})
    assert found('channel = "email" and form = "contact"') == [carries]
    assert found('channel in ("email", "form") and form = "contact"') == []
    assert found('channel = "email" and form = "contact" or vip') == [], "the other alternative holds"
    assert found('channel = "email" and not form = "contact"') == []
    assert found('not channel = "form" and form.order_number')[0][0] == "rule_never_arrives"


@pytest.mark.parametrize("when", [
    'source = "INFO"', 'form like "con*"', 'ivr_path = "main/2/billing/#"', 'ivr_path like "main*"', "ivr.contract",
    'form.order_number like "A*"', 'subject contains "x"', "vip",
])
def test_what_may_come_is_not_spoken_of(when: str) -> None:
    assert found(when) == []


def test_queues_that_only_the_configuration_knows_and_promises() -> None:
    more = Ways(WAYS.channels, WAYS.values, queues=WAYS.queues | {"legal"}, asked=WAYS.asked)
    assert found("vip", more) == [("queue_not_in_policy", "queues", {"queue": "legal"})]
    promises: dict[str, Any] = {
        "slas": {"gold": {"calendar": "office", "version": 1, "first_response_minutes": 5}},
        "calendars": {"office": {"zone": "UTC", "week": {"mon": ["09:00-17:00"]}}},
        "promises": [{"sla": "gold", "when": {"source": ["infoo"]}}]}
    assert found("vip", **promises) == [
        ("value_never_given", "promises[0]", {"fact": "source", "value": "infoo", "suggestion": "info"})]


def test_a_queue_that_a_way_in_leads_to_needs_no_rule() -> None:
    made = policy(queues=[{"id": "help"}, {"id": "sales"}, {"id": "forms"}], default={"queue": "help"}, rules=[])
    codes = [(one.code, one.severity, one.data["queue"]) for one in lint(made, [ANN])]
    assert codes == [("queue_without_rule", "warning", "forms"), ("queue_unserved", "warning", "forms"),
                     ("queue_without_rule", "warning", "sales")]
    asked = Ways(WAYS.channels, WAYS.values, asked=frozenset({"sales", "forms"}))
    assert [(one.code, one.severity, one.data["queue"]) for one in lint(made, [ANN], asked)] == [
        ("queue_unserved", "error", "forms")], "work comes there by itself, and nobody takes it"


# --- room --------------------------------------------------------------------------------------------------

CALLS_IN = Ways(channels=frozenset({"voice", "webchat"}), values={}, queues=frozenset({"help"}),
                units={"voice": 100, "webchat": 30})
SMALL = Staff("ann", frozenset({"help"}), {}, capacity=60)
NO_CALLS = Staff("bob", frozenset({"help"}), {}, limits={"voice": 0})


def room(staff: list[Staff], ways: Ways = CALLS_IN, **entries: Any) -> list[tuple[str, str, dict[str, Any]]]:
    return [(one.severity, one.path, dict(one.data)) for one in lint(policy(**entries), staff, ways)
            if one.code in ("channel_without_room", "kept_out_too_long")]


@pytest.mark.parametrize("when", ['channel = "voice"', 'vip and channel in ("voice", "webchat")',
                                  'channel != "webchat" or channel = "voice" and vip'])
def test_calls_for_agents_none_of_whom_ever_has_room_starve_and_it_is_said(when: str) -> None:
    rules = [{"id": "calls", "when": when, "place": {"queue": "help"}}]
    told = {"queue": "help", "channel": "voice"}
    assert room([SMALL, NO_CALLS], rules=rules) == [("error", "rules[0].place", told)]
    starving = Candidate(uid(1), frozenset({"help"}), {}, True, None, SMALL.capacity, (), ago(600))
    assert match([call(1, 600)], [starving], Ordering(), NOW).matches == (), "and so it is, however long it waits"
    assert room([SMALL, NO_CALLS, Staff("eve", frozenset({"help"}), {})], rules=rules) == []


def test_nothing_is_claimed_of_room_where_the_channel_is_not_certain_or_nobody_suits_anyway() -> None:
    assert room([SMALL], rules=[{"id": "any", "when": "vip", "place": {"queue": "help"}}]) == []
    skilled = [{"id": "calls", "when": 'channel = "voice"', "place": {"queue": "help", "require": "german"}}]
    assert room([SMALL], rules=skilled, skills=["german"]) == [], "that nobody suits is another finding"


def test_a_way_in_whose_queue_has_no_room_for_its_contacts() -> None:
    asked = replace(CALLS_IN, asked=frozenset({"help"}), asked_by=frozenset({("help", "voice"), ("help", "webchat")}))
    assert room([SMALL], asked) == [("error", "queues[0]", {"queue": "help", "channel": "voice"})]


def test_large_work_that_small_work_keeps_out_for_longer_than_anything_may_be_overtaken() -> None:
    told = ("warning", "hold_back_minutes", {"minutes": 90, "longest": 60})
    assert room([SMALL], hold_back_minutes=90, longest_overtake_minutes=60) == [told]
    assert room([SMALL], hold_back_minutes=60, longest_overtake_minutes=60) == []
