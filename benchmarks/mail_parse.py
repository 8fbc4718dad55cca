"""Parsing: ordinary mails a second, and the worst that 60 MB can be, in seconds and megabytes of a fresh process.

`python -m benchmarks mail_parse` prints the table, `python -m benchmarks.mail_parse CASE ...` measures some cases.
"""

import asyncio
import base64
import os
import struct
import subprocess
import sys
import time
from collections.abc import Callable

from benchmarks.figures import Line
from benchmarks.letters import letters
from benchmarks.stage import Stage
from channels.email.parse import parse

SIZE = 60_000_000
SECONDS, MEGABYTES = 2.0, 200.0
_HEAD = b"From: Ann <ann@example.org>\r\nTo: support@example.com\r\nSubject: worst\r\nMIME-Version: 1.0\r\n"


def fill(unit: bytes, size: int = SIZE) -> bytes:
    return unit * (size // len(unit))


def single(kind: str, body: bytes, encoding: str = "8bit") -> bytes:
    return _HEAD + f"Content-Type: {kind}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n".encode() + body


def mixed(*parts: bytes, boundary: str = "b0und") -> bytes:
    mark = f"--{boundary}".encode()
    return (_HEAD + f"Content-Type: multipart/mixed; boundary=\"{boundary}\"\r\n\r\n".encode()
            + b"".join(mark + b"\r\n" + part + b"\r\n" for part in parts) + mark + b"--\r\n")


def nested(depth: int, size: int = SIZE) -> bytes:
    heads = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (one, one) for one in range(depth))
    return _HEAD + heads + b"Content-Type: text/plain\r\n\r\n" + fill(b"some text\r\n", size)


def attached_mails(depth: int) -> bytes:
    return _HEAD + b"Content-Type: message/rfc822\r\n\r\n" * depth + fill(b"text within\r\n")


def bomb_of_winmail() -> bytes:
    properties = struct.pack("<I", 0xFFFFFFFF) + struct.pack("<HHII", 0x101E, 0x1000, 0xFFFFFFFF, 0) * 2_000_000
    tnef = struct.pack("<IHBHHI", 0x223E9F78, 1, 1, 0x9003, 6, len(properties)) + properties + b"\0\0"
    tnef += struct.pack("<BHHIH", 2, 0x9002, 6, 0, 0) * 1_500_000
    return single("application/ms-tnef; name=winmail.dat", base64.encodebytes(tnef)[:SIZE], "base64")


def fragments_of_smime() -> bytes:
    oid = bytes.fromhex("06092a864886f70d010702")
    data = b"\x30\x80" + oid + b"\xa0\x80\x30\x80\x02\x01\x01" + b"\x31\x80" * 8_000_000
    return single("application/pkcs7-mime; smime-type=signed-data", base64.encodebytes(data), "base64")


def tables(depth: int, size: int) -> bytes:
    row = b"<tr><td>a</td><td>" + b"b" * 900 + b"</td></tr>"
    return single("text/html", b"<table><tr><td>" * depth + fill(row, size))


