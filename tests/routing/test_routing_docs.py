"""docs/routing.md says what the code does: its expressions, its rule, its queue, its facts, its findings."""

import json
import re
from pathlib import Path
from typing import get_args

from routing import lint
from routing.expression import names
from routing.expression_parse import parse
from routing.facts import FACTS, FAMILIES
from tests.routing.policies import policy

PAGE = (Path(__file__).parents[2] / "docs" / "routing.md").read_text()


def blocks() -> list[str]:
    return ["\n".join(line[4:] for line in found.splitlines()) for found in re.findall(r"(?:^    .*\n)+", PAGE, re.M)]


def test_its_expressions_can_be_read() -> None:
    for line in blocks()[0].splitlines():
        assert parse(str(parse(line))) == parse(line)
    for text in re.findall(r"`((?:not )?french[^`]*)`", PAGE):
        assert "french" in names(parse(text))


def test_its_rule_its_queue_and_its_ladder_can_be_read() -> None:
    _, rule, queue = blocks()
    ladder = re.search(r'\{"id": "up".*?\}\]\}', PAGE, re.S)
    assert ladder
    calendars = {"office": {"zone": "UTC", "week": {"mon": ["09:00-17:00"]}}}
    queues = [json.loads(queue), {"id": "general"}]
    made = policy(queues=queues, rules=[json.loads(rule)], ladders=[json.loads(ladder[0])], calendars=calendars,
                  default={"queue": "general"})
    assert len(made.queue("billing").overflow) == 5


def test_every_fact_is_in_its_table() -> None:
    for fact in (*FACTS, *FAMILIES):
        shown = f"{fact.name}..." if fact in FAMILIES else fact.name
        kind = fact.domain.kind + ", always" * fact.domain.always
        assert f"| `{shown}` | {kind} | {fact.meaning} |" in PAGE


def test_every_finding_is_in_its_table_with_its_severity() -> None:
    rows = re.findall(r"^\| (`[a-z_`, ]+) \| (error|warning) \|", PAGE, re.M)
    told = {code: severity for codes, severity in rows for code in re.findall(r"`(\w+)`", codes)}
    assert set(told) == set(get_args(lint.Code))
    errors = {code for code, severity in told.items() if severity == "error"}
    assert errors == lint._ERRORS | {"queue_unserved", "overflow_loop"}
