"""Migrations on both databases: from nothing, down and up again, from a database of release 0.1.0 with everything in it, and never past what a release knows."""

from __future__ import annotations

import asyncio
import stat
import threading
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Engine, func, insert, inspect, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from server.db.all_tables import NOUNS, metadata
from server.db.engine import open_engine, reading
from server.db.facts import sealed
from server.db.journal import Draft, Journal
from server.db.migrate import Migrated, SchemaTooNew, check, migrate, newest
from server.db.migrations import writing
from server.db.tables import fact, schema_version
from server.db.verify import chain, first_hash, verify_database
from tests.databases import Databases, SqliteFiles

ROOT = Path(__file__).resolve().parents[2]


def shape(connection: Connection) -> dict[str, Any]:
    """Everything about the tables that alembic's own comparison does not look at, too."""
    look = inspect(connection)
    tables: dict[str, Any] = {}
    for name in sorted(look.get_table_names()):
        if name == "alembic_version":
            continue
        tables[name] = {
            "columns": [(c["name"], str(c["type"]), c["nullable"]) for c in look.get_columns(name)],
            "key": look.get_pk_constraint(name)["constrained_columns"],
            "unique": sorted(tuple(u["column_names"]) for u in look.get_unique_constraints(name)),
            "checks": sorted((str(c["name"]), " ".join(c["sqltext"].split())) for c in look.get_check_constraints(name)),
            "refers": sorted((*f["constrained_columns"], f["referred_table"], *f["referred_columns"]) for f in look.get_foreign_keys(name)),
            "indexes": sorted((str(i["name"]), tuple(i["column_names"]), bool(i["unique"])) for i in look.get_indexes(name)),
        }
    question = (
        "SELECT tbl_name || ' ' || name || ' ' || sql FROM sqlite_master WHERE type = 'trigger'"
        if connection.dialect.name == "sqlite"
        else "SELECT t.tgrelid::regclass || ' ' || t.tgname || ' ' || pg_get_functiondef(t.tgfoid) FROM pg_trigger t WHERE NOT t.tgisinternal"
    )
    tables["triggers"] = sorted(" ".join(trigger.split()) for trigger in connection.scalars(text(question)))
    return tables


def difference(engine: Engine) -> list[Any]:
    with reading(engine) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        return list(compare_metadata(context, metadata))


def test_up_from_nothing_is_what_the_program_expects_down_to_nothing_and_up_again(empty_database_url: str) -> None:
    assert check(empty_database_url) is None
    assert migrate(empty_database_url, "0001") == Migrated(None, "0001")
    assert migrate(empty_database_url) is not None
    assert migrate(empty_database_url) is None
    engine = open_engine(empty_database_url)
    assert difference(engine) == []
    with reading(engine) as connection:
        first = shape(connection)
    while (found := check(empty_database_url)) is not None:
        migrate(empty_database_url, "base" if found == "0001" else f"{int(found) - 1:04}")
    with reading(engine) as connection:
        assert shape(connection) == {"triggers": []}
    migrate(empty_database_url)
    with reading(engine) as connection:
        assert shape(connection) == first
    engine.dispose()


def test_the_tables_made_by_revisions_are_those_made_at_once(databases: Databases, tmp_path: Path) -> None:
    """Checks, references, indexes and triggers as well."""
    shapes = []
    for number, database in enumerate(databases.fresh(tmp_path / name, empty=True) for name in ("revisions", "at once")):
        if number == 0:
            migrate(database, "0001")
        migrate(database)
        engine = open_engine(database)
        with reading(engine) as connection:
            shapes.append(shape(connection))
        engine.dispose()
        databases.drop(database)
    assert shapes[0] == shapes[1]


def test_every_noun_with_tables_is_named() -> None:
    assert sorted(path.parent.name for path in ROOT.glob("server/*/tables.py")) == sorted([*NOUNS, "db"])


def test_the_revision_is_the_one_that_the_tables_ask_for() -> None:
    """Whoever adds or changes a table runs `scripts/migration`."""
    assert writing.source() == writing.FILE.read_text("utf-8"), "run scripts/migration"


# --- a database of release 0.1.0 ----------------------------------------------------------------------------------------

OLD_ROWS: dict[str, dict[str, Any]] = {
    "account": {"id": "a-1", "login": "anh", "name": "Trần Thị Anh", "password_hash": "…", "disabled": False, "created": 1},
    "seat": {"id": "s-1", "conference": "dt-1", "person": "anh", "account": "a-1", "created": 2},
    "session": {"secret_hash": b"1", "account": "a-1", "created": 3, "seen": 4, "expires": 5, "user_agent": "…", "address_hash": b"2"},
    "link": {"token_hash": b"3", "kind": "public", "conference": "dt-1", "created": 6},
    "code": {"finds": "f", "code_hash": b"4", "seat": "s-1", "created": 7, "expires": 8, "tries_left": 3},
}
"""One row of each table, with the columns that release 0.1.0 knew."""

