"""Text as a database can hold it."""


def storable(text: str) -> str:
    """The text with U+FFFD for what PostgreSQL's text cannot hold: NUL and lone surrogates."""
    if "\0" in text:
        text = text.replace("\0", "\ufffd")
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
