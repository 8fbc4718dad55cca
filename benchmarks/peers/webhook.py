"""The least that a voice webhook can be: check the signature, one INSERT with its commit, a document of one line."""

import os
import sys
from urllib.parse import parse_qsl

import asyncpg
import uvloop
from aiohttp import web
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]

POOL = web.AppKey("pool", asyncpg.Pool)
VALIDATOR = RequestValidator("0" * 32)
TWIML = '<?xml version="1.0" encoding="UTF-8"?><Response><Say>One moment.</Say></Response>'


async def post(request: web.Request) -> web.Response:
    raw = await request.read()
    form = dict(parse_qsl(raw.decode(), keep_blank_values=True))
    if not VALIDATOR.validate(str(request.url), form, request.headers["X-Twilio-Signature"]):
        return web.Response(status=403)
    await request.app[POOL].execute("INSERT INTO bare (body) VALUES ($1)", raw)
    return web.Response(text=TWIML, content_type="text/xml")


async def ready(request: web.Request) -> web.Response:
    return web.Response()


async def build() -> web.Application:
    app = web.Application()
    app[POOL] = await asyncpg.create_pool(os.environ["DATABASE_URL"], min_size=10, max_size=10, timeout=10)
    await app[POOL].execute("CREATE TABLE IF NOT EXISTS bare (id bigserial PRIMARY KEY, body bytea NOT NULL)")
    app.router.add_get("/", ready)
    app.router.add_post("/{path:.*}", post)
    return app


if __name__ == "__main__":
    uvloop.install()
    web.run_app(build(), host="127.0.0.1", port=int(sys.argv[1]), access_log=None, print=None)
