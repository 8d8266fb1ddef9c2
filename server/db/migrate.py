"""Bringing a database to the tables of this release: `migrate(url)` at every start, `doithoai upgrade` by hand, and for developers
`python -m server.db.migrate new`, which writes the newest revision from the tables.

All of it is one transaction under the writers' lock. Of several processes that start at once one does the work and the others find it
done; what fails half way leaves the database as it was.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import OperationalError

from moderation.kernel import Refusal
from server import clock
from server.db.engine import connect, database_path, open_engine, reading
from server.db.postgresql import is_postgresql

PLACE = Path(__file__).parent / "migrations"

FIRST = "0001"
"""The revision that stands for release 0.1.0, which noted its schema in another way."""


class SchemaTooNew(Refusal):
    """The database was made by a later release than this one, which would not understand it."""

    def __init__(self, found: str) -> None:
        super().__init__("schema_too_new", found=found, known=newest())


@dataclass(frozen=True, slots=True)
class Migrated:
    """What was done: from which revision (None: nothing was there) to which, and where the copy from before is, if one was made."""

    found: str | None
    now: str
    copy: Path | None = None


def newest() -> str:
    """The revision of this release."""
    head = scripts().get_current_head()
    assert head is not None
    return head


def migrate(url: str, to: str = "head") -> Migrated | None:
    """Brings the database to this release's tables, and the search's entries to what this release keeps; None when it has the tables already. Before an older
    SQLite file is changed a copy is put beside it.

    Raises `SchemaTooNew`, and `Refusal` database_unreachable. `to` is for tests: another revision, also an earlier one, or "base".
    """
    done = change_tables(url, to)
    if to == "head":
        index_anew(url)
    return done


def change_tables(url: str, to: str) -> Migrated | None:
    """Brings the database to the tables of a revision; None when it has them already."""
    target = newest() if to == "head" else to
    if check(url) == target:
        return None
    engine = open_engine(url)
    try:
        with alone(engine) as connection:
            found = revision_of(connection)
            if found == target:
                return None
            known(found)
            if found is None and to == "head":
                make(connection)
                return Migrated(None, target)
            copy = None if found is None or is_postgresql(url) else copied(database_path(url), found)
            run(connection, found, target)
            return Migrated(found, target, copy)
    finally:
        engine.dispose()


def index_anew(url: str) -> None:
    """Makes the search's entries anew where an older release made them."""
    from server.search.rebuilding import is_current, rebuild

    engine = open_engine(url)
    try:
        with reading(engine) as connection:
            if is_current(connection):
                return
        with alone(engine) as connection:
            if not is_current(connection):
                rebuild(connection, clock.now())
    finally:
        engine.dispose()


def check(url: str) -> str | None:
    """The revision of a database; None for an empty one. Raises `SchemaTooNew`, and `Refusal` database_unreachable."""
    engine = open_engine(url)
    try:
        with reading(engine) as connection:
            return known(revision_of(connection))
    except OperationalError as error:
        raise Refusal("database_unreachable", where=engine.url.render_as_string(hide_password=True), reason=str(error.orig)) from error
    finally:
        engine.dispose()


def revision_of(connection: Connection) -> str | None:
    """The revision that the database says it has; None where it is empty."""
    tables = inspect(connection).get_table_names()
    if "alembic_version" in tables:
        found = connection.scalar(text("SELECT version_num FROM alembic_version"))
        return None if found is None else str(found)
    if "schema_version" in tables:
        version = connection.scalar(text("SELECT max(version) FROM schema_version"))
        return FIRST if version in (None, 1) else f"schema {version}"
    return None


def known(revision: str | None) -> str | None:
    """The revision, if this release knows it (raises `SchemaTooNew`)."""
    try:
        scripts().get_revision(revision or "base")
    except CommandError as error:
        raise SchemaTooNew(str(revision)) from error
    return revision


@contextmanager
def alone(engine: Engine) -> Iterator[Connection]:
    """A transaction in which tables can be made anew. Another process that migrates is waited for. SQLite checks references at the end, not while a
    table is away."""
    with engine.connect() as connection:
        sqlite = engine.dialect.name == "sqlite"
        raw = connection.connection.driver_connection
        assert raw is not None
        if sqlite:
            raw.execute("PRAGMA foreign_keys=OFF")
            raw.execute("PRAGMA busy_timeout=60000")
        else:
            raw.execute("SET lock_timeout = '60s'")
            raw.commit()
        with connection.begin():
            yield connection
            if sqlite and (broken := connection.exec_driver_sql("PRAGMA foreign_key_check").first()):
                raise RuntimeError(f"after the migration a row of {broken[0]} refers to nothing")
        connection.invalidate()


def make(connection: Connection) -> None:
    """Makes all tables in an empty database, as all revisions one after the other would."""
    from server.db.all_tables import metadata

    metadata.create_all(connection)
    connection.execute(text("INSERT INTO schema_version (version, applied) VALUES (1, 0), (2, 0)"))
    command.stamp(config_for(connection), "head")


def run(connection: Connection, found: str | None, target: str) -> None:
    """Carries out the revisions between."""
    config = config_for(connection)
    tables = inspect(connection).get_table_names()
    if found is not None and "alembic_version" not in tables:
        command.stamp(config, found)
    steps = [revision.revision for revision in scripts().walk_revisions()]  # newest first
    down = target == "base" or (found is not None and steps.index(found) < steps.index(target))
    (command.downgrade if down else command.upgrade)(config, target)


def config_for(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(PLACE).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


@cache
def scripts() -> ScriptDirectory:
    """The revisions that this release knows."""
    return ScriptDirectory.from_config(config_for())


def copied(path: Path, revision: str) -> Path:
    """A copy of the file as it is, beside it, for its owner only. It holds personal data: whoever upgrades removes it when all is well."""
    number = 1
    while (copy := path.with_name(f"{path.name}.before-upgrade-of-{revision}{f'-{number}' if number > 1 else ''}")).exists():
        number += 1
    os.close(os.open(copy, os.O_CREAT | os.O_EXCL, 0o600))
    with closing(connect(path)) as source, closing(connect(copy)) as target:
        source.backup(target)
        target.execute("PRAGMA journal_mode=DELETE")
    return copy


if __name__ == "__main__":
    from server.db.migrations.writing import write

    if sys.argv[1:] != ["new"]:
        sys.exit("python -m server.db.migrate new")
    print(write())
