"""The personas: how different people behave in front of the same hub."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from random import Random
from uuid import UUID

from simulator.correspondence import Correspondent, NotTakenError, Written, recipient_of
from simulator.form import Form
from simulator.line import Line
from simulator.mailsink import MailSink
from simulator.pace import Pace, back_off
from simulator.record import Record
from simulator.stories import Person, Talk

ANSWER_SECONDS = 600.0  # a patient customer waits that long for a line from an agent, at pace 1
NUDGE_SECONDS = 45.0
PATIENCE_SECONDS = 60.0  # an impatient one
AWAY_SECONDS = 40.0
MAIL_SECONDS = 1500.0  # until somebody gives up looking into the mailbox


@dataclass
class Post:
    """How a customer writes mail and gets some. `to` is the company's address."""

    writer: Correspondent
    box: MailSink
    to: str
    record: Record

    async def send(self, written: Written, text: str, pace: Pace) -> None:
        """Hands the same mail over until the hub has said 250, as any mail server does."""
        attempt = 0
        while True:
            try:
                await self.writer.hand_over(written, recipient_of(written))
            except NotTakenError:
                self.record.troubles["mail: not taken"] += 1
                await pace.sleep(back_off(attempt))
                attempt += 1
            else:
                self.record.mails[written.message_id] = text
                return


@dataclass
class Scene:
    """One customer with one matter, about to contact the hub."""

    person: Person
    talk: Talk
    line: Line
    form: Form
    dice: Random
    pace: Pace
    new_id: Callable[[], UUID]
    heard: int = 0
    post: Post | None = None

    async def say(self, text: str, cut: bool = False) -> None:
        """Types for a human while, then sends; the first message carries the name and address."""
        await self.line.typing(True)
        await self.pace.type(text)
        await self.line.say(text, cut=cut, name=self.person.name, email=self.person.email)

    async def listen(self, seconds: float) -> str | None:
        """The agent's lines not answered yet, as one text; None when none came in time or it is over.

        Waits a little after the first line, because people finish reading before they answer.
        """
        left = seconds * self.pace.factor + 2
        while len(self.line.agent_lines) == self.heard and self.line.state != "ended":
            if not await self.line.moved(left):
                return None
        if self.line.state == "ended":
            return None
        await self.pace.pause(self.dice.uniform(1, 4))
        await self.line.mark_read()
        new = list(self.line.agent_lines.values())[self.heard :]
        self.heard += len(new)
        return " ".join(new)


async def converse(scene: Scene, heard: str | None = None, cut_each: float = 0.0) -> None:
    """Answers the agent until all is told, thanks, ends. `cut_each` is the chance to lose the network."""
    while heard := heard or await scene.listen(ANSWER_SECONDS):
        answer = scene.talk.answer(heard)
        if answer is None:
            await scene.say(scene.talk.story.thanks)
            await scene.line.reconcile()
            await scene.line.end()
            return
        heard = None
        await scene.say(answer, cut=scene.dice.random() < cut_each)


async def patient(scene: Scene) -> None:
    """States the matter at once and waits."""
    await scene.say(" ".join(scene.talk.story.opening))
    await converse(scene)


async def chatty(scene: Scene) -> None:
    """Writes in many small pieces and nudges while waiting."""
    for piece in scene.talk.story.opening:
        await scene.say(piece)
    heard = await scene.listen(NUDGE_SECONDS)
    if heard is None and scene.line.state != "ended":
        await scene.say(scene.dice.choice(scene.talk.tongue.nudge))
    await converse(scene, heard)


async def impatient(scene: Scene) -> None:
    """Gives up when nobody answers soon."""
    await scene.say(scene.talk.story.opening[0])
    heard = await scene.listen(PATIENCE_SECONDS)
    if heard is None and scene.line.state != "ended":
        await scene.say(scene.talk.tongue.give_up)
        await scene.line.reconcile()
        await scene.line.end()
        return
    await converse(scene, heard)


async def returning(scene: Scene) -> None:
    """Closes the tab in the middle, comes back later with the same token, and writes again."""
    await scene.say(" ".join(scene.talk.story.opening))
    await scene.listen(NUDGE_SECONDS)
    await scene.line.hang_up()
    await scene.pace.pause(AWAY_SECONDS)
    await scene.line.reconcile()
    await scene.say(f"{scene.talk.tongue.again} {scene.talk.story.later}")
    await converse(scene)


async def unlucky(scene: Scene) -> None:
    """Loses the network again and again in the middle of sending; the same message goes out once more."""
    await scene.say(scene.talk.story.opening[0], cut=True)
    await converse(scene, cut_each=0.5)


async def writer(scene: Scene) -> None:
    """Fills in the contact form."""
    values = {
        "name": scene.person.name,
        "email": scene.person.email,
        "phone": scene.person.phone if scene.dice.random() < 0.5 else "",
        "message": "\n".join(scene.talk.story.opening),
    }
    await scene.form.fill_in(scene.new_id(), values, scene.talk.tongue.language)


async def correspondent(scene: Scene) -> None:
    """Writes a mail, waits for the reply, and answers it until all is told."""
    post, story, seen = scene.post, scene.talk.story, 0
    assert post, "only a crowd that knows the hub's door for mail sends correspondents"
    closing = f"\n\n{scene.talk.tongue.regards}\n{scene.person.name}"
    text = "\n".join(story.opening)
    await scene.pace.type(text)
    await post.send(post.writer.letter(post.to, story.opening[0][:70], text + closing), text, scene.pace)
    while letters := await post.box.wait(post.writer.address, seen, MAIL_SECONDS):
        seen = letters[-1].number
        letter = next((one for one in reversed(letters) if not one.header("Auto-Submitted")), None)
        if letter is None:
            continue  # a machine says that it has arrived; nobody answers that
        said = scene.talk.answer(letter.text.split("\n>")[0])
        text = said or story.thanks
        await scene.pace.type(text)
        await post.send(post.writer.answer(letter, text + closing), text, scene.pace)
        if said is None:
            return


@dataclass(frozen=True, slots=True)
class Persona:
    """`share` is the weight among all; a `strange` one has a name that software likes to break."""

    name: str
    share: float
    act: Callable[[Scene], Awaitable[None]]
    strange: bool = False


PERSONAS = (
    Persona("patient", 3, patient),
    Persona("chatty", 2, chatty),
    Persona("impatient", 1, impatient),
    Persona("returning", 1, returning),
    Persona("unlucky", 1, unlucky),
    Persona("strange", 1, patient, strange=True),
    Persona("writer", 3, writer),
)


CORRESPONDENT = Persona("correspondent", 3, correspondent)


def choose(dice: Random, personas: tuple[Persona, ...] = PERSONAS) -> Persona:
    return dice.choices(personas, weights=[persona.share for persona in personas])[0]
