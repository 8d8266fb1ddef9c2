"""When a case is over: its dossier is locked, its notice went to everybody, and no item is left to be carried out. What was still due then is due no more."""

from __future__ import annotations

from sqlalchemy import select

from moderation.case.following import OVER, ItemState
from moderation.case.stages import Stage, step
from server.conclusions.tables import conclusion, notice
from server.conferences.tables import conference
from server.deadlines.tables import deadline
from server.office.work import Work


def open_items(w: Work, id: str) -> list[str]:
    """The codes of the items that are not done or settled, in order. One that was referred is open: the superior body's answer is still to come."""
    over = [state.value for state in ItemState if state in OVER]
    found = select(conclusion.c.code).where(conclusion.c.conference == id, conclusion.c.state.not_in(over))
    return list(w.db.scalars(found.order_by(conclusion.c.place)))


def work_left(w: Work, id: str) -> bool:
    """Whether something is still to be done: an item, or the notice is on its way to somebody."""
    unsent = select(notice.c.id).where(notice.c.conference == id, notice.c.distributed_on.is_(None))
    return bool(open_items(w, id)) or w.db.scalar(unsent) is not None


def close_when_over(w: Work, id: str) -> bool:
    """Closes the case once its dossier is locked and nothing is left to be done, and with it the deadlines that nobody met; gives whether it is closed now.
    Whichever of the lock and the last work comes second closes it."""
    found = w.row(conference, id)
    if found["dossier_locked_at"] is None or work_left(w, id):
        return False
    w.change(conference, id, stage=step(Stage(found["stage"]), Stage.CLOSED).value)
    for row in w.db.scalars(select(deadline.c.id).where(deadline.c.conference == id, deadline.c.closed.is_(False))).all():
        w.change(deadline, row, closed=True)
    return True
