"""Reads expressions. What cannot be read is answered with the place, what was found, what was expected, and a hint."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, NoReturn

from routing.expression import (
    KEYWORDS,
    LONGEST_NAME,
    LONGEST_TEXT,
    MOST_OPERANDS,
    Expression,
    Not,
    Operand,
    Term,
    Test,
    all_of,
    any_of,
    continues,
    writable,
)

LONGEST = 2_000  # characters
DEEPEST = 20  # parentheses and nots within each other
MOST_TERMS = 100

Kind = Literal["name", "word", "text", "number", "sign", "end"]

_SIGN = re.compile(r"<=|>=|<>|!=|==|[=<>≤≥≠(),]")
_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?")
_SIGNS = {"==": "=", "<>": "!=", "≠": "!=", "≤": "<=", "≥": ">="}
_COMPARISONS: dict[str, Test] = {"=": "=", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
_TEXT_TESTS: dict[str, Test] = {"contains": "contains", "like": "like"}
_A_TEST = "a test such as >= 3 or contains \"...\", or and, or, the end"
_HINTS = {
    "&": "write and",
    "|": "write or",
    "!": "write not, or != between a name and a value",
    "“": "write straight quotes: \"",
    "”": "write straight quotes: \"",
    "„": "write straight quotes: \"",
    "‘": "write straight quotes: \"",
    "’": "write straight quotes: \"",
    "[": "write a list in round parentheses",
    "~": "write like, with * and ? for what is open",
    "%": "in like, * stands for any characters",
}  # fmt: skip


class BadExpression(ValueError):
    """`position`: the character at which the text cannot be read on, the first is 1."""

    def __init__(self, position: int, found: str, expected: str, hint: str | None = None) -> None:
        hint_words = f" ({hint})" if hint else ""
        super().__init__(f"at character {position}: found {found}, expected {expected}{hint_words}")
        self.position, self.found, self.expected, self.hint = position, found, expected, hint


def parse(text: str) -> Expression:
    """The tree of a text. Raises BadExpression."""
    if len(text) > LONGEST:
        raise BadExpression(LONGEST + 1, f"{len(text)} characters", f"at most {LONGEST}", "use several rules")
    return _Parser(text).whole()


@dataclass(frozen=True, slots=True)
class _Token:
    kind: Kind
    value: str
    begin: int  # 0 is the first character
    shown: str


def _tokens(text: str) -> Iterator[_Token]:
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        token, at = _token(text, at)
        yield token
    yield _Token("end", "", len(text), "the end")


def _token(text: str, at: int) -> tuple[_Token, int]:
    letter = text[at]
    if letter in "\"'`":
        return _quoted(text, at)
    if letter.isidentifier():
        end = at + 1
        while end < len(text) and continues(text[end]):
            end += 1
        word = text[at:end]
        if len(word) > LONGEST_NAME:
            raise BadExpression(at + 1, f"a name of {len(word)} characters", f"at most {LONGEST_NAME}")
        is_keyword = word.lower() in KEYWORDS
        return _Token("word" if is_keyword else "name", word.lower() if is_keyword else word, at, word), end
    found = _NUMBER.match(text, at)
    if found:
        if found.end() < len(text) and continues(text[found.end()]):
            raise BadExpression(found.end() + 1, _shown(text[found.end()]), "the end of the number",
                                "a name that begins with a digit is written in backquotes")
        return _Token("number", found[0], at, found[0]), found.end()
    found = _SIGN.match(text, at)
    if found:
        return _Token("sign", _SIGNS.get(found[0], found[0]), at, found[0]), found.end()
    raise BadExpression(at + 1, _shown(letter), "a name, a value, a test or a parenthesis", _HINTS.get(letter))


def _quoted(text: str, begin: int) -> tuple[_Token, int]:
    """A text in quotes, within which a doubled quote stands for one, or a name in backquotes."""
    quote, at = text[begin], begin + 1
    while True:
        at = text.find(quote, at)
        if at < 0:
            raise BadExpression(begin + 1, f"{quote} that is never closed", f"{quote} at its end too",
                                f"within it a {quote} is written twice" if quote != "`" else None)
        if quote == "`" or text[at + 1 : at + 2] != quote:
            break
        at += 2
    inner = text[begin + 1 : at].replace(quote * 2, quote)
    longest = LONGEST_NAME if quote == "`" else LONGEST_TEXT
    if len(inner) > longest:
        raise BadExpression(begin + 1, f"{len(inner)} characters in quotes", f"at most {longest}")
    if not writable(inner):
        raise BadExpression(begin + 1, "a control character in quotes", "characters that can be seen")
    if quote == "`" and (not inner or "\n" in inner):
        raise BadExpression(begin + 1, "no name in backquotes", "a name on one line")
    return _Token("name" if quote == "`" else "text", inner, begin, text[begin : at + 1]), at + 1


def _shown(text: str) -> str:
    return repr(text) if len(text) <= 40 else repr(text[:40]) + "..."


class _Parser:
    def __init__(self, text: str) -> None:
        self.tokens = list(_tokens(text))
        self.at = self.depth = self.terms = 0

    def whole(self) -> Expression:
        found = self.either()
        if self.token.kind != "end":
            closing = self.token.value == ")"
            self.fail("and, or, the end", "there is no ( for this )" if closing else self.about_value())
        return found

    @property
    def token(self) -> _Token:
        return self.tokens[self.at]

    def take(self, *values: str, kind: Kind = "word") -> str | None:
        """The next token if it is one of these, which it is then no more."""
        token = self.token
        if token.kind != kind or (values and token.value not in values):
            return None
        self.at += 1
        return token.value

    def fail(self, expected: str, hint: str | None = None) -> NoReturn:
        token = self.token
        found = token.shown if token.kind == "end" else _shown(token.shown)
        raise BadExpression(token.begin + 1, found, expected, hint)

    def either(self) -> Expression:
        parts = [self.both()]
        while self.take("or"):
            parts.append(self.both())
        return any_of(*parts)

    def both(self) -> Expression:
        parts = [self.denied()]
        while self.take("and"):
            parts.append(self.denied())
        return all_of(*parts)

    def denied(self) -> Expression:
        begin = self.token
        if not (self.take("not") or self.take("(", kind="sign")):
            return self.term()
        self.depth += 1
        if self.depth > DEEPEST:
            self.at -= 1
            self.fail(f"at most {DEEPEST} parentheses and nots within each other")
        if begin.value == "not":
            found: Expression = Not(self.denied())
        else:
            found = self.either()
            if not self.take(")", kind="sign"):
                self.fail("and, or, )", f"the ( at character {begin.begin + 1} is still open")
        self.depth -= 1
        return found

    def term(self) -> Expression:
        self.terms += 1
        if self.terms > MOST_TERMS:
            self.fail(f"at most {MOST_TERMS} tests", "use several rules")
        if self.token.kind in ("text", "number"):
            return self.member()
        name = self.take(kind="name")
        if name is None:
            word = self.token.kind == "word"
            self.fail("a name, not or (", f"as a name it is written `{self.token.value}`" if word else None)
        sign = self.token.value
        if self.token.kind == "sign" and sign in _COMPARISONS:
            self.at += 1
            return self.made(name, _COMPARISONS[sign], self.number() if sign[0] in "<>" else self.value())
        return self.worded(name)

    def worded(self, name: str) -> Expression:
        """After a name: `in`, `between`, `contains`, `like`, each perhaps after `not`; or nothing of that."""
        denied = self.take("not") is not None
        if self.take("in"):
            return self.made(name, "not in" if denied else "in", *self.list())
        found: Expression
        if self.take("between"):
            low = self.number()
            if not self.take("and"):
                self.fail("and", f"as in {name} between 2 and 4")
            found = self.made(name, "between", low, self.number())
        elif word := self.take(*_TEXT_TESTS):
            found = self.made(name, _TEXT_TESTS[word], self.text())
        elif denied:
            self.fail("in, between, contains or like", f"or write not before {name}")
        elif self.token.kind in ("text", "number", "name"):
            self.fail(_A_TEST, self.about_value())
        else:
            return Term(name)
        return Not(found) if denied else found

    def member(self) -> Expression:
        """`"gold" in segment`, which is the same as `segment contains "gold"`."""
        token = self.token
        self.at += 1
        following = self.tokens[self.at]
        if token.kind != "text" or following.value not in ("in", "not") or following.kind != "word":
            self.at -= 1
            self.fail("a name, not or (", "the name comes first, as in german >= 3")
        denied = self.take("not") is not None
        if not self.take("in"):
            self.fail("in")
        name = self.take(kind="name")
        if name is None:
            self.fail("a name", "as in \"gold\" in segment")
        if not token.value:
            self.at = self.tokens.index(token)
            self.fail("a text that is not empty")
        found = Term(name, "contains", (token.value,))
        return Not(found) if denied else found

    def list(self) -> tuple[Operand, ...]:
        if not self.take("(", kind="sign"):
            self.fail("( and a list", 'as in language in ("de", "fr")')
        found = [self.value()]
        while self.take(",", kind="sign"):
            found.append(self.value())
            if len(found) > MOST_OPERANDS:
                self.fail(f"at most {MOST_OPERANDS} values")
        if not self.take(")", kind="sign"):
            self.fail(", or )")
        return tuple(dict.fromkeys(found))

    def value(self) -> Operand:
        return self.number() if self.token.kind == "number" else self.text(or_number=True)

    def number(self) -> int | float:
        token = self.token
        if token.kind != "number":
            self.fail("a number", "only numbers can be compared so" if token.kind == "text" else None)
        whole, _, decimals = token.value.partition(".")
        if len(whole.lstrip("+-0")) + len(decimals) > 15 or len(decimals) > 6:
            self.fail("a number of at most 15 digits, 6 of them after the point")
        self.at += 1
        number = float(token.value)
        return int(number) if number.is_integer() else number

    def text(self, *, or_number: bool = False) -> str:
        token = self.token
        if token.kind != "text":
            self.fail("a text in quotes" + " or a number" * or_number, self.about_value())
        self.at += 1
        return token.value

    def about_value(self) -> str | None:
        token = self.token
        if token.kind == "word" and token.value in ("true", "false"):
            return "a name alone asks whether it is true: vip, not vip"
        if token.kind == "name":
            return f'a text stands in quotes: "{token.value[:40]}"'
        return "a test stands between a name and a value" if token.kind in ("text", "number") else None

    def made(self, name: str, test: Test, *operands: Operand) -> Term:
        """Raises BadExpression, just after what was read, for operands that do not go together."""
        try:
            return Term(name, test, operands)
        except ValueError as problem:
            self.at -= 1
            self.fail("other values", str(problem).rpartition(": ")[2])
