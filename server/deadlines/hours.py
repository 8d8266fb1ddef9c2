"""Until which hour of its last day a deadline runs: each legal profile says it (the end of the day, or of office hours), and from when offices are closing."""

from __future__ import annotations

from datetime import date, datetime, time

from sqlalchemy import ColumnElement, RowMapping, and_, or_

from moderation.case.deadlines import HANOI
from moderation.kernel import Ms
from server.deadlines.tables import deadline
from server.office.work import Work
from server.organisation.queries import profiles


def is_over(w: Work) -> ColumnElement[bool]:
    """Whether the last day of a deadline is over by now: a condition for a question to the database."""
    past = [profile.code for profile in profiles(w.db) if hour(w) > profile.counting.due_time]
    today = w.today.isoformat()
    return or_(deadline.c.due < today, and_(deadline.c.due == today, deadline.c.clock.in_(past)))


def is_closing(w: Work) -> ColumnElement[bool]:
    """Whether a deadline ends today and offices are closing: from the hour at which its profile warns."""
    warned = [profile.code for profile in profiles(w.db) if hour(w) >= profile.counting.warn_from]
    return and_(deadline.c.due == w.today.isoformat(), deadline.c.clock.in_(warned))


def in_time(w: Work, row: RowMapping, done: Ms | None) -> bool | None:
    """Whether what was done at this moment came in time for a deadline; while nothing was done, None until its last hour is over."""
    ends = next((profile.counting.due_time for profile in profiles(w.db) if profile.code == row["clock"]), time.max)
    last = datetime.combine(date.fromisoformat(row["due"]), ends.replace(microsecond=999_999), HANOI)
    on_time = datetime.fromtimestamp((w.now if done is None else done) / 1_000, HANOI) <= last
    return (None if on_time else False) if done is None else on_time


def hour(w: Work) -> time:
    """The time of day in Vietnam."""
    return datetime.fromtimestamp(w.now // 1_000, HANOI).time()
