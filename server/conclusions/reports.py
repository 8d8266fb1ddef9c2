"""What agencies report (D10.2): within 7 working days, to the chair and to whoever raised the matter, on reception and direction."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from sqlalchemy import RowMapping, select

from moderation import Refusal
from moderation.case.calendar import Calendar
from moderation.case.following import ItemState, Judgement, judge
from server.conclusions import clocks
from server.conclusions.items import after, items_of, notice_of
from server.conclusions.petitioners import tell
from server.conclusions.tables import agency_report, conclusion
from server.deadlines.tables import deadline
from server.office.work import Work
from server.organisation.tables import body

Rows = Sequence[RowMapping]
Kept = list[dict[str, str]]


def expect(w: Work, id: str, start: str) -> None:
    """From each lead of an item that is followed, a report: due from the date on the notice."""
    for item in items_of(w, id):
        if item["lead"] is None or item["state"] == ItemState.SETTLED:
            continue
        there = w.db.scalar(select(agency_report.c.id).where(agency_report.c.conclusion == item["id"], agency_report.c.body == item["lead"]))
        if there is None:
            row = w.add(agency_report, conference=id, conclusion=item["id"], body=item["lead"], files=[])
            clocks.report(w, id, row, item["lead"], start)


def reports_of(w: Work, id: str, item: str | None = None) -> Rows:
    """The reports that a conference's agencies owe (on one item, if given), with item, agency and due date, by agency."""
    found = (
        select(agency_report, conclusion.c.code, conclusion.c.text.label("item_text"), body.c.short.label("body_name"), deadline.c.due)
        .join(conclusion, conclusion.c.id == agency_report.c.conclusion)
        .join(body, body.c.id == agency_report.c.body)
        .outerjoin(deadline, (deadline.c.kind == "agency_report") & (deadline.c.subject == agency_report.c.id))
        .where(agency_report.c.conference == id)
        .order_by(body.c.short, conclusion.c.place)
    )
    return w.db.execute(found if item is None else found.where(agency_report.c.conclusion == item)).mappings().all()


def judged(w: Work, row: RowMapping, calendar: Calendar) -> Judgement:
    """How a report of `reports_of` stands today; where no profile asks for one, it is never late."""
    return judge(clocks.day(row["due"]) or date.max, clocks.day(row["to_chair_on"]), clocks.day(row["to_petitioner_on"]), w.today, calendar)


def report(w: Work, id: str, ids: Collection[str], to_chair_on: date | None, to_petitioner_on: date | None, text: str, files: Kept) -> None:
    """An agency reports on some of its items at once; a date once given is corrected, never emptied, by giving another. A report that comes when the case is
    closed is received all the same. Raises `Refusal` nothing_reported,
    notice_not_issued, day_to_come, reported_before_notice, not_allowed."""
    rows = {row["id"]: row for row in reports_of(w, id)}
    if not set(ids) <= rows.keys():
        raise Refusal("not_found")
    if not ids or (to_chair_on is None and to_petitioner_on is None):
        raise Refusal("nothing_reported")
    for one in ids:
        after(w, id, "report_result", rows[one]["body"], even_closed=True)
    issued_on = notice_of(w, id)["issued_on"]
    if issued_on is None:
        raise Refusal("notice_not_issued")
    for on, field in ((to_chair_on, "to_chair_on"), (to_petitioner_on, "to_petitioner_on")):
        if on is not None and on > w.today:
            raise Refusal("day_to_come", field=field)
        if on is not None and on.isoformat() < issued_on:
            raise Refusal("reported_before_notice", field=field)
    for one in ids:
        keep(w, rows[one], to_chair_on, to_petitioner_on, text, files)


def keep(w: Work, row: RowMapping, to_chair_on: date | None, to_petitioner_on: date | None, text: str, files: Kept) -> None:
    """Writes the dates down; with both there the deadline is met, and the petitioners are told once."""
    values: dict[str, Any] = {"text": text or row["text"], "files": [*row["files"], *files]}
    if to_chair_on:
        values["to_chair_on"] = to_chair_on.isoformat()
    if to_petitioner_on:
        values["to_petitioner_on"] = to_petitioner_on.isoformat()
    w.change(agency_report, row["id"], **values)
    now = w.row(agency_report, row["id"])
    if now["to_chair_on"] and now["to_petitioner_on"]:
        due = clocks.due_of(w, row["conference"], "agency_report", row["id"])
        if due is not None and due["closed"] and due["met_on"] is None:
            clocks.run_again(w, row["conference"], "agency_report", row["id"])  # closed with the case
        clocks.meet(w, "agency_report", row["id"], max(now["to_chair_on"], now["to_petitioner_on"]))
    if to_petitioner_on and row["to_petitioner_on"] is None:
        tell(w, w.row(conclusion, row["conclusion"]), "reported", agency=row["body_name"])


def received(w: Work, id: str, one: str, on: date) -> None:
    """Where the profile counts from receipt, the days of a body's reports run from the day it got the notice."""
    issued_on = notice_of(w, id)["issued_on"]
    for row in w.db.scalars(select(agency_report.c.id).where(agency_report.c.conference == id, agency_report.c.body == one)).all():
        clocks.report(w, id, row, one, issued_on, on)
