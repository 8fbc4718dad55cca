"""A real Dovecot for tests: its own configuration, ports, certificate and users, ended by its own pid."""

import base64
import contextlib
import grp
import hmac
import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.support.waiting import unused_port

_START_WAIT, _STOP_WAIT = 20.0, 10.0  # seconds
_PROGRAM = "/usr/sbin/dovecot"
PASSWORD = "open sesame"
ODD_PASSWORDS = ('a "quoted" \\ one', "päss wörd 密码", "{3}", "(* %) +\x7f", " ")
_USERS = 2_000


@dataclass(frozen=True)
class Certificate:
    """PEM files of a certificate and its key; `authority` is what clients have to trust."""

    file: Path
    key: Path
    authority: Path


def certificate(folder: Path, name: str = "server", hosts: tuple[str, ...] = ("localhost",),
                days: int = 30, self_signed: bool = False) -> Certificate:
    """Makes a certificate. A negative number of days: it has ended already."""
    now = datetime.now(UTC)
    authority_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority_name = _name(f"{name} authority")

    def build(subject: x509.Name, issuer: x509.Name, public: ec.EllipticCurvePublicKey,
              begin: datetime, end: datetime) -> x509.CertificateBuilder:
        return x509.CertificateBuilder(issuer, subject, public, x509.random_serial_number(), begin, end)

    authority = build(authority_name, authority_name, authority_key.public_key(), now - timedelta(days=400),
                      now + timedelta(days=400)).add_extension(x509.BasicConstraints(True, None), True)
    signed_authority = authority.sign(authority_key, hashes.SHA256())
    own = build(_name(name), _name(name) if self_signed else authority_name, key.public_key(),
                now - timedelta(days=60), now + timedelta(days=days))
    own = own.add_extension(x509.SubjectAlternativeName([x509.DNSName(host) for host in hosts]), False)
    signed = own.sign(key if self_signed else authority_key, hashes.SHA256())
    made = Certificate(folder / f"{name}.pem", folder / f"{name}.key", folder / f"{name}-authority.pem")
    made.file.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    made.authority.write_bytes(signed_authority.public_bytes(serialization.Encoding.PEM))
    made.key.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                           serialization.NoEncryption()))
    return made


@dataclass
class MailUser:
    """One user of the server, with an empty mailbox."""

    server: "Dovecot"
    name: str
    password: str
    home: Path
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def folder(self, name: str = "INBOX") -> Path:
        """The Maildir of a folder."""
        return self.home / "Maildir" if name == "INBOX" else self.home / "Maildir" / f".{name}"

    def deliver(self, *mails: bytes, folder: str = "INBOX", seen: bool = False) -> None:
        """Puts mails into the Maildir, as a delivery program does: complete, then renamed into place."""
        maildir = self.folder(folder)
        self._make(maildir)
        for mail in mails:
            number = next(self._numbers)
            name = f"{1_700_000_000 + number}.M{number}P{os.getpid()}.test,S={len(mail)}"
            part = maildir / "tmp" / name
            part.write_bytes(mail)
            self.server.give(part)
            part.rename(maildir / ("cur" if seen else "new") / (f"{name}:2,S" if seen else name))

    def files(self, folder: str = "INBOX") -> list[Path]:
        """All mails that lie there, whoever moved or marked them."""
        maildir = self.folder(folder)
        return sorted(path for part in ("new", "cur") if (maildir / part).is_dir()
                      for path in (maildir / part).iterdir())

    def seen(self, folder: str = "INBOX") -> list[bool]:
        """Of each mail, whether it is marked as read."""
        return ["S" in path.name.partition(":2,")[2] for path in self.files(folder)]

    def doveadm(self, command: str, *arguments: str) -> str:
        """Does something to the mailbox from the side, as another client would; `command` such as "flags add"."""
        return self.server.doveadm(*command.split(), "-u", self.name, *arguments)

    def _make(self, maildir: Path) -> None:
        for part in (maildir, *(maildir / name for name in ("tmp", "new", "cur"))):
            if not part.is_dir():
                part.mkdir(parents=True)
                self.server.give(part)


