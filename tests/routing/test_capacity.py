"""What fits beside what."""

from dataclasses import replace

import pytest

from routing.capacity import Room
from routing.model import Held, Policy, ReasonCode
from tests.routing.samples import CALL, CHAT, agent, call, work

OFFERED = replace(CHAT, offered=True)
FORM = Held("form", 20)
MAIL = Held("email", 60, interruptible=True)


@pytest.mark.parametrize(
    ("load", "units", "exclusive", "expected"),
    [
        ((), 30, False, None),
        ((), 100, True, None),
        ((CHAT, CHAT), 40, False, None),
        ((CHAT, CHAT), 41, False, "busy"),
        ((CALL,), 0, False, "exclusive_conflict"),
        ((CHAT,), 10, True, "exclusive_conflict"),
        ((Held("note", 0),), 10, True, "exclusive_conflict"),
        ((OFFERED,), 30, False, "offer_open"),
        ((CHAT, CHAT, CHAT, CHAT), 0, False, "busy"),  # a supervisor may have pushed him over
        ((MAIL, MAIL), 100, True, None),  # a call interrupts mail, which then takes no room
        ((MAIL, CHAT), 100, True, "exclusive_conflict"),
        ((replace(MAIL, offered=True),), 100, True, "exclusive_conflict"),  # nobody is interrupted in choosing
        ((MAIL,), 50, False, "busy"),
        ((MAIL, CALL), 0, False, "exclusive_conflict"),
    ],
)
def test_room(load: tuple[Held, ...], units: int, exclusive: bool, expected: ReasonCode | None) -> None:
    item = work(1, units=units, exclusive=exclusive)
    assert Room(agent(1, load=load), Policy()).conflict(item) == expected


def test_more_open_offers_where_the_policy_allows_them() -> None:
    room = Room(agent(1, load=(OFFERED,)), Policy(offers_per_agent=2))
    assert room.conflict(work(2)) is None
    room.take(work(1))
    assert room.conflict(work(2)) == "offer_open"


def test_of_a_channel_he_holds_no_more_than_his_limit() -> None:
    room = Room(agent(1, load=(CHAT,), limits={"webchat": 2, "form": 1}), Policy(offers_per_agent=9))
    room.take(work(1))
    assert room.conflict(work(2)) == "channel_limit"
    assert room.conflict(work(3, channel="form", units=10)) is None
    assert room.conflict(work(4, channel="email", units=10)) is None


def test_an_offered_mail_is_firm_until_it_is_accepted() -> None:
    room = Room(agent(1), Policy(offers_per_agent=9))
    room.take(work(1, channel="email"))
    assert room.conflict(call(2)) == "exclusive_conflict"


def test_a_call_taken_shuts_the_room() -> None:
    room = Room(agent(1, capacity=200), Policy(offers_per_agent=9))
    room.take(call(1))
    assert room.conflict(work(2, units=0)) == "exclusive_conflict"
    assert not room.open


def test_an_agent_without_capacity_counts_as_fully_burdened() -> None:
    assert Room(agent(1, capacity=0), Policy()).burden[0] == 1.0


def test_the_same_units_weigh_more_on_a_smaller_capacity() -> None:
    trainee = Room(agent(1, idle=9, capacity=60, load=(FORM,)), Policy())
    expert = Room(agent(2, capacity=100, load=(FORM,)), Policy())
    assert expert.burden < trainee.burden


def test_an_agent_who_is_not_routable_is_never_open() -> None:
    assert not Room(agent(1, routable=False), Policy()).open
