"""What is fixed before the conference: the plan (Art. 8.1) with its venues, house rules, bodies, petitions and time limits."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from moderation.kernel import Actor, Command, Entry, Fact, Facts, Ms, Phase, Refusal, decides, evolves

if TYPE_CHECKING:
    from moderation.conference import Conference


@dataclass(frozen=True, slots=True)
class VenuePlan:
    """A place people sit in: kind is `main` (the hall), `branch` (điểm cầu) or `individual` (everybody at home)."""

    id: str
    name: str
    kind: str = "branch"
    capacity: int = 0
    backup_phone: str = ""


@dataclass(frozen=True, slots=True)
class Body:
    """A body that answers, is assigned, watches or is superior. `role`: answers | supervisor | advising."""

    id: str
    name: str
    short: str
    superior: bool = False
    external: bool = False
    role: str = "answers"


@dataclass(frozen=True, slots=True)
class PetitionPlan:
    """A petition collected beforehand (Art. 8.2) with the answer that was prepared. `represented`: the group has named who speaks for it (Art. 2.2); rooms that
    were planned before this was asked did not say so, and go on as they were."""

    id: str
    content: str
    petitioner: str = ""
    field: str = ""
    lead: str | None = None
    coordinating: tuple[str, ...] = ()
    within_authority: bool = True
    complex: bool = False
    escalate_to: str | None = None
    prepared_answer: str = ""
    group: bool = False
    represented: bool = True


@dataclass(frozen=True, slots=True)
class PlannedItem:
    """One line of the programme: step 1–7, who speaks, and for how many minutes (R14)."""

    step: int
    title: str
    by: str = ""
    minutes: int = 0
    starts: str = ""


@dataclass(frozen=True, slots=True)
class Settings:
    """Choices of one conference, with the defaults of the house rules. All in seconds unless said otherwise."""

    statement_s: int = 180
    follow_up_s: int = 90
    procedure_s: int = 60
    answer_s: int = 300
    interposition_s: int = 60
    prompt_s: int = 30
    floor_grace_s: int = 60
    soft_cut_s: int | None = None
    overtaken_limit: int = 3
    petitions_first: bool = False
    queue_limit: int | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """The plan as the live room needs it. `points` are those of Art. 6 for this regime, which the chair states in step 2;
    `out_of_scope` counts the letters that were sent elsewhere beforehand (complaints, denunciations: Art. 1.2, 1.3)."""

    title: str
    regime: str = "periodic"
    format: str = "combined"
    starts_at: Ms = 0
    ends_at: Ms = 0
    place: str = ""
    unit: str = ""
    chair_body: str = ""
    chair_title: str = ""
    notice_number: str = ""
    recording_notice: str = ""
    topics: tuple[str, ...] = ()
    house_rules: tuple[str, ...] = ()
    venues: tuple[VenuePlan, ...] = ()
    bodies: tuple[Body, ...] = ()
    petitions: tuple[PetitionPlan, ...] = ()
    programme: tuple[PlannedItem, ...] = ()
    out_of_scope: int = 0
    settings: Settings = Settings()


@dataclass(frozen=True, slots=True)
class PlanConference(Command):
    """Opens the case in the room: given once, by the room itself, when the plan is approved."""

    plan: Plan


@dataclass(frozen=True, slots=True)
class ConferencePlanned(Fact):
    plan: Plan


@decides(PlanConference)
def plan_conference(c: Conference, cmd: PlanConference, by: Actor, now: Ms) -> Facts:
    if c.seq:
        raise Refusal("already_planned")
    return (ConferencePlanned(cmd.plan),)


@evolves(ConferencePlanned)
def conference_planned(c: Conference, f: ConferencePlanned, e: Entry) -> Conference:
    from moderation.agenda import checklist
    from moderation.conclusion import Petition
    from moderation.people import VenueState

    plan = f.plan
    return replace(
        c,
        plan=plan,
        phase=Phase.PLANNED,
        format=plan.format,
        venues={v.id: VenueState(v.id) for v in plan.venues if v.kind != "individual"},
        petitions={
            p.id: Petition(p.id, p.content, p.petitioner, p.field, p.lead, p.coordinating, p.within_authority, p.complex,
                           p.escalate_to, p.prepared_answer, group=p.group, represented=p.represented or not p.group)
            for p in plan.petitions
        },
        agenda=replace(c.agenda, items=checklist(plan)),
        queue=replace(c.queue, limit=plan.settings.queue_limit),
    )  # fmt: skip
