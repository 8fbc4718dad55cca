"""Every setting there is, with its meaning. Read once at start; all that is wrong is said at once.

Settings come from TOML (a file, or a folder whose `*.toml` are read together, `*.example.toml` left out) and then from
the environment, which wins and is the only place for secrets.
"""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator, model_validator

from channels.form.settings import DEFAULT_CONTACT, FORM_ID, FormSettings
from channels.messaging.settings import MessagingSettings
from channels.voice.settings import VoiceSettings
from hub import mail_settings, twilio_settings, voice_settings
from hub.mail_settings import ConfiguredMailbox, MailSettings
from hub.twilio_settings import ConfiguredTwilio

Seconds = Annotated[int, Field(ge=1, le=7 * 24 * 3600)]
Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,49}$")]
Contact = Literal["form", "webchat", "manual", "email", "sms", "whatsapp", "voice", "voicemail"]
BYTES_PER_CHARACTER = 12  # at most, in JSON: an emoji is escaped as two halves of six bytes each
BYTES_AROUND = 20_000  # of a chat message, around its text: name, fields of the page, ids of files
Names = Annotated[dict[Literal["en", "zh-Hans"], str], Field(min_length=1)]


class ConfigError(Exception):
    """All that is wrong with the settings, one line each."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Disposition(Part):
    """What an agent may choose when a contact is wrapped up."""

    id: Identifier
    name: Names = Field(description="language -> name on the screen")


class Queue(Part):
    """Where work waits, and the promise made for it."""

    id: Identifier
    name: Names = Field(description="language -> name on the screen")
    priority: int = Field(0, ge=-10, le=10, description="head start of the whole queue, in steps of priority")
    requirements: dict[Identifier, Annotated[int, Field(ge=1, le=5)]] = Field(
        {}, description="skill -> least level (1 to 5) that an agent needs")
    offer_seconds: Seconds = Field(20, description="how long an offer rings before the next agent is asked")
    wrap_up_seconds: Seconds = Field(60, description="time for after-work before the next offer may come")
    service_level_seconds: Seconds = Field(
        60, description="answered within this time counts as in time; what is due sooner goes first")
    service_level_target: float = Field(0.8, ge=0, le=1, description="share that shall be in time, 0 to 1")
    dispositions: tuple[Disposition, ...] = Field(
        (Disposition(id="done", name={"en": "Done", "zh-Hans": "已完成"}),),
        min_length=1, description="outcomes to choose from")


class Units(Part):
    """How much of an agent one contact of a channel takes. An agent has 100 units unless told otherwise."""

    units: int = Field(ge=0, le=1000, description="capacity units of one contact")
    exclusive: bool = Field(False, description="worked on alone, whatever the units say (a call)")
    interruptible: bool = Field(False, description="an exclusive contact may come on top of it, and it rests meanwhile")


class WebChat(Part):
    """The chat widget on your pages."""

    queue: Identifier | None = Field(None, description="where chats wait; the first queue unless told")
    allowed_origins: tuple[str, ...] = Field(
        (), description='sites that may carry the widget, as "https://example.org"; "*" for all; the hub itself may')
    text_length: int = Field(10_000, ge=1, le=20_000, description="longest message, characters")
    file_bytes: int = Field(20_000_000, ge=10_000, description="largest file that a visitor may send")
    messages_per_minute: int = Field(60, ge=1, description="messages that one visitor may send")
    token_days: int = Field(180, ge=1, le=730, description="days since the last visit that a browser is known again")


class Limits(Part):
    """What one request may be at most."""

    body_bytes: int = Field(1_000_000, ge=10_000, description="longest JSON body; each form has a limit of its own")
    policy_bytes: int = Field(8_000_000, ge=10_000, description="longest JSON body that carries a routing policy")
    file_bytes: int = Field(20_000_000, ge=10_000, description="largest single file")
    upload_bytes: int = Field(50_000_000, ge=10_000, description="longest other body that is read in one piece")
    socket_bytes: int = Field(300_000, ge=10_000, description="longest message over a socket")


class DecisionSettings(Part):
    """The journal of routing's decisions, from which `hub replay` decides them again."""

    days: int = Field(14, ge=0, le=3_660, description="how long decisions are kept; 0 keeps none")
    megabytes_a_day: int = Field(200, ge=1, le=100_000, description=(
        "most that a day's decisions take on all hubs together; what there is no room for is counted and left out"))


