"""What the Front watches over: findings on an item (D14.3), which nobody else writes or changes; the yearly programme and what the mass-mobilisation unit says
of it (D13.3)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import RowMapping, select

from moderation import Refusal
from moderation.case.rights import Duty
from server.conclusions.items import find_item
from server.conclusions.reports import Kept
from server.conclusions.tables import appraisal, finding, supervision
from server.office.work import Work
from server.organisation.tables import body

Rows = Sequence[RowMapping]


def own(w: Work, duty: Duty) -> str:
    """The body for which somebody has this duty."""
    return min(w.by.bodies(duty))


def write_finding(w: Work, id: str, on: date, text: str, files: Kept) -> str:
    """The Front notes what it found (raises `Refusal` day_to_come, not_allowed)."""
    item = find_item(w, id, "write_finding")
    if on > w.today:
        raise Refusal("day_to_come", field="on")
    return w.add(finding, conference=item["conference"], conclusion=id, body=own(w, Duty.FRONT), found_on=on.isoformat(), text=text, files=files,
                 by=w.by.account, version=1)  # fmt: skip


def change_finding(w: Work, id: str, one: str, seen: int, text: str) -> None:
    """The body that found it changes its words; both stay in the history (raises `Refusal` not_allowed, stale_page)."""
    find_item(w, id, "write_finding")
    found = w.row(finding, one)
    if found["conclusion"] != id:
        raise Refusal("not_found")
    if found["body"] not in w.by.bodies(Duty.FRONT):
        raise Refusal("not_allowed", command="write_finding")
    w.change(finding, one, seen=seen, text=text)


def findings_of(w: Work, item: str) -> Rows:
    """The findings on an item, latest first."""
    found = select(finding, body.c.short.label("body_name")).join(body, body.c.id == finding.c.body).where(finding.c.conclusion == item)
    return w.db.execute(found.order_by(finding.c.found_on.desc(), finding.c.id)).mappings().all()


def submit_programme(w: Work, unit: str, year: int, title: str, text: str, files: Kept) -> str:
    """The Front lays its supervision programme of a year before the mass-mobilisation unit."""
    w.allow("submit_programme", unit)
    return w.add(
        supervision, unit=unit, year=year, body=own(w, Duty.FRONT), title=title, text=text, files=files, submitted_on=w.today.isoformat(), version=1
    )


def appraise(w: Work, one: str, text: str) -> str:
    """The mass-mobilisation unit says what it thinks of a programme (Art. 13.3)."""
    found = w.row(supervision, one)
    w.allow("comment_programme", found["unit"])
    return w.add(appraisal, supervision=one, body=own(w, Duty.MOBILISATION), day=w.today.isoformat(), by=w.by.name, text=text)


def programmes(w: Work) -> list[tuple[RowMapping, Rows]]:
    """The programmes of the units that somebody reaches, latest year first, each with its appraisals."""
    w.allow("see_case")
    reach = {id for post in w.by.posts for id in post.reach}
    named = select(supervision, body.c.short.label("body_name")).join(body, body.c.id == supervision.c.body).where(supervision.c.unit.in_(reach))
    said = select(appraisal, body.c.short.label("body_name")).join(body, body.c.id == appraisal.c.body).order_by(appraisal.c.day, appraisal.c.id)
    rows = w.db.execute(named.order_by(supervision.c.year.desc(), supervision.c.id)).mappings().all()
    return [(row, w.db.execute(said.where(appraisal.c.supervision == row["id"])).mappings().all()) for row in rows]
