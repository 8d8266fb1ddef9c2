"""What the history does not show to everybody who may read it: who sent petitions and what they say, and answers that are not released (D4.1, D12.1)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from sqlalchemy import select

from moderation.case.petitions import AnswerState
from server.conferences.tables import conference
from server.db.tables import metadata
from server.office.history import Told
from server.office.work import Work
from server.petitions.reach import open_to
from server.petitions.tables import petition, petition_answer, petition_proposal

ABOUT_PETITIONS = frozenset(("petition", "petition_answer", "petition_file", "petition_proposal", "petition_table", "forecast", "message", "paper"))
"""Tables whose personal columns tell of senders: the petitions, what was written to their senders, and the slips made of them."""
WORDS = {
    "petition": ("area", "authority", "shown_as", "summary", "triage_note", "referral_to", "referral_no", "withheld_reason"),
    "petition_answer": ("text", "remark"),
    "petition_proposal": ("note",),
}
"""Columns that are not personal by themselves, but say what a petition is about."""


def veiled(w: Work, chain: str, entries: Iterable[Told], instead: str) -> list[Told]:
    """The same entries of a chain, with `instead` for what the one who reads may not know. Those who take petitions in, the advising office and the chair read all;
    others of the case read what the page of a petition shows them; whoever may not see the case (an administrator) reads of acts, not of persons."""
    listed = list(entries)
    unit = w.db.scalar(select(conference.c.unit).where(conference.c.id == chain))
    if w.may("see_sealed", unit):
        return listed
    of_case = w.may("see_petitions", unit)
    subjects = frozenset(entry.subject for entry in listed if entry.kind in WORDS)
    readable, released = _readable(w, subjects) if of_case else frozenset(), _released(w, subjects)

    def hidden(entry: Told, name: str) -> bool:
        column = metadata.tables[entry.kind].c.get(name) if entry.kind in metadata.tables else None
        if column is not None and "data" in column.info:
            return entry.kind in ABOUT_PETITIONS or (unit is not None and not of_case)
        if name not in WORDS.get(entry.kind, ()):
            return False
        unreleased = entry.kind == "petition_answer" and (entry.subject not in released or name == "remark")
        return entry.subject not in readable or unreleased

    def kept(entry: Told) -> Told:
        closed = entry.kind in WORDS and entry.subject not in readable
        changes = tuple((name, *_mask(instead, old, new)) if hidden(entry, name) else (name, old, new) for name, old, new in entry.changes)
        return replace(entry, changes=changes, why=instead if closed and entry.why else entry.why)

    return [kept(entry) for entry in listed]


def _mask(instead: str, *values: Any) -> tuple[Any, Any]:
    old, new = (instead if value not in (None, "") else value for value in values)
    return old, new


def _readable(w: Work, subjects: frozenset[str]) -> frozenset[str]:
    """Of these rows, those that belong to petitions which the one who reads may read as everybody of the case. What is not there any more is not among them."""
    may_be_read = open_to(w.by.account)
    ids = set(w.db.scalars(select(petition.c.id).where(petition.c.id.in_(subjects), may_be_read)))
    for table in (petition_answer, petition_proposal):
        ids |= set(w.db.scalars(select(table.c.id).join(petition, petition.c.id == table.c.petition).where(table.c.id.in_(subjects), may_be_read)))
    return frozenset(ids)


def _released(w: Work, subjects: frozenset[str]) -> frozenset[str]:
    """Of these rows, the answers that were released."""
    stands = petition_answer.c.state == AnswerState.RELEASED.value
    return frozenset(w.db.scalars(select(petition_answer.c.id).where(petition_answer.c.id.in_(subjects), stands)))
