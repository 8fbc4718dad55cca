"""How much mail one hub has in its hands at once, over all mailboxes and its door.

While a mail is understood and written down it takes some five times its length: its bytes, the files in it, both once
more on their way to the parser or to the database. Who wants to begin with one waits here for room, first come, first
served. Long mails have a room of their own, so that ordinary ones never wait for them.
"""

import asyncio
from collections import deque
from types import TracebackType

ORDINARY, LONG = 32_000_000, 64_000_000  # bytes of mail
LONG_FROM = 1_000_000


class Place:
    """Some of the room, until it is left."""

    def __init__(self, among: "_Bytes", size: int) -> None:
        self._among = among
        self._size = size

    @property
    def wanted(self) -> bool:
        """Somebody waits for room of this kind."""
        return self._among.wanted

    def handed_over(self) -> "Place":
        """The same place for somebody else, who leaves it when he is done."""
        size, self._size = self._size, 0
        return Place(self._among, size)

    def leave(self) -> None:
        size, self._size = self._size, 0
        if size:
            self._among.give(size)

    def __enter__(self) -> "Place":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.leave()


class Room:
    def __init__(self, ordinary: int = ORDINARY, long: int = LONG) -> None:
        self._ordinary, self._long = _Bytes(ordinary), _Bytes(long)

    async def enter(self, size: int, *, long: bool | None = None) -> Place:
        """Waits until there is room for `size` bytes; what is more than all of it goes alone.

        `long`: whether it is one long mail; by its size unless told.
        """
        among = self._long if (size >= LONG_FROM if long is None else long) else self._ordinary
        return Place(among, await among.take(size))


class _Bytes:
    """A semaphore of bytes."""

    def __init__(self, most: int) -> None:
        self._most = self._free = most
        self._waiting: deque[tuple[int, asyncio.Future[None]]] = deque()

    @property
    def wanted(self) -> bool:
        return any(not turn.cancelled() for _, turn in self._waiting)

    async def take(self, size: int) -> int:
        size = min(size, self._most)
        if not self._waiting and size <= self._free:
            self._free -= size
            return size
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((size, turn))
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():  # let in at the same moment
                self.give(size)
            self._let_in()
            raise
        return size

    def give(self, size: int) -> None:
        self._free += size
        self._let_in()

    def _let_in(self) -> None:
        while self._waiting and (self._waiting[0][1].cancelled() or self._waiting[0][0] <= self._free):
            size, turn = self._waiting.popleft()
            if not turn.cancelled():
                self._free -= size
                turn.set_result(None)
