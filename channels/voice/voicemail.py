"""What callers leave behind: fetched from the provider behind the message that tells of it."""

from collections.abc import Mapping

from channels.base import Elsewhere, File, Unfetched
from channels.twilio.rest import Rest, RestFailure, TooLargeError

KIND = "voicemail"
MOST_BYTES = 60_000_000  # an hour of telephone sound


class Recordings:
    """`channels.base.Fetching`. A source is `voicemail:<account>`."""

    def __init__(self, rests: Mapping[str, Rest]) -> None:
        self._rests = rests

    async def fetch(self, source: str, file: Elsewhere) -> File:
        """One attempt. What is not ready yet is there later."""
        rest = self._rests.get(source.partition(":")[2])
        if rest is None:
            raise Unfetched("no_account", later=False)
        try:
            declared, content = await rest.load(file.url, MOST_BYTES)
        except TooLargeError:
            raise Unfetched("too_large", later=False) from None
        except RestFailure as failure:
            raise Unfetched(failure.kind, later=failure.kind not in ("refused", "log_in")) from failure
        if not content:
            raise Unfetched("empty", later=True)
        return File(file.name, declared or file.declared_type, content)
