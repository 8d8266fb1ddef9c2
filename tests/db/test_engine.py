"""The engine: no update is lost among threads, and which SQLite is safe."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Engine, func, insert, select, text, update
from sqlalchemy.exc import OperationalError

from server.db.engine import database_path, open_engine, reading, sqlite3, sqlite_is_safe
from server.db.postgresql import connect, libpq
from server.db.tables import account
from tests.databases import PostgresqlServer, SqliteFiles


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = open_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def other(database_url: str) -> Iterator[Engine]:
    """The same database, as another process has it."""
    engine = open_engine(database_url)
    yield engine
    engine.dispose()


def test_no_update_is_lost_among_threads_and_processes(engine: Engine, other: Engine) -> None:
    """Read, then write, from eight threads at once: unless a transaction takes its lock at the beginning, most of these are lost."""
    with engine.begin() as connection:
        connection.execute(insert(account).values(id="a", login="a", name="0", disabled=False, created=0))

    def add(mine: Engine) -> None:
        for _ in range(40):
            with mine.begin() as connection:
                count = int(connection.scalar(select(account.c.name)) or 0)
                connection.execute(update(account).values(name=str(count + 1)))

    threads = [threading.Thread(target=add, args=(mine,)) for mine in [engine, other] * 4]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with reading(engine) as connection:
        assert connection.scalar(select(account.c.name)) == "320"


def test_what_is_counted_stays_true_until_the_commit(engine: Engine, other: Engine) -> None:
    """A rule over several rows (at most three): no row lock would hold what is not there yet."""

    def add(mine: Engine, name: str) -> None:
        for n in range(10):
            with mine.begin() as connection:
                if connection.scalar(select(func.count()).select_from(account)) < 3:  # type: ignore[operator]
                    connection.execute(insert(account).values(id=f"{name}-{n}", login=f"{name}-{n}", name="A", disabled=False, created=0))

    threads = [threading.Thread(target=add, args=(mine, name)) for mine, name in zip([engine, other] * 4, "abcdefgh", strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with reading(engine) as connection:
        assert connection.scalar(select(func.count()).select_from(account)) == 3


def test_reading_waits_for_no_writer_and_sees_one_picture(engine: Engine, other: Engine) -> None:
    with engine.begin() as writer:
        writer.execute(insert(account).values(id="a", login="a", name="A", disabled=False, created=0))
        with reading(other) as reader:
            assert reader.scalars(select(account.c.id)).all() == []
    with reading(engine) as reader:
        assert reader.scalars(select(account.c.id)).all() == ["a"]
        with other.begin() as writer:
            writer.execute(insert(account).values(id="b", login="b", name="B", disabled=False, created=0))
        assert reader.scalars(select(account.c.id)).all() == ["a"]


def test_a_writer_who_waits_too_long_is_refused_and_others_go_on(engine: Engine, other: Engine) -> None:
    """A hung process holds the writers' lock: the next hears within two seconds that it cannot be saved, as on SQLite."""
    with engine.begin():
        began = time.monotonic()
        with pytest.raises(OperationalError), other.begin():
            pass
        assert 1 < time.monotonic() - began < 2
    with other.begin() as writer:
        writer.execute(insert(account).values(id="a", login="a", name="A", disabled=False, created=0))


def test_what_raises_changes_nothing(engine: Engine) -> None:
    def fail() -> None:
        with engine.begin() as writer:
            writer.execute(insert(account).values(id="a", login="a", name="A", disabled=False, created=0))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with reading(engine) as reader:
        assert reader.scalars(select(account.c.id)).all() == []


def test_every_commit_waits_for_the_disk_and_erasing_overwrites(sqlite_files: SqliteFiles, tmp_path: Path) -> None:
    engine = open_engine(sqlite_files.fresh(tmp_path))
    with reading(engine) as connection:
        pragmas = {name: connection.scalar(text(f"PRAGMA {name}")) for name in ("journal_mode", "synchronous", "secure_delete")}
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "secure_delete": 1}
    engine.dispose()


def test_every_commit_waits_for_the_disk_even_where_the_server_would_not(postgresql_server: PostgresqlServer, tmp_path: Path) -> None:
    url = postgresql_server.fresh(tmp_path)
    with psycopg.connect(libpq(url), autocommit=True) as administrator:
        administrator.execute(f"ALTER DATABASE {administrator.info.dbname} SET synchronous_commit = off")
    engine = open_engine(url)
    with engine.begin() as writer:
        assert writer.scalar(text("SHOW synchronous_commit")) == "on"
    engine.dispose()
    journals = connect(url)
    assert journals.execute("SHOW synchronous_commit").fetchone() == ("on",)
    journals.close()
    postgresql_server.drop(url)


@pytest.mark.parametrize(
    ("version", "safe"),
    [
        ((3, 40, 1), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 45, 0), False),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 53, 4), True),
    ],
)
def test_which_sqlite_has_the_wal_reset_bug(version: tuple[int, ...], safe: bool) -> None:
    assert sqlite_is_safe(version) is safe
    assert sqlite_is_safe() is sqlite_is_safe(sqlite3.sqlite_version_info)


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql://u:p@h/d"])
def test_the_record_is_a_file_or_in_postgresql(url: str) -> None:
    with pytest.raises(ValueError, match="SQLite file or in PostgreSQL"):
        database_path(url)
    with pytest.raises(ValueError, match="SQLite file or in PostgreSQL"):
        open_engine(url)


def test_no_password_is_said() -> None:
    with pytest.raises(ValueError, match="u:\\*\\*\\*@h") as refused:
        open_engine("mysql://u:geheim@h/d")
    assert "geheim" not in str(refused.value)
