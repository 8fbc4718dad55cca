"""A customer in front of the web form: reads the page, fills it in, posts it until the hub has said yes."""

import asyncio
import re
from html.parser import HTMLParser
from typing import Any
from uuid import UUID

import aiohttp

from simulator.pace import Pace, back_off
from simulator.record import Acknowledged, Record

FILL_SECONDS = 20.0  # what a quick human needs for the page, at pace 1
LEAST_SECONDS = 2.5  # real time, whatever the pace: forms turn away what no human could have filled in
LIMIT = aiohttp.ClientTimeout(total=15)
Text = dict[str, str]
Answer = tuple[int, dict[str, Any]]


class _Fields(HTMLParser):
    """The names and preset values of the page's hidden inputs."""

    def __init__(self) -> None:
        super().__init__()
        self.hidden: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        name = found.get("name")
        if tag == "input" and name and found.get("type") == "hidden":
            self.hidden[name] = found.get("value") or ""


class Form:
    """One form of the hub at `base_url`."""

    def __init__(
        self, http: aiohttp.ClientSession, base_url: str, record: Record, pace: Pace, name: str = "contact"
    ):
        self._http = http
        self._url = f"{base_url.rstrip('/')}/forms/{name}"
        self._record = record
        self._pace = pace

    async def fill_in(self, key: UUID, values: dict[str, str], language: str) -> Acknowledged | None:
        """Sends the same key and values again until they are acknowledged. None when the hub refuses them."""
        status, answer = await self._try(key, values, language)
        if answer.get("code") == "stale_page":  # the page lay open too long, or the hub was set up anew
            status, answer = await self._try(key, values, language)
        if status >= 300:
            self._record.troubles[f"form: refused {status} {answer.get('code', '')}"] += 1
            return None
        entry = Acknowledged(key, "form", _reference(answer), values.get("message", ""))
        self._record.acknowledge(entry)
        return entry

    async def _try(self, key: UUID, values: Text, language: str) -> Answer:
        headers = {"Accept-Language": language}
        _, page = await self._until_answered("GET", headers, None)
        fields = _Fields()
        fields.feed(str(page.get("page", "")))
        await self._pace.pause(FILL_SECONDS)
        await asyncio.sleep(LEAST_SECONDS)
        headers |= {"Accept": "application/json", "Idempotency-Key": str(key)}
        return await self._until_answered("POST", headers, {**fields.hidden, **values})

    async def _until_answered(self, method: str, headers: Text, body: Text | None) -> Answer:
        """Repeats what got no answer, a 5xx or a 429 (after as long as it asks for)."""
        attempt = 0
        while True:
            wait = back_off(attempt)
            try:
                status, answer = await self._once(method, headers, body)
            except (aiohttp.ClientError, TimeoutError):
                self._record.troubles["form: no answer"] += 1
            else:
                if status != 429 and status < 500:
                    return status, answer
                self._record.troubles[f"form: {status}"] += 1
                wait = float(answer.get("retry_after") or wait)
            await asyncio.sleep(wait)
            attempt += 1

    async def _once(self, method: str, headers: Text, body: Text | None) -> Answer:
        async with self._http.request(method, self._url, data=body, headers=headers, timeout=LIMIT) as answer:
            if "json" not in answer.content_type:
                return answer.status, {"page": await answer.text()}
            found = await answer.json(content_type=None)
            return answer.status, found if isinstance(found, dict) else {}


def _reference(answer: dict[str, Any]) -> str:
    """From the JSON answer, or from the page that says thank you."""
    if "reference" in answer:
        return str(answer["reference"])
    found = re.search(r'data-reference="([^"]+)"', str(answer.get("page", "")))
    return found.group(1) if found else ""
