"""The log of incidents: a breach of personal data is notified within 72 hours of being found, and its record kept for five years (Law 91/2025, Art. 23)."""

from __future__ import annotations

from sqlalchemy import RowMapping, select

from moderation import Refusal
from moderation.case.protection import BREACH_HOURS
from server.clock import day_of
from server.deadlines.deadlines import meet, set_deadline
from server.office.work import Work
from server.protection.tables import data_incident
from server.protection.traces import reach

CLOCK = "data_breach"
HOUR = 3_600_000


def due(row: RowMapping) -> int:
    """Until when it must be notified."""
    return int(row["found_at"]) + BREACH_HOURS * HOUR


def note(w: Work, unit: str, *, found_at: int, title: str, text: str, touches: str, people: int | None) -> str:
    """Writes an incident down (raises `Refusal` not_yet for one of the future)."""
    w.allow("handle_data_requests", unit)
    if found_at > w.now:
        raise Refusal("not_yet", field="day")
    id = w.add(data_incident, unit=unit, found_at=found_at, title=title, text=text, touches=touches, people=people, by=w.by.account)
    set_deadline(w, conference=None, kind=CLOCK, subject=id, counted_from={"rule": "date", "on": day_of(found_at + BREACH_HOURS * HOUR).isoformat()})
    return id


def follow(w: Work, id: str, seen: int, *, measures: str, notified_at: int | None, notified_to: str, close: bool) -> None:
    """Writes down what was done about it, when and whom it was notified to."""
    row = w.row(data_incident, id)
    w.allow("handle_data_requests", row["unit"])
    if notified_at is not None and (not row["found_at"] <= notified_at <= w.now):
        raise Refusal("not_yet", field="day")
    w.change(data_incident, id, seen, measures=measures, notified_at=notified_at, notified_to=notified_to, closed_at=w.now if close else None)
    if notified_at is not None:
        meet(w, CLOCK, id, day_of(notified_at).isoformat())


def incidents(w: Work) -> list[RowMapping]:
    """The incidents of the units that one answers for, newest first."""
    where = data_incident.c.unit.in_(sorted(reach(w)))
    return list(w.db.execute(select(data_incident).where(where).order_by(data_incident.c.found_at.desc())).mappings())
