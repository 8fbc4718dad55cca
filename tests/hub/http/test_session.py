"""Coming in: passwords, lock-out, cookies, CSRF, roles."""

import pytest

from hub.users import FREE_FOR_LOGIN
from tests.support.hub import PASSWORD, RunningHub


async def test_login_answers_me_and_sets_a_cookie_that_scripts_cannot_read(running_hub: RunningHub) -> None:
    await running_hub.account("anna")
    browser = await running_hub.stranger()

    answer = await browser.log_in("Anna ")

    assert answer.status == 200
    assert answer.body["agent"]["login"] == "anna"
    assert answer.body["demo"] is False
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert "Secure" not in cookie  # this hub is reached over http
    me = await browser.get("/api/me")
    assert me.body["csrf"] == answer.body["csrf"]


@pytest.mark.parametrize(("login", "password"), [("anna", "wrong"), ("nobody", PASSWORD), ("", ""), ("a\x00b", "x")])
async def test_wrong_login_says_the_same_whoever_it_was(running_hub: RunningHub, login: str, password: str) -> None:
    await running_hub.account("anna")
    answer = await (await running_hub.stranger()).log_in(login, password)

    assert (answer.status, answer.body["code"]) == (401, "wrong_login")
    assert answer.headers["Content-Type"].startswith("application/problem+json")


async def test_guessing_is_locked_out_and_even_the_right_password_waits(running_hub: RunningHub) -> None:
    await running_hub.account("anna")
    browser = await running_hub.stranger()
    for _ in range(FREE_FOR_LOGIN + 1):
        assert (await browser.log_in("anna", "wrong")).status == 401

    answer = await browser.log_in("anna")

    assert (answer.status, answer.body["code"]) == (429, "locked_out")
    assert 0 < answer.body["retry_after"] <= 2
    assert int(answer.headers["Retry-After"]) >= 1


async def test_a_disabled_account_is_told_so_and_its_session_ends(running_hub: RunningHub) -> None:
    anna = await running_hub.person("anna")
    await running_hub.parts.users.disable("anna")

    assert (await anna.get("/api/me")).status == 401
    answer = await anna.log_in("anna")
    assert (answer.status, answer.body["code"]) == (403, "disabled")


async def test_logout_ends_the_session(running_hub: RunningHub) -> None:
    anna = await running_hub.person("anna")
    cookie = next(iter(anna.http.cookie_jar)).value

    assert (await anna.post("/api/logout")).status == 204
    again = await anna.get("/api/me", headers={"Cookie": f"hub_session={cookie}"})
    assert (again.status, again.body["code"]) == (401, "no_session")


@pytest.mark.parametrize("token", ["", "wrong", "ümläut"])
async def test_whatever_changes_something_needs_the_csrf_token(running_hub: RunningHub, token: str) -> None:
    anna = await running_hub.person("anna")
    anna.csrf = token

    answer = await anna.put("/api/presence", {"state": "available"})

    assert (answer.status, answer.body["code"]) == (403, "bad_csrf")
    assert (await anna.get("/api/desk")).body["me"]["presence"]["declared"] == "offline"


async def test_agents_may_not_what_supervisors_may(running_hub: RunningHub) -> None:
    anna = await running_hub.person("anna")
    sofia = await running_hub.person("sofia", role="supervisor")

    for path in ("/api/floor", "/api/ledger"):
        refused = await anna.get(path)
        assert (refused.status, refused.body["code"]) == (403, "forbidden")
        assert (await sofia.get(path)).status == 200
    answer = await anna.put(f"/api/agents/{sofia.id}/presence", {"state": "break"})
    assert answer.status == 403
    answer = await sofia.put(f"/api/agents/{anna.id}/presence", {"state": "break", "reason": "meeting"})
    assert (answer.status, answer.body["presence"]["declared"]) == (200, "break")


@pytest.mark.parametrize("cookie", ["", "short", "x" * 43, "x" * 5000, "\u00e9" * 43])
async def test_a_made_up_cookie_is_no_session(running_hub: RunningHub, cookie: str) -> None:
    stranger = await running_hub.stranger()
    answer = await stranger.get("/api/desk", headers={"Cookie": f"hub_session={cookie}"})
    assert (answer.status, answer.body["code"]) == (401, "no_session")