WORST: dict[str, Callable[[], bytes]] = {
    "attachment in base 64": lambda: mixed(
        b"Content-Type: text/plain\r\n\r\nHello",
        b"Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\n" + fill(b"QUJD" * 19 + b"\r\n")),
    "base 64 with padding in every line": lambda: single("image/png", fill(b"QUI=\r\n"), "base64"),
    "base 64 with rubbish": lambda: single("image/png", fill(b"Q!U*J?D \xff"), "base64"),
    "text, ASCII": lambda: single("text/plain", fill(b"The quick brown fox jumps over the lazy dog.\r\n")),
    "text, Chinese": lambda: single("text/plain; charset=utf-8", fill("你好，世界。\n".encode())),
    "text of no character set": lambda: single("text/plain; charset=x-none", fill(b"\x81\xfe\xff\x8d text\r\n")),
    "HTML": lambda: single("text/html", fill(b"<div><p>word <b>word</b></p></div>\r\n")),
    "HTML, never closed": lambda: single("text/html", fill(b"<div><a href='x'")),
    "HTML, nested deeply": lambda: single("text/html", fill(b"<div>", 190_000)),
    "HTML, tables in tables": lambda: tables(60, 100_000),
    "HTML, wide tables": lambda: tables(1, 190_000),
    "HTML, script never closed": lambda: single("text/html", fill(b"<script>", 1_900_000)),
    "HTML, entities": lambda: single("text/html", fill(b"&amp;&#x1F600;&nosuch", 1_900_000)),
    "10 000 parts": lambda: mixed(*[b"Content-Type: text/plain; name=a%d.txt\r\n\r\n%s" % (one, b"x" * 5_900)
                                    for one in range(10_000)]),
    "12 000 000 empty parts": lambda: _HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + fill(b"--b\n\n"),
    "10 000 mails attached": lambda: mixed(*[b"Content-Type: message/rfc822\r\n\r\n" + fill(b"Subject: a\r\n", 5_900)
                                             ] * 10_000),
    "nested 1000 deep": lambda: nested(1_000),
    "mails in mails": lambda: attached_mails(1_000),
    "1 000 000 header lines": lambda: fill(b"X-Header: value of no use at all, but it is long\r\n") + b"\r\ntext",
    "one header line": lambda: b"Subject: " + fill(b"word ") + b"\r\n\r\ntext",
    "one line": lambda: fill(b"a"),
    "quoted-printable": lambda: single("text/plain", fill(b"=E4=BD=A0=E5=A5=BD soft =\r\n"), "quoted-printable"),
    "quoted-printable, equal signs": lambda: single("text/plain", fill(b"= = =\t"), "quoted-printable"),
    "uuencode": lambda: single("image/png", b"begin 644 a\n" + fill(b"M" + b"1" * 60 + b"\n") + b"end\n", "x-uuencode"),
    "uuencode, broken": lambda: single("image/png", fill(b"M1\n"), "x-uuencode"),
    "lines like boundaries": lambda: mixed(b"\r\n" + fill(b"\n--b0un")),
    "boundaries and a bit": lambda: mixed(b"\r\n" + fill(b"\n--b0undx")),
    "hyphens": lambda: mixed(b"\r\n" + fill(b"\n--")),
    "winmail.dat that lies": bomb_of_winmail,
    "S/MIME in fragments": fragments_of_smime,
    "encoded words": lambda: (
        b"Subject: " + fill(b"=?utf-8?q?=E4=BD=A0?= =?gb2312?b?xOO6ww==?=\r\n ", 250_000) + b"\r\n\r\ntext"),
    "encoded words of unknown sets": lambda: b"".join(
        b"X-%d: =?x-%d?q?=E4=BD?=\r\n" % (one, one) for one in range(9_000)) + b"\r\ntext",
    "encoded words never closed": lambda: b"Subject: " + fill(b"=?utf-8?q?", 250_000) + b"\r\n\r\ntext",
    "headers in unknown bytes": lambda: b"".join(
        b"X-%d: \x81\xfe\xff\x8d\xa4 %d\r\n" % (one, one) for one in range(2_000)) + b"\r\ntext",
    "addresses": lambda: b"To: " + fill(b"a@b.c, ", 250_000) + b"\r\n\r\ntext",
    "brackets in addresses": lambda: b"To: " + fill(b"(<[\"\\\"", 250_000) + b"\r\n\r\ntext",
    "a name without end": lambda: b"To: " + fill(b"a.b ", 120_000) + b"@\r\nCc: " + b"a" * 120_000 + b"\r\n\r\ntext",
    "parameters": lambda: b"Content-Type: text/plain" + fill(b"; a*0*=%41; b=\"", 250_000) + b"\r\n\r\ntext",
    "references": lambda: b"References: " + fill(b"<a b@c> <", 250_000) + b"\r\n\r\ntext",
    "quoted lines": lambda: single("text/plain", fill(b"> > > On Mon, Ann wrote:\r\n-- \r\n")),
    "spaces": lambda: single("text/plain", fill(b" \t")),
    "line ends": lambda: single("text/plain", fill(b"\r\n")),
    "zeros": lambda: bytes(SIZE),
    "noise": lambda: single("text/plain; charset=utf-8", os.urandom(SIZE)),
    "invitation": lambda: single("text/calendar", b"BEGIN:VEVENT\r\n" + fill(b"BEGIN:VALARM\r\nX;A=\"b\r\n")),
}
_RUN = """
import sys, time, resource
from channels.email.parse import parse
parse(b"From: a@b.c\\n\\nwarm")
raw = sys.stdin.buffer.read()
def peak():
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM")) / 1000
before = next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmRSS")) / 1000
open("/proc/self/clear_refs", "w").write("5")
start = time.perf_counter()
mail = parse(raw)
print(time.perf_counter() - start, peak() - before + len(raw) / 1e6, ",".join(mail.warnings))
"""


def worst(name: str) -> tuple[float, float, str]:
    """Seconds, and megabytes above those of an idle process: the mail itself is among them."""
    done = subprocess.run(
        [sys.executable, "-c", _RUN], input=WORST[name](), capture_output=True, check=True, timeout=300)
    seconds, megabytes, warnings = done.stdout.decode().rstrip("\n").split(" ", 2)
    return float(seconds), float(megabytes), warnings


def ordinary(count: int = 1000) -> float:
    """Mails a second of one worker, without the way to it."""
    mails = list(letters(count))
    for mail in mails[:100]:
        parse(mail)
    start = time.perf_counter()
    for mail in mails:
        parse(mail)
    return count / (time.perf_counter() - start)


async def measure(_: Stage) -> list[Line]:
    rate = await asyncio.to_thread(ordinary)
    lines = [Line("mail of 3 to 30 kB parsed, one process, mails/s", f"{rate:.0f}", "", "", ">= 700", rate >= 700)]
    for name in WORST:
        seconds, megabytes, _warnings = await asyncio.to_thread(worst, name)
        lines.append(Line(f"  {name}, s / MB", f"{seconds:.2f} / {megabytes:.0f}", "", "",
                          f"<= {SECONDS:.0f} / {MEGABYTES:.0f}", seconds <= SECONDS and megabytes <= MEGABYTES))
    return lines


if __name__ == "__main__":
    for case in sys.argv[1:] or WORST:
        took, room, noted = worst(case)
        flag = "" if took <= SECONDS and room <= MEGABYTES else "  MISSED"
        print(f"{case:<40} {took:7.2f} s {room:7.0f} MB  {noted}{flag}", flush=True)
