"""Tables that only grow: whoever writes past the program is stopped by the database itself, on both."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import JSON, Column, Connection, Engine, Integer, LargeBinary, MetaData, Table, Text, func, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from server.db.all_tables import metadata
from server.db.append_only import append_only, guards
from server.db.engine import open_engine

tables = MetaData()
diary = append_only(
    Table(
        "diary",
        tables,
        Column("about", Text, primary_key=True),
        Column("seq", Integer, primary_key=True, autoincrement=False),
        Column("by", Text, nullable=False),
        Column("said", JSON, nullable=False),
        Column("name", LargeBinary),
        Column("salt", LargeBinary),
    ),
    allowed_nulling=("name", "salt"),
)
"""With a word of SQL for a column, a value that PostgreSQL cannot compare, and two columns that are erased together."""


@pytest.fixture
def engine(empty_database_url: str) -> Iterator[Engine]:
    engine = open_engine(empty_database_url)
    with engine.begin() as connection:
        tables.create_all(connection)
        for seq in (1, 2, 3):
            connection.execute(insert(diary).values(about="a", seq=seq, by="anh", said={"n": seq}, name=b"Oanh", salt=b"s"))
    yield engine
    engine.dispose()


def rows(connection: Connection) -> list[tuple[object, ...]]:
    return [tuple(row) for row in connection.execute(select(diary).order_by(diary.c.about, diary.c.seq))]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    column=st.sampled_from([column.name for column in diary.columns]),
    seq=st.sampled_from([1, 2, 3]),
    value=st.sampled_from([None, "x", 9, {"n": 9}, b"x"]),
)
def test_no_cell_is_changed(engine: Engine, column: str, seq: int, value: object) -> None:
    fits = {"seq": int, "said": dict, "name": bytes, "salt": bytes}.get(column, str)
    if value is not None and not isinstance(value, fits):
        return
    with engine.begin() as connection:
        before = rows(connection)
    with pytest.raises(IntegrityError), engine.begin() as connection:
        connection.execute(update(diary).where(diary.c.seq == seq).values({column: value}))
    with engine.begin() as connection:
        assert rows(connection) == before


def test_no_row_is_removed_put_in_between_or_left_out(engine: Engine) -> None:
    emptied = "DELETE FROM diary" if engine.dialect.name == "sqlite" else "TRUNCATE diary"
    for sentence in (diary.delete(), diary.delete().where(diary.c.seq == 3), text(emptied)):
        with pytest.raises(IntegrityError), engine.begin() as connection:
            connection.execute(sentence)
    for about, seq in (("a", 3), ("a", 5), ("a", 0), ("b", 2), ("b", 0)):
        with pytest.raises(IntegrityError), engine.begin() as connection:
            connection.execute(insert(diary).values(about=about, seq=seq, by="", said={}))
    with engine.begin() as connection:
        connection.execute(insert(diary).values([{"about": "b", "seq": seq, "by": "", "said": {}} for seq in (1, 2)]))
        assert connection.scalar(select(func.count()).select_from(diary)) == 5


def test_what_may_be_erased_is_erased_together_and_stays_so(engine: Engine) -> None:
    for erased in ({"name": None}, {"salt": None}, {"name": None, "salt": None, "by": "x"}, {"name": b"x", "salt": b"x"}):
        with pytest.raises(IntegrityError), engine.begin() as connection:
            connection.execute(update(diary).where(diary.c.seq == 2).values(erased))
    with engine.begin() as connection:
        connection.execute(update(diary).where(diary.c.seq == 2).values(name=None, salt=None))
        assert rows(connection)[1] == ("a", 2, "anh", {"n": 2}, None, None)
    with pytest.raises(IntegrityError), engine.begin() as connection:
        connection.execute(update(diary).where(diary.c.seq == 2).values(name=b"x", salt=b"x"))


def test_facts_and_history_are_guarded() -> None:
    assert {guard.table for guard in guards(list(metadata.tables.values()))} >= {"fact", "history"}
