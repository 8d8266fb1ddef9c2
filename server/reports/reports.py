"""A periodic report on its way (Art. 15.1): drafted, submitted, signed, sent; what it counts, and which units below have not sent theirs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import RowMapping, or_, select

from moderation import Refusal
from moderation.case.deadlines import Deadline, ReportKind, report_latest
from moderation.case.periods import period
from moderation.case.profiles import QD_1155, Profile
from moderation.case.rights import Duty
from server.calendar import load
from server.deadlines.deadlines import set_deadline
from server.office.staff import units_below
from server.office.work import Work
from server.organisation.queries import profiles
from server.organisation.tables import body, unit
from server.reports.figures import Value, by_field, count, read
from server.reports.sources import Scope, scope
from server.reports.tables import report

DRAFT, SUBMITTED, SIGNED, SENT = "draft", "submitted", "signed", "sent"


@dataclass(frozen=True, slots=True)
class Whole:
    """A report with what it says: its figures, petitions by field, the units it counts and the names of those below that have not sent theirs. `live` are the figures as
    they stand today, where those that were signed differ."""

    row: RowMapping
    unit: RowMapping
    scope: Scope
    values: Mapping[str, Value]
    fields: Mapping[str, Mapping[str, int]]
    missing: tuple[str, ...]
    included: tuple[str, ...]
    due: Deadline | None
    changed: Mapping[str, Value]


def regulation(w: Work) -> Profile:
    """The regulation with its settings as they are kept."""
    return next((one for one in profiles(w.db) if one.code == QD_1155.code), QD_1155)


def kinds_of(place: Mapping[Any, Any]) -> tuple[ReportKind, ...]:
    """The reports that a unit owes; the yearly one of the mass-mobilisation board is the city's alone (D15.1c)."""
    return tuple(ReportKind) if place["parent"] is None else (ReportKind.HALF_YEAR, ReportKind.YEAR)


def due_of(w: Work, kind: ReportKind, year: int) -> Deadline | None:
    """By when a report has to be sent."""
    return report_latest(regulation(w), load(w.db), kind, year)


def find(w: Work, id: str, action: str = "see_case") -> RowMapping:
    """The report, if the one who works may do this with it."""
    found = w.row(report, id)
    w.allow(action, found["unit"])
    return found


def signs(w: Work, row: Mapping[Any, Any]) -> bool:
    """Whether the one who works signs this report: the chair of the unit; the city's yearly one the mass-mobilisation board."""
    wanted = Duty.MOBILISATION if row["kind"] == ReportKind.CITY_YEAR else Duty.CHAIR
    return w.may("sign_report", row["unit"]) and w.has(wanted)


def begin(w: Work, of: str, kind: ReportKind, year: int) -> str:
    """Begins a report, with its deadline; gives its id, also when it has been begun already (raises `Refusal` bad_year, report_not_owed)."""
    w.allow("make_report", of)
    place = w.row(unit, of)
    if kind not in kinds_of(place):
        raise Refusal("report_not_owed", field="kind")
    about = period(kind, year, regulation(w).counting)
    there = select(report.c.id).where(report.c.unit == of, report.c.kind == kind.value, report.c.year == year)
    found = w.db.scalar(there)
    if found is not None:
        return str(found)
    id = w.add(report, unit=of, kind=kind.value, year=year, first=about.first.isoformat(), last=about.last.isoformat(), state=DRAFT, created=w.now)
    run_clock(w, id, of, kind, year)
    return id


def run_clock(w: Work, id: str, of: str, kind: ReportKind, year: int) -> None:
    """By when it has to be sent, as a deadline of who writes it; none where the regulation knows no such report."""
    counted = due_of(w, kind, year)
    if counted is not None:
        set_deadline(
            w,
            conference=None,
            kind="periodic_report",
            subject=id,
            clock=counted.clock,
            counted_from=counted.counted_from,
            owner=owner_of(w, of, kind),
        )


def write(w: Work, id: str, seen: int, situation: str, limits: str, proposals: str, recipient: str) -> None:
    """Changes the texts of a draft."""
    found = find(w, id, "make_report")
    in_state(found, DRAFT)
    w.change(report, id, seen=seen, situation=situation, limits=limits, proposals=proposals, recipient=recipient)


def submit(w: Work, id: str) -> None:
    """Hands a draft to the one who signs it. What happens until the last day of its period still changes the figures, until it is signed."""
    found = find(w, id, "make_report")
    in_state(found, DRAFT)
    w.change(report, id, state=SUBMITTED, returned="")


def take_back(w: Work, id: str, why: str) -> None:
    """Gives a submitted report back to who drafts it, with what is to be changed."""
    found = find(w, id, "sign_report")
    in_state(found, SUBMITTED)
    if not why:
        raise Refusal("reason_missing", field="why")
    w.change(report, id, why=why, state=DRAFT, returned=why)


def span(w: Work, row: RowMapping) -> tuple[Scope, tuple[str, ...], tuple[str, ...]]:
    """What a report counts today, and the names of the units below that are counted in it and of those that are missing."""
    children = _children(w, row)
    below = units_below(w.db)
    units = frozenset((row["unit"], *(id for child in children if child["sent"] for id in below[child["id"]])))
    counted = scope(w.db, units, row["first"], row["last"], w.today.isoformat())
    return counted, tuple(c["name"] for c in children if c["sent"]), tuple(c["name"] for c in children if not c["sent"])


def look(w: Work, row: RowMapping) -> Whole:
    """A report with its figures: those that were signed, or as they stand today."""
    counted, included, missing = span(w, row)
    live = count(w.db, counted)
    due = due_of(w, ReportKind(row["kind"]), row["year"])
    place = w.row(unit, row["unit"])
    if row["figures"] is None:
        return Whole(row, place, counted, live, by_field(w.db, counted), missing, included, due, {})
    stored = row["figures"]
    values = read(stored["figures"])
    changed = {name: live[name] for name, value in values.items() if (live[name].amount, live[name].of) != (value.amount, value.of)}
    return Whole(row, place, counted, values, stored["fields"], tuple(stored["missing"]), tuple(stored["included"]), due, changed)


def _children(w: Work, row: Mapping[Any, Any]) -> list[dict[str, Any]]:
    """The units directly below with whether they sent the report that this one takes in; those that ended before the period are not asked."""
    asked = ReportKind.HALF_YEAR if row["kind"] == ReportKind.HALF_YEAR else ReportKind.YEAR
    sent = report.c.state == SENT
    joined = select(unit.c.id, unit.c.name, report.c.id.label("report")).outerjoin(
        report, (report.c.unit == unit.c.id) & (report.c.kind == asked.value) & (report.c.year == row["year"]) & sent
    )
    there = (unit.c.parent == row["unit"], unit.c.valid_from <= row["last"], or_(unit.c.valid_to.is_(None), unit.c.valid_to >= row["first"]))
    return [{"id": r.id, "name": r.name, "sent": r.report is not None} for r in w.db.execute(joined.where(*there).order_by(unit.c.name))]


def owner_of(w: Work, of: str, kind: ReportKind) -> str:
    """The body that has to send it: the advising office of the unit, or its mass-mobilisation board."""
    part = "mass_mobilisation%" if kind is ReportKind.CITY_YEAR else "advising%"
    return w.db.scalar(select(body.c.id).where(body.c.unit == of, body.c.part.like(part)).order_by(body.c.id)) or ""


def in_state(row: Mapping[Any, Any], state: str) -> None:
    if row["state"] != state:
        raise Refusal("report_state", state=row["state"])
