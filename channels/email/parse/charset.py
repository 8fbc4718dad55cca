"""From bytes to text, whatever the mail says of its character set. Never raises."""

import codecs
import re
from encodings.aliases import aliases
from functools import lru_cache

from charset_normalizer import from_bytes

from channels.text import storable

FEW = 6  # so few strange bytes tell a detector nothing: most probably they are of Western Europe
SAMPLE = 4096  # bytes that the detector is shown: it takes about a millisecond per kilobyte



class Warnings(dict[str, None]):
    """Codes, in the order in which they came up, each once; and how often the detector may still be asked."""

    guesses = 8


_TEXT_CODECS = re.compile(
    r"(ascii|latin|utf|iso8859|iso2022|cp\d|koi8|mac|gb|hz|big5|euc|shift|johab|tis|ptcp154|kz1048|hp-roman8)")
_STATEFUL = ("iso2022", "hz", "utf-7")  # look like ASCII and are not
_ALIASES = {
    "ks-c-5601": "cp949", "ks-c-5601-1987": "cp949", "ksc5601": "cp949", "x-windows-949": "cp949", "ms949": "cp949",
    "ks-c-5601-1989": "cp949", "windows-949": "cp949", "windows-31j": "cp932", "x-sjis": "cp932", "ms-kanji": "cp932",
    "sjis": "cp932", "x-ms-cp932": "cp932", "windows-932": "cp932", "x-euc-jp": "euc-jp", "x-gbk": "gb18030",
    "x-gb2312": "gb18030", "gb-2312": "gb18030", "gb2312-80": "gb18030", "cp936": "gb18030", "windows-936": "gb18030",
    "chinese": "gb18030", "x-big5": "big5", "cn-big5": "big5", "big-5": "big5", "windows-950": "cp950",
    "windows-874": "cp874", "tis620": "cp874", "tis-620": "cp874", "iso-8859-8-i": "iso8859-8",
    "iso-8859-8-e": "iso8859-8", "iso-8859-6-i": "iso8859-6", "x-mac-roman": "mac-roman", "macintosh": "mac-roman",
    "x-mac-cyrillic": "mac-cyrillic", "utf8": "utf-8", "utf-8-mac": "utf-8", "utf8mb4": "utf-8", "unicode": "utf-16",
    "unicode-1-1-utf-7": "utf-7", "unicode-1-1-utf-8": "utf-8", "x-unicode-2-0-utf-7": "utf-7", "ansi": "cp1252",
    "ansi-x3.4-1968": "ascii", "iso-10646-ucs-2": "utf-16", "x-user-defined": "cp1252", "iso-8859": "latin-1",
    "koi8": "koi8-r", "x-cp1252": "cp1252", "x-ansi": "cp1252",
}
# What programs really write when they name a set: the sets in the order in which they are tried.
_SUPERSETS = {
    "ascii": ("cp1252", "latin-1"), "iso8859-1": ("cp1252", "latin-1"), "cp1252": ("cp1252", "latin-1"),
    "gb2312": ("gb18030",), "gbk": ("gb18030",), "gb18030": ("gb18030",), "hz": ("hz", "gb18030"),
    "euc_kr": ("cp949",), "shift_jis": ("cp932", "shift_jis_2004"), "cp932": ("cp932", "shift_jis_2004"),
    "big5": ("big5hkscs", "cp950"), "cp950": ("cp950", "big5hkscs"), "big5hkscs": ("big5hkscs", "cp950"),
    "tis-620": ("cp874",), "iso8859-11": ("cp874",), "iso8859-9": ("cp1254",), "iso8859-8": ("cp1255",),
    "euc_jp": ("euc_jp", "euc_jis_2004"), "iso2022_jp": ("iso2022_jp", "iso2022_jp_ext", "iso2022_jp_2004"),
    "utf-16": ("utf-16",),
}
_MANY_BYTES = ("gb", "big5", "cp9", "euc", "shift", "johab", "hz")


def decode(content: bytes, declared: str, warnings: Warnings, *, cut: bool = False) -> str:
    """The text of `content`. `cut`: it is the beginning of something longer, and may end within a character."""
    if not content:
        return ""
    codec = known(declared)
    if content.isascii() and b"\x1b" not in content and b"\0" not in content and codec not in ("utf-7", "hz"):
        return content.decode("ascii")
    return storable(_ladder(content, declared, codec, warnings, cut))


