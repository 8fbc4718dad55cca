"""The emulator against the published description, its own tables and its register of doubts."""

import re
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import make_mocked_request
from multidict import MultiDict

from simulator.telephony import api_table, quirks
from simulator.telephony.app import ROUTES
from simulator.telephony.driver import Sim, running_sim
from simulator.telephony.rest import BASE, RestApi, route
from simulator.telephony.webhook_params import TABLE, wrong_params
from tests.simulator.telephony.conftest import CUSTOMER, HUB, Listener

PACKAGE = Path(api_table.__file__).parent
SERVED = sorted(ROUTES)
SID = {"CallSid": "CA", "ConferenceSid": "CF", "QueueSid": "QU", "MessageSid": "SM", "RecordingSid": "RE", "Sid": "XX"}


def test_the_table_names_its_source_and_version() -> None:
    raw = api_table._raw()
    assert "twilio-oai" in raw["source"]
    assert "2026" in raw["version"]


def test_only_published_operations_and_parameters_are_served() -> None:
    assert api_table.unknown(ROUTES, api_table.operations()) == []
    for key, served in ROUTES.items():
        operation = api_table.operations()[key]
        assert api_table.unknown(served.parameters, {**operation.query, **operation.form}) == [], key
        assert set(operation.required) <= served.parameters, key
        assert not served.status or str(served.status) in operation.responses, key


@pytest.mark.parametrize("key", sorted(set(api_table.operations()) - set(SERVED)))
async def test_published_but_not_here_is_501(sim: Sim, key: str) -> None:
    method, path = key.split(" ")
    path = re.sub(r"\{(\w+)\}", lambda match: SID.get(match[1], "XX") + "0" * 32, path)
    account = sim.exchange.account
    login = {"Authorization": aiohttp.encode_basic_auth(account.sid, account.auth_token)}
    async with aiohttp.ClientSession(headers=login) as session, session.request(
            method, f"{sim.base_url}{BASE}/{account.sid}{path}") as answer:
        assert answer.status == 501
        assert (await answer.json())["message"] == f"not emulated: {key}"
    assert sim.exchange.alerts.codes() == [0]


@pytest.mark.parametrize("key", [key for key in SERVED if "{" in key and "Recordings/{Sid}" not in key])
async def test_an_unknown_sid_is_404_everywhere(sim: Sim, key: str) -> None:
    method, path = key.split(" ")
    required = {name: "x:y" if name in {"Url"} else "client:x" for name in api_table.operations()[key].required}
    if key.startswith("POST /Calls/{CallSid}/Recordings"):
        required = {}
    path = re.sub(r"\{(\w+)\}", lambda match: SID.get(match[1], "XX") + "0" * 32, path)
    account = sim.exchange.account
    login = {"Authorization": aiohttp.encode_basic_auth(account.sid, account.auth_token)}
    async with aiohttp.ClientSession(headers=login) as session, session.request(
            method, f"{sim.base_url}{BASE}/{account.sid}{path}", data=required) as answer:
        body = await answer.json()
        assert (answer.status, body["code"]) == (404, 20404), body
        assert set(body) == {"code", "message", "more_info", "status"}


async def test_another_account_and_another_place(sim: Sim) -> None:
    account = sim.exchange.account
    login = {"Authorization": aiohttp.encode_basic_auth(account.sid, account.auth_token)}
    other = "AC" + "0" * 32
    async with aiohttp.ClientSession(sim.base_url, headers=login) as session:
        for path, status in ((f"{BASE}/{other}/Calls.json", 404), (f"{BASE}.json", 501),
                             (f"{BASE}/{account.sid}.json", 501), (f"{BASE}/{account.sid}/Keys.json", 501)):
            async with session.get(path) as answer:
                assert answer.status == status, path
        async with session.delete(f"{BASE}/{account.sid}/Calls.json") as answer:
            assert answer.status == 405


