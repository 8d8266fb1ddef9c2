"""The desk of the day: for each duty what is late, due, or waiting for its holder. A pile is one question to the database and names the page where its work is done."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import RowMapping, case, func, or_

from server.deadlines.hours import is_closing, is_over
from server.deadlines.tables import deadline
from server.desk.casework import FINDERS
from server.desk.pile import SHOWN, Line, Pile, short
from server.desk.waiting import concerning, place_of, with_titles
from server.office.work import Work

SOON, LATER = timedelta(days=7), timedelta(days=30)
OF_OTHERS = ("answer", "task", "milestone", "agency_report", "preparation")
"""Kinds of which there are many in a case: of other bodies only what is late stands on the desk of whoever answers for the case."""


def piles(w: Work) -> list[Pile]:
    """The piles of the one who works, without empty ones."""
    found = (*_deadlines(w), *(pile for find in FINDERS for pile in find(w)))
    return [pile for pile in found if pile.count]


def _deadlines(w: Work) -> Iterator[Pile]:
    """The piles of deadlines (late; due today when offices are closing; soon; later), by one question: the first lines of each, and how many there are."""
    soon, later = (day.isoformat() for day in (w.today + SOON, w.today + LATER))
    over = is_over(w)
    own = w.by.bodies()
    pile = case((over, "late"), (is_closing(w), "closing"), (deadline.c.due <= soon, "soon"), else_="later").label("pile")
    place = func.row_number().over(partition_by=pile, order_by=(deadline.c.due, deadline.c.id)).label("place")
    of_others = or_(deadline.c.owner.in_(own), deadline.c.kind.not_in(OF_OTHERS), over)
    ranked = concerning(w.by, deadline.c.id, pile, place, func.count().over(partition_by=pile).label("in_all"))
    first = ranked.where(deadline.c.closed.is_(False), deadline.c.due <= later, of_others).subquery()
    told = with_titles(first.c.pile, first.c.in_all).join(first, first.c.id == deadline.c.id).where(first.c.place <= SHOWN)
    rows = w.db.execute(told.order_by(first.c.place)).mappings().all()
    for name in ("late", "closing", "soon", "later"):
        found = [row for row in rows if row["pile"] == name]
        yield Pile(name, tuple(_line(row, own) for row in found), found[0]["in_all"] if found else 0, urgent=name in ("late", "closing"))


def _line(row: RowMapping, own: frozenset[str]) -> Line:
    owner = "" if row["owner"] in own else row["owner_name"] or ""
    about = short(row["about"]) or row["title"] or ""
    return Line(place_of(row), label=f"deadline.{row['kind']}", about=about, due=row["due"], provisional=row["provisional"], owner=owner)
