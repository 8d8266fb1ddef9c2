"""The journal: every conference's facts in order, each hashed with the one before, stored durably before
anyone hears of them.

One thread of its own writes. What waits while it works is committed together, of all rooms, so that many
appends share one wait for the disk (group commit). A room decides on what it knows up to `after`; where
somebody else appended first it is `Overtaken`, reads what it missed, and decides again: single writer by the
key (conference, seq), with no leader.
"""

from __future__ import annotations

import asyncio
import logging
import os
import queue
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from server.db.engine import connect, open_engine, sqlite3
from server.db.tables import create_all
from server.db.verify import chain, commitment, first_hash

log = logging.getLogger(__name__)

TOGETHER = 512
"""Most appends in one transaction."""


ROWS = 32
"""Most facts in one statement. A call into SQLite gives up and takes back the interpreter's lock, for which a busy event loop makes
it wait: one statement for many facts waits once."""

SWITCH_S = 0.0005
"""Python's thread switch interval, in seconds, at most. With its default of 5 ms an event loop whose turns are shorter than that wakes the
writer without ever letting it go on: appends were measured to wait for seconds under load, and for 0.04 s with this."""

_INSERT = 'INSERT INTO fact (conference, seq, at, "by", command, type, body, private, salt, hash)'


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


class Overtaken(Exception):
    """Somebody else appended to the conference first; `seq` is the last fact it has now. Nothing was
    stored."""

    def __init__(self, conference: str, seq: int) -> None:
        super().__init__(f"{conference} is at {seq}")
        self.conference = conference
        self.seq = seq


class StorageRefusal(Exception):
    """The disk is full, read-only, locked by another or gone: nothing was stored; the next try may
    succeed."""

    def __init__(self, code: str = "saving_stopped", **details: Any) -> None:
        super().__init__(code, details)
        self.code = code
        self.details = details


@dataclass(slots=True)
class _Sealed:
    """A fact made ready by its caller: all but the hash, which needs the fact before."""

    seq: int
    draft: Draft
    body: bytes
    private: bytes | None
    salt: bytes | None


@dataclass(slots=True)
class _Append:
    """One waiting append, and where its answer goes."""

    conference: str
    after: int
    facts: list[_Sealed]
    loop: asyncio.AbstractEventLoop
    answer: asyncio.Future[list[bytes]]
    result: list[bytes] | Exception | None = None


class Journal:
    """The journal in one SQLite file. `start` it before use and `close` it after; appends may come from any
    event loop."""

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        self._waiting: queue.SimpleQueue[_Append | None] = queue.SimpleQueue()
        self._writer: threading.Thread | None = None
        self._gate = threading.Lock()

    def start(self) -> None:
        """Make the tables that are missing and start the writer. Starting twice changes nothing."""
        sys.setswitchinterval(min(sys.getswitchinterval(), SWITCH_S))
        with self._gate:
            if self._writer is None:
                engine = open_engine(f"sqlite:///{self.path}")
                create_all(engine)
                engine.dispose()
                self._writer = threading.Thread(target=self._write, name="journal", daemon=True)
                self._writer.start()

    def close(self) -> None:
        """Store what is waiting, then stop. Closing twice changes nothing."""
        with self._gate:
            writer, self._writer = self._writer, None
            if writer is not None:
                self._waiting.put(None)
        if writer is not None:
            writer.join()

    async def append(self, conference: str, after: int, drafts: Sequence[Draft]) -> list[Record]:
        """Append facts to a conference whose last known fact is `after` (0 for none), all or none of them,
        and return once they are safe on the disk.

        Raises `Overtaken` when the conference has gone on, `StorageRefusal` when it cannot be stored, and
        `TypeError` for a payload that is not JSON. A caller who is cancelled while waiting does not know
        whether the facts were stored.
        """
        if not drafts:
            return []
        facts = [_seal(conference, after + place, draft) for place, draft in enumerate(drafts, 1)]
        loop = asyncio.get_running_loop()
        waiting = _Append(conference, after, facts, loop, loop.create_future())
        with self._gate:
            if self._writer is None:
                raise StorageRefusal(reason="closed")
            self._waiting.put(waiting)
        hashes = await waiting.answer
        return [_record(conference, fact.seq, fact.body, fact.private, hash_) for fact, hash_ in zip(facts, hashes, strict=True)]

    async def read(self, conference: str, since: int = 0) -> list[Record]:
        """All facts of a conference after `since`, in order."""
        return await asyncio.to_thread(self._read, conference, since)

    def head(self, conference: str) -> tuple[int, bytes]:
        """The number of the last fact and its hash; for a conference without facts 0 and what stands before
        the first."""
        with self._reader() as connection:
            return _head(connection, conference)

    def conferences(self) -> list[str]:
        """The ids of all conferences that have facts."""
        with self._reader() as connection:
            return [row[0] for row in connection.execute("SELECT DISTINCT conference FROM fact ORDER BY conference")]

    def erase(self, conference: str, seq: int) -> bool:
        """Erase the personal data of one fact, from the file and its log too; says whether there was any. The
        chain still verifies."""
        with self._reader() as connection:
            erased = connection.execute(
                "UPDATE fact SET private = NULL, salt = NULL WHERE conference = ? AND seq = ? AND private IS NOT NULL",
                (conference, seq),
            ).rowcount
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        return erased > 0

    def _read(self, conference: str, since: int) -> list[Record]:
        with self._reader() as connection:
            rows = connection.execute(
                "SELECT seq, body, private, hash FROM fact WHERE conference = ? AND seq > ? ORDER BY seq",
                (conference, since),
            )
            return [_record(conference, seq, body, private, hash_) for seq, body, private, hash_ in rows]

    @contextmanager
    def _reader(self) -> Iterator[sqlite3.Connection]:
        try:
            connection = connect(self.path)
            try:
                yield connection
            finally:
                connection.close()
        except sqlite3.OperationalError as error:
            raise StorageRefusal(reason=str(error)) from error

    # The writer's thread ------------------------------------------------------------------------------------

    def _write(self) -> None:
        connection: sqlite3.Connection | None = None
        going_on = True
        while going_on:
            batch, going_on = self._gather()
            try:
                if connection is None:
                    connection = connect(self.path)
                _commit(connection, batch)
            except Exception as error:  # the callers hear of it; the next batch begins on a fresh connection
                log.error("facts of %d appends could not be stored: %s", len(batch), error)
                for waiting in batch:
                    waiting.result = StorageRefusal(reason=str(error))
                if connection is not None:
                    connection.close()
                    connection = None
            _answer(batch)
        if connection is not None:
            connection.close()

    def _gather(self) -> tuple[list[_Append], bool]:
        """Wait for the first append and take along what else is waiting; False when the journal is being
        closed."""
        first = self._waiting.get()
        if first is None:
            return [], False
        batch = [first]
        while len(batch) < TOGETHER:
            try:
                more = self._waiting.get_nowait()
            except queue.Empty:
                break
            if more is None:
                return batch, False
            batch.append(more)
        return batch, True


