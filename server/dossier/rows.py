"""The rows of one case, whatever tables there are: those that name the conference, what hangs on them, and what they point to; as JSON and back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, LargeBinary, Table, select

from server.db.all_tables import metadata

Rows = dict[str, list[dict[str, Any]]]
"""Table → its rows, ordered by their keys."""

APART = frozenset(("fact", "history"))
"""Kept as chains, not as rows."""
NEVER = frozenset(("link", "code", "session", "taken_form", "paper_file", "search_entry"))
"""Secrets and traces of one server, worthless on another; the bytes of papers, which are files of the archive; and what the search repeats."""
HANGING = {"paper_number": ("paper", "paper")}
"""Tables whose rows belong to those of another without a foreign key: table → (its column, the other table)."""
WHOLE = ("level", "unit", "body", "office", "legal_profile", "advising_rule")
"""The organisation and the law, small and without personal data: taken whole, since rows name them in lists, too."""
LEFT_OUT = {"account": frozenset(("password_hash",))}
"""Columns that leave no server."""


def of_case(db: Connection, conference: str) -> Rows:
    """All rows of a case. Tables with a column `conference` are of the case; so are those that point to them and have none."""
    found: dict[str, dict[str, dict[str, Any]]] = {}

    def take(table: Table, where: Any) -> set[str]:
        kept = found.setdefault(table.name, {})
        fresh = set()
        for found_row in db.execute(select(table).where(where)).mappings().all():
            row = dict(found_row)
            key = _key(table, row)
            if key not in kept:
                kept[key] = plain(table, row)
                fresh.add(key)
        return fresh

    take(metadata.tables["conference"], metadata.tables["conference"].c.id == conference)
    scope = [table for table in metadata.sorted_tables if "conference" in table.c and table.name not in APART | NEVER]
    for table in scope:
        take(table, table.c.conference == conference)
    owned = {"conference", *(table.name for table in scope)}
    for table in metadata.sorted_tables:
        if table.name in owned | APART | NEVER | {"account"} or "conference" in table.c:
            continue
        for key in table.foreign_keys:
            if key.column.table.name in owned and key.column.table.name != "conference":
                take(table, key.parent.in_([row[key.column.name] for row in found.get(key.column.table.name, {}).values()]))
                owned.add(table.name)
    for name, (column, of) in HANGING.items():
        take(metadata.tables[name], metadata.tables[name].c[column].in_(sorted(row["id"] for row in found.get(of, {}).values())))
    for name in WHOLE:
        take(metadata.tables[name], metadata.tables[name].c.id.is_not(None))
    _pointed(found, take)
    _accounts(db, conference, found, take)
    return {table.name: [found[table.name][key] for key in sorted(found[table.name])] for table in metadata.sorted_tables if found.get(table.name)}


def _pointed(found: dict[str, dict[str, dict[str, Any]]], take: Any) -> None:
    """Rows that the others point to."""
    open_ = list(found)
    while open_:
        table = metadata.tables[open_.pop()]
        for key in table.foreign_keys:
            target = key.column.table
            wanted = {row[key.parent.name] for row in found[table.name].values()} - {None} - found.get(target.name, {}).keys()
            if wanted and target.name not in APART | NEVER and take(target, key.column.in_(sorted(wanted))):
                open_.append(target.name)


def _accounts(db: Connection, conference: str, found: dict[str, dict[str, dict[str, Any]]], take: Any) -> None:
    """The accounts that a row or the history names, with their duties."""
    account, duty, history = (metadata.tables[name] for name in ("account", "duty", "history"))
    known = set(db.scalars(select(account.c.id)))
    named = set(db.scalars(select(history.c.by).where(history.c.chain == conference).distinct()))
    for rows in found.values():
        for row in rows.values():
            named.update(texts(row.values()))
    take(account, account.c.id.in_(sorted(known & named)))
    take(duty, duty.c.account.in_(sorted(found.get("account", {}))))


def texts(values: Iterable[Any]) -> Iterator[str]:
    """All texts in values, also inside lists and mappings."""
    for value in values:
        if isinstance(value, str):
            yield value
        elif isinstance(value, Mapping):
            yield from texts(value.values())
        elif isinstance(value, (list, tuple)):
            yield from texts(value)


def _key(table: Table, row: Mapping[str, Any]) -> str:
    return "\0".join(value.hex() if isinstance(value, bytes) else str(value) for value in (row[column.name] for column in table.primary_key))


def plain(table: Table, row: Mapping[str, Any]) -> dict[str, Any]:
    """A row as JSON has it: bytes in hexadecimal, without the columns that leave no server."""
    left_out = LEFT_OUT.get(table.name, frozenset())
    return {name: value.hex() if isinstance(value, bytes) else value for name, value in row.items() if name not in left_out}


def to_line(row: Mapping[str, Any]) -> bytes:
    """A row as a line."""
    return json.dumps(row, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode() + b"\n"


def from_plain(table: Table, row: Mapping[str, Any]) -> dict[str, Any]:
    """A row as the database takes it (raises `KeyError` for a column that the table has not, `ValueError`)."""
    return {name: bytes.fromhex(value) if isinstance(table.c[name].type, LargeBinary) and value is not None else value for name, value in row.items()}


def in_order(table: Table, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows so that each comes after those of the same table that it points to."""
    own = [key.parent.name for key in table.foreign_keys if key.column.table is table]
    if not own:
        return rows
    waiting, placed, out = {row["id"]: row for row in rows}, set[str](), list[dict[str, Any]]()
    while waiting:
        ready = [id for id, row in waiting.items() if all(row[name] is None or row[name] == id or row[name] not in waiting for name in own)]
        if not ready:
            raise ValueError(f"{table.name} points in a circle")
        for id in ready:
            out.append(waiting.pop(id))
            placed.add(id)
    return out
