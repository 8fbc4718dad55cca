"""What an agent has room for, kept up to date while one pass hands out work.

The rules:
- The units held, open offers included, never exceed the agent's capacity.
- An exclusive item (a call) is held alone: nothing joins it, and it joins nothing. An agent with one chat
  gets no call until the chat ends; `Policy.hold_back_minutes` keeps him from getting chat after chat.
- An agent never has more open offers than the policy allows.
"""

from datetime import datetime

from routing.model import Candidate, Policy, ReasonCode, Work

Burden = tuple[float, datetime, int]


class Room:
    """One agent's room during one pass. It only ever shrinks: what does not fit now never will."""

    __slots__ = ("_limit", "agent", "exclusive", "holding", "kept", "offers", "used")

    def __init__(self, agent: Candidate, policy: Policy) -> None:
        self.agent = agent
        self.used = sum(held.units for held in agent.load)
        self.holding = len(agent.load)
        self.exclusive = any(held.exclusive for held in agent.load)
        self.offers = sum(held.offered for held in agent.load)
        self.kept = False
        self._limit = policy.offers_per_agent

    def conflict(self, units: int, exclusive: bool) -> ReasonCode | None:
        """What keeps an item of this size out, or None when it fits."""
        if self.exclusive or (exclusive and self.holding):
            return "exclusive_conflict"
        if self.used + units > self.agent.capacity:
            return "busy"
        if self.offers >= self._limit:
            return "offer_open"
        return "held_for_older" if self.kept else None

    def take(self, work: Work) -> None:
        """Count an offer of `work`."""
        self.used += work.units
        self.holding += 1
        self.exclusive = self.exclusive or work.exclusive
        self.offers += 1

    @property
    def open(self) -> bool:
        """Whether any item at all could still be given to the agent in this pass."""
        return self.agent.routable and self.conflict(0, False) is None

    @property
    def burden(self) -> Burden:
        """Sort key of agents: smallest share of capacity in use, then longest idle, then id."""
        share = self.used / self.agent.capacity if self.agent.capacity else 1.0
        return share, self.agent.idle_since, self.agent.id.int
