"""A request on its way: received, answered in two working days, done in its term or refused with the reason. Each clock is a row of the deadlines."""

from __future__ import annotations

from sqlalchemy import RowMapping, func, select

from moderation import Refusal
from moderation.case.protection import ANSWER, TERMS, Ask, RequestState, Term, check_days, step
from server.accounts.keys import Keys
from server.conferences.tables import conference
from server.deadlines.deadlines import drop_deadlines, meet, set_deadline
from server.office.work import Work
from server.organisation.tables import body
from server.petitions.tables import petition
from server.petitions.tracking import petition_by_code, typed
from server.protection.tables import data_request, data_term
from server.protection.traces import Person

ANSWER_CLOCK, DONE_CLOCK = "data_answer", "data_done"
"""Kinds of the two deadlines."""
MOST_OPEN = 5
"""Most open requests of one petition's sender: more say nothing new."""


def term(w: Work, what: str) -> Term:
    """The term of an answer, or of doing what was asked."""
    row = w.db.execute(select(data_term).where(data_term.c.id == what)).mappings().first()
    return Term(row["days"], TERMS[what].working, row["source"]) if row else TERMS[what]


def set_term(w: Work, what: str, days: int, source: str) -> None:
    """Changes a term, with where that stands. Requests under way keep theirs."""
    w.allow("keep_organisation")
    if what not in TERMS:
        raise Refusal("not_found")
    if w.db.scalar(select(data_term.c.id).where(data_term.c.id == what)) is None:
        w.add(data_term, id=what, days=check_days(days), source=source)
    else:
        w.change(data_term, what, days=check_days(days), source=source)


def from_citizen(w: Work, keys: Keys, code: str, ask: Ask, text: str) -> str:
    """A request by somebody who proves who they are by the tracking code of their petition (raises `Refusal` tracking_code_unknown, too_many_requests)."""
    w.act = "send_data_request"
    row = petition_by_code(w, keys, typed(code))
    if len([r for r in of_petition(w, row["id"]) if r["state"] in (RequestState.RECEIVED, RequestState.ANSWERED)]) >= MOST_OPEN:
        raise Refusal("too_many_requests", field="text", limit=MOST_OPEN)
    unit = w.row(conference, row["conference"])["unit"]
    return _received(w, unit, ask, text, name=row["name"], phone=row["phone"], email=row["email"], petition=row["id"])


def keyed(w: Work, unit: str, ask: Ask, text: str, *, name: str, phone: str, email: str, proof: str, received_on: str) -> str:
    """A request that somebody made at the office or by letter, entered by staff who made sure of who they are."""
    w.allow("handle_data_requests", unit)
    return _received(w, unit, ask, text, name=name, phone=phone, email=email, proof=proof, keyed_by=w.by.account, received_on=received_on)


def _received(w: Work, unit: str, ask: Ask, text: str, *, received_on: str = "", **who: str) -> str:
    day = received_on or w.today.isoformat()
    number = (w.db.scalar(select(func.max(data_request.c.number)).where(data_request.c.unit == unit)) or 0) + 1
    id = w.add(
        data_request, unit=unit, number=number, ask=ask.value, state=RequestState.RECEIVED.value, received_at=w.now, received_on=day, text=text, **who
    )
    owner = w.db.scalar(select(body.c.id).where(body.c.unit == unit, body.c.part.in_(("advising", "advising_unit"))).order_by(body.c.id)) or ""
    for kind, what in ((ANSWER_CLOCK, ANSWER), (DONE_CLOCK, ask.value)):
        given = term(w, what)
        rule = (
            {"rule": "working_after", "from": day, "days": given.days}
            if given.working
            else {"rule": "calendar_after", "from": day, "days": given.days, "roll": True}
        )
        set_deadline(w, conference=None, kind=kind, subject=id, counted_from=rule, owner=owner)
    return id


def found(w: Work, id: str) -> RowMapping:
    """The request, if the one who works may handle it (raises `Refusal` not_found, not_allowed)."""
    row = w.row(data_request, id)
    w.allow("handle_data_requests", row["unit"])
    return row


def person_of(row: RowMapping) -> Person:
    """Whose data a request is about."""
    return Person(row["name"], row["phone"], row["email"], row["petition"] or "")


def answer(w: Work, id: str, text: str) -> None:
    """Tells the person that the request was received and what follows."""
    row = found(w, id)
    step(RequestState(row["state"]), RequestState.ANSWERED)
    w.change(data_request, id, state=RequestState.ANSWERED.value, answer=text, answered_on=w.today.isoformat())
    meet(w, ANSWER_CLOCK, id, w.today.isoformat())


def finish(w: Work, id: str, outcome: str, state: RequestState = RequestState.DONE) -> None:
    """Ends a request: done, or refused with the reason."""
    row = found(w, id)
    step(RequestState(row["state"]), state)
    day = w.today.isoformat()
    w.change(data_request, id, state=state.value, outcome=outcome, done_on=day, answered_on=row["answered_on"] or day)
    meet(w, ANSWER_CLOCK, id, row["answered_on"] or day)
    if state is RequestState.DONE:
        meet(w, DONE_CLOCK, id, day)
    else:
        drop_deadlines(w, DONE_CLOCK, id)


def of_petition(w: Work, id: str) -> list[RowMapping]:
    """The requests that were made with a petition's tracking code, newest first."""
    return list(w.db.execute(select(data_request).where(data_request.c.petition == id).order_by(data_request.c.received_at.desc())).mappings())


def withdraw(w: Work, id: str) -> int:
    """Takes back every consent that hangs on the proven petition; gives how many there were."""
    row = found(w, id)
    if not row["petition"]:
        raise Refusal("petition_unproven")
    one = w.row(petition, row["petition"])
    count = int(one["publish_name"]) + int(bool(one["results_by"]))
    w.change(petition, one["id"], publish_name=False, results_by="", why=f"YC-{row['number']:04}")
    return count
