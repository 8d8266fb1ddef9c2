"""Who may read a petition (Art. 1.2): nobody knows what it is before the triage has said so. Until then it is known to those who triage, to the chair and to whoever
entered it; a complaint, a denunciation or what belongs to the reception of citizens stays so."""

from __future__ import annotations

from typing import Any

from sqlalchemy import RowMapping, and_, not_, or_, select
from sqlalchemy.sql import ColumnElement

from moderation.case.petitions import SEALED, State
from moderation.case.rights import SYSTEM
from server.office.work import Work
from server.petitions.tables import petition

_into = petition.alias("told_with")


def untriaged(w: Work, row: RowMapping) -> bool:
    """Whether nobody has triaged a petition yet, or the one that it was merged into."""
    if row["state"] == State.MERGED.value and row["kind"] is None:
        return untriaged(w, w.row(petition, row["merged_into"]))
    return bool(row["state"] == State.RECEIVED.value)


def may_read(w: Work, unit: str, row: RowMapping) -> bool:
    """Whether the one who works, and may see petitions of this unit, may know of this one."""
    if w.by is SYSTEM or w.may("see_sealed", unit):
        return True
    return row["kind"] not in SEALED and (row["keyed_by"] == w.by.account or not untriaged(w, row))


def open_to(account: str) -> ColumnElement[bool]:
    """The same as a condition, for an account that may see petitions and not what is sealed."""
    merged = and_(petition.c.state == State.MERGED.value, petition.c.kind.is_(None))
    waits: Any = select(_into.c.id).where(_into.c.id == petition.c.merged_into, _into.c.state == State.RECEIVED.value).exists()
    unread = or_(petition.c.state == State.RECEIVED.value, and_(merged, waits))
    return and_(or_(petition.c.kind.is_(None), petition.c.kind.not_in(SEALED)), or_(petition.c.keyed_by == account, not_(unread)))
