from datetime import timedelta

from channels.form.pace import MOST_ADDRESSES, Pace
from tests.support.clock import FakeClock


def test_so_many_a_minute_and_then_evenly() -> None:
    clock = FakeClock()
    pace = Pace(6, clock)
    assert [pace.wait("192.0.2.1") for _ in range(6)] == [0] * 6
    assert pace.wait("192.0.2.1") == 10
    assert pace.wait("192.0.2.2") == 0
    clock.advance(10)
    assert pace.wait("192.0.2.1") == 0
    assert pace.wait("192.0.2.1") == 10


def test_patience_is_never_saved_beyond_a_minute() -> None:
    clock = FakeClock()
    pace = Pace(2, clock)
    pace.wait("a")
    clock.advance(hours=1)
    assert [pace.wait("a") > 0 for _ in range(3)] == [False, False, True]


def test_a_clock_set_back_blocks_nobody_for_longer() -> None:
    clock = FakeClock()
    pace = Pace(1, clock)
    pace.wait("a")
    clock.now -= timedelta(hours=1)
    assert pace.wait("a") == 60
    clock.advance(60)
    assert pace.wait("a") == 0


def test_zero_means_no_limit() -> None:
    pace = Pace(0, FakeClock())
    assert not any(pace.wait("a") for _ in range(1000))


def test_ipv6_counts_by_network_and_mapped_ipv4_as_itself() -> None:
    pace = Pace(1, FakeClock())
    assert pace.wait("2001:db8:0:1::1") == 0
    assert pace.wait("2001:db8:0:1:ffff::2") > 0
    assert pace.wait("2001:db8:0:2::1") == 0
    assert pace.wait("::ffff:192.0.2.1") == 0
    assert pace.wait("192.0.2.1") > 0
    assert pace.wait("fe80::1%eth0") == 0
    assert pace.wait("no: address") == 0


def test_memory_is_bounded() -> None:
    pace = Pace(1, FakeClock())
    for number in range(MOST_ADDRESSES + 100):
        pace.wait(str(number))
    assert len(pace._left) == MOST_ADDRESSES
