"""The settings of the telephone: which number leads to which menu, and what its steps say and ask."""

from collections.abc import Collection, Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Language = Literal["en", "zh-Hans"]
Words = Annotated[dict[Language, Annotated[str, Field(max_length=1500)]], Field(description="language -> what is said")]
Comfort = Annotated[dict[Language, Annotated[str, Field(min_length=1, max_length=1500)]], Field(min_length=1)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,49}$")]
Key = Annotated[str, Field(pattern=r"^[0-9*#]$")]
Treatment = Literal["let_in", "later", "challenge", "voicemail", "refuse"]
Clock = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-4]):[0-5][0-9]$")]
Prefix = Annotated[str, Field(pattern=r"^\+[0-9]{1,15}$")]
Phone = Annotated[str, Field(pattern=r"^\+[1-9][0-9]{5,14}$")]
Kind = Literal["say", "menu", "collect", "language", "consent", "hours", "queue", "voicemail", "hangup"]
PASSED = ("say", "hours")  # steps at which nobody is asked anything


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Step(Part):
    """One step of a menu.

    say: goes on to `then`. menu: a key leads to a step. collect: digits are kept as `field`. language: a key chooses.
    consent: a key says whether the call may be recorded, and no key says no; rules read it as ivr.recording.
    hours: `then` while the calendar is open, else `otherwise`. queue: waits in line.
    voicemail: what is said is kept, as work for a queue. hangup: the end.
    """

    kind: Kind
    say: Words = {}
    keys: dict[Key, str] = Field({}, description=(
        "menu: key -> step; language: key -> language; consent: key -> yes or no"))
    then: str = Field("", description="the step that follows")
    otherwise: str = Field("", description="the step after `tries` in vain, and while it is closed; none: goodbye")
    calendar: Name | None = Field(None, description="hours: which one of `voice.calendars`")
    queue: Name | None = Field(None, description="queue, voicemail: which one; the first queue unless told")
    field: Annotated[str, Field(pattern=r"^([a-z][a-z0-9_]{0,39})?$")] = Field("", description=(
        "collect: what the digits are called; rules read them as ivr.<field>"))
    digits: int = Field(0, ge=0, le=40, description="collect: exactly so many; 0: as many as come before #")
    longest: int = Field(180, ge=10, le=3600, description="voicemail: seconds")
    tries: int = Field(3, ge=1, le=9, description="how often it is asked")
    seconds: int = Field(6, ge=1, le=60, description="how long a key is waited for")


class Callback(Part):
    """Who waits in line may hang up and be called back when his turn comes."""

    key: Annotated[str, Field(pattern=r"^[0-9]$")] = "1"
    after_seconds: int = Field(60, ge=0, le=7200, description="offered to who has waited so long")
    estimate_seconds: int = Field(300, ge=0, le=14400, description="offered at once to who will probably wait so long")
    attempts: int = Field(3, ge=1, le=10, description="how often he is called before a human decides")
    spacing_minutes: int = Field(30, ge=1, le=1440, description="between two attempts")
    earliest: Clock = Field("08:00", description="not before, by the clocks where his number belongs")
    latest: Clock = Field("20:00", description="nor from then on")
    calendar: Name | None = Field(None, description=(
        "one of `voice.calendars`: he is called only while it is open; it also stands for numbers of unknown zone"))
    prefixes: tuple[Prefix, ...] = Field((), description=(
        "numbers that begin like one of these may be called back; only those of our own country unless named"))


class Waiting(Part):
    """What somebody in line hears between the music."""

    every_seconds: int = Field(30, ge=5, le=600, description="at least so long between two announcements")
    comfort: tuple[Comfort, ...] = Field((), max_length=20, description=(
        "said in turn while his place has not improved; nothing unless set"))


class Callers(Part):
    """What is done with callers of whom something is known. From mild to hard: let_in, later: a lower priority,
    challenge: they must press a key that they are told, voicemail, refuse: not answered at all."""

    blocked: Treatment = Field("refuse", description="whom supervisors have blocked")
    anonymous: Treatment = Field("let_in", description="who withholds his number")
    spam: Treatment = Field("let_in", description="on the list `voice.deny`, or said so by an add-on of the account")
    failed: Treatment = Field("let_in", description="whose number is false, as the networks' signatures say")
    later_by: int = Field(2, ge=1, le=10, description="later: steps of priority")
    voicemail: str = Field("", description="voicemail: the step that takes it")


