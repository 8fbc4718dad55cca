"""An offer that rings at two agents, as their consoles have it: cards over the socket, the click over HTTP."""

from tests.hub.http.test_work import offered
from tests.support.hub import RunningHub


async def test_both_see_it_one_has_it_and_the_other_is_told_who(running_hub: RunningHub) -> None:
    sue = await running_hub.person("sue", "supervisor")
    now = (await sue.get("/api/policy")).body
    queues = [{**queue, "offer_to": 2} for queue in now["document"]["queues"]]
    published = await sue.post("/api/policy/publish", {
        "document": {**now["document"], "queues": queues}, "base": now["version"], "note": "two at once"})
    assert published.status == 201, published.body
    anna, at_anna = await running_hub.ready_agent("anna")
    ben, at_ben = await running_hub.ready_agent("ben")
    await running_hub.contact()

    card, same = await offered(at_anna), await offered(at_ben)
    assert (card["id"], card["offer_id"], card["due_at"]) == (same["id"], same["offer_id"], same["due_at"])
    assert {card["agent_id"], *card["beside"]} == {anna.id, ben.id}
    offer = f"/api/offers/{card['offer_id']}"
    assert (await ben.post(f"{offer}/accept")).status == 200
    late = await anna.post(f"{offer}/accept")
    assert (late.status, late.body["code"]) == (409, "taken")
    assert "was first" in late.body["detail"]
    gone = await at_anna.until("card", lambda one: one["id"] == card["id"] and one["card"] is None)
    assert gone["touch"]["kind"] == "accepted"
    assert (await ben.get(f"/api/interactions/{card['id']}")).body["card"]["agent_id"] == ben.id
