"""Rules against the ways into a hub: what the configuration does not have, and what no channel carries."""

from typing import Any

import pytest

from routing.bounds import Staff
from routing.lint import lint
from routing.lint_ways import Ways
from tests.routing.policies import policy

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
