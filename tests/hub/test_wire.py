"""The console's types are generated from hub/wire.py; this fails when somebody forgot to generate them again."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CONSOLE = Path(__file__).parents[2] / "agent_console"


def test_the_consoles_types_are_not_stale() -> None:
    node = shutil.which("node")
    if node is None or not (CONSOLE / "node_modules").is_dir():
        pytest.skip("the console's Node parts are not installed: `make setup` sees to it")
    environment = {"PATH": "", "PYTHON": sys.executable}
    found = subprocess.run([node, "scripts/wire.mjs", "--check"], cwd=CONSOLE, env=environment, capture_output=True,
                           text=True, timeout=50, check=False)
    assert found.returncode == 0, found.stderr
