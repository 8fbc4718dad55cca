"""The channel of web forms: a page to fill in, and one address that takes what is posted."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from aiohttp import web

from channels.base import Accepted, Channel, Check, Inbound, Outbound, Refused, Route, SendError, Sent, Sink, Spam
from channels.form import answer
from channels.form.body import Submission
from channels.form.pace import Pace
from channels.form.page import Hidden, Page
from channels.form.post import Post
from channels.form.seal import Seal
from channels.form.settings import LANGUAGES, FormSettings
from channels.form.understand import KEY, RENDERED, TRAP, Arrival, Reader
from channels.form.words import language_of

TAKE_SECONDS = 20
MOST_REFUSED_BYTES = 64 * 1024
PATH = "/forms/{form}"


@dataclass(frozen=True, slots=True)
class Form:
    """One form with all that was made ready for it at start."""

    id: str
    settings: FormSettings
    reader: Reader
    page: Page
    pace: Pace


def _peer(request: web.Request) -> str:
    return request.remote or ""


class Forms(Channel):
    """Takes in what forms are filled with. Answers only after the sink has committed.

    `network_address` tells whose connection a request is; behind a trusted proxy it is another one.
    """

    kind = "form"
    repeatable = True  # nothing ever goes out

    def __init__(self, sink: Sink, forms: Mapping[str, FormSettings], now: Callable[[], datetime],
                 new_id: Callable[[], UUID], secret: str,
                 network_address: Callable[[web.Request], str] = _peer) -> None:
        self._sink = sink
        self._now = now
        self._new_id = new_id
        self._network_address = network_address
        self._seal = Seal(secret, now)
        self._nowhere = Pace(_NO_FORM.rate_per_minute, now)
        self._forms = {
            form_id: Form(form_id, settings, Reader(form_id, settings), Page(settings),
                          Pace(settings.rate_per_minute, now))
            for form_id, settings in forms.items()
        }

    def routes(self) -> Sequence[Route]:
        return (
            Route("GET", PATH, self.show, "The page of a form"),
            Route("HEAD", PATH, self.show, "Whether there is such a form"),
            Route("POST", PATH, self.take, "Takes a filled form: JSON, urlencoded or multipart"),
            Route("OPTIONS", PATH, self.preflight, "What other sites may send"),
        )

    async def send(self, message: Outbound) -> Sent:
        raise SendError("permanent", "no_way_back", "a form has no way back; use an address of the customer")

    async def check(self) -> AsyncIterator[Check]:
        """Renders every page once in every language."""
        for form in self._forms.values():
            for language in LANGUAGES:
                form.page.form(language, "", Hidden("", ""), Submission(), {}, None)
            reachable = any(field.means in ("email", "phone") for field in form.settings.fields)
            doubt = "" if reachable else ", asks for neither e-mail nor phone"
            yield Check(f"form {form.id}", True, PATH.format(form=form.id) + doubt)

    def replay(self, source: str, arrival: Arrival) -> Inbound:
        """Understands stored bytes again. Raises KeyError when the form is no longer configured."""
        return self._forms[source.removeprefix("form:")].reader.replay(arrival)

    # --- HTTP ---

    async def show(self, request: web.Request) -> web.StreamResponse:
        """The page of the form, or the reference number at its end."""
        language = language_of(request.query.get("lang"), request.headers.get("Accept-Language", ""))
        form = self._forms.get(request.match_info["form"])
        if form is None:
            return answer.unknown_form(True, language)
        nonce = secrets.token_urlsafe(16)
        receipt = request.query.get("sent", "")
        if reference := self._seal.reference(form.id, receipt):
            html = form.page.sent(language, nonce, reference, receipt)
            return answer.document(html, nonce, form.settings)
        html = form.page.form(language, nonce, self._hidden(form), Submission(), {}, None)
        return answer.document(html, nonce, form.settings)

    async def preflight(self, request: web.Request) -> web.StreamResponse:
        """CORS: asked by browsers before a script on another site may post."""
        form = self._forms.get(request.match_info["form"])
        if form is None:
            return answer.unknown_form(False, "en")
        post = Post(request, form.settings)
        try:
            return answer.preflight(post)
        except Refused as refusal:
            return answer.refused(post, refusal)

    async def take(self, request: web.Request) -> web.StreamResponse:
        """One post: read, understood, taken in, and only then acknowledged."""
        form = self._forms.get(request.match_info["form"])
        if form is None:
            return await self._take_nowhere(request)
        post = Post(request, form.settings)
        try:
            inbound = await self._understand(form, post)
        except Refused as refusal:
            return self._refusal(form, post, await self._enter(form.reader.source, post, refusal))
        try:
            taken = await self._take_in(inbound)
        except Refused as refusal:
            return self._refusal(form, post, refusal)
        if post.wants_page:
            return answer.led_on(post, self._seal.receipt(form.id, taken.reference))
        return answer.accepted(post, taken)

    async def _understand(self, form: Form, post: Post) -> Inbound:
        if wait := form.pace.wait(self._network_address(post.request)):
            raise Refused("too_many", 429, after=wait)
        await post.read()
        spam = self._judged(form, post)
        if spam and form.settings.spam == "refuse":
            raise Refused("spam" if spam.verdict == "sure" else "too_quick", 422)
        key = post.key() or str(self._new_id())
        found = form.reader.understand(post.submission, Arrival(key, self._now(), post.raw, post.content_type))
        return replace(found, spam=spam)

    def _judged(self, form: Form, post: Post) -> Spam | None:
        """Only the page has a time to be filled in; a program posts as it likes, within its rate."""
        if post.submission.first(TRAP):
            return Spam("sure", "trap")
        rendered = post.submission.first(RENDERED)
        if rendered and self._seal.age(form.id, rendered) < form.settings.min_fill_seconds:
            return Spam("suspected", "too_quick")
        return None

    async def _take_in(self, inbound: Inbound) -> Accepted:
        try:
            async with asyncio.timeout(TAKE_SECONDS):
                return await self._sink.take_in(inbound)
        except TimeoutError:
            raise Refused("unavailable", 503, after=5) from None

    async def _enter(self, source: str, post: Post, refusal: Refused) -> Refused:
        """Enters a refusal in the ledger. Where that fails, this is what the sender has to know."""
        try:
            async with asyncio.timeout(TAKE_SECONDS):
                seen = post.raw[:MOST_REFUSED_BYTES]
                await self._sink.refuse(source, seen, post.content_type, refusal.code)
        except Refused as worse:
            return worse
        except TimeoutError:
            return Refused("unavailable", 503, after=5)
        return refusal

    async def _take_nowhere(self, request: web.Request) -> web.StreamResponse:
        # One source for all unknown ids: whoever guesses ids must not fill the ledger with rows.
        post = Post(request, _NO_FORM)
        wait = self._nowhere.wait(self._network_address(request))
        refused = Refused("too_many", 429, after=wait) if wait else Refused("unknown_form", 404)
        refusal = await self._enter("form", post, refused)
        if refusal.code == "unknown_form":
            return answer.unknown_form(post.wants_page, post.language)
        return answer.refused(post, refusal)

    def _refusal(self, form: Form, post: Post, refusal: Refused) -> web.Response:
        if not post.wants_page:
            return answer.refused(post, refusal)
        return answer.refused_page(post, refusal, form.page, self._hidden(form, post, refusal.code))

    def _hidden(self, form: Form, post: Post | None = None, code: str = "") -> Hidden:
        """A page shown again keeps its key, so that a retry is one; after a conflict it is a new message."""
        key = post.submission.first(KEY) if post and code not in ("conflict", "bad_key") else ""
        rendered = post.submission.first(RENDERED) if post and code != "stale_page" else ""
        return Hidden(key or str(self._new_id()), rendered or self._seal.page(form.id))


_NO_FORM = FormSettings.model_validate({"title": "-", "fields": [{"name": "none", "label": "-"}]})
