"""The desk of the day: for each duty what is late, due, or waiting for its holder. A pile is one question to the database and names the page where its work is done."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Select, and_, func, or_, select

from moderation.case.rights import Duty
from moderation.case.stages import Stage
from server.conferences.tables import conference, year_entry
from server.deadlines.tables import deadline
from server.desk.waiting import own_deadlines, place_of, reach
from server.notifications.tables import message
from server.office.work import Work
from server.organisation.tables import office

SHOWN = 6
"""Lines of a pile; behind them stands how many there are."""
SOON, LATER = timedelta(days=7), timedelta(days=30)
OF_OTHERS = ("answer", "task", "milestone", "agency_report", "preparation")
"""Kinds of which there are many in a case: of other bodies only what is late stands on the desk of whoever answers for the case."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing. `label` is a key of the catalogue or "", `title` a text of the case; `due` an ISO date."""

    href: str
    title: str = ""
    label: str = ""
    about: str = ""
    due: str = ""
    provisional: bool = False
    state: str = ""


@dataclass(frozen=True, slots=True)
class Pile:
    """What belongs together, the most urgent first. `count` is how many there are, `more` where all of them are. `urgent` piles stand out."""

    name: str
    lines: tuple[Line, ...]
    count: int
    more: str = ""
    urgent: bool = False


Find = Callable[[Work], Pile | None]


def piles(w: Work) -> list[Pile]:
    """The piles of the one who works, without empty ones."""
    return [pile for found in (*_deadlines(w), *(find(w) for find in FINDERS)) if (pile := found) is not None and pile.count]


# --- deadlines -------------------------------------------------------------------------------------------------------------------


def _deadlines(w: Work) -> Iterable[Pile]:
    today, soon, later = w.today.isoformat(), (w.today + SOON).isoformat(), (w.today + LATER).isoformat()
    mine = deadline.c.owner.in_(w.by.bodies())
    wanted = own_deadlines(w.by).where(
        deadline.c.closed.is_(False), deadline.c.due <= later, or_(mine, deadline.c.kind.not_in(OF_OTHERS), deadline.c.due < today)
    )
    for name, first, last in (("late", "", today), ("soon", today, soon), ("later", soon, later)):
        within = and_(deadline.c.due >= first, deadline.c.due < last) if name != "later" else and_(deadline.c.due >= first, deadline.c.due <= last)
        found, count = first_of(w, wanted.where(within).order_by(deadline.c.due, deadline.c.id))
        lines = tuple(
            Line(
                place_of(row["kind"], row["conference"]),
                label=f"deadline.{row['kind']}",
                about=row["title"] or "",
                due=row["due"],
                provisional=row["provisional"],
            )
            for row in found
        )
        yield Pile(name, lines, count, urgent=name == "late")


def first_of(w: Work, wanted: Select[Any]) -> tuple[list[Any], int]:
    """The first rows of a question and how many it has in all, asked at once."""
    rows = w.db.execute(wanted.add_columns(func.count().over().label("in_all")).limit(SHOWN)).mappings().all()
    return list(rows), rows[0]["in_all"] if rows else 0


# --- what waits ------------------------------------------------------------------------------------------------------------------


def _plans(w: Work) -> Pile | None:
    """Plans that wait for the chair's approval."""
    if not w.may("approve_plan"):
        return None
    units = reach(w.by, Duty.CHAIR)
    wanted = select(conference.c.id, conference.c.title, conference.c.date).where(
        conference.c.unit.in_(units), conference.c.stage == Stage.DRAFT.value
    )
    rows, count = first_of(w, wanted.order_by(conference.c.date, conference.c.id))
    return Pile("plans", tuple(Line(f"/van-phong/hoi-nghi/{row['id']}/ke-hoach", row["title"]) for row in rows), count)


def _year(w: Work) -> Pile | None:
    """Lines of the yearly programme that wait for the chair's approval."""
    if not w.may("approve_plan"):
        return None
    wanted = select(year_entry.c.id, year_entry.c.year, year_entry.c.topic, office.c.title).join(office, office.c.id == year_entry.c.office)
    units = reach(w.by, Duty.CHAIR)
    waiting = (year_entry.c.unit.in_(units), year_entry.c.approved_at.is_(None), year_entry.c.year >= w.today.year)
    rows, count = first_of(w, wanted.where(*waiting).order_by(year_entry.c.year, year_entry.c.id))
    lines = tuple(Line("/van-phong/chuong-trinh-nam", row["topic"] or row["title"], about=f"{row['title']}, {row['year']}") for row in rows)
    return Pile("year", lines, count, "/van-phong/chuong-trinh-nam")


def _messages(w: Work) -> Pile | None:
    """Messages that failed, or of which nobody knows whether they went out."""
    if not w.may("send_invitations") and not w.may("keep_accounts"):
        return None
    columns = (message.c.id, message.c.title, message.c.recipient, message.c.state)
    wanted = select(*columns).outerjoin(conference, conference.c.id == message.c.conference).where(message.c.state.in_(("failed", "uncertain")))
    rows, count = first_of(
        w, wanted.where(or_(message.c.conference.is_(None), conference.c.unit.in_(reach(w.by)))).order_by(message.c.created.desc())
    )
    lines = tuple(Line("/van-phong/thu-gui?state=failed", row["title"], about=row["recipient"], state=row["state"]) for row in rows)
    return Pile("messages", lines, count, "/van-phong/thu-gui", urgent=True)


FINDERS: tuple[Find, ...] = (_messages, _plans, _year)
