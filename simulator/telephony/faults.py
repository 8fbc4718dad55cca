"""What goes wrong on purpose: ordered rules that match webhooks, requests and verbs, and named profiles of them."""

import asyncio
import re
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from random import Random
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import ConfigDict, TypeAdapter

from simulator.telephony.webhooks import Mischief, Webhook

if TYPE_CHECKING:
    from simulator.telephony.exchange import Exchange
    from simulator.telephony.legs import Leg

CALLBACKS = ("call_status", "conference", "recording", "message", "transcription")
Action = Literal[
    "duplicate", "replay", "delay", "jitter", "reorder", "hold_until", "drop", "http_fail_before", "http_fail_after",
    "slow", "bad_signature", "wrong_port", "old_token", "rest_error", "rest_429", "rest_commit_then_drop",
    "rest_slow", "stale_read", "device_offline", "token_expire", "recording_absent", "recording_late",
    "delivery_undelivered", "caller_loss"]
_LONGEST_HOLD = 60.0


@dataclass(frozen=True, slots=True)
class Rule:
    """Matches when all that is given fits; `nth` 0 means every time. Times in milliseconds, moments in seconds."""

    action: Action
    kinds: tuple[str, ...] = ()  # twiml, call_status, conference, recording, message, sms, rest, verb
    event: str = ""  # of the callback; for rest the operation, for verb its name
    resource: str = ""
    label: str = ""
    url: str = ""  # regular expression
    nth: int = 0
    probability: float = 1.0
    ms: int = 0
    n: int = 1
    until_event: str = ""
    status: int = 500
    code: int = 20500
    identity: str = ""
    since: float = 0.0
    until: float = float("inf")

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")


@dataclass(frozen=True, slots=True)
class RestMischief:
    """What happens to one REST request. `slow` in seconds."""

    status: int = 0
    code: int = 0
    drop_answer: bool = False
    slow: float = 0.0


_RULES: TypeAdapter[tuple[Rule, ...]] = TypeAdapter(tuple[Rule, ...])


def read_rules(given: Any) -> tuple[Rule, ...]:
    """Rules from JSON values. Raises pydantic.ValidationError."""
    return _RULES.validate_python(given)


def profile(name: str, at: float = 0.0) -> tuple[Rule, ...]:
    """A named set of rules; `at` is when an outage begins. Raises KeyError."""
    return {
        "clean": (),
        "jitter": (Rule("jitter", kinds=CALLBACKS, ms=2000),
                   Rule("duplicate", kinds=CALLBACKS, probability=0.05, ms=500)),
        "hostile": (Rule("duplicate", kinds=(*CALLBACKS, "twiml"), probability=0.05, ms=300),
                    Rule("reorder", kinds=CALLBACKS, probability=0.05),
                    Rule("drop", kinds=CALLBACKS, probability=0.05),
                    Rule("stale_read", ms=800)),
        "outage": (Rule("http_fail_before", since=at, until=at + 30.0),),
    }[name]


