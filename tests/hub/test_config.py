"""Settings: the examples load, and everything wrong is said at once."""

import re
import shutil
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel

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
    elsewhere = {"forms", "demo", "database_url", "redis_url", "secret", "queues"}
    for name in Settings.model_fields.keys() - elsewhere:
        assert f"\n{name} = " in text or f"[{name}" in text, name


def models(annotation: Any) -> set[type[BaseModel]]:
    """The settings that an annotation is made of, however deep."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return {annotation}.union(*(models(field.annotation) for field in annotation.model_fields.values()))
    return set().union(*(models(inner) for inner in get_args(annotation)))


def test_every_setting_however_deep_is_named_in_the_examples() -> None:
    text = "\n".join(path.read_text("utf-8") for path in CONFIG.glob("*.example.toml"))
    elsewhere = {"demo", "database_url", "redis_url", "secret"}
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
