"""Texts against the emulator: in, out, what becomes of them, files, and a Twilio that misbehaves."""

from dataclasses import replace
from uuid import UUID

import aiohttp
import pytest

from channels.base import Address, Elsewhere, File, Outbound, SendError, TextOut, Unfetched
from simulator.telephony.faults import Rule
from simulator.telephony.messages import Outcome
from tests.channels.messaging.driver import ANN, OURS, SOURCES, Line, line


async def failed(there: Line, message: Outbound) -> SendError:
    with pytest.raises(SendError) as caught:
        await there.channel.send(message)
    return caught.value


async def test_a_text_comes_in_once_whatever_the_network_does() -> None:
    async with line() as there:
        there.sim.exchange.faults.use((Rule("duplicate", kinds=("sms",), n=2), Rule("replay", kinds=("sms",))))
        await there.sim.text(ANN, OURS, "Where is my order? ≠")
        await there.sim.advance(60)
        (inbound,) = there.sink.inbounds
        there.sim.invariants()
    assert (inbound.channel, inbound.source, inbound.text) == ("sms", SOURCES["sms"], "Where is my order? ≠")
    assert inbound.addresses == (Address("phone", ANN),)
    assert inbound.natural_key.startswith("SM")
    assert not inbound.quiet
    assert there.sink.outcomes("duplicate")


async def test_a_hub_that_is_away_gets_the_text_by_twilios_own_retries() -> None:
    async with line() as there:
        there.sim.number(OURS, sms_url=f"{there.base}/twilio/main/messages#rc=3&rp=all")
        there.sink.lose_answer = True  # committed, but the answer says 503
        await there.sim.text(ANN, OURS, "Hello?")
        await there.sim.advance(60)
    assert len(there.sink.inbounds) == 1
    assert len(there.sink.outcomes("duplicate")) == 1


async def test_whatsapp_brings_name_number_and_a_verified_address() -> None:
    async with line("whatsapp") as there:
        await there.sim.text("whatsapp:" + ANN, "whatsapp:" + OURS, "Hi")
        (inbound,) = there.sink.inbounds
    assert (inbound.channel, inbound.source, inbound.name) == ("whatsapp", SOURCES["whatsapp"], "Customer")
    assert inbound.addresses == (Address("whatsapp", ANN, True), Address("phone", ANN))


@pytest.mark.parametrize(("outcome", "ends", "error"), [
    (Outcome(), "delivered", None), (Outcome("read"), "read", None), (Outcome("sent"), "sent", None),
    (Outcome("undelivered", 30003), "failed", "out of reach. (30003)"),
    (Outcome("failed", 30007), "failed", "spam. (30007)")])
async def test_what_becomes_of_our_text_comes_back(outcome: Outcome, ends: str, error: str | None) -> None:
    async with line() as there:
        await there.sim.text(ANN, OURS, "Hello?")
        there.sim.exchange.desk.outcomes[ANN] = outcome
        message = there.answer("Let me look.")
        sent = await there.channel.send(message)
        await there.sim.advance(10)
        assert there.sink.state_of(message.message_id) == ends
        last = there.sink.receipts[-1]
        assert (last.message_id, last.provider_id) == (message.message_id, sent.provider_id)
        assert (last.error or "").endswith(error or "")
        (made,) = [one for one in there.sim.exchange.messages.values() if one.direction == "outbound-api"]
        assert (made.from_, made.to, made.body) == (OURS, ANN, "Let me look.")
        there.sim.invariants()


async def test_who_said_stop_is_refused_in_plain_words_and_no_number_is_no_number() -> None:
    async with line() as there:
        await there.sim.text(ANN, OURS, "Hello?")
        await there.sim.text(ANN, OURS, " stop ")
        assert (there.sink.inbounds[-1].opt, there.sink.inbounds[-1].quiet) == ("stop", True)
        message = there.answer("But why?")
        refused = await failed(there, message)
        assert (refused.kind, refused.code) == ("permanent", "opted_out")
        assert "STOP" in refused.text
        await there.sim.text(ANN, OURS, "UNSTOP")
        assert (await there.channel.send(message)).provider_id
        for recipient, code in ((Address("phone", "+1"), "no_number"), (Address("external", "sms:BANK"), "no_number")):
            refused = await failed(there, replace(message, recipient=recipient))
            assert (refused.kind, refused.code) == ("permanent", code)
        for sender, code in ((f"sms:main:{ANN}", "bad_sender"), ("sms:other:+1", "no_account"), ("x", "no_sender")):
            refused = await failed(there, replace(message, texting=TextOut(sender)))
            assert (refused.kind, refused.code) == ("permanent", code)
        refused = await failed(there, replace(message, text="x" * 1601))
        assert refused.code == "too_long"
        there.rest.account = there.rest.account.model_copy(update={"secrets": type(there.account.secrets)()})
        assert (await failed(there, message)).code == "twilio_log_in"


async def test_whatsapp_takes_free_text_for_a_day_and_a_template_for_ever() -> None:
    async with line("whatsapp") as there:
        await there.sim.text("whatsapp:" + ANN, "whatsapp:" + OURS, "Hi")
        await there.sim.advance(25 * 3600)
        late = there.answer("Are you still there?")
        await there.channel.send(late)
        await there.sim.advance(10)
        assert there.sink.state_of(late.message_id) == "failed"
        assert "(63016)" in (there.sink.receipts[-1].error or "")
        agreed = there.answer("Your order 7 is ready.")
        texting = TextOut(SOURCES["whatsapp"], "HX" + "1" * 32, {"1": "7"})
        await there.channel.send(replace(agreed, texting=texting))
        await there.sim.advance(10)
        assert there.sink.state_of(agreed.message_id) == "delivered"


