"""Tables to which rows are only ever added, guarded by triggers on both databases.

The first column of such a table's primary key names a chain, the second, `seq`, counts its rows from 1. A row follows the last of its chain; none is
removed; of the columns that may be erased all become NULL together, and nothing else is ever changed. The triggers stop mistakes
of programs. Whoever owns the database can take them away, which the hashes then show.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Table

from server.db.triggers import Triggers, with_triggers

INFO = "append_only"
"""Under this key a table's `info` holds its `Guard`, for the migrations."""


@dataclass(frozen=True, slots=True)
class Guard(Triggers):
    """What the triggers of one table need to know: its columns in order (chain and seq first), and which of them may be erased."""

    table: str
    columns: tuple[str, ...]
    erasable: tuple[str, ...] = ()

    def drop(self, dialect: str) -> list[str]:
        """The statements that take them down."""
        if dialect == "postgresql":
            return [f"DROP FUNCTION {self.table}_append_only() CASCADE"]
        return [f"DROP TRIGGER {self.table}_{what}" for what in ("follows", "stays", "unchanged")]

    def _sqlite(self) -> list[str]:
        chain, seq, kept = quoted(self.columns[0]), quoted(self.columns[1]), [quoted(name) for name in self.columns if name not in self.erasable]
        same = " AND ".join([f"NEW.{quoted(name)} IS NULL" for name in self.erasable] + [f"NEW.{name} IS OLD.{name}" for name in kept])
        return [
            # also stops INSERT OR REPLACE, for which SQLite fires no delete trigger
            f"""CREATE TRIGGER {self.table}_follows BEFORE INSERT ON {quoted(self.table)}
                WHEN NEW.{seq} IS NOT (SELECT coalesce(max({seq}), 0) + 1 FROM {quoted(self.table)} WHERE {chain} = NEW.{chain})
                BEGIN SELECT RAISE(ABORT, 'a {self.table} follows the last one'); END""",
            f"""CREATE TRIGGER {self.table}_stays BEFORE DELETE ON {quoted(self.table)}
                BEGIN SELECT RAISE(ABORT, 'no {self.table} is removed'); END""",
            f"""CREATE TRIGGER {self.table}_unchanged BEFORE UPDATE ON {quoted(self.table)} WHEN NOT ({same})
                BEGIN SELECT RAISE(ABORT, 'no {self.table} is changed'); END""",
        ]

    def _postgresql(self) -> list[str]:
        chain, seq, name = quoted(self.columns[0]), quoted(self.columns[1]), self.table
        kept = f"- '{{{','.join(self.erasable)}}}'::text[]"
        same = " AND ".join([f"NEW.{quoted(column)} IS NULL" for column in self.erasable] + [f"to_jsonb(NEW) {kept} = to_jsonb(OLD) {kept}"])
        refused = "USING ERRCODE = 'integrity_constraint_violation'"
        return [
            f"""CREATE FUNCTION {name}_append_only() RETURNS trigger LANGUAGE plpgsql AS $guard$
                BEGIN
                  IF TG_OP = 'INSERT' THEN
                    IF NEW.{seq} <> (SELECT coalesce(max({seq}), 0) + 1 FROM {quoted(name)} WHERE {chain} = NEW.{chain}) THEN
                      RAISE EXCEPTION 'a {name} follows the last one' {refused};
                    END IF;
                    RETURN NEW;
                  ELSIF TG_OP = 'UPDATE' THEN
                    IF {same} THEN RETURN NEW; END IF;
                    RAISE EXCEPTION 'no {name} is changed' {refused};
                  END IF;
                  RAISE EXCEPTION 'no {name} is removed' {refused};
                END $guard$""",
            f"CREATE TRIGGER {name}_follows BEFORE INSERT ON {quoted(name)} FOR EACH ROW EXECUTE FUNCTION {name}_append_only()",
            f"CREATE TRIGGER {name}_unchanged BEFORE UPDATE ON {quoted(name)} FOR EACH ROW EXECUTE FUNCTION {name}_append_only()",
            f"CREATE TRIGGER {name}_stays BEFORE DELETE ON {quoted(name)} FOR EACH ROW EXECUTE FUNCTION {name}_append_only()",
            f"CREATE TRIGGER {name}_kept BEFORE TRUNCATE ON {quoted(name)} FOR EACH STATEMENT EXECUTE FUNCTION {name}_append_only()",
        ]


def quoted(name: str) -> str:
    return f'"{name}"'


def append_only(table: Table, allowed_nulling: Sequence[str] = ()) -> Table:
    """Guards a table wherever it is made: by `metadata.create_all` here, by migrations through its `info`."""
    guard = Guard(table.name, tuple(column.name for column in table.columns), tuple(allowed_nulling))
    assert [column.name for column in table.primary_key] == list(guard.columns[:2]) and set(guard.erasable) <= set(guard.columns[2:])
    return with_triggers(table, INFO, guard)


def guards(tables: Sequence[Table]) -> list[Guard]:
    """The guards of those tables that have one, in their order."""
    return [table.info[INFO] for table in tables if INFO in table.info]
