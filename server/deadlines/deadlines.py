"""Keeping deadlines: set, met, no longer asked for, and counted again when the calendar changes. What a deadline was before stays in the history."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import RowMapping, select

from moderation.case.counting import count
from server.calendar import load
from server.deadlines.tables import deadline
from server.notifications.outbox import enqueue
from server.office.work import Work
from server.organisation.tables import body

BY_CALENDAR = "Thời hạn đã thay đổi do lịch làm việc thay đổi"
"""Why a deadline moved, unless something else is said."""


def set_deadline(
    w: Work, *, conference: str | None, kind: str, counted_from: dict[str, Any], subject: str = "", clock: str = "", owner: str = ""
) -> str:
    """Sets the deadline of this kind, subject and clock, or sets it anew; gives its id. One that was met or dropped is open again when it moves."""
    counted = count(load(w.db), counted_from)
    values: dict[str, Any] = {
        "counted_from": counted_from,
        "due": counted.due.isoformat(),
        "safe": counted.safe.isoformat() if counted.safe else None,
        "provisional": counted.provisional,
        "owner": owner,
    }
    found = _of(w, kind, subject, clock, conference)
    if found is None:
        return w.add(deadline, conference=conference, kind=kind, subject=subject, clock=clock, **values)
    if found["closed"] and (found["due"] != values["due"] or found["met_on"] is None):
        values |= {"closed": False, "met_on": None}
    w.change(deadline, found["id"], **values)
    return str(found["id"])


def meet(w: Work, kind: str, subject: str, on: str, conference: str | None = None, clock: str | None = None) -> None:
    """What was due has been done, on this day (ISO date): under every clock, or under one."""
    for row in _open(w, kind, subject, conference):
        if clock is None or row["clock"] == clock:
            w.change(deadline, row["id"], met_on=on, closed=True)


def drop_deadlines(w: Work, kind: str, subject: str, conference: str | None = None, but: Collection[str] = ()) -> None:
    """Nobody has to do this any more, under any clock but those of `but`."""
    for row in _open(w, kind, subject, conference):
        if row["clock"] not in but:
            w.change(deadline, row["id"], closed=True)


def recompute(w: Work, why: str = "") -> int:
    """Counts every open deadline again after a change of the calendar, and tells those who have to keep one that moved; gives how many moved."""
    calendar, moved = load(w.db), 0
    for row in w.db.execute(select(deadline).where(deadline.c.closed.is_(False))).mappings().all():
        counted = count(calendar, row["counted_from"])
        safe = counted.safe.isoformat() if counted.safe else None
        if (
            w.change(deadline, row["id"], why=why, due=counted.due.isoformat(), safe=safe, provisional=counted.provisional)
            and row["due"] != counted.due.isoformat()
        ):
            moved += 1
            tell_owners(w, row, counted.due.isoformat())
    return moved


def tell_owners(w: Work, row: RowMapping, due: str, why: str = BY_CALENDAR) -> None:
    """Queues a message to everybody who works for the body that has to keep a deadline which moved, with why it did."""
    for address, name in addresses(w, row["owner"]):
        enqueue(
            w, f"moved:{row['id']}:{due}:{row['owner']}", kind="deadline_moved", channel="email", recipient=name, address=address, conference=row["conference"],
            subject=row["id"], body=row["owner"], title=why,
            text=f"Thời hạn trước đây: {said(row['due'])}. Thời hạn mới: {said(due)}.",
        )  # fmt: skip


def addresses(w: Work, owner: str) -> Iterable[tuple[str, str]]:
    """Where a body is written to: (e-mail address, name). The address is "" while nobody has entered one: what it should have been told is then shown as failed."""
    found = w.db.execute(select(body.c.email, body.c.name).where(body.c.id == owner)).all()
    return [(row.email, row.name) for row in found]


def said(day: str) -> str:
    """An ISO date as messages write it."""
    year, month, date_ = day.split("-")
    return f"{date_}/{month}/{year}"


def _of(w: Work, kind: str, subject: str, clock: str, conference: str | None) -> RowMapping | None:
    where = [deadline.c.kind == kind, deadline.c.subject == subject, deadline.c.clock == clock]
    if conference is not None:
        where.append(deadline.c.conference == conference)
    return w.db.execute(select(deadline).where(*where)).mappings().first()


def _open(w: Work, kind: str, subject: str, conference: str | None) -> list[RowMapping]:
    where = [deadline.c.kind == kind, deadline.c.subject == subject, deadline.c.closed.is_(False)]
    if conference is not None:
        where.append(deadline.c.conference == conference)
    return list(w.db.execute(select(deadline).where(*where)).mappings().all())
