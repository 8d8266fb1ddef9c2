"""What `doithoai verify` finds (R39): whether a record is whole, means something, and holds the minutes that were signed; and the first bad fact, in
a sentence.

Three things are checked of every fact, in order: its place in the chain of hashes, that it can happen after those before it, and for a signature
that the digest signed is that of the minutes as they stood then. A known head (number and hash, as printed on the papers and shown in the hall) also
shows that the end was cut off, or that everything was hashed anew.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from moderation import Conference, Entry, Refusal, evolve
from moderation.minutes import MinutesSigned, digest
from server.db.verify import (
    Database,
    Head,
    Unreadable,
    Verdict,
    conferences_in_database,
    facts_in_database,
    facts_in_export,
    first_hash,
    verify,
    verify_export,
    write_export,
)
from server.db.verify import Entry as Stored
from server.i18n import t
from server.papers.words import moment
from server.rooms.messages import decode
from server.settings import Language


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found of one record. `count` facts from the first on are good, `head` is the hash of the last of them; `fault` says what is wrong with
    fact `seq`, "" when all is well. `what` names that fact as far as it can be read."""

    conference: str
    count: int
    head: bytes
    fault: str = ""
    seq: int | None = None
    what: str = ""
    lang: Language = "vi"

    @property
    def ok(self) -> bool:
        return not self.fault

    @property
    def sentence(self) -> str:
        if self.fault == "unknown":
            return t(self.lang, "verify.unknown", conference=self.conference)
        if self.fault == "unreadable_file":
            return t(self.lang, "verify.unreadable_file", file=self.conference, reason=self.what)
        if self.ok:
            key = "verify.good" if self.count else "verify.empty"
            return t(self.lang, key, conference=self.conference, count=self.count, head=self.head.hex())
        fault = t(self.lang, f"verify.{self.fault}")
        said = t(self.lang, "verify.first_bad", conference=self.conference, seq=self.seq, what=self.what, fault=fault, count=self.count)
        return said.replace("  ", " ")

    def plain(self) -> dict[str, Any]:
        """The same for programs."""
        return {
            "conference": self.conference,
            "ok": self.ok,
            "count": self.count,
            "head": self.head.hex(),
            "fault": self.fault or None,
            "seq": self.seq,
            "sentence": self.sentence,
        }


def verify_all(database: Database, conference: str | None = None, known: Head | None = None, lang: Language = "vi") -> list[Finding]:
    """A finding for one conference of a database, or for each. A conference that is not there, and a database that cannot be read, are findings."""
    try:
        names = conferences_in_database(database)
        if conference is not None and conference not in names:
            return [Finding(conference, 0, first_hash(conference), "unknown", lang=lang)]
        chosen = names if conference is None else [conference]
        return [found(verify(name, facts_in_database(database, name), known), partial(facts_in_database, database, name), lang) for name in chosen]
    except Unreadable as error:
        return [unreadable(database, error, lang)]


def verify_file(path: Path, known: Head | None = None, lang: Language = "vi") -> Finding:
    """A finding on an export."""
    try:
        return found(verify_export(path, known), partial(facts_in_export, path), lang)
    except (Unreadable, OSError) as error:
        return unreadable(path, error, lang)


def export(database: Database, conference: str, path: Path) -> int:
    """Writes a record into a new file, one fact a line; says how many. Raises `Unreadable`, `FileExistsError` when the file is there, and `Refusal`
    conference_unknown when there is no record."""
    if conference not in conferences_in_database(database):
        raise Refusal("conference_unknown")
    return write_export(path, facts_in_database(database, conference))


def unreadable(database: Database, error: Exception, lang: Language) -> Finding:
    name = urlsplit(database).path if isinstance(database, str) else database
    return Finding(Path(name).name, 0, b"", "unreadable_file", what=str(error), lang=lang)


# --- what the facts mean ------------------------------------------------------------------------------------------------


class Senseless(Exception):
    """The chain stands, but fact `seq` cannot be true."""

    def __init__(self, seq: int, fault: str) -> None:
        super().__init__(seq, fault)
        self.seq = seq
        self.fault = fault


def found(verdict: Verdict, again: Callable[[], Iterable[Stored]], lang: Language) -> Finding:
    """The finding: the first fault of chain or meaning, whichever comes first. `again` reads the facts once more."""
    good: list[Stored] = []
    bad: Stored | None = None
    try:
        for stored in again():
            if len(good) == verdict.count:
                bad = stored
                break
            good.append(stored)
    except Unreadable:
        pass  # the chain's own verdict names this fact
    try:
        replay(verdict.conference, good)
    except Senseless as senseless:
        before = good[: senseless.seq - 1]
        head = before[-1].hash if before else first_hash(verdict.conference)
        return Finding(verdict.conference, len(before), head, senseless.fault, senseless.seq, named(good[senseless.seq - 1], lang), lang)
    what = named(bad, lang) if bad is not None and bad.seq == verdict.at_seq else ""
    return Finding(verdict.conference, verdict.count, verdict.head, verdict.fault or "", verdict.at_seq, what, lang)


def replay(conference: str, facts: list[Stored]) -> Conference:
    """The state after these facts. Raises `Senseless` for the first that is no fact, cannot happen there, or signs other minutes than there were."""
    state = Conference(id=conference)
    for stored in facts:
        try:
            entry = entry_of(stored)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise Senseless(stored.seq, "undecodable") from None
        if isinstance(entry.fact, MinutesSigned) and entry.fact.digest != digest(state):
            raise Senseless(stored.seq, "other_digest")
        try:
            state = evolve(state, entry)
        except (ValueError, KeyError, TypeError, AttributeError, AssertionError, IndexError, StopIteration):
            raise Senseless(stored.seq, "unfoldable") from None
    return state


def entry_of(stored: Stored) -> Entry:
    said = json.loads(stored.body)
    private = None if stored.private is None else json.loads(stored.private)
    return Entry(stored.seq, said["at"], said["by"], said["command"], decode(said["type"], said["payload"], private))


def named(stored: Stored, lang: Language) -> str:
    """A fact by type and time, as far as it can be read."""
    try:
        said = json.loads(stored.body)
        return t(lang, "verify.what", type=str(said["type"])[:60], at=f"{moment(said['at']):%d/%m/%Y %H:%M:%S}")
    except (ValueError, KeyError, TypeError, OverflowError, OSError):
        return ""


__all__ = ["Finding", "Head", "export", "verify_all", "verify_file"]
