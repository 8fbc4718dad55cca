"""The command line: serve | demo | migrate | check | user | ledger | policy | replay | simulate | mail."""

import argparse
import gc
import getpass
import logging
import os
import re
import sys
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from datetime import UTC
from pathlib import Path

import uvloop

from hub import demo, logs, mail_command, policy_command, replay_command, simulate_command, start
from hub.clock import new_uuid, utc_now
from hub.config import ConfigError, load
from hub.errors import CannotListen, Failed, HubError
from hub.loading import loading
from hub.migrate import MigrationError
from hub.postgres import PostgresError
from hub.store import ledger, queues
from hub.store.users import NewUser, UserChange
from hub.terminal import complain, say
from hub.users import Users
from hub.wire import MailboxLedgerRow

Command = Callable[[argparse.Namespace], Coroutine[None, None, int]]


def perform(arguments: list[str] | None = None) -> int:
    """Runs a command; 0 when all went well, 1 when something is wrong, and then stderr says what."""
    options = parser().parse_args(arguments)
    logs.set_up(logging.INFO if options.verbose else logging.WARNING)
    try:
        run: Command = options.command
        return uvloop.run(run(options))
    except ConfigError as error:
        return complain("The configuration is wrong:", error.problems)
    except (HubError, PostgresError, MigrationError, CannotListen) as error:
        return complain("", [error.detail if isinstance(error, HubError) else str(error)])
    except Failed as error:
        return complain("", [f"The hub stopped because its loop {error} ended. The log says why."])
    except start.AWAY as error:
        return complain("", [start.plainly(error)])


def whole(name: str) -> Command:
    """A command of `hub.running`."""

    async def run(options: argparse.Namespace) -> int:
        with loading():
            from hub import running  # noqa: PLC0415 - a whole hub takes as long again as all other commands together
        gc.freeze()  # nor does a hub look for garbage in its own program as long as it lives
        return await running.COMMANDS[name](options)

    return run


async def run_migrate(options: argparse.Namespace) -> int:
    async with start.database(load(options.config), join=True) as found:
        applied = await start.migrated(found.dsn)
    say("\n".join(f"applied {name}" for name in applied) or "The schema is up to date.")
    return 0


async def run_ledger(options: argparse.Namespace) -> int:
    async with start.database(load(options.config), join=True) as found, start.open_pool(found.dsn, 2) as pool:
        book = await ledger.ledger(pool, utc_now())
    head = ("source", "received", "stored", "duplicate", "quarantined", "refused", "unaccounted")
    say("  ".join(f"{name:>12}" for name in head))
    for row in book.rows:
        say("  ".join(f"{getattr(row, name)!s:>12}" for name in head))
    if book.mailboxes:
        _say_mailboxes(book.mailboxes)
    say(f"undecided in quarantine {book.undecided}")
    say(f"unaccounted {book.unaccounted}; open but not in one place {len(book.misplaced)}; "
         f"to be sent {book.outbox_pending}; unconfirmed {book.unconfirmed}")
    return 1 if book.unaccounted or book.misplaced else 0


def _say_mailboxes(rows: Sequence[MailboxLedgerRow]) -> None:
    head = ("mailbox", "uids", "stored", "duplicate", "quarantined", "failing", "unaccounted", "present", "missing")
    say("\n" + "  ".join(f"{name:>12}" for name in head) + "  last verified at, problem")
    for row in rows:
        figures = "  ".join(f"{'-' if (value := getattr(row, name)) is None else value!s:>12}" for name in head)
        verified = row.verified_at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC") if row.verified_at else "never"
        say("  ".join((figures, verified, *filter(None, [row.problem]))))


def with_users(act: Callable[[argparse.Namespace, Users], Awaitable[str]]) -> Command:
    async def run(options: argparse.Namespace) -> int:
        settings = load(options.config)
        async with start.database(settings, join=True) as found, start.open_pool(found.dsn, 2) as pool:
            known = {one.id for one in settings.queues} | {one.id for one in await queues.views(pool)}
            say(await act(options, Users(pool, utc_now, new_uuid, queues=known)))
        return 0

    return run


async def add_user(options: argparse.Namespace, accounts: Users) -> str:
    new = NewUser(options.login.lower(), options.login if options.name is None else options.name, options.role,
                  options.language, options.queue, _levels(options.skill), options.capacity, _levels(options.limit))
    await accounts.add(new, _password(options))
    return f"Added {new.login} ({new.role})."


async def change_user(options: argparse.Namespace, accounts: Users) -> str:
    serves = None if options.queue is None else [name for name in options.queue if name]
    skills = None if options.skill is None else _levels([skill for skill in options.skill if skill])
    limits = None if options.limit is None else _levels([limit for limit in options.limit if limit])
    await accounts.change(options.login, UserChange(options.name, options.role, options.language, serves, skills,
                                                    options.capacity, limits))
    return f"{options.login} is changed{', and every session has ended' if options.role else ''}."


