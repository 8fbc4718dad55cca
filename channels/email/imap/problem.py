"""What can go wrong with a mail server, each with a code for the screen to translate."""

import re
import ssl

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]+")
_LONGEST = 300  # characters

# X509_V_ERR_* of OpenSSL
_VERIFY = {9: "tls_not_yet_valid", 10: "tls_expired", 18: "tls_self_signed", 19: "tls_self_signed",
           20: "tls_untrusted", 21: "tls_untrusted", 62: "tls_name", 64: "tls_name"}


class ImapError(Exception):
    """The mailbox cannot be read now. `text` is in the server's words: for administrators, never for logs.

    Codes: resolve, connect, timeout, lost (the server hung up), garbage (it does not speak IMAP), tls, tls_name,
    tls_self_signed, tls_expired, tls_not_yet_valid, tls_untrusted, tls_missing (no STARTTLS), log_in, unavailable (no
    log-in now), no_secret, refresh (no access token), refresh_denied, folder, refused (another command).
    """

    def __init__(self, code: str, text: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.text = cleaned(text)


def cleaned(text: str | bytes, *secrets: str) -> str:
    """A server's words as they may be shown: one line, not too long, without what must stay secret."""
    if isinstance(text, bytes):
        text = text.decode("utf-8", "replace")
    for secret in secrets:
        if secret:
            text = text.replace(secret, "***")
    return " ".join(_CONTROL.sub(" ", text).split())[:_LONGEST]


def of_tls(error: Exception) -> tuple[str, str]:
    """Code and text of a TLS handshake that failed."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return _VERIFY.get(error.verify_code, "tls"), str(error.verify_message)
    if isinstance(error, ssl.SSLError):
        return "tls", str(error.reason or error)
    return "tls", str(error) or type(error).__name__
