"""Which account PostgreSQL runs as: it refuses to run as root (main.c, check_root), so root lends another."""

import logging
import os
import pwd
import shutil
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

log = logging.getLogger(__name__)

SYSTEM_ACCOUNT = "interaction-hub"


class _SubprocessArguments(TypedDict, total=False):
    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True, slots=True)
class Account:
    """A user of the operating system; `switch` tells that processes must change to it."""

    uid: int
    gid: int
    switch: bool

    def own(self, path: Path) -> None:
        """Give one file or folder to this account (when root)."""
        if self.switch:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def as_subprocess_arguments(self) -> _SubprocessArguments:
        """What subprocess.run needs to become this account."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if self.switch else {}


def account_for(folder: Path) -> Account:
    """Ourselves; for root the folder's present owner, or a system account without log-in made for this."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), switch=False)
    owner = folder.stat()
    if owner.st_uid != 0:
        return Account(owner.st_uid, owner.st_gid, switch=True)
    entry = _system_account()
    return Account(entry.pw_uid, entry.pw_gid, switch=True)


def _system_account() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(SYSTEM_ACCOUNT)
    except KeyError:
        pass
    useradd = shutil.which("useradd")
    if useradd is None:
        return pwd.getpwnam("nobody")
    options = ["--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin"]
    # Two hubs starting at once both try; the loser finds the account there.
    subprocess.run([useradd, *options, SYSTEM_ACCOUNT], check=False, capture_output=True, timeout=30)  # noqa: S603
    return pwd.getpwnam(SYSTEM_ACCOUNT)


def make_reachable(account: Account, *paths: Path) -> None:
    """Let `account` pass through the folders above `paths`: search permission only, never a listing."""
    if not account.switch:
        return
    for folder in {parent for path in paths for parent in path.resolve().parents}:
        mode = folder.stat().st_mode
        if not mode & stat.S_IXOTH and folder.stat().st_uid != account.uid:
            log.warning("%s: adding search permission for others, PostgreSQL has to pass through", folder)
            folder.chmod(mode | stat.S_IXOTH)
