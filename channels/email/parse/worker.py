"""The process that parses: mails in on stdin, what they say out on stdout (see answer.py).

Each mail has its own limits: seconds of processor and bytes of memory, both in proportion where it is longer than
60 MB. Beyond them the process ends, or says so, and the hub shows the head alone. It ends by itself when its hub is
gone: at the end of stdin between mails, by an alarm within one.
"""

import gc
import resource
import signal
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from traceback import extract_tb
from typing import BinaryIO

from channels.email.parse import parse, stub
from channels.email.parse.answer import LENGTH, told
from channels.email.parse.clean import clean

ORDINARY = 60_000_000  # bytes of a mail that the limits are meant for
LEFT = 100_000_000  # bytes of former mails, at most, that the next one is not held to account for: pieces of a heap
_HARD = resource.getrlimit(resource.RLIMIT_DATA)[1]


def main(processor: float, wall: int, memory: int) -> None:
    """Serves until stdin ends. `processor` and `wall`: seconds, `memory`: bytes, for one mail."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the hub, which closes stdin
    incoming, outgoing = sys.stdin.buffer, sys.stdout.buffer
    parse(b"From: a@example.org\n\nwarm")
    gc.collect()
    gc.freeze()
    own = _data()
    while len(head := incoming.read(LENGTH.size)) == LENGTH.size:
        (size,) = LENGTH.unpack(head)
        share = max(1.0, size / ORDINARY)
        _limit_memory(min(_data(), own + LEFT) + int(memory * share))
        signal.alarm(int(wall * share) + 1)
        answer = _answered(incoming, size, processor * share)
        if answer is None:
            return
        for one in answer:
            outgoing.write(one)
        outgoing.flush()
        signal.alarm(0)
        del answer


def _answered(incoming: BinaryIO, size: int, processor: float) -> Sequence[bytes] | None:
    """None: the hub has gone."""
    raw = b""
    try:
        raw = incoming.read(size)
        if len(raw) != size:
            return None
        signal.setitimer(signal.ITIMER_PROF, processor)  # nobody handles SIGPROF: it ends the process
        return _parsed(raw)
    except MemoryError:
        return told(stub(raw, "parse_limit"))
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def _parsed(raw: bytes) -> Sequence[bytes]:
    faults: list[str] = []
    mail = parse(raw, lambda error: faults.append(_place(error)))
    try:
        return told(replace(mail, cleaned=clean(mail.html)), "".join(faults))
    except MemoryError:
        raise
    except Exception as error:  # whatever it is, the hub keeps the bytes and shows the head
        return told(stub(raw, "parse_failed"), _place(error))


def _place(error: BaseException) -> str:
    """What broke and where. Its message stays here: it may quote the mail."""
    frames = extract_tb(error.__traceback__)[-3:]
    return f"{type(error).__name__} at " + " < ".join(f"{Path(one.filename).name}:{one.lineno}" for one in frames[::-1])


def _data() -> int:
    """Bytes of memory that this process may write to, as RLIMIT_DATA counts them."""
    if sys.platform != "linux":
        return 0
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmData:"))


def _limit_memory(most: int) -> None:
    if sys.platform == "linux":
        soft = most if _HARD == resource.RLIM_INFINITY else min(most, _HARD)
        resource.setrlimit(resource.RLIMIT_DATA, (soft, _HARD))


if __name__ == "__main__":
    main(float(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
