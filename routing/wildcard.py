"""Texts compared without regard to case, and patterns with * and ?, in time that grows with the text alone.

`*` stands for any number of characters, `?` for exactly one, a backslash before one of `* ? \\` for that character
itself. A pattern describes the whole text. No regular expression is involved: a pattern of an administrator against a
text of a stranger must not be able to stop the hub.
"""

from functools import lru_cache
from itertools import groupby
from unicodedata import normalize

ANY, ONE = "*", "?"
Token = tuple[bool, str]  # (is a wildcard, character)


@lru_cache(maxsize=256)
def folded(text: str) -> str:
    """The text as it is compared: accents composed (NFC), every letter folded by itself, so that lengths stay.

    A letter whose folding is longer than itself stays: ß is not ss, so that `?` always stands for one letter.
    """
    text = normalize("NFC", text)
    quick = text.casefold()
    return quick if len(quick) == len(text) else "".join(map(_folded_letter, text))


def _folded_letter(letter: str) -> str:
    for other in (letter.casefold(), letter.lower()):
        if len(other) == 1:
            return other
    return letter


@lru_cache(maxsize=4096)
def tokens(pattern: str) -> tuple[Token, ...]:
    """The pattern read from left to right, folded; `*` after `*` says nothing and is left out."""
    found: list[Token] = []
    letters = iter(folded(pattern))
    for letter in letters:
        if letter == "\\":
            following = next(letters, "\\")
            if following not in "*?\\":
                found.append((False, "\\"))
            found.append((False, following))
        elif letter != ANY:
            found.append((letter == ONE, letter))
        elif found[-1:] != [(True, ANY)]:
            found.append((True, ANY))
    return tuple(found)


def like(pattern: str, text: str) -> bool:
    """Whether the pattern describes the whole text."""
    pieces = _pieces(pattern)
    text = folded(text)
    first, last = pieces[0], pieces[-1]
    if len(pieces) == 1:
        return len(text) == len(first) and first.at(text, 0)
    end = len(text) - len(last)
    if end < len(first) or not first.at(text, 0) or not last.at(text, end):
        return False
    begin = len(first)
    for piece in pieces[1:-1]:  # the leftmost place of each leaves most room for the others
        place = piece.find(text, begin, end)
        if place < 0:
            return False
        begin = place + len(piece)
    return True


class _Piece:
    """What stands between two `*`: letters and `?`."""

    __slots__ = ("_length", "_masks", "_open", "_run", "_run_at", "_text")

    def __init__(self, letters: tuple[Token, ...]) -> None:
        self._length = len(letters)
        self._text = None if any(wild for wild, _ in letters) else "".join(letter for _, letter in letters)
        rows = (list(row) for wild, row in groupby(enumerate(letters), key=lambda each: each[1][0]) if not wild)
        longest = max(rows, key=len, default=[])
        self._run, self._run_at = "".join(letter for _, (_, letter) in longest), longest[0][0] if longest else 0
        self._open = sum(1 << place for place, (wild, _) in enumerate(letters) if wild)
        self._masks: dict[str, int] = {}
        for place, (wild, letter) in enumerate(letters):
            if not wild:
                self._masks[letter] = self._masks.get(letter, self._open) | 1 << place

    def __len__(self) -> int:
        return self._length

    def at(self, text: str, place: int) -> bool:
        return self.find(text, place, place + self._length) == place

    def find(self, text: str, begin: int, end: int) -> int:
        """The leftmost place within text[begin:end], -1 if there is none."""
        if self._text is not None:
            return text.find(self._text, begin, end)
        # The longest row of letters is looked for first: without it there is nothing to find, nor long before it.
        begin = text.find(self._run, begin + self._run_at, end) - self._run_at
        if begin < 0:
            return -1
        # Bit p of `state`: the letters up to place p of the piece have just been seen.
        state, whole = 0, 1 << (self._length - 1)
        for place in range(begin, end):
            state = (state << 1 | 1) & self._masks.get(text[place], self._open)
            if state & whole:
                return place + 1 - self._length
        return -1


@lru_cache(maxsize=4096)
def _pieces(pattern: str) -> tuple[_Piece, ...]:
    parts: list[list[Token]] = [[]]
    for token in tokens(pattern):
        if token == (True, ANY):
            parts.append([])
        else:
            parts[-1].append(token)
    return tuple(_Piece(tuple(part)) for part in parts)
