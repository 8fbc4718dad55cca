"""Settings: the examples load, and everything wrong is said at once."""

import re
import shutil
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from channels.email.settings import Secrets
from channels.twilio.account import TwilioSecrets
from hub.config import ConfigError, Settings, load

CONFIG = Path(__file__).parents[2] / "config"
SECRET = "s" * 32


def write(folder: Path, text: str, name: str = "hub.toml") -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def test_the_examples_load_together_and_say_what_they_say(tmp_path: Path) -> None:
    for name in ("hub", "forms"):
        shutil.copy(CONFIG / f"{name}.example.toml", tmp_path / f"{name}.toml")

    settings = load(tmp_path, {})

    assert [queue.id for queue in settings.queues] == ["support", "sales"]
    assert settings.queues[1].name["zh-Hans"] == "销售"
    assert [field.name for field in settings.forms["contact"].fields][-1] == "consent"
    assert settings.webchat.queue == "support"


def test_every_plain_setting_stands_in_the_example() -> None:
    text = (CONFIG / "hub.example.toml").read_text("utf-8")
    elsewhere = {"forms", "demo", "database_url", "redis_url", "secret", "queues", "mail", "mailboxes", "twilio",
                 "voice", "messaging"}
    for name in Settings.model_fields.keys() - elsewhere:
        assert f"\n{name} = " in text or f"[{name}" in text, name