async def test_an_answer_that_contradicts_the_description_never_leaves(sim: Sim, client: Any) -> None:
    operation = api_table.operations()["GET /Queues/{Sid}.json"]
    good = {"date_updated": None, "current_size": 1, "friendly_name": "x", "uri": "/x", "account_sid": None,
            "average_wait_time": 0, "sid": "QU" + "0" * 32, "date_created": "Mon, 02 Mar 2026 09:00:00 +0000",
            "max_size": 1}
    assert api_table.check_answer(operation, 200, good) == []
    for change in ({"more": 1}, {"max_size": "1"}, {"max_size": None}, {"sid": "CA" + "0" * 32}, {"max_size": True},
                   {"date_created": "yesterday"}):
        assert len(api_table.check_answer(operation, 200, {**good, **change})) == 1, change
    assert api_table.check_answer(operation, 200, {}) != []
    assert api_table.check_answer(operation, 299, good) != []


async def test_a_wrong_answer_is_a_500_and_a_bug_of_the_emulator() -> None:
    async with running_sim() as sim:
        api = RestApi(sim.exchange, {"GET /Queues/{Sid}.json": route(lambda _: {"sid": "QU1", "more": 1})})
        account = sim.exchange.account
        login = {"Authorization": aiohttp.encode_basic_auth(account.sid, account.auth_token)}
        request = make_mocked_request("GET", f"{BASE}/{account.sid}/Queues/QU1.json", headers=login)
        answer = api.answer(request, MultiDict())
        assert answer.status == 500
        assert len(sim.exchange.journal.of("bug")) == 1
        with pytest.raises(AssertionError, match=r"queue\.more is not described"):
            sim.invariants()
        with pytest.raises(ValueError, match="not in the published description"):
            RestApi(sim.exchange, {"GET /Nothing.json": route(lambda _: {})})


def test_types() -> None:
    for kind, good, bad in (("integer(1..10)", ("1", "10"), ("0", "11", "x", "1.0", "")),
                            ("boolean", ("true", "False"), ("yes", "")), ("enum(a|b)", ("a",), ("c", "a|b")),
                            ("sid?(CA)", ("CA" + "f" * 32,), ("CA" + "f" * 31, "CB" + "f" * 32)),
                            ("uri", ("https://x/y",), ("/y", "x y"))):
        for value in good:
            api_table.check_text(kind, value)
        for value in bad:
            with pytest.raises(api_table.BadValue):
                api_table.check_text(kind, value)


# --- webhooks ----------------------------------------------------------------------------------------------
def test_the_table_of_webhook_parameters_finds_mistakes() -> None:
    good = TABLE["call_status"].always
    assert wrong_params("call_status", "ringing", good) == []
    assert wrong_params("call_status", "completed", good) == [
        f"call_status completed: {name} is missing" for name in ("CallDuration", "Duration", "SipResponseCode")]
    assert wrong_params("call_status", "ringing", [*good, "Sequence"]) == [
        "call_status ringing: Sequence is not in the table"]
    assert wrong_params("twiml", "", [*TABLE["twiml"].always, "ix"], own=["ix"]) == []


async def test_an_application_parameter_does_not_hide_a_standard_one(sim: Sim, hub: Listener, client: Any) -> None:
    application = await client.applications.create_async(voice_url=hub.says("/app", "<Pause/>"))
    phone = sim.agent("agent_1")
    phone.device.may_dial = application.sid
    await phone.connect(To=CUSTOMER, From=HUB, CallSid="CA0")
    assert hub.of("/app")[0]["From"] == "client:agent_1"
    assert hub.of("/app")[0].form.getall("CallSid") == [next(iter(sim.exchange.legs))]


# --- quirks ------------------------------------------------------------------------------------------------
def test_every_quirk_has_a_meaning_a_switch_and_a_use() -> None:
    code = "".join(path.read_text() for path in PACKAGE.glob("*.py") if path.name != "quirks.py")
    for quirk in quirks.REGISTER:
        assert quirk.default in quirk.choices
        assert len(quirk.choices) > 1
        assert quirk.meaning
        assert f'"{quirk.id}"' in code, quirk.id
    assert len({quirk.id for quirk in quirks.REGISTER}) == len(quirks.REGISTER)
    with pytest.raises(ValueError):
        quirks.Quirks([("dtmf-buffer", "perhaps")])


def test_the_emulator_reaches_nothing_of_the_hub() -> None:
    for path in PACKAGE.glob("*.py"):
        assert not re.search(r"^\s*(from|import) (hub|channels|routing)\b", path.read_text(), re.M), path.name
        assert len(path.read_text().splitlines()) <= 350, path.name
