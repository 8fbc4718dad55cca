"""The mail program on the demo's page: what a visitor wrote to the company, and what came back."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from simulator.correspondence import Correspondent, Door, NotTakenError, recipient_of
from simulator.mailsink import Letter, MailSink

VISITORS = 200
MAILS = 100  # that one visitor sees
WROTE = {"zh": "{date}，{name} 写道：", "de": "Am {date} schrieb {name}:", "en": "On {date}, {name} wrote:"}


def _now() -> datetime:
    return datetime.now(UTC)


class VisitorsMail:
    """`addresses` are the company's. Mails are shown as dicts: `number` (0: written here), `at`, `name`, `subject`,
    `text`, `mine`."""

    def __init__(self, sink: MailSink, door: Door, addresses: Sequence[str],
                 now: Callable[[], datetime] = _now, new_id: Callable[[], UUID] = uuid4) -> None:
        self.addresses = tuple(addresses)
        self._sink = sink
        self._door = door
        self._now = now
        self._new_id = new_id
        self._written: OrderedDict[str, list[dict[str, Any]]] = OrderedDict()

    def mails(self, visitor: str) -> list[dict[str, Any]]:
        """Everything between this visitor and the company, oldest first."""
        came = [_shown(letter) for letter in self._sink.letters(visitor)]
        return sorted([*came, *self._written.get(visitor, [])], key=lambda one: str(one["at"]))[-MAILS:]

    async def write(self, visitor: str, name: str, language: str, to: str, subject: str, text: str,
                    answers: int | None) -> bool:
        """Whether the hub has taken it. `answers`: the number of the mail that this one replies to.

        Raises LookupError when that mail is not there (any more), or the company has no such address.
        """
        one = Correspondent(name, visitor, self._door, self._new_id, self._now, WROTE.get(language[:2], WROTE["en"]))
        if answers is None:
            if to not in self.addresses:
                raise LookupError(to)
            written = one.letter(to, subject, text)
        else:
            letter = next((box for box in self._sink.letters(visitor) if box.number == answers), None)
            if letter is None:
                raise LookupError(answers)
            written = one.answer(letter, text)
            subject = letter.header("Subject")
        try:
            await one.hand_over(written, recipient_of(written))
        except NotTakenError:
            return False
        mails = self._written.setdefault(visitor, [])
        mails.append({"number": 0, "at": written.at.isoformat(), "name": name, "subject": subject, "text": text,
                      "mine": True})
        del mails[:-MAILS]
        self._written.move_to_end(visitor)
        while len(self._written) > VISITORS:
            self._written.popitem(last=False)
        return True


def _shown(letter: Letter) -> dict[str, Any]:
    return {"number": letter.number, "at": letter.at.isoformat(), "name": letter.header("From"),
            "subject": letter.header("Subject"), "text": letter.text.replace("\r\n", "\n")[:20_000], "mine": False}
