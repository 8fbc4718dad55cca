"""The program `hub`."""

import sys

from hub.loading import loading


def main(arguments: list[str] | None = None) -> int:
    """Runs a command; 0 when all went well, 1 when something is wrong, and then stderr says what."""
    with loading():
        from hub.commands import perform  # noqa: PLC0415 - everything
    return perform(arguments)


if __name__ == "__main__":
    sys.exit(main())
