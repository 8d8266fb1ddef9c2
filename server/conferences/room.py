"""Between the case and its room: the plan that the room opens with, and what the case learns when the room runs and closes (Art. 9)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from sqlalchemy import or_, select

from moderation import Conference, Refusal
from moderation.case.stages import BEFORE, Stage, step
from moderation.kernel import Identity, Phase, Role
from moderation.people import AddPerson, Channel
from moderation.plan import Body, PetitionPlan, Plan, PlannedItem, Settings, VenuePlan
from server.clock import day_of, moment
from server.conferences.tables import chair, conference, participant, programme_item, venue
from server.office.work import Work
from server.organisation.tables import body, office, unit

ROLES_OF_BODIES = {"advising_unit": "advising", "advising": "advising", "supervisor": "supervisor", "mass_mobilisation": "supervisor"}

Learns = Callable[[Work, str, Conference], None]
"""Something that follows from the state of a room: called when the room closes and whenever its outcome changes afterwards; doing it twice changes nothing."""


def plan_of(w: Work, id: str, petitions: tuple[PetitionPlan, ...], out_of_scope: int) -> Plan:
    """The plan of a case as the room needs it (raises `Refusal` plan_incomplete, naming what is missing)."""
    case = w.row(conference, id, "conference_unknown")
    place = w.row(unit, case["unit"])
    presides = w.db.execute(
        select(office.c.title, body.c.name).join(office, office.c.id == chair.c.office).join(body, body.c.id == office.c.body)
        .where(chair.c.conference == id).order_by(chair.c.place)
    ).first()  # fmt: skip
    venues = w.db.execute(select(venue).where(venue.c.conference == id).order_by(venue.c.code)).mappings().all()
    missing = [name for name in ("date", "starts_at", "ends_at", "format") if not case[name]]
    if presides is None:
        missing.append("chair")
    if not any(v["kind"] == "main" for v in venues) and case["format"] != "online":
        missing.append("venue")
    if missing or presides is None:
        raise Refusal("plan_incomplete", missing=missing)
    day = date.fromisoformat(case["date"])
    bodies = w.db.execute(select(body).where(or_(body.c.unit == case["unit"], body.c.unit == place["parent"])).order_by(body.c.id)).mappings()
    programme = w.db.execute(select(programme_item).where(programme_item.c.conference == id).order_by(programme_item.c.step)).mappings()
    return Plan(
        title=case["title"],
        regime=case["regime"],
        format=case["format"],
        starts_at=moment(day, case["starts_at"]),
        ends_at=moment(date.fromisoformat(case["last_day"] or case["date"]), case["ends_at"]),
        place=case["place"],
        unit=place["name"],
        chair_body=presides.name,
        chair_title=presides.title,
        recording_notice=case["recording_notice"],
        topics=tuple(case["topics"]),
        house_rules=tuple(case["house_rules"]),
        venues=tuple(VenuePlan(v["code"], v["name"], v["kind"], v["capacity"], v["backup_phone"]) for v in venues),
        bodies=tuple(Body(b["id"], b["name"], b["short"], b["superior"], b["external"], ROLES_OF_BODIES.get(b["part"], "answers")) for b in bodies),
        petitions=petitions,
        programme=tuple(PlannedItem(p["step"], p["title"], p["by"], p["minutes"], p["starts"]) for p in programme),
        out_of_scope=out_of_scope,
        settings=Settings(statement_s=case["speech_seconds"], follow_up_s=case["follow_up_seconds"]),
    )


def people_of(w: Work, id: str) -> tuple[AddPerson, ...]:
    """Who is on the list of the room before it opens (raises `Refusal` plan_incomplete without a chair or a secretary: D9.1)."""
    rows = w.db.execute(select(participant).where(participant.c.conference == id).order_by(participant.c.person)).mappings().all()
    missing = [role.value for role in (Role.CHAIR, Role.SECRETARY) if not any(row["role"] == role.value for row in rows)]
    if missing:
        raise Refusal("plan_incomplete", missing=missing)
    return tuple(
        AddPerson(
            row["person"],
            (Role(row["role"]),),
            Identity(row["name"]),
            channel_of(row["role"]),
            row["venue"] or None,
            body=row["body"],
            deputy=row["deputy"],
        )
        for row in rows
    )


def channel_of(role: str) -> Channel:
    """Where somebody of this role sits at first."""
    return {"operator": Channel.VENUE, "citizen": Channel.ONLINE}.get(role, Channel.HALL)


def accounts_of(w: Work, id: str) -> dict[str, str]:
    """Person in the room → the account that sits there."""
    rows = w.db.execute(select(participant.c.person, participant.c.account).where(participant.c.conference == id, participant.c.account.is_not(None)))
    return {row.person: row.account for row in rows}


def opened(w: Work, id: str) -> None:
    """Notes that the room is open for joining: the case is ready."""
    case = w.row(conference, id, "conference_unknown")
    stage = Stage(case["stage"])
    if stage in BEFORE:
        w.change(conference, id, stage=step(stage, Stage.READY).value, opened_at=case["opened_at"] or w.now)


def learn(w: Work, state: Conference, learns: tuple[Learns, ...] = ()) -> None:
    """Carries what the room says to its case: it is in session, it was closed on this day, and what it decided."""
    case = w.db.execute(select(conference).where(conference.c.id == state.id)).mappings().first()
    if case is None:
        return
    w.act = "hold_conference"
    stage = Stage(case["stage"])
    if stage in BEFORE and state.phase is not Phase.PLANNED:
        w.change(conference, state.id, stage=Stage.IN_SESSION.value, opened_at=case["opened_at"] or w.now)
        stage = Stage.IN_SESSION
    if state.phase not in (Phase.CLOSED, Phase.FROZEN):
        return
    if stage is Stage.IN_SESSION:
        closed = state.agenda.closed_at
        w.change(conference, state.id, stage=Stage.AWAITING_NOTICE.value, held_on=day_of(closed if closed else w.now).isoformat())
    for learned in learns:
        learned(w, state.id, state)
