"""`hub policy`: shows, checks and publishes routing policies from the command line."""

import argparse
import json
import os
import sys
import tomllib
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hub import start
from hub.clock import new_uuid, utc_now
from hub.config import load
from hub.doorbell import Doorbell
from hub.errors import Invalid
from hub.finding_words import in_words
from hub.journal import Journal
from hub.model import Actor
from hub.policies import Policies, PolicyWrong
from hub.store import users
from hub.terminal import complain, say
from hub.ways_in import WaysIn
from hub.wire_policy import PolicyChecked, PublishPolicy

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

Act = Callable[[argparse.Namespace, Policies, Journal], Awaitable[int]]


def add(commands: "Commands") -> None:
    below = commands.add_parser("policy", help="routing policies: show, check, publish").add_subparsers(
        required=True, metavar="COMMAND")
    one = _command(below, "show", show, "print a policy as JSON")
    one.add_argument("--version", type=int, help="an older one; the one in force unless told")
    _command(below, "versions", versions, "all versions, the newest first")
    one = _command(below, "check", check, "say what is wrong with a policy, or doubtful")
    one.add_argument("file", type=Path, help="JSON, or TOML by its ending")
    one = _command(below, "publish", publish, "put a policy in force")
    one.add_argument("file", type=Path, help="JSON, or TOML by its ending")
    one.add_argument("--as", dest="login", required=True, help="log-in name of a supervisor or an administrator")
    one.add_argument("--note", default="", help="why, for the list of versions")


def _command(below: "Commands", name: str, act: Act, text: str) -> argparse.ArgumentParser:
    one = below.add_parser(name, help=text, description=text)
    one.set_defaults(command=_with_policies(act))
    given = os.environ.get("HUB_CONFIG")
    one.add_argument("--config", type=Path, default=Path(given) if given else None,
                     help="a TOML file, or a folder of them; HUB_CONFIG says the same")
    return one


def _with_policies(act: Act) -> Callable[[argparse.Namespace], Coroutine[None, None, int]]:
    async def run(options: argparse.Namespace) -> int:
        settings = load(options.config)
        async with start.database(settings, join=True) as found, start.open_pool(found.dsn, 2) as pool:
            journal = Journal(pool, utc_now, new_uuid, Doorbell())
            policies = Policies(journal, settings.queues, WaysIn(journal, settings))
            await policies.open()
            return await act(options, policies, journal)

    return run


async def show(options: argparse.Namespace, policies: Policies, _: Journal) -> int:
    say(json.dumps((await policies.version(options.version)).document, ensure_ascii=False, indent=2))
    return 0


async def versions(_: argparse.Namespace, policies: Policies, __: Journal) -> int:
    for one in await policies.versions():
        by = one.published_by or "the configuration"
        say(f"{one.version:>5}  {one.published_at:%Y-%m-%d %H:%M}  {one.digest[:12]}  {by}  {one.note}".rstrip())
    return 0


async def check(options: argparse.Namespace, policies: Policies, _: Journal) -> int:
    """0 where it could be published."""
    return tell(await policies.check(read(options.file)))


async def publish(options: argparse.Namespace, policies: Policies, journal: Journal) -> int:
    found = await users.credentials(journal.pool, options.login)
    account = next((one for one in await users.accounts(journal.pool) if one.login == options.login), None)
    if found is None or account is None or found.disabled or account.role == "agent":
        raise Invalid(f"{options.login} is no supervisor or administrator.")
    wanted = PublishPolicy(document=read(options.file), base=policies.current()[0], note=options.note[:500])
    try:
        number = await policies.publish(Actor(found.id, account.role, account.name), wanted)
    except PolicyWrong:
        return tell(await policies.check(wanted.document))
    say(f"Version {number} is in force.")
    return 0


def read(path: Path) -> dict[str, Any]:
    """Raises `Invalid` for what is no JSON or TOML."""
    try:
        text = sys.stdin.read() if str(path) == "-" else path.read_text("utf-8")
        found = tomllib.loads(text) if path.suffix == ".toml" else json.loads(text)
    except (OSError, ValueError) as wrong:
        raise Invalid(f"{path}: {wrong}") from wrong
    if not isinstance(found, dict):
        raise Invalid(f"{path}: a policy is one table")
    return found


def tell(checked: PolicyChecked) -> int:
    wrong = [f"{one.path}: {one.text}" for one in checked.problems]
    wrong += [in_words(one) for one in checked.findings if one.severity == "error"]
    for one in checked.findings:
        if one.severity == "warning":
            say(f"warning: {in_words(one)}")
    return complain("This cannot be published:", wrong) if wrong else 0
