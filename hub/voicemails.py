"""What a caller says after the tone: where nobody is there, and where an exit of his queue asks him for it."""

from dataclasses import replace
from datetime import timedelta

from channels.voice import documents
from channels.voice.control import phase
from channels.voice.documents import Urls
from channels.voice.menu import Screen
from channels.voice.reports import SPOKEN, Recording
from channels.voice.settings import Flow, Step
from hub import model
from hub.call_terms import KIND, Terms, inbound_of
from hub.journal import Opening
from hub.model import CUSTOMER
from hub.store import intake as people
from hub.store import recordings as recordings_store

SHORTEST = 2  # seconds of a voicemail
LONGEST = 180  # seconds that may be spoken instead of waiting on
SURELY = timedelta(minutes=2)  # so long after the longest message nothing of it is on its way any more
EXITS = ("voicemail", "message")  # of a queue: both are the same to a caller


async def instead(terms: Terms) -> bool:
    """He has left the line to speak instead of waiting on; not when an agent has been faster."""
    await terms.meet()
    if terms.it is None or terms.it.state != "queued" or phase(terms.call) != "queued":
        return False
    terms.kept = replace(terms.kept, place=replace(terms.kept.place, message="asked"))
    until = terms.now + timedelta(seconds=LONGEST) + SURELY
    await terms.write(model.PutOff(until, "leaves_message"))
    return True


def tone(terms: Terms, flow: Flow, urls: Urls) -> str:
    """He is asked to speak after the tone."""
    language = terms.kept.place.language
    said = flow.message.get(language) or next(iter(flow.message.values()), "")
    step = Step(kind="voicemail", longest=LONGEST)
    return documents.voicemail(Screen((said,), language, step), urls)


async def spoken(terms: Terms, recording: Recording | None) -> None:
    """Work for whoever has time, with the sound behind it. What is too short to say anything is none."""
    if recording is None or recording.source != SPOKEN or recording.seconds < SHORTEST:
        return
    place, number = terms.kept.place, terms.settings.number(terms.kept.number)
    step = terms.settings.flows[number.flow].steps.get(place.step) if number else None
    if place.message == "asked":
        await _instead_of_waiting(terms, recording)
    elif place.message == "talked":
        await _kept(terms, recording)
    elif step is not None and step.kind == KIND and terms.kept.interaction_id is None and terms.it is None:
        terms.it = await _open(terms, recording, step.queue)
        terms.kept = replace(terms.kept, interaction_id=terms.it.id)


async def _instead_of_waiting(terms: Terms, recording: Recording) -> None:
    """His message waits in his place, and keeps his age; the call is settled. Not when an agent has him already."""
    await terms.meet()
    assert terms.it is not None
    waits = terms.it.state in ("queued", "offered", "parked")
    terms.kept = replace(terms.kept, place=replace(terms.kept.place, message="left" if waits else "talked"))
    if not waits:
        await _kept(terms, recording)
        return
    await _open(terms, recording, terms.it.queue_id, terms.it)
    await terms.say("message_left", seconds=recording.seconds)
    await terms.write(model.Left(0, instead=KIND), CUSTOMER)


async def _kept(terms: Terms, recording: Recording) -> None:
    """What he had said before an agent took him is no work any more, and stands in the history."""
    await terms.meet()
    assert terms.it is not None
    of = recordings_store.Of("voicemail", terms.kept.id, terms.it.id, terms.kept.account)
    found = await recordings_store.ready(terms.page.conn, terms.page.new_id(), of, recording, terms.now)
    if found is not None:
        await terms.say("recorded", recording_id=str(found), seconds=recording.seconds)


async def _open(terms: Terms, recording: Recording, queue: str | None,
                waited: model.Interaction | None = None) -> model.Interaction:
    words = {"en": "Voicemail", "zh-Hans": "语音留言"}[terms.kept.place.language]
    length = f"{recording.seconds // 60}:{recording.seconds % 60:02}"
    inbound = replace(
        inbound_of(terms.kept, queue), source=f"{KIND}:{terms.kept.account}", natural_key=recording.sid, channel=KIND,
        text=f"{words} {length}", at=terms.now, raw=recording.url.encode(), content_type="text/plain")
    intake, sound = terms.intake, terms.page.new_id()
    known = await people.known_addresses(terms.page.conn, inbound.addresses, terms.now)
    person = intake.person(inbound, known, waited.customer_id if waited else None)
    new = intake.fresh(inbound, person)
    if waited is not None:
        new = replace(new, queued_at=waited.queued_at, parent_id=waited.id)
    enclosed = intake.enclosed(inbound, person)
    enclosed = replace(enclosed, data={**enclosed.data, "recording_id": str(sound)})
    opened = (await terms.page.open(Opening(new, "received", CUSTOMER, enclosed)))[0].interaction
    of = recordings_store.Of("voicemail", terms.kept.id, opened.id, terms.kept.account)
    await recordings_store.ready(terms.page.conn, sound, of, recording, terms.now)
    return opened
