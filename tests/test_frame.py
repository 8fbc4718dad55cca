"""The frame: what a wheel carries, what lock files hold, where walls stand, what the container is."""

import ast
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest
import yaml

from hub.config import load

ROOT = Path(__file__).parents[1]
PYTHON_FOLDERS = ("hub", "channels", "routing", "simulator", "tests", "benchmarks")
PYTHON_FILES = [
    file
    for folder in PYTHON_FOLDERS
    for file in sorted((ROOT / folder).rglob("*.py"))
    if "node_modules" not in file.parts
]
LOCKS = sorted(ROOT.glob("requirements*.txt"))
VAGUE = re.compile(r"(manager|service|helper|utils|common)(?![a-z])", re.IGNORECASE)
# "service level" and "messaging service" are the field's own terms, not vague names.
FIELD_TERMS = re.compile(r"service_?level|messaging_?services?", re.IGNORECASE)


def name_of(path: object) -> str:
    return str(path.relative_to(ROOT)) if isinstance(path, Path) else repr(path)


def functions(tree: ast.AST) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


@pytest.mark.parametrize("file", PYTHON_FILES, ids=name_of)
def test_file_stays_small_and_says_what_it_is(file: Path) -> None:
    text = file.read_text()
    tree = ast.parse(text)
    assert text.count("\n") <= 500, "split it"
    long = [f.name for f in functions(tree) if (f.end_lineno or 0) - f.lineno + 1 > 60]
    assert not long, "functions over 60 lines"
    named = [node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    named += [f.name for f in functions(tree)] + [file.stem]
    vague = [name for name in named if VAGUE.search(FIELD_TERMS.sub("", name))]
    assert not vague, "name it after what it does"


def imported(file: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.split(".")[0])
    return names


@pytest.mark.parametrize("file", sorted((ROOT / "routing").rglob("*.py")), ids=name_of)
def test_routing_imports_the_standard_library_only(file: Path) -> None:
    assert imported(file) <= set(sys.stdlib_module_names) | {"routing"}
    assert not imported(file) & {"asyncio", "socket", "random", "secrets", "time", "os", "threading"}


def test_channels_do_not_import_one_another() -> None:
    channels = {folder.name for folder in (ROOT / "channels").iterdir() if (folder / "__init__.py").exists()}
    channels.remove("twilio")  # no channel: what two of them share
    crossings = []
    for channel in channels:
        others = re.compile(rf"(?:from|import) channels\.({'|'.join(channels - {channel}) or '-'})\b")
        for file in sorted((ROOT / "channels" / channel).rglob("*.py")):
            if others.search(file.read_text()):
                crossings.append(name_of(file))
    assert not crossings


@pytest.mark.parametrize("lock", LOCKS, ids=name_of)
def test_requirements_are_pinned_and_hashed(lock: Path) -> None:
    entries = re.split(r"\n(?=[a-z0-9])", lock.read_text())[1:]
    assert entries
    pinned = re.compile(r"[\w.-]+(\[[\w,-]+\])?==[\w.+-]+ .*--hash=sha256:", re.DOTALL)
    assert not [entry for entry in entries if not pinned.match(entry)]
    assert "://" not in lock.read_text(), "no addresses in a lock file"


@pytest.mark.parametrize("lock", sorted(ROOT.glob("agent_console/package-lock.json"))
                         + sorted(ROOT.glob("channels/*/*/package-lock.json")), ids=name_of)  # fmt: skip
def test_package_locks_hold_no_download_addresses(lock: Path) -> None:
    assert '"resolved"' not in lock.read_text(), "npm has --omit-lockfile-registry-resolved"


def test_lock_covers_every_dependency_and_each_has_its_reason() -> None:
    text = (ROOT / "pyproject.toml").read_text()
    project = tomllib.loads(text)["project"]
    lock = (ROOT / "requirements.txt").read_text()
    locked = {match[1] for match in re.finditer(r"^([a-z0-9-]+)(?:\[.*\])?==", lock, re.MULTILINE)}
    wanted = {re.split(r"[\[<>=~! ]", line)[0].lower() for line in project["dependencies"]}
    assert wanted <= locked, "run `make lock`"
    block = text[text.index("\ndependencies = [") : text.index("\n]\n")]
    assert not [line for line in block.splitlines() if line.strip().startswith('"') and "#" not in line]


def test_wheel_carries_schema_queries_and_marker_of_the_command(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path],
                   cwd=ROOT, check=True, capture_output=True, timeout=60)  # fmt: skip
    (wheel,) = tmp_path.glob("*.whl")
    inside = set(zipfile.ZipFile(wheel).namelist())
    sources = [file for folder in ("hub", "channels") for file in (ROOT / folder).rglob("*.sql")]
    sources += [file for file in (ROOT / "hub" / "static").rglob("*") if file.is_file()]
    assert {str(file.relative_to(ROOT)) for file in sources} <= inside
    assert any(name.endswith("entry_points.txt") for name in inside)
    assert "channels/webchat/__init__.py" in inside
    strangers = ("tests/", "channels/webchat/widget/")
    assert not [name for name in inside if "node_modules" in name or name.startswith(strangers)]


