"""Where every figure comes from: rows. A source is one question that gives rows with a category and an amount; a figure is the sum of some categories of a source, and
the list behind a figure is those very rows. There is no other way to a figure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, and_, case, func, literal, select

from moderation.case.following import OVER
from moderation.case.petitions import SEALED, State
from moderation.case.profiles import QD_1155
from moderation.case.stages import Stage
from moderation.conclusion import Kind
from server.conclusions.tables import asked, conclusion
from server.conferences.tables import conference, venue
from server.deadlines.tables import deadline
from server.organisation.tables import body
from server.petitions.tables import petition
from server.reports.tables import conference_figure

ON_TIME, LATE, OPEN = "on_time", "late", "open"
TIMED = ("notice", "conclusion", "agency_report")
"""The deadlines of the regulation whose keeping is reported: 7 working days before, 10 or 15 after, 7 after the notice."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What is counted: the conferences that these units held from `first` to `last`, as it stands on the day `today` (ISO dates)."""

    conferences: tuple[str, ...]
    today: str


def scope(db: Connection, units: frozenset[str], first: str, last: str, today: str) -> Scope:
    """The conferences that these units held in a period; the day is that of the closing."""
    held = select(conference.c.id).where(conference.c.unit.in_(units), conference.c.held_on >= first, conference.c.held_on <= last)
    return Scope(tuple(db.scalars(held.order_by(conference.c.held_on, conference.c.id))), today)


def _row(category: Any, conference_: Any, title: Any, amount: Any = None, day: Any = None, tab: str = "", anchor: Any = None) -> Select[Any]:
    """The columns of every source. `tab` and `anchor` say where the row is shown in its case."""
    return select(
        category.label("category"), (literal(1) if amount is None else amount).label("amount"), conference_.label("conference"), title.label("title"),
        (literal("") if day is None else func.coalesce(day, "")).label("day"), literal(tab).label("tab"), (literal("") if anchor is None else anchor).label("anchor"),
    )  # fmt: skip


def _conferences(column: Any) -> Callable[[Scope], Select[Any]]:
    def rows(s: Scope) -> Select[Any]:
        return _row(column, conference.c.id, conference.c.title, day=conference.c.held_on).where(conference.c.id.in_(s.conferences))

    return rows


def _venues(s: Scope) -> Select[Any]:
    return _row(venue.c.kind, venue.c.conference, venue.c.name, tab="/ke-hoach").where(venue.c.conference.in_(s.conferences))


def _record(s: Scope) -> Select[Any]:
    """What the records of the rooms say: the category is the figure's name, the row is the conference."""
    joined = _row(conference_figure.c.name, conference.c.id, conference.c.title, conference_figure.c.amount, conference.c.held_on, "/phong-hop")
    return joined.join_from(conference_figure, conference, conference.c.id == conference_figure.c.conference).where(
        conference_figure.c.conference.in_(s.conferences), conference_figure.c.amount > 0
    )


def _opinions(s: Scope) -> Select[Any]:
    """The opinions received before the conferences: in the dialogue, merged into another, or sent where they belong."""
    stands = case((petition.c.state == State.REFERRED.value, "elsewhere"), (petition.c.state == State.MERGED.value, "merged"), else_="dialogue")
    rows = _row(
        stands,
        petition.c.conference,
        case((petition.c.kind.in_(SEALED), petition.c.code), else_=petition.c.code + literal(" ") + petition.c.summary),
        day=petition.c.received_on,
        tab="/kien-nghi/",
        anchor=petition.c.id,
    )
    return rows.where(petition.c.conference.in_(s.conferences))


def _kind() -> Any:
    """An outcome as reports name it: what is beyond the authority goes to a superior body (escalated) or to another (external)."""
    beyond = conclusion.c.kind == Kind.BEYOND_AUTHORITY.value
    return case((and_(beyond, body.c.superior.is_(True)), "escalated"), (beyond, "external"), else_=conclusion.c.kind)


