"""The deadline of an agency's draft answer (D8.2c): one per petition, owned by the lead agency, for the desk and the reminders."""

from __future__ import annotations

from datetime import date

from sqlalchemy import RowMapping

from server.deadlines.deadlines import drop_deadlines, meet, set_deadline
from server.deadlines.tables import deadline
from server.office.work import Work

KIND = "answer"


def answer_due_again(w: Work, row: RowMapping) -> None:
    """The lead agency owes a draft by the day that stands in the petition; also when it had sent one that came back."""
    if not (row["lead"] and row["answer_due"]):
        drop_deadlines(w, KIND, row["id"])
        return
    id = set_deadline(
        w, conference=row["conference"], kind=KIND, subject=row["id"], counted_from={"rule": "date", "on": row["answer_due"]}, owner=row["lead"]
    )
    w.change(deadline, id, closed=False, met_on=None)


def answer_came(w: Work, id: str, on: date) -> None:
    """The draft is there."""
    meet(w, KIND, id, on.isoformat())


def answer_no_longer_due(w: Work, id: str) -> None:
    """Nobody owes an answer to this petition any more: it was sent elsewhere or is told with another one."""
    drop_deadlines(w, KIND, id)
