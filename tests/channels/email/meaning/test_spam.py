"""Whose word counts: our own servers', above the last line that they wrote."""

import pytest

from channels.base import Spam
from channels.email.parse import parse
from channels.email.settings import Filter
from channels.email.spam import judged

OURS = Filter(servers=("mx.example.org", "imap.example.org"))
BY_US = "Received: from a.stranger.example by MX.example.org with ESMTPS; now"
DELIVERED = "Received: from mx.example.org by imap.example.org with LMTP; now"
BY_THEM = "Received: from b by a.stranger.example; before"


def said(*lines: str, ours: Filter = OURS) -> Spam | None:
    raw = "\n".join([*lines, "From: Ann <ann@stranger.example>", "Subject: x", "", "Hello"]).encode()
    return judged(parse(raw).headers, ours)


@pytest.mark.parametrize(("line", "verdict", "because"), [
    ("X-Spam-Flag: YES", "suspected", "filter"),
    ("X-Spam-Status: Yes, score=7.4 required=5.0 tests=A", "suspected", "filter: score 7.4"),
    ("X-Spam-Status: No, score=6.1 required=8", "suspected", "filter: score 6.1"),
    ("X-Spam-Score: 15.0", "sure", "filter: score 15"),
    ("X-Spamd-Result: default: False [22.50 / 15.00];", "sure", "filter: score 22.5"),
    ("Authentication-Results: mx.example.org; spf=pass; dmarc=fail header.from=bank.example", "suspected", "dmarc"),
])
def test_what_our_filter_says(line: str, verdict: str, because: str) -> None:
    found = Spam(verdict, because)  # type: ignore[arg-type]
    assert said(line, BY_US, BY_THEM) == found
    assert said(DELIVERED, line, BY_US, BY_THEM) == found
    assert said(BY_US, line, BY_THEM) is None, "below our own line it is the sender's"
    assert said(line, BY_THEM) is None, "no server of ours has seen it"
    assert said(line, BY_THEM, BY_US) is None, "the uppermost line is not ours, whatever stands below"
    assert said(line, BY_US, ours=Filter()) is None


@pytest.mark.parametrize("line", [
    "X-Spam-Flag: NO", "X-Spam-Status: No, score=-2.1", "X-Spam-Score: no number", "X-Spam-Score: ",
    "Authentication-Results: mx.example.org; dmarc=pass", "Authentication-Results: mx.stranger.example; dmarc=fail",
    "Authentication-Results:", "X-Spamd-Result: [",
])
def test_what_says_nothing(line: str) -> None:
    assert said(line, BY_US) is None
