"""A policy as a document: read, written back, its digest, and everything that can be wrong with it at once."""

import json
import tomllib
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing import model
from routing.expression_parse import parse
from routing.policy import Exit, Overflow, QueueRouting, WrapUp
from routing.policy_data import PolicyError, digest, dump, load
from routing.rules import Placement, Ring, Sticky, place
from tests.routing.expressions import expressions
from tests.routing.policies import FULL, SMALL, changed, policy
from tests.routing.samples import patient


def problems(document: Any) -> list[tuple[str, str]]:
    with pytest.raises(PolicyError) as caught:
        load(document)
    assert str(caught.value.problems[0]) in str(caught.value)
    return [(problem.path, problem.words) for problem in caught.value.problems]


def test_read_and_written_again() -> None:
    assert dump(load(FULL)) == FULL
    assert load(dump(load(FULL))) == load(FULL)
    assert load(json.loads(json.dumps(dump(load(FULL))))) == load(FULL)


def test_what_was_read() -> None:
    read = load(FULL)
    billing = read.queue("billing")
    assert billing.require == parse("billing")
    assert billing.exit_when("max_wait") == Overflow("max_wait", Exit("escalate"), 30)
    assert billing.exit_when("nobody_logged_in") == Overflow("nobody_logged_in", Exit("queue", "general"))
    assert read.queue("general").exit_when("closed") is None
    assert read.rules[0].place == Placement(
        "billing",
        parse("german >= 3 and `Key Account`"),
        (parse("french"), parse("german >= 4")),
        3,
        15,
        Sticky("owner", 90),
        (Ring(60, parse("german >= 2")), Ring(120, None)),
    )
    assert read.target_minutes(read.rules[0].place) == 15
    assert read.target_minutes(Placement("billing")) == 0.5
    assert read.ordering() == model.Policy(5, 10, 1, frozenset({"billing"}))
    assert list(read.calendars) == ["office"]
    assert read.slas["gold"].id == "gold"
    assert read.promises[0].failing({"contract": "gold"}) is None
    assert place({"channel": "voice"}, read).placement == Placement("general")
    with pytest.raises(KeyError):
        read.queue("ghost")


def test_defaults() -> None:
    read = load(SMALL)
    assert read.queues == (QueueRouting("help"),)
    assert read.queues[0].wrap_up == WrapUp(60, 60, 2)
    assert load(dump(read)) == read
    assert load({"format": 1, "queues": [{"id": "help", "require": None}]}).default is None


def test_toml_is_as_good() -> None:
    text = """
    format = 1
    default = { queue = "help" }
    [[queues]]
    id = "help"
    target_minutes = 2.0
    [queues.overflow]
    max_wait = { minutes = 30, to = "callback" }
    [[rules]]
    id = "vip"
    when = "vip"
    place = { queue = "help", priority = 2 }
    """
    assert load(tomllib.loads(text)).queues[0].target_minutes == 2


def test_the_digest_is_of_the_meaning() -> None:
    one = load(FULL)
    assert len(digest(one)) == 64
    turned = deepcopy(FULL)
    turned["queues"].reverse()
    turned["skills"].reverse()
    turned["queues"][0]["target_minutes"] = 60.0
    turned["rules"][0]["when"] = ' (channel == "email" AND subject CONTAINS "invoice") and "gold" in segment '
    assert digest(load(turned)) == digest(one)
    assert digest(load(changed(FULL, "rules.0.place.priority", 4))) != digest(one)
    assert digest(load(SMALL)) == digest(load(json.loads(json.dumps(dump(load(SMALL))))))


def test_how_long_a_holder_may_leave_a_customer_alone() -> None:
    """It is left out where nobody asked for it, so that digests of older policies stay what they were."""
    given = changed(FULL, "queues.0.unanswered_minutes", 5)
    assert load(given).queue("billing").unanswered_minutes == 5
    assert dump(load(given)) == given
    assert load(FULL).queue("billing").unanswered_minutes is None


def test_the_digest_never_changes() -> None:
    """Decisions name it; whoever changes how it is made must raise the format."""
    assert digest(load(SMALL)) == "5169e6f7fd3401315cc6008407da0964cec9ddd73e4b8cac44a26a63794c6886"
    assert digest(load(FULL)) == "6f07d1b0c906e3f90615a2160c81ad1c08367bad8949e9ef7a0bb22c52542a4b"


