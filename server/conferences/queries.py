"""Looking up cases."""

from __future__ import annotations

from typing import Any

from sqlalchemy import RowMapping

from server.conferences.tables import conference
from server.office.work import Work
from server.organisation.tables import unit


def case(w: Work, id: str, action: str = "see_case") -> RowMapping:
    """The conference, if the one who works may do this with it (raises `Refusal` conference_unknown, not_allowed)."""
    found = w.row(conference, id, "conference_unknown")
    w.allow(action, found["unit"])
    return found


def case_frame(w: Work, found: RowMapping) -> dict[str, Any]:
    """What the head of every page of a case shows."""
    return {"case": found, "unit": w.row(unit, found["unit"])}
