"""The description and the routes are the same thing."""

import re

from aiohttp import web
from openapi_spec_validator import OpenAPIV31SpecValidator

from hub.http.routes import ENDPOINTS
from tests.support.hub import RunningHub


async def test_it_is_valid_openapi_and_names_every_route(running_hub: RunningHub) -> None:
    stranger = await running_hub.stranger()
    answer = await stranger.get("/api/openapi.json")

    assert answer.status == 200
    OpenAPIV31SpecValidator(answer.body).validate()
    described = {(method.upper(), path) for path, item in answer.body["paths"].items() for method in item}
    assert described == {(one.method, one.path) for one in ENDPOINTS}
    served = {(route.method, route.resource.canonical) for route in running_hub.app.router.routes()
              if route.resource and route.resource.canonical.startswith("/api/") and route.method != "HEAD"}
    assert served == {one for one in described if one[1].startswith("/api/")}


async def test_without_a_session_every_endpoint_refuses_but_the_few_that_are_open(running_hub: RunningHub) -> None:
    """Deny by default: a new endpoint that forgets its role is closed."""
    stranger = await running_hub.stranger()
    opened = set()
    for one in ENDPOINTS:
        path = re.sub(r"\{\w+\}", "0190b6f0-0000-7000-8000-000000000000", one.path)
        answer = await stranger.ask(one.method, path, {} if one.method != "GET" else None)
        if answer.status != 401:
            opened.add(one.path)
    assert opened == {"/api/login", "/api/openapi.json", "/healthz", "/metrics"}


async def test_names_of_operations_are_unique(running_hub: RunningHub) -> None:
    names = [one.handler.__name__ for one in ENDPOINTS]
    assert len(names) == len(set(names))
    assert isinstance(running_hub.app, web.Application)
