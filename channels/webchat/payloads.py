"""What a visitor's events may carry, checked strictly."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeVar
from uuid import UUID

from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import PydanticCustomError

from channels.base import Refused
from channels.text import storable

_CODES = {
    "string_type": "not_text", "uuid_parsing": "not_a_uuid", "tuple_type": "not_a_list",
    "dict_type": "not_an_object", "int_type": "not_a_number", "bool_type": "not_a_boolean",
    "literal_error": "not_a_choice", "greater_than_equal": "out_of_range", "less_than_equal": "out_of_range",
}


def _email(value: str) -> str:
    if not value:
        return value
    try:
        return validate_email(value.strip(), check_deliverability=False).normalized
    except EmailNotValidError:
        raise PydanticCustomError("not_an_email", "not an e-mail address") from None


def _uuid(value: object) -> object:
    """Accepts text only: pydantic would also take bytes and odd spellings of a UUID."""
    if isinstance(value, str) and len(value) == 36:
        return value
    raise PydanticCustomError("not_a_uuid", "not a UUID")


Text = Annotated[str, Field(strict=True), AfterValidator(storable)]
Uuid = Annotated[UUID, BeforeValidator(_uuid)]


class Payload(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class MessagePayload(Payload):
    id: Uuid
    text: Text = ""
    files: tuple[Uuid, ...] = ()
    name: Text | None = None
    email: Annotated[Text, AfterValidator(_email)] | None = None
    fields: dict[Text, Text] = {}


class ResumePayload(Payload):
    after: Annotated[int, Field(strict=True, ge=0, le=2**31 - 1)] = 0


class ReadPayload(Payload):
    number: Annotated[int, Field(strict=True, ge=0, le=2**31 - 1)]
    mark: Literal["delivered", "read"]


class TypingPayload(Payload):
    on: Annotated[bool, Field(strict=True)]


P = TypeVar("P", bound=Payload)


def parse(model: type[P], data: object) -> P:
    """Raises `Refused("invalid")` that names each wrong field."""
    if not isinstance(data, Mapping):
        raise Refused("invalid", fields={"": "not_an_object"})
    try:
        return model.model_validate(data)
    except ValidationError as error:
        wrong = {_place(one["loc"]): _CODES.get(one["type"], one["type"]) for one in error.errors()}
        raise Refused("invalid", fields=wrong) from None


def _place(location: tuple[Any, ...]) -> str:
    return storable(".".join(str(part) for part in location if part != "[key]"))[:200]