class FaultPlan:
    """The rules of one exchange; all randomness comes from its seed."""

    def __init__(self, exchange: "Exchange", seed: int) -> None:
        self._exchange = exchange
        self._dice = Random(seed)
        self._rules: tuple[Rule, ...] = ()
        self._hits: Counter[int] = Counter()
        self._held: list[tuple[str, str, asyncio.Future[None]]] = []  # kind, event, who waits
        exchange.sender.mischief = self.webhook

    def use(self, rules: tuple[Rule, ...]) -> None:
        """These rules from now on; those about devices and reads take effect at their time."""
        self._rules, self._hits = rules, Counter()
        stale = next((rule.ms / 1000 for rule in rules if rule.action == "stale_read"), 0.0)
        self._exchange.timings = replace(self._exchange.timings, stale=stale)
        for rule in rules:
            if rule.action in {"device_offline", "token_expire"}:
                delay = max(0.0, rule.since - self._exchange.clock.elapsed())
                self._exchange.clock.call_later(delay, lambda rule=rule: self._device(rule))  # type: ignore[misc]

    # --- webhooks ----------------------------------------------------------------------------------------
    def webhook(self, hook: Webhook) -> Mischief:
        """What happens to this one."""
        self._release(hook)
        found = Mischief()
        for rule in self._matching(hook.kind, hook.event, hook.resource, hook.label, hook.url):
            found = replace(found, **self._effect(rule, hook))
        return found

    def _effect(self, rule: Rule, hook: Webhook) -> dict[str, Any]:
        seconds = rule.ms / 1000
        effects: dict[str, Callable[[], dict[str, Any]]] = {
            "duplicate": lambda: {"copies": rule.n, "gap": seconds},
            "replay": lambda: {"copies": rule.n, "gap": seconds, "new_token": True},
            "delay": lambda: {"delay": seconds},
            "jitter": lambda: {"delay": self._dice.uniform(0, seconds)},
            "drop": lambda: {"drop": True},
            "http_fail_before": lambda: {"fail_before": True},
            "http_fail_after": lambda: {"fail_after": True},
            "slow": lambda: {"slow": seconds},
            "bad_signature": lambda: {"bad_signature": True},
            "wrong_port": lambda: {"wrong_port": True},
            "old_token": lambda: {"old_token": True},
            "reorder": lambda: {"hold": self._hold(hook.kind, "")},
            "hold_until": lambda: {"hold": self._hold("", rule.until_event)},
        }
        effect = effects.get(rule.action)
        if effect is None:
            return {}
        self._exchange.journal.write("fault", action=rule.action, what=hook.kind, event=hook.event,
                                     resource=hook.resource)
        return effect()

    def _hold(self, kind: str, event: str) -> Callable[[], Awaitable[None]]:
        """Wait until the next webhook of a kind, or of an event, has gone out; not for ever."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._held.append((kind, event, future))
        timer = self._exchange.clock.call_later(_LONGEST_HOLD, lambda: _done(future))

        async def hold() -> None:
            await future
            timer.cancel()

        return hold

    def _release(self, hook: Webhook) -> None:
        for held in tuple(self._held):
            kind, event, future = held
            if (kind and kind == hook.kind) or (event and event == hook.event):
                self._held.remove(held)
                self._exchange.clock.call_later(0.05, lambda future=future: _done(future))  # type: ignore[misc]

    # --- the rest ----------------------------------------------------------------------------------------
    def rest(self, operation: str, path: str) -> RestMischief:
        """What happens to this request."""
        found = RestMischief()
        for rule in self._matching("rest", operation, "", "", path):
            if rule.action == "rest_error":
                found = replace(found, status=rule.status, code=rule.code)
            elif rule.action == "rest_429":
                found = replace(found, status=429, code=20429)
            elif rule.action == "rest_commit_then_drop":
                found = replace(found, drop_answer=True)
            elif rule.action == "rest_slow":
                found = replace(found, slow=rule.ms / 1000)
        if found != RestMischief():
            self._exchange.journal.write("fault", action="rest", what="rest", event=operation, resource=path)
        return found

    def verb(self, leg: "Leg", name: str) -> None:
        """A caller may be lost in the middle of a verb."""
        for rule in self._matching("verb", name, leg.sid, leg.label, ""):
            if rule.action == "caller_loss":
                self._exchange.clock.call_later(rule.ms / 1000, leg.hang_up)

    def recording(self, sid: str) -> tuple[bool, float]:
        """Whether a recording is lost, and how many seconds later it is ready."""
        lost, late = False, 0.0
        for rule in self._matching("recording-ready", "", sid, "", ""):
            lost = lost or rule.action == "recording_absent"
            late += rule.ms / 1000 if rule.action == "recording_late" else 0.0
        return lost, late

    def delivery(self, to: str) -> int | None:
        """The code with which a message is not delivered, None if it is."""
        for rule in self._matching("delivery", "", to, "", ""):
            if rule.action == "delivery_undelivered":
                return rule.code if rule.code != 20500 else 30003
        return None

    def _device(self, rule: Rule) -> None:
        for device in tuple(self._exchange.devices.get(rule.identity, ())):
            if rule.action == "device_offline":
                device.unregister()
                device.tell({"type": "error", "code": 31005})
            else:
                device.tell({"type": "tokenWillExpire"})

    def _matching(self, kind: str, event: str, resource: str, label: str, url: str) -> list[Rule]:
        found = []
        now = self._exchange.clock.elapsed()
        for number, rule in enumerate(self._rules):
            if not rule.since <= now < rule.until or not _fits(rule, kind, event, resource, label, url):
                continue
            self._hits[number] += 1
            if rule.nth in (0, self._hits[number]) and (
                    rule.probability >= 1 or self._dice.random() < rule.probability):
                found.append(rule)
        return found


_KIND_OF = {"recording_absent": "recording-ready", "recording_late": "recording-ready",
            "delivery_undelivered": "delivery", "caller_loss": "verb"}
_NO_WEBHOOK = frozenset({"rest", "verb", "recording-ready", "delivery"})


def _fits(rule: Rule, kind: str, event: str, resource: str, label: str, url: str) -> bool:
    own = _KIND_OF.get(rule.action, "rest" if rule.action.startswith("rest_") else "")
    if own != kind if own else kind in _NO_WEBHOOK:
        return False
    return bool((own or not rule.kinds or kind in rule.kinds) and rule.event in ("", event)
            and rule.resource in ("", resource) and rule.label in ("", label)
            and (not rule.url or re.search(rule.url, url) is not None))


def _done(future: "asyncio.Future[None]") -> None:
    if not future.done():
        future.set_result(None)
