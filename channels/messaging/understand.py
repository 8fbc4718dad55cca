"""From the form that Twilio posts to the value that the hub takes in; the same code understands stored bytes again."""

import json
import mimetypes
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import parse_qsl

from channels.base import Address, Elsewhere, Inbound, Refused
from channels.messaging.settings import Kind, MessagingSettings
from channels.messaging.words import needs_nobody, opt_of
from channels.telephone import e164
from channels.text import storable

CONTENT_TYPE = "application/x-www-form-urlencoded"
WHATSAPP = "whatsapp:"
MOST_FILES = 20
_LONGEST_NAME, _LONGEST_URL, _LONGEST_KEY = 200, 2000, 100


def understand(raw: bytes, account: str, at: datetime, settings: MessagingSettings) -> Inbound:
    """Raises `Refused` that says what is missing. Parameters that nobody knows stay in the raw bytes."""
    posted = {name: storable(value) for name, value in parse_qsl(
        raw.decode("utf-8", "replace"), keep_blank_values=True, errors="replace")}
    key, sender, ours = (posted.get(name, "").strip() for name in ("MessageSid", "From", "To"))
    key = key or posted.get("SmsSid", "").strip()
    wrong = {name: "missing" for name, value in (("MessageSid", key), ("From", sender), ("To", ours)) if not value}
    if wrong or len(key) > _LONGEST_KEY:
        raise Refused("incomplete", 400, wrong or {"MessageSid": "too_long"})
    kind: Kind = "whatsapp" if sender.startswith(WHATSAPP) else "sms"
    service = settings.messaging_service_of(f"{kind}:{account}:{posted.get('MessagingServiceSid', '').strip()}")
    number = ours_of(ours)
    source = service.source if service is not None else f"{kind}:{account}:{number}"
    text, files = _text(posted), _files(posted, key)
    opt = opt_of(posted.get("Body", ""), posted.get("OptOutType", ""))
    body = [posted.get("From"), posted.get("To"), text, [one.url for one in files]]
    return Inbound(
        source=source, natural_key=key, channel=kind, addresses=_addresses(kind, sender), text=text, at=at, raw=raw,
        content_type=CONTENT_TYPE, body=json.dumps(body).encode(), name=_name(posted), queue=settings.queue_of(source),
        continues=True, client_id=key, ours=number if service is not None else "",
        elsewhere=files, opt=opt, quiet=needs_nobody(posted.get("Body", ""), opt))


def replay(source: str, raw: bytes, at: datetime, settings: MessagingSettings) -> Inbound:
    """Understands a stored arrival again, after the parser has learnt something."""
    return understand(raw, source.split(":")[1], at, settings)


def ours_of(address: str) -> str:
    """A number of ours, or a short code, without the channel in front."""
    bare = address.removeprefix(WHATSAPP)
    return (e164(bare) or bare)[:_LONGEST_NAME]


def _addresses(kind: Kind, sender: str) -> tuple[Address, ...]:
    """WhatsApp has seen that the number is his; whoever sends an SMS may have written any number as the sender."""
    bare = sender.removeprefix(WHATSAPP)[:_LONGEST_NAME]
    number = e164(bare)
    if kind == "whatsapp":
        first = Address("whatsapp", number or bare, verified=True)
        return (first, Address("phone", number)) if number else (first,)
    return (Address("phone", number),) if number else (Address("external", f"sms:{bare}"),)


def _name(posted: Mapping[str, str]) -> str | None:
    return posted.get("ProfileName", "").strip()[:_LONGEST_NAME] or None


def _text(posted: Mapping[str, str]) -> str:
    """What was said; a button that was pressed and a place that was sent are said, too."""
    parts = [posted.get("Body", "")]
    if (button := posted.get("ButtonText", "")) and button != parts[0]:
        parts.append(button)
    if posted.get("Latitude") and posted.get("Longitude"):
        names = [posted.get(name, "") for name in ("Label", "Address")]
        parts.append(" ".join(filter(None, [*names, f"geo:{posted['Latitude']},{posted['Longitude']}"])))
    return "\n".join(filter(None, parts))


def _files(posted: Mapping[str, str], key: str) -> tuple[Elsewhere, ...]:
    said = posted.get("NumMedia", "0")
    found = []
    for place in range(min(int(said) if said.isdecimal() and len(said) < 4 else 0, MOST_FILES)):
        declared = posted.get(f"MediaContentType{place}", "")[:_LONGEST_NAME]
        if url := posted.get(f"MediaUrl{place}", "")[:_LONGEST_URL]:
            ending = mimetypes.guess_extension(declared.partition(";")[0].strip()) or ""
            found.append(Elsewhere(url, declared, f"{key[:10]}-{place + 1}{ending}"))
    return tuple(found)
