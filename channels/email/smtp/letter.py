"""The text of a mail, and the HTML made from it: what was written, the signature, what is answered."""

import html
import re

_LINK = re.compile(r"(?:https?://|mailto:)[^\s<>\"'，。；）】」]+")
_TRAILING = ".,;:!?)]}"
_STYLE = "font-family:system-ui,'Segoe UI','PingFang SC','Microsoft YaHei',sans-serif;font-size:15px;line-height:1.5"
_CITE = "margin:0 0 0 .4em;padding:0 0 0 .8em;border-left:2px solid #bbb;color:#555"


def text_of(text: str, signature: str, quoted: str) -> str:
    """Plain text. The signature stands below the mark that mail programs know (RFC 3676, section 4.3)."""
    parts = [_lines(text).rstrip("\n")]
    if signature.strip():
        parts.append(f"-- \n{_lines(signature).strip()}")
    if quoted.strip():
        introduction, _, rest = _lines(quoted).strip("\n").partition("\n")
        marked = "\n".join(f"> {line}".rstrip() for line in rest.split("\n")) if rest else ""
        parts.append(f"{introduction}\n{marked}" if marked else introduction)
    return "\n\n".join(parts)


def html_of(text: str, signature: str, quoted: str) -> str:
    parts = [_cited(_lines(text).rstrip("\n"))]
    if signature.strip():
        parts.append(f'<div style="color:#555;margin-top:1em">-- <br>{_block(_lines(signature).strip())}</div>')
    if quoted.strip():
        introduction, _, rest = _lines(quoted).strip("\n").partition("\n")
        parts.append(f'<div style="margin-top:1em">{_block(introduction)}</div>'
                     f'<blockquote type="cite" style="{_CITE}">{_cited(rest)}</blockquote>')
    return (f'<!DOCTYPE html>\n<html><head><meta charset="utf-8"></head>\n<body style="{_STYLE}">\n'
            + "\n".join(parts) + "\n</body></html>")


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _cited(text: str, depth: int = 6) -> str:
    """Lines that begin with > become a quotation, and so on inside, down to a depth that anybody reads."""
    done: list[str] = []
    for lines, cited in _runs(text.split("\n")):
        if cited and depth > 0:
            inner = "\n".join(re.sub(r"^> ?", "", line) for line in lines)
            done.append(f'<blockquote type="cite" style="{_CITE}">{_cited(inner, depth - 1)}</blockquote>')
        else:
            done.append(f"<div>{_block(chr(10).join(lines))}</div>")
    return "\n".join(done)


def _runs(lines: list[str]) -> list[tuple[list[str], bool]]:
    runs: list[tuple[list[str], bool]] = []
    for line in lines:
        cited = line.startswith(">")
        if not runs or runs[-1][1] != cited:
            runs.append(([], cited))
        runs[-1][0].append(line)
    return runs


def _block(text: str) -> str:
    """Escaped, links to click on, blanks at the beginning of a line kept."""
    done, at = [], 0
    for match in _LINK.finditer(text):
        address = match.group().rstrip(_TRAILING)
        done += [_escaped(text[at:match.start()]), _link(address)]
        at = match.start() + len(address)
    return "".join([*done, _escaped(text[at:])])


def _link(address: str) -> str:
    escaped = html.escape(address)
    return f'<a href="{escaped}">{escaped}</a>'


def _escaped(text: str) -> str:
    kept = re.sub(r"(?m)^ +| {2,}", lambda match: "\u00a0" * len(match.group()), text)
    return html.escape(kept, quote=False).replace("\n", "<br>\n")
