"""Petitions, their answers, and the conclusion (Art. 9.7 and 10): one outcome for each petition and statement (R40, R41)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from moderation.floor import statement
from moderation.kernel import (
    MAX_TEXT,
    MAX_TOPIC,
    Actor,
    Command,
    Entry,
    Fact,
    Facts,
    Ms,
    Refusal,
    decides,
    evolves,
    fresh,
    put,
    text,
)
from moderation.people import holds_gavel

if TYPE_CHECKING:
    from moderation.conference import Conference


@dataclass(frozen=True, slots=True)
class Petition:
    """A petition: collected beforehand, or raised in the room by the speech `raised_by`. A `group` speaks through a representative (`groups.py`): `represented` once
    one is named, `representative` the person of the room who was named there."""

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
    raised_by: str | None = None
    answered_at: Ms | None = None
    answered_by: str | None = None
    answer: str = ""
    deferred: str = ""
    group: bool = False
    represented: bool = True
    representative: str | None = None


class Kind(StrEnum):
    """The six outcomes of R40."""

    ACCEPTED = "accepted"
    SETTLED = "settled"
    ASSIGNED = "assigned"
    EXPLAINED = "explained"
    BEYOND_AUTHORITY = "beyond_authority"
    TO_STUDY = "to_study"


NEEDS_AGENCY = frozenset({Kind.ASSIGNED, Kind.TO_STUDY})
NEEDS_DUE = frozenset({Kind.ASSIGNED, Kind.TO_STUDY})


@dataclass(frozen=True, slots=True)
class Outcome:
    """One item of the conclusion. `about` names petitions (KN-…) and statements (speech ids); `due` is an ISO date; `to` the body it goes to."""

    id: str
    kind: Kind
    about: tuple[str, ...]
    text: str
    lead: str | None
    coordinating: tuple[str, ...]
    due: str | None
    to: str | None
    version: int
    by: str
    at: Ms


# --- commands -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AnswerPetitions(Command):
    """Step 3: an agency's report answers petitions collected beforehand; without `answer` the prepared text stands."""

    petitions: tuple[str, ...]
    by: str | None = None
    answer: str = ""


@dataclass(frozen=True, slots=True)
class DeferPetition(Command):
    """The petition will be talked over in the room, with a reason (R11)."""

    petition: str
    reason: str


@dataclass(frozen=True, slots=True)
class RaisePetition(Command):
    """A speech brought up something new: it becomes a petition of its own."""

    petition: str
    speech: str
    content: str
    field: str = ""


@dataclass(frozen=True, slots=True)
class SetOutcome(Command):
    """Writes one item of the conclusion; `version` is the one the writer saw (0 for a new item), so that nobody overwrites unseen."""

    outcome: str
    kind: Kind
    about: tuple[str, ...]
    text: str
    lead: str | None = None
    coordinating: tuple[str, ...] = ()
    due: str | None = None
    to: str | None = None
    version: int = 0


@dataclass(frozen=True, slots=True)
class DropOutcome(Command):
    """Takes an item out of the draft; the journal keeps it."""

    outcome: str
    version: int


@dataclass(frozen=True, slots=True)
class ExtendNotice(Command):
    """15 working days instead of 10 for the notice, on one of the two grounds of Art. 10.1 (R41). `ground`: beyond_authority | complex."""

    ground: str
    words: str


# --- facts --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PetitionsAnswered(Fact):
    petitions: tuple[str, ...]
    body: str | None = None
    answer: str = ""


@dataclass(frozen=True, slots=True)
class PetitionDeferred(Fact):
    petition: str
    reason: str


@dataclass(frozen=True, slots=True)
class PetitionRaised(Fact):
    petition: str
    speech: str
    content: str
    field: str = ""


@dataclass(frozen=True, slots=True)
class OutcomeSet(Fact):
    outcome: str
    kind: Kind
    about: tuple[str, ...]
    text: str
    lead: str | None
    coordinating: tuple[str, ...]
    due: str | None
    to: str | None
    version: int


@dataclass(frozen=True, slots=True)
class OutcomeDropped(Fact):
    outcome: str


@dataclass(frozen=True, slots=True)
class NoticeExtended(Fact):
    ground: str
    words: str


# --- rules --------------------------------------------------------------------------------------------------------------


def iso_date(value: str | None) -> str | None:
    from datetime import date

    if value is None:
        return None
    try:
        if len(value) != 10:
            raise ValueError(value)
        return date.fromisoformat(value).isoformat()
    except ValueError:
        raise Refusal("bad_date", date=value[:40]) from None


def body_known(c: Conference, id: str | None) -> None:
    if id is not None and id not in {b.id for b in c.plan.bodies}:
        raise Refusal("body_unknown", body=id[:40])


def petition(c: Conference, id: str) -> Petition:
    if id not in c.petitions:
        raise Refusal("petition_unknown")
    return c.petitions[id]


def seen(c: Conference, id: str, version: int) -> None:
    """A stale save is answered with the text as it stands now, never carried out (R37)."""
    now = c.outcomes.get(id)
    if (now.version if now else 0) != version:
        raise Refusal("stale", version=now.version if now else 0, text=now.text if now else "", by=now.by if now else "")


def may_extend(c: Conference) -> tuple[str, ...]:
    """The grounds on which the notice may take 15 working days instead of 10, from the outcomes as they stand (Art. 10.1, R41)."""
    grounds = []
    if any(o.kind is Kind.BEYOND_AUTHORITY for o in c.outcomes.values()):
        grounds.append("beyond_authority")
    about = {id for o in c.outcomes.values() for id in o.about}
    if any(o.kind is Kind.TO_STUDY for o in c.outcomes.values()) or any(c.petitions[id].complex for id in about if id in c.petitions):
        grounds.append("complex")
    return tuple(grounds)


