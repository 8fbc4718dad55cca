"""The page of a form over plain HTTP: what a browser without a script gets, and what it sends back."""

import re
from collections.abc import AsyncIterator, Mapping
from html.parser import HTMLParser

import pytest
from aiohttp import ClientResponse, FormData

from channels.base import Refused
from channels.form.page import on
from tests.channels.form.driver import ANN, REPAIR, Website, form, website

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8", "Accept-Language": "en"}
PAGE = "/forms/contact"


@pytest.fixture
async def site() -> AsyncIterator[Website]:
    async with website(form()) as opened:
        yield opened


class _Hidden(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if given.get("type") == "hidden":
            self.found[given["name"] or ""] = given["value"] or ""


def hidden(html: str) -> dict[str, str]:
    """What the page carries along."""
    parser = _Hidden()
    parser.feed(html)
    return parser.found


async def opened(site: Website, language: str = "en") -> dict[str, str]:
    """A visitor opens the page and reads it for a while."""
    response = await site.client.get(PAGE, headers={**BROWSER, "Accept-Language": language})
    assert response.status == 200
    carried = hidden(await response.text())
    site.clock.advance(20)
    return carried


async def sent(site: Website, data: Mapping[str, str] | FormData, follow: bool = False) -> ClientResponse:
    return await site.client.post(PAGE, data=data, headers=BROWSER, allow_redirects=follow)


async def test_a_filled_page_leads_to_the_reference_and_may_be_reloaded(site: Website) -> None:
    response = await sent(site, {**await opened(site), **ANN})
    assert response.status == 303
    for _ in range(2):
        end = await site.client.get(response.headers["Location"], headers=BROWSER)
        html = await end.text()
        assert end.status == 200
        assert "R-0001" in html
        assert "We answer within a day." in html
    assert len(site.sink.inbounds) == 1


async def test_a_double_click_is_one_message(site: Website) -> None:
    data = {**await opened(site), **ANN}
    assert [(await sent(site, data)).status for _ in range(2)] == [303, 303]
    assert len(site.sink.inbounds) == 1


async def test_a_forged_reference_is_not_shown(site: Website) -> None:
    for token in ("R-6666", "WyJjb250YWN0IiwiUi02NjY2Il0.xyz"):
        response = await site.client.get(PAGE, params={"sent": token}, headers=BROWSER)
        html = await response.text()
        assert "R-6666" not in html
        assert "<form" in html


async def test_errors_keep_what_was_written(site: Website) -> None:
    carried = await opened(site)
    written = {"name": '"><script>alert(1)</script>', "email": "ann", "phone": "", "message": "\n first\n<b>line"}
    response = await sent(site, {**carried, **written})
    html = await response.text()
    assert response.status == 422
    assert "<title>Error: Contact us</title>" in html
    assert "<script" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "&lt;b&gt;line</textarea>" in html
    assert 'href="#field-email"' in html
    assert re.search(r'id="field-email"[^>]*aria-invalid="true"[^>]*aria-describedby="field-email-error"', html)
    assert hidden(html) == carried
    assert "<nav" not in html, "a click there would lose what was written"


async def test_too_quick_for_a_human_is_asked_again_and_then_taken(site: Website) -> None:
    carried = hidden(await (await site.client.get(PAGE, headers=BROWSER)).text())
    response = await sent(site, {**carried, **ANN})
    assert response.status == 422
    again = hidden(await response.text())
    assert again == carried
    site.clock.advance(5)
    assert (await sent(site, {**again, **ANN})).status == 303


async def test_after_a_trap_or_a_forged_page_a_human_can_send_again(site: Website) -> None:
    for wrong in ({"_website": "x"}, {"_rendered": "forged"}):
        response = await sent(site, {**await opened(site), **ANN, **wrong})
        assert response.status == 422
        site.clock.advance(5)
        assert (await sent(site, {**hidden(await response.text()), **ANN})).status == 303


async def test_another_message_from_an_old_page_gets_a_key_of_its_own(site: Website) -> None:
    carried = await opened(site)
    await sent(site, {**carried, **ANN})
    other = {**ANN, "message": "And one thing more."}
    response = await sent(site, {**carried, **other})
    html = await response.text()
    assert response.status == 409
    assert "And one thing more." in html
    assert hidden(html)["_key"] != carried["_key"]
    assert (await sent(site, {**hidden(html), **other})).status == 303
    assert len(site.sink.inbounds) == 2


async def test_when_the_hub_is_away_nothing_written_is_lost(site: Website) -> None:
    carried = await opened(site)
    site.sink.down = True
    response = await sent(site, {**carried, **ANN})
    html = await response.text()
    assert response.status == 503
    assert response.headers["Retry-After"] == "5"
    assert ANN["message"] in html
    assert hidden(html) == carried
    site.sink.down = False
    assert (await sent(site, {**hidden(html), **ANN})).status == 303


async def test_what_cannot_be_read_leads_back_to_the_form(site: Website) -> None:
    headers = {**BROWSER, "Content-Type": "application/x-www-form-urlencoded"}
    response = await site.client.post(PAGE, data=b"name=%ff", headers=headers)
    html = await response.text()
    assert response.status == 400
    assert "not valid UTF-8" in html
    assert 'href="?lang=en">Back to the form' in html


async def test_what_the_hub_refuses_is_told_on_the_page(site: Website) -> None:
    site.sink.refuse_next = Refused("closed", 422)
    response = await sent(site, {**await opened(site), **ANN})
    assert "The reason is `closed`." in await response.text()


async def test_files_are_sent_by_the_page_and_must_be_chosen_again_after_an_error() -> None:
    async with website(form(REPAIR)) as site:
        response = await site.client.get(PAGE, headers=BROWSER)
        html = await response.text()
        assert 'enctype="multipart/form-data"' in html
        site.clock.advance(20)
        empty = await (await sent(site, FormData(hidden(html)))).text()
        assert "Choose your files again" not in empty
        data = FormData(hidden(html))
        data.add_field("photo", b"bytes", filename="a.png")
        refusal = await (await sent(site, data)).text()
        assert "Choose your files again" in refusal
        assert '<option value="other">other</option>' in refusal


@pytest.mark.parametrize(("path", "accepted", "lang", "text"), [
    (PAGE, "zh-CN", "zh-Hans", "联系我们"), (f"{PAGE}?lang=zh-Hans", "en", "zh-Hans", "选填"),
    (f"{PAGE}?lang=en", "zh", "en", "optional"), (f"{PAGE}?lang=%22%3E", "fr", "en", "Contact us"),
    ("/forms/nothing", "zh", "zh-Hans", "没有这个表单"),
])
async def test_the_page_speaks_the_visitors_language(site: Website, path: str, accepted: str, lang: str,
                                                     text: str) -> None:
    response = await site.client.get(path, headers={**BROWSER, "Accept-Language": accepted})
    html = await response.text()
    assert f'<html lang="{lang}">' in html
    assert text in html


async def test_an_unknown_form_is_a_page_too(site: Website) -> None:
    assert (await site.client.get("/forms/nothing", headers=BROWSER)).status == 404
    assert (await site.client.post("/forms/nothing", data=ANN, headers=BROWSER)).status == 404
    assert [(await site.client.head(path)).status for path in (PAGE, "/forms/nothing")] == [200, 404]


async def test_the_page_may_run_nothing_and_only_allowed_sites_may_frame_it() -> None:
    async with website(form(allowed_origins=["https://www.example.com"])) as site:
        first, second = [await site.client.get(PAGE, headers=BROWSER) for _ in range(2)]
        policy = first.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'self' https://www.example.com" in policy
        [nonce] = re.findall(r"style-src 'nonce-([\w-]+)'", policy)
        assert f'<style nonce="{nonce}">' in await first.text()
        assert nonce not in second.headers["Content-Security-Policy"]
        assert first.headers["Cache-Control"] == "no-store"


async def test_the_companys_colours_are_variables() -> None:
    async with website(form(theme={"accent": "#006400", "accent_dark": "#90ee90"})) as site:
        html = await (await site.client.get(PAGE, headers=BROWSER)).text()
        assert "--accent: #006400; --on-accent: #ffffff;" in html
        assert "--accent: #90ee90; --on-accent: #000000;" in html


@pytest.mark.parametrize(("colour", "text"), [
    ("#000000", "#ffffff"), ("#ffffff", "#000000"), ("#1d5bbf", "#ffffff"), ("#ffd700", "#000000"),
])
def test_text_on_the_accent_can_be_read(colour: str, text: str) -> None:
    assert on(colour) == text


async def test_the_self_test_names_every_form(site: Website) -> None:
    assert [(check.name, check.detail) async for check in site.channel.check()] == [
        ("form contact", "/forms/contact")]
    async with website(form(fields=[{"name": "idea", "label": "Idea"}])) as anonymous:
        [check] = [check async for check in anonymous.channel.check()]
        assert "neither e-mail nor phone" in check.detail
