"""An invitation (text/calendar, RFC 5545) in a few lines that anybody can read."""

import re
from datetime import UTC, datetime

MAX_READ = 200_000  # characters
MAX_EVENTS = 5
_METHODS = {"REQUEST": "Invitation", "CANCEL": "Cancelled", "REPLY": "Answer", "COUNTER": "Other time proposed",
            "PUBLISH": "Event", "REFRESH": "Asks for the current state", "ADD": "More dates"}
_ANSWERS = {"ACCEPTED": "accepted", "DECLINED": "declined", "TENTATIVE": "maybe", "NEEDS-ACTION": "not answered yet",
            "DELEGATED": "delegated"}
_UNESCAPED = re.compile(r"\\([\\;,nN])")
_LINE = re.compile(r"^([A-Za-z-]+)((?:;[^\":;]*(?:\"[^\"]*\"[^\":;]*)*)*):(.*)$", re.DOTALL)

Property = tuple[str, str]  # parameters as they stand, value


def summary(text: str) -> str:
    """Method, title, when, where, organiser, and the answer in a reply; "" where nothing can be read."""
    method = ""
    events: list[dict[str, Property]] = []
    inside = ""
    for line in _lines(text[:MAX_READ]):
        found = _LINE.match(line)
        if found is None:
            continue
        name, parameters, value = found[1].upper(), found[2], found[3].strip()
        if name == "BEGIN" and not inside and value.upper() in ("VEVENT", "VTODO"):
            inside = value.upper()
            events.append({})
        elif name == "END" and value.upper() == inside:
            inside = ""
        elif name == "BEGIN" and inside:
            inside = f"{inside}/{value.upper()}"[:1000]
        elif name == "END" and "/" in inside:
            inside = inside.rpartition("/")[0]
        elif name == "METHOD" and not inside:
            method = value.upper()
        elif inside and "/" not in inside:
            events[-1].setdefault(name, (parameters, value))
    return "\n\n".join(filter(None, (_event(method, one) for one in events[:MAX_EVENTS])))


def _lines(text: str) -> list[str]:
    return re.sub(r"\r?\n[ \t]", "", text).splitlines()


def _event(method: str, event: dict[str, Property]) -> str:
    title = _plain(event, "SUMMARY")
    head = _METHODS.get(method, "Event")
    rows = [f"{head}: {title}" if title else head]
    begin, end = _when(event, "DTSTART"), _when(event, "DTEND")
    if begin:
        rows.append(f"When: {begin}{f' to {end}' if end else ''}")
    if "RRULE" in event:
        rows.append(f"Repeats: {event['RRULE'][1][:200]}")
    place = _plain(event, "LOCATION")
    if place:
        rows.append(f"Where: {place}")
    organiser = _who(event.get("ORGANIZER"))
    if organiser:
        rows.append(f"Organiser: {organiser}")
    answer = re.search(r"PARTSTAT=\"?([A-Za-z-]+)", event.get("ATTENDEE", ("", ""))[0], re.IGNORECASE)
    if method in ("REPLY", "COUNTER") and answer:
        rows.append(f"{_who(event['ATTENDEE'])}: {_ANSWERS.get(answer[1].upper(), answer[1].lower())}")
    return "\n".join(rows) if len(rows) > 1 or title else ""


def _plain(event: dict[str, Property], name: str) -> str:
    value = event.get(name, ("", ""))[1]
    value = _UNESCAPED.sub(lambda found: " " if found[1] in "nN" else found[1], value)
    return " ".join(value.split())[:500]


def _who(given: Property | None) -> str:
    if given is None:
        return ""
    address = re.sub(r"^mailto:", "", given[1].strip(), flags=re.IGNORECASE)[:320]
    name = re.search(r";CN=(\"[^\"]*\"|[^;:\"]*)", given[0], re.IGNORECASE)
    shown = name[1].strip('" ')[:200] if name else ""
    return f"{shown} <{address}>" if shown and shown != address else address


def _when(event: dict[str, Property], name: str) -> str:
    parameters, value = event.get(name, ("", ""))
    found = re.match(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)?(Z)?)?$", value)
    if not found:
        return value[:100]
    try:
        at = datetime(int(found[1]), int(found[2]), int(found[3]), int(found[4] or 0), int(found[5] or 0), tzinfo=UTC)
    except ValueError:
        return value[:100]
    if not found[4]:
        return f"{at:%Y-%m-%d}"
    zone = re.search(r";TZID=\"?([^;:\"]+)", parameters, re.IGNORECASE)
    return f"{at:%Y-%m-%d %H:%M}" + (" UTC" if found[7] else f" ({zone[1].strip()[:100]})" if zone else "")
