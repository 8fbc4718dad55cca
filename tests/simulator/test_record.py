"""The memory against which a hub is judged."""

from uuid import uuid4

from simulator.record import Acknowledged, Record


def test_it_names_what_is_lost_and_what_is_doubled() -> None:
    here, twice, gone = uuid4(), uuid4(), uuid4()
    record = Record()
    record.compare([here, twice, gone], [str(here), str(twice), str(twice), str(uuid4())])
    assert (record.lost, record.doubled) == ({gone}, {twice})


def test_a_retry_answered_with_another_interaction_is_a_change() -> None:
    record, key = Record(), uuid4()
    record.acknowledge(Acknowledged(key, "form", "A-1", "x"))
    record.acknowledge(Acknowledged(key, "form", "A-1", "x"))
    assert not record.changed
    record.acknowledge(Acknowledged(key, "form", "A-2", "x"))
    assert record.changed == {key}
    assert "changed 1" in record.summary()
