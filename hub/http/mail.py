"""New mail: from which mailbox, what is being written, and off it goes."""

from hub.http.endpoint import Call, Endpoint
from hub.store import history
from hub.wire import TouchView
from hub.wire_drafts import KeptNewMail, NewMailDraft, NewMailKept
from hub.wire_mail import MailboxChoice, NewMail


async def write_mail(call: Call, body: NewMail) -> TouchView:
    touch_id, duplicate = await call.parts.mailing.write_new(call.actor, body)
    call.status = 200 if duplicate else 201
    return await history.touch(call.parts.pool, touch_id)


async def mail_from(call: Call) -> list[MailboxChoice]:
    """Those of the agent's queues; supervisors may use all."""
    return await call.parts.mailing.choices(call.actor)


async def get_mail_drafts(call: Call) -> list[KeptNewMail]:
    return await call.parts.mailing.new_drafts(call.actor)


async def save_mail_draft(call: Call, body: NewMailDraft) -> NewMailKept:
    return await call.parts.mailing.save_new_draft(call.actor, body)


ENDPOINTS = (
    Endpoint("POST", "/api/mail", write_mail, "Write to somebody; a retry with the same id answers 200", status=201),
    Endpoint("GET", "/api/mail/from", mail_from, "Mailboxes that I may send new mail from"),
    Endpoint("GET", "/api/mail/drafts", get_mail_drafts, "New mails that I am writing, a sheet for each window"),
    Endpoint("PUT", "/api/mail/draft", save_mail_draft, "Keep the new mail that I am writing; an empty one is deleted"),
)
