"""Connections to the record on PostgreSQL: what each is told at its beginning, and the locks by which writers come one after the
other."""

from __future__ import annotations

from typing import Any

import psycopg
from sqlalchemy import Connection, Engine, create_engine, event, make_url

LOCK_MS = 1500
"""How long a writer waits for another's lock before it gives up, as on SQLite: a room must hear within 2 s that saving stopped."""

IDLE_S = 60
"""A transaction left open for so long by a process that hangs is ended by the database, so that it holds up nobody for ever."""

KEPT, CONNECTIONS = 10, 50
"""Connections of one process that stay open, and all it may open: more than it has threads, so that who waits to write holds up nobody who
reads. A server of PostgreSQL takes 100 unless it is told otherwise."""

OLDEST = 14
"""The oldest major version that is taken."""

WRITERS, JOURNALS = 1155, 1156
"""Classes of the advisory locks: all writers of tables (one lock), and writers of facts (one lock per conference)."""

ONE_WRITER = f"SELECT pg_advisory_xact_lock({WRITERS}, 0)"
ONE_PICTURE = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"

_DURABLE = "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"


def is_postgresql(url: str) -> bool:
    """Whether the URL names a PostgreSQL database."""
    return make_url(url).get_backend_name() == "postgresql"


def options(statement_ms: int = 0) -> dict[str, Any]:
    """What a connection is opened with; `statement_ms` bounds each statement, 0 does not. A peer that is gone is noticed within seconds."""
    return {
        "options": f"-c lock_timeout={LOCK_MS} -c idle_in_transaction_session_timeout={IDLE_S * 1000} -c statement_timeout={statement_ms}",
        "connect_timeout": 2,
        "tcp_user_timeout": 2000,
        "keepalives_idle": 5,
        "keepalives_interval": 2,
        "keepalives_count": 3,
        "application_name": "doithoai",
    }


def libpq(url: str) -> str:
    """The URL as psycopg takes it, without SQLAlchemy's name of the driver."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def connect(url: str, statement_ms: int = 0) -> psycopg.Connection:
    """A connection in autocommit mode: transactions begin where the caller says BEGIN. A commit waits for the disk even where the
    server's own setting is not to wait."""
    connection = psycopg.connect(libpq(url), autocommit=True, **options(statement_ms))
    try:
        connection.execute(_DURABLE)
    except psycopg.Error:
        connection.close()
        raise
    return connection


def engine(url: str) -> Engine:
    """The engine of everything but the journal. What begins as writing takes the one writers' lock first, so that what it reads
    stays true until it commits; what begins as reading sees one unchanging picture and waits for nobody."""
    made = create_engine(
        make_url(url).set(drivername="postgresql+psycopg"),
        connect_args=options(),
        pool_pre_ping=True,
        pool_size=KEPT,
        max_overflow=CONNECTIONS - KEPT,
    )

    @event.listens_for(made, "connect")
    def durable(connection: psycopg.Connection, _record: object) -> None:
        connection.autocommit = True
        connection.execute(_DURABLE)
        connection.autocommit = False

    @event.listens_for(made, "begin")
    def begin(connection: Connection) -> None:
        reads = connection.get_execution_options().get("reads", False)
        connection.exec_driver_sql(ONE_PICTURE if reads else ONE_WRITER)

    return made
