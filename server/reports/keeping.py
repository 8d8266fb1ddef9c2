"""The figures of a room, kept when it closes and whenever its record changes afterwards: a report counts many conferences and cannot play them all again."""

from __future__ import annotations

from sqlalchemy import delete, insert, select

from moderation import Conference
from moderation.statistics import statistics, times
from server.conferences.tables import conference
from server.office.work import Work
from server.reports.tables import conference_figure


def keep_figures(w: Work, id: str, state: Conference) -> None:
    """Keeps the figures of a conference in the place of earlier ones: doing it twice changes nothing. Does nothing for a room without a case."""
    if w.db.scalar(select(conference.c.id).where(conference.c.id == id)) is None:
        return
    figures = {**statistics(state), **times(state)}
    w.db.execute(delete(conference_figure).where(conference_figure.c.conference == id))
    w.db.execute(
        insert(conference_figure), [{"id": f"{id}:{name}", "conference": id, "name": name, "amount": amount} for name, amount in figures.items()]
    )
