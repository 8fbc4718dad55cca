"""The control API and the softphone's websocket, as a handset page and a console use them."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from twilio.jwt.access_token import AccessToken  # type: ignore[import-untyped]
from twilio.jwt.access_token.grants import VoiceGrant  # type: ignore[import-untyped]

from simulator.telephony.driver import Sim
from simulator.telephony.tokens import BadToken, read_token
from tests.simulator.telephony.conftest import CONTROL, CUSTOMER, HUB, Listener


def token_for(sim: Sim, identity: str = "agent_1", *, secret: str = "", ttl: int = 3600, application: str = "") -> str:
    account = sim.exchange.account
    token = AccessToken(account.sid, account.key_sid, secret or account.key_secret, identity=identity, ttl=ttl)
    token.add_grant(VoiceGrant(incoming_allow=True, outgoing_application_sid=application or None))
    return str(token.to_jwt())


@pytest.fixture
async def http(sim: Sim) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(sim.base_url, headers={"Authorization": f"Bearer {CONTROL}"}) as session:
        yield session


async def post(http: aiohttp.ClientSession, path: str, **body: Any) -> tuple[int, Any]:
    async with http.post("/_sim" + path, json=body) as answer:
        return answer.status, await answer.json()


async def get(http: aiohttp.ClientSession, path: str) -> Any:
    async with http.get("/_sim" + path) as answer:
        return await answer.json()


async def test_a_call_by_the_control_api(sim: Sim, hub: Listener, http: aiohttp.ClientSession) -> None:
    hub.says("/voice", '<Gather input="dtmf speech" numDigits="1" action="/menu"><Say>Press 1.</Say></Gather>')
    hub.says("/menu", "<Say>Good.</Say><Pause length='60'/>")
    status, leg = await post(http, "/calls", **{"from": CUSTOMER}, to=HUB, stir="TN-Validation-Passed-B")
    assert (status, leg["status"]) == (201, "ringing")
    assert (await post(http, "/clock", advance=0.2))[1]["elapsed"] == pytest.approx(0.2)
    state = await get(http, "/state")
    assert state["legs"][0]["playing"] == {"kind": "say", "text": "Press 1."}
    assert (await post(http, f"/legs/{leg['sid']}/dtmf", digits="1"))[0] == 200
    await post(http, "/clock", advance=5)
    assert hub.of("/menu")[0]["StirVerstat"] == "TN-Validation-Passed-B"
    assert (await post(http, f"/legs/{leg['sid']}/hangup"))[1]["sid"] == leg["sid"]
    await sim.settle()
    assert (await get(http, "/state"))["legs"][0]["status"] == "completed"
    journal = await get(http, "/journal")
    assert {"leg", "heard", "webhook", "dtmf"} <= {entry["kind"] for entry in journal["entries"]}
    assert sim.exchange.account.auth_token not in json.dumps(journal)
    assert (await get(http, "/alerts"), await get(http, "/invariants")) == ([], {"broken": []})


async def test_messages_endpoints_faults_quirks_numbers(sim: Sim, hub: Listener, http: aiohttp.ClientSession) -> None:
    assert (await post(http, "/messages", **{"from": CUSTOMER}, to=HUB, body="Hi", channel="whatsapp", media=[
        {"content_type": "image/png", "base64": "UE5H"}]))[0] == 201
    await sim.settle()
    assert hub.of("/sms")[0]["From"] == "whatsapp:" + CUSTOMER
    async with http.put("/_sim/endpoints/%2B15557770001", json={"kind": "busy", "messages": "failed"}) as answer:
        assert answer.status == 200
    assert sim.exchange.endpoints["+15557770001"].kind == "busy"
    assert await post(http, "/faults", profile="jitter", rules=[{"action": "drop"}]) == (200, {"rules": 3})
    assert (await post(http, "/quirks", id="dtmf-buffer", value="off"))[0] == 200
    assert not sim.exchange.quirks.on("dtmf-buffer")
    assert (await post(http, "/numbers", number="+15550002000", voice_url=hub.base + "/voice"))[0] == 201
    assert "+15550002000" in (await get(http, "/account"))["numbers"]


async def test_what_it_refuses(sim: Sim, http: aiohttp.ClientSession) -> None:
    assert (await post(http, "/calls", to=HUB))[0] == 422
    assert (await post(http, "/calls", **{"from": CUSTOMER}, to="+15559999999"))[0] == 404
    assert (await post(http, "/legs/CA1/answer"))[0] == 404
    assert (await post(http, "/quirks", id="x", value="y"))[0] == 422
    assert (await post(http, "/faults", rules=[{"action": "explode"}]))[0] == 422
    assert (await post(http, "/clock", scale=2))[0] == 501
    assert (await post(http, "/clock", pause=True))[0] == 501  # it stands still already
    assert (await post(http, "/reset", seed=2))[0] == 501
    async with http.post("/_sim/calls", data=b"{") as answer:
        assert answer.status == 400
    async with aiohttp.ClientSession(sim.base_url) as stranger:
        for path in ("/_sim/state", "/_sim/account", "/_sim/ws", "/_sim/anything", "/_sim/state?token=x"):
            async with stranger.get(path) as answer:
                assert answer.status == 401


async def test_the_journal_is_pushed(sim: Sim, hub: Listener, http: aiohttp.ClientSession) -> None:
    hub.says("/voice", "<Say>Hello.</Say>")
    async with http.ws_connect("/_sim/ws") as socket:
        await sim.call(CUSTOMER, HUB)
        kinds = [(await socket.receive_json(timeout=5))["kind"] for _ in range(3)]
    assert kinds[0] == "leg"


async def test_a_softphone_over_its_websocket(sim: Sim, hub: Listener, client: Any) -> None:
    application = await client.applications.create_async(voice_url=hub.says("/app", "<Pause length='60'/>"))
    async with aiohttp.ClientSession(sim.base_url) as session, session.ws_connect("/_sim/device") as socket:
        async def told() -> Any:
            return await socket.receive_json(timeout=5)

        await socket.send_json({"type": "accept"})
        assert (await told())["code"] == 31204
        await socket.send_json({"type": "hello", "token": token_for(sim, application=application.sid)})
        assert await told() == {"type": "registered", "identity": "agent_1"}
        made = await client.conferences("ix-1").participants.create_async(from_=HUB, to="client:agent_1?ix=9&n=A%20B")
        await sim.advance(1)
        incoming = await told()
        assert (incoming["type"], incoming["callSid"], incoming["params"]) == (
            "incoming", made.call_sid, {"ix": "9", "n": "A B"})
        await socket.send_json({"type": "accept", "callSid": made.call_sid})
        assert (await told())["state"] == "open"
        await socket.send_json({"type": "hangup"})
        assert await told() == {"type": "state", "state": "closed", "callSid": made.call_sid, "reason": "completed"}
        await socket.send_json({"type": "connect", "params": {"To": CUSTOMER, "ix": "7"}})
        assert (await told())["state"] == "open"
        await sim.settle()
        assert (hub.of("/app")[0]["From"], hub.of("/app")[0]["ix"]) == ("client:agent_1", "7")
        await socket.send_json({"type": "whistle"})
        assert (await told())["type"] == "error"
        await socket.send_str("not json")
        assert (await told())["code"] == 31000
        leg = sim.exchange.devices["agent_1"][0].call
    assert leg is not None
    await sim.until(lambda: not leg.live)  # the page is gone, its call with it
    assert sim.exchange.devices["agent_1"] == []


async def test_tokens(sim: Sim) -> None:
    account, now = sim.exchange.account, sim.exchange.clock.now()
    grant = read_token(token_for(sim, application="AP1"), account, now)
    assert (grant.identity, grant.incoming, grant.application_sid) == ("agent_1", True, "AP1")
    for token, code in ((token_for(sim, secret="other" * 8), 20101), ("x.y.z", 20101), ("", 20101),
                        (token_for(sim, ttl=-10**9), 20104), (token_for(sim, ttl=90_000), 20157),
                        (token_for(sim, "not allowed"), 20101)):
        with pytest.raises(BadToken) as bad:
            read_token(token, account, now)
        assert bad.value.code == code


async def test_it_starts_alone() -> None:
    environment = {**os.environ, "TWILSIM_TOKEN": "t"}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "simulator.telephony", "--port", "0", "--number", f"{HUB}=http://127.0.0.1:9/voice",
        stdout=asyncio.subprocess.PIPE, env=environment)
    assert process.stdout is not None
    ready = json.loads(await asyncio.wait_for(process.stdout.readline(), 30))
    assert "token" not in ready
    async with aiohttp.ClientSession(headers={"Authorization": "Bearer t"}) as session:
        async with session.get(ready["base_url"] + "/_sim/account") as answer:
            assert (await answer.json())["numbers"] == [HUB]
        async with session.post(ready["base_url"] + "/_sim/clock", json={"scale": 5}) as answer:
            assert answer.status == 200
    process.send_signal(signal.SIGTERM)
    assert await asyncio.wait_for(process.wait(), 30) == 0
