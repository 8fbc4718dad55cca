"""Two hubs beside one another over a real Redis: what one does, the other's screens see."""

from typing import Any

from hub.doorbell import AgentMoved, Doorbell, Moved, Ring
from hub.nodes import Nodes
from hub.tasks import Tasks
from tests.support.clock import SeededIds
from tests.support.hub import PASSWORD, a_hub
from tests.support.waiting import until


async def test_a_console_at_one_hub_hears_of_what_the_other_took_in(dsn: str, redis_url: str) -> None:
    async with a_hub(dsn, redis_url=redis_url) as left, a_hub(dsn, redis_url=redis_url) as right:
        anna, ears = await left.ready_agent("anna")
        sofia = await right.person("sofia", role="supervisor")
        far = await sofia.listen()

        await right.contact()

        offered = await ears.until("card", lambda one: one["card"] and one["card"]["state"] == "offered")
        await anna.post(f"/api/offers/{offered['card']['offer_id']}/accept")
        await far.until("card", lambda one: one["card"] and one["card"]["state"] == "active")
        path = f"/api/interactions/{offered['id']}"  # what comes later carries along whatever else was under way
        for number in range(3):
            await anna.post(f"{path}/wait", {"minutes": 5})
            await anna.post(f"{path}/resume")
            await far.until("card", lambda one, least=6 + 2 * number: one["version"] >= least - 1)
        accepted = [one for one in far.heard["card"] if one["touch"]["kind"] == "accepted"]
        assert len(accepted) == 1  # told once, not once by each hub
        assert (await sofia.log_in("sofia", PASSWORD)).status == 200


async def test_a_ring_goes_to_others_once_and_never_comes_back(redis_url: str, new_id: SeededIds) -> None:
    bells = [Doorbell(), Doorbell(), Doorbell()]
    heard: list[list[Ring]] = [[], [], []]
    tasks = Tasks()
    for bell, ears in zip(bells, heard, strict=True):
        bell.on(ears.append)
    nodes = [Nodes(redis_url, bell) for bell in bells]
    for number, node in enumerate(nodes):
        node.start(_Named(tasks, number))
    moved = Moved(new_id(), 3, new_id(), "said", new_id(), "webchat", None, "support", "active", frozenset({new_id()}))
    hello = AgentMoved(new_id())

    async def everybody_listens() -> bool:
        bells[0].ring(hello)
        return all(hello in ears for ears in heard)

    await until(everybody_listens, step=0.1)
    bells[0].ring(moved)
    await until(lambda: all(moved in ears for ears in heard))
    bells[1].ring(last := AgentMoved(new_id()))
    await until(lambda: all(last in ears for ears in heard))

    assert [ears.count(moved) for ears in heard] == [1, 1, 1]
    await tasks.stop()
    for node in nodes:
        await node.close()


class _Named(Tasks):
    """Names the tasks of several nodes apart in one process."""

    def __init__(self, tasks: Tasks, number: int) -> None:
        self._shared, self._number = tasks, number

    def supervise(self, name: str, loop: Any, on_failure: Any = "stop", longest: float = 30.0) -> None:
        self._shared.supervise(f"{name}-{self._number}", loop, on_failure, longest)
