"""What a mailbox is: how mail comes from it, and how mail goes out in its name."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr

Security = Literal["tls", "starttls", "none"]
Port = Annotated[int, Field(ge=1, le=65535)]
Name = Annotated[str, Field(max_length=255)]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class OAuth(Part):
    """XOAUTH2 with a refresh token, for providers that take no passwords any more."""

    token_url: str = Field(description="where access tokens are asked for, https")
    client_id: Name = Field(description="of the application that you registered with the provider")
    scope: Name = Field("", description="asked for with each refresh, where the provider wants it")


class Secrets(Part):
    """Never shown again once given."""

    password: SecretStr | None = None
    client_secret: SecretStr | None = None
    refresh_token: SecretStr | None = None
    smtp_password: SecretStr | None = None
    dkim_key: SecretStr | None = None  # PEM


class Imap(Part):
    """Where mail is fetched from. Nothing in the mailbox is changed unless `after` says so."""

    host: Name
    port: Port = 993
    security: Security = "tls"
    user: Name
    folder: Name = Field("INBOX", description="the folder that is read")
    begin: Literal["new", "all"] = Field("new", description=(
        "new: mail that arrives from now on; all: what lies there already, too"))
    after: Literal["leave", "mark", "move", "delete"] = Field("leave", description=(
        "what becomes of a mail in the mailbox once it is kept here: nothing, marked as read, moved, deleted"))
    move_to: Name = Field("", description="folder for after = move")
    delete_days: int = Field(30, ge=1, le=3650, description="for after = delete: so many days after it was kept here")
    sent_folder: Name = Field("", description="folder that gets a copy of every mail sent; none unless named")
    max_bytes: int = Field(60_000_000, ge=100_000, description=(
        "a longer mail is kept with its head only, stays in the mailbox, and is shown as such"))


class Smtp(Part):
    """Which server takes what we send."""

    host: Name
    port: Port = 587
    security: Security = "starttls"
    user: Name = ""


class Dkim(Part):
    """Signs what is sent (RFC 6376). The private key is a secret: `dkim_key`."""

    domain: Name
    selector: Name


class Mailbox(Part):
    """One address of the company."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,49}$")]
    address: Annotated[str, Field(max_length=320, description="such as support@example.org")]
    aliases: tuple[str, ...] = Field((), description="other addresses whose mail arrives here")
    name: Name = Field("", description="shown as the sender, such as Example Support")
    queue: str | None = Field(None, description="where its mail waits; the first queue unless told")
    imap: Imap | None = Field(None, description="none: mail comes by SMTP or LMTP only")
    smtp: Smtp | None = Field(None, description="none: this mailbox cannot send")
    oauth: OAuth | None = None
    dkim: Dkim | None = None
    plus: bool = Field(True, description="the server delivers support+anything@ to support@")
    template: Annotated[str, Field(max_length=5000)] = Field("", description=(
        "what an answer begins with, to be written on; {name}: whom it goes to, {agent}: who writes it"))
    signature: Annotated[str, Field(max_length=2000)] = Field("", description="below a mail; {agent}: who wrote it")
    acknowledge: Annotated[str, Field(max_length=5000)] = Field("", description=(
        "answers a customer's first mail with this text; {reference} and {name} are filled in; none unless set"))
    enabled: bool = True


class Filter(Part):
    """Which servers of your own judge mail. Only what they write counts: lines above their last `Received`."""

    servers: tuple[Name, ...] = Field((), description=(
        "what your own servers call themselves after `by` in Received lines, and in Authentication-Results"))
    suspected_score: float = Field(6, description="of the filter's score (X-Spam-Status, X-Spam-Score, X-Spamd-Result)")
    sure_score: float = Field(15, description="from here on it is surely spam")


class Listener(Part):
    """Takes mail from mail servers directly, by SMTP or LMTP."""

    listen: str = Field("", description='address and port such as "127.0.0.1:8025"; none unless set')
    protocol: Literal["smtp", "lmtp"] = "smtp"
    max_bytes: int = Field(60_000_000, ge=100_000, description="announced as SIZE; longer mail is refused with 552")
    networks: tuple[str, ...] = Field(("127.0.0.0/8", "::1/128"), description="whom it talks to")
    certificate: str = Field("", description="PEM file for STARTTLS; with `key`")
    key: str = ""


class Known(BaseModel):
    """What is in the ledger of one mailbox: everything up to `high_water`, and `above` it these."""

    model_config = ConfigDict(frozen=True)

    uidvalidity: int | None
    high_water: int
    begun_at: datetime | None = None  # when the mailbox was read for the first time
    above: frozenset[int] = frozenset()
    attempts: dict[int, int] = {}  # uid -> attempts that failed, for those not yet in the ledger


class Verified(BaseModel):
    """What a comparison of the mailbox with the ledger found."""

    model_config = ConfigDict(frozen=True)

    at: datetime
    uidvalidity: int
    present: int  # mails in the mailbox that this hub is to have
    missing: tuple[int, ...]  # uids that are in the mailbox and not in the ledger: fetched at once
