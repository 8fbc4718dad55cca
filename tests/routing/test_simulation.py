"""Another policy on a recorded day: tiny days reckoned by hand, what chance may do, and what it may not."""

import json
from itertools import pairwise
from math import inf
from random import Random
from typing import Any

import pytest

from routing.simulation.compare import compared
from routing.simulation.day import Survival, read
from tests.routing.days import ANN, BEN, PLAIN, VIPS_FIRST, agent, contact, day, job, left

VIP = {"channel": "voice", "vip": True}


def means(found: dict[str, Any], world: str, queue: str | None = None) -> dict[str, Any]:
    of = found[world]["queues"][queue] if queue else found[world]["all"]
    return {name: one and one["mean"] for name, one in of.items()}


def test_a_day_by_hand() -> None:
    """One agent; the second waits 90 seconds of 60, the third leaves after 30, the VIP is last."""
    of = day(contact(1, 0), contact(2, 10, answered_at=100.0), left(3, 20, 30.0),
             contact(4, 30, answered_at=200.0, facts=VIP), seconds=1000)
    found = compared(job(of, VIPS_FIRST))
    was = means(found, "recorded")
    assert was == {
        "contacts": 4, "answered": 3, "service_level": 1 / 4, "abandonment": 1 / 4, "mean_wait": 260 / 3,
        "median_wait": 90, "p95_wait": 170, "longest_wait": 170, "vip_contacts": 1, "vip_service_level": 0,
        "fairness": 1, "utilisation": 0.3,
    }  # fmt: skip
    assert means(found, "published") == was, "the model says what happened"
    new = means(found, "new")
    assert new == {**was, "mean_wait": 260 / 3, "median_wait": 70, "p95_wait": 190, "longest_wait": 190}
    assert found["difference"]["longest_wait"] == {"mean": 20, "low": 20, "high": 20}
    assert (found["contacts"], found["waiting_before"], found["agents"]) == (4, 0, 1)


def test_a_rule_moves_contacts_to_another_queue_and_keeps_their_threshold() -> None:
    of = day(contact(1, 0, facts=VIP), contact(2, 10, answered_at=100.0))
    to_sales = {**PLAIN, "rules": [{"id": "vip", "name": "V", "when": "vip", "place": {"queue": "sales"}}]}
    found = compared(job(of, to_sales))
    assert means(found, "new", "sales")["contacts"] == means(found, "new", "help")["contacts"] == 1
    assert means(found, "new", "sales")["service_level"] == 1
    assert means(found, "published", "help")["contacts"] == 2
    assert "sales" not in found["published"]["queues"] or means(found, "published", "sales")["contacts"] == 0


def test_rings_skills_shifts_and_what_is_in_hand_already() -> None:
    """Ben speaks no German, Ann is away until 300 and then busy until 400 with what nobody routed to her: he gets it in
    the ring of 250 seconds, of which his offer rings 10."""
    ann = agent(ANN, 300.0, skills={"german": 3})
    ann["holding"] = [{"start": 300.0, "end": 400.0, "held": {"channel": "manual", "units": 100}}]
    german = {**PLAIN, "skills": ["german"], "rules": [{"id": "all", "name": "All", "when": "channel = \"voice\"",
              "place": {"queue": "help", "require": "german", "rings": [{"after_seconds": 250}]}}]}
    strict = {**german, "rules": [{**german["rules"][0], "place": {"queue": "help", "require": "german"}}]}
    of = day(contact(1, 0, agent=str(BEN), rings=10.0), staff=(ann, agent(BEN)))
    found = compared(job(of, german, strict))
    assert means(found, "new")["mean_wait"] == pytest.approx(260)
    assert means(found, "published")["mean_wait"] == pytest.approx(410)


def test_whoever_waits_at_the_end_is_neither_answered_nor_gone() -> None:
    found = compared(job(day(contact(1, 0, answered_at=None, agent=None, handled=False, handle=0.0), seconds=100,
                             staff=(agent(end=0.0),))))
    for world in ("recorded", "published", "new"):
        assert means(found, world)["service_level"] == 0
        assert means(found, world)["longest_wait"] == 100
        assert (means(found, world)["mean_wait"], means(found, world)["utilisation"]) == (None, None)


