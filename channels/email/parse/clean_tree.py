"""A stranger's HTML as a tree of bounded depth, with everything gone that is not on the list.

libxml2 gives up at 256 levels (then all is read once more with hardly any) and repairs no formatting elements; an
HTML5 parser alone takes minutes for a hundred thousand nested elements and can be made to multiply them. What libxml2
gives, nh3 filters once more.
"""

import re
from functools import lru_cache
from typing import Any, TypeAlias
from urllib.parse import unquote

from lxml import etree

from channels.email.parse import clean_style

Element: TypeAlias = Any  # lxml carries no types

_with_content_words = "script style title template iframe frame frameset noframes svg math head dialog xml noembed"
_WITH_CONTENT = frozenset(_with_content_words.split())
# Their place in the tree is no evidence: libxml2 takes some that hold nothing for the parents of all that follows. What
# others hold is meant for programs that, like this one, show no films and run nothing.
_empty_words = "applet area audio base canvas embed link map meta noscript object param source track video"
_EMPTY = frozenset(_empty_words.split())
_tags_words = """
    a abbr address article aside b bdi bdo big blockquote br caption center cite code col colgroup dd del
    details dfn div dl dt em figcaption figure footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark nav
    ol p pre q s samp section small span strike strong sub summary sup table tbody td tfoot th thead time tr tt
    u ul wbr
"""
TAGS = frozenset(_tags_words.split())
ATTRIBUTES: dict[str, frozenset[str]] = {
    "*": frozenset({"align", "class", "dir", "style", "title"}),
    "a": frozenset({"href"}),
    "img": frozenset({"alt", "src", "data-src", "data-picture", "width", "height"}),
    "table": frozenset({"bgcolor", "border", "cellpadding", "cellspacing", "width"}),
    "td": frozenset({"bgcolor", "colspan", "height", "nowrap", "rowspan", "valign", "width"}),
    "th": frozenset({"bgcolor", "colspan", "height", "nowrap", "rowspan", "valign", "width"}),
    "tr": frozenset({"bgcolor", "valign"}),
    "col": frozenset({"span", "width"}),
    "ol": frozenset({"start", "type"}),
    "li": frozenset({"value"}),
}
# With a style of their own these would be copied into every element after an unclosed one (HTML5, section 13.2.4.3).
_AS_SPAN = {"b": "font-weight:bold", "strong": "font-weight:bold", "i": "font-style:italic", "em": "font-style:italic",
            "u": "text-decoration:underline", "s": "text-decoration:line-through",
            "strike": "text-decoration:line-through", "small": "font-size:smaller", "big": "font-size:larger",
            "code": "font-family:monospace", "tt": "font-family:monospace"}
_UNKNOWN = "gone"  # such a tag is left out, but not what it holds
_FONT_SIZES = {"1": "x-small", "2": "small", "3": "medium", "4": "large", "5": "x-large", "6": "xx-large",
               "7": "xx-large"}
_SHORT = re.compile(r"[\w#%. -]{0,40}")
_LINK = re.compile(r"\s*(?:https?://|mailto:|tel:)", re.I)
_REMOTE = re.compile(r"\s*(?:https?:)?//", re.I)
_DATA = re.compile(r"\s*data:image/(?:png|gif|jpe?g|webp|bmp|avif);base64,[\sA-Za-z0-9+/=%]*\Z", re.I)
_BLANK = re.compile(r"[\x00-\x20\x7f\u200b-\u200f\u2028-\u202e\ufeff]+")
_MARKUP = re.compile(r"<[A-Za-z/!?].*", re.S)  # in a tooltip: it waits for a program that reads the tag otherwise
_SIZE = re.compile(r"\s*(\d{1,5})")


_LEVEL = re.compile(
    r"<(/?)(?!/?(?:p|br|hr|img|a|script|style|title|template|iframe|svg|math)\b)[A-Za-z][^<>]{0,1000}>", re.I)


def parse(html: str) -> tuple[Element | None, bool]:
    """The body of the document, and whether the rest of it had to be cut off."""
    body, too_deep = _parse(html)
    return _parse(_LEVEL.sub(lambda tag: "<br>" if tag[1] else " ", html)) if too_deep else (body, False)


def _parse(html: str) -> tuple[Element | None, bool]:
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=False, no_network=True)
    try:
        root = etree.fromstring(html.encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError):
        return None, False
    if root is None:
        return None, False
    too_deep = any(entry.type_name == "ERR_RESOURCE_LIMIT" or "depth" in entry.message
                   for entry in parser.error_log.filter_from_errors()[:50])
    body = root.find("body")
    return (root if body is None else body), too_deep