def test_compose_describes_one_hub_and_two_behind_a_proxy() -> None:
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    services = compose["services"]
    assert services["postgres"]["image"] == "postgres:18"
    assert "profiles" not in services["hub"]
    optional = {name for name, one in services.items() if one.get("profiles") == ["two-nodes"]}
    assert optional == {"hub-a", "hub-b", "proxy"}
    assert services["migrate"]["command"] == ["migrate"]
    for name in ("hub", "hub-a", "hub-b"):
        assert services[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
        assert {"DATABASE_URL", "REDIS_URL", "HUB_SECRET"} <= set(services[name]["environment"])
    published = [port for one in services.values() for port in one.get("ports", [])]
    assert all(port.startswith("127.0.0.1:") for port in published), "open to the network only by decision"
    proxy = (ROOT / "config" / "proxy.nginx.conf").read_text()
    assert "server hub-a:8080" in proxy
    assert "server hub-b:8080" in proxy
    assert "proxy_set_header Upgrade" in proxy
    assert "client_header_timeout 10s;" in proxy, "the hub's own HTTP server waits for headers without end"


def test_the_one_hub_of_compose_opens_the_door_that_it_publishes_and_the_image_names_it(tmp_path: Path) -> None:
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    hub, own = compose["services"]["hub"], tmp_path / "hub.toml"
    assert hub["environment"]["HUB_CONFIG"] == next(one["target"] for one in hub["configs"] if one["source"] == "hub")
    own.write_text(compose["configs"]["hub"]["content"])
    listener = load(own, {"HUB_SECRET": "s" * 32}).mail.listener
    host, _, port = listener.listen.rpartition(":")
    assert host == "0.0.0.0", "loopback inside a container is reached by nobody"
    assert f"127.0.0.1:{port}:{port}" in hub["ports"]
    assert any(ip_address("172.17.0.1") in ip_network(one) for one in listener.networks), "Docker's own gateway"
    runtime = (ROOT / "Dockerfile").read_text().split("\nFROM ")[-1]
    assert re.search(rf"^EXPOSE 8080 {port}$", runtime, re.M)


def test_image_runs_unprivileged_with_a_health_check_and_copies_what_exists() -> None:
    stages = re.split(r"^FROM ", (ROOT / "Dockerfile").read_text(), flags=re.M)
    runtime = stages[-1]
    assert re.search(r"^USER hub$", runtime, re.M)
    assert "HEALTHCHECK" in runtime
    assert "/healthz" in runtime
    copied = [line.split()[1:-1] for line in re.findall(r"^COPY (?!--from).*", "\n".join(stages), re.M)]
    assert [path for paths in copied for path in paths if not (ROOT / path).exists()] == []


def test_continuous_integration_runs_the_gate() -> None:
    script = ROOT / ".ci" / "run"
    assert script.stat().st_mode & 0o100
    assert "exec make test" in script.read_text()


def test_preparation_names_what_is_missing(tmp_path: Path) -> None:
    """Without root and without the tool of Debian: plain words, no attempt."""
    old = tmp_path / "python3"
    old.write_text("#!/bin/sh\ncase $1 in --version) echo Python 3.9.2;; *) exit 1;; esac\n")
    old.chmod(0o755)
    environment = {"PATH": "/usr/bin:/bin", "PYTHON": str(old)}
    result = subprocess.run([ROOT / ".ci" / "prepare", "run"], env=environment, capture_output=True,
                            text=True, timeout=30, check=False)  # fmt: skip
    assert result.returncode == 1
    assert "Python 3.11 or newer is needed" in result.stderr
    assert "Python 3.9.2" in result.stderr


@pytest.mark.parametrize("policy_there", [False, True])
def test_preparation_leaves_no_server_running_and_none_of_the_owner_s_touched(
    tmp_path: Path, policy_there: bool,
) -> None:
    """Dovecot is his own, Redis comes with us."""
    bin_, policy, said = tmp_path / "bin", tmp_path / "policy-rc.d", tmp_path / "said"
    bin_.mkdir()
    for tool in ("sh", "grep", "rm", "chmod", "ls"):
        (bin_ / tool).symlink_to(str(shutil.which(tool)))
    tools = {"id": "echo 0", "dpkg-query": '[ "$3" = dovecot-core ] && echo "ii "',
             "apt-get": f'echo "$1 $("{policy}"; echo $?)" >>"{said}"', "systemctl": f'echo "$@" >>"{said}"'}
    for tool, does in tools.items():
        (bin_ / tool).write_text(f"#!/bin/sh\n{does}\n")
        (bin_ / tool).chmod(0o755)
    if policy_there:
        policy.write_text("#!/bin/sh\nexit 7\n")
        policy.chmod(0o755)
    environment = {"PATH": str(bin_), "PYTHON": sys.executable, "POLICY_RC_D": str(policy)}
    subprocess.run(["/bin/bash", ROOT / ".ci" / "prepare", "test"], env=environment, capture_output=True, timeout=30,
                   check=True)  # fmt: skip
    code = 7 if policy_there else 101
    assert said.read_text().splitlines() == [
        f"update {code}", f"install {code}", "disable --now redis-server.service"]
    assert policy.exists() == policy_there
