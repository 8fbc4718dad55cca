"""Two processes of the hub: a visitor's pages may be connected to either."""

from tests.channels.kit.sink import MemorySink
from tests.channels.webchat.stage import staged


async def test_a_page_hears_what_another_process_sends(redis_url: str) -> None:
    sink = MemorySink()
    async with staged(sink=sink, redis=redis_url) as here, staged(sink=sink, redis=redis_url) as there:
        near, token, address = await here.arrive()
        far, _, same = await there.arrive(token)
        assert same == address
        await near.say("Hello")
        assert (await far.hears("message"))["message"]["text"] == "Hello"
        await there.chat.send(sink.say(address, "webchat", "Let me look."))
        await near.hears("message", lambda event: event["message"]["text"] == "Let me look.")
        await far.hears("message", lambda event: event["message"]["text"] == "Let me look.")
        await here.chat.agent_typing(address, "Maya", True)
        assert await far.hears("typing") == {"name": "Maya", "on": True}
        sink.stand(address, "webchat", state="active", agent_name="Maya")
        for stage in (here, there):
            await stage.chat.changed(address)
        for page in (near, far):
            await page.hears("standing", lambda told: told["agent_name"] == "Maya")
        assert near.all("message") != []