def models(annotation: Any) -> set[type[BaseModel]]:
    """The settings that an annotation is made of, however deep."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return {annotation}.union(*(models(field.annotation) for field in annotation.model_fields.values()))
    return set().union(*(models(inner) for inner in get_args(annotation)))


def test_every_setting_however_deep_is_named_in_the_examples() -> None:
    text = "\n".join(path.read_text("utf-8") for path in CONFIG.glob("*.example.toml"))
    elsewhere = {"demo", "database_url", "redis_url", "secret", "secrets"}
    elsewhere |= {*Secrets.model_fields, *TwilioSecrets.model_fields}  # which lie in variables and files of their own
    for model in models(Settings):
        for name in model.model_fields.keys() - elsewhere:
            assert re.search(rf"(^|[\[{{.,`\s]){name}(\s*=|[].])", text, re.MULTILINE), f"{model.__name__}.{name}"


def test_the_longest_chat_message_that_may_be_configured_fits_by_default() -> None:
    longest = load(None, {}, webchat={"text_length": 20_000})
    assert longest.limits.socket_bytes >= 12 * 20_000 + 20_000


def test_the_example_says_the_defaults(tmp_path: Path) -> None:
    shutil.copy(CONFIG / "hub.example.toml", tmp_path / "hub.toml")
    written, default = load(tmp_path, {}), load(None, {})
    for name in ("listen", "public_url", "trusted_proxies", "metrics", "session_hours", "reopen_hours", "pool"):
        assert getattr(written, name) == getattr(default, name), name
    assert written.units("form") == default.units("form")
    assert written.limits == default.limits


def test_the_environment_wins_and_secrets_are_never_shown(tmp_path: Path) -> None:
    path = write(tmp_path, 'listen = "127.0.0.1:1"')
    settings = load(path, {"HUB_LISTEN": "127.0.0.1:2", "HUB_SECRET": SECRET,
                           "DATABASE_URL": "postgresql://me:hush@db/hub"})
    assert settings.address == ("127.0.0.1", 2)
    assert settings.public_url == "http://127.0.0.1:2"
    assert SECRET not in repr(settings)
    assert "hush" not in repr(settings)


def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    path = write(tmp_path, SECRET + "\n", "secret")
    settings = load(None, {"HUB_SECRET_FILE": str(path)})
    assert settings.secret is not None
    assert settings.secret.get_secret_value() == SECRET


def test_all_that_is_wrong_is_said_at_once_with_file_and_key(tmp_path: Path) -> None:
    write(tmp_path, 'lissten = "x"\npool = "many"\nsecret = "hush-hush"\n[[queues]]\nid = "Bad Id"\n')
    write(tmp_path, "this is no toml", "other.toml")
    write(tmp_path, "pool = 3", "zoo.toml")

    with pytest.raises(ConfigError) as caught:
        load(tmp_path, {"HUB_SECRET": "short", "HUB_LISTEN": "nowhere"})

    text = str(caught.value)
    for part in ("lissten: is not a setting", "pool: Input should be a valid integer", "queues.0.id: ",
                 "queues.0.name: is missing", "secret: does not belong into a file", "HUB_SECRET: secret: at least 32",
                 "HUB_LISTEN: listen: write an address and a port", "other.toml: cannot be read as TOML",
                 "zoo.toml: pool: stands in"):
        assert part in text, part
    assert "hush-hush" not in text
    assert "short" not in text


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('public_url = "hub.example.org"', "scheme and host"),
        ('public_url = "https://hub.example.org/hub"', "scheme and host"),
        ('listen = "127.0.0.1"', "an address and a port"),
        ('[webchat]\nqueue = "nope"', "there is no queue 'nope'"),
        ('[[queues]]\nid = "a"\nname = {en = "A"}\n[[queues]]\nid = "a"\nname = {en = "A"}', "'a' stands twice"),
        ('[forms.contact]\ntitle = "x"\nqueue = "nope"\n[[forms.contact.fields]]\nname = "m"\nlabel = "M"',
         "there is no queue 'nope'"),
        ("[channels.fax]\nunits = 1", "channels.fax"),
        ("queues = []", "queues"),
        ("[limits]\nsocket_bytes = 139_999", "text_length = 10000 characters may take 140000 bytes"),
        ("demo = true", "demo: does not belong"),
    ],
)
def test_what_cannot_work_is_refused(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        load(write(tmp_path, text), {})


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="there is no such file"):
        load(tmp_path / "none.toml", {})


def with_mail(folder: Path) -> tuple[Path, dict[str, str]]:
    """The examples, with the secrets that they name."""
    text = (CONFIG / "mail.example.toml").read_text("utf-8")
    for name in ("sales-refresh-token", "dkim.pem"):
        (folder / name).write_text(f"{name} of mine\n", "utf-8")
    write(folder, text.replace("/run/secrets", str(folder)), "mail.toml")
    shutil.copy(CONFIG / "hub.example.toml", folder / "hub.toml")
    return folder, {"SUPPORT_MAIL_PASSWORD": "hush one", "MAIL_CLIENT_SECRET": "hush two"}


def test_mailboxes_find_their_secrets_where_the_file_says(tmp_path: Path) -> None:
    settings = load(*with_mail(tmp_path))
    support, sales = settings.mailboxes
    assert support.imap is not None
    assert (support.imap.user, support.imap.after) == ("support@example.org", "leave")
    assert support.secrets.password is not None
    assert support.secrets.password.get_secret_value() == "hush one"
    assert sales.secrets.refresh_token is not None
    assert sales.secrets.refresh_token.get_secret_value() == "sales-refresh-token of mine"
    assert sales.plain.oauth is not None
    assert "hush" not in repr(settings) + str(settings.model_dump())
    assert "of mine" not in repr(settings)
    assert (settings.mail_hostname, settings.units("email").units) == ("127.0.0.1", 20)
    assert settings.mail == load(None, {}).mail


MAILBOX = 'id = "a"\naddress = "a@example.org"\n'


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('password_env = "NOT_THERE"', "mailboxes.0.password_env: there is no environment variable NOT_THERE"),
        ('password_file = "/not/there"', "mailboxes.0.password_file: /not/there cannot be read"),
        ('password_env = "A"\npassword_file = "b"', "stands beside password_file"),
        ('queue = "nope"', "mailboxes.0.queue: there is no queue 'nope'"),
        ('aliases = ["b@example.org", "not one"]', "mailboxes.0.aliases.1: this is no e-mail address"),
        ('aliases = ["A@example.org"]\n[[mailboxes]]\nid = "b"\naddress = "a@Example.org"',
         "mailboxes.1.address: mailbox 'a' has this address already"),
        ('[[mailboxes]]\nid = "a"\naddress = "b@example.org"', "mailboxes.1.id: mailbox 'a' stands twice"),
        ('imap = { host = "h", user = "u", after = "move" }', "mailboxes.0.imap.move_to: is missing"),
        ('imap = { host = "h", user = "u", after = "move", move_to = "INBOX" }', "is the folder that is read"),
        ('imap = { host = "h", user = "u" }', "mailboxes.0.secrets.password: is missing"),
        ('imap = { host = "ssl://h/", user = "u" }', "mailboxes.0.imap.host: write the name of a server"),
        ('smtp = { host = "h", user = "u" }', "mailboxes.0.secrets.smtp_password: there is none"),
        ('oauth = { token_url = "http://example.org", client_id = "x" }', "https://"),
        ('oauth = { token_url = "https://example.org", client_id = "x" }', "refresh_token: is missing"),
        ('dkim = { domain = "example.org", selector = "x" }', "mailboxes.0.secrets.dkim_key: is missing"),
        ("dkin = 1", "mailboxes.0.dkin: is not a setting"),
    ],
)
def test_what_is_wrong_with_a_mailbox_is_said_by_its_key(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(says)):
        load(write(tmp_path, f"[[mailboxes]]\n{MAILBOX}{text}"), {"A": "x"})


def test_a_secret_in_the_file_itself_is_refused_and_not_repeated(tmp_path: Path) -> None:
    path = write(tmp_path, f'[[mailboxes]]\n{MAILBOX}password = "hush-hush"\nsecrets = {{ dkim_key = "hush" }}')
    with pytest.raises(ConfigError, match=r"mailboxes\.0\.password: does not belong into a file") as caught:
        load(path, {})
    assert "mailboxes.0.secrets: does not belong" in str(caught.value)
    assert "hush" not in str(caught.value)


ACCOUNT = f'id = "main"\naccount_sid = "AC{"0" * 32}"\n'


def test_an_account_of_twilio_finds_its_secrets_and_never_shows_them(tmp_path: Path) -> None:
    (tmp_path / "twilio-api-key").write_text("hush key\n", "utf-8")
    text = (CONFIG / "twilio.example.toml").read_text("utf-8").replace("/run/secrets", str(tmp_path))
    settings = load(write(tmp_path, text), {"TWILIO_AUTH_TOKEN": "hush token"})
    account = settings.twilio[0].account("https://other.example")
    assert account.url("/sms") == "https://hub.example.org/twilio/main/sms"
    assert (account.tokens, account.login) == (("hush token",), ("SK" + "0" * 32, "hush key"))
    assert "hush" not in repr(settings) + str(settings.model_dump()) + repr(account)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "twilio.0.auth_token_env: is missing"),
        ('auth_token = "hush"', "twilio.0.auth_token: does not belong into a file"),
        ('auth_token_env = "NOT_THERE"', "twilio.0.auth_token_env: there is no environment variable NOT_THERE"),
        (f'auth_token_env = "A"\n[[twilio]]\n{ACCOUNT}auth_token_env = "A"', "account 'main' stands twice"),
        ('public_url = "hub.example.org"', "write an address such as"),
        ('auth_token_env = "A"\n[[messaging.senders]]\naccount = "x"\nnumber = "+15550001000"\nqueue = "y"',
         "messaging.senders.0.account: there is no account 'x' in [[twilio]]; messaging.senders.0.queue: there is no"),
        ('auth_token_env = "A"\n[messaging]\nsenders = [{ account = "main", number = "0049 171" }]', "number"),
    ],
)
def test_what_is_wrong_with_an_account_is_said_by_its_key(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(says)):
        load(write(tmp_path, f"[[twilio]]\n{ACCOUNT}{text}"), {"A": "x"})


def test_the_example_of_the_telephone_loads(tmp_path: Path) -> None:
    for name in ("hub", "twilio", "voice"):
        text = (CONFIG / f"{name}.example.toml").read_text("utf-8").replace("api_key_secret_file", "# api_key_secret")
        write(tmp_path, text, f"{name}.toml")
    voice = load(tmp_path, {"TWILIO_AUTH_TOKEN": "hush"}).voice
    assert (voice.numbers[0].flow, voice.flows["main"].begin, voice.ring_seconds) == ("main", "hours", 20)
    assert voice.flows["main"].steps["main"].keys["9"] == "language"


def test_a_telephone_that_does_not_fit_says_all_that_is_wrong(tmp_path: Path) -> None:
    text = """
[[voice.numbers]]
number = "+15550001000"
account = "moon"
flow = "none"
[voice.calendars.office]
zone = "Nowhere/Town"
week = { mon = ["25:00-26:00"] }
"""
    with pytest.raises(ConfigError) as wrong:
        load(write(tmp_path, text), {})
    for part in ("voice.numbers.0.account: there is no account 'moon'", "voice.numbers.0.flow: there is no flow",
                 "voice.calendars.office.zone", "voice.calendars.office.week.mon[0]"):
        assert part in str(wrong.value), part
