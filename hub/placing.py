"""Where an arrival goes: the rules of the policy in force, tried on what is known of it and of its customer.

If no rule holds, it goes where its way in says (the queue of the form, the mailbox, the site), and else to the default.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog

from channels.base import Inbound
from hub.store.intake import OWN, Past, facts
from routing import policy_data
from routing.expression import Value
from routing.facts import local_facts
from routing.policy import Policy
from routing.rules import Placement, place

log = structlog.get_logger()
Current = Callable[[], tuple[int, Policy]]


def unpublished() -> tuple[int, Policy]:
    """No policy is in force: there are no rules."""
    return 0, Policy(queues=())


@dataclass(frozen=True, slots=True)
class Placed:
    """`placement`: what the rule gave, as the policy's document has it; `rule` None: no rule held."""

    queue: str
    priority: int
    preferred_agent_id: UUID | None
    version: int | None
    rule: str | None
    placement: Mapping[str, Any] | None


def put(inbound: Inbound, past: Past, current: Current, queues: Collection[str], default: str, now: datetime) -> Placed:
    """Never fails an arrival: what cannot be judged goes where its way in says."""
    version, policy = current()
    asked = inbound.queue if inbound.queue in queues else None
    try:
        found = place({**_facts(inbound, past), **local_facts(now, policy.zone)}, policy, explain=False)
    except Exception:
        log.exception("placing.failed", version=version, channel=inbound.channel)
        return Placed(asked or default, 0, None, version or None, None, None)
    chosen = found.placement
    if found.rule_id is None and asked is not None:
        chosen = Placement(asked)
    if chosen is None or chosen.queue not in queues:
        return Placed(asked or default, 0, None, version or None, found.rule_id, None)
    data = policy_data.dump_placement(chosen)
    return Placed(chosen.queue, chosen.priority, waited_for(chosen, past), version or None, found.rule_id, data)


def _facts(inbound: Inbound, past: Past) -> dict[str, Value]:
    first = inbound.addresses[0] if inbound.addresses else None
    names = tuple(file.name for file in inbound.files)
    return facts(
        inbound.channel,
        inbound.source,
        kept_fields(inbound),
        past,
        queue=inbound.queue,
        address=first.value if first and first.kind in ("email", "phone", "whatsapp") else None,
        language=inbound.language,
        subject=inbound.subject,
        text=inbound.text,
        attachments=len(names) + len(inbound.file_ids),
        attachment_names=names,
    )


def kept_fields(inbound: Inbound) -> dict[str, str]:
    """What is kept with the contact: what was filled in, and what rules may ask besides, under names of its own."""
    said = {"_to": inbound.dialled, "_queue": inbound.queue or ""}
    if inbound.spam:
        said |= {"_spam": inbound.spam.verdict, "_spam_because": inbound.spam.because}
    given = {name: value for name, value in inbound.fields.items() if name not in OWN}
    return given | {name: value for name, value in said.items() if value}


def waited_for(chosen: Placement, past: Past) -> UUID | None:
    if chosen.sticky is None:
        return None
    return past.owner_id if chosen.sticky.to == "owner" else past.last_agent_id
