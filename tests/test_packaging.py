"""What a stranger starts from is as promised: lock files, the wheel, the container files, the set-up script."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml

from server.cli.relay import turn_config

ROOT = Path(__file__).resolve().parent.parent
LOCKS = sorted((ROOT / "requirements").glob("*.lock"))


def pins(lock: Path) -> set[str]:
    """The `name==version` pairs of a lock file."""
    return set(re.findall(r"^([a-z0-9-]+==[^\s;]+)", lock.read_text(), re.MULTILINE))


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel, built as an installation builds it, without network."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--no-index", "--no-deps", "--no-build-isolation"]
    subprocess.run([*command, "--wheel-dir", folder, ROOT], check=True, capture_output=True)
    (path,) = folder.glob("*.whl")
    return zipfile.ZipFile(path)


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    composed: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    return composed


# Lock files


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_every_locked_package_has_hashes_and_no_line_has_an_address(lock: Path) -> None:
    text = lock.read_text()
    entries = re.split(r"\n(?=\S)", text.strip())
    assert len(entries) == len(pins(lock)) > 5, "every entry is one pinned package"
    assert all("--hash=sha256:" in entry for entry in entries)
    assert not re.search(r"://|index-url|find-links|file:|@ ", text)


def test_the_lock_of_the_tests_holds_the_others_at_the_same_versions() -> None:
    assert {lock.name for lock in LOCKS} == {"run.lock", "build.lock", "test.lock"}
    everything = pins(ROOT / "requirements/test.lock")
    assert pins(ROOT / "requirements/run.lock") < everything
    assert pins(ROOT / "requirements/build.lock") < everything


def test_the_locks_hold_what_the_project_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wanted = {re.split(r"[\[<>=; ]", asked)[0] for asked in project["project"]["dependencies"]}
    assert wanted <= {pin.partition("==")[0] for pin in pins(ROOT / "requirements/run.lock")}


def test_the_npm_lock_has_hashes_and_no_addresses() -> None:
    text = (ROOT / "web/package-lock.json").read_text()
    assert text.count('"integrity": "sha512-') > 5
    assert "://" not in re.sub(r'"url": "[^"]*"', "", text), "only funding pages have addresses"
    assert '"resolved"' not in text


# The wheel


def test_the_wheel_carries_what_browsers_get_and_nothing_that_builds_it(wheel: zipfile.ZipFile) -> None:
    names = set(wheel.namelist())
    for asset in ("lit.js", "font.css", "icons.svg", "LICENSES.txt"):
        assert f"web/vendor/{asset}" in names
    for folder in ("web/templates", "web/static", "web/i18n", "server", "moderation"):
        mine = {
            str(path.relative_to(ROOT))
            for path in (ROOT / folder).rglob("*")
            if path.is_file() and "__pycache__" not in path.parts and path.suffix != ".c"
        }
        assert mine <= names
    assert "server/db/migrations/env.py" in names
    assert not [name for name in names if "node_modules" in name or name.startswith(("tests/", "bench/"))]
    assert not [name for name in names if name.endswith((".mjs", "package.json", "package-lock.json"))]


def test_the_wheel_has_the_command_and_the_licence(wheel: zipfile.ZipFile) -> None:
    described = {Path(name).name: name for name in wheel.namelist() if ".dist-info/" in name}
    assert "doithoai = server.cli:main" in wheel.read(described["entry_points.txt"]).decode()
    assert "Apache License" in wheel.read(described["LICENSE"]).decode()


def test_every_icon_and_every_font_file_that_is_named_is_there(wheel: zipfile.ZipFile) -> None:
    sprite = wheel.read("web/vendor/icons.svg").decode()
    for name in (ROOT / "web/icons.txt").read_text().split():
        assert f'<symbol id="{name}" ' in sprite
    fonts = re.findall(r"url\(\./([^)]+)\)", wheel.read("web/vendor/font.css").decode())
    assert len(fonts) == 9
    assert {f"web/vendor/{font}" for font in fonts} <= set(wheel.namelist())


# The image and its composition


def test_the_image_is_set_up_by_the_same_script_as_the_demonstration() -> None:
    image, makefile = (ROOT / "Dockerfile").read_text(), (ROOT / "Makefile").read_text()
    assert re.search(r"^RUN .*scripts/setup image$", image, re.MULTILINE)
    assert re.search(r"^demo:.*\n\t@scripts/setup run$", makefile, re.MULTILINE)
    assert not re.search(r"pip install|npm|curl|wget", image), "nothing is installed past the script"


def test_the_image_runs_as_nobody_special_and_says_whether_it_is_well() -> None:
    image = (ROOT / "Dockerfile").read_text()
    user = image.rindex("\nUSER doithoai\n")
    assert image.rindex("\nFROM ") < user < image.index("\nCMD ")
    assert "--uid 10001" in image
    assert "\nVOLUME /data\n" in image
    assert 'CMD ["doithoai", "serve"]' in image
    assert re.search(r"HEALTHCHECK .*\n.*/healthz", image)


def test_the_image_is_made_of_nothing_that_is_not_the_project() -> None:
    left_out = (ROOT / ".dockerignore").read_text().split()
    assert {".git", ".venv*", "data", "web/node_modules", "web/vendor"} <= set(left_out)


@pytest.mark.parametrize("name", ["server", "turn", "postgres"])
def test_a_container_can_change_nothing_but_its_volume(compose: dict[str, Any], name: str) -> None:
    service = compose["services"][name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in service
    assert "network_mode" not in service
    assert [entry.partition(":")[0] for entry in service["tmpfs"]] == ["/tmp"]


def test_the_server_has_one_volume_of_data_and_shares_only_the_secret_of_the_relay(
    compose: dict[str, Any],
) -> None:
    server, turn = compose["services"]["server"], compose["services"]["turn"]
    assert server["volumes"] == ["data:/data", "turn:/run/turn", "postgres-socket:/run/postgresql"]
    assert turn["volumes"] == ["turn:/run/turn:ro", "/etc/doithoai/tls:/run/tls:ro"]
    assert server["environment"]["DOITHOAI_TURN_SECRET_FILE"] == "/run/turn/secret"
    assert set(compose["volumes"]) == {"data", "turn", "postgres", "postgres-socket"}


def test_only_the_ports_of_web_media_and_relay_are_published(compose: dict[str, Any]) -> None:
    server, turn = compose["services"]["server"], compose["services"]["turn"]
    assert server["ports"] == ["8000:8000", "40000:40000/udp"] and "sysctls" not in server
    assert server["environment"]["DOITHOAI_MEDIA_PORT"] == 40000
    assert turn["ports"] == ["3478:3478/udp", "3478:3478/tcp", "${DOITHOAI_TURN_TLS:-127.0.0.1:5349}:5349/tcp"]
    assert set(compose["services"]) == {"server", "turn", "postgres"} and "ports" not in compose["services"]["postgres"]


def test_postgresql_comes_when_asked_for_and_is_reached_by_its_socket_alone(compose: dict[str, Any]) -> None:
    server, database = compose["services"]["server"], compose["services"]["postgres"]
    assert database["profiles"] == ["postgres"] and "profiles" not in server
    assert server["depends_on"]["postgres"] == {"condition": "service_healthy", "required": False}
    assert server["environment"]["DOITHOAI_DATABASE"] == "${DOITHOAI_DATABASE:-}", "none: SQLite in the data volume"
    assert "listen_addresses=" in database["command"] and "cap_add" not in database and database["user"] == "postgres"
    assert "postgres-socket:/run/postgresql" in database["volumes"] and "postgres-socket" not in str(compose["services"]["turn"])


def interpolated(value: object, variables: dict[str, str]) -> str:
    """As docker compose reads a value: `${A:-else}` and `${A:+then}`, the innermost first."""
    text = str(value)
    while found := re.search(r"\$\{(\w+):([-+])([^${}]*)\}", text):
        given = variables.get(found[1], "")
        text = text.replace(found[0], (given or found[3]) if found[2] == "-" else (given and found[3]))
    return text


@pytest.mark.parametrize("tls", ["", "443"])
def test_the_relay_is_configured_by_the_server(
    compose: dict[str, Any], tls: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the composition's own environment, and so that its published ports are those on which the relay listens."""
    server, turn = compose["services"]["server"], compose["services"]["turn"]
    file = "/run/turn/turnserver.conf"
    assert server["command"] == ["sh", "-c", f"doithoai turn-config {file} && exec doithoai serve"]
    assert "AS relay\n" in (image := (ROOT / "Dockerfile").read_text()) and f'ENTRYPOINT ["turnserver", "-c", "{file}", "--pidfile="]' in image
    assert turn["build"] == {"context": ".", "target": "relay"} and {"entrypoint", "command", "cap_add"}.isdisjoint(turn)
    assert turn["depends_on"]["server"] == {"condition": "service_healthy", "restart": True}, "which has written the configuration"
    for name, value in server["environment"].items():
        monkeypatch.setenv(name, interpolated(value, {"DOITHOAI_ADDRESS": "203.0.113.5", "DOITHOAI_TURN_TLS": tls}))
    monkeypatch.setenv("DOITHOAI_TURN_SECRET_FILE", str(tmp_path / "secret"))
    turn_config()
    options = capsys.readouterr().out.splitlines()
    assert [option for option in options if option.startswith("allowed-peer-ip")] == ["allowed-peer-ip=203.0.113.5"]
    assert "listening-port=3478" in options
    assert ("no-tls" in options) is (tls == "")
    assert ({"tls-listening-port=5349", "cert=/run/tls/fullchain.pem", "pkey=/run/tls/privkey.pem"} <= set(options)) is (tls == "443")


