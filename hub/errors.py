"""What can go wrong, as values with a code. The edge maps each of them once, to an HTTP status or a socket's answer."""

from collections.abc import Mapping


class HubError(Exception):
    """Something was refused. The docstring is the default detail; `code` is the stable word for programs."""

    status = 400
    code = "refused"

    def __init__(
        self,
        detail: str = "",
        *,
        code: str | None = None,
        fields: Mapping[str, str] | None = None,
        after: float | None = None,
        more: Mapping[str, object] | None = None,
    ) -> None:
        self.detail = detail or (type(self).__doc__ or "").strip()
        self.code = code or type(self).code
        self.fields = dict(fields or {})
        self.after = after
        self.more = dict(more or {})  # members of its own in the answer, as JSON
        super().__init__(f"{self.code}: {self.detail}")


class Invalid(HubError):
    """What was sent does not have the right form. Correct the named fields and send it again."""

    status, code = 422, "invalid"


class NoSession(HubError):
    """There is no valid session. Log in."""

    status, code = 401, "no_session"


class Forbidden(HubError):
    """Your role does not permit this."""

    status, code = 403, "forbidden"


class NotYours(HubError):
    """Somebody else holds this interaction. Ask its holder or a supervisor."""

    status, code = 403, "not_yours"


class NotFound(HubError):
    """There is nothing here under this id, or you may not see it."""

    status, code = 404, "not_found"


class Taken(HubError):
    """A colleague was quicker."""

    status, code = 409, "taken"


class Late(HubError):
    """The offer's time is over. It is offered again where it is needed."""

    status, code = 409, "late"


class WrongState(HubError):
    """This is not possible in the interaction's present state. Look at it again."""

    status, code = 409, "wrong_state"


class OverCapacity(HubError):
    """The agent has no capacity left for this. Finish something first."""

    status, code = 409, "over_capacity"


class Conflict(HubError):
    """The same id or key was used before for something else. Use a new one."""

    status, code = 409, "conflict"


class Stale(HubError):
    """The customer wrote meanwhile. Read it, and send again with the version that you have seen then."""

    status, code = 409, "stale"


class AlreadySent(HubError):
    """It is being sent, or was sent already: it cannot be taken back any more."""

    status, code = 409, "already_sent"


class TooMany(HubError):
    """Too many attempts. Wait for the given time and try again."""

    status, code = 429, "too_many"


class Unavailable(HubError):
    """The hub cannot keep anything right now, so it takes nothing. Try again soon."""

    status, code = 503, "unavailable"


class Failed(Exception):
    """A loop that the hub cannot live without has ended; its name is the text."""


class CannotListen(Exception):
    """The address is taken, or is none of this machine."""
