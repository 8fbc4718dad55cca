"""Signatures, judged by the reading half of dkimpy with an invented DNS."""

import base64
from dataclasses import dataclass

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from pydantic import SecretStr

from channels.base import SendError
from channels.email.settings import Dkim, Secrets
from channels.email.smtp.compose import compose
from channels.email.smtp.dkim import sign
from channels.email.smtp.send import Sender
from tests.channels.email.smtp.sample import outbound, sending
from tests.channels.email.smtp.test_send import QUICK, Fresh
from tests.support.smtpsink import outside_server


@dataclass(frozen=True)
class Key:
    pem: str
    record: bytes

    def dns(self, name: bytes, timeout: int = 5) -> bytes:
        assert name == b"mail._domainkey.example.org."
        return self.record


def _rsa() -> Key:
    key = generate_private_key(65537, 2048)
    public = base64.b64encode(key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
    return Key(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
               b"v=DKIM1; k=rsa; p=" + public)


def _ed25519() -> Key:
    key = Ed25519PrivateKey.generate()
    public = base64.b64encode(key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))
    return Key(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
               b"v=DKIM1; k=ed25519; p=" + public)


@pytest.fixture(scope="module", params=[_rsa, _ed25519])
def key(request: pytest.FixtureRequest) -> Key:
    made: Key = request.param()
    return made


def holds(raw: bytes, key: Key) -> bool:
    return bool(dkim.verify(raw, dnsfunc=key.dns))


def test_what_is_signed_holds_and_what_is_changed_does_not(key: Key) -> None:
    raw = sign(compose(outbound("Grüße 你好\n.\n", subject="Re: 灯")).raw, "example.org", "mail", key.pem)
    assert raw.startswith(b"DKIM-Signature:")
    assert b"c=relaxed/relaxed" in raw.replace(b"\r\n ", b"").replace(b" ", b"")
    assert holds(raw, key)
    assert not holds(raw.replace(b"ann@example.com", b"bob@example.com"), key)
    assert not holds(raw.replace(b"text/html", b"text/htmx"), key)


@pytest.mark.parametrize("line", [b"From: boss@example.org\r\n", b"Subject: Pay now\r\n", b"To: x@example.com\r\n"])
def test_a_second_head_line_cannot_be_added(key: Key, line: bytes) -> None:
    raw = sign(compose(outbound()).raw, "example.org", "mail", key.pem)
    assert holds(raw, key)
    assert not holds(line + raw, key)


async def test_what_goes_out_is_signed(key: Key) -> None:
    secrets = Secrets(dkim_key=SecretStr(key.pem))
    account_dkim = Dkim(domain="example.org", selector="mail")
    async with outside_server() as outside:
        sender = Sender("hub", Fresh(), QUICK)
        await sender.send(sending(outside.port, secrets, dkim=account_dkim), outbound())
        assert holds(outside.mails[0].raw, key)


@pytest.mark.parametrize("secret", [None, SecretStr("no key"), SecretStr("-----BEGIN PRIVATE KEY-----\nAA==\n")])
async def test_without_its_key_nothing_goes_out_unsigned(secret: SecretStr | None) -> None:
    async with outside_server() as outside:
        account = sending(outside.port, Secrets(dkim_key=secret), dkim=Dkim(domain="example.org", selector="mail"))
        with pytest.raises(SendError) as failed:
            await Sender("hub", Fresh(), QUICK).send(account, outbound())
        assert failed.value.kind == "permanent"
        assert "BEGIN" not in failed.value.text
        assert outside.attempts == 0
