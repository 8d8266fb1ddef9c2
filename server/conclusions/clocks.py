"""The clocks that run after a conference: the notice, the publication, the agencies' reports, each task and milestone, under every legal profile of the case."""

from __future__ import annotations

from datetime import date

from sqlalchemy import RowMapping, select

from moderation.case.calendar import Calendar
from moderation.case.deadlines import Deadline, agency_report_due, conclusion_done, conclusion_due, publication_due
from moderation.case.following import ItemState
from moderation.case.profiles import Profile
from server.calendar import load
from server.conclusions.tables import conclusion
from server.conferences.tables import conference
from server.deadlines.deadlines import drop_deadlines, meet, set_deadline
from server.deadlines.tables import deadline
from server.office.work import Work
from server.organisation.queries import profiles


def working_days(w: Work) -> Calendar:
    """The calendar as it stands."""
    return load(w.db)


def profiles_of(w: Work, case: RowMapping) -> tuple[Profile, ...]:
    """The profiles whose clocks run in this case, with their settings as they are kept."""
    return tuple(profile for profile in profiles(w.db) if profile.code in case["profiles"])


def after_conference(w: Work, id: str, held_on: str) -> None:
    """The notice (10 working days) and, by State law, the publication (10 days), from the closing day."""
    notice(w, id, held_on, extended=False)
    publication(w, id, held_on)


def notice(w: Work, id: str, held_on: str, *, extended: bool) -> None:
    """The notice takes 10 working days from the conference; once the chair has extended it 15 in all (D10.1c)."""
    case, calendar = w.row(conference, id), working_days(w)
    for profile in profiles_of(w, case):
        keep(w, case, "conclusion", conclusion_due(profile, calendar, date.fromisoformat(held_on), extended))


def publication(w: Work, id: str, held_on: str) -> None:
    """By State law the results are public within 10 days of the closing day."""
    case, calendar = w.row(conference, id), working_days(w)
    for profile in profiles_of(w, case):
        keep(w, case, "publication", publication_due(profile, calendar, date.fromisoformat(held_on)))


def keep(w: Work, case: RowMapping, kind: str, found: Deadline | None) -> None:
    """A deadline of the conference itself, which the advising unit has to keep."""
    if found is not None:
        owner = case["advising_body"] or ""
        set_deadline(w, conference=case["id"], kind=kind, clock=found.clock, counted_from=found.counted_from, owner=owner)


def notice_done(w: Work, id: str, signed_on: str | None, last_sent_on: date | None) -> None:
    """Meets the notice's deadline under each clock by which it is done: signed or, by default, sent to the last (D10.1a)."""
    for profile in profiles_of(w, w.row(conference, id)):
        if done := conclusion_done(profile, day(signed_on), last_sent_on):
            meet(w, "conclusion", "", done.isoformat(), id, profile.code)


def due_of(w: Work, id: str, kind: str, subject: str = "") -> RowMapping | None:
    """The deadline of this kind that is due first; `subject` is the conference itself unless given."""
    found = select(deadline).where(deadline.c.conference == id, deadline.c.kind == kind, deadline.c.subject == subject)
    return w.db.execute(found.order_by(deadline.c.due)).mappings().first()


def report_days(w: Work, case: RowMapping) -> Profile | None:
    """The profile that asks agencies for their reports (Art. 10.2)."""
    return next((profile for profile in profiles_of(w, case) if profile.counting.agency_report_days is not None), None)


def report(w: Work, id: str, subject: str, body: str, issued_on: str, received_on: date | None = None) -> None:
    """An agency's reports, from the date on the notice or of its receipt, where a profile asks for them."""
    profile = report_days(w, w.row(conference, id))
    if profile is None:
        return
    found = agency_report_due(profile, working_days(w), date.fromisoformat(issued_on), received_on)
    if found is not None:
        set_deadline(w, conference=id, kind="agency_report", subject=subject, clock=profile.code, counted_from=found.counted_from, owner=body)


def task(w: Work, item: RowMapping) -> None:
    """The date that the chair set for an item: kept while it is open, met when it is done, gone when it has none."""
    there = due_of(w, item["conference"], "task", item["id"])
    if item["due"] and ItemState(item["state"]) is not ItemState.SETTLED:
        if there is not None and there["met_on"] and item["state"] == ItemState.OPEN:
            run_again(w, item["conference"], "task", item["id"])
        if there is None or there["due"] != item["due"]:
            set_deadline(w, conference=item["conference"], kind="task", subject=item["id"], counted_from={"rule": "date", "on": item["due"]},
                         owner=item["lead"] or "")  # fmt: skip
        if item["done_on"]:
            meet(w, "task", item["id"], item["done_on"])
    elif there is not None:
        drop_deadlines(w, "task", item["id"])


def step(w: Work, row: RowMapping) -> None:
    """The date of a milestone, owned by the lead of its item."""
    lead = w.db.scalar(select(conclusion.c.lead).where(conclusion.c.id == row["conclusion"])) or ""
    set_deadline(w, conference=row["conference"], kind="milestone", subject=row["id"], counted_from={"rule": "date", "on": row["due"]}, owner=lead)
    if row["done_on"]:
        meet(w, "milestone", row["id"], row["done_on"])


def run_again(w: Work, id: str, kind: str, subject: str = "") -> None:
    """What was met turns out not to be done."""
    found = select(deadline.c.id).where(deadline.c.conference == id, deadline.c.kind == kind, deadline.c.subject == subject)
    for row in w.db.scalars(found).all():
        w.change(deadline, row, met_on=None, closed=False)


def forget(w: Work, subject: str) -> None:
    """Nothing is due for this item, milestone or report any more."""
    for kind in ("task", "milestone", "agency_report"):
        drop_deadlines(w, kind, subject)


def day(value: str | None) -> date | None:
    """An ISO text as a date."""
    return date.fromisoformat(value) if value else None


__all__ = [
    "after_conference",
    "day",
    "due_of",
    "forget",
    "meet",
    "notice",
    "notice_done",
    "publication",
    "report",
    "report_days",
    "run_again",
    "step",
    "task",
    "working_days",
]
