"""One piece of work: a transaction with whoever does it, the time, and the history of what it changes. Every change of a case goes through here."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson
from sqlalchemy import Connection, RowMapping, Table, insert, select, text, update

from moderation import Refusal
from moderation.case.rights import Duty, Staff, entitled, may
from moderation.kernel import Ms
from server.accounts.keys import new_id
from server.clock import day_of
from server.office.tables import history

HOUSE = "house"
"""The chain of what belongs to no conference: calendar, organisation, accounts."""


@dataclass(slots=True)
class Work:
    """`db` is inside a transaction (a reading one for pages). Functions that change something first call `allow`, which also names the act for the history."""

    db: Connection
    by: Staff
    now: Ms
    act: str = ""

    @property
    def today(self) -> date:
        """The day in Vietnam."""
        return day_of(self.now)

    def may(self, action: str, unit: str | None = None, *bodies: str) -> bool:
        """Whether the one who works may do this: for buttons."""
        return may(self.by, action, unit, bodies)

    def allow(self, action: str, unit: str | None = None, *bodies: str) -> None:
        """Refuses whoever may not do this; what is changed from here on is told in the history as this act."""
        entitled(self.by, action, unit, bodies)
        self.act = action

    def has(self, *duties: Duty) -> bool:
        """Whether one of these duties is theirs."""
        return self.by.has(*duties)

    # --- rows -----------------------------------------------------------------------------------------------------------------

    def row(self, table: Table, id: str, refusal: str = "not_found") -> RowMapping:
        """The row of this id (raises `Refusal` with the given code)."""
        found = self.db.execute(select(table).where(table.c.id == id)).mappings().first()
        if found is None:
            raise Refusal(refusal)
        return found

    def add(self, table: Table, chain: str | None = None, why: str = "", **values: Any) -> str:
        """Adds a row and tells the history; gives the row's id, made here unless given. `chain`: by default the row's `conference`, else the house's."""
        values.setdefault("id", new_id())
        self.db.execute(insert(table).values(**values))
        told = {name: (None, value) for name, value in values.items() if name != "id" and value not in (None, "")}
        self.tell(table, values["id"], told, chain or chain_of(table, values), why)
        return str(values["id"])

    def change(self, table: Table, id: str, seen: int | None = None, chain: str | None = None, why: str = "", **values: Any) -> bool:
        """Changes columns of a row and tells both texts; gives whether anything differed. `seen` is the version the writer saw: when the row has moved on since, it
        refuses with `stale` and changes nothing. Tables with a `version` column count it here."""
        found = self.db.execute(select(table).where(table.c.id == id).with_for_update()).mappings().first()
        if found is None:
            raise Refusal("not_found")
        if seen is not None and found["version"] != seen:
            raise Refusal("stale_page", version=found["version"])
        told = {name: (found[name], value) for name, value in values.items() if found[name] != value}
        if not told:
            return False
        changed = {name: new for name, (_, new) in told.items()}
        if "version" in table.c:
            changed["version"] = found["version"] + 1
        self.db.execute(update(table).where(table.c.id == id).values(**changed))
        self.tell(table, id, told, chain or chain_of(table, found), why)
        return True

    def drop(self, table: Table, id: str, chain: str | None = None, why: str = "") -> None:
        """Removes a row; the history keeps what it said."""
        found = self.row(table, id)
        self.db.execute(table.delete().where(table.c.id == id))
        told = {str(name): (value, None) for name, value in found.items() if name != "id" and value not in (None, "")}
        self.tell(table, id, told, chain or chain_of(table, found), why)

    # --- history --------------------------------------------------------------------------------------------------------------

    def tell(self, table: Table, subject: str, changes: Mapping[str, tuple[Any, Any]], chain: str = HOUSE, why: str = "") -> None:
        """Writes one entry of the history. Columns tagged `info={"data": "personal"}` or "sensitive" go to the part that can be erased."""
        said = {name: change for name, change in changes.items() if "data" not in table.c[name].info}
        kept = {name: change for name, change in changes.items() if name not in said}
        private = _plain(kept) if kept else None
        salt = secrets.token_bytes(16) if kept else None
        lock_chain(self.db, chain)
        last = self.db.execute(select(history.c.seq, history.c.hash).where(history.c.chain == chain).order_by(history.c.seq.desc()).limit(1)).first()
        seq, before = (last.seq + 1, last.hash) if last else (1, bytes(32))
        body = _plain(
            {"chain": chain, "seq": seq, "at": self.now, "by": self.by.account, "act": self.act, "kind": table.name, "subject": subject, "why": why,
             "changes": said, "private": commitment(salt, private)}
        )  # fmt: skip
        self.db.execute(
            insert(history).values(chain=chain, seq=seq, at=self.now, by=self.by.account, act=self.act, kind=table.name, subject=subject, body=body,
                                   private=private, salt=salt, hash=hashlib.sha256(before + body).digest())
        )  # fmt: skip


def chain_of(table: Table, row: Mapping[str, Any] | RowMapping) -> str:
    """The chain that changes of a row are told in: its conference's, else the house's."""
    return str(row["id"] if table.name == "conference" else row.get("conference") or HOUSE)


def _plain(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS, default=str)


def commitment(salt: bytes | None, private: bytes | None) -> str | None:
    """What the hashed body says of the private part: its salted SHA-256."""
    return hashlib.sha256(salt + private).hexdigest() if salt is not None and private is not None else None


def lock_chain(db: Connection, chain: str) -> None:
    """On PostgreSQL two writers of one chain come one after the other; on SQLite there is only ever one writer."""
    if db.dialect.name == "postgresql":
        db.execute(text("SELECT pg_advisory_xact_lock(hashtext(:chain))"), {"chain": f"history:{chain}"})
