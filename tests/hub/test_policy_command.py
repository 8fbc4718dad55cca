"""`hub policy`, as an administrator types it."""

import json
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from hub.commands import parser
from hub.errors import Invalid, NotFound


@pytest.fixture(autouse=True)
async def _of_this_database(dsn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", dsn)
    conn = await asyncpg.connect(dsn)
    await conn.execute(
        "INSERT INTO agents (id, login, name, role, password_hash, queues, created_at, declared_since, idle_since)"
        " VALUES (uuidv7(), 'sue', 'Sue', 'supervisor', '', '{support}', now(), now(), now()),"
        "        (uuidv7(), 'ann', 'Ann', 'agent', '', '{support}', now(), now(), now())")
    await conn.close()


async def hub(*words: str) -> int:
    options = parser().parse_args(["policy", *words])
    return int(await options.command(options))


async def shown(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    assert await hub("show", *words) == 0
    return dict(json.loads(capsys.readouterr().out))


async def test_a_policy_is_shown_changed_published_and_listed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = await shown(capsys)
    document["rules"] = [{"id": "vip", "name": "VIPs", "when": "vip", "place": {"queue": "support", "priority": 3}}]
    file = tmp_path / "policy.json"
    file.write_text(json.dumps(document))
    assert await hub("check", str(file)) == 0
    assert await hub("publish", str(file), "--as", "sue", "--note", "VIPs first") == 0
    assert "Version 2 is in force." in capsys.readouterr().out
    assert (await shown(capsys))["rules"][0]["id"] == "vip"
    assert (await shown(capsys, "--version", "1"))["rules"] == []
    assert await hub("versions") == 0
    newest, oldest = capsys.readouterr().out.splitlines()
    assert (newest.split()[0], "Sue" in newest, newest.endswith("VIPs first")) == ("2", True, True)
    assert (oldest.split()[0], oldest.endswith("the configuration")) == ("1", True)
    with pytest.raises(NotFound):
        await hub("show", "--version", "9")


async def test_what_is_wrong_is_said_with_its_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "policy.toml"
    file.write_text('format = 1\ndefault = {queue = "support"}\n[[queues]]\nid = "support"\n'
                    '[[rules]]\nid = "x"\nname = "X"\nwhen = "chanel"\nplace = {queue = "support"}\n')
    for command in (("check", str(file)), ("publish", str(file), "--as", "sue")):
        assert await hub(*command) == 1
        assert "  - rules[0].when: " in capsys.readouterr().err
    for login in ("ann", "nobody"):
        with pytest.raises(Invalid, match="no supervisor"):
            await hub("publish", str(file), "--as", login)
    broken = tmp_path / "broken.json"
    broken.write_text("{")
    for name in (broken, tmp_path / "missing.json"):
        with pytest.raises(Invalid, match=name.name):
            await hub("check", str(name))
