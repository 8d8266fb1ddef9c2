"""Checking a chain of the history, with the standard library only: whoever doubts it can read this file and run it.

Entry n of a chain carries `hash = SHA-256(hash of entry n-1, then the body)`, the body being JSON as stored; before entry 1 stand 32 zero bytes. What is
personal stands beside the body with a random salt, the body holds only `SHA-256(salt, then the data)`: erasing both leaves a chain that still verifies.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

FIRST = bytes(32)
"""What stands before the first entry of a chain."""
COLUMNS = ("chain", "seq", "at", "by", "act", "kind", "subject")
"""What the columns of an entry repeat from its body."""


class Told(NamedTuple):
    """One entry as found. `columns` are those of `COLUMNS`, where they are stored apart."""

    body: bytes
    hash: bytes
    salt: bytes | None = None
    private: bytes | None = None
    columns: tuple[object, ...] | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What was found: `count` good entries, the hash of the last of them, and what is wrong with the next ("" when nothing is): gap, altered_body,
    altered_columns, altered_private, unreadable."""

    chain: str
    count: int
    head: bytes
    fault: str = ""

    @property
    def ok(self) -> bool:
        return not self.fault


def check(chain: str, entries: Iterable[Told]) -> Standing:
    """Checks the entries of one chain in the order given."""
    before, count = FIRST, 0
    for entry in entries:
        fault = _fault(chain, count + 1, before, entry)
        if fault:
            return Standing(chain, count, before, fault)
        before, count = entry.hash, count + 1
    return Standing(chain, count, before)


def _fault(chain: str, seq: int, before: bytes, entry: Told) -> str:
    said = _said(entry.body)
    if said is None:
        return "unreadable"
    if (said.get("chain"), said.get("seq")) != (chain, seq):
        return "gap"
    if hashlib.sha256(before + entry.body).digest() != entry.hash:
        return "altered_body"
    if entry.columns is not None and entry.columns != tuple(said.get(name) for name in COLUMNS):
        return "altered_columns"
    if entry.private is None or entry.salt is None:
        return "" if entry.private is entry.salt else "altered_private"
    return "" if hashlib.sha256(entry.salt + entry.private).hexdigest() == said.get("private") else "altered_private"


def _said(body: bytes) -> dict[str, Any] | None:
    try:
        said = json.loads(body)
    except ValueError:
        return None
    return said if isinstance(said, dict) else None


def to_line(entry: Told) -> bytes:
    """An entry as a line of an archive, in the only form that is accepted back."""
    fields = {
        "body": entry.body.decode(),
        "hash": entry.hash.hex(),
        "salt": None if entry.salt is None else entry.salt.hex(),
        "private": None if entry.private is None else entry.private.decode(),
    }
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def from_line(line: bytes) -> Told:
    """The entry of a line (raises `ValueError` unless the line is byte for byte what `to_line` writes)."""
    try:
        fields = json.loads(line)
        salt, private = fields["salt"], fields["private"]
        entry = Told(fields["body"].encode(), bytes.fromhex(fields["hash"]), None if salt is None else bytes.fromhex(salt),
                     None if private is None else private.encode())  # fmt: skip
        if to_line(entry) == line:
            return entry
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("no entry") from error
    raise ValueError("not in the form of an archive")
