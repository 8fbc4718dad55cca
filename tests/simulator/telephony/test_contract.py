"""The contract suite against the emulator: it holds, it notices when it does not, and it asks before it spends."""

import json
from pathlib import Path

import pytest

from simulator.telephony.contract.__main__ import agreed, asked, differences, main
from simulator.telephony.contract.bench import LIVE, VARIABLES, Broken, emulated, from_environment
from simulator.telephony.contract.checks import CHECKS
from simulator.telephony.faults import Rule

GIVEN = {"TWILIO_ACCOUNT_SID": "AC1", "TWILIO_AUTH_TOKEN": "secret", "CONTRACT_NUMBERS": "+15550001000, +15550001001",
         "CONTRACT_PUBLIC_URL": "https://hub.example.org/"}


async def test_the_emulator_keeps_the_contract_and_is_like_itself() -> None:
    async with emulated() as (place, exchange):
        far = exchange.numbers[place.far]
        far.sms_url = "http://127.0.0.1:9/mine"
        notes, broken = await asked(place, CHECKS)
        assert broken == {}
        assert (far.sms_url, far.voice_url) == ("http://127.0.0.1:9/mine", "")  # put back
        assert (exchange.queues, [leg.sid for leg in exchange.legs.values() if leg.live]) == ({}, [])
    assert notes["progress of a call"] == ["initiated", "ringing", "in-progress", "completed"]
    assert notes["result of a redirect"] == ["redirected"]
    assert notes["reason of its end"] == "participant-with-end-conference-on-exit-kicked"
    other = {**notes, "code of a second queue": 1}
    assert differences(notes, other) == ["code of a second queue: live 22003, emulator 1"]
    assert place.account_sid not in json.dumps(notes)


@pytest.mark.parametrize(("check", "rule", "says"), [
    ("call", Rule("bad_signature", kinds=("call_status",), event="completed"), "not signed as documented"),
    ("queues", Rule("rest_error", event="POST /Queues.json", status=503), "HTTP 503"),
    ("line", Rule("rest_error", event="GET /Queues/{QueueSid}/Members.json", status=503), "Unable to fetch page"),
])
async def test_whatever_is_done_otherwise_is_noticed(check: str, rule: Rule, says: str) -> None:
    async with emulated() as (place, exchange):
        exchange.faults.use((rule,))
        _, broken = await asked(place, [one for one in CHECKS if one.name in (check, "unknown")])
    assert list(broken) == [check]
    assert says in broken[check]
    assert not any(leg.live for leg in exchange.legs.values())


async def test_only_numbers_of_the_account_are_ever_called() -> None:
    async with emulated() as (place, exchange):
        del exchange.numbers[place.near]
        with pytest.raises(Broken, match="not numbers of this account"):
            await asked(place, CHECKS)
        assert exchange.legs == {}


def test_what_the_environment_lacks_is_said(capsys: pytest.CaptureFixture[str],
                                            monkeypatch: pytest.MonkeyPatch) -> None:
    place = from_environment(GIVEN)
    assert (place.base_url, place.live, place.far, place.public_url) == (
        LIVE, True, "+15550001001", "https://hub.example.org")
    assert "secret" not in repr(place)
    for name in VARIABLES:
        with pytest.raises(ValueError, match=name):
            from_environment({**GIVEN, name: ""})
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(ValueError, match="two different"):
        from_environment({**GIVEN, "CONTRACT_NUMBERS": "+15550001000,+15550001000"})
    assert main(["--live"]) == 2
    assert "TWILIO_ACCOUNT_SID" in capsys.readouterr().err


def test_nothing_is_spent_without_a_yes(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    for answer, expected in (("yes", True), ("y", False), ("", False)):
        monkeypatch.setattr("builtins.input", lambda _, answer=answer: answer)
        assert agreed(CHECKS, yes=False) is expected
    assert f"${sum(one.cost for one in CHECKS):.2f}" in capsys.readouterr().out
    assert agreed(CHECKS, yes=True)
    assert agreed([one for one in CHECKS if not one.cost], yes=False)
    for name, value in GIVEN.items():
        monkeypatch.setenv(name, value)
    assert main(["--live"]) == 2
    assert "Nothing was spent." in capsys.readouterr().out


def test_the_command_keeps_what_it_saw(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept = tmp_path / "notes.json"
    assert main(["--free", "--notes", str(kept)]) == 0
    assert "code of a second queue" in json.loads(kept.read_text())
    assert "call " not in capsys.readouterr().out