@pytest.mark.parametrize(
    ("path", "value", "where", "words"),
    [
        ("format", 2, "format", "must be one of 1, not 2"),
        ("format", ..., "format", "is missing"),
        ("queues", ..., "queues", "is missing"),
        ("colour", "red", "colour", "is not known here"),
        ("rulez", [], "rulez", "did you mean rules?"),
        ("zone", "Mars/Olympus", "zone", "time zone"),
        ("zone", 3, "zone", "time zone"),
        ("priority_minutes", True, "priority_minutes", "whole number from 0 to 1440, not true"),
        ("offers_per_agent", 0, "offers_per_agent", "from 1 to 100"),
        ("skills.0", "a`b", "skills[0]", "backquotes"),
        ("skills.0", " a", "skills[0]", "spaces"),
        ("skills.0", "german", "skills[3]", "german is there already"),
        ("skills", "german", "skills", "must be a list"),
        ("queues.0.id", "Billing", "queues[0].id", "small letters"),
        ("queues.1.id", "billing", "queues[1].id", "billing is there already"),
        ("queues.0.id", ..., "queues[0].id", "is missing"),
        ("queues.0", "billing", "queues[0]", "must be a table"),
        ("queues.0.require", "billing >=", "queues[0].require", "at character 11: found the end, expected a number"),
        ("queues.0.require", 3, "queues[0].require", "expression"),
        ("queues.0.order", "FIFO", "queues[0].order", "one of fifo, lifo"),
        ("queues.0.target_minutes", -1, "queues[0].target_minutes", "from 0"),
        ("queues.0.target_minutes", float("nan"), "queues[0].target_minutes", "number"),
        ("queues.0.offer_seconds", 2.5, "queues[0].offer_seconds", "whole"),
        ("queues.0.calendar", "ofice", "queues[0].calendar", "there is no calendar ofice; did you mean office?"),
        ("queues.0.calendar", ..., "queues[0].overflow.closed", "never closed"),
        ("queues.0.ladder", ..., "queues[0].overflow.max_wait", "without a ladder"),
        ("queues.0.unanswered_minutes", 0, "queues[0].unanswered_minutes", "from 1"),
        ("queues.0.unanswered_minutes", 2.5, "queues[0].unanswered_minutes", "whole"),
        ("queues.0.wrap_up.extensions", 101, "queues[0].wrap_up.extensions", "from 0 to 100"),
        ("queues.0.overflow.max_wait.minutes", 0, "queues[0].overflow.max_wait.minutes", "from 1"),
        ("queues.0.overflow.max_wait.minutes", ..., "queues[0].overflow.max_wait.minutes", "is missing"),
        ("queues.0.overflow.max_wait.to", "drop", "queues[0].overflow.max_wait.to", "one of queue, callback"),
        ("queues.0.overflow.max_wait.to", "queue", "queues[0].overflow.max_wait.queue", "is missing"),
        ("queues.0.overflow.closed.queue", "general", "queues[0].overflow.closed.queue", "belongs to an exit"),
        ("queues.0.overflow.bored", {}, "queues[0].overflow.bored", "is not known here"),
        ("queues.0.overflow.nobody_logged_in.queue", "x", "queues[0].overflow.nobody_logged_in.queue", "no queue x"),
        ("rules.0.when", 'chanel = "x"', "rules[0].when", "did you mean channel?"),
        ("rules.0.when", 'spam = "x"', "rules[0].when", "never that"),
        ("rules.0.when", "vip = true", "rules[0].when", "not vip"),
        ("rules.0.when", ..., "rules[0].when", "is missing"),
        ("rules.0.place", ..., "rules[0].place", "is missing"),
        ("rules.0.place.queue", "biling", "rules[0].place.queue", "there is no queue biling; did you mean billing?"),
        ("rules.0.place.priority", 11, "rules[0].place.priority", "from -10 to 10"),
        ("rules.0.place.prefer.0", "(", "rules[0].place.prefer[0]", "at character 2"),
        ("rules.0.place.sticky.to", "friend", "rules[0].place.sticky.to", "owner, last_agent"),
        ("rules.0.place.sticky.seconds", ..., "rules[0].place.sticky.seconds", "is missing"),
        ("rules.0.place.rings.0.after_seconds", 120, "rules[0].place", "later than the one before"),
        ("rules.0.place.rings.0.require", "(", "rules[0].place.rings[0].require", "at character 2"),
        ("rules.0.name", "two\nlines", "rules[0].name", "one line"),
        ("default", "general", "default", "must be a table"),
        ("default.queue", "ghost", "default.queue", "there is no queue ghost"),
        ("calendars.office.zone", "Mars/Olympus", "calendars.office.zone", "time zone"),
        ("calendars.Bad Id", {}, "calendars.Bad Id", "small letters"),
        ("slas.gold.calendar", "ghost", "slas.gold.calendar", "there is no calendar"),
        ("slas.gold.warn_percents", [75, 75], "slas.gold", "named twice"),
        ("slas.gold.warn_percents", [0], "slas.gold.warn_percents[0]", "from 1 to 99"),
        ("slas.gold.pauses", ["lunch"], "slas.gold.pauses[0]", "one of waiting, parked"),
        ("promises.0.sla", "ghost", "promises[0].sla", "there is no sla"),
        ("promises.0.when", {"vip": ["x"]}, "promises[0].when.vip", "no fact that is a text"),
        ("promises.0.when", {"contract": []}, "promises[0].when.contract", "is empty"),
        ("promises.0.when", [], "promises[0].when", "must be a table"),
        ("ladders.0.steps", [], "ladders[0].steps", "is empty"),
        ("ladders.0.steps.1.queue", "ghost", "ladders[0].steps[1].queue", "there is no queue"),
        ("ladders.0.steps.1.notify", ["boss"], "ladders[0].steps[1].notify[0]", "one of agent, supervisor, admin"),
        ("ladders.0.steps.0.priority", -1, "ladders[0].steps[0].priority", "from 0 to 20"),
    ],
)
def test_one_problem_is_one_problem(path: str, value: object, where: str, words: str) -> None:
    """Nothing follows from a problem but the problem itself, and it has its place."""
    (found,) = problems(changed(FULL, path, value))
    assert found[0] == where
    assert words in found[1]