@pytest.mark.parametrize("name", ["server", "turn", "postgres"])
def test_no_secret_stands_in_the_composition(compose: dict[str, Any], name: str) -> None:
    for key, value in compose["services"][name].get("environment", {}).items():
        assert not re.search("SECRET|PASSWORD|TOKEN|KEY", key) or re.match(r"(\$\{\w+:\+)?/run/", value), "a file, no value"


# Setting up


def test_a_second_set_up_finds_nothing_to_do() -> None:
    again = subprocess.run([ROOT / "scripts/setup", "test"], capture_output=True, text=True, check=True, timeout=3)
    assert again.stdout == ""


def test_each_target_of_the_makefile_says_what_it_does() -> None:
    said = subprocess.run(["make", "-s", "-C", ROOT], capture_output=True, text=True, check=True).stdout
    promised = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert promised
    for target in promised[1].split():
        assert f"make {target} " in said


def test_every_dependency_is_explained() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    web = json.loads((ROOT / "web/package.json").read_text())
    groups = [asked for group in project["dependency-groups"].values() for asked in group if isinstance(asked, str)]
    named = {re.split(r"[\[<>=; ]", asked)[0] for asked in project["project"]["dependencies"] + groups}
    named |= web["dependencies"].keys() | web["devDependencies"].keys()
    explained = (ROOT / "docs/dependencies.md").read_text()
    assert not [name for name in named if not re.search(rf"^\| .*(?<![\w-]){re.escape(name)}(?![\w-]).* \|", explained, re.MULTILINE)]
