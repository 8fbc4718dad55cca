"""REST: Queues and their Members."""

from simulator.telephony.clock import rfc2822
from simulator.telephony.legs import Redirected, Target
from simulator.telephony.queues import DEFAULT_SIZE, Member, Queue
from simulator.telephony.rest import ApiError, Ask, Body, Route, not_found, page, resource_uri, route


def _queue(ask: Ask, name: str = "QueueSid") -> Queue:
    found = ask.exchange.queues.get(ask.path[name])
    if found is None:
        raise not_found(f"/Queues/{ask.path[name]}")
    return found


def queue_body(ask: Ask, queue: Queue) -> Body:
    return {"date_updated": rfc2822(queue.updated), "current_size": len(queue.members),
            "friendly_name": queue.name, "uri": resource_uri(ask, "Queues", queue.sid),
            "account_sid": ask.exchange.account.sid, "average_wait_time": queue.average(), "sid": queue.sid,
            "date_created": rfc2822(queue.created), "max_size": queue.max_size}


def member_body(ask: Ask, queue: Queue, member: Member) -> Body:
    return {"call_sid": member.leg.sid, "date_enqueued": rfc2822(member.since), "position": queue.position(member),
            "uri": resource_uri(ask, "Queues", queue.sid, "Members", member.leg.sid),
            "wait_time": queue.seconds(member), "queue_sid": queue.sid}


def _name(ask: Ask, default: str = "") -> str:
    name = ask.text("FriendlyName", default)
    if not 1 <= len(name) <= 64:
        raise ApiError(400, 20001, "FriendlyName has 1 to 64 characters")
    return name


def create(ask: Ask) -> Body:
    name = _name(ask)
    if any(one.name == name for one in ask.exchange.queues.values()):
        raise ApiError(400, 22003, "a queue of this name exists")
    return queue_body(ask, Queue(ask.exchange, name, ask.within("MaxSize", DEFAULT_SIZE, 1, 5000)))


def update(ask: Ask) -> Body:
    queue = _queue(ask, "Sid")
    queue.name = _name(ask, queue.name)
    queue.max_size = ask.within("MaxSize", queue.max_size, 1, 5000)
    queue.updated = ask.exchange.clock.now()
    return queue_body(ask, queue)


def delete(ask: Ask) -> None:
    queue = _queue(ask, "Sid")
    if queue.members:
        raise ApiError(400, 22001, "the queue is not empty")
    del ask.exchange.queues[queue.sid]


def listing(ask: Ask) -> Body:
    return page(ask, [(one.sid, queue_body(ask, one)) for one in ask.exchange.queues.values()])


def members(ask: Ask) -> Body:
    queue = _queue(ask)
    return page(ask, [(one.leg.sid, member_body(ask, queue, one)) for one in queue.members])


def _member(ask: Ask) -> tuple[Queue, Member]:
    queue = _queue(ask)
    found = queue.find(ask.path["CallSid"])
    if found is None:
        raise not_found(f"/Queues/{queue.sid}/Members/{ask.path['CallSid']}")
    return queue, found


def dequeue(ask: Ask) -> Body:
    """Takes the member out at once; his leg follows with the action and the new document."""
    queue, member = _member(ask)
    body = member_body(ask, queue, member)
    member.leg.interrupt(Redirected(Target(ask.text("Url"), ask.method("Method"))))
    queue.members.remove(member)
    ask.exchange.journal.write("queue", sid=queue.sid, call=member.leg.sid, event="dequeued",
                               size=len(queue.members))
    return body


ROUTES: dict[str, Route] = {
    "GET /Queues.json": route(listing),
    "POST /Queues.json": route(create, "FriendlyName MaxSize"),
    "GET /Queues/{Sid}.json": route(lambda ask: queue_body(ask, _queue(ask, "Sid"))),
    "POST /Queues/{Sid}.json": route(update, "FriendlyName MaxSize"),
    "DELETE /Queues/{Sid}.json": route(delete),
    "GET /Queues/{QueueSid}/Members.json": route(members),
    "GET /Queues/{QueueSid}/Members/{CallSid}.json": route(lambda ask: member_body(ask, *_member(ask))),
    "POST /Queues/{QueueSid}/Members/{CallSid}.json": route(dequeue, "Url Method"),
}
