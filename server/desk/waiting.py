"""What waits for somebody: deadlines of their bodies, and the deadlines of the cases that they answer for. One question, asked by the desk and by the calendar."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import ColumnElement, Select, false, or_, select

from moderation.case.rights import Duty, Staff
from server.conferences.tables import conference
from server.deadlines.tables import deadline

ANSWERS_FOR_CASES = (Duty.CHAIR, Duty.ADVISING)
"""Duties whose holders see all deadlines of their unit's cases, not only those of their own body."""

PLACES: Mapping[str, str] = {
    "notice": "/moi-va-thong-bao",
    "conclusion": "/ket-luan",
    "publication": "/ket-luan",
    "agency_report": "/ket-luan",
    "task": "/ket-luan",
    "milestone": "/ket-luan",
    "answer": "/kien-nghi",
    "preparation": "/ke-hoach",
    "dossier": "/ho-so",
}
"""Kind of deadline → the tab of its case where it is met; others are met on the overview."""
ELSEWHERE: Mapping[str, str] = {
    "periodic_report": "/van-phong/bao-cao",
    "data_request": "/van-phong/du-lieu-ca-nhan",
    "year_programme": "/van-phong/chuong-trinh-nam",
}
"""Kinds that belong to no case → their page."""


def reach(staff: Staff, *duties: Duty) -> frozenset[str]:
    """The units in which somebody has one of these duties (any duty without arguments)."""
    return frozenset(unit for post in staff.posts if not duties or post.duty in duties for unit in (*post.reach, post.unit))


def own_deadlines(staff: Staff) -> Select[tuple[object, ...]]:
    """The deadlines that concern somebody, with the title of their case; the caller says which of them and in which order."""
    bodies, units = staff.bodies(), reach(staff, *ANSWERS_FOR_CASES)
    mine: list[ColumnElement[bool]] = []
    if bodies:
        mine.append(deadline.c.owner.in_(bodies))
    if units:
        mine.append(conference.c.unit.in_(units))
    columns = (*deadline.c, conference.c.title.label("title"))
    return select(*columns).outerjoin(conference, conference.c.id == deadline.c.conference).where(or_(*mine) if mine else false())


def place_of(kind: str, case: str | None) -> str:
    """The page where a deadline is met."""
    if case is None:
        return ELSEWHERE.get(kind, "/")
    return f"/van-phong/hoi-nghi/{case}{PLACES.get(kind, '')}"
