"""The settings of e-mail: mailboxes, the door for mail servers, and what is the same for all of them."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import timedelta
from typing import Annotated, get_args
from urllib.parse import urlsplit

from email_validator import EmailNotValidError, validate_email
from pydantic import Field

from channels.email.settings import Filter, Listener, Mailbox, Part, Secrets
from hub.found_secrets import secrets_of
from hub.wire_mail import SecretName

SECRET_NAMES: tuple[SecretName, ...] = get_args(SecretName)
Source = Annotated[str, Field(max_length=1000)]
_PLAIN_DOMAIN = re.compile(r"(?!-)[a-z0-9-]{1,63}(?:\.(?!-)[a-z0-9-]{1,63})*", re.IGNORECASE)
Port = Annotated[int, Field(ge=1, le=65535)]


class ConfiguredMailbox(Mailbox):
    """A mailbox of the configuration. Of each secret it says where it lies: in which variable, or in which file."""

    password_env: Source = Field("", description="name of the environment variable that holds the password")
    password_file: Source = Field("", description="file that holds the password")
    client_secret_env: Source = ""
    client_secret_file: Source = ""
    refresh_token_env: Source = ""
    refresh_token_file: Source = ""
    smtp_password_env: Source = Field("", description="only where it differs from the password")
    smtp_password_file: Source = ""
    dkim_key_env: Source = ""
    dkim_key_file: Source = Field("", description="PEM file of the private key")
    secrets: Secrets = Field(Secrets(), exclude=True, repr=False, description="what was found there")

    @property
    def plain(self) -> Mailbox:
        """As the channel knows it."""
        return Mailbox.model_validate({name: getattr(self, name) for name in Mailbox.model_fields})


class MailSettings(Part):
    """What is the same for all mailboxes."""

    listener: Listener = Listener()
    filter: Filter = Filter()
    hostname: str = Field("", max_length=255, description=(
        "what this machine calls itself to mail servers, and the domain of Message-IDs where a mailbox has none; "
        "that of `public_url` unless set"))
    reopen_days: int = Field(14, ge=0, le=365, description=(
        "a mail this soon after the end opens the same interaction again; later it opens a linked one"))
    undo_seconds: int = Field(8, ge=0, le=120, description="a mail may be taken back for so long before it leaves")
    wait_days: int = Field(7, ge=1, le=60, description="a mail of ours waits so long for its answer")
    files_bytes: int = Field(25_000_000, ge=10_000, description=(
        "all files of one mail together; on the way they take a third more, and most servers refuse beyond 35 MB"))
    ports: tuple[Port, ...] = Field((25, 143, 465, 587, 993, 2525), description=(
        "the ports that administrators may name on the screen, so that nobody looks around in your network from there"))

    @property
    def undo(self) -> timedelta:
        return timedelta(seconds=self.undo_seconds)

    @property
    def wait(self) -> timedelta:
        return timedelta(days=self.wait_days)


def take_secrets(mailboxes: object, environment: Mapping[str, str], say: Callable[[str], None]) -> None:
    """Puts the secrets of mailboxes read from TOML where they belong; says what is wrong, each with its key."""
    for place, one in enumerate(mailboxes if isinstance(mailboxes, list) else ()):
        if isinstance(one, dict):
            found, wrong = secrets_of(one, SECRET_NAMES, environment)
            one["secrets"] = found
            for text in wrong:
                say(f"mailboxes.{place}.{text}")


Wrong = tuple[str, str]  # the field, such as imap.move_to, and what is wrong with it


def wrong_with(mailbox: Mailbox, secrets: Collection[str], queues: Collection[str]) -> list[Wrong]:
    """What is wrong with one mailbox by itself, wherever it was set up. `secrets`: those that it has."""
    wrong = [(field, why) for field, address in _addresses(mailbox) if (why := _not_an_address(address))]
    if mailbox.queue is not None and mailbox.queue not in queues:
        wrong.append(("queue", f"there is no queue {mailbox.queue!r}"))
    wrong += _wrong_with_imap(mailbox, secrets)
    if mailbox.smtp is not None:
        wrong += _not_a_host("smtp.host", mailbox.smtp.host)
        if mailbox.smtp.user and mailbox.oauth is None and not {"password", "smtp_password"} & set(secrets):
            wrong.append(("secrets.smtp_password", "there is none, and no password either"))
    if mailbox.oauth is not None:
        url = urlsplit(mailbox.oauth.token_url)
        if url.scheme != "https" and url.hostname not in ("127.0.0.1", "::1", "localhost"):
            wrong.append(("oauth.token_url", "write an address that begins with https://"))
        if "refresh_token" not in secrets:
            wrong.append(("secrets.refresh_token", "is missing"))
    if mailbox.dkim is not None and "dkim_key" not in secrets:
        wrong.append(("secrets.dkim_key", "is missing"))
    return wrong


def doubled(mailboxes: Sequence[Mailbox]) -> list[tuple[int, Wrong]]:
    """Ids and addresses that another mailbox before has already, by place."""
    wrong: list[tuple[int, Wrong]] = []
    ids: set[str] = set()
    owners: dict[str, str] = {}
    for place, one in enumerate(mailboxes):
        if one.id in ids:
            wrong.append((place, ("id", f"mailbox {one.id!r} stands twice")))
        ids.add(one.id)
        for field, address in _addresses(one):
            owner = owners.setdefault(address.lower(), f"{one.id} {place}")
            if owner != f"{one.id} {place}":
                wrong.append((place, (field, f"mailbox {owner.split()[0]!r} has this address already")))
    return wrong


def _wrong_with_imap(mailbox: Mailbox, secrets: Collection[str]) -> list[Wrong]:
    imap = mailbox.imap
    if imap is None:
        return []
    wrong = _not_a_host("imap.host", imap.host)
    wrong += [(f"imap.{name}", "is missing") for name in ("user", "folder") if not getattr(imap, name).strip()]
    if imap.after == "move" and not imap.move_to.strip():
        wrong.append(("imap.move_to", 'is missing, and after = "move" needs it'))
    if imap.after == "move" and imap.move_to == imap.folder:
        wrong.append(("imap.move_to", "is the folder that is read"))
    if mailbox.oauth is None and "password" not in secrets:
        wrong.append(("secrets.password", "is missing"))
    return wrong


def _addresses(mailbox: Mailbox) -> list[tuple[str, str]]:
    return [("address", mailbox.address), *((f"aliases.{n}", one) for n, one in enumerate(mailbox.aliases))]


def _not_an_address(address: str) -> str:
    local, _, domain = address.rpartition("@")
    # A company's own network may have names that the world does not know, such as hub.localhost or mail.lan.
    tried = f"{local}@example.org" if _PLAIN_DOMAIN.fullmatch(domain) else address
    try:
        validate_email(tried, check_deliverability=False, allow_smtputf8=True)
    except (EmailNotValidError, UnicodeError):
        return "this is no e-mail address"
    return ""


def _not_a_host(field: str, host: str) -> list[Wrong]:
    good = host.strip() == host and host and not any(letter.isspace() or letter in "/@\\" for letter in host)
    return [] if good else [(field, "write the name of a server, such as mail.example.org")]
