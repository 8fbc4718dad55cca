"""One question after the call, to who stays on the line when his agent has hung up: how was it?"""

from dataclasses import replace

from channels.voice import documents
from channels.voice.control import phase
from channels.voice.decisions import Closed
from channels.voice.documents import Urls
from channels.voice.settings import Survey
from hub.call_terms import Terms, survey_of

SCORE = "survey"  # what is collected of it; rules read it as ivr.survey


def question(terms: Terms, urls: Urls) -> str:
    """What he is asked; goodbye, where nothing is to be asked any more."""
    survey = survey_of(terms)
    if survey is None or SCORE in terms.kept.place.collected:
        return documents.hung_up()
    return documents.survey(survey, terms.kept.place.language, urls)


async def answered(terms: Terms, digits: str) -> str:
    """His key, "" for none in time. Said once: what comes later changes nothing."""
    survey, language = survey_of(terms), terms.kept.place.language
    if survey is None or terms.call.asked_at is None:
        return documents.hung_up()
    if SCORE not in terms.kept.place.collected:
        await keep(terms, survey, digits)
    scored = bool(terms.kept.place.collected[SCORE])
    return documents.hung_up([survey.thanks.get(language) or documents.THANKS[language]] if scored else (), language)


async def keep(terms: Terms, survey: Survey, digits: str) -> None:
    """In the history; a key that is no answer is none."""
    score = digits if digits.isdecimal() and 1 <= int(digits) <= survey.most else ""
    place = terms.kept.place
    terms.kept = replace(terms.kept, place=replace(place, collected={**place.collected, SCORE: score}))
    await terms.meet()
    await terms.say("surveyed", **({"score": int(score), "of": survey.most} if score else {}))


async def follow(terms: Terms) -> None:
    """He has gone without an answer, or has taken too long."""
    call, survey = terms.call, survey_of(terms)
    if call.asked_at is None or survey is None:
        return
    if phase(call) == "ended" and SCORE not in terms.kept.place.collected:
        await keep(terms, survey, "")
    elif not call.customer.over and not call.closing and terms.now >= call.asked_until:
        terms.decide(Closed())
