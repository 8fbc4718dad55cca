import pytest

from channels.base import Refused
from channels.form.seal import Seal
from tests.support.clock import FakeClock


def test_a_page_knows_its_age() -> None:
    clock = FakeClock()
    seal = Seal("secret", clock)
    page = seal.page("contact")
    clock.advance(2.5)
    assert seal.age("contact", page) == 2.5
    clock.advance(days=30)
    assert seal.age("contact", page) > 30 * 86400, "a tab left open for a month still sends"


def test_pages_of_another_form_or_another_hub_are_not_ours() -> None:
    seal = Seal("secret", FakeClock())
    for page in (seal.page("repair"), Seal("other", FakeClock()).page("contact"), seal.receipt("contact", "R-1"), ""):
        with pytest.raises(Refused, match="stale_page"):
            seal.age("contact", page)


def test_a_receipt_shows_its_reference_on_its_own_form_only() -> None:
    seal = Seal("secret", FakeClock())
    receipt = seal.receipt("contact", "R-1")
    assert seal.reference("contact", receipt) == "R-1"
    assert seal.reference("repair", receipt) is None
    assert seal.reference("contact", seal.page("contact")) is None
    assert seal.reference("contact", receipt[:-1]) is None
