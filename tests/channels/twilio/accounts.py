"""Accounts for tests, and a server that asks the doorkeeper."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer
from pydantic import SecretStr

from channels.twilio.account import Account, TwilioAccount, TwilioSecrets
from channels.twilio.signature import Doorkeeper, Signed

SID = "AC" + "0" * 32
PUBLIC = "https://hub.example.org"


def account(token: str = "12345", public_url: str = PUBLIC, next_token: str = "", key: str = "",
            **settings: Any) -> Account:
    secrets = {"auth_token": token, "next_auth_token": next_token, "api_key_secret": key}
    return Account(
        settings=TwilioAccount.model_validate({"id": "main", "account_sid": SID, **settings}),
        secrets=TwilioSecrets(**{name: SecretStr(value) for name, value in secrets.items() if value}),
        public_url=public_url)


@asynccontextmanager
async def door(*accounts: Account) -> AsyncIterator[tuple[str, Doorkeeper, list[Signed]]]:
    """Its address, the doorkeeper, and what was let in."""
    keeper, seen = Doorkeeper(accounts), list[Signed]()

    async def take(signed: Signed) -> web.StreamResponse:
        seen.append(signed)
        return web.Response(status=204)

    app = web.Application()
    app.router.add_route("*", "/twilio/{account}/{tail:.*}", keeper.guard(take))
    async with TestServer(app) as server:
        yield str(server.make_url("")).rstrip("/"), keeper, seen