def _ladder(content: bytes, declared: str, codec: str | None, warnings: Warnings, cut: bool) -> str:
    marked = _by_mark(content, codec)
    if marked is not None:
        return _loosely(content, marked, warnings)
    candidates: tuple[str, ...] = () if codec is None else _SUPERSETS.get(codec, (codec,))
    if b"\x1b$" in content or b"\x1b(" in content:
        candidates = (*candidates, "iso2022_jp", "iso2022_jp_ext", "iso2022_kr")
        if codec is None or not codec.startswith("iso2022"):
            candidates = candidates[::-1]
    if codec is None:
        warnings.setdefault("charset_unknown" if declared.strip() else "charset_missing")
    if codec not in (None, "utf-8") and _is_utf8_after_all(content, codec, cut):
        warnings.setdefault("charset_guessed")
        return content.decode("utf-8", "ignore")
    for one in dict.fromkeys((*candidates, "utf-8")):
        text = _strictly(content, one, cut)
        if text is not None:
            if one == "utf-8" and codec not in (None, "utf-8", "utf-8-sig"):
                warnings.setdefault("charset_guessed")
            return text
    return _guessed(content, candidates, warnings)


def _guessed(content: bytes, candidates: tuple[str, ...], warnings: Warnings) -> str:
    """None fits without a flaw: the named one where flaws are few, else what the detector says, else either."""
    named = candidates[0] if candidates else None
    if named is not None:
        text = content.decode(named, "replace")
        strange = sum(1 for char in text if char > "\x7f")
        if text.count("\ufffd") * (3 if named == "utf-8" else 8) <= strange:  # nothing is UTF-8 by chance
            warnings.setdefault("charset_replaced")
            return text
    guess = detect(content, warnings)
    if guess is not None:
        warnings.setdefault("charset_guessed")
        return _loosely(content, guess, warnings)
    warnings.setdefault("charset_replaced")
    return content.decode(named or "utf-8", "replace")


def _by_mark(content: bytes, codec: str | None) -> str | None:
    """What a byte order mark, or the lack of one where it is due, says."""
    if content.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if content.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)) and codec is not None and "32" in codec:
        return "utf-32"
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if codec == "utf-16":
        return "utf-16-le" if content[1:200:2].count(0) > content[:200:2].count(0) else "utf-16-be"
    return None


def _is_utf8_after_all(content: bytes, codec: str, cut: bool) -> bool:
    """Text of another set is hardly ever valid UTF-8 by chance, once it is long enough."""
    if codec.startswith(("utf", *_STATEFUL)):
        return False
    needed = 6 if codec.startswith(_MANY_BYTES) else 2
    high = content.translate(None, _ASCII)
    if len(high) < needed or (needed == 6 and max(high) < 0xE0):
        return False
    return _strictly(content, "utf-8", cut) is not None


def _strictly(content: bytes, codec: str, cut: bool) -> str | None:
    try:
        if cut:
            return codecs.getincrementaldecoder(codec)("strict").decode(content, False)
        return content.decode(codec)
    except (UnicodeError, ValueError, LookupError):
        return None


def _loosely(content: bytes, codec: str, warnings: Warnings) -> str:
    text = content.decode(codec, "replace")
    if "\ufffd" in text:
        warnings.setdefault("charset_replaced")
    return text


def detect(content: bytes, warnings: Warnings) -> str | None:
    """What the detector makes of the first lines that are not plain ASCII."""
    if warnings.guesses <= 0:
        return None
    if len(content.translate(None, _ASCII)) < FEW:
        return "latin-1" if _strictly(content, "cp1252", False) is None else "cp1252"
    warnings.guesses -= 1
    start = next((place for place, byte in enumerate(content[:1_000_000]) if byte > 0x7F), 0)
    start = max(0, start - 200)
    try:
        best = from_bytes(content[start:start + SAMPLE], steps=4, chunk_size=512).best()
    except Exception:  # a guess is worth nothing that it could cost
        return None
    return known(best.encoding) if best is not None else None


_ASCII = bytes(range(128))


@lru_cache(maxsize=5000)
def known(declared: str) -> str | None:
    """Python's name of a character set, however it is written; None for what is none."""
    name = re.sub(r"[\s\"'<>()]|^charset=", "", declared.lower())[:60].partition(";")[0].partition(",")[0]
    name = re.sub(r"[_.]", "-", name)
    bare = name.removeprefix("x-")
    for one in (_ALIASES.get(name, name), name, _ALIASES.get(bare, bare),
                re.sub(r"^(windows|win|cp|ibm)-?(?=\d)", "cp", bare), re.sub(r"^iso-?(?=\d{4})", "iso", bare)):
        module = _MODULES.get(one.replace("-", "_"))
        if module is not None:
            found = codecs.lookup(module).name
            if _TEXT_CODECS.match(found):
                return found
    return None


# Asking `codecs` for a name that nobody knows costs a search of the disk, each time.
_MODULES = {name: module for alias, module in aliases.items() for name in (alias, module) if module != "mbcs"} | {
    "utf_8_sig": "utf_8_sig", "cp874": "cp874", "koi8_u": "koi8_u", "koi8_t": "koi8_t", "cp856": "cp856",
    "cp1006": "cp1006", "cp720": "cp720", "cp737": "cp737", "mac_arabic": "mac_arabic", "mac_farsi": "mac_farsi",
    "mac_croatian": "mac_croatian", "mac_romanian": "mac_romanian"}
