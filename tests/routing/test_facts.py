"""The table of facts, and what is said about expressions that ask for something else."""

from datetime import UTC, datetime

import pytest

from routing.expression import Value
from routing.expression_logic import satisfiable
from routing.expression_parse import parse
from routing.facts import (
    FACTS,
    LONGEST_TEXT,
    domains,
    fact_named,
    local_facts,
    problems_of_facts,
    problems_of_skills,
    readable,
    strange_facts,
)


def test_every_fact_has_one_row_with_a_meaning() -> None:
    assert len({fact.name for fact in FACTS}) == len(FACTS)
    assert all(fact.meaning for fact in FACTS)
    assert all(str(parse(fact.name)) == fact.name for fact in FACTS)


def test_fields_of_forms_and_menus_have_names_of_their_own() -> None:
    assert fact_named("form.order_number") is not None
    assert fact_named("ivr.contract") is not None
    assert fact_named("form.") is None
    assert fact_named("formx") is None


@pytest.mark.parametrize(
    ("text", "code", "suggestion"),
    [
        ('chanel = "email"', "unknown_name", "channel"),
        ("VIP", "unknown_name", "vip"),
        ("zyzzyva", "unknown_name", None),
        ("subject >= 3", "wrong_test", None),
        ("subject = 3", "wrong_test", None),
        ('hour = "9"', "wrong_test", None),
        ('vip = "yes"', "wrong_test", "vip"),
        ("vip >= 1", "wrong_test", "vip"),
        ('spam = "sur"', "wrong_value", "sure"),
        ('weekday in ("mon", "monday")', "wrong_value", "mon"),
        ('spam != "maximal"', "wrong_value", "one of none, suspected, sure"),
        ('segment between 1 and 2', "wrong_test", None),
    ],
)
def test_what_rules_cannot_ask(text: str, code: str, suggestion: str | None) -> None:
    (problem,) = problems_of_facts(parse(f"{text} or vip"))
    assert (problem.code, problem.suggestion) == (code, suggestion)
    assert (suggestion or "") in str(problem)
    assert problem.term.name in str(problem)


def test_what_rules_can_ask() -> None:
    for text in ('channel = "EMAIL" and form.city like "B*"', 'weekday in ("Sat", "sun") or hour between 22 and 23',
                 '"gold" in segment and not open_case', 'attachment_names like "*.exe"', "attachments and contract"):
        assert problems_of_facts(parse(text)) == ()
        assert satisfiable(parse(text), domains(parse(text)))


def test_skills_are_levels_of_known_names() -> None:
    known = ["german", "Billing"]
    assert problems_of_skills(parse("german >= 2 and not Billing"), known) == ()
    (problem,) = problems_of_skills(parse("germann >= 2 and german"), known)
    assert (problem.code, problem.suggestion) == ("unknown_name", "german")
    (problem,) = problems_of_skills(parse("billing"), known)
    assert problem.suggestion == "Billing"
    (problem,) = problems_of_skills(parse('german = "good"'), known)
    assert problem.code == "wrong_test"


def test_each_problem_is_named_once() -> None:
    assert len(problems_of_facts(parse("zyzzyva and not (zyzzyva or zyzzyva)"))) == 1


def test_facts_that_somebody_typed_in() -> None:
    typed: dict[str, Value | None] = {
        "channel": "email", "chanel": "email", "hour": 24, "vip": "yes", "spam": "perhaps", "segment": "gold",
        "form.city": "Berlin", "attachments": True, "repeat_contacts": 3, "contract": None, "weekday": "MON",
    }  # fmt: skip
    found = strange_facts(typed)
    assert set(found) == {"chanel", "hour", "vip", "spam", "segment", "attachments"}
    assert "channel" in found["chanel"]
    assert "suspected" in found["spam"]


def test_long_texts_are_cut_off() -> None:
    seen = readable({"text": "a" * (LONGEST_TEXT + 5), "segment": ("b" * (LONGEST_TEXT + 5),), "hour": 3, "vip": None})
    assert seen == {"text": "a" * LONGEST_TEXT, "segment": ("b" * LONGEST_TEXT,), "hour": 3, "vip": None}


def test_local_time() -> None:
    sunday_night = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
    assert local_facts(sunday_night, "UTC") == {"weekday": "sun", "hour": 23}
    assert local_facts(sunday_night, "Asia/Shanghai") == {"weekday": "mon", "hour": 7}
    with pytest.raises(ValueError):
        local_facts(sunday_night.replace(tzinfo=None), "UTC")
