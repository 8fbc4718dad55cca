"""A bare aiohttp handler: parse JSON, one INSERT with its commit, 202."""

import os
import sys

import asyncpg
import uvloop
from aiohttp import web

POOL = web.AppKey("pool", asyncpg.Pool)


async def post(request: web.Request) -> web.Response:
    body = await request.text()
    await request.json()
    row = await request.app[POOL].fetchval("INSERT INTO bare (body) VALUES ($1) RETURNING id", body)
    return web.json_response({"id": row}, status=202)


async def build() -> web.Application:
    app = web.Application()
    app[POOL] = await asyncpg.create_pool(os.environ["DATABASE_URL"], min_size=10, max_size=10, timeout=10)
    await app[POOL].execute("CREATE TABLE IF NOT EXISTS bare (id bigserial PRIMARY KEY, body text NOT NULL)")
    app.router.add_post("/", post)
    return app


if __name__ == "__main__":
    uvloop.install()
    web.run_app(build(), host="127.0.0.1", port=int(sys.argv[1]), access_log=None, print=None)
