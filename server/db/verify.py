"""Checking a chain of facts, with the standard library only: whoever doubts a record can read this file and
run it alone. (Only who asks for the facts in a PostgreSQL database needs psycopg.)

Fact n of a conference carries `hash = SHA-256(hash of fact n-1, then the body)`, where the body is UTF-8 JSON
as stored, and what comes before fact 1 is `SHA-256(id of the conference)`. Personal data stands beside the
body with a random salt; the body holds only `SHA-256(salt, then the data)`, so that erasing both leaves a
chain that still verifies. See R39 and "Integrity of the record".
"""

from __future__ import annotations

import hashlib
import hmac
import json
import sqlite3 as stdlib_sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple

Kind = Literal[
    "gap",  # a fact is missing, doubled or out of order
    "altered_body",  # the body, or the hash beside it, is not what was hashed
    "altered_columns",  # a column says something else than the body
    "altered_private",  # personal data is not what was committed to, or half erased
    "unreadable",  # not a fact at all
    "truncated",  # fewer facts than the known head counts
    "other_head",  # the known head is not in this chain
]


class Entry(NamedTuple):
    """One stored fact as found, in a database or in a line of an export. `columns` is (at, by, command, type)
    where stored apart."""

    conference: str
    seq: int
    body: bytes
    hash: bytes
    salt: bytes | None = None
    private: bytes | None = None
    columns: tuple[object, ...] | None = None


