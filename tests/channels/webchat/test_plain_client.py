"""The namespace serves any page that uses the public socket.io-client from npm, not only our widget."""

import asyncio
import json
from pathlib import Path

import pytest

from tests.channels.webchat.stage import Stage, until

HERE = Path(__file__).parent
PACKAGE = HERE.parents[2] / "channels/webchat/widget/package.json"


async def test_a_whole_conversation_with_the_public_client(stage: Stage) -> None:
    if not (PACKAGE.parent / "node_modules/socket.io-client").is_dir():
        pytest.skip("the widget's node_modules are missing: `make setup` sees to it")
    node = await asyncio.create_subprocess_exec(
        "node", str(HERE / "plain_client.mjs"), stage.base, str(PACKAGE),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE)
    try:
        await until(lambda: len(stage.sink.arrivals) >= 3)
        [inbound] = stage.sink.inbounds
        await stage.chat.send(stage.sink.say(inbound.addresses[0], "webchat", "您好!"))
        out, errors = await asyncio.wait_for(node.communicate(), 20)
    finally:
        if node.returncode is None:
            node.kill()
    assert node.returncode == 0, errors.decode()
    told = json.loads(out)
    assert told["taken"]["ok"]
    assert told["again"] == told["taken"]
    assert (told["refused"]["ok"], told["refused"]["fields"]) == (False, {"id": "not_a_uuid"})
    assert told["message"]["text"] == "您好!"
    assert told["read"] == told["ended"] == {"ok": True}
    assert (told["first"]["language"], told["first"]["conversation"]["standing"]) == ("zh-Hans", None)
    assert [said["text"] for said in told["second"]["conversation"]["messages"]] == ["你好", "您好!"]
    assert told["resumed"]["conversation"]["messages"][0]["state"] == "read"
