"""The calendar as it stands, for whoever counts days."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, select

from moderation.case.calendar import Calendar, CalendarDay, DayKind
from server.calendar.tables import calendar_day, calendar_stamp, calendar_year

if TYPE_CHECKING:
    from server.settings import Settings

STAMP = "calendar"
_KEPT: dict[str, Calendar] = {}


def load(db: Connection) -> Calendar:
    """The calendar of this database; that of a new server while nobody has written one. Kept in memory until its stamp changes."""
    stamp = db.scalar(select(calendar_stamp.c.stamp).where(calendar_stamp.c.id == STAMP))
    if stamp is None:
        from server.calendar.seed import seeded

        return seeded()
    kept = _KEPT.get(stamp)
    if kept is None:
        if len(_KEPT) >= 8:
            _KEPT.clear()
        kept = _KEPT[stamp] = _read(db)
    return kept


def calendar_of(settings: Settings) -> Calendar:
    """The calendar of a data folder, or of a new server where there is no database yet. Makes nothing."""
    from server.calendar.seed import seeded
    from server.db.engine import database_path, open_engine, reading

    if settings.database.startswith("sqlite") and not database_path(settings.database).exists():
        return seeded()
    engine = open_engine(settings.database)
    try:
        with reading(engine) as db:
            return load(db) if inspect(db).has_table(calendar_stamp.name) else seeded()
    finally:
        engine.dispose()


def _read(db: Connection) -> Calendar:
    days = {}
    for row in db.execute(select(calendar_day)):
        day = date.fromisoformat(row.id)
        days[day] = CalendarDay(day, DayKind(row.kind), row.title, row.source_no, date.fromisoformat(row.source_date) if row.source_date else None)
    announced = db.scalars(select(calendar_year.c.id).where(calendar_year.c.announced.is_(True)))
    return Calendar(days, frozenset(int(year) for year in announced))
