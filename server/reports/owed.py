"""Reports that fall due soon begin by themselves, so that somebody is reminded of those that nobody has begun."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import or_, select

from moderation.case.deadlines import ReportKind
from moderation.case.periods import next_reports
from server.office.work import Work
from server.organisation.tables import body, unit
from server.reports.reports import begin, due_of, kinds_of, owner_of, regulation
from server.reports.tables import report

AHEAD = timedelta(days=45)
"""How long before the last good day a report begins."""


def begin_owed(w: Work) -> int:
    """Begins the reports that units owe within `AHEAD`, with their deadlines; gives how many. Units that have nobody to write it are left alone."""
    coming = [
        (kind, year) for kind, year in next_reports(w.today, regulation(w).counting) if (due := due_of(w, kind, year)) and due.due <= w.today + AHEAD
    ]
    if not coming:
        return 0
    there = {(row.unit, row.kind, row.year) for row in w.db.execute(select(report.c.unit, report.c.kind, report.c.year))}
    day, begun = w.today.isoformat(), 0
    works = select(body.c.unit).where(or_(body.c.part.like("advising%"), body.c.part.like("mass_mobilisation%")))
    places = (
        select(unit).where(unit.c.id.in_(works), unit.c.valid_from <= day, or_(unit.c.valid_to.is_(None), unit.c.valid_to >= day)).order_by(unit.c.id)
    )
    for place in w.db.execute(places).mappings().all():
        for kind, year in coming:
            if kind in kinds_of(place) and (place["id"], kind.value, year) not in there and owner_of(w, place["id"], ReportKind(kind)):
                begin(w, place["id"], kind, year)
                begun += 1
    return begun
