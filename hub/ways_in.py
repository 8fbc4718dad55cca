"""The ways into this hub, as rules of the routing policy may name them: mailboxes, forms, numbers, menus, sites."""

from collections.abc import Iterator, Mapping
from typing import Any, get_args

from channels.manual.entry import ContactKind
from channels.messaging.settings import MessagingService, Sender
from channels.voice.settings import VoiceSettings
from hub.config import Settings
from hub.journal import Journal
from hub.store import mailboxes as store
from routing.lint_ways import Ways

RECORDING = "recording"  # what a step of kind consent collects


class WaysIn:
    """Those of the configuration, and mailboxes that administrators have added."""

    def __init__(self, journal: Journal, settings: Settings) -> None:
        self._journal = journal
        self._settings = settings

    async def __call__(self) -> Ways:
        added = await store.stored(self._journal.pool)
        return of(self._settings, {one.id: one.settings for one in added})


def of(settings: Settings, added: Mapping[str, Mapping[str, Any]]) -> Ways:
    """`added`: mailboxes that the configuration does not name, by id, as they were set up."""
    mailboxes = {**{one.id: one.model_dump(mode="json") for one in settings.mailboxes}, **added}
    addresses = {address for one in mailboxes.values() for address in (one.get("address"), *one.get("aliases", ()))
                 if address}
    voice, messaging, forms = settings.voice, settings.messaging, settings.forms
    texts: tuple[Sender | MessagingService, ...] = (*messaging.senders, *messaging.services)
    steps = {name: step for flow in voice.flows.values() for name, step in flow.steps.items()}
    known: dict[str, bool] = {
        "webchat": True, "manual": True, "form": bool(forms), "email": bool(mailboxes), "voice": bool(voice.numbers),
        "voicemail": bool(voice.numbers)} | {one.kind: True for one in texts}
    first = settings.queues[0].id
    asked = [("webchat", settings.webchat.queue), *(("email", one.get("queue")) for one in mailboxes.values()),
             *(("form", form.queue) for form in forms.values()), *((one.kind, one.queue) for one in texts),
             *_queues_of(voice)]
    texting = {source.partition(":")[2] for one in messaging.senders for source in (one.source,)}
    texting |= {source.partition(":")[2] for one in messaging.services for source in one.sources()}
    numbers = {one.number for one in voice.numbers}
    accounts = {one.account for one in voice.numbers}
    return Ways(
        channels=frozenset(channel for channel, there in known.items() if there),
        values={
            "source": frozenset(
                {*mailboxes, *forms, "webchat", *get_args(ContactKind), *accounts, *numbers, *texting}),
            "form": frozenset(forms),
            "queue": frozenset(queue.id for queue in settings.queues),
            "address_dialled": frozenset({*numbers, *addresses, *(one.partition(":")[2] for one in texting)}),
        },
        form_fields=frozenset(field.name for form in forms.values() for field in form.fields),
        ivr_fields=frozenset(_collected(voice)),
        steps=frozenset(steps),
        queues=frozenset(queue.id for queue in settings.queues),
        asked=frozenset(queue or first for _, queue in asked),
        asked_by=frozenset((queue or first, channel) for channel, queue in asked),
        units={channel: settings.units(channel).units for channel, there in known.items() if there},
    )


def _queues_of(voice: VoiceSettings) -> Iterator[tuple[str, str | None]]:
    for flow in voice.flows.values():
        for step in flow.steps.values():
            if step.kind in ("queue", "voicemail"):
                yield ("voice" if step.kind == "queue" else "voicemail"), step.queue


def _collected(voice: VoiceSettings) -> Iterator[str]:
    for flow in voice.flows.values():
        for step in flow.steps.values():
            if step.kind == "collect":
                yield step.field
            elif step.kind == "consent":
                yield RECORDING
