"""The table of facts in each kind of database, by plain DB-API: what the journal asks of it, and who else has written in it.

Both kinds are asked the same questions. They differ in how a writer makes sure that nobody comes in between (SQLite: the one lock of the file;
PostgreSQL: a lock per conference, so that several processes write in different conferences at the same time), in what erasing takes, and in
that PostgreSQL tells other processes of what was appended.
"""

from __future__ import annotations

import asyncio
import logging
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Protocol

import psycopg
from sqlalchemy.exc import DBAPIError, TimeoutError

from server.db import engine, postgresql
from server.db.engine import database_path, sqlite3
from server.db.turns import turns_of
from server.db.verify import first_hash

log = logging.getLogger(__name__)

ROWS = 32
"""Most facts in one statement. A call into SQLite gives up and takes back the interpreter's lock, for which a busy event loop makes
it wait: one statement for many facts waits once."""

CHANNEL = "fact"
"""Where PostgreSQL tells of appended facts, with the id of the conference."""

AGAIN_S = 1.0
"""Seconds until a broken connection that listens is made again."""

STATEMENT_MS = 1500
"""Most that one statement of the journal's writer may take."""

_INSERT = 'INSERT INTO fact (conference, seq, at, "by", command, type, body, private, salt, hash) VALUES '
_HEAD = "SELECT seq, hash FROM fact WHERE conference = ? ORDER BY seq DESC LIMIT 1"
_HEADS = (
    "SELECT id, seq, hash FROM unnest(%s::text[]) AS id"
    " CROSS JOIN LATERAL (SELECT seq, hash FROM fact WHERE conference = id ORDER BY seq DESC LIMIT 1) AS last"
)
_SINCE = "SELECT seq, body, private, hash FROM fact WHERE conference = ? AND seq > ? ORDER BY seq"
_ERASE = "UPDATE fact SET private = NULL, salt = NULL WHERE conference = ? AND seq = ? AND private IS NOT NULL"


class Line(Protocol):
    """A connection of sqlite3 or psycopg."""

    def execute(self, query: str, params: Any = ..., /) -> Any: ...
    def close(self) -> None: ...


class Ledger(ABC):
    """What both kinds share. `failures` are the exceptions that mean the database does not take or give anything now."""

    mark = "?"
    failures: tuple[type[Exception], ...] = ()

    @abstractmethod
    def connect(self) -> Line:
        """A connection for the writer, in autocommit mode."""

    @abstractmethod
    def reader(self) -> AbstractContextManager[Any]:
        """A connection for one question."""

    @abstractmethod
    def begin(self, line: Line, conferences: Iterable[str]) -> None:
        """Begins a transaction in which nobody else appends to these conferences."""

    @abstractmethod
    def commit(self, line: Line, appended: Iterable[str]) -> None:
        """Commits it durably; tells other processes which conferences have new facts."""

    @abstractmethod
    def erased(self, line: Line) -> None:
        """Removes what was erased from the files, as far as that can be asked for."""

    @abstractmethod
    def appended(self) -> AsyncGenerator[str | None]:
        """See `Journal.appended`."""

    def close(self) -> None:  # noqa: B027  a kind that keeps no connections has nothing to give back
        """Gives back all connections for reading."""

    def give_up(self, line: Line) -> None:
        """Ends a connection on which something went wrong, and what was begun there with it."""
        line.close()

    def ask(self, line: Line, query: str, *values: object) -> Any:
        return line.execute(query.replace("?", self.mark), values)

    def head(self, line: Line, conference: str) -> tuple[int, bytes]:
        """Number and hash of the last fact; for a conference without facts 0 and what stands before the first."""
        row = self.ask(line, _HEAD, conference).fetchone()
        return (row[0], row[1]) if row else (0, first_hash(conference))

    def heads(self, line: Line, conferences: Iterable[str]) -> dict[str, tuple[int, bytes]]:
        """The same for several."""
        return {conference: self.head(line, conference) for conference in conferences}

    def since(self, line: Line, conference: str, seq: int) -> list[tuple[int, bytes, bytes | None, bytes]]:
        """seq, body, private part and hash of all facts after `seq`."""
        found: list[tuple[int, bytes, bytes | None, bytes]] = self.ask(line, _SINCE, conference, seq).fetchall()
        return found

    def conferences(self, line: Line) -> list[str]:
        return sorted(row[0] for row in self.ask(line, "SELECT DISTINCT conference FROM fact").fetchall())

    def insert(self, line: Line, rows: list[tuple[object, ...]]) -> None:
        for start in range(0, len(rows), ROWS):
            some = rows[start : start + ROWS]
            values = ", ".join([f"({', '.join('?' * len(row))})" for row in some])
            self.ask(line, _INSERT + values, *(value for row in some for value in row))

    def erase(self, conference: str, seq: int) -> bool:
        """Erases the personal data of one fact; says whether there was any."""
        line = self.connect()
        try:
            erased: int = self.ask(line, _ERASE, conference, seq).rowcount
            self.erased(line)
        finally:
            line.close()
        return erased > 0


