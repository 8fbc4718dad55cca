"""`hub mail`: looks at mail from the command line. Needs neither a configuration nor a database."""

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from channels.base import Party
from channels.email.parse import parse
from channels.email.parse.model import Mail

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]


def add(commands: "Commands") -> "Commands":
    """Adds `mail` and returns its sub-commands, for others to add theirs."""
    below = commands.add_parser("mail", help="mail: look at what was received").add_subparsers(
        required=True, metavar="COMMAND")
    one = below.add_parser("parse", help="show as JSON what the hub reads from mails", description=(
        "Shows as JSON what the hub reads from mails: one indented document per file, or one line per file with "
        "--lines. Contents of attachments are not shown."))
    one.set_defaults(command=run_parse)
    one.add_argument("file", nargs="+", help="a mail as it was received (.eml); - is standard input")
    one.add_argument("--lines", action="store_true", help="one JSON document per line (JSON Lines)")
    return below


async def run_parse(options: argparse.Namespace) -> int:
    """0 when every file could be read; a mail itself is never an error."""
    wrong = 0
    for name in options.file:
        try:
            raw = _read(name)
        except OSError as error:
            print(f"{name}: {error.strerror}", file=sys.stderr)
            wrong = 1
            continue
        shown = {"file": name, **told(parse(raw))}
        print(json.dumps(shown, ensure_ascii=False, indent=None if options.lines else 2))
    return wrong


def _read(name: str) -> bytes:
    return sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()


def told(mail: Mail) -> dict[str, object]:
    """The mail for JSON."""
    return {
        "from": _party(mail.author),
        "sender": _party(mail.sender) if mail.sender else None,
        "reply_to": [_party(one) for one in mail.reply_to],
        "to": [_party(one) for one in mail.to],
        "cc": [_party(one) for one in mail.cc],
        "subject": mail.subject,
        "message_id": mail.message_id,
        "in_reply_to": list(mail.in_reply_to),
        "references": list(mail.references),
        "date": mail.date.isoformat() if mail.date else None,
        "language": mail.language,
        "text": mail.text,
        "html": mail.html,
        "new_text": mail.new_text,
        "quoted": mail.quoted,
        "attachments": [
            {"name": one.name, "type": one.type, "size": one.size, "content_id": one.content_id, "inline": one.inline}
            for one in mail.attachments],
        "auto_submitted": mail.verdict.machine in ("auto_reply", "auto_generated"),
        "bounce": mail.verdict.machine == "report" or bool(mail.reports),
        "list": mail.verdict.machine == "list",
        "machine": mail.verdict.machine,
        "answerable": mail.verdict.answerable,
        "reasons": list(mail.verdict.reasons),
        "reports": [
            {"action": one.action, "recipient": one.recipient, "status": one.status, "text": one.text,
             "mail_id": one.mail_id} for one in mail.reports],
        "warnings": list(mail.warnings),
    }


def _party(one: Party) -> dict[str, str]:
    return {"name": one.name, "address": one.address}
