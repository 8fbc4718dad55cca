"""The checks: what a hub relies on. Each asserts what must be, and notes the rest for comparison."""

import json
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from simulator.telephony.contract.bench import Bench, Seen, expect

ENDED = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})
_PROGRESS = ["initiated", "ringing", "answered", "completed"]
_ROOM = "start end join leave mute hold"
_LONG = '<Pause length="80"/>'  # the call is ended before


@dataclass(frozen=True, slots=True)
class Check:
    """`cost`: about, in US dollars, by list prices for numbers in the USA as they were known here."""

    name: str
    run: Callable[[Bench], Awaitable[None]]
    cost: float = 0.0


def _names(seen: Seen) -> list[str]:
    """Parameters of a request; those about places and caller ids come and go with the numbers used."""
    loose = ("City", "State", "Zip", "Country", "CallerName", "StirVerstat", "StirPassportToken", "CallToken")
    return sorted(name for name in seen.form if not name.endswith(loose))


def _signed(seen: Iterable[Seen]) -> None:
    bad = [one.path for one in seen if not one.signed]
    expect(not bad, f"not signed as documented: {bad}")


async def strangers(bench: Bench) -> None:
    """Who has no token learns nothing."""
    status, code = await bench.refused(bench.stranger().calls("CA" + "0" * 32).fetch_async())
    expect((status, code) == (401, 20003), f"a wrong token is answered {status}, {code}")


async def unknown(bench: Bench) -> None:
    """What is not there is 404 with code 20404."""
    for what in (bench.client.calls("CA" + "0" * 32), bench.client.queues("QU" + "0" * 32),
                 bench.client.conferences("CF" + "0" * 32), bench.client.recordings("RE" + "0" * 32)):
        status, code = await bench.refused(what.fetch_async())
        expect((status, code) == (404, 20404), f"unknown is answered {status}, {code}")


async def refusals(bench: Bench) -> None:
    """What can never be sent or dialled is refused with 400; the codes are compared."""
    place, client = bench.place, bench.client
    wrong: dict[str, Awaitable[Any]] = {
        "call to no number": client.calls.create_async(to="+1", from_=place.near, twiml="<Response/>"),
        "call from a strange number": client.calls.create_async(
            to=place.far, from_="+15005550001", twiml="<Response/>"),
        "text to no number": client.messages.create_async(to="+1", from_=place.near, body="x"),
        "text from a strange number": client.messages.create_async(to=place.far, from_="+15005550001", body="x"),
        "text without words": client.messages.create_async(to=place.far, from_=place.near),
        "text of 1601 letters": client.messages.create_async(to=place.far, from_=place.near, body="x" * 1601),
    }
    for name, request in wrong.items():
        status, code = await bench.refused(request)
        expect(status == 400, f"{name} is answered {status}")
        bench.note(f"code of a {name}", code)


async def shapes(bench: Bench) -> None:
    """The keys of what is listed."""
    status, body = await bench.load("/IncomingPhoneNumbers.json?PageSize=1")
    expect(status == 200, f"numbers are answered {status}")
    page = json.loads(body)
    bench.note("keys of a page", sorted(page))
    bench.note("keys of a number", sorted(page["incoming_phone_numbers"][0]))


async def queues(bench: Bench) -> None:
    """A queue is made, found empty, unique by name, and gone when deleted."""
    name = f"contract-{uuid4().hex[:8]}"
    made = await bench.ask(bench.client.queues.create_async(friendly_name=name, max_size=5))
    try:
        expect((made.friendly_name, made.current_size, made.max_size) == (name, 0, 5), "another queue than asked for")
        status, code = await bench.refused(bench.client.queues.create_async(friendly_name=name))
        expect(status == 400, f"a second queue of a name is answered {status}")
        bench.note("code of a second queue", code)
        expect(not await bench.ask(bench.client.queues(made.sid).members.list_async()), "members in a new queue")
    finally:
        await bench.ask(bench.client.queues(made.sid).delete_async())
    expect((await bench.refused(bench.client.queues(made.sid).fetch_async()))[0] == 404, "a deleted queue is there")


async def _call(bench: Bench, document: str, **more: Any) -> Any:
    """From the near number to the far one."""
    bench.seen.clear()
    made = await bench.ask(bench.client.calls.create_async(
        to=bench.place.far, from_=bench.place.near, twiml=f"<Response>{document}</Response>",
        status_callback=bench.base + "/near/status", status_callback_event=_PROGRESS, time_limit=90, **more))
    bench.calls.append(made.sid)
    return made


