"""What tests of all parts share: the browser and the databases, which must be there."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.databases import KINDS, Chosen, Databases, SqliteFiles, postgresql

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of a Chromium (`scripts/browser`). Without one a test that needs it fails, never skips."""
    found = subprocess.run([ROOT / "scripts/browser", "--find"], capture_output=True, text=True, check=False)
    if found.returncode != 0:
        pytest.fail("No Chromium was found. `make test` installs one, or name it: CHROMIUM=/path/to/chromium")
    return found.stdout.strip()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", choices=KINDS, help="run the tests of the database, and the servers of the room's tests, on this one alone")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that asks for a database runs on both."""
    if "database_kind" in metafunc.fixturenames:
        chosen = metafunc.config.getoption("--database")
        metafunc.parametrize("database_kind", [chosen] if chosen else KINDS)


@pytest.fixture(scope="session")
def sqlite_files(tmp_path_factory: pytest.TempPathFactory) -> SqliteFiles:
    return SqliteFiles(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[Databases]:
    """One server for all tests; each gets a database of its own."""
    with postgresql() as server:
        yield server


@pytest.fixture
def databases(database_kind: str, request: pytest.FixtureRequest) -> Databases:
    """Where databases of the kind under test come from."""
    found: Databases = request.getfixturevalue("sqlite_files" if database_kind == "sqlite" else "postgresql_server")
    return found


@pytest.fixture
def database_url(databases: Databases, tmp_path: Path) -> Iterator[str]:
    """A fresh database with all tables, on SQLite (`tmp_path/doithoai.db`) and on PostgreSQL."""
    url = databases.fresh(tmp_path)
    yield url
    databases.drop(url)


@pytest.fixture
def empty_database_url(databases: Databases, tmp_path: Path) -> Iterator[str]:
    """A database in which nothing was ever made."""
    url = databases.fresh(tmp_path / "empty", empty=True)
    yield url
    databases.drop(url)


@pytest.fixture(scope="session", autouse=True)
def chosen_databases(request: pytest.FixtureRequest) -> None:
    """What tests that cost too much to run on both every time run on: SQLite, or what `--database` says."""
    on_postgresql = request.config.getoption("--database") == "postgresql"
    Chosen.databases = request.getfixturevalue("postgresql_server" if on_postgresql else "sqlite_files")


@pytest.fixture
def chosen_database_url(tmp_path: Path) -> Iterator[str]:
    """A fresh database on SQLite, or on what `--database` says."""
    url = Chosen.databases.fresh(tmp_path)
    yield url
    Chosen.databases.drop(url)
