"""Where somebody's data stands: rows of any table whose columns are tagged personal, and facts of the room's journal. What was found is looked through by a
person: two people may have one name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import JSON, Table, Text, or_, select

from server.conferences.tables import conference
from server.db.all_tables import metadata
from server.db.tables import fact
from server.office.work import Work
from server.petitions.tables import petition

APART = frozenset(("fact", "history", "search_entry", "account", "session", "data_request", "data_incident"))
"""Chains, what repeats others, people who work here, and the requests themselves."""
ISSUED = frozenset(("paper",))
"""Official papers: shown, but not altered, since they were signed."""
MOST = 300


@dataclass(frozen=True, slots=True)
class Person:
    """Whom to look for; "" for what is not known. `petition` is the row that they proved to be theirs."""

    name: str
    phone: str = ""
    email: str = ""
    petition: str = ""

    @property
    def texts(self) -> tuple[str, ...]:
        """What may stand in a text: a telephone number both as +84… and as 0…."""
        phones = (self.phone, f"0{self.phone[3:]}" if self.phone.startswith("+84") else "")
        return tuple(text for text in (self.name, *phones, self.email) if len(text) > 2)

    def may_be(self, phone: str) -> bool:
        """Whether a telephone number does not speak against its being this person."""
        return not self.phone or not phone or digits(self.phone) == digits(phone)


@dataclass(frozen=True, slots=True)
class Trace:
    """One row: the columns with personal data as they stand, of which `matched` hold what was looked for. `sure`: a proven petition, or what hangs on it."""

    table: str
    id: str
    conference: str | None
    values: dict[str, Any]
    matched: tuple[str, ...]
    sure: bool

    @property
    def key(self) -> str:
        """How a form names it."""
        return f"{self.table}:{self.id}"

    @property
    def fixed(self) -> bool:
        """Whether it stands in a signed paper."""
        return self.table in ISSUED


@dataclass(frozen=True, slots=True)
class Said:
    """A fact of a journal with the identity that it gave somebody."""

    conference: str
    seq: int
    type: str
    identity: dict[str, Any]

    @property
    def key(self) -> str:
        return f"{self.conference}:{self.seq}"


def digits(phone: str) -> str:
    """The digits by which Vietnamese numbers differ, however they are written."""
    return "".join(c for c in phone if c.isdecimal())[-9:]


def tagged(table: Table) -> list[str]:
    """The columns of a table that hold personal data."""
    return [str(column.name) for column in table.columns if "data" in column.info]


def reach(w: Work) -> frozenset[str]:
    """The units whose requests the one who works may handle."""
    return frozenset(unit for post in w.by.posts for unit in post.reach if w.may("handle_data_requests", unit))


def traces(w: Work, person: Person, units: frozenset[str]) -> list[Trace]:
    """The rows that hold somebody's data, in cases of these units or in none; the sure ones first."""
    cases = set(w.db.scalars(select(conference.c.id).where(conference.c.unit.in_(sorted(units)))))
    found = [trace for table in metadata.sorted_tables if table.name not in APART and tagged(table) for trace in _in(w, table, person, cases)]
    return sorted(found, key=lambda trace: (not trace.sure, trace.table, trace.id))[:MOST]


def _in(w: Work, table: Table, person: Person, cases: set[str]) -> Iterator[Trace]:
    sought = person.texts
    columns = [table.c[name] for name in tagged(table)]
    where = [column.contains(text, autoescape=True) for column in columns if isinstance(column.type, Text) for text in sought]
    own = next((table.c[name] for name in ("petition", "subject_id") if name in table.c), table.c.id if table is petition else None)
    if person.petition and own is not None:
        where.append(own == person.petition)
    if any(isinstance(column.type, JSON) for column in columns) and "conference" in table.c and sought:
        where.append(table.c.conference.in_(sorted(cases)))
    if not where:
        return
    for row in w.db.execute(select(table).where(or_(*where)).limit(MOST)).mappings():
        values = {str(column.name): row[column.name] for column in columns if row[column.name] not in (None, "", [], {})}
        matched = tuple(name for name, value in values.items() if any(text in spoken(value) for text in sought))
        sure = bool(person.petition) and own is not None and row[own.name] == person.petition
        if (matched or sure) and (row.get("conference") is None or row["conference"] in cases):
            yield Trace(table.name, row["id"], row.get("conference"), values, matched, sure)


def spoken(value: Any) -> str:
    """All the text of a value."""
    return value if isinstance(value, str) else orjson.dumps(value).decode() if isinstance(value, (dict, list)) else str(value)


def facts_about(w: Work, person: Person, units: frozenset[str]) -> list[Said]:
    """Facts that give this name (and, where both are known, this telephone number) to somebody in a room of these units."""
    found = []
    rows = w.db.execute(
        select(fact.c.conference, fact.c.seq, fact.c.type, fact.c.private)
        .join(conference, conference.c.id == fact.c.conference)
        .where(conference.c.unit.in_(sorted(units)), fact.c.private.is_not(None))
        .order_by(fact.c.conference, fact.c.seq)
    )
    for row in rows:
        if person.name.encode() not in row.private:
            continue
        identity = orjson.loads(row.private)["identity"]
        if identity and identity.get("name") == person.name and person.may_be(identity.get("phone", "")):
            found.append(Said(row.conference, row.seq, row.type, identity))
    return found[:MOST]
