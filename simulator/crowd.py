"""Customers at a chosen rate: what the demo page's button, the training floor and the crash test turn on."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from uuid import UUID, uuid4

import aiohttp

from simulator.correspondence import Correspondent, Door
from simulator.customers import CORRESPONDENT, PERSONAS, Persona, Post, Scene, choose
from simulator.form import Form
from simulator.line import Line, RefusedError
from simulator.mailsink import MailSink
from simulator.pace import Pace
from simulator.record import Acknowledged, Record
from simulator.stories import Person, Talk, person, tongues

LIFE_SECONDS = 1800.0  # nobody stays longer
STOP_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class MailWay:
    """Where customers hand in their mail, where they get the company's, and to whom they write."""

    door: Door
    sink: MailSink
    to: tuple[str, ...]


class Crowd:
    """Scripted customers for the hub at `base_url`: `rate` contacts per minute, chosen by `seed`.

    `rate` may be changed while it runs. `at_once` bounds how many are there together;
    who comes later waits outside. With `mail`, some write mails.
    """

    def __init__(
        self, base_url: str, rate: float = 6, seed: int = 1, *, pace: Pace | None = None, at_once: int = 200,
        personas: tuple[Persona, ...] = PERSONAS, new_id: Callable[[], UUID] = uuid4,
        record: Record | None = None, mail: MailWay | None = None,
    ):
        self.rate = rate
        self.record = record or Record()
        self._url = base_url.rstrip("/")
        self._dice = Random(seed)
        self._pace = pace or Pace()
        self._seats = asyncio.Semaphore(at_once)
        self._mail = mail
        self._personas = (*personas, CORRESPONDENT) if mail and personas is PERSONAS else personas
        self._new_id = new_id
        self._people: set[asyncio.Task[None]] = set()
        self._arrivals: asyncio.Task[None] | None = None
        self._http: aiohttp.ClientSession | None = None

    @property
    def acknowledged(self) -> dict[UUID, Acknowledged]:
        return self.record.acknowledged

    @property
    def running(self) -> bool:
        return self._arrivals is not None

    @property
    def present(self) -> int:
        """How many customers are there now."""
        return len(self._people)

    async def start(self) -> None:
        """Returns at once; the customers come by themselves. Starting twice changes nothing."""
        if not self._arrivals:
            self._http = self._http or aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())
            self._arrivals = asyncio.create_task(self._arrive(), name="crowd arrivals")

    async def stop(self, finish_seconds: float = 0.0) -> None:
        """No more arrivals; who is there may finish for so long, then closes the tab."""
        arrivals, self._arrivals = self._arrivals, None
        if arrivals:
            await _cancel({arrivals})
        if self._people and finish_seconds:
            await asyncio.wait(self._people, timeout=finish_seconds)
        await _cancel(self._people)
        http, self._http = self._http, None
        if http:
            await http.close()

    async def _arrive(self) -> None:
        while True:
            await self._seats.acquire()
            customer = self.send_in(choose(self._dice, self._personas))
            customer.add_done_callback(lambda _: self._seats.release())
            await asyncio.sleep(self._pace.spread(self._dice, 60 / max(self.rate, 0.01)))

    def send_in(self, persona: Persona) -> asyncio.Task[None]:
        """One more customer, now, whatever `rate` and `at_once` say."""
        task = asyncio.create_task(self._live(persona, self._scene(persona)), name=f"customer {persona.name}")
        self._people.add(task)
        task.add_done_callback(self._people.discard)
        return task

    def _scene(self, persona: Persona) -> Scene:
        dice = Random(self._dice.getrandbits(64))
        tongue = dice.choice(list(tongues().values()))
        talk = Talk(tongue, dice.choice(tongue.stories))
        assert self._http, "start() comes first"
        line = Line(self._http, self._url, tongue.language, self._new_id, self.record)
        form = Form(self._http, self._url, self.record, self._pace)
        who = person(dice, tongue, persona.strange)
        return Scene(who, talk, line, form, dice, self._pace, self._new_id, post=self._post(who, talk, dice))

    def _post(self, who: Person, talk: Talk, dice: Random) -> Post | None:
        if self._mail is None:
            return None
        writer = Correspondent(who.name, who.email, self._mail.door, self._new_id, _now, talk.tongue.wrote)
        return Post(writer, self._mail.sink, dice.choice(self._mail.to), self.record)

    async def _live(self, persona: Persona, scene: Scene) -> None:
        try:
            async with asyncio.timeout(LIFE_SECONDS):
                await persona.act(scene)
        except TimeoutError:
            self.record.troubles[f"{persona.name}: stayed too long"] += 1
        except RefusedError:
            pass  # counted where it happened
        finally:
            await scene.line.hang_up()


def _now() -> datetime:
    return datetime.now(UTC)


async def _cancel(tasks: set[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(set(tasks), timeout=STOP_SECONDS)
