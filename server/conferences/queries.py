"""Looking up cases."""

from __future__ import annotations

from typing import Any

from sqlalchemy import RowMapping, select

from moderation.case.rights import Duty
from server.conferences.tables import conference
from server.office.work import Work
from server.organisation.tables import unit


def case(w: Work, id: str, action: str = "see_case") -> RowMapping:
    """The conference, if the one who works may do this with it (raises `Refusal` conference_unknown, not_allowed)."""
    found = w.row(conference, id, "conference_unknown")
    w.allow(action, found["unit"], *own_bodies(w))
    return found


def own_bodies(w: Work) -> tuple[str, ...]:
    """Bodies for which somebody works as an agency: a case of another unit opens for them where they have a task."""
    return tuple(w.by.bodies(Duty.AGENCY))


def case_frame(w: Work, found: RowMapping) -> dict[str, Any]:
    """What the head of every page of a case shows."""
    return {"case": found, "unit": w.row(unit, found["unit"])}
