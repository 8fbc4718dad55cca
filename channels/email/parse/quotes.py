"""Where the new text of a mail ends, and what it quotes, and the signature, begin.

Folding removes nothing, so a doubtful case is decided for the reader: what was answered line by line stays, what was
forwarded stays (it is news to the reader), and a mail that is nothing but quote stays.
"""

from channels.email.parse.quote_words import FORWARDED, LIST_RULE, ORIGINAL, PHONE, RULE, introduces, label

_MOST = 200_000  # characters that are looked at
_LINE = 300  # characters of a line that are looked at
_WRAPPED = 4  # lines over which an introduction may run
_BLOCK = 14  # lines within which the fields of a quoted head stand
_SIGNATURE = 30  # lines of a signature below "-- "
_BARE_SIGNATURE = 12  # below "--", which some write between two paragraphs
_PHONE_TAIL = 5  # lines with text below "Sent from my ..."


def fold(text: str) -> tuple[str, str]:
    """New text and the folded rest; together they are `text`, to the letter."""
    lines = text[:_MOST].splitlines(keepends=True)
    seen = [line[:_LINE] for line in lines]
    begin = _history(seen)
    if begin is None:
        return text, ""
    if len(text) <= _MOST or begin < len(lines):
        begin = _signature(seen, _trailing_quote(seen, begin))
    new = "".join(lines[:begin]).rstrip()
    if not new or (begin == len(lines)):
        return text, ""
    return new, text[len(new):]


def _history(lines: list[str]) -> int | None:
    """The first line of a quoted past that is not marked line by line; how many lines there are where there is none.

    None: something was forwarded, which is no past.
    """
    for at, line in enumerate(lines):
        if not line.strip() or _quoted(line):
            continue
        if FORWARDED.match(line):
            return None
        after = _after_mark(lines, at)
        if after is None:
            continue
        below = _next_text(lines, after)
        if below is None or not _quoted(lines[below]):
            return _with_rule(lines, at)
    return len(lines)


def _after_mark(lines: list[str], at: int) -> int | None:
    """The line after a mark that begins the quoted past, where one begins at this line."""
    line = lines[at]
    if ORIGINAL.match(line):
        return _after_block(lines, at + 1) or at + 1
    return _after_introduction(lines, at) or _after_block(lines, at)


def _after_introduction(lines: list[str], at: int) -> int | None:
    """The line after "On ... wrote:", which may run over some lines."""
    joined = ""
    for end in range(at, min(at + _WRAPPED, len(lines))):
        part = lines[end].strip()
        if not part or _quoted(part):
            return None
        joined = f"{joined} {part}" if joined else part
        if part.endswith((":", "：")):
            return end + 1 if introduces(joined[-500:]) else None
    return None


def _after_block(lines: list[str], at: int) -> int | None:
    """The line after From, Sent, To, Subject of a quoted mail, in any order that begins with one of the first two."""
    first = _next_text(lines, at)
    if first is None or first > at + 2 or label(lines[first]) not in ("from", "sent"):
        return None
    kinds: set[str] = set()
    end, address, strange = first, False, 0
    for place in range(first, min(first + _BLOCK, len(lines))):
        line = lines[place]
        if not line.strip():
            if len(kinds) >= 3:
                break
            continue
        kind = label(line)
        strange = 0 if kind else strange + 1
        if strange > 3 or kind in kinds:
            break
        address = address or "@" in line
        if kind:
            kinds.add(kind)
            end = place
    if len(kinds) < 3 or "from" not in kinds or not (address or "subject" in kinds):
        return None
    return end + 1


def _with_rule(lines: list[str], at: int) -> int:
    """A line drawn above the quoted past belongs to it."""
    above = _last_text(lines, at)
    return above if above is not None and RULE.match(lines[above]) else at


def _trailing_quote(lines: list[str], end: int) -> int:
    """Where the last block of ">" lines begins, if nothing but a signature stands below it."""
    at = _signature(lines, end)
    begin = None
    while at > 0 and (not lines[at - 1].strip() or _quoted(lines[at - 1])):
        at -= 1
        if lines[at].strip():
            begin = at
    if begin is None:
        return end
    above = _last_text(lines, begin)
    if above is None:
        return begin
    for start in range(max(0, above - _WRAPPED + 1), above + 1):
        if _after_introduction(lines, start) == above + 1 or _loosely_introduced(lines, start, above):
            return start
    return _above_block(lines, begin, above)


def _loosely_introduced(lines: list[str], start: int, above: int) -> bool:
    """Right above a marked quote, one line with a colon at its end and an address or a number in it is enough."""
    line = lines[start].strip()
    return start == above and line.endswith((":", "：")) and any(c.isdigit() or c == "@" for c in line)


def _above_block(lines: list[str], begin: int, above: int) -> int:
    for start in range(above, max(-1, above - _BLOCK), -1):
        if ORIGINAL.match(lines[start]) or _after_block(lines, start) == above + 1:
            upper = _last_text(lines, start)
            return upper if upper is not None and ORIGINAL.match(lines[upper]) else _with_rule(lines, start)
    return begin


def _signature(lines: list[str], end: int) -> int:
    """Where the signature above `end` begins; `end` where there is none."""
    begin, texts = end, 0
    for at in range(end - 1, max(-1, end - _SIGNATURE - 2), -1):
        line = lines[at]
        if not line.strip():
            continue
        if _quoted(line):
            break
        if _begins_signature(line, end - at - 1, texts):
            begin = at
        texts += 1
    return begin


def _begins_signature(line: str, below: int, texts: int) -> bool:
    """`below`: lines there are below it; `texts`: those of them that are not blank."""
    bare = line.rstrip("\r\n")
    if bare == "-- ":
        return True
    if bare in ("--", "—", "--\xa0"):
        return below <= _BARE_SIGNATURE
    if LIST_RULE.match(bare):
        return 0 < texts <= 8
    return texts <= _PHONE_TAIL and bool(PHONE.match(bare))


def _quoted(line: str) -> bool:
    return line.lstrip()[:1] in (">", "＞")


def _next_text(lines: list[str], at: int) -> int | None:
    return next((place for place in range(at, len(lines)) if lines[place].strip()), None)


def _last_text(lines: list[str], end: int) -> int | None:
    return next((place for place in range(end - 1, -1, -1) if lines[place].strip()), None)