def _commit(connection: sqlite3.Connection, batch: list[_Append]) -> None:
    """Store a batch in one transaction. An overtaken append is left out and told so; the others are none the
    worse for it."""
    if not batch:
        return
    heads: dict[str, tuple[int, bytes]] = {}
    rows: list[tuple[object, ...]] = []
    connection.execute("BEGIN IMMEDIATE")
    for waiting in batch:
        conference = waiting.conference
        seq, last = heads.get(conference) or _head(connection, conference)
        if seq != waiting.after:
            waiting.result = Overtaken(conference, seq)
            continue
        hashes: list[bytes] = []
        for fact in waiting.facts:
            seq, last = fact.seq, chain(last, fact.body)
            hashes.append(last)
            draft = fact.draft
            rows.append(
                (
                    conference,
                    seq,
                    draft.at,
                    draft.by,
                    draft.command,
                    draft.type,
                    fact.body,
                    fact.private,
                    fact.salt,
                    last,
                )
            )
        heads[conference] = seq, last
        waiting.result = hashes
    for start in range(0, len(rows), ROWS):
        some = rows[start : start + ROWS]
        values = ", ".join(["(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"] * len(some))
        connection.execute(f"{_INSERT} VALUES {values}", [value for row in some for value in row])
    connection.execute("COMMIT")


def _answer(batch: list[_Append]) -> None:
    """Tell the callers, with one call into each event loop."""
    for loop in {waiting.loop for waiting in batch}:
        theirs = [waiting for waiting in batch if waiting.loop is loop]
        try:
            loop.call_soon_threadsafe(_resolve, theirs)
        except RuntimeError:  # that loop has ended, and its callers with it
            continue


def _resolve(batch: list[_Append]) -> None:
    for waiting in batch:
        if waiting.answer.done():  # cancelled
            continue
        if isinstance(waiting.result, list):
            waiting.answer.set_result(waiting.result)
        else:
            waiting.answer.set_exception(waiting.result or StorageRefusal())


def _head(connection: sqlite3.Connection, conference: str) -> tuple[int, bytes]:
    row = connection.execute(
        "SELECT seq, hash FROM fact WHERE conference = ? ORDER BY seq DESC LIMIT 1",
        (conference,),
    ).fetchone()
    return (row[0], row[1]) if row else (0, first_hash(conference))


def canonical(value: dict[str, Any]) -> bytes:
    """JSON as it is hashed: UTF-8, keys sorted, no spaces (raises `TypeError` for what is not JSON, a lone
    surrogate included)."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def _seal(conference: str, seq: int, draft: Draft) -> _Sealed:
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
        return _Sealed(seq, draft, canonical(body), None, None)
    private, salt = canonical(draft.private), os.urandom(16)
    body["private"] = commitment(salt, private)
    return _Sealed(seq, draft, canonical(body), private, salt)


def _record(conference: str, seq: int, body: bytes, private: bytes | None, hash_: bytes) -> Record:
    said = orjson.loads(body)
    return Record(
        conference, seq, said["at"], said["by"], said["command"], said["type"], said["payload"],
        None if private is None else orjson.loads(private), hash_,
    )  # fmt: skip


__all__ = ["Draft", "Journal", "Overtaken", "Record", "StorageRefusal", "canonical"]
