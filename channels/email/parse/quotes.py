"""Where the new text of a mail ends, and what it quotes, and the signature, begin."""


def fold(text: str) -> tuple[str, str]:
    """New text and the folded rest; together they are `text`, to the letter."""
    lines = text.splitlines(keepends=True)
    at = len(text)
    for line in reversed(lines):
        if line.strip() and not line.lstrip().startswith(">"):
            break
        at -= len(line)
    return (text[:at], text[at:]) if text[:at].strip() and text[at:].strip() else (text, "")
