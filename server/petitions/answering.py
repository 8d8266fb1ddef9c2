"""Answers in versions: the agency drafts, the advising office checks or sends back, the chair alone releases (D8.2c)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import RowMapping, func, select

from moderation import Refusal
from moderation.case.petitions import AnswerState, State, answer_step, step
from server.conferences.queries import case
from server.office.work import Work, lock_chain
from server.petitions.dues import answer_came, answer_due_again
from server.petitions.queries import petition_of_case
from server.petitions.tables import petition, petition_answer
from server.petitions.telling import tell_agency, tell_sender


def draft(w: Work, id: str, petition_id: str, text: str, *, seen: int) -> str:
    """A new version of the answer. `seen` is the number of the version that its writer saw (0: none): when another came since, nothing is overwritten."""
    _, row = petition_of_case(w, id, petition_id, "draft_answer")
    lock_chain(w.db, id)
    last = current(w, petition_id)
    if (last["number"] if last else 0) != seen:
        raise Refusal("stale_page", version=last["number"] if last else 0)
    then = step(State(row["state"]), State.DRAFTED)
    if last and last["text"] == text and last["state"] in (AnswerState.DRAFT.value, AnswerState.CHECKED.value):
        return str(last["id"])
    if last and last["state"] != AnswerState.RELEASED.value:
        w.change(petition_answer, last["id"], state=answer_step(AnswerState(last["state"]), AnswerState.SUPERSEDED).value)
    answer = w.add(petition_answer, conference=id, petition=petition_id, number=seen + 1, text=text, body=row["lead"], state=AnswerState.DRAFT.value, by=w.by.account,
                   at=w.now, remark="", checked_by="", released_by="")  # fmt: skip
    w.change(petition, petition_id, state=then.value)
    answer_came(w, petition_id, w.today)
    return answer


def send_back(w: Work, id: str, petition_id: str, answer_id: str, remark: str) -> None:
    """The advising office sends a version back, saying what is missing."""
    _, row = petition_of_case(w, id, petition_id, "check_answer")
    if not remark:
        raise Refusal("remark_needed", field="remark")
    answer = _version(w, petition_id, answer_id)
    w.change(petition_answer, answer_id, state=answer_step(AnswerState(answer["state"]), AnswerState.RETURNED).value, remark=remark)
    w.change(petition, petition_id, state=step(State(row["state"]), State.ASSIGNED).value)
    answer_due_again(w, row)
    if answer["body"]:
        tell_agency(w, petition_id, answer["body"], "returned_agency", remark=remark)


def check(w: Work, id: str, petition_id: str, answer_id: str) -> None:
    """The advising office finds a version good: it waits for the chair."""
    _, row = petition_of_case(w, id, petition_id, "check_answer")
    answer = _version(w, petition_id, answer_id)
    w.change(
        petition_answer,
        answer_id,
        state=answer_step(AnswerState(answer["state"]), AnswerState.CHECKED).value,
        checked_by=w.by.account,
        checked_at=w.now,
    )
    w.change(petition, petition_id, state=step(State(row["state"]), State.ANSWERED).value)


def release(w: Work, id: str, petition_id: str, answer_id: str) -> None:
    """The chair releases a checked version: the sender reads it, and the room has it. An earlier released one is superseded and stays in the record."""
    _, row = petition_of_case(w, id, petition_id, "release_answer")
    answer = _version(w, petition_id, answer_id)
    then = answer_step(AnswerState(answer["state"]), AnswerState.RELEASED)
    earlier = released(w, petition_id)
    if earlier:
        w.change(petition_answer, earlier["id"], state=AnswerState.SUPERSEDED.value)
    w.change(petition_answer, answer_id, state=then.value, released_by=w.by.account, released_at=w.now)
    w.change(petition, petition_id, state=step(State(row["state"]), State.RELEASED).value)
    for told in (petition_id, *w.db.scalars(select(petition.c.id).where(petition.c.merged_into == petition_id).order_by(petition.c.number))):
        tell_sender(w, told, "released", answer=answer)


def release_many(w: Work, id: str, answers: Sequence[str]) -> int:
    """The chair releases several checked answers at once; all of them or none. Gives how many."""
    case(w, id, "release_answer")
    if not answers:
        raise Refusal("nobody_named", field="answers")
    for answer_id in answers:
        release(w, id, w.row(petition_answer, answer_id)["petition"], answer_id)
    return len(answers)


def to_release(w: Work, id: str) -> Sequence[RowMapping]:
    """The checked answers of a case that wait for the chair, with what they answer."""
    found = select(petition_answer, petition.c.code, petition.c.shown_as, petition.c.summary, petition.c.content, petition.c.request)
    found = found.join(petition, petition.c.id == petition_answer.c.petition)
    return (
        w.db.execute(found.where(petition_answer.c.conference == id, petition_answer.c.state == AnswerState.CHECKED.value).order_by(petition.c.code))
        .mappings()
        .all()
    )


def current(w: Work, petition_id: str) -> RowMapping | None:
    """The newest version."""
    where = petition_answer.c.petition == petition_id
    newest = select(func.max(petition_answer.c.number)).where(where).scalar_subquery()
    return w.db.execute(select(petition_answer).where(where, petition_answer.c.number == newest)).mappings().first()


def released(w: Work, petition_id: str) -> RowMapping | None:
    """The version that was released, if one was."""
    where = (petition_answer.c.petition == petition_id, petition_answer.c.state == AnswerState.RELEASED.value)
    return w.db.execute(select(petition_answer).where(*where)).mappings().first()


def _version(w: Work, petition_id: str, answer_id: str) -> RowMapping:
    """A version of this petition's answer, which must be the newest one."""
    answer = w.row(petition_answer, answer_id)
    last = current(w, petition_id)
    if answer["petition"] != petition_id:
        raise Refusal("not_found")
    if last is None or last["id"] != answer_id:
        raise Refusal("stale_page", version=last["number"] if last else 0)
    return answer
