"""What lies sealed in the database opens with its own HUB_SECRET, for its own mailbox, and not otherwise."""

from collections.abc import Callable

import pytest

from hub.sealing import OtherSecretError, Seal

SECRETS = {"password": "pässword", "dkim_key": "-----BEGIN\n"}


def test_what_was_sealed_opens_again_and_shows_nothing_before() -> None:
    sealed = Seal("a" * 32).seal("support", SECRETS)
    assert b"password" not in sealed
    assert Seal("a" * 32).open("support", sealed) == SECRETS


def test_another_hub_secret_is_said_in_plain_words() -> None:
    sealed = Seal("a" * 32).seal("support", SECRETS)
    with pytest.raises(OtherSecretError):
        Seal("b" * 32).open("support", sealed)
    assert "another HUB_SECRET" in (OtherSecretError.__doc__ or "")


@pytest.mark.parametrize("damage", [lambda s: s[:-10], lambda s: b"x" + s[1:], lambda s: b""])
def test_what_was_damaged_does_not_open(damage: Callable[[bytes], bytes]) -> None:
    with pytest.raises(OtherSecretError):
        Seal("a" * 32).open("support", damage(Seal("a" * 32).seal("support", SECRETS)))


def test_the_secrets_of_one_mailbox_do_not_open_for_another() -> None:
    sealed = Seal("a" * 32).seal("support", SECRETS)
    with pytest.raises(OtherSecretError):
        Seal("a" * 32).open("sales", sealed)