class SqliteLedger(Ledger):
    """The facts in a file."""

    failures = (sqlite3.OperationalError,)

    def __init__(self, path: Path) -> None:
        self._path = path
        self._turns = turns_of(path)
        self._mine = False

    def connect(self) -> Line:
        line: Line = engine.connect(self._path)
        return line

    @contextmanager
    def reader(self) -> Iterator[Any]:
        line = self.connect()
        try:
            yield line
        finally:
            line.close()

    def begin(self, line: Line, conferences: Iterable[str]) -> None:
        self._mine = self._turns.take(engine.BUSY_MS / 1000)
        if not self._mine:
            raise sqlite3.OperationalError("database is locked")
        line.execute("BEGIN IMMEDIATE")

    def commit(self, line: Line, appended: Iterable[str]) -> None:
        self._end_turn()
        line.execute("COMMIT")

    def give_up(self, line: Line) -> None:
        line.close()
        self._end_turn()

    def _end_turn(self) -> None:
        if self._mine:
            self._mine = False
            self._turns.give()

    def erased(self, line: Line) -> None:
        line.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    async def appended(self) -> AsyncGenerator[str | None]:
        return
        yield


class PostgresqlLedger(Ledger):
    """The facts on a PostgreSQL server."""

    mark = "%s"
    failures = (psycopg.OperationalError, psycopg.InternalError, DBAPIError, TimeoutError)

    def __init__(self, url: str) -> None:
        self._url = url
        self._readers = postgresql.engine(url)
        self._mine = 0

    def connect(self) -> Line:
        line: Line = postgresql.connect(self._url, STATEMENT_MS)
        return line

    @contextmanager
    def reader(self) -> Iterator[Any]:
        pooled = self._readers.raw_connection()
        try:
            yield pooled.driver_connection
        finally:
            pooled.close()

    def begin(self, line: Any, conferences: Iterable[str]) -> None:
        """The locks are taken in one order by everybody, so that nobody waits in a circle."""
        self._mine = line.info.backend_pid
        line.execute("BEGIN")
        line.execute(
            "SELECT pg_advisory_xact_lock(%s, lock) FROM (SELECT DISTINCT hashtext(id) AS lock FROM unnest(%s::text[]) AS id ORDER BY lock) AS locks",
            (postgresql.JOURNALS, list(conferences)),
        )

    def heads(self, line: Line, conferences: Iterable[str]) -> dict[str, tuple[int, bytes]]:
        found = {row[0]: (row[1], row[2]) for row in line.execute(_HEADS, (list(conferences),)).fetchall()}
        return {conference: found.get(conference) or (0, first_hash(conference)) for conference in conferences}

    def commit(self, line: Line, appended: Iterable[str]) -> None:
        line.execute("SELECT pg_notify(%s, id) FROM unnest(%s::text[]) AS id", (CHANNEL, list(appended)))
        line.execute("COMMIT")

    def erased(self, line: Line) -> None:
        line.execute("SET statement_timeout = 0")
        line.execute("VACUUM fact")

    async def appended(self) -> AsyncGenerator[str | None]:
        while True:
            try:
                listening = await psycopg.AsyncConnection.connect(postgresql.libpq(self._url), autocommit=True, **postgresql.options())
                async with listening:
                    await listening.execute(f"LISTEN {CHANNEL}")
                    yield None
                    async for told in listening.notifies():
                        if told.pid != self._mine:
                            yield told.payload
            except psycopg.Error as error:
                log.warning("not told of what other processes append: %s", error)
                await asyncio.sleep(AGAIN_S)

    def close(self) -> None:
        self._readers.dispose()


def ledger(url: str) -> Ledger:
    """The facts behind a URL."""
    return PostgresqlLedger(url) if postgresql.is_postgresql(url) else SqliteLedger(database_path(url))
