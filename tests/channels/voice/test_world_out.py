"""Calls to customers: whatever gets lost, doubled or late, he is rung only for somebody who waits for him, and once."""

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from channels.voice.call import RANK, TALKS
from channels.voice.control import Create, due, outcome, phase, standing
from channels.voice.decisions import Closed, RingCustomer, called_out
from tests.channels.voice.provider import LINE, Provider
from tests.channels.voice.samples import START, after, at, dialled, seen
from tests.channels.voice.test_world import World


class CallingOut(World):
    """Somebody of ours is called first; the hub follows the rules of `hub.call_terms`."""

    def __init__(self, random: Random) -> None:
        super().__init__(random)
        self.provider = Provider(random)
        self.provider.parties = {}
        self.call = called_out("call-1", "+491701234567", START)
        self.call = after(self.call, self.dial("partner"))

    def people(self) -> None:
        customer = self.provider.parties.get("customer")
        if customer is not None and RANK[customer.state] < TALKS:
            states = ["ringing"] * 3 + ["in_progress"] * 4 + ["busy", "no_answer", "failed"]
            self.provider.advance("customer", self.random.choice(states), self.call.customer.dialled)  # type: ignore[arg-type]
        elif self.provider.parties:
            super().people()

    def hub(self) -> None:
        if not self.call.unanswered:
            super().hub()
        elif not self.call.closing:
            self.follow()

    def follow(self) -> None:
        ours = [leg for leg in self.call.of("partner") if leg.wanted and leg.in_time and not leg.gone]
        if self.call.customer.over or not ours:
            self.call = after(self.call, Closed())
        elif any(leg.present for leg in ours) and not self.call.customer.dialled:
            self.call = after(self.call, RingCustomer(at(self.provider.seconds), 30))

    def command(self) -> None:
        wanted = [one for one in due(self.call) if isinstance(one, Create) and one.leg == "customer"]
        assert not wanted or any(leg.present for leg in self.call.of("partner")), "he would hear silence"
        super().command()

    def settle(self) -> None:
        for _ in range(5):
            super().settle()
            before = self.call
            if self.call.unanswered and not self.call.closing:
                self.follow()
            if self.call == before:
                return
        raise AssertionError("it does not come to rest")


@settings(max_examples=150, deadline=None)
@given(st.randoms(use_true_random=False), st.integers(5, 60))
def test_every_call_to_a_customer_comes_to_rest_in_truth(random: Random, steps: int) -> None:
    world = CallingOut(random)
    for _ in range(steps):
        world.step()
    world.settle()
    if world.call.unanswered:
        talks = [name for name, one in world.provider.parties.items() if not one.over]
        assert (phase(world.call) in ("offering", "connecting")) == bool(talks)
        if phase(world.call) == "ended":
            assert outcome(world.call) in ("busy", "no_answer", "failed", "called_off")
    else:
        world.truth()
    assert world.provider.created.count("customer") <= 1
    world.call = after(world.call, Closed())
    world.settle()
    assert all(one.over for one in world.provider.parties.values())
    assert not [one for one in world.provider.parties.values() if one.room != LINE]
    assert phase(world.call) == "ended"


def test_he_is_not_rung_for_somebody_who_has_gone_meanwhile() -> None:
    call = after(called_out("call-1", "+491701234567", START), dialled("a1", 1), seen("a1", "in_progress", 3),
                 RingCustomer(at(3), 30))
    assert standing(call, "create:customer") == Create("create:customer", "customer")
    gone = after(call, seen("a1", "completed", 4))
    assert standing(gone, "create:customer") is None
    assert (phase(gone), phase(after(gone, Closed())), outcome(gone)) == ("menu", "ended", "called_off")
