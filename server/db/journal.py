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
import queue
import sys
import threading
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from server.db.facts import Draft, Record, Sealed, canonical, record, sealed
from server.db.ledgers import Ledger, Line, ledger
from server.db.migrate import migrate
from server.db.verify import chain

log = logging.getLogger(__name__)

TOGETHER = 512
"""Most appends in one transaction."""


SWITCH_S = 0.0005
"""Python's thread switch interval, in seconds, at most. With its default of 5 ms an event loop whose turns are shorter than that wakes the
writer without ever letting it go on: appends were measured to wait for seconds under load, and for 0.04 s with this."""


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
class _Append:
    """One waiting append, and where its answer goes."""

    conference: str
    after: int
    facts: list[Sealed]
    loop: asyncio.AbstractEventLoop
    answer: asyncio.Future[list[bytes]]
    result: list[bytes] | Exception | None = None


class Journal:
    """The journal in one database: the URL of SQLite or PostgreSQL, or the path of an SQLite file. `start` it before use and
    `close` it after; appends may come from any event loop."""

    def __init__(self, database: Path | str) -> None:
        self.url = f"sqlite:///{database}" if isinstance(database, Path) else database
        self._ledger = ledger(self.url)
        self._waiting: queue.SimpleQueue[_Append | None] = queue.SimpleQueue()
        self._writer: threading.Thread | None = None
        self._gate = threading.Lock()

    def start(self) -> None:
        """Bring the database to the tables of this release and start the writer. Starting twice changes nothing."""
        sys.setswitchinterval(min(sys.getswitchinterval(), SWITCH_S))
        with self._gate:
            if self._writer is None:
                migrate(self.url)
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
        self._ledger.close()

    async def append(self, conference: str, after: int, drafts: Sequence[Draft]) -> list[Record]:
        """Append facts to a conference whose last known fact is `after` (0 for none), all or none of them,
        and return once they are safe on the disk.

        Raises `Overtaken` when the conference has gone on, `StorageRefusal` when it cannot be stored, and
        `TypeError` for a payload that is not JSON. A caller who is cancelled while waiting does not know
        whether the facts were stored.
        """
        if not drafts:
            return []
        facts = [sealed(conference, after + place, draft) for place, draft in enumerate(drafts, 1)]
        loop = asyncio.get_running_loop()
        waiting = _Append(conference, after, facts, loop, loop.create_future())
        with self._gate:
            if self._writer is None:
                raise StorageRefusal(reason="closed")
            self._waiting.put(waiting)
        hashes = await waiting.answer
        return [record(conference, fact.seq, fact.body, fact.private, hash_) for fact, hash_ in zip(facts, hashes, strict=True)]

    async def read(self, conference: str, since: int = 0) -> list[Record]:
        """All facts of a conference after `since`, in order."""
        return await asyncio.to_thread(self._read, conference, since)

    def appended(self) -> AsyncGenerator[str | None]:
        """The ids of conferences to which another process appends, as they come; None when some may have been missed, as at the
        beginning. On SQLite it ends at once: there, who appends finds out what others did. Whoever stops listening closes it."""
        return self._ledger.appended()

    def head(self, conference: str) -> tuple[int, bytes]:
        """The number of the last fact and its hash; for a conference without facts 0 and what stands before
        the first."""
        with self._reader() as line:
            return self._ledger.head(line, conference)

    def conferences(self) -> list[str]:
        """The ids of all conferences that have facts."""
        with self._reader() as line:
            return self._ledger.conferences(line)

    def erase(self, conference: str, seq: int) -> bool:
        """Erase the personal data of one fact, from the files too as far as the database does that; says whether there was any.
        The chain still verifies."""
        with self._failing():
            return self._ledger.erase(conference, seq)

    def _read(self, conference: str, since: int) -> list[Record]:
        with self._reader() as line:
            rows = self._ledger.since(line, conference, since)
        return [record(conference, *row) for row in rows]

    @contextmanager
    def _reader(self) -> Iterator[Line]:
        with self._failing(), self._ledger.reader() as line:
            yield line

    @contextmanager
    def _failing(self) -> Iterator[None]:
        try:
            yield
        except self._ledger.failures as error:
            raise StorageRefusal(reason=str(error)) from error

    # The writer's thread ------------------------------------------------------------------------------------

    def _write(self) -> None:
        line: Line | None = None
        going_on = True
        while going_on:
            batch, going_on = self._gather()
            try:
                if line is None:
                    line = self._ledger.connect()
                _commit(self._ledger, line, batch)
            except Exception as error:  # the callers hear of it; the next batch begins on a fresh connection
                log.error("facts of %d appends could not be stored: %s", len(batch), error)
                for waiting in batch:
                    waiting.result = StorageRefusal(reason=str(error))
                if line is not None:
                    self._ledger.give_up(line)
                    line = None
            _answer(batch)
        if line is not None:
            line.close()

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


def _commit(ledger: Ledger, line: Line, batch: list[_Append]) -> None:
    """Store a batch in one transaction. An overtaken append is left out and told so; the others are none the
    worse for it."""
    if not batch:
        return
    rows: list[tuple[object, ...]] = []
    conferences = {waiting.conference for waiting in batch}
    ledger.begin(line, conferences)
    heads, appended = ledger.heads(line, conferences), set()
    for waiting in batch:
        conference = waiting.conference
        seq, last = heads[conference]
        if seq != waiting.after:
            waiting.result = Overtaken(conference, seq)
            continue
        hashes: list[bytes] = []
        for fact in waiting.facts:
            seq, last = fact.seq, chain(last, fact.body)
            hashes.append(last)
            rows.append(fact.row(conference, last))
        heads[conference] = seq, last
        appended.add(conference)
        waiting.result = hashes
    ledger.insert(line, rows)
    ledger.commit(line, appended)


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


__all__ = ["Draft", "Journal", "Overtaken", "Record", "StorageRefusal", "canonical"]
