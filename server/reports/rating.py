"""Results for the yearly rating (Art. 16.1, D16.1): one row per chair: held or not, how many, and how the terms were kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from server.conferences.tables import chair, conference
from server.office.work import Work
from server.organisation.queries import chairs
from server.organisation.tables import office, unit
from server.reports.figures import SECTIONS, Value, count
from server.reports.sources import Scope


@dataclass(frozen=True, slots=True)
class Rated:
    """One chair in one year. `periodic` says whether the periodic dialogue that each chair owes every year (Art. 5.2a) was held; `rates` are those of the regulation's
    terms, in the order of the report."""

    office: str
    unit: str
    periodic: bool
    held: int
    planned: int
    rates: tuple[Value, ...]


def rating(w: Work, year: int) -> list[Rated]:
    """The chairs of all units in reach: whoever held such an office in the year, or presided. The calendar year counts (Art. 5.2a), as for the duty itself."""
    w.allow("see_case")
    reach = frozenset(id for post in w.by.posts for id in post.reach)
    rows = w.db.execute(
        select(chair.c.office, conference.c.id, conference.c.regime, conference.c.held_on)
        .join(conference, conference.c.id == chair.c.conference)
        .where(conference.c.unit.in_(reach), conference.c.date >= f"{year}-01-01", conference.c.date <= f"{year}-12-31", chair.c.deputy.is_(False))
    ).all()
    presided: dict[str, list[Any]] = {}
    for row in rows:
        presided.setdefault(row.office, []).append(row)
    return [_rated(w, id, title, place, presided.get(id, ())) for id, title, place in _offices(w, reach, year, presided)]


def _offices(w: Work, reach: frozenset[str], year: int, presided: Iterable[str]) -> list[tuple[str, str, str]]:
    """Id, title and unit of the offices: heads that may preside, at the end of the year or today, and whoever did preside."""
    names = {row.id: row.name for row in w.db.execute(select(unit.c.id, unit.c.name).where(unit.c.id.in_(reach)))}
    on = min(date(year, 12, 31), w.today) if w.today.year >= year else date(year, 1, 1)
    found = {one.id: (one.id, one.title, names[of]) for of in names for one in chairs(w.db, of, on) if not one.deputy}
    others = [id for id in presided if id not in found]
    if others:
        rows = w.db.execute(select(office.c.id, office.c.title).where(office.c.id.in_(others)))
        found |= {row.id: (row.id, row.title, "") for row in rows}
    return sorted(found.values(), key=lambda one: (one[2], one[1]))


def _rated(w: Work, id: str, title: str, place: str, rows: Iterable[Any]) -> Rated:
    cases = list(rows)
    held = [row for row in cases if row.held_on]
    values = count(w.db, Scope(tuple(row.id for row in held), w.today.isoformat())) if held else {}
    rates = tuple(values.get(one.name) or Value(one, 0) for one in SECTIONS["on_time"])
    return Rated(title, place, any(row.regime == "periodic" for row in held), len(held), len(cases), rates)
