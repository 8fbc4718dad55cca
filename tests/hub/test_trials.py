"""The tester sees a contact as its rules saw it when it came, whatever channel it came by."""

from typing import Any

import pytest

from channels.base import Address, File, Spam
from hub import placing
from hub.policies import Policies
from hub.trials import Trials
from hub.wire_policy import TryPolicy
from routing import rules
from tests.hub.conftest import Heart
from tests.hub.test_spam import judging

MIA, MIAS_PHONE = Address("email", "mia@example.com"), Address("phone", "+4930123456")
COMING: dict[str, dict[str, Any]] = {
    "email": {"source": "mail:info", "addresses": (MIA,), "subject": "Invoice 7", "text": "It is too high",
              "language": "de", "queue": "sales", "dialled": "info@example.org", "spam": Spam("suspected", "dmarc"),
              "files": (File("invoice.pdf", "application/pdf", b"x"),)},
    "form": {"source": "form:contact", "addresses": (MIA,), "subject": "Contact", "text": "Hello", "language": "en",
             "fields": {"order_number": "A1"}, "queue": "support"},
    "webchat": {"source": "webchat", "addresses": (Address("visitor", "v1"), MIA), "text": "hi", "language": "zh-Hans",
                "fields": {"page": "/prices"}},
    "sms": {"source": "sms:main:+15550001000", "addresses": (MIAS_PHONE,), "text": "Is it ready?", "queue": "support"},
    "whatsapp": {"source": "whatsapp:main:+15550001000", "addresses": (Address("whatsapp", "+4930123456"),),
                 "text": "?"},
    "manual": {"source": "manual:letter", "addresses": (MIA,), "text": "He wrote", "subject": "A letter"},
    "voice": {"source": "voice:main", "addresses": (MIAS_PHONE,), "text": "", "language": "en", "queue": "sales",
              "fields": {"address_dialled": "+15550001000", "ivr_path": "main/1", "ivr.contract": "7",
                         "spam": "suspected", "attestation": "b"}},
}  # fmt: skip


def true(facts: dict[str, Any]) -> dict[str, Any]:
    """A flag that is false is as good as none."""
    return {name: tuple(one) if isinstance(one, list) else one for name, one in facts.items() if one is not False}


async def looked_at(heart: Heart, monkeypatch: pytest.MonkeyPatch, **coming: Any) -> tuple[Any, dict[str, Any]]:
    """The contact, and the facts that its rules were asked about when it came."""
    seen: list[dict[str, Any]] = []

    def watched(facts: Any, *args: Any, **more: Any) -> Any:
        seen.append(dict(facts))
        return rules.place(facts, *args, **more)

    monkeypatch.setattr(placing, "place", watched)
    it = (await heart.arrive(continues=False, **coming)).interaction_id
    return it, seen[-1]


@pytest.mark.parametrize("channel", COMING)
async def test_a_contact_is_tried_with_the_facts_that_placed_it(
    heart: Heart, monkeypatch: pytest.MonkeyPatch, channel: str
) -> None:
    policies: Policies = await judging(heart)
    it, then = await looked_at(heart, monkeypatch, channel=channel, **COMING[channel])
    assert then["channel"] == channel
    tried = await Trials(heart.journal, policies).tried(TryPolicy(interaction_id=it))
    assert true(tried.facts) == true(then)
    placed = await heart.pool.fetchrow("SELECT rule, queue_id FROM interactions WHERE id = $1", it)
    assert placed is not None
    assert (tried.rule, tried.placement["queue"] if tried.placement else None) == (placed["rule"], placed["queue_id"])
    if tried.rule is None:
        (passed,) = tried.passed_over
        assert passed.rule == "junk"
        assert [(one.test, one.found) for one in passed.unmet] == [('spam in ("suspected", "sure")', "none")]