class Head(NamedTuple):
    """What someone noted outside the database at some time: how many facts there were, and the hash of the
    last."""

    seq: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check found: `count` good facts from the first on, the hash of the last good one, and the first
    fault if any."""

    conference: str
    count: int
    head: bytes
    fault: Kind | None = None
    at_seq: int | None = None

    @property
    def ok(self) -> bool:
        """Whether the whole chain stands."""
        return self.fault is None

    def __str__(self) -> str:
        if self.fault is None:
            return f"{self.conference}: {self.count} facts, head {self.head.hex()}"
        return f"{self.conference}: fact {self.at_seq}: {self.fault} (the {self.count} before it are good)"


def first_hash(conference: str) -> bytes:
    """What stands before the first fact of a conference."""
    return hashlib.sha256(conference.encode()).digest()


def chain(previous: bytes, body: bytes) -> bytes:
    """The hash of a fact, from the hash before it and its body."""
    return hashlib.sha256(previous + body).digest()


def commitment(salt: bytes, private: bytes) -> str:
    """What a body says of the personal data beside it."""
    return hashlib.sha256(salt + private).hexdigest()


def verify(conference: str, entries: Iterable[Entry], known: Head | None = None) -> Verdict:
    """Check the facts of one conference in the order given, and that the `known` head, where there is one,
    lies on the chain.

    Only a head noted elsewhere can show that the end was cut off, or that everything was hashed anew after a
    change.
    """
    previous, count = first_hash(conference), 0
    if known is not None and known.seq == 0 and known.hash != previous:
        return Verdict(conference, 0, previous, "other_head", 0)
    try:
        for entry in entries:
            fault = _fault(conference, count + 1, previous, entry)
            if fault is None and known is not None and known.seq == count + 1 and known.hash != entry.hash:
                fault = "other_head"
            if fault is not None:
                return Verdict(conference, count, previous, fault, count + 1)
            previous, count = entry.hash, count + 1
    except Unreadable:
        return Verdict(conference, count, previous, "unreadable", count + 1)
    if known is not None and known.seq > count:
        return Verdict(conference, count, previous, "truncated", count + 1)
    return Verdict(conference, count, previous)


def _fault(conference: str, seq: int, previous: bytes, entry: Entry) -> Kind | None:
    if entry.conference != conference or entry.seq != seq:
        return "gap"
    if not hmac.compare_digest(chain(previous, entry.body), entry.hash):
        return "altered_body" if _says(entry.body).get("seq", seq) == seq else "gap"
    said = _says(entry.body)
    if (said.get("conference"), said.get("seq")) != (conference, seq):
        return "gap"
    if entry.columns is not None and entry.columns != tuple(said.get(name) for name in ("at", "by", "command", "type")):
        return "altered_columns"
    return None if _private_stands(said.get("private"), entry) else "altered_private"


def _says(body: bytes) -> dict[str, Any]:
    try:
        said = json.loads(body)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _private_stands(committed: object, entry: Entry) -> bool:
    if entry.private is None or entry.salt is None:
        return entry.private is entry.salt  # never there, or erased: then both are gone
    return isinstance(committed, str) and hmac.compare_digest(commitment(entry.salt, entry.private), committed)


class Unreadable(ValueError):
    """What should hold facts cannot be read as such."""


# Two places where facts are found ---------------------------------------------------------------------------


Database = Path | str
"""Where facts are found: the path of an SQLite file, or the URL of SQLite or PostgreSQL."""


def facts_in_database(database: Database, conference: str) -> Iterator[Entry]:
    """The facts of a conference in a database, which is opened for reading only (raises `Unreadable`)."""
    question = 'SELECT conference, seq, body, hash, salt, private, at, "by", command, type FROM fact WHERE conference = {} ORDER BY seq'
    for conference_, seq, body, hash_, salt, private, *columns in _rows(database, question, conference):
        blobs = (body, hash_, *(blob for blob in (salt, private) if blob is not None))
        if not all(isinstance(blob, bytes) for blob in blobs):
            raise Unreadable(f"fact {seq}")
        yield Entry(conference_, seq, body, hash_, salt, private, tuple(columns))


def conferences_in_database(database: Database) -> list[str]:
    """The ids of all conferences that have facts (raises `Unreadable`)."""
    return sorted(row[0] for row in _rows(database, "SELECT DISTINCT conference FROM fact"))


def _rows(database: Database, question: str, *values: str) -> Iterator[tuple[Any, ...]]:
    """The answer to a question in which `{}` stands for each value."""
    if isinstance(database, str) and database.startswith("postgresql"):
        yield from _rows_in_postgresql(database, question.format("%s"), values)
    else:
        yield from _rows_in_file(Path(str(database).removeprefix("sqlite:///")), question.format("?"), values)


def _rows_in_file(path: Path, question: str, values: tuple[str, ...]) -> Iterator[tuple[Any, ...]]:
    try:
        connection = stdlib_sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
        try:
            yield from connection.execute(question, values)
        finally:
            connection.close()
    except stdlib_sqlite3.Error as error:
        raise Unreadable(str(error)) from error


def _rows_in_postgresql(url: str, question: str, values: tuple[str, ...]) -> Iterator[tuple[Any, ...]]:
    import psycopg

    try:
        with psycopg.connect(url.replace("+psycopg", "", 1), options="-c default_transaction_read_only=on") as connection:
            yield from connection.execute(question.encode(), values)
    except psycopg.Error as error:
        raise Unreadable(str(error)) from error


def to_line(entry: Entry) -> bytes:
    """One fact as a line of an export, in the only form that is accepted back."""
    fields = {
        "conference": entry.conference,
        "seq": entry.seq,
        "body": entry.body.decode(),
        "hash": entry.hash.hex(),
        "salt": None if entry.salt is None else entry.salt.hex(),
        "private": None if entry.private is None else entry.private.decode(),
    }
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def from_line(line: bytes) -> Entry:
    """The fact of one line (raises `Unreadable` unless the line is byte for byte what `to_line` writes)."""
    try:
        fields = json.loads(line)
        salt, private = fields["salt"], fields["private"]
        entry = Entry(
            fields["conference"],
            fields["seq"],
            fields["body"].encode(),
            bytes.fromhex(fields["hash"]),
            None if salt is None else bytes.fromhex(salt),
            None if private is None else private.encode(),
        )
        if to_line(entry) == line:
            return entry
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Unreadable("not a fact") from error
    raise Unreadable("not in the form of an export")


def facts_in_export(path: Path) -> Iterator[Entry]:
    """The facts of an export, one a line (raises `Unreadable`)."""
    with open(path, "rb") as lines:
        for line in lines:
            yield from_line(line)


def write_export(path: Path, entries: Iterable[Entry]) -> int:
    """Write facts one a line; says how many. The file is made new: an existing one raises
    `FileExistsError`."""
    count = 0
    with open(path, "xb") as lines:
        for entry in entries:
            lines.write(to_line(entry))
            count += 1
    return count


def verify_database(database: Database, conference: str | None = None, known: Head | None = None) -> list[Verdict]:
    """A verdict for one conference of a database, or for all of them (raises `Unreadable`)."""
    names = [conference] if conference is not None else conferences_in_database(database)
    return [verify(name, facts_in_database(database, name), known) for name in names]


def verify_export(path: Path, known: Head | None = None) -> Verdict:
    """A verdict on an export; which conference it is of, its first line says (raises `Unreadable` where there
    is none)."""
    with open(path, "rb") as lines:
        conference = from_line(lines.readline()).conference
    return verify(conference, facts_in_export(path), known)
