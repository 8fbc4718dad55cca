"""Quoted history in HTML: found by the marks of mail programs, put into a closed <details>."""

import re
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from lxml import etree

from channels.email.parse.quote_words import FORWARDED, LIST_RULE, ORIGINAL, Label, introduces, label

Element: TypeAlias = Any  # lxml carries no types

# The quote and who wrote it: somebody may have answered below it, or in it.
_SOFT = re.compile(
    r"gmail_quote|yahoo_quoted|moz-cite-prefix|protonmail_quote|tutanota_quote|zmail_extra|isreplycontent|qmquote"
    r"|ntes-mailmaster-quote|alimail-quote|__aliyun_previous"
    r"|mail-quote|quoted_message|x_quote|spark_quote"
    r"|front-blockquote|mailspring-quote|gmx_quote|wd_reply|hey-quote|airmail_quote|replyquote|reply-quote|ms-outlook-mobile-reference",
    re.I)
# The head of what was answered, all the rest being the past.
_HARD = re.compile(r"divrplyfwdmsg|appendonsend|olk_src_body_section|mail-editor-reference-message-container"
                   r"|stopspelling|original-content|_?messageoriginal", re.I)
_OUTLOOK_RULE = re.compile(
    r"border-top\s*:\s*(?:[\d.]+pt\s+)?solid\s+"
    r"(?:#?(?:e1e1e1|b5c4df)|rgb\((?:181,\s*196,\s*223|225,\s*225,\s*225)\))", re.I)
_SIGNATURE = re.compile(r"signature|moz-txt-sig|mailcard|foxmail_sign|sign_", re.I)
_NO_PLACE = frozenset({"table", "tbody", "thead", "tfoot", "tr", "colgroup", "ul", "ol", "dl", "details", "pre"})
_HEAD_CHUNKS = 24  # pieces of text over which the head of a quoted mail may run
_LINE = 300
_LABEL = 40


@dataclass(slots=True)
class _Chunk:
    """One visible piece of text, or a picture ("")."""

    text: str
    owner: Element
    is_tail: bool
    quoted: bool
    signature: bool


@dataclass(slots=True)
class _Seen:
    chunks: list[_Chunk] = field(default_factory=list)
    before: dict[Element, int] = field(default_factory=dict)  # element -> visible pieces before it
    marks: list[tuple[int, Element, bool]] = field(default_factory=list)  # pieces before it, element, hard


def fold(body: Element) -> None:
    """Wraps the last thing that is nothing but history, in place."""
    seen = _look(body)
    candidates = sorted([*seen.marks, *_by_words(seen.chunks)], key=lambda mark: mark[0])
    answered = _answered_below(seen.chunks)
    forwarded = next((at for at, one in enumerate(seen.chunks) if FORWARDED.match(one.text)), len(seen.chunks))
    for at, element, hard in candidates:
        if at >= forwarded:
            return
        if at == 0:
            if hard:
                return  # nothing but a quoted mail: passed on without a word
            continue
        if (hard or not answered[at]) and _wrap(body, element, at, seen):
            return


def _look(body: Element) -> _Seen:
    seen = _Seen()
    quotes = signatures = 0
    rest_is_signature = False

    def see(text: str | None, owner: Element, is_tail: bool) -> None:
        nonlocal rest_is_signature
        said = (text or "").strip()
        if said:
            rest_is_signature = rest_is_signature or said == "--" or bool(LIST_RULE.match(said))
            seen.chunks.append(_Chunk(
                said[:_LINE], owner, is_tail, quotes > 0, signatures > 0 or (rest_is_signature and not quotes)))

    for event, element in etree.iterwalk(body, events=("start", "end")):
        names = _names(element)
        quote, signature = element.tag == "blockquote", bool(names and _SIGNATURE.search(names))
        if event == "start":
            seen.before[element] = len(seen.chunks)
            mark = _mark(element, names)
            if mark is not None:
                seen.marks.append((len(seen.chunks), element, mark))
            quotes, signatures = quotes + quote, signatures + signature
            if element.tag == "img":
                seen.chunks.append(_Chunk("", element, False, quotes > 0, signatures > 0))
            see(element.text, element, False)
        else:
            quotes, signatures = quotes - quote, signatures - signature
            if element is not body:
                see(element.tail, element, True)
    return seen


def _names(element: Element) -> str:
    given = element.get("class"), element.get("id")
    return " ".join(one for one in given if one)


def _mark(element: Element, names: str) -> bool | None:
    """Whether a quote begins here: True is the head of a past mail, False a quote that may be answered below."""
    if names:
        if _HARD.search(names):
            return True
        if _SOFT.search(names):
            return False
    style = element.get("style") or ""
    if style and _OUTLOOK_RULE.search(style):
        return True
    return False if element.tag == "blockquote" and (element.get("type") or "").lower() == "cite" else None


def _by_words(chunks: list[_Chunk]) -> list[tuple[int, Element, bool]]:
    found = []
    labels = [label(text) if (text := _labelled(chunks, at)) and (":" in text or "：" in text) else None
              for at in range(len(chunks))]
    for at, chunk in enumerate(chunks):
        if chunk.quoted:
            continue
        if ORIGINAL.match(chunk.text) or _is_head(labels[at:at + _HEAD_CHUNKS]):
            found.append((at, chunk.owner, True))
        elif chunk.text.endswith((":", "：")) and _introduces(chunks, at):
            found.append((at, chunk.owner, False))
    return found


def _introduces(chunks: list[_Chunk], at: int) -> bool:
    return introduces(" ".join(chunks[at].text.split()))


def _is_head(labels: list[Label | None]) -> bool:
    return labels[0] in ("from", "sent") and {"from", "subject"} <= set(labels) and bool({"to", "sent"} & set(labels))


def _labelled(chunks: list[_Chunk], at: int) -> str:
    """The piece, with the colon that may stand outside the bold print."""
    text = chunks[at].text[:_LABEL]
    following = chunks[at + 1].text[:1] if at + 1 < len(chunks) else ""
    return text + following if following in (":", "：") else text


def _answered_below(chunks: list[_Chunk]) -> list[bool]:
    """For each piece, whether anybody wrote below the first quoted piece from there on; a signature is no answer."""
    below, own, answered = [], False, False
    for one in reversed(chunks):
        own = own or not (one.quoted or one.signature)
        answered = own if one.quoted else answered
        below.append(answered)
    return below[::-1]


def _wrap(body: Element, element: Element, at: int, seen: _Seen) -> bool:
    chunk = seen.chunks[at]
    from_tail = chunk.owner is element and chunk.is_tail and seen.before[element] != at
    parent = element.getparent() if element is not body else None
    while parent is not None and parent is not body and seen.before[parent] == at:
        element, parent, from_tail = parent, parent.getparent(), False
    if parent is None or parent.tag in _NO_PLACE:
        return False
    details = etree.Element("details")
    summary = etree.SubElement(details, "summary")
    summary.text = "…"
    if from_tail:
        summary.tail, element.tail = element.tail, None
        begin = parent.index(element) + 1
    else:
        begin = parent.index(element)
        if begin and parent[begin - 1].tag == "hr" and not (parent[begin - 1].tail or "").strip():
            begin -= 1
    moved = list(parent)[begin:]
    parent.insert(begin, details)
    for one in moved:
        details.append(one)
    return True
