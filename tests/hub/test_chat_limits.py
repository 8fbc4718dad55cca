"""The longest chat message that may be written also arrives, however many bytes its characters take."""

from uuid import uuid4

from tests.hub.test_watch import Visitor
from tests.support.hub import RunningHub


async def test_the_longest_message_of_emoji_is_acknowledged(running_hub: RunningHub) -> None:
    mia, text = Visitor(), "😀" * running_hub.settings.webchat.text_length
    await mia.open(running_hub.url)

    await mia.say(text)
    refused = await mia.client.call("message", {"id": str(uuid4()), "text": text + "!", "name": "Mia"},
                                    namespace="/chat", timeout=10)
    await mia.client.disconnect()

    assert (len(text), refused["ok"]) == (10_000, False)
    kept = await running_hub.parts.pool.fetchval("SELECT text FROM messages WHERE direction = 'in'")
    assert kept == text
