"""Rows that stand still once a dossier is locked (Art. 15.2), guarded by triggers on both databases; whoever writes past the program is stopped as well.

What is frozen is said of each table by a condition on its rows. A frozen row is not removed, and only columns that may still move do so: what data protection
erases, and what the work goes on with. The triggers stop mistakes of programs; whoever owns the database can take them away, which the list of the lock and the
archives then show.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Table

from server.db.triggers import Triggers, with_triggers

INFO = "frozen"
"""Under this key a table's `info` holds its `Frozen`, for the migrations."""


@dataclass(frozen=True, slots=True)
class Frozen(Triggers):
    """What the triggers of one table need to know.

    `when`: the condition in SQL, in which `{row}` is the row. `kept`: the columns of a frozen row that never change, its key first. `once`: texts that may still be
    filled, and then stay. `shut`: the column that names the case, where no row joins those that are frozen; "" where rows may still be added."""

    table: str
    when: str
    kept: tuple[str, ...]
    once: tuple[str, ...] = ()
    shut: str = ""

    def drop(self, dialect: str) -> list[str]:
        """The statements that take them down."""
        if dialect == "postgresql":
            return [f"DROP FUNCTION {self.table}_frozen() CASCADE"]
        return [f"DROP TRIGGER {self.table}_frozen_{what}" for what in ("added", "changed", "removed")]

    def _is(self, row: str) -> str:
        return f"({self.when.format(row=row)})"

    def _taken(self) -> str:
        """Whether a frozen row has the key of the new one: SQLite removes it for REPLACE, and no trigger of removing hears of it."""
        return f'EXISTS (SELECT 1 FROM "{self.table}" AS taken WHERE taken."{self.kept[0]}" = NEW."{self.kept[0]}" AND {self._is("taken")})'

    def _differs(self, differs: str = "IS NOT", cast: str = "") -> str:
        """Whether what is to stay would change. PostgreSQL compares texts, since JSON has no equality there."""
        kept = [f'NEW."{name}"{cast} {differs} OLD."{name}"{cast}' for name in self.kept]
        return " OR ".join((*kept, *(f'(OLD."{name}" <> \'\' AND NEW."{name}" {differs} OLD."{name}")' for name in self.once)))

    def _sqlite(self) -> list[str]:
        joins = f" OR {self._is('NEW')}" if self.shut else ""
        moves = f" OR (NOT {self._is('OLD')} AND {self._is('NEW')})" if self.shut else ""
        other = f'(NEW."{self.kept[0]}" IS NOT OLD."{self.kept[0]}" AND {self._taken()})'
        return [
            f"""CREATE TRIGGER {self.table}_frozen_added BEFORE INSERT ON "{self.table}" WHEN {self._taken()}{joins}
                BEGIN SELECT RAISE(ABORT, 'the dossier is locked: no {self.table} is added'); END""",
            f"""CREATE TRIGGER {self.table}_frozen_changed BEFORE UPDATE ON "{self.table}"
                WHEN ({self._is("OLD")} AND ({self._differs()})) OR {other}{moves}
                BEGIN SELECT RAISE(ABORT, 'the dossier is locked: no {self.table} is changed'); END""",
            f"""CREATE TRIGGER {self.table}_frozen_removed BEFORE DELETE ON "{self.table}" WHEN {self._is("OLD")}
                BEGIN SELECT RAISE(ABORT, 'the dossier is locked: no {self.table} is removed'); END""",
        ]

    def _postgresql(self) -> list[str]:
        name = self.table
        refused = "USING ERRCODE = 'integrity_constraint_violation'"
        # whoever locks a dossier holds its case; the wait ends before the condition is looked at
        wait = f'PERFORM 1 FROM conference WHERE id = NEW."{self.shut}" FOR KEY SHARE;' if self.shut else ""
        added = f"IF {self._is('NEW')} THEN RAISE EXCEPTION 'the dossier is locked: no {name} is added' {refused}; END IF;" if self.shut else ""
        moves = f" OR (NOT {self._is('OLD')} AND {self._is('NEW')})" if self.shut else ""
        return [
            f"""CREATE FUNCTION {name}_frozen() RETURNS trigger LANGUAGE plpgsql AS $frozen$
                BEGIN
                  IF TG_OP = 'TRUNCATE' THEN
                    IF EXISTS (SELECT 1 FROM "{name}" AS kept WHERE {self._is("kept")}) THEN
                      RAISE EXCEPTION 'the dossier is locked: no {name} is removed' {refused};
                    END IF;
                    RETURN NULL;
                  ELSIF TG_OP = 'DELETE' THEN
                    IF {self._is("OLD")} THEN RAISE EXCEPTION 'the dossier is locked: no {name} is removed' {refused}; END IF;
                    RETURN OLD;
                  END IF;
                  {wait}
                  IF TG_OP = 'INSERT' THEN
                    {added}
                    RETURN NEW;
                  END IF;
                  IF ({self._is("OLD")} AND ({self._differs("IS DISTINCT FROM", "::text")})){moves} THEN
                    RAISE EXCEPTION 'the dossier is locked: no {name} is changed' {refused};
                  END IF;
                  RETURN NEW;
                END $frozen$""",
            f'CREATE TRIGGER {name}_frozen BEFORE INSERT OR UPDATE OR DELETE ON "{name}" FOR EACH ROW EXECUTE FUNCTION {name}_frozen()',
            f'CREATE TRIGGER {name}_frozen_all BEFORE TRUNCATE ON "{name}" FOR EACH STATEMENT EXECUTE FUNCTION {name}_frozen()',
        ]


def frozen(table: Table, when: str, kept: Sequence[str], once: Sequence[str] = (), shut: str = "") -> Table:
    """Guards a table wherever it is made: by `metadata.create_all` here, by migrations through its `info`."""
    rule = Frozen(table.name, when, tuple(kept), tuple(once), shut)
    assert {*rule.kept, *rule.once} <= {column.name for column in table.columns} and rule.kept[0] in table.primary_key
    return with_triggers(table, INFO, rule)


def rules(tables: Sequence[Table]) -> list[Frozen]:
    """What is frozen of those tables, in their order."""
    return [table.info[INFO] for table in tables if INFO in table.info]
