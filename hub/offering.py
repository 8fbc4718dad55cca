"""PURE: an offer that rings at several agents at once: who takes it, who lets it pass, and what is left of it.

One of them is the interaction's `agent_id`, the others are `beside` him; which one makes no difference to anybody.
"""

from dataclasses import replace
from typing import Literal
from uuid import UUID

from hub.model import Interaction

OfferEnd = Literal["accepted", "declined", "missed", "withdrawn"]
Ended = tuple[UUID, OfferEnd, str | None]  # whose, how, why
TAKEN = "taken"  # somebody else was first


def over(it: Interaction, how: OfferEnd, reason: str | None = None) -> tuple[Ended, ...]:
    """All of it ends. Of one that is accepted, the others' was taken."""
    if it.offer_id is None:
        return ()
    rest: tuple[OfferEnd, str | None] = ("withdrawn", TAKEN) if how == "accepted" else (how, reason)
    return ((it.offer_id, how, reason), *((one.offer_id, *rest) for one in it.beside))


def turned_to(it: Interaction, agent_id: UUID) -> Interaction:
    """The same offer, seen from one of those whom it rings at. Unchanged for anybody else."""
    mine = next((one for one in it.beside if one.agent_id == agent_id), None)
    if mine is None or it.agent_id is None or it.offer_id is None:
        return it
    others = tuple(one for one in it.beside if one is not mine)
    return replace(it, agent_id=mine.agent_id, offer_id=mine.offer_id,
                   beside=(*others, type(mine)(it.agent_id, it.offer_id)))


def passed_by(it: Interaction, agent_id: UUID) -> Interaction | None:
    """What is left when he lets it pass; None when it rings at nobody else. Who was asked first stays the first."""
    if it.agent_id != agent_id:
        return replace(it, beside=tuple(one for one in it.beside if one.agent_id != agent_id))
    if not it.beside:
        return None
    first, *rest = it.beside
    return replace(it, agent_id=first.agent_id, offer_id=first.offer_id, beside=tuple(rest))
