"""Reads TwiML strictly: what is wrong becomes findings with the codes of the field, never a guess."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

from lxml import etree

from simulator.telephony.api_table import BadValue, check_text
from simulator.telephony.grammar import CONTEXTS, MESSAGING, NOT_EMULATED, NOUNS, VERBS, Rule, say_limit

MAX_INLINE = 4000
_TWIML = frozenset({"text/xml", "application/xml", "text/html"})


class BadDocument(Exception):
    """Nothing to execute. `code` is the alert's."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code


@dataclass(frozen=True, slots=True)
class Element:
    """A verb or noun with the attributes that are valid."""

    name: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    text: str = ""
    children: tuple["Element", ...] = ()

    def get(self, name: str, default: str = "") -> str:
        return self.attributes.get(name, default)

    def flag(self, name: str, default: bool = False) -> bool:
        return self.attributes[name].lower() == "true" if name in self.attributes else default

    def number(self, name: str, default: int) -> int:
        return int(self.attributes.get(name, default))


@dataclass(frozen=True, slots=True)
class Document:
    """Verbs in order; `url` and `method` are where it came from, "" for inline text."""

    verbs: tuple[Element, ...]
    url: str = ""
    method: str = "POST"
    findings: tuple[tuple[int, str], ...] = ()

    def resolve(self, reference: str) -> str:
        """An URL of this document made absolute. Raises BadDocument 11100."""
        found = urljoin(self.url, reference.strip()) if self.url else reference.strip()
        if urlsplit(found).scheme not in {"http", "https"}:
            raise BadDocument(11100, f"not a URL: {reference!r}")
        return found


def read_answer(body: bytes, content_type: str, url: str, method: str, context: str = "call") -> Document:
    """A document from an HTTP answer, by its content type. Raises BadDocument."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind.startswith("audio/"):
        return Document((Element("Play", text=url),), url, method)
    if kind == "text/plain":
        try:
            return read_document(body, url, method, context)
        except BadDocument:
            return Document((Element("Say", text=body.decode("utf-8", "replace")),), url, method)
    if kind not in _TWIML:
        raise BadDocument(12300, f"content type {kind or 'missing'}")
    return read_document(body, url, method, context)


def read_document(body: bytes, url: str = "", method: str = "POST", context: str = "call") -> Document:
    """Parses and checks; entities and document types are refused. Raises BadDocument."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
                             remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as wrong:
        raise BadDocument(12100, f"not well-formed: {wrong}") from wrong
    if root.getroottree().docinfo.doctype:
        raise BadDocument(12100, "a document type is not allowed")
    if root.tag != "Response":
        raise BadDocument(12100, f"root is {root.tag}, not Response")
    reading = _Reading(context)
    verbs = tuple(verb for child in root if (verb := reading.verb(child)) is not None)
    if (root.text or "").strip() or any((child.tail or "").strip() for child in root):
        reading.findings.append((12200, "text outside of a verb"))
    return Document(verbs, url, method, tuple(reading.findings))


class _Reading:
    """One pass over one document."""

    def __init__(self, context: str) -> None:
        self.findings: list[tuple[int, str]] = []
        self.context = context
        self.allowed, self.code = CONTEXTS[context]
        self.rules = MESSAGING if context == "message" else VERBS

    def verb(self, node: "etree._Element") -> Element | None:
        name = node.tag
        if not isinstance(name, str):
            raise BadDocument(12100, "entities are not allowed")
        if name in NOT_EMULATED:
            raise BadDocument(0, f"not emulated: <{name}>")
        if name not in self.allowed:
            self.findings.append((self.code if name in VERBS else 12200, f"<{name}> is not allowed here"))
            return None
        element = self._element(node, self.rules[name])
        self._check_content(element)
        return element

    def _element(self, node: "etree._Element", rule: Rule) -> Element:
        children = tuple(child for nested in node if (child := self._child(nested, node.tag, rule)) is not None)
        text = "".join(node.itertext() if node.tag == "Say" else _own_text(node)).strip()
        if text and not rule.text:
            self.findings.append((12200, f"text in <{node.tag}>"))
        return Element(node.tag, self._attributes(node, rule), text, children)

    def _child(self, node: "etree._Element", parent: str, rule: Rule) -> Element | None:
        if not isinstance(node.tag, str):
            raise BadDocument(12100, "entities are not allowed")
        if node.tag not in rule.inside:
            self.findings.append((13215 if parent == "Dial" else 12200, f"<{node.tag}> inside <{parent}>"))
            return None
        if node.tag in NOT_EMULATED:
            raise BadDocument(0, f"not emulated: <{node.tag}> inside <{parent}>")
        if parent == "Say" or node.tag in NOUNS:
            if parent == "Say":
                return None  # how it is pronounced is not heard here
            return self._element(node, NOUNS[node.tag])
        return self._element(node, self.rules[node.tag])

    def _attributes(self, node: "etree._Element", rule: Rule) -> dict[str, str]:
        valid = {}
        for name, value in node.attrib.items():
            if name in rule.not_emulated:
                raise BadDocument(0, f"not emulated: {name} of <{node.tag}>")
            if name not in rule.attributes:
                self.findings.append((12200, f"attribute {name} of <{node.tag}>"))
                continue
            try:
                check_text(rule.attributes[name], value)
            except BadValue as wrong:
                self.findings.append((12200, f"{name}={value!r} of <{node.tag}>: {wrong}"))
            else:
                valid[name] = value
        return valid

    def _check_content(self, element: Element) -> None:
        for one in (element, *(element.children if element.name == "Gather" else ())):
            if one.name == "Say" and not one.text:
                self.findings.append((13520, "<Say> without text"))
            if one.name == "Say" and len(one.text) > say_limit(one.get("voice")):
                self.findings.append((13521, "<Say> is too long"))
        if element.name == "Dial":
            kinds = {child.name for child in element.children}
            if len(element.children) > 10 or (kinds & {"Conference", "Queue"} and len(element.children) > 1):
                raise BadDocument(13215, "nouns of <Dial> that do not go together")


def _own_text(node: "etree._Element") -> list[str]:
    return [node.text or "", *((child.tail or "") for child in node)]