def strip(body: Element) -> None:
    """Removes and rewrites in place. Elements that are merely unknown lose their tags, not their text."""
    for element in list(body.iter(etree.Element)):
        if element is not body and element.getparent() is None:
            continue  # in something that is gone
        if _is_gone(element):
            element.clear(keep_tail=True)
            element.tag = "div" if element is body else _UNKNOWN
            continue
        if element.tag in _EMPTY:
            element.tag = _UNKNOWN
        _rewrite(element, is_body=element is body)


def _is_gone(element: Element) -> bool:
    tag = element.tag
    if tag in _WITH_CONTENT or element.get("hidden") is not None:
        return True
    style = element.get("style")
    if style and clean_style.is_hidden(style):
        return True
    return tag == "img" and _is_tracker(element)


def _is_tracker(image: Element) -> bool:
    """A picture that nobody can see is there to tell its owner that somebody looked."""
    sizes = clean_style.lengths(image.get("style") or "")
    for name in ("width", "height"):
        found = _SIZE.match(image.get(name) or "")
        if found and "%" not in (image.get(name) or ""):
            sizes.setdefault(name, float(found[1]))
    small = [size for size in sizes.values() if size <= 3]
    return len(small) == 2 or any(size <= 1 for size in small)


def _rewrite(element: Element, *, is_body: bool) -> None:
    tag, given = element.tag, dict(element.attrib)
    if given:
        element.attrib.clear()
    elif tag in TAGS:
        return
    style = clean_style.filtered(given["style"]) if given.get("style") else ""
    tag, style = ("div", _join(_of_body(given), style)) if is_body else _renamed(tag, given, style)
    if tag != element.tag:  # what came may be no name at all, and would be refused
        element.tag = tag
    if tag == "img":
        _picture(element, given)
    elif tag == "a" and (href := _link(given.get("href", ""))):
        element.set("href", href)
    for name in sorted(given.keys() & _allowed(tag)):
        _keep(element, tag, name, given[name])
    if style and tag not in _AS_SPAN:
        element.set("style", style)


def _renamed(tag: str, given: dict[str, str], style: str) -> tuple[str, str]:
    if tag == "font":
        return "span", _join(_of_font(given), style)
    if style and tag in _AS_SPAN:
        return "span", _join(_AS_SPAN[tag], style)
    return ("span" if tag in ("nobr", "marquee", "blink") else tag), style


@lru_cache(maxsize=256)
def _allowed(tag: str) -> frozenset[str]:
    return ATTRIBUTES["*"] | ATTRIBUTES.get(tag, frozenset())


def _keep(element: Element, tag: str, name: str, value: str) -> None:
    if name in ("style", "href", "src", "data-src", "data-picture") or (tag in _AS_SPAN and name != "title"):
        return
    if name == "class":
        if "MsoNormal" in value:
            element.set("class", "MsoNormal")
    elif name in ("alt", "title"):
        element.set(name, _MARKUP.sub("", value[:500]).replace("<", "‹").replace(">", "›"))
    elif _SHORT.fullmatch(value):
        element.set(name, value)


def _picture(image: Element, given: dict[str, str]) -> None:
    """Where the picture comes from, in an attribute that no browser follows unless it is in the mail itself."""
    source = given.get("src", "")
    if source[:4].lower() == "cid:":
        image.set("src", "cid:" + _quoted(unquote(source[4:]).strip("<> ")))
    elif _REMOTE.match(source):
        source = _BLANK.sub("", source)
        image.set("data-src", _quoted(source if source[:4].lower() == "http" else f"https:{source}"))
    elif _DATA.match(source):
        image.set("data-picture", _BLANK.sub("", source))


def _link(href: str) -> str:
    href = _BLANK.sub("", href[:10]) + href[10:].strip()
    return _quoted(href) if len(href) <= 8000 and _LINK.match(href) else ""


def _quoted(url: str) -> str:
    return url.replace("<", "%3C").replace(">", "%3E").replace('"', "%22")


def _of_font(given: dict[str, str]) -> str:
    parts = (("color", given.get("color", "")), ("font-family", given.get("face", "")),
             ("font-size", _FONT_SIZES.get(given.get("size", "").strip(), "")))
    return clean_style.filtered(";".join(f"{name}:{value}" for name, value in parts if value))


def _of_body(given: dict[str, str]) -> str:
    parts = (("background-color", given.get("bgcolor", "")), ("color", given.get("text", "")))
    return clean_style.filtered(";".join(f"{name}:{value}" for name, value in parts if value))


def _join(first: str, second: str) -> str:
    return f"{first};{second}" if first and second else first or second
