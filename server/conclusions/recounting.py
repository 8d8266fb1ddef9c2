"""Counting the open deadlines of a legal profile again when its settings change: each from its facts, by the rule of the profile as it now is (D0.3)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import RowMapping, select

from moderation.case.deadlines import ReportKind
from server.conclusions import clocks
from server.conclusions.tables import agency_report, notice, recipient
from server.conferences.plan import set_notice_deadlines
from server.conferences.tables import conference
from server.deadlines.deadlines import tell_owners
from server.deadlines.tables import deadline
from server.office.work import Work
from server.reports.reports import run_clock
from server.reports.tables import report

WORDS = "Thời hạn đã thay đổi do cách đếm ngày của căn cứ pháp lý thay đổi"
"""What the owners of a deadline that moved are told."""


def recount(w: Work, code: str) -> int:
    """Counts every open deadline of this profile again and tells those who have to keep one that moved; gives how many moved. The history keeps what they were."""
    before = open_ones(w, code)
    for id in dict.fromkeys(row["conference"] for row in before if row["conference"]):
        kinds = {row["kind"] for row in before if row["conference"] == id}
        if "notice" in kinds:
            set_notice_deadlines(w, id)
        after_conference(w, id, kinds)
    for row in before:
        if row["kind"] == "agency_report":
            agency(w, row)
        elif row["kind"] == "periodic_report":
            about = w.row(report, row["subject"])
            run_clock(w, about["id"], about["unit"], ReportKind(about["kind"]), about["year"])
    moved = [(row, w.row(deadline, row["id"])["due"]) for row in before]
    for row, due in moved:
        if due != row["due"]:
            tell_owners(w, row, due, WORDS)
    return sum(due != row["due"] for row, due in moved)


def open_ones(w: Work, code: str) -> Sequence[RowMapping]:
    """The open deadlines that run under this profile."""
    found = select(deadline).where(deadline.c.clock == code, deadline.c.closed.is_(False))
    return w.db.execute(found.order_by(deadline.c.id)).mappings().all()


def after_conference(w: Work, id: str, kinds: set[str]) -> None:
    """The notice, signed or sent as far as it is, and the publication."""
    held, found = w.row(conference, id)["held_on"], w.db.execute(select(notice).where(notice.c.conference == id)).mappings().first()
    if held is None or found is None:
        return
    if "conclusion" in kinds:
        clocks.notice(w, id, held, extended=bool(found["ground"]))
        clocks.notice_done(w, id, found["signed_on"], clocks.day(found["distributed_on"]))
    if "publication" in kinds:
        clocks.publication(w, id, held)


def agency(w: Work, row: RowMapping) -> None:
    """An agency's reports, from the date on the notice or of its receipt."""
    one = w.row(agency_report, row["subject"])
    issued = w.db.scalar(select(notice.c.issued_on).where(notice.c.conference == one["conference"]))
    got = w.db.scalar(select(recipient.c.received_on).where(recipient.c.conference == one["conference"], recipient.c.body == one["body"]))
    if issued:
        clocks.report(w, one["conference"], one["id"], one["body"], issued, date.fromisoformat(got) if got else None)