class Dovecot:
    """Plain and STARTTLS on `port`, TLS on `tls_port`, both of `localhost`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.certificate = certificate(folder)
        self.port, self.tls_port = unused_port(), unused_port()
        self._token_key = os.urandom(32)
        self.log = folder / "log"
        self._users = count(1)
        self._root = os.geteuid() == 0
        self._owner = pwd.getpwnam("mail") if self._root else pwd.getpwuid(os.geteuid())
        self._passwords = folder / "passwd"
        self._write_passwords()
        (folder / "run").mkdir(mode=0o755)
        (folder / "users").mkdir(mode=0o755)
        self.give(folder / "users")
        self._trust_tokens()
        self._configuration = folder / "dovecot.conf"
        self._configuration.write_text(self._settings())
        self._process: subprocess.Popen[bytes] | None = None

    def user(self, password: str = PASSWORD) -> MailUser:
        """A user whom no test has had yet; with one of the odd passwords always the same."""
        name = f"user{next(self._users)}" if password == PASSWORD else f"odd{ODD_PASSWORDS.index(password)}"
        home = self.folder / "users" / name
        home.mkdir(mode=0o755, exist_ok=True)
        self.give(home)
        return MailUser(self, name, password, home)

    def give(self, path: Path) -> None:
        """What root made, Dovecot's mail user has to be able to change."""
        if self._root:
            os.chown(path, self._owner.pw_uid, self._owner.pw_gid)

    def doveadm(self, *arguments: str) -> str:
        done = subprocess.run(["doveadm", "-c", str(self._configuration), *arguments], capture_output=True,
                              timeout=60, check=True)
        return done.stdout.decode()

    def start(self) -> None:
        with self.log.open("ab") as log:
            self._process = subprocess.Popen([_PROGRAM, "-F", "-c", str(self._configuration)], stdout=log,
                                             stderr=log, start_new_session=True)
        deadline = time.monotonic() + _START_WAIT
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"dovecot did not start:\n{self.log.read_text()}")
            time.sleep(0.02)

    def stop(self) -> None:
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(_STOP_WAIT)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)  # its own session: nobody else is in it
            self._process.wait(_STOP_WAIT)
        self._process = None

    def _write_passwords(self) -> None:
        """All of them before it starts: Dovecot looks for changes of this file once in a second only."""
        users = {f"user{number}": PASSWORD for number in range(1, _USERS)}
        users |= {f"odd{number}": password for number, password in enumerate(ODD_PASSWORDS)}
        owner, homes = self._owner, self.folder / "users"
        self._passwords.write_text("".join(
            f"{name}:{{PLAIN.b64}}{base64.b64encode(password.encode()).decode()}:{owner.pw_uid}:{owner.pw_gid}::"
            f"{homes / name}::\n" for name, password in users.items()))

    def access_token(self, user: str, number: int = 1, *, good: bool = True) -> str:
        """A signed one (RFC 7519), as a provider gives them. `number` makes them differ."""
        head, body = {"typ": "JWT", "alg": "HS256"}, {"sub": user, "jti": str(number), "iat": 1, "exp": 4_000_000_000}
        signed = b".".join(_base64url(json.dumps(part).encode()) for part in (head, body))
        key = self._token_key if good else b"of somebody else"
        return (signed + b"." + _base64url(hmac.digest(key, signed, "sha256"))).decode()

    def _trust_tokens(self) -> None:
        key = self.folder / "keys" / "default" / "HS256" / "default"
        key.parent.mkdir(parents=True)
        key.write_bytes(base64.b64encode(self._token_key))
        (self.folder / "oauth2.conf.ext").write_text(
            f"introspection_mode = local\nlocal_validation_key_dict = fs:posix:prefix={self.folder}/keys/\n"
            "username_attribute = sub\n")

    def _answers(self) -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1) as line:
            line.settimeout(1)
            return line.recv(100).startswith(b"* OK")
        return False

    def _settings(self) -> str:
        login, internal = ("dovenull", "dovecot") if self._root else (self._owner.pw_name, self._owner.pw_name)
        group = internal if self._root else grp.getgrgid(self._owner.pw_gid).gr_name
        return f"""
protocols = imap
listen = 127.0.0.1
base_dir = {self.folder}/run
state_dir = {self.folder}/run
log_path = /dev/stderr
default_login_user = {login}
default_internal_user = {internal}
default_internal_group = {group}
default_process_limit = 100
default_client_limit = 1000
first_valid_uid = 1
first_valid_gid = 0
mail_location = maildir:~/Maildir
mail_max_userip_connections = 100
maildir_very_dirty_syncs = no
mailbox_idle_check_interval = 1 secs
auth_mechanisms = plain login xoauth2
auth_failure_delay = 0
auth_cache_size = 0
disable_plaintext_auth = no
ssl = yes
ssl_cert = <{self.certificate.file}
ssl_key = <{self.certificate.key}
passdb {{
  driver = passwd-file
  mechanisms = plain login
  args = username_format=%u {self._passwords}
}}
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {self.folder}/oauth2.conf.ext
}}
userdb {{
  driver = passwd-file
  args = username_format=%u {self._passwords}
}}
{self._services()}"""

    def _services(self) -> str:
        return f"""
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {self.port}
  }}
  inet_listener imaps {{
    port = {self.tls_port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
"""


@contextmanager
def running_dovecot() -> Iterator[Dovecot]:
    """Starts one in a folder of its own, which is removed at the end."""
    if not Path(_PROGRAM).exists():
        pytest.skip("dovecot is not installed: `make test` sees to it")
    folder = Path(tempfile.mkdtemp(prefix="hub-dovecot-"))
    folder.chmod(0o755)
    try:
        server = Dovecot(folder)
        try:
            server.start()
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _base64url(raw: bytes) -> bytes:
    return base64.urlsafe_b64encode(raw).rstrip(b"=")


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])
