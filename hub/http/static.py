"""The console: its built files, and one page for every address inside it."""

import asyncio
import secrets
from pathlib import Path

from aiohttp import web

from hub.http.headers import NONCE
from hub.http.problems import problem

CONSOLE = Path(__file__).parent.parent / "static" / "console"
MISSING = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Interaction Hub</title>
<h1>The console has not been built</h1>
<p>The hub runs and takes contacts, but the files of its web console are missing.
Run <code>make run</code>, or in <code>agent_console/</code>: <code>npm ci &amp;&amp; npm run build</code>;
then load this page again.</p></html>"""


def mount(app: web.Application, folder: Path = CONSOLE) -> None:
    """Serves `folder` at /. Without an index.html there, a page says how to build it."""

    async def index(request: web.Request) -> web.StreamResponse:
        page = await asyncio.to_thread(_inside, folder, "index.html")
        if page is None:
            return web.Response(status=503, text=MISSING, content_type="text/html")
        text = await asyncio.to_thread(page.read_text, "utf-8")
        nonce = secrets.token_urlsafe(16)
        # React Aria adds style sheets of its own, and looks here for the word that the policy lets through.
        marked = text.replace("<head>", f'<head><meta property="csp-nonce" nonce="{nonce}">', 1)
        answer = web.Response(text=marked, content_type="text/html", headers={"Cache-Control": "no-store"})
        answer[NONCE] = nonce
        return answer

    async def file(request: web.Request) -> web.StreamResponse:
        path = await asyncio.to_thread(_inside, folder, request.match_info["path"])
        if path is None:
            return problem(404, "not_found", "There is nothing at this address.")
        hashed = request.match_info["path"].startswith("assets/")  # the name changes with the content
        return web.FileResponse(path, headers={
            "Cache-Control": "public, max-age=31536000, immutable" if hashed else "no-cache"})

    app.router.add_get("/", index)
    app.router.add_get("/{path:.+}", file)


def _inside(folder: Path, name: str) -> Path | None:
    """The file of this name, if there is one and it really lies in the folder."""
    try:
        path, root = (folder / name).resolve(), folder.resolve()
        return path if path.is_relative_to(root) and path.is_file() else None
    except (OSError, ValueError):  # a name that no file can have
        return None
