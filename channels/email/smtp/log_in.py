"""Into a mail server that takes our mail, with whatever the mailbox has."""

from typing import Protocol

import aiosmtplib

from channels.email.ports import Account


class Access(Protocol):
    """Access tokens for XOAUTH2 (`channels.email.oauth.Grants`)."""

    async def access(self, account: Account) -> str: ...

    def forget(self, account: Account, token: str) -> None: ...


async def log_in(client: aiosmtplib.SMTP, account: Account, user: str, access: Access, limit: float) -> None:
    """Raises what aiosmtplib raises, OSError, TimeoutError and RefreshError."""
    if account.mailbox.oauth is None:
        secret = account.secrets.smtp_password or account.secrets.password
        await client.login(user, secret.get_secret_value() if secret else "", timeout=limit)
        return
    token = await access.access(account)
    try:
        await client.auth_xoauth2(user, token, timeout=limit)
    except aiosmtplib.SMTPResponseException as problem:
        if problem.code < 500:
            raise
        access.forget(account, token)
        fresh = await access.access(account)  # the provider may have ended that one before its time
        if fresh == token:
            raise
        await _last(client, account, user, access, fresh, limit)


async def _last(client: aiosmtplib.SMTP, account: Account, user: str, access: Access, token: str,
                limit: float) -> None:
    try:
        await client.auth_xoauth2(user, token, timeout=limit)
    except aiosmtplib.SMTPResponseException:
        access.forget(account, token)
        raise