def test_all_problems_at_once() -> None:
    document = {
        "format": 1,
        "queues": [{"id": "a", "offer_seconds": 0}, {"id": "b", "order": "up"}],
        "rules": [{"id": "r"}, 3, {"id": "r", "when": "x", "place": {"queue": "c", "priority": 99}}],
        "default": {},
    }
    assert [path for path, _ in problems(document)] == [
        "queues[0].offer_seconds",
        "queues[1].order",
        "rules[0].when",
        "rules[0].place",
        "rules[1]",
        "rules[2].id",
        "rules[2].when",
        "rules[2].place.priority",
        "default.queue",
        "rules[2].place.queue",
    ]


@pytest.mark.parametrize("document", [None, [], "x", 3, {}, {"format": "1", "queues": []}, {"format": 1, "queues": []}])
def test_what_is_no_policy_at_all(document: object) -> None:
    assert problems(document)


def test_limits() -> None:
    rule = {"when": "vip", "place": {"queue": "help"}}
    many = [rule | {"id": f"r{n}"} for n in range(10_001)]
    assert len(policy(rules=many[:10_000]).rules) == 10_000
    assert problems(SMALL | {"rules": many}) == [("rules", "has 10001 entries, at most 10000 are allowed")]
    lost = [{"id": f"r{n}", "when": "vip", "place": {"queue": f"helq{n}"}} for n in range(2_000)]
    assert len(problems(SMALL | {"rules": lost})) == 2_000


@given(expressions)
@settings(patient, max_examples=100)
def test_every_requirement_is_kept(expression: Any) -> None:
    if len(str(expression)) <= 2_000:
        document = changed(FULL, "rules.0.place.require", str(expression))
        read = load(document)
        assert read.rules[0].place.require == expression
        assert load(dump(read)) == read


words = st.sampled_from(["help", "", "vip", "\ud800", "x y"])
keys = st.sampled_from(["id", "to", "queue", "when", "place", "require", "seconds", "minutes", "steps"])
junk = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 100) | st.floats() | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=6,
)
PATHS = ["zone", "skills", "queues", "rules", "default", "calendars", "slas", "promises", "ladders", "queues.0",
         "queues.0.overflow", "queues.0.overflow.max_wait", "queues.0.wrap_up", "rules.0", "rules.0.place",
         "rules.0.when", "rules.0.place.rings", "rules.0.place.sticky", "slas.gold", "slas.gold.pauses",
         "calendars.office", "promises.0", "promises.0.when", "ladders.0", "ladders.0.steps",
         "ladders.0.steps.0"]  # fmt: skip


@given(st.sampled_from(PATHS), junk)
@settings(patient, max_examples=400)
def test_anything_is_read_or_answered(path: str, value: object) -> None:
    try:
        read = load(changed(FULL, path, value))
    except PolicyError as refused:
        paths = [problem.path for problem in refused.problems]
    else:
        paths = ["-"]
        assert load(dump(read)) == read
        assert load(json.loads(json.dumps(dump(read)))) == read
    assert all(paths)
