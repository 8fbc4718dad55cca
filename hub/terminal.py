"""What a command says to whoever runs it."""

import sys


def say(text: str) -> None:
    print(text, flush=True)


def complain(head: str, lines: list[str]) -> int:
    """Says what is wrong, and is the exit status."""
    print("\n".join([*([head] if head else []), *(f"  - {line}" if head else line for line in lines)]),
          file=sys.stderr)
    return 1
