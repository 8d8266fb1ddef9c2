"""What waits for somebody: deadlines of their bodies, and the deadlines of the cases that they answer for. One question, asked by the desk and by the calendar."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, literal, or_, select

from moderation.case.rights import Duty, Staff
from server.conclusions.tables import conclusion
from server.conferences.tables import conference
from server.deadlines.tables import deadline
from server.organisation.tables import body
from server.petitions.tables import petition

ANSWERS_FOR_CASES = (Duty.CHAIR, Duty.ADVISING)
"""Duties whose holders see all deadlines of their unit's cases, not only those of their own body."""

PLACES: Mapping[str, str] = {
    "notice": "/van-phong/hoi-nghi/{case}/moi-va-thong-bao",
    "conclusion": "/van-phong/hoi-nghi/{case}/ket-luan",
    "publication": "/van-phong/hoi-nghi/{case}/ket-luan/cong-bo",
    "agency_report": "/van-phong/hoi-nghi/{case}/ket-luan/bao-cao",
    "task": "/van-phong/nhiem-vu/{subject}",
    "milestone": "/van-phong/nhiem-vu",
    "answer": "/van-phong/hoi-nghi/{case}/kien-nghi/{subject}/tra-loi",
    "preparation": "/van-phong/hoi-nghi/{case}/ke-hoach",
    "periodic_report": "/van-phong/bao-cao/{subject}",
    "data_answer": "/van-phong/du-lieu-ca-nhan",
    "data_done": "/van-phong/du-lieu-ca-nhan",
    "data_breach": "/van-phong/du-lieu-ca-nhan",
}
"""Kind of deadline → the page where it is met; others are met on the overview of their case."""


def reach(staff: Staff, *duties: Duty) -> frozenset[str]:
    """The units in which somebody has one of these duties (any duty without arguments)."""
    return frozenset(unit for post in staff.posts if not duties or post.duty in duties for unit in (*post.reach, post.unit))


def concerning(staff: Staff, *columns: Any) -> Select[Any]:
    """A question about the deadlines that concern somebody; the caller says which of them and in which order."""
    bodies, units = staff.bodies(), reach(staff, *ANSWERS_FOR_CASES)
    mine: list[ColumnElement[bool]] = []
    if bodies:
        mine.append(deadline.c.owner.in_(bodies))
    if units:
        mine.append(deadline.c.conference.in_(select(conference.c.id).where(conference.c.unit.in_(units))))
    return select(*columns).where(or_(*mine) if mine else false())


def with_titles(*more: Any) -> Select[Any]:
    """Deadlines with the title of their case, the name of who has to keep them, and what those of a petition or an item are `about`."""
    about = func.coalesce(petition.c.code + literal(" ") + petition.c.summary, conclusion.c.code + literal(" ") + conclusion.c.text, "")
    columns = (*deadline.c, conference.c.title.label("title"), about.label("about"), body.c.short.label("owner_name"), *more)
    return (
        select(*columns)
        .select_from(deadline)
        .outerjoin(body, body.c.id == deadline.c.owner)
        .outerjoin(conference, conference.c.id == deadline.c.conference)
        .outerjoin(petition, and_(deadline.c.kind == "answer", petition.c.id == deadline.c.subject))
        .outerjoin(conclusion, and_(deadline.c.kind == "task", conclusion.c.id == deadline.c.subject))
    )


def place_of(row: Mapping[Any, Any]) -> str:
    """The page where a deadline is met."""
    case = row["conference"]
    overview = "/van-phong/hoi-nghi/{case}" if case else "/"
    return PLACES.get(str(row["kind"]), overview).format(case=case, subject=row["subject"])