async def _over(bench: Bench, sid: str) -> list[Seen]:
    """End a call and wait until everybody has been told; what its own callbacks said, in their order."""
    await bench.ask(bench.client.calls(sid).update_async(status="completed"))
    await bench.until("the end of the call", lambda: any(
        one.form.get("CallStatus") in ENDED for one in bench.of("/near/status")) and bool(bench.of("/far/status")))
    return sorted(bench.of("/near/status"), key=lambda one: int(one.form["SequenceNumber"]))


async def call(bench: Bench) -> None:
    """A call is announced, answered, takes keys, and tells of its progress in order."""
    bench.says("/far/voice", '<Gather numDigits="1" timeout="60" action="/far/keys"><Say>One?</Say></Gather>')
    bench.says("/far/keys", _LONG)
    made = await _call(bench, f'<Pause length="3"/><Play digits="1"/>{_LONG}')
    arrived, keys = await bench.called("/far/voice"), await bench.called("/far/keys")
    expect(arrived.form["CallStatus"] == "ringing", "a new call is not ringing")
    expect((arrived.form["From"], arrived.form["To"]) == (bench.place.near, bench.place.far), "From and To")
    expect(arrived.form["CallSid"] != made.sid, "both ends of a call have one SID")
    expect(keys.form["Digits"] == "1", "another key than was pressed")
    progress = await _over(bench, made.sid)
    _signed(bench.seen)
    ended = await bench.ask(bench.client.calls(made.sid).fetch_async())
    expect((ended.status, ended.direction) == ("completed", "outbound-api"), f"ended as {ended.status}")
    bench.note("parameters of a call that arrives", _names(arrived))
    bench.note("parameters that keys add", sorted(set(_names(keys)) - set(_names(arrived))))
    bench.note("progress of a call", [one.form["CallStatus"] for one in progress])
    bench.note("numbers of its progress", [int(one.form["SequenceNumber"]) for one in progress])
    bench.note("parameters of its end", _names(progress[-1]))
    bench.note("parameters of its end at the far number", _names(bench.of("/far/status")[0]))
    _, body = await bench.load(f"/Calls/{made.sid}.json")
    bench.note("keys of a call", sorted(json.loads(body)))


async def line(bench: Bench) -> None:
    """A caller waits in line, is told where, and is taken out by REST."""
    name = f"contract-{uuid4().hex[:8]}"
    bench.says("/far/voice", f'<Enqueue action="/far/left" waitUrl="/far/wait">{name}</Enqueue>')
    bench.says("/far/wait", _LONG)
    joined = bench.says("/far/joined", _LONG)
    made = await _call(bench, _LONG)
    waits = await bench.called("/far/wait")
    expect((waits.form["QueuePosition"], waits.form["CurrentQueueSize"]) == ("1", "1"), "the place in line")
    members = await bench.ask(bench.client.queues(waits.form["QueueSid"]).members.list_async())
    expect([one.call_sid for one in members] == [waits.form["CallSid"]], "who is in line")
    await bench.ask(bench.client.queues(waits.form["QueueSid"]).members("Front").update_async(url=joined))
    await bench.called("/far/joined")
    order = [one.path for one in bench.seen if one.path in {"/far/left", "/far/joined"}]
    await _over(bench, made.sid)
    _signed(bench.seen)
    await bench.ask(bench.client.queues(waits.form["QueueSid"]).delete_async())
    bench.note("parameters of waiting", _names(waits))
    bench.note("requests after a redirect out of the line", order)
    bench.note("result of a redirect", [one.form.get("QueueResult", "") for one in bench.of("/far/left")])


