"""What an agent has room for, kept up to date while one pass hands out work.

The rules:
- The units held, open offers included, never exceed the agent's capacity.
- Of a channel with a limit he holds no more than that many.
- An exclusive item (a call) is worked on alone: nothing joins it. It joins only what may be interrupted, which rests
  meanwhile and takes no room. An agent with one chat gets no call until the chat ends; `Policy.hold_back_minutes`
  keeps him from getting chat after chat.
- An agent never has more open offers than the policy allows.
"""

from collections import Counter
from datetime import datetime

from routing.model import Candidate, Policy, ReasonCode, Work

Burden = tuple[float, datetime, int]


class Room:
    """One agent's room during one pass. It only ever shrinks: what does not fit now never will."""

    __slots__ = ("_firm", "_limit", "_of_channel", "agent", "burden", "exclusive", "kept", "offers", "used")

    def __init__(self, agent: Candidate, policy: Policy) -> None:
        self.agent = agent
        self.used = sum(held.units for held in agent.load)
        self.exclusive = any(held.exclusive for held in agent.load)
        self.offers = sum(held.offered for held in agent.load)
        self.kept = False
        self._firm = any(held.offered or not held.interruptible for held in agent.load)
        self._of_channel = Counter(held.channel for held in agent.load)
        self._limit = policy.offers_per_agent
        self.burden = self._burden()

    def conflict(self, work: Work) -> ReasonCode | None:
        """What keeps the item out, or None when it fits."""
        if self.exclusive or (work.exclusive and self._firm):
            return "exclusive_conflict"
        if (0 if work.exclusive else self.used) + work.units > self.agent.capacity:
            return "busy"
        most = self.agent.limits.get(work.channel)
        if most is not None and self._of_channel[work.channel] >= most:
            return "channel_limit"
        if work.pulled:  # whoever takes it himself has seen his offers
            return None
        if self.offers >= self._limit:
            return "offer_open"
        return "held_for_older" if self.kept else None

    def take(self, work: Work) -> None:
        """Count an offer of `work`."""
        self.used += work.units
        self.exclusive = self.exclusive or work.exclusive
        self.offers += 1
        self._firm = True
        self._of_channel[work.channel] += 1
        self.burden = self._burden()

    @property
    def open(self) -> bool:
        """False when no item at all could be given to the agent any more in this pass."""
        return self.agent.routable and not self.exclusive and not self.kept and self.offers < self._limit

    def _burden(self) -> Burden:
        """Sort key of agents: smallest share of capacity in use, then longest idle, then id."""
        share = self.used / self.agent.capacity if self.agent.capacity else 1.0
        return share, self.agent.idle_since, self.agent.id.int
