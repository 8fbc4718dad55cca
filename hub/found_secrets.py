"""Secrets that a part of the configuration names: a variable of the environment, or a file, never the text itself."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import SecretStr


def secrets_of(one: dict[str, Any], names: Sequence[str],
               environment: Mapping[str, str]) -> tuple[dict[str, SecretStr], list[str]]:
    """What `<name>_env` and `<name>_file` of one table lead to, and what is wrong, each with its key.

    A secret that stands in the table itself is taken out of it, so that it is shown nowhere.
    """
    wrong: list[str] = []
    say = wrong.append
    found: dict[str, SecretStr] = {}
    for name in ("secrets", *names):
        if one.pop(name, None) is not None:
            say(f"{name}: does not belong into a file of the configuration. Name a variable or a file of its own "
                f"instead, such as `{names[0]}_env` or `{names[0]}_file`.")
    for name in names:
        variable, path = one.get(f"{name}_env"), one.get(f"{name}_file")
        if variable and path:
            say(f"{name}_env: stands beside {name}_file. Keep one of them.")
        elif isinstance(variable, str) and variable:
            if value := environment.get(variable):
                found[name] = SecretStr(value)
            else:
                say(f"{name}_env: there is no environment variable {variable}. Set it, or correct the name.")
        elif isinstance(path, str) and path:
            try:
                found[name] = SecretStr(Path(path).read_text("utf-8").strip())
            except (OSError, UnicodeDecodeError) as error:
                say(f"{name}_file: {path} cannot be read: {type(error).__name__}. Correct the path.")
    return found, wrong
