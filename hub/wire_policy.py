"""What crosses the wire about the routing policy and about what agents may be given."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from hub.wire_base import Line, Wire

Document = dict[str, Any]  # as docs/routing.md describes it; `routing.policy_data.load` says what is wrong with it
Most = Annotated[int, Field(ge=0, le=1000)]
Skill = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,49}$")]


class FactView(Wire):
    name: str
    kind: Literal["text", "number", "flag", "set"]
    always: bool
    meaning: str


class PolicyProblem(Wire):
    path: str
    text: str


class PolicyFinding(Wire):
    code: str
    severity: Literal["error", "warning"]
    path: str
    data: dict[str, str | int | float | list[str]]


class PolicyDraftView(Wire):
    """The one draft that everybody who may publish shares."""

    document: Document
    base: int = Field(description="the version it was begun from")
    saved_at: datetime
    saved_by: str | None


class PolicyVersion(Wire):
    version: int
    digest: str = Field(description="sha256 of what it says")
    published_at: datetime
    published_by: str | None = Field(description="null: made from the configuration")
    note: str
    from_version: int | None = Field(description="the older version that was restored")


class PolicyVersionFull(PolicyVersion):
    document: Document


class PolicyView(PolicyVersionFull):
    """The policy in force."""

    findings: list[PolicyFinding]
    draft: PolicyDraftView | None


class PutPolicyDraft(Wire):
    document: Document
    base: int = Field(ge=0)
    saved_at: datetime | None = Field(description="of the draft that was read; null: there was none")


class DropPolicyDraft(Wire):
    saved_at: datetime | None


class DraftSaved(Wire):
    saved_at: datetime


class CheckPolicy(Wire):
    document: Document


class PolicyChecked(Wire):
    """`digest` is null where the document cannot be read as a policy."""

    problems: list[PolicyProblem]
    findings: list[PolicyFinding]
    digest: str | None


class TryPolicy(Wire):
    """Facts that were typed in, or an interaction whose facts are taken; what is typed in goes before."""

    document: Document | None = Field(None, description="null: the policy in force")
    facts: dict[str, Any] | None = None
    interaction_id: UUID | None = None


class UnmetView(Wire):
    test: str
    found: Any = Field(description="null: the fact is not there")


class PassedOverView(Wire):
    rule: str
    name: str
    unmet: list[UnmetView]


class PolicyTried(Wire):
    """`rule` is null where none holds: then the queue that the way in names, or else the default, counts."""

    rule: str | None
    placement: Document | None
    passed_over: list[PassedOverView]
    facts: dict[str, Any]
    promise: str | None = Field(description="id of the SLA policy")


class Standing(Wire):
    queue: str
    place: int | None = Field(description="in the line of the queue, from 1")


class PreviewItem(Wire):
    interaction_id: UUID
    reference: str
    before: Standing
    after: Standing
    rule: str | None


class PolicyPreview(Wire):
    """What would change for those who wait now; at most 200 of them are listed."""

    items: list[PreviewItem]
    total: int


class PublishPolicy(Wire):
    document: Document
    base: int = Field(description="the version in force that was read; another one since is a conflict")
    note: Line = ""


class RestorePolicy(Wire):
    base: int
    note: Line = ""
    give_up: datetime | None = Field(None, description="when the draft was saved that may go; else 409 with it")


class Published(Wire):
    version: int


class PutAgentWork(Wire):
    """What an agent may be given. Who holds what he may no longer have gives it back at once."""

    skills: dict[Skill, Annotated[int, Field(ge=1, le=5)]] = Field(max_length=200)
    queues: list[str] = Field(max_length=500)
    capacity: int = Field(ge=0, le=1000)
    limits: dict[str, Most] = Field(max_length=20, description="channel -> contacts at once")
    version: int = Field(description="of the agent, as it was read")