async def room(bench: Bench) -> None:
    """Two in a conference: who comes, is held, and goes; why it ends."""
    name = f"contract-{uuid4().hex[:8]}"
    told = (f'statusCallback="{bench.base}/room" statusCallbackEvent="{_ROOM}" '
            f'waitUrl="{bench.says("/room/wait", _LONG)}"')
    bench.says("/far/voice", f'<Dial><Conference participantLabel="far" {told}>{name}</Conference></Dial>')
    made = await _call(bench, f'<Dial><Conference participantLabel="near" endConferenceOnExit="true" {told}>{name}'
                              "</Conference></Dial>")

    def event(what: str, label: str = "") -> Callable[[], Seen | None]:
        return lambda: next((one for one in bench.of("/room") if one.form["StatusCallbackEvent"] == what
                             and one.form.get("ParticipantLabel", "") == label), None)

    started = await bench.until("the start", event("conference-start"))
    who = bench.client.conferences(started.form["ConferenceSid"]).participants
    expect(sorted(one.label for one in await bench.ask(who.list_async())) == ["far", "near"], "who takes part")
    for hold, what in ((True, "participant-hold"), (False, "participant-unhold")):
        changed = await bench.ask(who("far").update_async(hold=hold))
        expect(changed.hold is hold, "hold was not taken over")
        await bench.until(what, event(what, "far"))
    await _over(bench, made.sid)
    await bench.until("the end", event("conference-end"))
    _signed(bench.seen)
    events = sorted(bench.of("/room"), key=lambda one: int(one.form["SequenceNumber"]))
    numbers = [int(one.form["SequenceNumber"]) for one in events]
    expect(numbers == list(range(numbers[0], numbers[0] + len(numbers))), f"numbers with gaps: {numbers}")
    names = [one.form["StatusCallbackEvent"] for one in events]
    expect((names[0], names[-1]) == ("participant-join", "conference-end"), f"order {names}")
    bench.note("events of a conference", sorted(names))
    bench.note("parameters of its events", {name: _names(one) for name, one in zip(names, events, strict=True)
                                            if name != "participant-leave"})
    bench.note("reason of its end", events[-1].form["ReasonConferenceEnded"])


async def recording(bench: Bench) -> None:
    """A recording runs, pauses, goes on, is told of, loaded and deleted."""
    bench.says("/far/voice", _LONG)
    made = await _call(bench, _LONG)
    await bench.called("/far/voice")
    await bench.until("the answer", lambda: any(one.form["CallStatus"] == "in-progress"
                                                for one in bench.of("/near/status")))
    started = await bench.ask(bench.client.calls(made.sid).recordings.create_async(
        recording_status_callback=bench.base + "/recording",
        recording_status_callback_event=["in-progress", "completed", "absent"]))
    current = bench.client.calls(made.sid).recordings("Twilio.CURRENT")
    await bench.pass_time(3)  # something has to be recorded
    for status in ("paused", "in-progress"):
        expect((await bench.ask(current.update_async(status=status))).status == status, f"was not {status}")
    await _over(bench, made.sid)
    kept = await bench.until("the recording", lambda: next(
        (one for one in bench.of("/recording") if one.form["RecordingStatus"] == "completed"), None))
    _signed(bench.seen)
    expect(kept.form["RecordingSid"] == started.sid, "another recording")
    code, sound = await bench.load(f"/Recordings/{started.sid}.wav")
    expect((code, sound[:4]) == (200, b"RIFF"), f"the sound is answered {code}")
    await bench.ask(bench.client.recordings(started.sid).delete_async())
    expect((await bench.load(f"/Recordings/{started.sid}.wav"))[0] == 404, "a deleted recording is there")
    bench.note("states of a recording", [one.form["RecordingStatus"] for one in bench.of("/recording")])
    bench.note("parameters of a recording", _names(kept))
    bench.note("source of a recording", kept.form["RecordingSource"])


async def text(bench: Bench) -> None:
    """A text goes out, is told of, and arrives."""
    bench.seen.clear()
    body = f"contract {uuid4().hex[:8]} 你好"
    made = await bench.ask(bench.client.messages.create_async(
        to=bench.place.far, from_=bench.place.near, body=body, status_callback=bench.base + "/text"))
    arrived = await bench.called("/far/text")
    await bench.until("the end", lambda: any(one.form["MessageStatus"] in {"delivered", "undelivered", "failed"}
                                             for one in bench.of("/text")))
    _signed(bench.seen)
    expect((arrived.form["Body"], arrived.form["From"]) == (body, bench.place.near), "another text than was sent")
    bench.note("direction and segments", [made.direction, made.num_segments])
    bench.note("parameters of a text that arrives", _names(arrived))
    bench.note("states of a text", sorted({one.form["MessageStatus"] for one in bench.of("/text")}))
    bench.note("parameters of its states", _names(bench.of("/text")[-1]))


CHECKS = (
    Check("strangers", strangers), Check("unknown", unknown), Check("refusals", refusals), Check("shapes", shapes),
    Check("queues", queues), Check("call", call, 0.03), Check("line", line, 0.03), Check("room", room, 0.04),
    Check("recording", recording, 0.04), Check("text", text, 0.03),
)
