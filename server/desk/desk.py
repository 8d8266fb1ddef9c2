"""The desk of the day: for each duty what is late, due, or waiting for its holder. A pile is one question to the database and names the page where its work is done."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import or_

from server.deadlines.tables import deadline
from server.desk.casework import FINDERS
from server.desk.pile import Line, Pile, first_of, short
from server.desk.waiting import own_deadlines, place_of
from server.office.work import Work

SOON, LATER = timedelta(days=7), timedelta(days=30)
OF_OTHERS = ("answer", "task", "milestone", "agency_report", "preparation")
"""Kinds of which there are many in a case: of other bodies only what is late stands on the desk of whoever answers for the case."""


def piles(w: Work) -> list[Pile]:
    """The piles of the one who works, without empty ones."""
    found = (*_deadlines(w), *(find(w) for find in FINDERS))
    return [pile for pile in found if pile is not None and pile.count]


def _deadlines(w: Work) -> Iterator[Pile]:
    today, soon, later = (day.isoformat() for day in (w.today, w.today + SOON, w.today + LATER))
    own = w.by.bodies()
    mine = deadline.c.owner.in_(own)
    wanted = own_deadlines(w.by).where(deadline.c.closed.is_(False), or_(mine, deadline.c.kind.not_in(OF_OTHERS), deadline.c.due < today))
    for name, within in (
        ("late", deadline.c.due < today),
        ("soon", deadline.c.due.between(today, soon)),
        ("later", (deadline.c.due > soon) & (deadline.c.due <= later)),
    ):
        rows, count = first_of(w, wanted.where(within).order_by(deadline.c.due, deadline.c.id))
        lines = (
            Line(
                place_of(row),
                label=f"deadline.{row['kind']}",
                about=short(row["about"]) or row["title"] or "",
                due=row["due"],
                provisional=row["provisional"],
                owner="" if row["owner"] in own else row["owner_name"] or "",
            )
            for row in rows
        )
        yield Pile(name, tuple(lines), count, urgent=name == "late")