FACT_COLUMNS = ("conference", "seq", "at", "by", "command", "type", "body", "private", "salt", "hash")


def old_database(url: str) -> None:
    """What release 0.1.0 left: its tables, its own note of the schema, people, and facts in the chain."""
    migrate(url, "0001")
    rows = list(OLD_ROWS.items())
    last = first_hash("dt-1")
    for seq in (1, 2):
        made = sealed("dt-1", seq, Draft(seq, "anh", f"c-{seq}", "line", {"text": "Ngõ ngập"}, {"name": "Trần Thị Oanh"}))
        last = chain(last, made.body)
        rows.append(("fact", dict(zip(FACT_COLUMNS, made.row("dt-1", last), strict=True))))
    engine = open_engine(url)
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE alembic_version"))
        for table, row in rows:
            names = ", ".join(f'"{name}"' for name in row)
            connection.execute(text(f"INSERT INTO {table} ({names}) VALUES ({', '.join(f':{name}' for name in row)})"), row)
    engine.dispose()


def test_a_database_of_release_0_1_is_recognised_and_carried_over(empty_database_url: str) -> None:
    old_database(empty_database_url)
    assert check(empty_database_url) == "0001"
    done = migrate(empty_database_url)
    assert done is not None and (done.found, done.now) == ("0001", newest())
    engine = open_engine(empty_database_url)
    assert difference(engine) == []
    with reading(engine) as connection:
        for name, row in OLD_ROWS.items():
            table = metadata.tables[name]
            kept = connection.execute(select(*(table.c[column] for column in row))).mappings().all()
            assert [dict(found) for found in kept] == [row]
        assert connection.scalar(select(func.max(schema_version.c.version))) == 2, "release 0.1.0 refuses what is above 1"
    with pytest.raises(IntegrityError), engine.begin() as connection:
        connection.execute(fact.delete())
    engine.dispose()
    assert [(verdict.ok, verdict.count) for verdict in verify_database(empty_database_url)] == [(True, 2)]
    journal = Journal(empty_database_url)
    journal.start()
    assert asyncio.run(journal.append("dt-1", 2, [Draft(3, "anh", "c-3", "line", {})]))[0].seq == 3
    journal.close()


def test_before_an_sqlite_file_is_changed_a_copy_is_put_beside_it(sqlite_files: SqliteFiles, tmp_path: Path) -> None:
    url = sqlite_files.fresh(tmp_path, empty=True)
    for number in (1, 2):
        old_database(url)
        done = migrate(url)
        assert done is not None and done.copy is not None and done.copy.parent == tmp_path
        assert stat.S_IMODE(done.copy.stat().st_mode) == 0o600
        assert check(f"sqlite:///{done.copy}") == "0001"
        assert verify_database(done.copy)[0].count == 2
        assert len(list(tmp_path.glob("*.before-upgrade-of-*[0-9]"))) == number
        for path in tmp_path.glob("doithoai.db*"):
            if "before" not in path.name:
                path.unlink()


def test_no_copy_is_made_of_nothing(sqlite_files: SqliteFiles, tmp_path: Path) -> None:
    done = migrate(sqlite_files.fresh(tmp_path, empty=True))
    assert done is not None and done.copy is None and [path.name for path in tmp_path.iterdir() if "before" in path.name] == []


@pytest.mark.parametrize("sentence", ["UPDATE alembic_version SET version_num = '9999'", "DROP TABLE alembic_version"])
def test_a_database_of_a_later_release_is_refused_and_left_alone(database_url: str, sentence: str) -> None:
    engine = open_engine(database_url)
    with engine.begin() as connection:
        connection.execute(text(sentence))
        connection.execute(insert(schema_version).values(version=99, applied=0))
    with reading(engine) as connection:
        before = shape(connection)
    for look in (check, migrate, lambda url: Journal(url).start()):
        with pytest.raises(SchemaTooNew):
            look(database_url)
    with reading(engine) as connection:
        assert shape(connection) == before
    engine.dispose()


def test_what_fails_half_way_leaves_the_database_as_it_was(empty_database_url: str) -> None:
    """A table of a name that the new release wants is there already."""
    old_database(empty_database_url)
    engine = open_engine(empty_database_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE unit (id TEXT)"))
    with reading(engine) as connection:
        before = shape(connection)
    with pytest.raises(DBAPIError):
        migrate(empty_database_url)
    with reading(engine) as connection:
        assert shape(connection) == before
    assert check(empty_database_url) == "0001"
    engine.dispose()


def test_of_several_processes_that_start_at_once_one_does_the_work(empty_database_url: str) -> None:
    start, done = threading.Barrier(4), []

    def one() -> None:
        start.wait()
        done.append(migrate(empty_database_url))

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == 4 and sum(result is not None for result in done) == 1
