"""The talk with somebody in line who would rather be called back: when it is offered, and what his keys do."""

from dataclasses import replace

from channels.voice import callback, documents, numbers
from channels.voice.control import phase
from channels.voice.documents import Urls
from channels.voice.settings import Callback
from hub import callbacks
from hub.call_terms import Terms
from hub.store.calls import Kept


def key(terms: Terms, seconds: int | None, exit: str | None) -> str:
    """With which he may ask for it, once he has waited long or probably will for so many seconds, or at once where his
    queue lets him out that way (`exit`); "" for none."""
    rules, since = _rules(terms), terms.call.queued_at
    if exit == "callback":
        return (rules or Callback()).key
    if rules is None or since is None:
        return ""
    waited = (terms.now - since).total_seconds() >= rules.after_seconds
    return rules.key if waited or (seconds is not None and seconds >= rules.estimate_seconds) else ""


async def answer(terms: Terms, urls: Urls, asked: int | None, keys: str) -> str:
    """What his keys lead to. A late one finds the question that stands now."""
    place, rules = terms.kept.place, _rules(terms) or Callback()  # it was offered: by the flow, or an exit of the queue
    if terms.call.customer.over or terms.call.closing:
        return documents.hung_up()
    if phase(terms.call) not in ("queued", "offering"):
        return documents.waits_on(urls)
    if place.talk is not None and (not place.talk.open or place.talk.asked != asked):
        return documents.called_back(place.talk, place.language, urls)
    if place.talk is None and (asked != 0 or keys != rules.key):
        return documents.waits_on(urls)
    talk = _next(terms.kept, rules, keys)
    if talk is not None and not talk.open and not await _promised(terms, talk.number):
        talk = None
    if talk is not None and not talk.open and terms.it is not None and terms.it.state == "parked":
        talk = replace(talk, later=True)
    terms.kept = replace(terms.kept, place=replace(place, talk=talk))
    return documents.called_back(talk, place.language, urls) if talk else documents.waits_on(urls)


def _rules(terms: Terms) -> Callback | None:
    number = terms.settings.number(terms.kept.number)
    return terms.settings.flows[number.flow].callback if number else None


def _next(kept: Kept, rules: Callback, keys: str) -> callback.Talk | None:
    def allowed(number: str) -> str:
        return number if number and numbers.may_be_called(number, kept.number, rules.prefixes) else ""

    if kept.place.talk is None:
        return callback.begin(allowed(kept.call.customer.who))
    return callback.answered(kept.place.talk, keys, lambda digits: allowed(numbers.keyed(digits, kept.number)))


async def _promised(terms: Terms, number: str) -> bool:
    """Whether he may hang up and keeps his place; not any more when an agent has taken him meanwhile."""
    kept = terms.kept
    if kept.interaction_id is None:
        return False
    it = await terms.page.lock(kept.interaction_id)
    if it.state not in ("queued", "offered"):
        return False
    asked = callbacks.Asked(kept.account, kept.number, number, kept.place.language)
    terms.it = await terms.callbacks.promise(terms.page, it, asked)
    return True
