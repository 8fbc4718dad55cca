"""The process that parses: mails in on stdin, what they say out on stdout, each after its length.

It ends by itself when its hub is gone: at the end of stdin between mails, by an alarm within one.
"""

import gc
import pickle
import resource
import signal
import struct
import sys
from dataclasses import replace
from typing import BinaryIO

from channels.email.parse import parse, stub
from channels.email.parse.clean import clean

LENGTH = struct.Struct("<Q")


def main(seconds: int, memory: int) -> None:
    """Serves until stdin ends. `seconds` is the longest that one mail may take, `memory` bytes of data at most."""
    _limit(memory)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the hub, which closes stdin
    incoming, outgoing = sys.stdin.buffer, sys.stdout.buffer
    gc.freeze()
    while (raw := _read(incoming)) is not None:
        signal.alarm(seconds)
        try:
            mail = parse(raw)
            mail = replace(mail, cleaned=clean(mail.html))
            answer = pickle.dumps(mail, pickle.HIGHEST_PROTOCOL)
            del mail
        except MemoryError:
            answer = pickle.dumps(stub(raw, "parse_limit"), pickle.HIGHEST_PROTOCOL)
        signal.alarm(0)
        outgoing.write(LENGTH.pack(len(answer)))
        outgoing.write(answer)
        outgoing.flush()
        del raw, answer


def _read(incoming: BinaryIO) -> bytes | None:
    head = incoming.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    (size,) = LENGTH.unpack(head)
    raw = incoming.read(size)
    return raw if len(raw) == size else None


def _limit(memory: int) -> None:
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
