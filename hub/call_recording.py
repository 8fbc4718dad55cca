"""Recording of calls: whether it may be, by rule and by what the customer said; what the agent wants of it; and what
became of it.

Nobody is recorded who said no. What begins by itself begins only with those who were told.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from channels.voice import reports
from channels.voice.call import Call
from channels.voice.control import phase
from channels.voice.decisions import RecordWanted
from channels.voice.menu import CONSENT
from channels.voice.reports import Recording
from channels.voice.settings import VoiceSettings
from hub.call_terms import Terms
from hub.errors import WrongState
from hub.model import Actor
from hub.store import recordings as store
from hub.store.calls import Kept
from hub.store.recordings import Of

May = Literal["never", "asked", "by_itself"]
Do = Literal["start", "pause", "resume", "stop"]


class NotRecorded(WrongState):
    """This call may not be recorded: its queue's rule forbids it, or the customer said no."""

    code = "not_recorded"


class AlwaysRecorded(WrongState):
    """Calls of this queue are always recorded. Pause it while the customer says what must not be kept."""

    code = "always_recorded"


def may(settings: VoiceSettings, kept: Kept, queue_id: str) -> May:
    """asked: when the agent begins it, who has told the customer."""
    when, said = settings.recording_of(queue_id).when, kept.place.collected.get(CONSENT)
    if when == "never" or said == "no":
        return "never"
    agreed = (when == "always" and kept.place.told) or (when == "consent" and said == "yes")
    return "by_itself" if agreed and not kept.call.outgoing else "asked"


def announced(terms: Terms) -> tuple[str, ...]:
    """What a caller is told before he waits, of being recorded. That he was told is kept."""
    assert terms.it is not None
    kept, rule = terms.kept, terms.settings.recording_of(terms.it.queue_id)
    if rule.when not in ("always", "choice") or kept.place.collected.get(CONSENT) == "no":
        return ()
    terms.kept = replace(kept, place=replace(kept.place, told=True))
    words = rule.announce.get(kept.place.language) or next(iter(rule.announce.values()), "")
    return (words,) if words else ()


async def follow(terms: Terms, before: Kept) -> None:
    """What the rule wants now, and the end of a pause."""
    call, it = terms.call, terms.it
    if it is None or call.customer.over or it.channel != "voice":
        return
    allowed = may(terms.settings, terms.kept, it.queue_id)
    if allowed == "never" and call.record != "off":
        terms.decide(RecordWanted("off"))
        await terms.say("recording_stopped", because="rule")
    elif allowed == "by_itself" and call.record == "off" and not call.unrecorded and phase(call) == "talking":
        terms.decide(RecordWanted("on"))
        await terms.say("recording_started", because="rule")
    elif call.record == "paused" and call.resumes_at is not None and terms.now >= call.resumes_at:
        terms.decide(RecordWanted("on"))
        await terms.say("recording_resumed", because="time")
    if _rests(terms.call) and not _rests(before.call):
        await terms.say("recording_paused", agent=str(it.agent_id))
    sid = terms.call.recording_sid
    if sid and sid != before.call.recording_sid:
        await store.begin(terms.page.conn, terms.page.new_id(), _of(terms.kept, it.id), sid, terms.now)


def _rests(call: Call) -> bool:
    """The provider has confirmed the pause; until then what is said is recorded."""
    return call.record == "paused" and call.recorded == "paused"


async def heard(terms: Terms, fields: Mapping[str, str]) -> None:
    """What the provider reports of a recording that the hub asked for."""
    await terms.meet()
    if terms.it is None:
        return
    of, recording = _of(terms.kept, terms.it.id), reports.of_recording(fields)
    if recording is not None and recording.source == reports.OURS:
        await ready(terms, of, recording)
    elif (sid := reports.absent(fields)) and (
            found := await store.lost(terms.page.conn, of.account, sid, "absent")) is not None:
        await terms.say("recording_lost", recording_id=str(found))


async def ready(terms: Terms, of: Of, recording: Recording) -> None:
    found = await store.ready(terms.page.conn, terms.page.new_id(), of, recording, terms.now)
    if found is not None:
        await terms.say("recorded", recording_id=str(found), seconds=recording.seconds)


def _of(kept: Kept, interaction_id: UUID) -> Of:
    return Of("call", kept.id, interaction_id, kept.account)


def view(settings: VoiceSettings, kept: Kept, queue_id: str) -> dict[str, Any]:
    """What the agent sees of it, as fields of `CallView`."""
    call = kept.call
    never = call.recorded == "off" and may(settings, kept, queue_id) == "never"
    return {"recording": "never" if never else call.recorded,
            "recording_pausing": call.record == "paused" and call.recorded == "on",
            "recording_resumes_at": call.resumes_at if call.record == "paused" else None,
            "recording_may_stop": not _stays(settings, kept, queue_id)}


def _stays(settings: VoiceSettings, kept: Kept, queue_id: str) -> bool:
    """Its agent may pause it and not end it."""
    return settings.recording_of(queue_id).when == "always" and not kept.call.outgoing


async def wish(terms: Terms, actor: Actor, do: Do) -> None:
    """What the agent wants. Raises `WrongState`. The same wish twice is one; a second pause lasts longer."""
    it = terms.it
    assert it is not None
    if phase(terms.call) not in ("talking", "held", "consulting"):
        raise WrongState("Nobody talks with the customer now.")
    if do == "start" and may(terms.settings, terms.kept, it.queue_id) == "never":
        raise NotRecorded()
    if do == "stop" and _stays(terms.settings, terms.kept, it.queue_id):
        raise AlwaysRecorded()
    seconds = terms.settings.recording_of(it.queue_id).pause_seconds
    if said := _wanted(terms, do, terms.now + timedelta(seconds=seconds)):
        await terms.say(said, agent=str(actor.id))


def _wanted(terms: Terms, do: Do, resumes_at: datetime) -> str:
    """Decides it. What the history shall say of it, "" where nothing changes."""
    now = terms.call.record
    if do in ("pause", "resume") and now == "off":
        raise WrongState("This call is not recorded now.")
    decision, said = {
        "start": (RecordWanted("on"), "recording_started"), "resume": (RecordWanted("on"), "recording_resumed"),
        "pause": (RecordWanted("paused", resumes_at), ""),  # said when the provider has confirmed it
        "stop": (RecordWanted("off", for_good=True), "recording_stopped")}[do]
    if decision.state == now and do != "pause":
        return ""
    terms.decide(decision)
    return said if decision.state != now else ""
