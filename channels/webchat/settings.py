"""What an administrator may decide about the chat."""

from dataclasses import dataclass, field
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class WebChatSettings:
    """Sizes are in characters or bytes, rates per minute; a rate that is used up refills evenly."""

    secret: str = field(repr=False)  # signs visitor tokens; another secret makes every visitor a new one
    allowed_origins: tuple[str, ...] = ()  # pages that may carry the widget, "*": any; the hub's own may
    languages: tuple[str, ...] = ("en", "zh-Hans")  # the first one when a visitor asks for none of them
    queue: str | None = None
    text_length: int = 10_000
    line_length: int = 500  # name, e-mail, names and values of extra fields
    extra_fields: int = 20
    files_per_message: int = 10
    file_bytes: int = 20 * 1024 * 1024
    messages_per_minute: int = 60  # one visitor
    events_per_minute: int = 600  # one visitor: everything that is no message
    files_per_minute: int = 30  # one visitor
    connections_per_address: int = 200  # loopback, which stands for a proxy, has no limit
    connects_per_minute: int = 600  # one address, loopback likewise
    token_lifetime: timedelta = timedelta(days=180)  # since the visitor's last visit
    push_seconds: float = 0.2  # a visitor's place and marks are told at most this often
    answer_seconds: float = 15.0  # the hub has this long to keep something, then the visitor tries again
    upload_seconds: float = 120.0
