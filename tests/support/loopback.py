"""A guard: tests reach this machine and nothing else."""

import ipaddress
import sys
from typing import Any


class NetworkForbiddenError(RuntimeError):
    """A test tried to leave the machine."""


def install() -> None:
    """For the rest of the process: connecting, sending or looking up anything but loopback raises."""
    sys.addaudithook(_refuse)


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    if event in {"socket.connect", "socket.sendto"}:
        address = arguments[1]
        if isinstance(address, tuple) and not _is_loopback(address[0]):
            raise NetworkForbiddenError(f"a test tried to reach {address}")
    elif event == "socket.getaddrinfo" and not _is_loopback(arguments[0]):
        raise NetworkForbiddenError(f"a test tried to look up {arguments[0]!r}")


def _is_loopback(host: str | bytes | None) -> bool:
    text = host.decode() if isinstance(host, bytes) else host
    if text is None or text in {"", "localhost"} or text.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(text.split("%")[0]).is_loopback
    except ValueError:
        return False
