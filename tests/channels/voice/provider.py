"""A telephone provider of a few rules, with the truth of its own, whose reports get lost, doubled and out of order."""

from dataclasses import dataclass, field
from random import Random

from channels.voice.call import OVER, RANK, Call, Flag, LegState
from channels.voice.control import Comfort, Command, Connect, Create, End, SendBack, SetFlag, SetRecording
from channels.voice.facts import Fact, Flagged, LegSeen, Moved
from tests.channels.voice.samples import at

LINE = 0


@dataclass
class Party:
    state: LegState = "queued"
    room: int = LINE
    flags: dict[Flag, bool] = field(default_factory=dict)

    @property
    def over(self) -> bool:
        return RANK[self.state] == OVER


class Provider:
    def __init__(self, random: Random) -> None:
        self.random = random
        self.seconds = 10.0
        self.parties = {"customer": Party("in_progress")}
        self.created: list[str] = []
        self.heard: list[Fact] = []  # on their way to the hub
        self._seq = 0

    # --- what the world does ----------------------------------------------------------------------------------------

    def pass_time(self, seconds: float) -> None:
        self.seconds += seconds

    def advance(self, name: str, state: LegState, room: int) -> None:
        party = self.parties[name]
        if party.over or RANK[state] <= RANK[party.state]:
            return
        party.state = state
        self._say(LegSeen(name, state, at(self.seconds), f"CA-{name}"))
        if state == "in_progress":
            self._enter(name, room)
        if RANK[state] == OVER:
            self.leave(name)

    def hang_up(self, name: str) -> None:
        self.advance(name, "completed", LINE)

    # --- what the hub says ------------------------------------------------------------------------------------------

    def obey(self, command: Command) -> None:
        match command:
            case Create(leg=leg):
                assert leg not in self.created, "nobody is called twice"
                self.created.append(leg)
                self.parties[leg] = Party()
                self._say(LegSeen(leg, "queued", at(self.seconds), f"CA-{leg}"))
            case End(leg=leg, answered=answered):
                talks = self.parties[leg].state == "in_progress"
                if answered or not talks:  # a call that was answered meanwhile cannot be canceled
                    self.advance(leg, "completed" if talks else "canceled", LINE)
            case Connect(room=room):
                if not self.parties["customer"].over:
                    self._enter("customer", room)
            case SendBack():
                self.leave("customer")
            case SetFlag():
                self._set(command)
            case _:
                assert isinstance(command, Comfort | SetRecording)

    def _set(self, command: SetFlag) -> None:
        party = self.parties[command.leg]
        if not party.over and party.room:
            party.flags[command.flag] = command.value
            self._say(Flagged(command.leg, party.room, self._next(), command.flag, command.value, at(self.seconds)))

    # --- truth ------------------------------------------------------------------------------------------------------

    def _enter(self, name: str, room: int) -> None:
        party = self.parties[name]
        self.leave(name)
        party.room, party.flags = room, {"ends_room": name == "customer"}
        self._say(Moved(name, room, self._next(), True, at(self.seconds)))

    def leave(self, name: str) -> None:
        party = self.parties[name]
        room, party.room = party.room, LINE
        if not room:
            return
        self._say(Moved(name, room, self._next(), False, at(self.seconds)))
        if party.flags.get("ends_room") and party.over:
            for other, one in self.parties.items():
                if one.room == room:
                    self.hang_up(other)

    def _next(self) -> int:
        self._seq += 1
        return self._seq

    def _say(self, fact: Fact) -> None:
        luck = self.random.random()
        if luck > 0.15:
            self.heard.append(fact)
        if luck > 0.85:
            self.heard.append(fact)

    # --- what the hub asks ------------------------------------------------------------------------------------------

    def read(self, call: Call) -> list[Fact]:
        """As a reconciler reads it: the state of every leg, where it is, how its flags stand."""
        told: list[Fact] = []
        for name, party in self.parties.items():
            if name not in call.legs:
                continue
            told.append(LegSeen(name, party.state, at(self.seconds), f"CA-{name}"))
            if party.room:
                told.append(Moved(name, party.room, self._next(), True, at(self.seconds)))
                told += [Flagged(name, party.room, self._next(), one, value, at(self.seconds))
                         for one, value in party.flags.items()]
            known = set(call.legs[name].inside) | ({call.legs[name].dialled} if party.state == "in_progress" else set())
            told += [Moved(name, room, self._next(), False, at(self.seconds)) for room in known - {party.room, LINE}]
        return told