class Settings(Part):
    """The whole configuration of one hub."""

    listen: str = Field("127.0.0.1:8080", description="address and port to listen on; 0.0.0.0:8080 for all")
    public_url: str = Field("http://127.0.0.1:8080", description="the address that browsers use; https in production")
    data: Path = Field(Path("var"), description="folder of the embedded database; unused with DATABASE_URL")
    trusted_proxies: int = Field(
        0, ge=0, le=5, description="how many proxies of your own stand before the hub and add X-Forwarded-For")
    metrics: Literal["loopback", "open"] = Field("loopback", description="who may read /metrics")
    session_hours: float = Field(12, gt=0, le=24 * 30, description="a log-in ends after so many hours")
    reopen_hours: int = Field(24, ge=0, le=24 * 90, description=(
        "a message this soon after the end opens the same interaction again; later it opens a linked one"))
    pool: int = Field(10, ge=2, le=200, description="database connections of this process")
    queues: tuple[Queue, ...] = Field((Queue(id="support", name={"en": "Support", "zh-Hans": "客户支持"}),),
                                      min_length=1, description="where work waits")
    channels: dict[Contact, Units] = Field(
        {}, description="channel -> what one of its contacts takes of an agent")
    forms: dict[Annotated[str, Field(pattern=f"^{FORM_ID.pattern}$")], FormSettings] = Field(
        {"contact": DEFAULT_CONTACT}, description="forms of the web, by the last part of their address")
    webchat: WebChat = WebChat()
    mailboxes: tuple[ConfiguredMailbox, ...] = Field((), description="administrators may add others on the screen")
    mail: MailSettings = MailSettings()
    twilio: tuple[ConfiguredTwilio, ...] = Field((), description="accounts that telephone and messaging use")
    messaging: MessagingSettings = MessagingSettings()
    voice: VoiceSettings = VoiceSettings()
    limits: Limits = Limits()
    decisions: DecisionSettings = DecisionSettings()
    demo: bool = Field(False, exclude=True, description="set by `hub demo` only")
    database_url: SecretStr | None = Field(None, description="DATABASE_URL in the environment")
    redis_url: SecretStr | None = Field(None, description="REDIS_URL; needed only with several hubs")
    secret: SecretStr | None = Field(None, description="HUB_SECRET or HUB_SECRET_FILE: signs visitors' tokens")

    @model_validator(mode="before")
    @classmethod
    def _reached_where_it_listens(cls, values: Any) -> Any:
        if isinstance(values, dict) and "listen" in values and "public_url" not in values:
            return {**values, "public_url": f"http://{values['listen']}"}
        return values

    @field_validator("listen")
    @classmethod
    def _has_port(cls, value: str) -> str:
        host, _, port = value.rpartition(":")
        if not host or not port.isdecimal() or int(port) > 65535:
            raise ValueError('write an address and a port, such as "127.0.0.1:8080"')
        return value

    @field_validator("public_url")
    @classmethod
    def _is_origin(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/") or parts.query:
            raise ValueError('write scheme and host only, such as "https://hub.example.org"')
        return value.rstrip("/")

    @field_validator("secret")
    @classmethod
    def _is_long(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value()) < 32:
            raise ValueError("at least 32 characters; `openssl rand -hex 32` makes one")
        return value

    @model_validator(mode="after")
    def _fits_together(self) -> "Settings":
        ids = [queue.id for queue in self.queues]
        wrong = [f"queue {name!r} stands twice" for name in sorted({n for n in ids if ids.count(n) > 1})]
        wrong += [f"forms.{name}: there is no queue {form.queue!r}" for name, form in self.forms.items()
                  if form.queue not in (None, *ids)]
        if self.webchat.queue is not None and self.webchat.queue not in ids:
            wrong.append(f"webchat: there is no queue {self.webchat.queue!r}")
        wrong += twilio_settings.wrong_with(self.twilio)
        wrong += twilio_settings.wrong_with_texts(self.messaging, [one.id for one in self.twilio], ids)
        wrong += voice_settings.wrong_with(self.voice, ids, [one.id for one in self.twilio])
        wrong += [f"mailboxes.{place}.{field}: {why}" for place, (field, why) in self._wrong_mailboxes(ids)]
        if self.limits.socket_bytes < (need := BYTES_PER_CHARACTER * self.webchat.text_length + BYTES_AROUND):
            wrong.append(f"limits.socket_bytes: a chat message of webchat.text_length = {self.webchat.text_length} "
                         f"characters may take {need} bytes; raise socket_bytes to that, or lower text_length")
        if wrong:
            raise ValueError("; ".join(wrong))
        return self

    def _wrong_mailboxes(self, queues: list[str]) -> list[tuple[int, mail_settings.Wrong]]:
        alone = [(place, wrong) for place, one in enumerate(self.mailboxes)
                 for wrong in mail_settings.wrong_with(one, one.secrets.model_fields_set, queues)]
        return alone + mail_settings.doubled(self.mailboxes)

    @property
    def mail_hostname(self) -> str:
        return self.mail.hostname or urlsplit(self.public_url).hostname or "localhost"

    @property
    def address(self) -> tuple[str, int]:
        host, _, port = self.listen.rpartition(":")
        return host.strip("[]"), int(port)

    @property
    def https(self) -> bool:
        return self.public_url.startswith("https:")

    def units(self, channel: str) -> Units:
        configured: dict[str, Units] = dict(self.channels.items())
        return configured.get(channel) or UNITS.get(channel, Units(units=100))


UNITS: Mapping[str, Units] = {
    "form": Units(units=20, interruptible=True), "webchat": Units(units=30),
    "manual": Units(units=20, interruptible=True), "email": Units(units=20, interruptible=True),
    "sms": Units(units=20), "whatsapp": Units(units=30), "voice": Units(units=100, exclusive=True),
    "voicemail": Units(units=20, interruptible=True),
}
ENVIRONMENT = {
    "DATABASE_URL": "database_url", "REDIS_URL": "redis_url", "HUB_SECRET": "secret",
    "HUB_PUBLIC_URL": "public_url", "HUB_LISTEN": "listen", "HUB_DATA": "data",
}
SECRETS = ("database_url", "redis_url", "secret")


def load(path: Path | None, environment: Mapping[str, str] = os.environ, **fixed: object) -> Settings:
    """Settings from `path` (file or folder; none: defaults), the environment, and `fixed`, the last one winning.

    Raises `ConfigError` that names everything wrong: which file, which key, what is expected, what to do.
    """
    problems: list[str] = []
    values: dict[str, Any] = {}
    origin: dict[str, str] = {}
    for file in _files(path, problems):
        _merge(file, values, origin, problems)
    for name, key in ENVIRONMENT.items():
        if environment.get(name):
            values[key], origin[key] = environment[name], f"environment variable {name}"
    _secret_file(environment, values, origin, problems)
    mail_settings.take_secrets(values.get("mailboxes"), environment,
                               lambda text: problems.append(f"{origin.get('mailboxes', '')}: {text}"))
    twilio_settings.take_secrets(values.get("twilio"), environment,
                                 lambda text: problems.append(f"{origin.get('twilio', '')}: {text}"))
    values.update(fixed)
    try:
        settings = Settings.model_validate(values)
    except ValidationError as error:
        raise ConfigError(problems + [_said(dict(found), origin, path) for found in error.errors()]) from None
    if problems:
        raise ConfigError(problems)
    return settings


def _files(path: Path | None, problems: list[str]) -> list[Path]:
    if path is None:
        return []
    if path.is_dir():
        return sorted(file for file in path.glob("*.toml") if not file.name.endswith(".example.toml"))
    if not path.is_file():
        problems.append(f"{path}: there is no such file. Give a file or a folder with --config or HUB_CONFIG.")
        return []
    return [path]


def _merge(file: Path, values: dict[str, Any], origin: dict[str, str], problems: list[str]) -> None:
    try:
        found = tomllib.loads(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        problems.append(f"{file}: cannot be read as TOML: {error}")
        return
    for key, value in found.items():
        if key in SECRETS or key == "demo":
            problems.append(f"{file}: {key}: does not belong into a file. Set it in the environment, or leave it out.")
        elif key in values:
            problems.append(f"{file}: {key}: stands in {origin[key]} already. Keep one of them.")
        else:
            values[key], origin[key] = value, str(file)


def _secret_file(environment: Mapping[str, str], values: dict[str, Any], origin: dict[str, str],
                 problems: list[str]) -> None:
    if not (name := environment.get("HUB_SECRET_FILE")) or "secret" in values:
        return
    try:
        values["secret"] = Path(name).read_text("utf-8").strip()
        origin["secret"] = f"{name} (HUB_SECRET_FILE)"
    except (OSError, UnicodeDecodeError) as error:
        problems.append(f"HUB_SECRET_FILE: {name} cannot be read: {type(error).__name__}. Correct the path.")


def _said(found: dict[str, Any], origin: Mapping[str, str], path: Path | None) -> str:
    """One line about one finding. The value itself stays out: it may be a secret."""
    where = [str(step) for step in found["loc"]]
    source = origin.get(where[0], str(path or "configuration")) if where else str(path or "configuration")
    text = found["msg"].removeprefix("Value error, ")
    if found["type"] == "extra_forbidden":
        text = "is not a setting. Look for a spelling mistake, or remove it."
    elif found["type"] == "missing":
        text = "is missing. Add it."
    return f"{source}: {'.'.join(where) or 'settings'}: {text}"
