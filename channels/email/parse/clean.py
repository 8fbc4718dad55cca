"""HTML of strangers, made harmless to show: nothing runs, nothing is fetched, nothing covers anything."""

import re
from collections.abc import Mapping
from html import escape, unescape
from urllib.parse import unquote

import nh3
from lxml import etree

from channels.email.parse import clean_quote, clean_tree
from channels.email.parse.model import Clean

__all__ = ["Clean", "clean", "page", "place"]

_MOST = 1_500_000  # characters; what comes after them is in the raw mail
_TAGS_MOST = 40_000
_UNCHECKED = 60_000  # characters in which no bomb of attributes fits
_ATTRIBUTES_MOST = 300  # of one tag
_ALL_ATTRIBUTES_MOST = 150_000
_SCANNED_MOST = 20_000_000  # characters, in tags, some of them more than once
_TAG = re.compile(r"<[A-Za-z][^\s/>]*")
_ATTRIBUTE = re.compile(r"[\s/]*[^\s/>=][^\s/>=]*(?:\s*=\s*(?:\"[^\"]*\"?|'[^']*'?|[^\s>]*))?|[\s/]*=[^\s>]*")
_CUT = "<p>[…]</p>"

_cleaner = nh3.Cleaner(
    tags=set(clean_tree.TAGS),
    clean_content_tags={"script", "style", "title", "template", "iframe", "object", "embed", "svg", "math", "noscript"},
    attributes={tag: set(names) for tag, names in clean_tree.ATTRIBUTES.items()},
    set_tag_attribute_values={"a": {"target": "_blank"}},
    link_rel="noopener noreferrer nofollow",
    url_schemes={"http", "https", "mailto", "tel", "cid"},
    url_relative="deny",
    strip_comments=True,
)

_REMOTE = re.compile(r"(<img\b[^<>]*?) data-src=\"([^\"<>]*)\"")
_PICTURE = re.compile(r"(<img\b[^<>]*?) data-picture=\"(data:image/[^\"<>]*)\"")
_CID = re.compile(r"(<img\b[^<>]*?) src=\"cid:([^\"<>]*)\"")
_COLOURED = re.compile(r"(?:color|bgcolor|background)[^<>]{0,3}[:=]", re.I)

_LIGHT = ":root{color-scheme:light}body{background:#fff;color:#1b1b1f}"
_BOTH = (":root{color-scheme:light dark}body{background:#fff;color:#1b1b1f}"
         "@media(prefers-color-scheme:dark){body{background:#1b1b1f;color:#e6e6ea}a{color:#8ab4ff}}")
_STYLE = (
    "body{margin:0;padding:12px;font:15px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,'PingFang SC',"
    "'Microsoft YaHei',sans-serif;overflow-wrap:anywhere;overflow-x:auto}"
    "*{box-sizing:border-box;max-width:100%!important}table{border-collapse:separate}"
    "img{height:auto}img[data-src]{display:inline-block;min-width:1.5em;min-height:1.5em;outline:1px dashed #8888;"
    "outline-offset:-1px}"
    "pre{white-space:pre-wrap}blockquote{margin:.5em 0 .5em .3em;padding-left:.7em;border-left:2px solid #8886}"
    ".MsoNormal{margin:0}"
    "details>summary{display:inline-block;cursor:pointer;list-style:none;margin:.5em 0;padding:0 .6em;"
    "border-radius:.6em;background:#8883;line-height:1.3;user-select:none}summary::-webkit-details-marker{display:none}"
)


def clean(html: str) -> Clean:
    """Safe HTML with the same look as far as that is safe. Never raises; under a second whatever comes.

    Pictures from elsewhere have their address in `data-src`, where no browser looks; those in the mail keep `cid:`.
    Quoted history is wrapped in a closed <details>.
    """
    if not html.strip():
        return Clean("", 0)
    bounded, cut = _bounded(html.replace("\0", ""))
    body, too_deep = clean_tree.parse(bounded)
    if body is None:
        return Clean("", 0)
    clean_quote.fold(body)
    clean_tree.strip(body)
    text = etree.tostring(body, encoding="unicode", method="html", with_tail=False)
    safe = _cleaner.clean(text) + (_CUT if cut or too_deep else "")
    return Clean(safe, len(_REMOTE.findall(safe)))


def place(html: str, urls: Mapping[str, str]) -> str:
    """Clean HTML with the given addresses for its pictures, by Content-ID without angle brackets."""
    known = {_plain(content_id): url for content_id, url in urls.items()}

    def placed(found: re.Match[str]) -> str:
        url = known.get(_plain(unescape(found[2])))
        return found[0] if url is None else f'{found[1]} src="{escape(url)}"'

    return _CID.sub(placed, html)


def page(html: str, *, remote: bool) -> tuple[str, str]:
    """A whole document for a sandboxed frame, and its Content-Security-Policy.

    `remote`: the reader has asked for the pictures that lie elsewhere.
    """
    shown = _PICTURE.sub(r'\1 src="\2"', html)
    if remote:
        shown = _REMOTE.sub(r'\1 src="\2"', shown)
    style = (_LIGHT if _COLOURED.search(html) else _BOTH) + _STYLE
    document = (
        '<!doctype html><html><head><meta charset="utf-8"><title>E-mail</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="referrer" content="no-referrer">'
        '<meta http-equiv="x-dns-prefetch-control" content="off">'
        f"<style>{style}</style></head><body>{shown}</body></html>"
    )
    elsewhere = " https: http:" if remote else ""
    policy = (
        f"default-src 'none'; img-src 'self' data:{elsewhere}; style-src 'unsafe-inline'; form-action 'none'; "
        "base-uri 'none'; sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox"
    )
    return document, policy


def _plain(content_id: str) -> str:
    return unquote(content_id).strip("<> ").lower()


def _bounded(html: str) -> tuple[str, bool]:
    """The html up to where reading it would take too long, and whether that cut anything.

    Parsers compare each attribute of a tag with all before it. Every "<" and letter counts as a tag here, even within
    quotes and comments, so that nothing hides behind what another parser takes for a quote.
    """
    cut = len(html) > _MOST
    html = html[:_MOST]
    if len(html) <= _UNCHECKED:
        return html, cut
    attributes = scanned = 0
    for number, tag in enumerate(_TAG.finditer(html)):
        place = tag.end()
        count = 0
        while count <= _ATTRIBUTES_MOST and (found := _ATTRIBUTE.match(html, place)):
            place, count = found.end(), count + 1
        attributes += count
        scanned += place - tag.start()
        if (number > _TAGS_MOST or count > _ATTRIBUTES_MOST or attributes > _ALL_ATTRIBUTES_MOST
                or scanned > _SCANNED_MOST):
            return html[:tag.start()], True
    return html, cut
