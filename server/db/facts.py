"""A fact on its way into the journal and out of it: what is hashed is fixed here, before anything waits."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

import orjson

from server.db.verify import commitment


@dataclass(frozen=True, slots=True)
class Draft:
    """A fact to be appended: when (ms since the epoch), by whom, by which command, what. `private` is
    personal data, kept beside the chain so that it can be erased. Payloads are JSON: what comes back from
    `append` is what `read` gives later."""

    at: int
    by: str
    command: str
    type: str
    payload: dict[str, Any]
    private: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """A stored fact. `private` is None where there never was any and where it was erased."""

    conference: str
    seq: int
    at: int
    by: str
    command: str
    type: str
    payload: dict[str, Any]
    private: dict[str, Any] | None
    hash: bytes


@dataclass(slots=True)
class Sealed:
    """A fact made ready by its caller: all but the hash, which needs the fact before."""

    seq: int
    draft: Draft
    body: bytes
    private: bytes | None
    salt: bytes | None

    def row(self, conference: str, hash_: bytes) -> tuple[object, ...]:
        """Its row, in the order of the table's columns."""
        draft = self.draft
        return (conference, self.seq, draft.at, draft.by, draft.command, draft.type, self.body, self.private, self.salt, hash_)


def canonical(value: dict[str, Any]) -> bytes:
    """JSON as it is hashed: UTF-8, keys sorted, no spaces (raises `TypeError` for what is not JSON, a lone
    surrogate included)."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def sealed(conference: str, seq: int, draft: Draft) -> Sealed:
    """The fact with the bytes that will be hashed (raises `TypeError` for what is not JSON)."""
    words = (conference, draft.by, draft.command, draft.type)
    if not all(isinstance(word, str) for word in words) or not -(2**53) < draft.at < 2**53:
        raise TypeError(f"not a fact: {draft.type!r}")
    body: dict[str, Any] = {
        "conference": conference,
        "seq": seq,
        "at": draft.at,
        "by": draft.by,
        "command": draft.command,
        "type": draft.type,
        "payload": draft.payload,
    }
    if draft.private is None:
        return Sealed(seq, draft, canonical(body), None, None)
    private, salt = canonical(draft.private), os.urandom(16)
    body["private"] = commitment(salt, private)
    return Sealed(seq, draft, canonical(body), private, salt)


def record(conference: str, seq: int, body: bytes, private: bytes | None, hash_: bytes) -> Record:
    """A stored fact as it is read."""
    said = orjson.loads(body)
    return Record(
        conference, seq, said["at"], said["by"], said["command"], said["type"], said["payload"],
        None if private is None else orjson.loads(private), hash_,
    )  # fmt: skip
