"""Customers, their one history, and the search over everything."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from hub.http.endpoint import Call, Endpoint
from hub.store import customers, history, search
from hub.wire import CustomerView, EditCustomer, Hit, Page, TouchView
from hub.wire_customers import PutMarks

Text = Annotated[str, Field(max_length=200)]
Cursor = Annotated[str, Field(max_length=500)]


class Query(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Customers(Query):
    q: Text = Field("", description="part of a name or an address")
    after: Cursor | None = None
    limit: Annotated[int, Field(ge=1, le=100)] = 25


class Timeline(Query):
    after: Cursor | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    channel: Text | None = None
    kind: tuple[Text, ...] = Field((), description="may be repeated")


class Search(Query):
    q: Annotated[str, Field(min_length=1, max_length=200)]
    limit: Annotated[int, Field(ge=1, le=100)] = 30


async def list_customers(call: Call, query: Customers) -> Page[CustomerView]:
    return await customers.search(call.parts.pool, query.q, query.after, query.limit)


async def get_customer(call: Call, id: UUID) -> CustomerView:
    return await customers.view(call.parts.pool, id)


async def edit_customer(call: Call, id: UUID, body: EditCustomer) -> CustomerView:
    await call.parts.desk.edit_customer(call.actor, id, body)
    return await customers.view(call.parts.pool, id)


async def put_marks(call: Call, id: UUID, body: PutMarks) -> CustomerView:
    await call.parts.desk.mark_customer(call.actor, id, body)
    return await customers.view(call.parts.pool, id)


async def get_timeline(call: Call, id: UUID, query: Timeline) -> Page[TouchView]:
    return await history.timeline(call.parts.pool, id, query.after, query.limit, query.channel, query.kind)


async def find(call: Call, query: Search) -> list[Hit]:
    return await search.search(call.parts.pool, query.q, query.limit)


ENDPOINTS = (
    Endpoint("GET", "/api/customers", list_customers, "Customers by name or address"),
    Endpoint("GET", "/api/customers/{id}", get_customer, "A customer with addresses and open contacts"),
    Endpoint("PATCH", "/api/customers/{id}", edit_customer, "Correct name or language"),
    Endpoint("PUT", "/api/customers/{id}/marks", put_marks, "Set what rules may ask of a customer", role="supervisor"),
    Endpoint("GET", "/api/customers/{id}/timeline", get_timeline, "Every touch on every channel, newest first"),
    Endpoint("GET", "/api/search", find, "Customers, messages and notes that match"),
)