@pytest.mark.parametrize(("rule", "kind", "made"), [
    (Rule("rest_error", kinds=("rest",), nth=1), "ambiguous", 0),
    (Rule("rest_429", kinds=("rest",), nth=1), "temporary", 0),
    (Rule("rest_commit_then_drop", kinds=("rest",), nth=1), "ambiguous", 1),
])
async def test_an_answer_that_is_lost_leaves_doubt_and_makes_no_second_text(
        rule: Rule, kind: str, made: int) -> None:
    async with line() as there:
        await there.sim.text(ANN, OURS, "Hello?")
        message = there.answer("Let me look.")
        there.sim.exchange.faults.use((rule,))
        assert (await failed(there, message)).kind == kind
        await there.sim.advance(10)
        out = [one for one in there.sim.exchange.messages.values() if one.direction == "outbound-api"]
        assert len(out) == made
        if made:  # what Twilio says of it afterwards ends the doubt
            assert there.sink.state_of(message.message_id) == "delivered"


async def test_files_are_fetched_with_our_password_within_their_limit() -> None:
    async with line() as there:
        picture, long = b"\x89PNG\r\n\x1a\n" + b"x" * 50, b"x" * 20_000
        await there.sim.text(ANN, OURS, "", (("image/png", picture), ("video/mp4", long)))
        (inbound,) = there.sink.inbounds
        first, second = inbound.elsewhere
        file = await there.channel.fetch(inbound.source, first)
        assert (file.content, file.declared_type, file.name[-6:]) == (picture, "image/png", "-1.png")
        for wanted, source, code, later in (
                (second, inbound.source, "too_large", False), (first, "sms:other:+1", "no_account", False),
                (replace(first, url=first.url[:-32] + "0" * 32), inbound.source, "gone", True),
                (Elsewhere("http://169.254.169.254/", "", "x"), inbound.source, "refused", False)):
            with pytest.raises(Unfetched) as caught:
                await there.channel.fetch(source, wanted)
            assert (caught.value.code, caught.value.later) == (code, later)


async def test_what_we_send_is_fetched_at_an_address_that_only_we_make_and_that_ends() -> None:
    async with line() as there:
        await there.sim.text(ANN, OURS, "Show me")
        ref = await there.sink.keep_file("agent:1", File("Plan ä.png", "image/png", b"PNG"))
        await there.channel.send(replace(there.answer(""), files=(replace(ref, type="image/png"),)))
        (made,) = [one for one in there.sim.exchange.messages.values() if one.direction == "outbound-api"]
        (url,) = made.media_urls
        assert (made.body, url.startswith(f"{there.base}/twilio/main/files/{ref.id}/")) == ("", True)
        async with aiohttp.ClientSession() as anybody:
            async with anybody.get(url) as answer:
                assert (answer.status, await answer.read()) == (200, b"PNG")
                assert answer.headers["X-Content-Type-Options"] == "nosniff"
                assert "Plan%20%C3%A4.png" in answer.headers["Content-Disposition"]
            other = url.replace(str(ref.id), "00000000-0000-7000-8000-000000000001")
            later = url.replace(url.split("/")[-2], str(int(url.split("/")[-2]) + 1))
            for wrong in (other, later, url[:-1], url[:-1] + "ä", url.replace("/main/", "/other/")):
                async with anybody.get(wrong) as answer:
                    assert answer.status == 404, wrong
            there.clock.advance(hours=12)
            async with anybody.get(url) as answer:
                assert answer.status == 404


async def test_a_forged_text_or_report_is_refused_and_counted() -> None:
    async with line() as there:
        assert (await there.post("/messages", there.form("SM1", "Hi"), token="other")).status == 403
        path = f"/messages/{UUID(int=7)}/status"
        assert (await there.post(path, there.status("SM1", "read"), token="other")).status == 403
        assert there.keeper.refused["main", "forged"] == 2
        assert not there.sink.arrivals
        assert not there.sink.receipts


async def test_unknown_parameters_and_states_are_kept_or_ignored() -> None:
    async with line() as there:
        assert (await there.post("/messages", there.form("SM1", "Hi", Brand="new", **{"Ünknown": "1"}))).ok
        assert b"Brand=new" in there.sink.inbounds[0].raw
        assert (await there.post(f"/messages/{UUID(int=7)}/status", there.status("SM1", "teleported"))).status == 204
        there.sink.down = True
        assert (await there.post(f"/messages/{UUID(int=7)}/status", there.status("SM1", "read"))).status == 503
        assert not there.sink.receipts


async def test_the_check_tells_what_twilio_would_call() -> None:
    async with line() as there:
        account, number, _ = [one async for one in there.sms.check()]
        assert (account.name, account.ok, account.detail) == ("account main", True, "")
        assert number.detail == f"Twilio has to call POST {there.base}/twilio/main/messages#rc=3&rp=all"
        await there.post("/messages", there.form("SM1", "Hi"), token="other")
        account, *_ = [one async for one in there.sms.check()]
        assert account.detail == (f"1 requests were turned away; the last was checked against {there.base}"
                                  "/twilio/main/messages")
