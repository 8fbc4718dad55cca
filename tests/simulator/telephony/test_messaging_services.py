"""Messaging services: the pool picks, the customer keeps his number, one webhook and one STOP for all of it."""

from typing import Any

import aiohttp
import pytest
from twilio.base.exceptions import TwilioRestException  # type: ignore[import-untyped]

from simulator.telephony.driver import Sim
from tests.simulator.telephony.conftest import CUSTOMER, HUB, Listener

SECOND, OTHER = "+15550002000", "+15551230002"


@pytest.fixture(name="service")
def messaging_service(sim: Sim, hub: Listener) -> str:
    """The hub's number and another one as a pool."""
    sim.number(SECOND, sms_url=hub.base + "/own")
    return sim.messaging_service(HUB, SECOND, friendly_name="Support", inbound_request_url=hub.base + "/pool").sid


async def refused(work: Any, code: int) -> None:
    with pytest.raises(TwilioRestException) as failed:
        await work
    assert failed.value.code == code


def names(found: Any) -> set[str]:
    return {name for name in vars(found) if not name.startswith("_")}


async def test_the_sender_is_picked_after_the_answer_and_told_with_the_report(
        sim: Sim, hub: Listener, client: Any, service: str) -> None:
    async def send(to: str) -> Any:
        return await client.messages.create_async(to=to, messaging_service_sid=service, body="Hi",
                                                  status_callback=hub.base + "/status")

    made = await send(CUSTOMER)
    assert (made.status, made.from_, made.num_segments, made.messaging_service_sid) == ("accepted", None, "0", service)
    await sim.advance(10)
    await send(OTHER)
    await send(CUSTOMER)
    await sim.advance(10)
    told = [(one["To"], one["From"]) for one in hub.of("/status") if one["MessageStatus"] == "delivered"]
    assert sorted(told) == sorted([(CUSTOMER, HUB), (OTHER, SECOND), (CUSTOMER, HUB)]), "who knows a number keeps it"
    assert {one["MessagingServiceSid"] for one in hub.of("/status")} == {service}
    found = await client.messages(made.sid).fetch_async()
    assert (found.from_, found.status, found.num_segments) == (HUB, "delivered", "1")
    sim.invariants()


async def test_a_text_to_the_pool_is_told_to_the_messaging_service_or_to_the_number_or_to_nobody(
        sim: Sim, hub: Listener, client: Any, service: str) -> None:
    await sim.text(CUSTOMER, SECOND, "Hello")
    (asked,) = hub.of("/pool")
    assert (asked["To"], asked["MessagingServiceSid"]) == (SECOND, service)
    made = await client.messages.create_async(to=CUSTOMER, messaging_service_sid=service, body="Hi")
    await sim.advance(5)
    assert (await client.messages(made.sid).fetch_async()).from_ == SECOND, "the number that he wrote to"
    there = sim.exchange.services[service]
    there.use_inbound_webhook_on_number = True
    await sim.text(CUSTOMER, SECOND, "Hello")
    (asked,) = hub.of("/own")
    assert asked["MessagingServiceSid"] == service
    there.use_inbound_webhook_on_number, there.inbound_request_url = False, ""
    await sim.text(CUSTOMER, SECOND, "Hello")
    assert len(hub.of("/own") + hub.of("/pool")) == 2, "dropped, as the real one does"


async def test_a_stop_to_one_number_ends_the_whole_messaging_service(
        sim: Sim, client: Any, service: str) -> None:
    def send(**by: str) -> Any:
        return client.messages.create_async(to=CUSTOMER, body="Hi", **by)

    await sim.text(CUSTOMER, SECOND, "STOP")
    for by in ({"messaging_service_sid": service}, {"messaging_service_sid": service, "from_": HUB}, {"from_": HUB}):
        await refused(send(**by), 21610)
    await sim.text(CUSTOMER, HUB, "START")
    made = await send(messaging_service_sid=service, from_=SECOND)
    assert made.from_ == SECOND


async def test_what_no_messaging_service_can_send_is_refused(sim: Sim, client: Any, service: str) -> None:
    sim.number(OTHER)
    empty = sim.messaging_service(number=2).sid
    for by, code in (({"messaging_service_sid": "MG" + "9" * 32}, 21701), ({"messaging_service_sid": empty}, 21703),
                     ({"messaging_service_sid": service, "from_": OTHER}, 21606), ({}, 21603)):
        await refused(client.messages.create_async(to=CUSTOMER, body="Hi", **by), code)
    with pytest.raises(ValueError, match="not free"):
        sim.messaging_service(HUB, number=3)


async def test_a_messaging_service_and_its_pool_are_read_with_the_vendors_client(
        sim: Sim, hub: Listener, client: Any, service: str) -> None:
    client.messaging.base_url = client.api.base_url
    there = client.messaging.v1.services(service)
    found = await there.fetch_async()
    account = sim.exchange.account
    login = aiohttp.BasicAuth(account.sid, account.auth_token)
    async with aiohttp.ClientSession(auth=login) as plain:
        body = await (await plain.get(found.url)).json()
        listed = await (await plain.get(found.links["phone_numbers"])).json()
    assert set(body) == names(found), "every key that the vendor's client knows, and none besides"
    assert (found.friendly_name, found.inbound_request_url) == ("Support", hub.base + "/pool")
    pool = await there.phone_numbers.list_async(page_size=1)
    assert [one.phone_number for one in pool] == [HUB, SECOND]
    assert set(listed["phone_numbers"][0]) == names(pool[0])
    await refused(client.messaging.v1.services("MG" + "9" * 32).fetch_async(), 20404)
    with pytest.raises(TwilioRestException, match="501"):
        await there.update_async(friendly_name="x")

