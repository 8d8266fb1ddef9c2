"""Keeping the calendar: every change with the paper that orders it, told in the history, and followed by counting open deadlines again."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import insert, select, update

from moderation import Refusal
from moderation.case.calendar import CalendarDay, DayKind
from server.accounts.keys import new_id
from server.calendar.seed import YEARS, official_days, year_sources
from server.calendar.tables import calendar_day, calendar_stamp, calendar_year
from server.calendar.working_days import STAMP
from server.deadlines.deadlines import recompute
from server.office.work import Work

FIRST, LAST = 2023, 2100
"""The years that can be kept: the regulation is of 2023."""


def seed(w: Work) -> None:
    """Writes the calendar of a new server into its database; does nothing where there is one."""
    if w.db.scalar(select(calendar_stamp.c.stamp).where(calendar_stamp.c.id == STAMP)) is not None:
        return
    w.db.execute(insert(calendar_stamp).values(id=STAMP, stamp=new_id()))
    w.db.execute(insert(calendar_day), [_row(day) for day in official_days(YEARS)])
    w.db.execute(insert(calendar_year), [{"id": str(year), "announced": yes, "source": source} for year, (yes, source) in year_sources().items()])


def set_day(w: Work, day: CalendarDay, why: str = "") -> None:
    """Enters a day, or enters it otherwise (raises `Refusal` day_kind_unfit, year_out_of_range)."""
    w.allow("keep_calendar")
    check_day(day)
    seed(w)
    row = _row(day)
    if w.db.scalar(select(calendar_day.c.id).where(calendar_day.c.id == row["id"])) is None:
        w.add(calendar_day, why=why, **row)
    elif not w.change(calendar_day, row.pop("id"), why=why, **row):
        return
    _changed(w, why)


def remove_day(w: Work, day: date, why: str = "") -> None:
    """Makes a day like its weekday again (raises `Refusal` not_found)."""
    w.allow("keep_calendar")
    seed(w)
    w.drop(calendar_day, day.isoformat(), why=why)
    _changed(w, why)


def announce_year(w: Work, year: int, source: str, announced: bool = True) -> None:
    """Confirms that a year's days off are announced, and by which papers; or takes it back (raises `Refusal` source_missing, year_out_of_range)."""
    w.allow("keep_calendar")
    _in_range(year)
    if announced and not source.strip():
        raise Refusal("source_missing", field="source")
    seed(w)
    if w.db.scalar(select(calendar_year.c.id).where(calendar_year.c.id == str(year))) is None:
        w.add(calendar_year, id=str(year), announced=announced, source=source.strip())
    elif not w.change(calendar_year, str(year), announced=announced, source=source.strip()):
        return
    _changed(w, source.strip())


def propose_year(w: Work, year: int) -> int:
    """Enters the holidays that statute gives a year, where the day has none yet; the year stays provisional. Gives how many were entered."""
    w.allow("keep_calendar")
    _in_range(year)
    seed(w)
    known = set(w.db.scalars(select(calendar_day.c.id)))
    new = [day for day in official_days((year,)) if day.day.isoformat() not in known]
    for day in new:
        w.add(calendar_day, **_row(day))
    if new:
        _changed(w)
    return len(new)


def check_day(day: CalendarDay) -> None:
    """Refuses what would change nothing: a make-up day on a weekday, a swapped day or one in lieu on a day that is free anyway."""
    _in_range(day.day.year)
    weekend = day.day.weekday() >= 5
    if (day.kind is DayKind.MAKE_UP) is not weekend and day.kind is not DayKind.HOLIDAY:
        raise Refusal("day_kind_unfit", field="kind", date=day.day.strftime("%d/%m/%Y"))


def _in_range(year: int) -> None:
    if not FIRST <= year <= LAST:
        raise Refusal("year_out_of_range", field="year", first=FIRST, last=LAST)


def _row(day: CalendarDay) -> dict[str, Any]:
    return {
        "id": day.day.isoformat(),
        "kind": day.kind.value,
        "title": day.title,
        "source_no": day.source_no,
        "source_date": day.source_date.isoformat() if day.source_date else None,
    }


def _changed(w: Work, why: str = "") -> None:
    """From here on there is another calendar: open deadlines are counted on it in the same transaction."""
    w.db.execute(update(calendar_stamp).where(calendar_stamp.c.id == STAMP).values(stamp=new_id()))
    recompute(w, why)
