"""One Dovecot for this process; a fresh user and a stage for each test."""

import ssl
from collections.abc import Iterator

import pytest

from tests.channels.email.imap.stage import Stage, account
from tests.support.dovecot import Dovecot, MailUser, running_dovecot


@pytest.fixture(scope="session")
def dovecot() -> Iterator[Dovecot]:
    with running_dovecot() as server:
        yield server


@pytest.fixture
def trust(dovecot: Dovecot) -> ssl.SSLContext:
    """Believes the certificate that Dovecot has."""
    return ssl.create_default_context(cafile=str(dovecot.certificate.authority))


@pytest.fixture
def user(dovecot: Dovecot) -> MailUser:
    return dovecot.user()


@pytest.fixture
def stage(dovecot: Dovecot, user: MailUser) -> Stage:
    """A fetcher of all that lies in the user's mailbox, nothing kept yet."""
    return Stage(account(dovecot.port, user.name, user.password))
