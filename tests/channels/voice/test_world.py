"""Whatever gets lost, doubled or late: nobody is left on the line, and nobody is left alone."""

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from channels.voice.call import Call, Role
from channels.voice.control import phase
from channels.voice.decisions import Closed, Decision, Dialled, HoldWanted, ModeWanted, Promoted, Released, Returned
from channels.voice.facts import observe
from tests.channels.voice.provider import LINE, Provider
from tests.channels.voice.samples import after, at, dialled, given_out, waiting


class World:
    def __init__(self, random: Random) -> None:
        self.random = random
        self.provider = Provider(random)
        self.call: Call = waiting()
        self.legs = 0

    def step(self) -> None:
        self.provider.pass_time(self.random.choice([0.2, 1, 4]))
        self.random.choice([self.people, self.people, self.hub, self.hub, self.deliver, self.deliver])()
        if self.random.random() < 0.8:
            self.command()

    def people(self) -> None:
        name = self.random.choice(sorted(self.provider.parties))
        party = self.provider.parties[name]
        room = self.call.legs[name].dialled if name in self.call.legs else LINE
        if name == "customer" or party.state == "in_progress":
            luck = self.random.random()
            if luck < (0.03 if name == "customer" else 0.1):
                self.provider.hang_up(name)
            elif luck < 0.15 and name != "customer":
                self.provider.leave(name)
        else:
            choices = ["ringing"] * 3 + ["in_progress"] * 5 + ["busy", "no_answer", "failed"]
            self.provider.advance(name, self.random.choice(choices), room)  # type: ignore[arg-type]

    def hub(self) -> None:
        """An agent's or a supervisor's click, as far as the screen would offer it."""
        now, wishes = phase(self.call), list[Decision]()
        live = [leg for leg in self.call.legs.values() if leg.role != "customer" and not leg.over]
        if now in ("queued", "orphaned") or (now == "offering" and self.random.random() < 0.3):
            wishes.append(self.dial("partner"))
        if now == "orphaned":
            wishes.append(Returned(at(self.provider.seconds)))
        if now in ("talking", "held"):
            wishes += [HoldWanted(not self.call.hold), self.dial("consult"), self.dial("supervisor")]
            wishes += [ModeWanted(leg.id, "whisper") for leg in live if leg.role == "supervisor"]
        wishes += [Promoted(leg.id) for leg in live if leg.role == "consult" and leg.present]
        if self.random.random() < 0.1:
            wishes += [Released(leg.id) for leg in live]
        if wishes:
            self.call = after(self.call, self.random.choice(wishes))

    def dial(self, role: Role) -> Dialled:
        return dialled(f"{role}-{len(self.call.legs)}", self.provider.seconds, role, ring=5)

    def deliver(self) -> None:
        heard = self.provider.heard
        self.random.shuffle(heard)
        for _ in range(self.random.randint(0, len(heard))):
            self.call = observe(self.call, heard.pop())

    def command(self) -> None:
        self.call, commands = given_out(self.call)
        for one in commands:
            self.provider.obey(one)

    def settle(self) -> None:
        """The reconciler reads, and the hub commands, until neither changes anything."""
        for _ in range(20):
            before = self.call
            self.provider.heard.clear()
            for fact in self.provider.read(self.call):
                self.call = observe(self.call, fact)
            self.command()
            if (self.call.issued, phase(self.call)) == (before.issued, phase(before)):
                return
        raise AssertionError("it does not come to rest")

    def truth(self) -> None:
        parties, now = self.provider.parties, phase(self.call)
        live = {name: one for name, one in parties.items() if not one.over}
        if "customer" not in live:
            assert now == "ended"
            assert live == {}, "nobody is left on a dead line"
            return
        room = live["customer"].room
        wanted = {leg.id for leg in self.call.legs.values() if leg.wanted}
        assert set(live) <= wanted, "whoever was let go is gone"
        assert all(one.room for name, one in live.items() if name != "customer" and one.state == "in_progress")
        here = {name: self.call.legs[name].role for name, one in live.items() if room and one.room == room}
        talkers = [name for name, role in here.items() if role == "partner"]
        if now in ("talking", "held", "consulting"):
            assert talkers
            asked = any(self.call.legs[name].role == "consult" for name in live)
            assert live["customer"].flags.get("held", False) == (self.call.hold or asked)
            others = [name for name, role in here.items() if role in ("partner", "consult")]
            held = live["customer"].flags.get("held", False)
            assert held or live["customer"].flags["ends_room"] == (len(others) <= 1)
        elif now in ("queued", "offering"):
            assert room == LINE
        assert now != "connecting" or not [one for one in live.values() if one.room not in (room, LINE)]


@settings(max_examples=400, deadline=None)
@given(st.randoms(use_true_random=False), st.integers(5, 60))
def test_every_call_comes_to_rest_in_truth(random: Random, steps: int) -> None:
    world = World(random)
    for _ in range(steps):
        world.step()
    world.settle()
    world.truth()
    world.call = after(world.call, Closed())
    world.settle()
    assert all(one.over for one in world.provider.parties.values())