async def list_users(options: argparse.Namespace, accounts: Users) -> str:
    lines = [f"{one.login:<24} {one.role:<11} {'disabled' if one.disabled_at else 'active':<9} "
             f"{one.name}  [{', '.join(one.queues)}]" for one in await accounts.all()]
    return "\n".join(lines) or "There is nobody yet."


async def disable_user(options: argparse.Namespace, accounts: Users) -> str:
    await accounts.disable(options.login)
    return f"{options.login} is disabled, and every session has ended."


async def enable_user(options: argparse.Namespace, accounts: Users) -> str:
    await accounts.enable(options.login)
    return f"{options.login} may log in again."


async def set_password(options: argparse.Namespace, accounts: Users) -> str:
    await accounts.set_password(options.login, _password(options))
    return f"{options.login} has a new password, and every session has ended."


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="hub", description="Interaction Hub: one queue, one customer history.")
    top.add_argument("-v", "--verbose", action="store_true", help="log every request (JSON lines on stderr)")
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    _command(commands, "serve", whole("serve"), "run the hub")
    one = _command(commands, "demo", whole("demo"), "run a hub to look at, with everything in it", config=False)
    one.add_argument("--listen", default="127.0.0.1:8080", metavar="HOST:PORT")
    one.add_argument("--data", type=Path, default=Path("var"), help="folder that keeps everything (var)")
    one.add_argument("--crowd", type=float, default=0, metavar="RATE", help="scripted customers per minute")
    one.add_argument("--mail", type=int, metavar="PORT", help=f"where mail is taken ({demo.MAIL_PORT}, if it is free)")
    _command(commands, "migrate", run_migrate, "bring the database's schema up to date")
    _command(commands, "check", whole("check"), "test the configuration, every connection and every channel")
    _command(commands, "ledger", run_ledger, "what came in, and what became of it")
    mail_command.add(commands)
    policy_command.add(commands)
    replay_command.add(commands)
    simulate_command.add(commands)
    _user_commands(commands.add_parser("user", help="accounts").add_subparsers(required=True, metavar="COMMAND"))
    return top


def _user_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    one = _command(commands, "add", with_users(add_user), "add an account; the password is asked for")
    _account_options(one)
    one.set_defaults(role="agent", language="en", queue=[], skill=[], limit=[], capacity=100)
    _password_option(one)
    one = _command(commands, "change", with_users(change_user), "change what is given, and leave the rest")
    _account_options(one)
    one.epilog = 'The queues, skills and limits given take the place of all there were; --queue "" takes all away.'
    _command(commands, "list", with_users(list_users), "all accounts")
    _command(commands, "disable", with_users(disable_user), "shut somebody out").add_argument("login")
    _command(commands, "enable", with_users(enable_user), "let somebody in again").add_argument("login")
    one = _command(commands, "password", with_users(set_password), "set another password")
    one.add_argument("login")
    _password_option(one)


def _account_options(one: argparse.ArgumentParser) -> None:
    one.add_argument("login")
    one.add_argument("--name", help="as colleagues and customers see it")
    one.add_argument("--role", choices=("agent", "supervisor", "admin"))
    one.add_argument("--language", choices=("en", "zh-Hans"))
    one.add_argument("--queue", action="append", help="a queue of the configuration; may be repeated")
    one.add_argument("--skill", action="append", metavar="NAME=LEVEL", help="1 to 5; may be repeated")
    one.add_argument("--capacity", type=int, help="units, 0 to 1000 (100); what a contact takes is configured")
    one.add_argument("--limit", action="append", metavar="CHANNEL=NUMBER", help="most contacts of a channel at once")


def _command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, run: Command, text: str,
             *, config: bool = True) -> argparse.ArgumentParser:
    one = commands.add_parser(name, help=text, description=text)
    one.set_defaults(command=run)
    if config:
        given = os.environ.get("HUB_CONFIG")
        one.add_argument("--config", type=Path, default=Path(given) if given else None,
                         help="a TOML file, or a folder of them; HUB_CONFIG says the same")
    return one


def _password_option(one: argparse.ArgumentParser) -> None:
    one.add_argument("--password-stdin", action="store_true", help="read the password from standard input")


def _levels(given: list[str]) -> dict[str, int]:
    """What is no number becomes -1, which nothing may have."""
    parts = [one.partition("=") for one in given]
    return {name: int(level) if re.fullmatch("[0-9]{1,3}", level) else -1 for name, _, level in parts}


def _password(options: argparse.Namespace) -> str:
    if options.password_stdin or not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    return getpass.getpass("Password: ")
