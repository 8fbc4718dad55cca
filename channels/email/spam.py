"""PURE: what the company's own mail servers say of a mail. What anybody else wrote into its head says nothing."""

import re

from channels.base import Spam
from channels.email.parse.model import Headers
from channels.email.settings import Filter

_BY = re.compile(r"\bby\s+([\w.:\[\]-]+)", re.IGNORECASE)
_SCORE = re.compile(r"(?:\bscore=|\[)?\s*(-?\d+(?:\.\d+)?)")
_FAILED = re.compile(r"\bdmarc\s*=\s*fail\b", re.IGNORECASE)
_YES = ("yes", "true", "spam")
_FLAGS = ("x-spam-flag", "x-spam-status", "x-spam", "x-spamd-result")
_SCORES = ("x-spam-score", "x-spam-status", "x-spamd-result")


def judged(headers: Headers, ours: Filter) -> Spam | None:
    """sure: the score is that high. suspected: the filter says yes, or DMARC failed. None: nobody of ours says so.

    Servers write their lines above those that came with the mail, so what stands above the last `Received` of ours
    is ours, as far as no other server comes between.
    """
    lines = _above(headers, ours)
    said = [value for name, value in lines if name in _FLAGS and value.strip().lower().startswith(_YES)]
    scores = [score for name, value in lines if name in _SCORES if (score := _score(name, value)) is not None]
    highest = max(scores, default=None)
    if highest is not None and highest >= ours.sure_score:
        return Spam("sure", f"filter: score {highest:g}")
    if said or (highest is not None and highest >= ours.suspected_score):
        return Spam("suspected", f"filter: score {highest:g}" if highest is not None else "filter")
    servers = {one.lower() for one in ours.servers}
    for name, value in lines:
        if name == "authentication-results" and value.partition(";")[0].split()[:1] and (
                value.partition(";")[0].split()[0].lower() in servers) and _FAILED.search(value):
            return Spam("suspected", "dmarc")
    return None


def _above(headers: Headers, ours: Filter) -> list[tuple[str, str]]:
    servers, end = {one.lower() for one in ours.servers}, 0
    for at, (name, value) in enumerate(headers.fields):
        if name != "received":
            continue
        by = _BY.search(value)
        if by is None or by[1].lower() not in servers:
            break
        end = at
    return list(headers.fields[:end])


def _score(name: str, value: str) -> float | None:
    if name == "x-spam-score":
        found = _SCORE.match(value.strip())
    else:
        found = re.search(r"\bscore=(-?\d+(?:\.\d+)?)|\[(-?\d+(?:\.\d+)?)\s*/", value)
    return float(next(one for one in found.groups() if one is not None)) if found else None
