"""What a mail server's answer means for a message: try again, tell the agent, or nobody knows."""

import re
import socket
import ssl

import aiosmtplib

from channels.base import SendError, SendErrorKind

LONGEST = 500  # characters of a server's words
_ENHANCED = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
# RFC 3463: the class says whether it is for ever, subject and detail say why.
_BY_STATUS = {"1.1": "mailbox_unknown", "1.2": "domain_unknown", "1.3": "mailbox_unknown", "1.6": "mailbox_unknown",
              "1.10": "domain_unknown", "1.7": "sender_refused", "1.8": "sender_refused", "2.1": "mailbox_disabled",
              "2.2": "mailbox_full", "2.3": "too_large", "3.4": "too_large", "4.4": "domain_unknown",
              "7.8": "authentication", "7.0": "refused", "7.1": "refused"}
_LOG_IN = (530, 534, 535, 538)  # RFC 4954, section 6
_BY_CODE = {552: "too_large", 553: "mailbox_unknown", 523: "too_large", 556: "domain_unknown"}
_AT_STAGE = {"greeting": "greeting", "sender": "sender_refused",
             "recipient": "mailbox_unknown", "data": "refused"}


class NotLetInError(SendError):
    """Our own mail server does not take us: nothing of it is held against a message, and an administrator is told."""

    def __init__(self, trouble: str, text: str) -> None:
        super().__init__("temporary", "authentication", text)
        self.trouble = trouble  # send_log_in, send_no_log_in, send_refresh or send_refresh_denied


def cleaned(text: str) -> str:
    """One line of what a server said, safe to store and to show."""
    words = "".join(letter if letter.isprintable() else " " for letter in text.encode("utf-8", "replace").decode())
    return " ".join(words.split())[:LONGEST]


def answered(stage: str, code: int, text: str) -> SendError:
    """An answer that is no yes. Before the sender is named nothing is held against the message itself."""
    if stage == "log_in" or (stage == "sender" and code in _LOG_IN):
        return NotLetInError("send_log_in", cleaned(f"{code} {text}"))
    kind: SendErrorKind = "permanent" if 500 <= code < 600 and stage != "greeting" else "temporary"
    return SendError(kind, reason(stage, code, text), cleaned(f"{code} {text}"))


def reason(stage: str, code: int, text: str) -> str:
    """A word for the screen to translate."""
    if stage == "greeting":
        return _AT_STAGE[stage]
    if code in _LOG_IN:
        return "authentication"
    found = _ENHANCED.search(text)
    known = _BY_STATUS.get(f"{found.group(2)}.{found.group(3)}") if found else None
    if known is not None:
        return known
    if found is not None and found.group(2) == "7":
        return "refused"
    if code == 550 and stage == "recipient":
        return "mailbox_unknown"
    return _BY_CODE.get(code) or ("busy" if 400 <= code < 500 else _AT_STAGE[stage])


def unconnected(problem: BaseException) -> SendError:
    """Nothing has been said yet; why is found in what caused it."""
    causes = list(_causes(problem))
    text = cleaned(str(problem)) or type(problem).__name__
    code = "unreachable"
    if any(isinstance(one, ssl.SSLCertVerificationError) for one in causes):
        code = "certificate"
    elif any(isinstance(one, ssl.SSLError) for one in causes):
        code = "tls"
    elif any(isinstance(one, socket.gaierror) for one in causes):
        code = "unknown_host"
    elif any(isinstance(one, TimeoutError | aiosmtplib.SMTPTimeoutError) for one in causes):
        code = "timeout"
    return SendError("temporary", code, text)


def _causes(problem: BaseException | None) -> list[BaseException]:
    found: list[BaseException] = []
    while problem is not None and problem not in found:
        found.append(problem)
        problem = problem.__cause__ or problem.__context__
    return found