class Survey(Part):
    """One question after the call, to who stays on the line when his agent has hung up. The answer is one key."""

    ask: Words = {"en": "How was our service? Press a key from 1, very bad, to {most}, very good.",
                  "zh-Hans": "请为本次服务评分:1为很差,{most}为很好。"}
    thanks: Words = {"en": "Thank you. Goodbye.", "zh-Hans": "谢谢,再见。"}
    most: int = Field(5, ge=2, le=9, description="the best answer")
    seconds: int = Field(8, ge=2, le=30, description="how long a key is waited for")


ANNOUNCED: dict[Language, str] = {"en": "This call may be recorded.", "zh-Hans": "本次通话可能会被录音。"}


class Recording(Part):
    """Whether calls are recorded while customer and agent talk. never. consent: who has agreed in the menu, or has
    told his agent so. always: everybody who was told, and has not said no. choice: the agent begins it. Whoever says
    no in the menu is never recorded. A call that we place is announced by nobody but its agent, so he begins it."""

    when: Literal["never", "consent", "always", "choice"] = "never"
    announce: Words = Field(ANNOUNCED, description="always, choice: said to callers before they wait")
    pause_seconds: int = Field(120, ge=10, le=900, description="after which a pause ends by itself")
    keep_days: int = Field(90, ge=1, le=3650, description="then our copy is deleted, and the provider's")


MESSAGE: dict[Language, str] = {
    "en": "Nobody can take your call at the moment. Please leave a message after the tone, and we will call you back.",
    "zh-Hans": "目前暂时无人能接听您的来电,请在提示音后留言,我们会给您回电。",
}


class Flow(Part):
    """A menu: where it begins, and its steps."""

    begin: str = Field(description="the first step")
    language: Language = Field("en", description="spoken until the caller chooses another one")
    repeat: Key = Field("*", description="says a menu once more")
    wrong: Words = {"en": "Sorry, that was not one of the choices.", "zh-Hans": "抱歉,没有这个选项。"}
    music: str = Field("", max_length=500, description="URL of what is played to who waits; a soft chord unless set")
    callback: Callback | None = Field(None, description="callers in line may be called back; not offered unless set")
    message: Words = Field(MESSAGE, description="said before the tone, where an exit of the queue asks for a message")
    waiting: Waiting = Waiting()
    callers: Callers = Callers()
    survey: Survey | None = Field(None, description="a question after the call; none unless set")
    redial_seconds: int = Field(120, ge=0, le=3600, description=(
        "who was cut off in line and calls again within so long has his place again; 0: nobody has"))
    steps: dict[Name, Step]


class Number(Part):
    """A telephone number of ours."""

    number: Phone
    account: str = Field(description="id of the account in `twilio` that owns it")
    flow: Name = Field(description="which one of `voice.flows` answers")


Listeners = Literal["shown", "hidden"]


class VoiceSettings(Part):
    """The telephone. Without numbers there is none."""

    numbers: tuple[Number, ...] = ()
    flows: dict[Name, Flow] = {}
    calendars: dict[Name, dict[str, Any]] = Field({}, description="opening hours: zone, week, closed, special")
    caller_ids: dict[Name, Phone] = Field({}, description="queue -> the number of ours that its agents show")
    outside: tuple[Prefix, ...] = Field((), description=(
        "agents may bring in numbers that begin like one of these; none unless named"))
    outgoing: tuple[Prefix, ...] = Field((), description=(
        "customers may be called whose numbers begin like one of these; unless named, those of our own country"))
    recording: Recording = Recording()
    recording_by_queue: dict[Name, Recording] = Field({}, description="queue -> its own rule, instead of `recording`")
    listeners: Listeners = Field("shown", description=(
        "whether agents see supervisors who listen: shown or hidden; who whispers or talks along is always seen"))
    listeners_by_queue: dict[Name, Listeners] = Field({}, description="queue -> its own rule, instead of `listeners`")
    deny: tuple[Prefix, ...] = Field((), description="numbers that begin like one of these are surely spam")
    ring_seconds: int = Field(20, ge=5, le=120, description="how long the softphone of an agent who accepted rings")

    def number(self, number: str) -> Number | None:
        """The configured number, or None."""
        return next((one for one in self.numbers if one.number == number), None)

    def recording_of(self, queue: str) -> Recording:
        """The rule by which calls of that queue are recorded."""
        return self.recording_by_queue.get(queue, self.recording)

    def listeners_of(self, queue: str) -> Listeners:
        """Whether agents of that queue see who only listens."""
        return self.listeners_by_queue.get(queue, self.listeners)


