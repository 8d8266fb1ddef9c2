"""The yearly programme (Art. 13.1): which dialogues each chair plans, and whether each has held at least one periodic dialogue in the calendar year (Art. 5.2a)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import RowMapping, select

from moderation import Refusal
from moderation.case.plans import REGIMES, held_in, year_warning
from server.conferences.tables import chair, conference, year_entry
from server.office.forms import Code, Day, FormBody, MaybeLine
from server.office.work import Work
from server.organisation.queries import chairs, office_of
from server.organisation.tables import office, unit


class EntryForm(FormBody):
    """A dialogue planned for a year."""

    year: int
    office: Code
    regime: Code
    month: int | None = None
    planned_on: Day | None = None
    topic: MaybeLine = ""


@dataclass(frozen=True, slots=True)
class Duty:
    """How a chair stands in a year: dialogues planned, periodic ones held, and what is warned of."""

    office: str
    title: str
    unit: str
    planned: int
    held: int
    warning: str


def add_entry(w: Work, form: EntryForm) -> str:
    """Plans a dialogue (raises `Refusal` not_a_chair, regime_unknown, year_unfit)."""
    who = office_of(w.db, form.office)
    w.allow("plan_year", who.body.unit.id)
    if who.presiding is None:
        raise Refusal("not_a_chair", field="office", office=who.title)
    if form.regime not in REGIMES:
        raise Refusal("regime_unknown", field="regime")
    if not 2023 <= form.year <= 2100 or (form.month is not None and not 1 <= form.month <= 12):
        raise Refusal("year_unfit", field="year")
    if form.planned_on and form.planned_on.year != form.year:
        raise Refusal("year_unfit", field="planned_on")
    month = form.planned_on.month if form.planned_on else form.month
    return w.add(year_entry, unit=who.body.unit.id, year=form.year, office=form.office, regime=form.regime, month=month,
                 planned_on=form.planned_on.isoformat() if form.planned_on else None, topic=form.topic)  # fmt: skip


def drop_entry(w: Work, id: str) -> None:
    """Takes a dialogue out of the programme (raises `Refusal` entry_in_use once a case was made from it)."""
    row = w.row(year_entry, id)
    w.allow("plan_year", row["unit"])
    if w.db.scalar(select(conference.c.id).where(conference.c.year_entry == id)) is not None:
        raise Refusal("entry_in_use")
    w.drop(year_entry, id)


def approve_year(w: Work, at: str, year: int) -> int:
    """The chair approves what is planned for a year and not approved yet; gives how many entries."""
    w.allow("approve_plan", at)
    rows = w.db.scalars(select(year_entry.c.id).where(year_entry.c.unit == at, year_entry.c.year == year, year_entry.c.approved_at.is_(None))).all()
    if not rows:
        raise Refusal("nothing_to_approve")
    for row in rows:
        w.change(year_entry, row, approved_at=w.now, approved_by=w.by.account)
    return len(rows)


def programme(w: Work, year: int) -> list[RowMapping]:
    """The entries of a year within reach, with the case that was made from each."""
    reach = {id for post in w.by.posts for id in post.reach}
    found = (
        select(year_entry, office.c.title, unit.c.name.label("unit_name"), conference.c.id.label("case_id"), conference.c.stage)
        .join(office, office.c.id == year_entry.c.office)
        .join(unit, unit.c.id == year_entry.c.unit)
        .outerjoin(conference, conference.c.year_entry == year_entry.c.id)
        .where(year_entry.c.year == year, year_entry.c.unit.in_(reach))
        .order_by(year_entry.c.month, year_entry.c.planned_on, office.c.title)
    )
    return list(w.db.execute(found).mappings())


def duties(w: Work, year: int) -> list[Duty]:
    """How every chair within reach stands (D5.2a: red from 01/11 when none was held; D13.1: from 31/01 when none is planned)."""
    reach = {id for post in w.by.posts for id in post.reach}
    entries = programme(w, year)
    rows = w.db.execute(
        select(chair.c.office, conference.c.held_on).join(conference, conference.c.id == chair.c.conference)
        .where(conference.c.regime == "periodic", conference.c.held_on.is_not(None))
    )  # fmt: skip
    held = held_in(year, [(row.office, row.held_on) for row in rows])
    out = []
    for place in sorted(reach):
        for one in chairs(w.db, place, w.today):
            if one.deputy:
                continue
            planned = sum(1 for entry in entries if entry["office"] == one.id)
            warning = year_warning(w.today, year, planned > 0, held.get(one.id, 0) > 0)
            out.append(Duty(one.id, one.title, one.body.unit.name, planned, held.get(one.id, 0), warning))
    return out


def context(w: Work, year: int) -> dict[str, Any]:
    """What the page shows."""
    units = sorted({post.unit for post in w.by.posts})
    offices = [(one.id, one.title) for at in units for one in chairs(w.db, at, w.today) if not one.deputy]
    return {"year": year, "entries": programme(w, year), "duties": duties(w, year), "offices": offices, "units": units, "regimes": REGIMES}
