"""How long anything may take, and how much of it there may be."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds, unless it says otherwise. What a test changes, it changes here."""

    connect: float = 20.0  # for each of: looking up the name, connecting, TLS, the greeting
    silence: float = 60.0  # in the middle of an answer, or before it begins
    command: float = 1800.0  # for a whole answer, however it trickles
    turn: float = 60.0  # for a long mail, while others wait for the room that it takes; doubles with each attempt
    idle: float = 290.0  # one IDLE; servers may drop us after 30 minutes, middleboxes after 5
    poll: float = 60.0  # between two looks where there is no IDLE, or a mail is to be tried again
    understand: float = 600.0  # one mail; the parser has its own limit and may have to wait its turn
    take: float = 60.0  # one mail, until it is committed
    away: float = 2.0  # the first pause when mail cannot be kept now; doubles up to `away_most`
    away_most: float = 30.0
    patience: float = 600.0  # after a refused log-in: servers lock accounts that are tried too often
    verify: float = 86_400.0  # between two comparisons of the mailbox with the ledger
    goodbye: float = 2.0
    in_flight: int = 2  # batches being understood and taken at once: one is written while the next is read
    look: int = 500  # mails whose sizes are asked for at once
    batch: int = 64  # mails fetched at once
    batch_bytes: int = 4_000_000
    piece: int = 1_000_000  # bytes; a longer mail is fetched alone, in such pieces
    head: int = 262_144  # bytes of the head of a mail that is too long
    attempts: int = 3  # at one mail; then it is put aside
