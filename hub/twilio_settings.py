"""Accounts of Twilio in the configuration. Their secrets come from the environment, or from files of their own."""

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated

from pydantic import Field

from channels.messaging.settings import MessagingSettings
from channels.twilio.account import Account, TwilioAccount, TwilioSecrets
from hub.found_secrets import secrets_of

SECRET_NAMES = tuple(TwilioSecrets.model_fields)
Source = Annotated[str, Field(max_length=1000)]


class ConfiguredTwilio(TwilioAccount):
    """An account of the configuration. Of each secret it says where it lies: in which variable, or in which file."""

    auth_token_env: Source = Field("", description="name of the environment variable that holds the auth token")
    auth_token_file: Source = Field("", description="file that holds the auth token")
    next_auth_token_env: Source = Field("", description="while the token is changed: both are good for webhooks")
    next_auth_token_file: Source = ""
    api_key_secret_env: Source = ""
    api_key_secret_file: Source = ""
    secrets: TwilioSecrets = Field(TwilioSecrets(), exclude=True, repr=False, description="what was found there")

    def account(self, public_url: str) -> Account:
        """As channels know it. `public_url`: of the hub, for an account that has none of its own."""
        settings = TwilioAccount.model_validate({name: getattr(self, name) for name in TwilioAccount.model_fields})
        return Account(settings=settings, secrets=self.secrets, public_url=self.public_url or public_url)


def take_secrets(accounts: object, environment: Mapping[str, str], say: Callable[[str], None]) -> None:
    """Puts the secrets of accounts read from TOML where they belong; says what is wrong, each with its key."""
    for place, one in enumerate(accounts if isinstance(accounts, list) else ()):
        if isinstance(one, dict):
            one["secrets"], wrong = secrets_of(one, SECRET_NAMES, environment)
            for text in wrong:
                say(f"twilio.{place}.{text}")


def wrong_with(accounts: Sequence[ConfiguredTwilio]) -> list[str]:
    """What makes the accounts unusable together, each with its key."""
    wrong = []
    for place, one in enumerate(accounts):
        before = accounts[:place]
        if one.id in {other.id for other in before}:
            wrong.append(f"twilio.{place}.id: account {one.id!r} stands twice")
        if one.account_sid in {other.account_sid for other in before}:
            wrong.append(f"twilio.{place}.account_sid: stands twice")
        if one.secrets.auth_token is None:
            wrong.append(f"twilio.{place}.auth_token_env: is missing: name the variable that holds the auth token, "
                         "or the file with auth_token_file")
    return wrong


def wrong_with_texts(messaging: MessagingSettings, accounts: Sequence[str], queues: Sequence[str]) -> list[str]:
    """What numbers and templates name and there is not, each with its key."""
    wrong = [f"messaging.senders.{place}.account: there is no account {one.account!r} in [[twilio]]"
             for place, one in enumerate(messaging.senders) if one.account not in accounts]
    wrong += [f"messaging.senders.{place}.queue: there is no queue {one.queue!r}"
              for place, one in enumerate(messaging.senders) if one.queue not in (None, *queues)]
    wrong += [f"messaging.services.{place}.account: there is no account {one.account!r} in [[twilio]]"
              for place, one in enumerate(messaging.services) if one.account not in accounts]
    wrong += [f"messaging.services.{place}.queue: there is no queue {one.queue!r}"
              for place, one in enumerate(messaging.services) if one.queue not in (None, *queues)]
    wrong += [f"messaging.templates.{place}.account: there is no account {one.account!r} in [[twilio]]"
              for place, one in enumerate(messaging.templates) if one.account not in ("", *accounts)]
    return wrong
