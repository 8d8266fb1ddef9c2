"""The engine: no update is lost among threads, and which SQLite is safe."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert, select, text, update

from server.db.engine import database_path, open_engine, reading, sqlite3, sqlite_is_safe
from server.db.tables import SchemaTooNew, account, create_all, schema_version


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    engine = open_engine(f"sqlite:///{tmp_path / 'x.db'}")
    create_all(engine)
    return engine


def test_no_update_is_lost_among_threads(engine: Engine) -> None:
    """Read, then write, from eight threads at once: without BEGIN IMMEDIATE most of these are lost."""
    with engine.begin() as connection:
        connection.execute(insert(account).values(id="a", login="a", name="0", disabled=False, created=0))

    def add() -> None:
        for _ in range(40):
            with engine.begin() as connection:
                count = int(connection.scalar(select(account.c.name)) or 0)
                connection.execute(update(account).values(name=str(count + 1)))

    threads = [threading.Thread(target=add) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with reading(engine) as connection:
        assert connection.scalar(select(account.c.name)) == "320"
    engine.dispose()


def test_reading_waits_for_no_writer(engine: Engine) -> None:
    with engine.begin() as writer:
        writer.execute(insert(account).values(id="a", login="a", name="A", disabled=False, created=0))
        with reading(engine) as reader:
            assert reader.scalars(select(account.c.id)).all() == []
    engine.dispose()


def test_every_commit_waits_for_the_disk_and_erasing_overwrites(engine: Engine) -> None:
    with reading(engine) as connection:
        pragmas = {name: connection.scalar(text(f"PRAGMA {name}")) for name in ("journal_mode", "synchronous", "secure_delete")}
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "secure_delete": 1}
    engine.dispose()


def test_the_schema_says_its_version_and_a_later_one_is_refused(engine: Engine) -> None:
    create_all(engine)
    with engine.begin() as connection:
        assert connection.scalars(select(schema_version.c.version)).all() == [1]
        connection.execute(insert(schema_version).values(version=99, applied=0))
    with pytest.raises(SchemaTooNew):
        create_all(engine)
    engine.dispose()


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


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "postgresql://u:p@h/d"])
def test_the_record_is_a_file(url: str) -> None:
    with pytest.raises(ValueError, match="SQLite file"):
        database_path(url)
