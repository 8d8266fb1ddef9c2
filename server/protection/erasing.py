"""Correcting and erasing. What is erased leaves the rows, the history, the journal and the files; the chains still verify, since they hold only a salted hash of
what was personal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import JSON, Table, Text, select, update

from moderation import Refusal
from moderation.case.dossier import kept_until
from moderation.case.protection import may_erase
from moderation.case.stages import Stage
from server.clock import day_of
from server.conferences.tables import conference
from server.db.all_tables import metadata
from server.db.ledgers import ledger
from server.db.tables import fact
from server.dossier.rows import texts
from server.office.tables import history
from server.office.work import Work
from server.protection.requests import found, person_of
from server.protection.traces import APART, ISSUED, Trace, facts_about, reach, tagged, traces
from server.search.search import forget

ERASED = "đã xóa"


def correct(w: Work, id: str, key: str, column: str, value: str) -> None:
    """Sets a personal column of a row that was found for this request; the history keeps both texts until they are erased (raises `Refusal` trace_unknown)."""
    row = found(w, id)
    trace = next((t for t in traces(w, person_of(row), reach(w)) if t.key == key), None)
    if trace is None or trace.fixed or column not in trace.values or not isinstance(metadata.tables[trace.table].c[column].type, Text):
        raise Refusal("trace_unknown")
    changed: dict[str, Any] = {column: value}
    w.change(metadata.tables[trace.table], trace.id, why=f"YC-{row['number']:04}", **changed)


@dataclass(frozen=True, slots=True)
class Erased:
    """What is left to do once an erasure is committed: files of these hashes are dropped from the store, these rooms are read anew from their journals."""

    files: tuple[str, ...]
    rooms: tuple[str, ...]


def erase(w: Work, id: str, keys: Sequence[str]) -> Erased:
    """Erases the rows and facts that were chosen of what was found (raises `Refusal` nothing_chosen, trace_unknown, archive_duty, room_in_session)."""
    row = found(w, id)
    person, units = person_of(row), reach(w)
    rows = {trace.key: trace for trace in traces(w, person, units) if not trace.fixed}
    facts = {said.key: said for said in facts_about(w, person, units)}
    if not keys:
        raise Refusal("nothing_chosen")
    if not all(key in rows or key in facts for key in keys):
        raise Refusal("trace_unknown")
    chosen, said = [rows[key] for key in keys if key in rows], [facts[key] for key in keys if key in facts]
    cases = {trace.conference for trace in chosen if trace.conference} | {one.conference for one in said}
    for case in sorted(cases):
        check(w, case)
    files: list[str] = []
    for trace in chosen:
        files += _erase_row(w, metadata.tables[trace.table], trace, f"YC-{row['number']:04}")
    for one in said:
        w.db.execute(update(fact).where(fact.c.conference == one.conference, fact.c.seq == one.seq).values(private=None, salt=None))
    _erase_history(w, chosen, person.texts, sorted(cases))
    return Erased(tuple(sha256 for sha256 in files if not _named(w, sha256)), tuple(sorted({one.conference for one in said})))


def check(w: Work, case: str) -> None:
    """Whether data in a case may be erased now."""
    row = w.row(conference, case)
    if row["stage"] == Stage.IN_SESSION.value:
        raise Refusal("room_in_session")
    locked = row["dossier_locked_at"]
    may_erase(w.today, locked is not None, kept_until(row["dossier_term"], day_of(locked)) if locked is not None else date.max)


def _erase_row(w: Work, table: Table, trace: Trace, why: str) -> list[str]:
    values: dict[str, Any] = {name: _nothing(table, name) for name in tagged(table) if name in trace.values}
    if table.name == "message":
        row = w.row(table, trace.id)
        values |= {"state": "withdrawn"} if row["state"] in ("queued", "failed", "uncertain") else {}
    if table.name == "petition":
        values |= {"publish_name": False, "results_by": ""}
        forget(w, "petition", trace.id)
    files = list(texts([w.row(table, trace.id)[name] for name in ("sha256", "files", "attachments") if name in table.c]))
    w.change(table, trace.id, why=why, **values)
    return [text for text in files if len(text) == 64]


def _nothing(table: Table, name: str) -> Any:
    column = table.c[name]
    if column.nullable:
        return None
    return [] if isinstance(column.type, JSON) else ERASED if isinstance(column.type, Text) else 0


def _erase_history(w: Work, chosen: Sequence[Trace], sought: Sequence[str], cases: Sequence[str]) -> None:
    """The private parts of what was told of these rows, this erasing included, and of entries in the same cases that name the person."""
    gone = {"private": None, "salt": None}
    for trace in chosen:
        w.db.execute(
            update(history).where(history.c.kind == trace.table, history.c.subject == trace.id, history.c.private.is_not(None)).values(**gone)
        )
    named = [text.encode() for text in sought]
    for row in w.db.execute(
        select(history.c.chain, history.c.seq, history.c.private).where(history.c.chain.in_(cases), history.c.private.is_not(None))
    ).all():
        if any(text in row.private for text in named):
            w.db.execute(update(history).where(history.c.chain == row.chain, history.c.seq == row.seq).values(**gone))


def _named(w: Work, sha256: str) -> bool:
    """Whether any row whose personal data still stands keeps this file."""
    for table in metadata.sorted_tables:
        if table.name in APART | ISSUED or "sha256" not in table.c or "name" not in table.c:
            continue
        if w.db.execute(select(table.c.id).where(table.c.sha256 == sha256, table.c.name != ERASED)).first() is not None:
            return True
    return False


def scrub(url: str) -> None:
    """After erasing: takes what was erased out of the database's own files too, as far as it can be asked for."""
    facts = ledger(url)
    line = facts.connect()
    try:
        facts.erased(line)
    finally:
        line.close()
        facts.close()
