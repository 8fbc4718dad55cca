"""What somebody in line hears each time the provider asks: his place, comfort, music, or the way out of the line."""

from channels.voice import callback, documents, line_words
from channels.voice.control import phase
from channels.voice.documents import Urls
from channels.voice.settings import Flow, Waiting
from hub import callback_talk, voicemails
from hub.call_terms import Terms
from hub.standings import Standing


def answer(terms: Terms, flow: Flow | None, urls: Urls, standing: Standing, part: str) -> str:
    """`part`: of the address that is asked, which says what he was told before. Nothing moves by it."""
    call, place = terms.call, terms.kept.place
    if call.customer.over or call.closing or phase(call) == "menu":
        return documents.hung_up()
    if place.talk is not None and not place.talk.open:
        return documents.called_back(place.talk, place.language, urls)
    position, seconds, way_out = standing
    if way_out in voicemails.EXITS and phase(call) == "queued":
        return documents.out_of_line()
    key = callback_talk.key(terms, seconds, way_out)
    waited = int((terms.now - (call.queued_at or terms.now)).total_seconds())
    before = line_words.told(part)
    stands = line_words.Standing(position, seconds, waited, bool(key))
    said, known = line_words.turn(flow.waiting if flow else Waiting(), before, stands, place.language)
    offer = [callback.offer(place.language, key)] if key and known != before else []  # said with an announcement
    return documents.waiting([*said, *offer], place.language, urls, known.part, key)
