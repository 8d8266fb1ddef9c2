"""Assigning petitions to the agencies that draft the answers (D8.2c); what the Front proposes about it; who is concerned but not invited (D8.1d)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from moderation import Refusal
from moderation.case.petitions import IN_DIALOGUE, State, step
from server.office.work import Work
from server.organisation.tables import body
from server.pages import day
from server.petitions.dues import answer_due_again
from server.petitions.queries import bodies, petition_of_case
from server.petitions.tables import petition, petition_proposal
from server.petitions.telling import tell_agency, tell_sender


@dataclass(frozen=True, slots=True)
class Assignment:
    """Who answers: one lead, others with it, and by when."""

    lead: str
    coordinating: tuple[str, ...] = ()
    due: date | None = None


def assign(w: Work, id: str, petition_id: str, assignment: Assignment, seen: int | None = None) -> None:
    """Assigns a petition, or assigns it anew. Without a day, the draft is due when all answers of the conference are."""
    found, row = petition_of_case(w, id, petition_id, "assign_petition")
    known = bodies(w, found["unit"])
    if assignment.lead not in known:
        raise Refusal("body_unknown", field="lead")
    others = tuple(dict.fromkeys(other for other in assignment.coordinating if other != assignment.lead))
    if any(other not in known for other in others):
        raise Refusal("body_unknown", field="coordinating")
    due = assignment.due.isoformat() if assignment.due else found["answers_due"]
    if assignment.due and found["date"] and due > found["date"]:
        raise Refusal("due_after_conference", field="due", date=day(found["date"]))
    now = State(row["state"])
    anew = row["lead"] != assignment.lead
    then = now if now in IN_DIALOGUE and now is not State.ACCEPTED and not anew else step(now, State.ASSIGNED)
    w.change(petition, petition_id, seen=seen, lead=assignment.lead, coordinating=list(others), answer_due=due, state=then.value)
    if then is State.ASSIGNED:
        answer_due_again(w, w.row(petition, petition_id))
    if anew:
        tell_agency(w, petition_id, assignment.lead, "assigned_agency", due=day(due) if due else "—")
        tell_sender(w, petition_id, "assigned", agency=known[assignment.lead]["name"])


def propose(w: Work, id: str, petition_id: str, lead: str, note: str) -> str:
    """The Front proposes who should answer."""
    found, _ = petition_of_case(w, id, petition_id, "propose_assignment")
    if lead not in bodies(w, found["unit"]):
        raise Refusal("body_unknown", field="proposed_lead")
    return w.add(petition_proposal, conference=id, petition=petition_id, proposed_lead=lead, note=note, by=w.by.account, at=w.now, settled="")


def settle(w: Work, id: str, petition_id: str, proposal_id: str, taken: bool) -> None:
    """Takes a proposal, which assigns the petition, or declines it."""
    _, row = petition_of_case(w, id, petition_id, "assign_petition")
    proposal = w.row(petition_proposal, proposal_id)
    if proposal["petition"] != petition_id or proposal["settled"]:
        raise Refusal("proposal_settled")
    w.change(petition_proposal, proposal_id, settled="taken" if taken else "declined")
    if taken:
        assign(w, id, petition_id, Assignment(proposal["proposed_lead"], tuple(row["coordinating"])))


def leads(w: Work, id: str) -> Mapping[str, str]:
    """The bodies that lead an answer of a conference: id → short name, for the filter of the list."""
    leading = select(petition.c.lead).where(petition.c.conference == id)
    return {row.id: row.short for row in w.db.execute(select(body.c.id, body.c.short).where(body.c.id.in_(leading)).order_by(body.c.short))}
