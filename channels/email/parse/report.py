"""What mail servers say of messages that we sent: delivery reports (RFC 3464), read receipts (RFC 8098), complaints
(RFC 5965), and bounces in the free forms that servers invented."""

import re
from collections.abc import Sequence
from typing import Literal

from channels.base import Report
from channels.email.parse import bounce
from channels.email.parse.model import Headers, Leaf

_REPORTS_MOST = 500
_BYTES_MOST = 500_000
_WORDS_MOST = 2_000  # characters of a server's text that are kept
_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_MESSAGE_ID = re.compile(rb"^(?:x-)?(?:original-)?message-id[ \t]*:[ \t]*(?:\r?\n[ \t]+)?([^\r\n]{1,998})", re.I | re.M)
_ID = re.compile(r"<[^<>\s]+>")
_XTEXT = re.compile(r"\+([0-9A-F]{2})")

Action = Literal["failed", "delayed", "delivered", "relayed", "expanded"]
_ACTIONS: dict[str, Action] = {
    "failed": "failed", "failure": "failed", "fail": "failed", "delayed": "delayed", "delay": "delayed",
    "delivered": "delivered", "relayed": "relayed", "expanded": "expanded",
}
_ORIGINALS = ("message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers",
              "message/rfc822-headers", "text/rfc822")


def read(headers: Headers, parts: Sequence[Leaf], text: str) -> tuple[Report, ...]:
    """One for each recipient that the mail reports on; none when it is no report.

    A report that a person passes on as an attachment is none.
    """
    if _is_report(headers) or bounce.from_machine(headers):
        mail_id = _original_id(headers, parts)
        for leaf in parts:
            if found := _standard(leaf, mail_id, text):
                return found
    if not bounce.is_bounce(headers, text):
        return ()
    mail_id = _original_id(headers, parts) or bounce.mail_id(text) or _answered(headers)
    action: Action = "delayed" if bounce.is_delay(headers, text) else "failed"
    return tuple(
        Report(action, recipient, _status(words), words[:_WORDS_MOST], mail_id)
        for recipient, words in bounce.recipients(headers, text)[:_REPORTS_MOST]
    )


def _standard(leaf: Leaf, mail_id: str, text: str) -> tuple[Report, ...]:
    if leaf.type in ("message/delivery-status", "message/global-delivery-status"):
        return _delivery(leaf, mail_id, text)
    if leaf.type in ("message/disposition-notification", "message/global-disposition-notification"):
        fields = _merged(leaf)
        said = fields.get("disposition", "").rpartition(";")[2].strip() or "displayed"
        told = _first_id(fields.get("original-message-id", "")) or mail_id
        return (Report("delivered", _recipient(fields), "", f"MDN: {said}"[:_WORDS_MOST], told),)
    if leaf.type == "message/feedback-report":
        fields = _merged(leaf)
        words = f"feedback: {fields.get('feedback-type', 'abuse')}"
        return (Report("delivered", _address(fields.get("original-rcpt-to", "")), "", words[:_WORDS_MOST], mail_id),)
    return ()


def _delivery(leaf: Leaf, mail_id: str, text: str) -> tuple[Report, ...]:
    found = []
    for fields in _groups(leaf):
        if not {"final-recipient", "original-recipient", "action"} & fields.keys():
            continue
        words = _of_type(fields.get("diagnostic-code", "")) or bounce.excerpt(text)
        status = _status(fields.get("status", "")) or _status(words)
        found.append(Report(_action(fields, status), _recipient(fields), status, words[:_WORDS_MOST], mail_id))
    return tuple(found[:_REPORTS_MOST])


def _action(fields: dict[str, str], status: str) -> Action:
    said = fields.get("action", "").split("(")[0].strip().strip('"').lower()
    by_class: dict[str, Action] = {"2": "delivered", "4": "delayed"}
    return _ACTIONS.get(said) or by_class.get(status[:1], "failed")


def _recipient(fields: dict[str, str]) -> str:
    """The address as we wrote it, if the report says so, else the one that it ended at."""
    original = _XTEXT.sub(lambda hexed: chr(int(hexed[1], 16)), _of_type(fields.get("original-recipient", "")))
    return _address(original) or _address(_of_type(fields.get("final-recipient", "")))


def _of_type(value: str) -> str:
    """The value without its type, such as "rfc822;" or "smtp;"."""
    kind, mark, rest = value.partition(";")
    return rest.strip() if mark and "@" not in kind and " " not in kind.strip() else value.strip()


def _address(value: str) -> str:
    found = value.strip().strip("<>").strip()
    return found.lower()[:320] if "@" in found and " " not in found else ""


def _status(text: str) -> str:
    found = _STATUS.search(text[:_WORDS_MOST])
    return found[1] if found else ""


def _groups(leaf: Leaf) -> list[dict[str, str]]:
    """The fields of the message, then those of each recipient; a second recipient begins a group without a gap, too."""
    groups: list[dict[str, str]] = [{}]
    name = ""
    for line in leaf.content[:_BYTES_MOST].decode("utf-8", "replace").replace("\0", "\ufffd").splitlines():
        if not line.strip():
            groups.append({})
            name = ""
        elif line[0] in " \t":
            if name:
                groups[-1][name] += " " + line.strip()
        else:
            name, mark, value = line.partition(":")
            name = name.strip().lower() if mark else ""
            if name == "final-recipient" and name in groups[-1]:
                groups.append({})
            if name:
                groups[-1].setdefault(name, value.strip())
    return [group for group in groups if group]


def _merged(leaf: Leaf) -> dict[str, str]:
    merged: dict[str, str] = {}
    for group in _groups(leaf):
        merged = group | merged
    return merged


def _is_report(headers: Headers) -> bool:
    return headers.get("content-type").strip().lower().startswith("multipart/report")


def _original_id(headers: Headers, parts: Sequence[Leaf]) -> str:
    for leaf in parts:
        if leaf.type in _ORIGINALS:
            head = re.split(rb"\r?\n\r?\n", leaf.content[:_BYTES_MOST].lstrip(b"\r\n"), maxsplit=1)[0]
            found = _MESSAGE_ID.search(head)
            if found and (mail_id := _first_id(found[1].decode("utf-8", "replace"))):
                return mail_id
    return _first_id(headers.get("x-ms-exchange-message-id") or headers.get("original-message-id"))


def _answered(headers: Headers) -> str:
    nearest = "".join(headers.get("references").rpartition("<")[1:])
    return _first_id(headers.get("in-reply-to")) or _first_id(nearest)


def _first_id(text: str) -> str:
    found = _ID.search(text)
    return found[0] if found else ""
