from dataclasses import replace
from datetime import datetime, timedelta, timezone
from uuid import UUID

import pytest

from channels.base import Address, Refused
from channels.manual import Manual
from tests.channels.manual.driver import FAX, Desk


def test_what_was_written_down_is_kept_with_its_own_time() -> None:
    at = datetime(2019, 12, 31, 23, 59, tzinfo=timezone(timedelta(hours=8)))
    inbound = Manual().understand(replace(FAX, kind="visit", direction="out", at=at, queue="billing"))
    assert inbound.at == at
    assert (inbound.source, inbound.natural_key, inbound.queue) == ("manual:visit", str(FAX.id), "billing")
    assert inbound.name == "Ann Li"
    assert inbound.fields == {"kind": "visit", "direction": "out"}


def test_addresses_are_canonical_and_mail_comes_first() -> None:
    inbound = Manual().understand(FAX)
    assert inbound.addresses == (Address("email", "ann@example.com"), Address("phone", "+4930901820"))


def test_a_region_completes_a_local_number() -> None:
    inbound = Manual("DE").understand(replace(FAX, phone="030 901820", email=""))
    assert inbound.addresses == (Address("phone", "+4930901820"),)


def test_somebody_without_an_address_can_be_written_down_too() -> None:
    inbound = Manual().understand(replace(FAX, email="", phone=" ", name=" "))
    assert (inbound.addresses, inbound.name) == ((), None)


def test_files_put_up_before_come_along() -> None:
    files = (UUID(int=1), UUID(int=2))
    assert Manual().understand(replace(FAX, file_ids=files)).file_ids == files


async def test_every_wrong_field_is_named_at_once() -> None:
    answer = await Desk().log(replace(FAX, text="", email="x", phone="901820"))
    assert answer.fields == {"text": "required", "email": "email", "phone": "phone_country"}


@pytest.mark.parametrize("raw", [b"", b"{}", b"[]", b'{"id": 1}', FAX.raw().replace(b"fax", b"smoke")])
def test_bytes_that_are_no_entry_are_told_apart(raw: bytes) -> None:
    with pytest.raises(Refused) as refused:
        Manual().replay(raw)
    assert refused.value.code == "malformed"
