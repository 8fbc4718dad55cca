"""Into a mailbox, with whatever its account has."""

from channels.email.imap.link import Link
from channels.email.imap.problem import ImapError
from channels.email.oauth import Grants, RefreshError
from channels.email.ports import Account


async def log_in(link: Link, account: Account, grants: Grants) -> None:
    """Raises ImapError."""
    imap = account.mailbox.imap
    assert imap is not None
    if account.mailbox.oauth is not None:
        await _with_token(link, account, grants)
    elif account.secrets.password is not None:
        await link.log_in(imap.user, account.secrets.password.get_secret_value())
    else:
        raise ImapError("no_secret", "neither a password nor OAuth is set")


async def opened(link: Link, account: Account, grants: Grants) -> Link:
    """The link, connected and logged in; closed again if that fails. Raises ImapError."""
    try:
        await link.open()
        await log_in(link, account, grants)
    except BaseException:
        link.drop()
        raise
    return link


async def _with_token(link: Link, account: Account, grants: Grants) -> None:
    assert account.mailbox.imap is not None
    try:
        token = await grants.access(account)
    except RefreshError as error:
        raise ImapError("refresh_denied" if error.denied else "refresh", error.text) from None
    try:
        await link.log_in_with_token(account.mailbox.imap.user, token)
    except ImapError as problem:
        if problem.code == "log_in":
            grants.forget(account, token)
        raise
