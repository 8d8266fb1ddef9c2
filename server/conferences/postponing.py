"""Postponing and cancelling: the chair's decision, with its reason. A new date is a new count, and what was sent for the old one is void."""

from __future__ import annotations

from typing import Any

from sqlalchemy import RowMapping, select

from moderation.case.stages import Stage, step
from server.conferences.plan import check_day, running_in, set_notice_deadlines
from server.conferences.queries import case
from server.conferences.tables import conference
from server.deadlines.deadlines import drop_deadlines
from server.deadlines.tables import deadline
from server.invitations.gates import void_invitations
from server.office.forms import Clock, Day, FormBody, Prose
from server.office.work import Work


class PostponeForm(FormBody):
    """Why, and until when if that is known."""

    why: Prose
    date: Day | None = None
    starts_at: Clock | None = None
    ends_at: Clock | None = None


class CancelForm(FormBody):
    """Why."""

    why: Prose


def postpone(w: Work, id: str, form: PostponeForm) -> None:
    """Puts the conference off. The old invitations are void at once, and with a new date the days before it are counted anew; unless every law of the case lets the
    first ones stand and goes on counting from the first day (raises `Refusal` rest_day_conference)."""
    found = case(w, id, "postpone_case")
    stage = step(Stage(found["stage"]), Stage.POSTPONED)
    check_day(w, found["profiles"], form.date)
    values: dict[str, Any] = {"stage": stage.value, "date": form.date.isoformat() if form.date else None, "last_day": None}
    if form.starts_at:
        values["starts_at"] = form.starts_at
    if form.ends_at:
        values["ends_at"] = form.ends_at
    if not first_stand(w, found):
        void_invitations(w, id, form.why)
    w.change(conference, id, why=form.why, **values)
    set_notice_deadlines(w, id)


def first_stand(w: Work, found: RowMapping) -> bool:
    """Whether every law of the case lets what was sent for the first day stand; under each that does, the deadline goes on counting from that day."""
    restarts = {profile.code: profile.counting.postponing_restarts for profile in running_in(w, found) if profile.counting.notice_days is not None}
    sent = select(deadline).where(deadline.c.kind == "notice", deadline.c.subject == found["id"])
    for row in w.db.execute(sent).mappings().all():
        if not restarts.get(row["clock"], True):
            w.change(deadline, row["id"], counted_from={**row["counted_from"], "stands": True})
    return bool(restarts) and not any(restarts.values())


def resume(w: Work, id: str) -> None:
    """Takes a postponed case up again: its plan stands, and it is invited to anew."""
    found = case(w, id, "postpone_case")
    stage = Stage.APPROVED if found["approved_at"] else Stage.DRAFT
    w.change(conference, id, stage=step(Stage(found["stage"]), stage).value)
    set_notice_deadlines(w, id)


def cancel(w: Work, id: str, form: CancelForm) -> None:
    """Calls the conference off."""
    found = case(w, id, "postpone_case")
    void_invitations(w, id, form.why)
    w.change(conference, id, why=form.why, stage=step(Stage(found["stage"]), Stage.CANCELLED).value)
    drop_deadlines(w, "notice", id)
