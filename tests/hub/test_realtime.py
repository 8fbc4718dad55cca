"""Pushes to consoles: who hears what, and that the end of a session ends its sockets."""

import zlib
from uuid import uuid4

import pytest
import socketio

from hub.app import REALTIME
from tests.support.hub import Ears, RunningHub
from tests.support.waiting import until


async def test_a_holder_and_supervisors_hear_of_a_card_and_others_do_not(running_hub: RunningHub) -> None:
    anna, ears = await running_hub.ready_agent("anna")
    ben = await (await running_hub.person("ben")).listen()
    sofia = await (await running_hub.person("sofia", role="supervisor")).listen()
    reference = await running_hub.contact()

    offered = await ears.until("card", lambda one: one["card"] and one["card"]["state"] == "offered")
    await sofia.until("card", lambda one: one["card"] and one["card"]["state"] == "offered")
    assert offered["card"]["reference"] == reference
    assert offered["touch"]["kind"] == "offered"
    await anna.post(f"/api/offers/{offered['card']['offer_id']}/accept")
    await anna.post(f"/api/interactions/{offered['id']}/requeue", {"reason": "lunch", "queue": "sales"})

    left = await ears.until("card", lambda one: one["card"] is None)
    assert left["version"] > offered["version"]
    await sofia.until("card", lambda one: one["card"] and one["card"]["queue"] == "sales")
    assert ben.heard["card"] == []


async def test_a_step_that_tells_agents_reaches_the_holder_and_all_who_may_take_it(running_hub: RunningHub) -> None:
    sue = await running_hub.person("sue", role="supervisor")
    ben = await (await running_hub.person("ben", queues=("support",))).listen()
    zoe = await (await running_hub.person("zoe", queues=("sales",))).listen()
    anna, ears = await running_hub.ready_agent("anna", queues=("support",))
    now = (await sue.get("/api/policy")).body
    ladders = [{"id": "up", "steps": [{"priority": 1, "notify": ["agent", "supervisor"]}, {"notify": ["supervisor"]}]}]
    queues = [{**one, "ladder": "up"} if one["id"] == "support" else one for one in now["document"]["queues"]]
    document = {**now["document"], "queues": queues, "ladders": ladders}
    answer = await sue.post("/api/policy/publish", {"document": document, "base": now["version"]})
    assert answer.status == 201, answer.body
    await running_hub.contact()
    offered = await ears.until("card", lambda one: one["card"] and one["card"]["state"] == "offered")
    await anna.post(f"/api/offers/{offered['card']['offer_id']}/accept")
    for reason in ("too hard", "still"):
        answer = await sue.post(f"/api/interactions/{offered['id']}/escalate", {"reason": reason})
        assert answer.status < 300, answer.body

    for who in (ears, ben):
        told = await who.until("card", lambda one: one["touch"] and one["touch"]["kind"] == "escalated")
        assert "agent" in told["touch"]["data"]["tell"]
    assert [one["touch"]["data"]["step"] for one in ben.heard["card"] if one["touch"]["kind"] == "escalated"] == [1]
    assert all(one["card"] is None for one in ben.heard["card"]), "told of it, not given it"
    assert zoe.heard["card"] == []


async def test_the_heartbeat_carries_the_head_of_the_desk(running_hub: RunningHub) -> None:
    anna, ears = await running_hub.ready_agent("anna")
    await running_hub.contact()
    await ears.until("card", lambda one: one["card"] and one["card"]["state"] == "offered")
    ears.heard["heartbeat"].clear()

    console = await anna.listen()
    head = (await console.until("heartbeat"))["head"]

    desk = (await anna.get("/api/desk")).body
    assert head == desk["head"]
    assert head["sum"] == sum(zlib.crc32(f"{one['id']}:{one['version']}".encode()) for one in desk["cards"]) % 2**32


async def test_figures_and_presence_are_pushed(running_hub: RunningHub) -> None:
    sofia = await (await running_hub.person("sofia", role="supervisor")).listen()
    anna, ears = await running_hub.ready_agent("anna", queues=("sales",))
    await running_hub.contact()

    for who in (sofia, ears):
        await who.until("figures", lambda one: one["figures"][0]["waiting"] == 1)
    await sofia.until("agent", lambda one: one["agent"]["login"] == "anna" and one["agent"]["presence"]["routable"])
    await ears.close()
    await sofia.until("agent", lambda one: one["agent"]["login"] == "anna"
                      and not one["agent"]["presence"]["connected"])
    assert anna.id


async def test_no_cookie_or_a_foreign_page_gets_no_socket(running_hub: RunningHub) -> None:
    anna = await running_hub.person("anna")
    cookie = "; ".join(f"{one.key}={one.value}" for one in anna.http.cookie_jar)
    with pytest.raises(socketio.exceptions.ConnectionError):
        await Ears().open(running_hub.url, "hub_session=made-up-made-up-made-up-made-up")
    with pytest.raises(socketio.exceptions.ConnectionError):
        await Ears().open(running_hub.url, cookie, Origin="https://elsewhere.example")
    good = Ears()
    await good.open(running_hub.url, cookie, Origin=running_hub.url)
    await good.close()


async def test_logging_out_ends_the_sockets_at_once(running_hub: RunningHub) -> None:
    anna = await running_hub.person("anna")
    ears = await anna.listen()
    await anna.post("/api/logout")
    await until(lambda: not ears.client.connected)


async def test_a_disabled_user_loses_the_socket_with_the_next_heartbeat(running_hub: RunningHub) -> None:
    anna = await running_hub.person("anna")
    ben = await running_hub.person("ben")
    shut, kept = await anna.listen(), await ben.listen()
    await running_hub.parts.users.disable("anna")

    await running_hub.app[REALTIME].beat()

    await until(lambda: not shut.client.connected)
    assert kept.client.connected


@pytest.mark.parametrize("data", [None, "x", [], {"interaction_id": "x", "on": True}, {"interaction_id": 7, "on": 1},
                                  {"interaction_id": str(uuid4()), "on": True}])
async def test_nonsense_over_the_socket_changes_nothing(running_hub: RunningHub, data: object) -> None:
    anna = await running_hub.person("anna")
    ears = await anna.listen()
    await ears.client.emit("typing", data, namespace="/desk")
    await ears.client.emit("delete_everything", data, namespace="/desk")
    assert (await anna.get("/api/me")).status == 200
    assert ears.client.connected