def _outcomes(s: Scope) -> Select[Any]:
    """What became of the petitions: one row for each petition that an item of the conclusion is about. Statements count with the petition that they raised."""
    rows = _row(_kind(), conclusion.c.conference, asked.c.ref + literal(" → ") + conclusion.c.code, tab="/ket-luan#", anchor=conclusion.c.code)
    joined = rows.join_from(asked, conclusion, conclusion.c.id == asked.c.conclusion).outerjoin(body, body.c.id == conclusion.c.sent_to)
    return joined.where(asked.c.conference.in_(s.conferences), asked.c.ref.not_like("S%"))


def _items(s: Scope) -> Select[Any]:
    """The items of the conclusions: done, open, or overdue."""
    done = conclusion.c.state.in_([state.value for state in OVER])
    stands = case((done, "done"), (conclusion.c.due < s.today, "overdue"), else_="open")
    rows = _row(
        stands,
        conclusion.c.conference,
        conclusion.c.code + literal(" ") + conclusion.c.text,
        day=conclusion.c.due,
        tab="/ket-luan#",
        anchor=conclusion.c.code,
    )
    return rows.where(conclusion.c.conference.in_(s.conferences))


def _deadlines(s: Scope) -> Select[Any]:
    """The deadlines of the regulation: kept, missed (done late, or past and not done), or still open. What is no longer asked for does not count, what was
    still open when the case was closed does."""
    late = case(
        (deadline.c.met_on.is_not(None), case((deadline.c.met_on <= deadline.c.due, ON_TIME), else_=LATE)),
        (deadline.c.due < s.today, LATE),
        else_=OPEN,
    )
    rows = _row(deadline.c.kind + literal(":") + late, conference.c.id, conference.c.title, day=deadline.c.due)
    dropped = and_(deadline.c.closed.is_(True), deadline.c.met_on.is_(None), conference.c.stage != Stage.CLOSED.value)
    counts = (deadline.c.kind.in_(TIMED), deadline.c.clock.in_((QD_1155.code, "")), ~dropped)
    return rows.join_from(deadline, conference, conference.c.id == deadline.c.conference).where(deadline.c.conference.in_(s.conferences), *counts)


def _fields(s: Scope) -> Select[Any]:
    """Petitions by field and by what became of them; without an item of the conclusion: answered, or still open."""
    answered = case((petition.c.state == State.RELEASED.value, "answered"), else_="open")
    became = func.coalesce(_kind(), answered)
    rows = _row(
        petition.c.field + literal(":") + became,
        petition.c.conference,
        petition.c.code + literal(" ") + petition.c.summary,
        tab="/kien-nghi/",
        anchor=petition.c.id,
    )
    joined = rows.join_from(petition, asked, asked.c.petition == petition.c.id, isouter=True).outerjoin(
        conclusion, conclusion.c.id == asked.c.conclusion
    )
    kept = petition.c.state.not_in((State.REFERRED.value, State.MERGED.value))
    return joined.outerjoin(body, body.c.id == conclusion.c.sent_to).where(petition.c.conference.in_(s.conferences), kept)


SOURCES: Mapping[str, Callable[[Scope], Select[Any]]] = {
    "regime": _conferences(conference.c.regime),
    "format": _conferences(conference.c.format),
    "venue": _venues,
    "record": _record,
    "opinion": _opinions,
    "outcome": _outcomes,
    "item": _items,
    "deadline": _deadlines,
    "field": _fields,
}


def sums(db: Connection, s: Scope, source: str) -> dict[str, int]:
    """The sum of each category of a source."""
    rows = SOURCES[source](s).subquery()
    return {
        row.category: int(row.amount)
        for row in db.execute(select(rows.c.category, func.sum(rows.c.amount).label("amount")).group_by(rows.c.category))
    }


def rows_of(db: Connection, s: Scope, source: str, categories: tuple[str, ...], most: int, skip: int) -> tuple[list[Mapping[str, Any]], int]:
    """The rows behind some categories of a source, and how many there are."""
    rows = SOURCES[source](s).subquery()
    wanted = rows.c.category.in_(categories)
    count = db.scalar(select(func.count()).select_from(rows).where(wanted)) or 0
    found = db.execute(select(rows).where(wanted).order_by(rows.c.conference, rows.c.title, rows.c.category).limit(most).offset(skip))
    return [dict(row) for row in found.mappings()], count
