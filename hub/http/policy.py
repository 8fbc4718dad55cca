"""The routing policy: read, tried, published, restored; and what agents may be given."""

from uuid import UUID

from hub.http.endpoint import Call, Endpoint
from hub.wire import AgentView
from hub.wire_policy import (
    CheckPolicy,
    DraftSaved,
    DropPolicyDraft,
    FactView,
    PolicyChecked,
    PolicyPreview,
    PolicyTried,
    PolicyVersion,
    PolicyVersionFull,
    PolicyView,
    Published,
    PublishPolicy,
    PutAgentWork,
    PutPolicyDraft,
    RestorePolicy,
    TryPolicy,
)
from routing.facts import FACTS, FAMILIES


async def get_policy(call: Call) -> PolicyView:
    return await call.parts.policies.view()


async def get_policy_facts(call: Call) -> list[FactView]:
    return [
        FactView(name=one.name, kind=one.domain.kind, always=one.domain.always, meaning=one.meaning)
        for one in (*FACTS, *FAMILIES)
    ]


async def save_policy_draft(call: Call, body: PutPolicyDraft) -> DraftSaved:
    return await call.parts.policies.save_draft(call.actor, body)


async def drop_policy_draft(call: Call, body: DropPolicyDraft) -> None:
    await call.parts.policies.drop_draft(body.saved_at)


async def check_policy(call: Call, body: CheckPolicy) -> PolicyChecked:
    return await call.parts.policies.check(body.document)


async def try_policy(call: Call, body: TryPolicy) -> PolicyTried:
    return await call.parts.trials.tried(body)


async def preview_policy(call: Call, body: CheckPolicy) -> PolicyPreview:
    return await call.parts.trials.preview(body.document)


async def publish_policy(call: Call, body: PublishPolicy) -> Published:
    return Published(version=await call.parts.policies.publish(call.actor, body))


async def get_policy_versions(call: Call) -> list[PolicyVersion]:
    return await call.parts.policies.versions()


async def get_policy_version(call: Call, number: str) -> PolicyVersionFull:
    return await call.parts.policies.version(_number(number))


async def restore_policy(call: Call, number: str, body: RestorePolicy) -> Published:
    return Published(version=await call.parts.policies.restore(call.actor, _number(number), body))


async def put_agent_work(call: Call, id: UUID, body: PutAgentWork) -> AgentView:
    return await call.parts.floor.set_work(call.actor, id, body)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0  # there is no version 0


ONE = "/api/policy/versions/{number}"
ENDPOINTS = tuple(
    Endpoint(method, path, handler, summary, role="supervisor", status=status, policy=path.startswith("/api/policy"))
    for method, path, handler, summary, status in (
        ("GET", "/api/policy", get_policy, "The routing policy in force, what is doubtful in it, and the draft", 200),
        ("GET", "/api/policy/facts", get_policy_facts, "The facts that rules may ask for", 200),
        ("PUT", "/api/policy/draft", save_policy_draft, "Keep the shared draft; else 409 with the other one", 200),
        ("DELETE", "/api/policy/draft", drop_policy_draft, "Throw the draft away that was read", 200),
        ("POST", "/api/policy/check", check_policy, "All that is wrong with a policy, or doubtful", 200),
        ("POST", "/api/policy/try", try_policy, "Which rule holds for an example, and why not the earlier ones", 200),
        ("POST", "/api/policy/preview", preview_policy, "Who of those in line would stand elsewhere", 200),
        ("POST", "/api/policy/publish", publish_policy, "Put a policy in force; 422 says all that is wrong", 201),
        ("GET", "/api/policy/versions", get_policy_versions, "All versions, the newest first", 200),
        ("GET", ONE, get_policy_version, "One version with its document", 200),
        ("POST", f"{ONE}/restore", restore_policy, "Publish an older version anew", 201),
        ("PUT", "/api/agents/{id}/work", put_agent_work, "Skills, queues, capacity and limits of an agent", 200),
    )
)
