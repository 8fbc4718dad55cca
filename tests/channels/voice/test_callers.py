"""What the network says of callers, and what is done with them."""

import json
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.voice.callers import attestation, known, spam, treated
from channels.voice.settings import Callers, Treatment

MIA = "+15551230001"
TREATMENTS = st.sampled_from(get_args(Treatment))


@pytest.mark.parametrize(("said", "meant"), [
    ("TN-Validation-Passed-A", "a"), ("TN-Validation-Passed-B-Diverted", "b"),
    ("TN-Validation-Passed-C-Passthrough", "c"),
    ("TN-Validation-Failed", "failed"), ("TN-Validation-Failed-A", "failed"), ("No-TN-Validation", "none"),
    ("NULL", "none"), ("", "none"), ("TN-Validation-Passed-X", "none")])  # fmt: skip
def test_attestations(said: str, meant: str) -> None:
    assert attestation(said) == meant


@pytest.mark.parametrize(("result", "meant"), [
    ({"score": 1}, "suspected"), ({"score": 0}, "none"), ({"score": -1}, "none"),
    ({"result": {"recommendation": "BLOCK", "reason": "CleanCall"}}, "suspected"),
    ({"result": {"recommendation": "PASS"}}, "none"), (None, "none"), ("odd", "none")])
def test_verdicts_of_add_ons(result: object, meant: str) -> None:
    body = {"status": "successful", "results": {"some": {"status": "successful", "result": result}}}
    assert spam(MIA, (), json.dumps(body)) == meant


@given(st.text(max_size=80) | st.sampled_from(["[]", "{}", '{"results": 5}', '{"results": {"a": 5}}', "null"]))
def test_nonsense_of_an_add_on_is_no_verdict(text: str) -> None:
    assert spam(MIA, ("+4999",), text) == "none"


def test_our_own_list_is_sure() -> None:
    assert spam(MIA, ("+1555123",), "") == "sure"
    assert known("anonymous", {}, ("+1",)) == {"attestation": "none", "spam": "none", "anonymous": "yes"}


@given(st.builds(Callers, blocked=TREATMENTS, anonymous=TREATMENTS, spam=TREATMENTS, failed=TREATMENTS),
       st.booleans(), st.booleans(), st.booleans(), st.booleans())
def test_the_hardest_of_all_reasons_counts(
    rules: Callers, blocked: bool, anonymous: bool, bad: bool, failed: bool
) -> None:
    facts = {"spam": "suspected" if bad else "none", "attestation": "failed" if failed else "a",
             **({"anonymous": "yes"} if anonymous else {})}
    asked = [one for one, true in ((rules.blocked, blocked), (rules.anonymous, anonymous), (rules.spam, bad),
                                   (rules.failed, failed)) if true]
    order = get_args(Treatment)
    assert treated(facts, rules, blocked)[0] == max(asked, key=order.index, default="let_in")
