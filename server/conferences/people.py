"""Who sits in the room for those who hold the conference: drawn up from the plan, then put right by hand."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import or_, select

from moderation import Refusal
from moderation.case.rights import Duty
from moderation.kernel import Role
from server.conferences.queries import case
from server.conferences.tables import chair, participant, venue
from server.db.tables import account
from server.office.forms import Code, FormBody, Line
from server.office.work import Work
from server.organisation.tables import body, duty, office

ROLES = tuple(role.value for role in Role if role not in (Role.SYSTEM, Role.CITIZEN))
"""Roles that somebody is put on the list for; citizens come by invitation or by the lobby."""


class PersonForm(FormBody):
    """One line of the list."""

    role: Code
    name: Line
    body: Code | None = None
    venue: Code | None = None
    account: Code | None = None


def draw_up(w: Work, id: str) -> int:
    """Puts on the list whoever the plan and the duties of today name and who is not there yet: chairs, the advising body's people, the agencies and the Front of
    the unit, one operator for each branch venue, the display. Gives how many were added."""
    found = case(w, id, "draft_case")
    there = {row.person for row in w.db.execute(select(participant.c.person).where(participant.c.conference == id))}
    wanted: list[dict[str, Any]] = []
    chairs = w.db.execute(
        select(office.c.title, office.c.body, chair.c.account, chair.c.deputy)
        .join(office, office.c.id == chair.c.office)
        .where(chair.c.conference == id)
        .order_by(chair.c.place)
    )
    for place, row in enumerate(chairs):
        wanted.append(
            {
                "person": "chair" if place == 0 else f"chair-{place + 1}",
                "role": "chair",
                "name": row.title,
                "body": row.body,
                "account": row.account,
                "deputy": row.deputy,
            }
        )
    for role, of in (("office", Duty.ADVISING), ("secretary", Duty.SECRETARY), ("desk", Duty.INTAKE)):
        rows = holders(w, of, found["unit"])
        for place, row in enumerate(rows):
            wanted.append(
                {"person": role if place == 0 else f"{role}-{place + 1}", "role": role, "name": row.name, "body": row.body, "account": row.account}
            )
    for row in holders(w, Duty.AGENCY, found["unit"]):
        wanted.append({"person": f"agency-{row.body}", "role": "agency", "name": row.name, "body": row.body, "account": row.account})
    for row in (*holders(w, Duty.FRONT, found["unit"]), *holders(w, Duty.MOBILISATION, found["unit"])):
        wanted.append({"person": f"monitor-{row.body}", "role": "monitor", "name": row.name, "body": row.body, "account": row.account})
    for at in w.db.execute(
        select(venue.c.code, venue.c.operator, venue.c.name).where(venue.c.conference == id, venue.c.kind == "branch").order_by(venue.c.code)
    ):
        wanted.append({"person": f"op-{at.code}", "role": "operator", "name": at.operator or at.name, "venue": at.code})
    wanted.append({"person": "display", "role": "display", "name": "Màn hình hội trường"})
    added = 0
    for person in wanted:
        if person["person"] not in there:
            there.add(person["person"])
            w.add(participant, conference=id, **person)
            added += 1
    return added


def holders(w: Work, of: Duty, unit: str) -> list[Any]:
    """Who has a duty at a body of a unit today: (account, name, body)."""
    day = w.today.isoformat()
    return list(
        w.db.execute(
            select(duty.c.account, account.c.name, duty.c.body)
            .join(account, account.c.id == duty.c.account)
            .join(body, body.c.id == duty.c.body)
            .where(
                duty.c.role == of.value,
                body.c.unit == unit,
                duty.c.valid_from <= day,
                or_(duty.c.valid_to.is_(None), duty.c.valid_to >= day),
                account.c.disabled.is_(False),
            )
            .order_by(account.c.login)
        )
    )


def add_person(w: Work, id: str, person: PersonForm) -> str:
    """Puts somebody on the list; gives their id in the room. Raises `Refusal` role_unknown, venue_unknown, body_unknown."""
    case(w, id, "draft_case")
    if person.role not in ROLES:
        raise Refusal("role_unknown", field="role")
    if person.venue and w.db.scalar(select(venue.c.id).where(venue.c.conference == id, venue.c.code == person.venue)) is None:
        raise Refusal("venue_unknown", field="venue", venue=person.venue)
    if person.role == "operator" and not person.venue:
        raise Refusal("venue_needed", field="venue")
    if person.body and w.db.scalar(select(body.c.id).where(body.c.id == person.body)) is None:
        raise Refusal("body_unknown", field="body", body=person.body)
    taken = {row.person for row in w.db.execute(select(participant.c.person).where(participant.c.conference == id))}
    stem = f"op-{person.venue}" if person.role == "operator" else f"{person.role}-{person.body}" if person.body else person.role
    name = stem = re.sub(r"[^A-Za-z0-9._-]", "-", stem)
    count = 1
    while name in taken:
        count += 1
        name = f"{stem}-{count}"
    w.add(
        participant,
        conference=id,
        person=name,
        role=person.role,
        name=person.name,
        body=person.body,
        venue=person.venue or "",
        account=person.account,
    )
    return name


def take_off(w: Work, id: str, person: str) -> None:
    """Takes somebody off the list before the room is open (raises `Refusal` room_is_open)."""
    found = case(w, id, "draft_case")
    if found["opened_at"]:
        raise Refusal("room_is_open")
    row = w.db.execute(select(participant.c.id).where(participant.c.conference == id, participant.c.person == person)).first()
    if row is None:
        raise Refusal("person_unknown", person=person)
    w.drop(participant, row.id)
