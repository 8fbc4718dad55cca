"""What an item demands and prefers of an agent's skills at present, asked of many agents."""

from datetime import datetime
from math import ceil

from routing.expression import Expression, Not, all_of, holds, names, why, why_not
from routing.model import Candidate, Reason, Skill, Work
from routing.rules import grades
from routing.score import waited_seconds

Rank = tuple[int, ...]


class Gate:
    """One requirement with its preferences. Agents whose skills do not differ where it matters are judged once."""

    __slots__ = ("_asked", "_judged", "_useful", "prefer", "required")

    def __init__(self, required: Expression | None, prefer: tuple[Expression, ...] = ()) -> None:
        self.required, self.prefer = required, prefer
        self._asked = tuple(sorted(names(required))) if required else ()
        self._useful: frozenset[Skill] = frozenset(self._asked).union(*map(names, prefer))
        self._judged: dict[tuple[int | None, ...], Reason | None] = {}

    def missing(self, agent: Candidate) -> Reason | None:
        """What his skills lack, None when they do."""
        if self.required is None:
            return None
        levels = tuple(map(agent.skills.get, self._asked))
        if levels not in self._judged:
            self._judged[levels] = _missing(self.required, agent)
        return self._judged[levels]

    def met(self, agent: Candidate) -> tuple[Reason, ...]:
        """The tests by which his skills do."""
        if self.required is None:
            return ()
        found = why(self.required, agent.skills)
        return tuple(
            Reason("skill_match", {"test": str(term), "skill": term.name, "level": agent.skills[term.name]})
            for term in found if term.name in agent.skills
        )

    def rank(self, agent: Candidate) -> Rank:
        """Sort key of agents by preference, the best first; always equal where nothing is preferred.

        The first preference decides, then the next. Of those who have all that is preferred, whoever has the fewest
        other skills comes first, so that those with many are left for what needs them.
        """
        if not self.prefer:
            return ()
        grade = grades(self.prefer, agent.skills)
        return (*(-one for one in grade), self._others(agent) if all(grade) else 0)

    def preference(self, chosen: Candidate, next_best: Candidate) -> Reason | None:
        """Why the one ranks before the other, None when they are equal."""
        for at, (own, other) in enumerate(zip(self.rank(chosen), self.rank(next_best), strict=True)):
            if own < other and at < len(self.prefer):
                return Reason("preferred_skill", {"test": str(self.prefer[at]), "grade": -own, "next": -other})
            if own < other:
                return Reason("fewest_other_skills", {"others": own, "next": other})
            if own > other:
                return None
        return None

    def _others(self, agent: Candidate) -> int:
        return sum(level > 0 and skill not in self._useful for skill, level in agent.skills.items())


def ring(work: Work, now: datetime) -> int:
    """Which ring of its placement is in force; 0 before the first, and where there are none."""
    if work.placement is None or not work.placement.rings:
        return 0
    return work.placement.ring(waited_seconds(work, now))


def gate(work: Work, now: datetime) -> Gate:
    """What stands in front of one item now."""
    if work.placement is None:
        return Gate(work.queue_requires)
    required = work.placement.required(waited_seconds(work, now), work.queue_requires)
    return Gate(required, work.placement.prefer)


def ring_reason(work: Work, now: datetime) -> tuple[Reason, ...]:
    """Which ring is in force, since when, and when the next one begins; nothing where there are no rings."""
    if work.placement is None or not work.placement.rings:
        return ()
    waited, rings = waited_seconds(work, now), work.placement.rings
    number = work.placement.ring(waited)
    began = rings[number - 1].after_seconds if number else 0
    data = {"ring": number, "rings": len(rings), "since_seconds": int(waited - began)}
    following = work.placement.next_ring_seconds(waited)
    if following is not None:
        data["next_seconds"] = ceil(following - waited)
    return (Reason("ring", data),)


def _missing(required: Expression, agent: Candidate) -> Reason | None:
    if holds(required, agent.skills):
        return None
    unmet = why_not(required, agent.skills)
    test = all_of(*(Not(one.term) if one.negated else one.term for one in unmet))
    return Reason("skill_missing", {"test": str(test), "skill": unmet[0].term.name})
