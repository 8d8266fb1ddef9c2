"""A periodic report as a paper: what its template says, and whose paper it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from sqlalchemy import select

from moderation.case.deadlines import ReportKind
from server.i18n import t
from server.office.work import Work
from server.organisation.queries import chairs
from server.organisation.tables import body, unit
from server.papers import register
from server.papers.frame import Frame, abbreviated, head_of, issuer_lines, superior, system_of
from server.papers.words import BLANK
from server.papers.words import office as office_alone
from server.reports.drawn import Chart, charts, said
from server.reports.figures import SECTIONS
from server.reports.reports import Whole, regulation

TEMPLATE: Mapping[ReportKind, str] = {
    ReportKind.HALF_YEAR: "six_month_report",
    ReportKind.YEAR: "yearly_report",
    ReportKind.CITY_YEAR: "yearly_report",
}
NAMED = (
    "regime.periodic", "regime.thematic", "regime.extraordinary", "opinion.elsewhere", "outcome.escalated", "item.overdue", "record.refusals",
    "deadline.notice", "deadline.conclusion", "deadline.agency_report",
)  # fmt: skip
"""Figures that the paper says even when there are none."""
ANSWERED = ("settled", "explained", "accepted", "answered")
"""Outcomes that the paper counts as answered."""


def data_of(w: Work, whole: Whole) -> dict[str, Any]:
    """What the template is filled with: the same figures as on the page, and the same charts."""
    row, values = whole.row, whole.values
    drawn = [chart_data(chart) for chart in charts(values, whole.fields)]
    return {
        "to": row["recipient"] or "…", "profile": regulation(w).title, "year": row["year"], "data_from": row["first"], "data_to": row["last"],
        "held": values["regime.all"].amount, "participants": sum(values[f"record.present_{c}"].amount for c in ("hall", "venue", "online", "phone")),
        "received": values["opinion.received"].amount - values["opinion.elsewhere"].amount + values["record.petitions_new_at_conference"].amount,
        "figures": [{"name": t("vi", f"figure.{one.name}"), "value": said(value)} for ones in SECTIONS.values() for one in ones
                    if (value := values.get(one.name)) is not None and (value.amount or value.of or one.name in NAMED)],
        "missing": list(whole.missing), "fields": [field_data(name, became) for name, became in whole.fields.items()], "charts": drawn,
        "situation": row["situation"], "shortcomings": row["limits"], "proposals": row["proposals"],
    }  # fmt: skip


def chart_data(chart: Chart) -> dict[str, str]:
    return {
        "svg": chart.svg,
        "title": chart.title,
        "about": "; ".join(": ".join((row[0], row[-1] if chart.name == "fields" else row[1])) for row in chart.rows),
    }


def field_data(name: str, became: Mapping[str, int]) -> dict[str, Any]:
    """A line of the table by fields; what was passed to another body counts with what went up."""
    counted = {
        "answered": sum(became.get(one, 0) for one in ANSWERED),
        "assigned": became.get("assigned", 0) + became.get("to_study", 0),
        "escalated": became.get("escalated", 0) + became.get("external", 0),
    }
    return {"name": t("vi", f"petition.field.{name}"), "received": sum(became.values()), **counted, "open": became.get("open", 0)}


def frame_of_unit(w: Work, of: str, kind: ReportKind) -> Frame:
    """The frame of a unit's report: of the body of its chair; the city's yearly one is of the mass-mobilisation board."""
    at = w.row(unit, of)
    city = w.row(unit, at["parent"])["name"] if at["parent"] else at["name"]
    if kind is ReportKind.CITY_YEAR:
        head, found = None, select(body).where(body.c.unit == of, body.c.part.like("mass_mobilisation%")).order_by(body.c.id)
    else:
        heads = [one for one in chairs(w.db, of, w.today) if not one.deputy]
        head = next((one for one in heads if system_of(one.body.system.value) == "state"), heads[0] if heads else None)
        found = select(body).where(body.c.id == (head.body.id if head else ""))
    issuing = w.db.execute(found).mappings().first()
    if issuing is None:
        return Frame("state", "", "", (BLANK,), "", BLANK, "", at["name"], at["place"], "", (BLANK,), city=city)
    system = system_of(issuing["system"])
    lines = (issuing["name"].upper(),) if system == "party" else issuer_lines(issuing["name"], at["name"])
    signs = (office_alone(head.title),) if head else head_of(w, issuing)
    authority = ("T/M BAN THƯỜNG VỤ", *signs) if head and system == "party" else signs
    symbol = issuing["symbol"] or abbreviated(issuing["short"], at["kind"])
    return Frame(system, issuing["id"], issuing["name"], lines, superior(system, issuing, issuing, at["name"], city), symbol, "VP", at["name"], at["place"],
                 head.title if head else "", authority, city=city)  # fmt: skip


def sign_paper(w: Work, whole: Whole) -> str:
    """The paper of a report that is being signed: drafted with its figures, and signed with it; gives its id."""
    kind = ReportKind(whole.row["kind"])
    signs = "agency" if kind is ReportKind.CITY_YEAR else "chair"
    id = register.add(w, TEMPLATE[kind], data_of(w, whole), frame_of_unit(w, whole.row["unit"], kind), signs, unit=whole.row["unit"])
    register.submit(w, id)
    register.sign(w, id)
    return id


def look_at(w: Work, whole: Whole, as_: Literal["pdf", "docx"]) -> bytes:
    """The paper as it is: the signed one, or how it would look today."""
    if whole.row["paper"]:
        return register.look(w, whole.row["paper"], as_)
    kind = ReportKind(whole.row["kind"])
    return register.render(TEMPLATE[kind], data_of(w, whole), frame_of_unit(w, whole.row["unit"], kind), as_)