# --- decide -------------------------------------------------------------------------------------------------------------


@decides(AnswerPetitions)
def answer_petitions(c: Conference, cmd: AnswerPetitions, by: Actor, now: Ms) -> Facts:
    ids = tuple(dict.fromkeys(cmd.petitions))
    if not ids:
        raise Refusal("nobody_named")
    body_known(c, cmd.by)
    answer = text(cmd.answer, MAX_TEXT, "answer", required=False)
    for id in ids:
        if petition(c, id).answered_at:
            raise Refusal("already_answered", petition=id)
        if not answer and not c.petitions[id].prepared_answer:
            raise Refusal("no_prepared_answer", petition=id)
    return (PetitionsAnswered(ids, cmd.by, answer),)


@decides(DeferPetition)
def defer_petition(c: Conference, cmd: DeferPetition, by: Actor, now: Ms) -> Facts:
    p = petition(c, cmd.petition)
    if p.answered_at or p.deferred:
        raise Refusal("nothing_to_change")
    return (PetitionDeferred(cmd.petition, text(cmd.reason, MAX_TOPIC, "reason")),)


@decides(RaisePetition)
def raise_petition(c: Conference, cmd: RaisePetition, by: Actor, now: Ms) -> Facts:
    fresh(c.petitions, cmd.petition)
    statement(c, cmd.speech)
    return (PetitionRaised(cmd.petition, cmd.speech, text(cmd.content, MAX_TEXT, "content"), text(cmd.field, 60, "field", required=False)),)


@decides(SetOutcome)
def set_outcome(c: Conference, cmd: SetOutcome, by: Actor, now: Ms) -> Facts:
    if cmd.outcome not in c.outcomes:
        fresh(c.outcomes, cmd.outcome)
    seen(c, cmd.outcome, cmd.version)
    about = tuple(dict.fromkeys(cmd.about))
    if not about:
        raise Refusal("outcome_about_nothing")
    for id in about:
        if id not in c.petitions:
            statement(c, id)
        other = next((o for o in c.outcomes.values() if id in o.about and o.id != cmd.outcome), None)
        if other:
            raise Refusal("has_an_outcome", about=id, outcome=other.id)
    for body in (cmd.lead, cmd.to, *cmd.coordinating):
        body_known(c, body)
    due = iso_date(cmd.due)
    if cmd.kind in NEEDS_AGENCY and cmd.lead is None:
        raise Refusal("outcome_needs_agency")
    if cmd.kind in NEEDS_DUE and due is None:
        raise Refusal("outcome_needs_due")
    if cmd.kind is Kind.BEYOND_AUTHORITY and cmd.to is None:
        raise Refusal("outcome_needs_receiver")
    words = text(cmd.text, MAX_TEXT, "text")
    return (OutcomeSet(cmd.outcome, cmd.kind, about, words, cmd.lead, tuple(dict.fromkeys(cmd.coordinating)), due, cmd.to, cmd.version + 1),)


@decides(DropOutcome)
def drop_outcome(c: Conference, cmd: DropOutcome, by: Actor, now: Ms) -> Facts:
    if cmd.outcome not in c.outcomes:
        raise Refusal("outcome_unknown")
    seen(c, cmd.outcome, cmd.version)
    return (OutcomeDropped(cmd.outcome),)


@decides(ExtendNotice)
def extend_notice(c: Conference, cmd: ExtendNotice, by: Actor, now: Ms) -> Facts:
    holds_gavel(c, by)
    if c.notice_ground:
        raise Refusal("nothing_to_change")
    if cmd.ground not in may_extend(c):
        raise Refusal("no_ground_to_extend", grounds=list(may_extend(c)))
    return (NoticeExtended(cmd.ground, text(cmd.words, MAX_TOPIC, "words")),)


# --- evolve -------------------------------------------------------------------------------------------------------------


@evolves(PetitionsAnswered)
def petitions_answered(c: Conference, f: PetitionsAnswered, e: Entry) -> Conference:
    petitions = dict(c.petitions)
    for id in f.petitions:
        p = petitions[id]
        petitions[id] = replace(p, answered_at=e.at, answered_by=f.body or p.lead, answer=f.answer or p.prepared_answer)
    return replace(c, petitions=petitions)


@evolves(PetitionDeferred)
def petition_deferred(c: Conference, f: PetitionDeferred, e: Entry) -> Conference:
    return replace(c, petitions=put(c.petitions, f.petition, replace(c.petitions[f.petition], deferred=f.reason)))


@evolves(PetitionRaised)
def petition_raised(c: Conference, f: PetitionRaised, e: Entry) -> Conference:
    raised = Petition(f.petition, f.content, field=f.field, raised_by=f.speech)
    return replace(c, petitions=put(c.petitions, f.petition, raised))


@evolves(OutcomeSet)
def outcome_set(c: Conference, f: OutcomeSet, e: Entry) -> Conference:
    outcome = Outcome(f.outcome, f.kind, f.about, f.text, f.lead, f.coordinating, f.due, f.to, f.version, e.by, e.at)
    return replace(c, outcomes=put(c.outcomes, f.outcome, outcome))


@evolves(OutcomeDropped)
def outcome_dropped(c: Conference, f: OutcomeDropped, e: Entry) -> Conference:
    return replace(c, outcomes={k: v for k, v in c.outcomes.items() if k != f.outcome})


@evolves(NoticeExtended)
def notice_extended(c: Conference, f: NoticeExtended, e: Entry) -> Conference:
    return replace(c, notice_ground=f.ground, notice_words=f.words)