def wrong_with(voice: VoiceSettings, queues: frozenset[str], accounts: frozenset[str]) -> list[str]:
    """Everything that does not fit together, each with its key."""
    wrong = []
    for place, number in enumerate(voice.numbers):
        if number.account not in accounts:
            wrong.append(f"voice.numbers.{place}.account: there is no account {number.account!r} in `twilio`")
        if number.flow not in voice.flows:
            wrong.append(f"voice.numbers.{place}.flow: there is no flow {number.flow!r}")
        if number.number in {one.number for one in voice.numbers[:place]}:
            wrong.append(f"voice.numbers.{place}.number: stands twice")
    wrong += [f"voice.caller_ids.{name}: there is no queue {name!r}" for name in voice.caller_ids if name not in queues]
    by_queue: dict[str, Collection[str]] = {"recording_by_queue": voice.recording_by_queue,
                                            "listeners_by_queue": voice.listeners_by_queue}
    wrong += [f"voice.{rule}.{name}: there is no queue {name!r}" for rule, names in by_queue.items() for name in names
              if name not in queues]
    for name, flow in voice.flows.items():
        if flow.begin not in flow.steps:
            wrong.append(f"voice.flows.{name}.begin: there is no step {flow.begin!r}")
        wrong += [f"voice.flows.{name}.callers.{text}" for text in _treated(flow)]
        wrong += [f"voice.flows.{name}.callback.{text}" for text in _called_back(flow.callback, voice.calendars)]
        for step, one in flow.steps.items():
            wrong += [f"voice.flows.{name}.steps.{step}.{text}"
                      for text in (*_links(flow, one), *_needs(one, voice.calendars, queues))]
        wrong += [f"voice.flows.{name}.steps.{step}: leads round to itself and asks nothing"
                  for step in flow.steps if _circles(flow, step)]
    return wrong


def _treated(flow: Flow) -> Iterator[str]:
    callers = flow.callers
    if "voicemail" not in (callers.blocked, callers.anonymous, callers.spam, callers.failed):
        return
    step = flow.steps.get(callers.voicemail)
    if step is None or step.kind != "voicemail":
        yield f"voicemail: there is no step {callers.voicemail!r} of that kind"


def _called_back(callback: Callback | None, calendars: Mapping[str, object]) -> Iterator[str]:
    if callback is None:
        return
    if callback.calendar is not None and callback.calendar not in calendars:
        yield f"calendar: there is no calendar {callback.calendar!r}"
    if callback.earliest >= callback.latest or callback.latest > "24:00":
        yield "latest: must come after `earliest`, and by midnight"


def _links(flow: Flow, step: Step) -> Iterator[str]:
    for key, to in (("then", step.then), ("otherwise", step.otherwise)):
        if to and to not in flow.steps:
            yield f"{key}: there is no step {to!r}"
    if step.kind == "menu":
        yield from (f"keys.{key}: there is no step {to!r}" for key, to in step.keys.items() if to not in flow.steps)
    if step.kind == "language":
        yield from (f"keys.{key}: there is no language {to!r}" for key, to in step.keys.items()
                    if to not in ("en", "zh-Hans"))
    if step.kind == "consent":
        yield from (f"keys.{key}: {to!r} is neither yes nor no" for key, to in step.keys.items()
                    if to not in ("yes", "no"))
    if step.kind in ("menu", "language", "consent") and flow.repeat in step.keys:
        yield f"keys.{flow.repeat}: is the key that repeats"


def _needs(step: Step, calendars: Mapping[str, object], queues: frozenset[str]) -> Iterator[str]:
    if step.kind in ("say", "collect", "language", "consent", "hours") and not step.then:
        yield "then: is missing"
    if step.kind in ("menu", "language", "consent") and not step.keys:
        yield "keys: is missing"
    if step.kind in ("menu", "collect", "language", "consent", "voicemail") and not step.say:
        yield "say: is missing, so nobody would know what to do"
    if step.kind == "collect" and step.field in ("", "recording"):
        yield "field: is what a step of kind consent collects" if step.field else "field: is missing"
    if step.kind == "hours" and step.calendar not in calendars:
        yield f"calendar: there is no calendar {step.calendar!r}"
    if step.queue is not None and step.queue not in queues:
        yield f"queue: there is no queue {step.queue!r}"


def _circles(flow: Flow, begin: str) -> bool:
    """Whether some way leads from a step back to it past steps that ask nothing."""
    seen: set[str] = set()
    ahead = [begin]
    while ahead:
        step = flow.steps.get(ahead.pop())
        if step is None or step.kind not in PASSED:
            continue
        for to in {step.then, step.otherwise} - seen:
            if to == begin:
                return True
            seen.add(to)
            ahead.append(to)
    return False
