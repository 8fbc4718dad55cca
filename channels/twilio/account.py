"""One account of Twilio: who we are there, and where it reaches us."""

from typing import Annotated, Literal, NamedTuple
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

API = "https://api.twilio.com"
_LOCAL = ("127.0.0.1", "::1", "localhost")


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class TwilioSecrets(Part):
    """Never shown again once given."""

    auth_token: SecretStr | None = None  # signs webhooks; without an API key it is also the password of requests
    next_auth_token: SecretStr | None = None  # while tokens are changed: webhooks signed with it are taken, too
    api_key_secret: SecretStr | None = None


class TwilioAccount(Part):
    """`id` stands in the addresses that Twilio calls: `<public url>/twilio/<id>/...`."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,49}$", description="of your choice, such as main")]
    account_sid: Annotated[str, Field(pattern=r"^AC[0-9a-f]{32}$", description="AC and 32 characters")]
    api_key_sid: Annotated[str, Field(pattern=r"^(SK[0-9a-f]{32})?$", description=(
        "SK and 32 characters; requests use it instead of the auth token, softphones need it"))] = ""
    public_url: str = Field("", description=(
        "where Twilio reaches the hub, exactly as it stands in the addresses entered there; `public_url` unless set"))
    api_url: str = Field(API, description="another one only for an emulator or a region")

    @field_validator("public_url", "api_url")
    @classmethod
    def _is_plain(cls, value: str) -> str:
        parts = urlsplit(value)
        plain = not (parts.query or parts.fragment or parts.username is not None)
        if value and (parts.scheme not in ("http", "https") or not parts.hostname or not plain):
            raise ValueError('write an address such as "https://hub.example.org", without anything behind it')
        if parts.hostname and "_" in parts.hostname:
            raise ValueError("Twilio calls no host with _ in its name")
        return value.rstrip("/")

    @property
    def webhooks(self) -> str:
        """What the path of every webhook of this account begins with."""
        return f"/twilio/{self.id}"


class Doubt(NamedTuple):
    code: Literal["no_token", "no_key_secret", "local", "plain", "no_key"]
    text: str  # for an administrator


class Account(Part):
    """An account with its secrets. `public_url` is never empty here."""

    settings: TwilioAccount
    secrets: TwilioSecrets = Field(TwilioSecrets(), repr=False)
    public_url: str

    @property
    def id(self) -> str:
        return self.settings.id

    @property
    def sid(self) -> str:
        return self.settings.account_sid

    @property
    def tokens(self) -> tuple[str, ...]:
        """What a webhook may be signed with."""
        both = self.secrets.auth_token, self.secrets.next_auth_token
        return tuple(one.get_secret_value() for one in both if one is not None)

    @property
    def login(self) -> tuple[str, str] | None:
        """User and password of requests; None where nothing is configured."""
        key, token = self.secrets.api_key_secret, self.secrets.auth_token
        if self.settings.api_key_sid and key is not None:
            return self.settings.api_key_sid, key.get_secret_value()
        return (self.sid, token.get_secret_value()) if token is not None else None

    def url(self, path: str) -> str:
        """The public address of one of our webhooks; `path` begins behind `/twilio/<id>`, with a slash."""
        return f"{self.public_url}{self.settings.webhooks}{path}"

    def doubts(self) -> list[Doubt]:
        """What is missing, or looks as if Twilio could not use it."""
        found: list[Doubt] = []
        if self.secrets.auth_token is None:
            found.append(Doubt("no_token", "has no auth token, so nothing that Twilio sends can be believed"))
        if self.settings.api_key_sid and self.secrets.api_key_secret is None:
            found.append(Doubt("no_key_secret", "has no secret for its API key"))
        reached, emulated = urlsplit(self.public_url), urlsplit(self.settings.api_url).hostname in _LOCAL
        if not emulated and reached.hostname in _LOCAL:
            found.append(Doubt("local", f"cannot be reached by Twilio at {self.public_url}: set public_url"))
        elif not emulated and reached.scheme != "https":
            found.append(Doubt("plain", f"is reached without encryption at {self.public_url}: use https"))
        return found
