"""What an agent's browser needs to be a telephone: a token of one account, for one person and a short time."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from twilio.jwt.access_token import AccessToken  # type: ignore[import-untyped]
from twilio.jwt.access_token.grants import VoiceGrant  # type: ignore[import-untyped]

from channels.twilio.account import API, Account

LIFETIME = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Ticket:
    """`emulator`: the base address where no real provider is spoken to; "" for the real one."""

    account: str
    identity: str
    token: str
    expires_at: datetime
    emulator: str


def ticket(account: Account, identity: str, now: datetime) -> Ticket | None:
    """May be called, may call nobody by itself. None where the account has no API key."""
    key = account.secrets.api_key_secret
    if not account.settings.api_key_sid or key is None:
        return None
    end = now + LIFETIME
    made = AccessToken(
        account.sid, account.settings.api_key_sid, key.get_secret_value(), identity=identity,
        nbf=int(now.timestamp()), valid_until=int(end.timestamp()), grants=[VoiceGrant(incoming_allow=True)])
    emulator = account.settings.api_url if account.settings.api_url != API else ""
    return Ticket(account.id, identity, made.to_jwt(), end, emulator)