def test_what_waited_before_has_its_age_and_does_not_count() -> None:
    of = day(contact(1, 0, before=500.0), contact(2, 0, answered_at=100.0))
    found = compared(job(of))
    assert (found["contacts"], found["waiting_before"]) == (1, 1)
    assert means(found, "published")["mean_wait"] == 100, "the older one goes first"


def busy_day(seed: int = 7) -> dict[str, Any]:
    """Too much for two agents: some leave, one is still at work, and chance has something to say."""
    dice, contacts, free = Random(seed), list[dict[str, Any]](), [0.0, 0.0]
    at = 0.0
    for number in range(80):
        at += dice.expovariate(1 / 40)
        patience, place = dice.expovariate(1 / 120), free.index(min(free))
        begins = max(at, free[place])
        facts = {"channel": "voice", "vip": number % 5 == 0}
        if begins - at > patience:
            contacts.append(left(number, at, patience, facts=facts))
            continue
        handle = dice.expovariate(1 / 90)
        free[place] = begins + handle
        contacts.append(contact(number, at, answered_at=begins, handle=handle, handled=number != 79, facts=facts,
                                agent=str((ANN, BEN)[place])))  # fmt: skip
    return day(*contacts, staff=(agent(ANN, end=at + 100), agent(BEN, end=at + 100)), seconds=at + 100)


def test_the_same_policy_has_the_same_figures_and_a_seed_the_same_day() -> None:
    of = busy_day()
    other_words = {**PLAIN, "priority_minutes": 5, "rules": []}
    found = compared(job(of, other_words, runs=4))
    assert found["new"] == found["published"]
    assert all(one is None or one["mean"] == one["low"] == one["high"] == 0 for one in found["difference"].values())
    assert json.dumps(found) == json.dumps(compared(job(of, other_words, runs=4)))
    assert found["published"]["all"] == found["recorded"]["all"], "nothing is left to chance where nothing changes"
    others = [compared(job(of, VIPS_FIRST, runs=4, seed=seed))["new"] for seed in (1, 1, 2)]
    assert others[0] == others[1] != others[2]


def test_a_policy_for_vips_serves_them_sooner_with_a_known_uncertainty() -> None:
    told: list[float] = []
    found = compared(job(busy_day(), VIPS_FIRST, runs=5), told.append)
    assert told == [number / 10 for number in range(1, 11)]
    new, old = found["new"]["all"]["vip_service_level"], found["published"]["all"]["vip_service_level"]
    assert new["mean"] > old["mean"]
    assert new["low"] <= new["mean"] <= new["high"]
    assert found["new"]["all"]["mean_wait"]["low"] < found["new"]["all"]["mean_wait"]["high"], "patience was drawn"


def test_points_along_the_day_add_up() -> None:
    found = compared(job(busy_day(), runs=2))
    for world in ("recorded", "published", "new"):
        points = found[world]["points"]
        assert sum(one["contacts"] for one in points) == 80
        assert all(two["at"] - one["at"] == found["stretch_seconds"] for one, two in pairwise(points))
    of = day(contact(1, 0), contact(2, 0, answered_at=90.0), seconds=120)
    assert [one["waiting"] for one in compared(job(of))["recorded"]["points"]] == [1, 0.5]


def test_patience_is_at_least_what_was_seen() -> None:
    """Of four, one left after 10 and one after 30, while one was answered at 20: 3/4 stay beyond 10, and of the two
    who were seen for 30 seconds one did."""
    found = Survival([(10, True), (20, False), (30, True), (40, False)])
    assert (found.at, found.stay) == ([10, 30], [0.75, 0.375])
    assert [found.longer(0, drawn) for drawn in (0.9, 0.5, 0.3)] == [10, 30, inf]
    assert [found.longer(20, drawn) for drawn in (0.9, 0.4)] == [30, inf]
    assert found.longer(40, 0.99) == Survival(()).longer(5, 0.5) == inf


def test_what_is_no_day_is_refused() -> None:
    for broken in ({}, {**day(contact(1, 0)), "staff": [{"id": "x"}]}, {**day(), "begin": "yesterday"}):
        with pytest.raises((KeyError, ValueError, TypeError)):
            read(broken)
