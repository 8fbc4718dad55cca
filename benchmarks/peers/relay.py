"""A bare python-socketio relay: one INSERT with its commit, then the text goes to everybody else."""

import os
import sys

import asyncpg
import socketio
import uvloop
from aiohttp import web

POOL = web.AppKey("pool", asyncpg.Pool)


async def build() -> web.Application:
    app, sio = web.Application(), socketio.AsyncServer(async_mode="aiohttp")
    app[POOL] = await asyncpg.create_pool(os.environ["DATABASE_URL"], min_size=10, max_size=10, timeout=10)
    await app[POOL].execute("CREATE TABLE IF NOT EXISTS bare (id bigserial PRIMARY KEY, body text NOT NULL)")

    async def say(sid: str, text: str) -> dict[str, bool]:
        await app[POOL].execute("INSERT INTO bare (body) VALUES ($1)", text)
        await sio.emit("said", text, skip_sid=sid)
        return {"ok": True}

    sio.on("say", say)
    sio.attach(app)
    return app


if __name__ == "__main__":
    uvloop.install()
    web.run_app(build(), host="127.0.0.1", port=int(sys.argv[1]), access_log=None, print=None)
