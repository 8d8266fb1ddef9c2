"""Connections to the record: SQLite in WAL mode or PostgreSQL (`postgresql.py`), every commit durable, every write transaction
taking the one writers' lock at the beginning."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, QueuePool, create_engine, event, make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

from server.db import postgresql
from server.db.turns import turns_of

if TYPE_CHECKING:
    import sqlite3
else:
    try:  # bundles a SQLite of its own, newer than the system's
        from pysqlite3 import dbapi2 as sqlite3
    except ImportError:
        import sqlite3

__all__ = ["connect", "database_path", "open_engine", "reading", "sqlite3", "sqlite_is_safe"]

BUSY_MS = 1500
"""How long a writer waits for another's lock before it gives up; a room must hear within 2 s that saving
stopped."""


CONNECTIONS = 50
"""Connections of one process beyond those that it keeps: more than it has threads, so that who waits to write holds up nobody who reads."""


def sqlite_is_safe(version: tuple[int, ...] | None = None) -> bool:
    """Whether SQLite (the one in use, if none is given) is free of the WAL-reset bug, which can corrupt a
    database with several writers.

    Mended in 3.51.3, and in the maintained branches with 3.50.7 and 3.44.6.
    """
    found = version or sqlite3.sqlite_version_info
    return found >= (3, 51, 3) or (3, 50, 7) <= found < (3, 51) or (3, 44, 6) <= found < (3, 45)


def connect(path: Path | str, busy_ms: int = BUSY_MS) -> sqlite3.Connection:
    """A connection in autocommit mode: transactions begin where the caller says BEGIN. Usable from any one
    thread at a time.

    `synchronous=FULL` makes a commit wait for the disk; `secure_delete` overwrites what is erased.
    """
    connection = sqlite3.connect(str(path), isolation_level=None, check_same_thread=False, timeout=busy_ms / 1000)
    try:
        _into_wal_mode(connection, busy_ms)
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("PRAGMA secure_delete=ON")
        connection.execute("PRAGMA trusted_schema=OFF")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _into_wal_mode(connection: sqlite3.Connection, busy_ms: int) -> None:
    """SQLite itself waits for nobody here, and two that open a new file at once would refuse each other."""
    until = time.monotonic() + busy_ms / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(0.01)


def database_path(url: str) -> Path:
    """The file of an SQLite URL (raises `ValueError` for another database or one in memory)."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database or parsed.database == ":memory:":
        raise ValueError(f"the record is kept in an SQLite file or in PostgreSQL, not in {parsed.render_as_string(hide_password=True)}")
    return Path(parsed.database)


def open_engine(url: str) -> Engine:
    """The engine of everything but the journal. `engine.begin()` writes, one transaction after the other (a read followed by a
    write loses no other's update, and nothing has to be tried again); `reading(engine)` only reads and waits for nobody. Raises
    `ValueError` for any database but an SQLite file or PostgreSQL."""
    if postgresql.is_postgresql(url):
        return postgresql.engine(url)
    return _sqlite_engine(url)


def _sqlite_engine(url: str) -> Engine:
    path = database_path(url)
    engine = create_engine(url, module=sqlite3, creator=lambda: connect(path), poolclass=QueuePool, max_overflow=CONNECTIONS)
    turns = turns_of(path)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if connection.get_execution_options().get("reads", False):
            connection.exec_driver_sql("BEGIN")
            return
        if not turns.take(BUSY_MS / 1000):
            raise OperationalError("BEGIN IMMEDIATE", None, sqlite3.OperationalError("database is locked"))
        connection.info["turn"] = True
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        except BaseException:
            end(connection)
            raise

    def end(connection: Connection) -> None:
        """Called right before the commit: the next one waits for the disk only."""
        if connection.info.pop("turn", False):
            turns.give()

    def left(_connection: object, record: ConnectionPoolEntry) -> None:
        if record.info.pop("turn", False):
            turns.give()

    event.listen(engine, "commit", end)
    event.listen(engine, "rollback", end)
    event.listen(engine, "checkin", left)
    return engine


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection on one unchanging picture of the database, which takes no lock."""
    with engine.connect().execution_options(reads=True) as connection:
        yield connection
