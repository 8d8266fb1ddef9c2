"""The notice from draft to issue (D10.1, D11.3): the advising unit drafts and submits, the chair signs, then it gets its number and goes out."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import RowMapping

from moderation import Refusal
from moderation.case.following import NoticeState, extend, notice_step
from moderation.case.stages import Stage, step
from server.conclusions import clocks
from server.conclusions.distribution import fill
from server.conclusions.items import after, as_chair, items_of, notice_of, reopen_draft, ruled, unsigned
from server.conclusions.notice_paper import draw_up, put_in_force, sign_paper
from server.conclusions.petitioners import tell
from server.conclusions.reports import expect
from server.conclusions.tables import notice
from server.conferences.tables import conference
from server.office.work import Work


def save_notice(w: Work, id: str, seen: int, general: str, execution: str) -> None:
    """Changes what the draft says beside its items."""
    after(w, id, "draft_notice")
    found = unsigned(w, id)
    if w.change(notice, found["id"], seen=seen, general=general, execution=execution):
        reopen_draft(w, notice_of(w, id))


def move(w: Work, found: RowMapping, then: NoticeState, **values: Any) -> RowMapping:
    """Gives the notice its next state."""
    w.change(notice, found["id"], state=notice_step(NoticeState(found["state"]), then).value, **values)
    return w.row(notice, found["id"])


def submit(w: Work, id: str) -> None:
    """Lays the draft before the chair, as a paper (raises `Refusal` notice_empty without an item)."""
    after(w, id, "draft_notice")
    if not items_of(w, id):
        raise Refusal("notice_empty")
    move(w, notice_of(w, id), NoticeState.SUBMITTED, paper=draw_up(w, id), returned="")


def give_back(w: Work, id: str, words: str) -> None:
    """The chair wants something changed, and says what."""
    as_chair(w, id, "sign_paper")
    move(w, notice_of(w, id), NoticeState.DRAFT, returned=words)


def sign(w: Work, id: str) -> None:
    """The chair signs what was submitted (D11.3: nobody else can, and no other chair; raises `Refusal` not_presiding)."""
    as_chair(w, id, "sign_paper")
    found = notice_of(w, id)
    signed = move(w, found, NoticeState.SIGNED, signed_by=w.by.account, signed_on=w.today.isoformat())
    clocks.notice_done(w, id, signed["signed_on"], None)
    sign_paper(w, found["paper"])


def issue(w: Work, id: str, given: int | None = None) -> None:
    """Gives the signed notice its number (`given`: what the office's book says) and date. From then on its recipients are listed, and the agencies' days run
    (D10.2; raises `Refusal` notice_unsigned)."""
    case = after(w, id, "issue_paper")
    found = notice_of(w, id)
    then = notice_step(NoticeState(found["state"]), NoticeState.ISSUED)
    today = w.today.isoformat()
    number = put_in_force(w, found["paper"], given)
    w.change(notice, found["id"], state=then.value, issued_on=today, number=number)
    w.change(conference, id, stage=step(Stage(case["stage"]), Stage.ISSUED).value)
    fill(w, id)
    expect(w, id, today)
    for item in items_of(w, id):
        tell(w, item, "issued", number=number)


def extend_notice(w: Work, id: str, ground: str, words: str) -> None:
    """The chair decides on 15 working days, on one of the two grounds (D10.1c). Raises `Refusal` notice_is_signed, nothing_to_change, and what the rule refuses."""
    case = as_chair(w, id, "extend_notice")
    found = unsigned(w, id)
    if found["ground"]:
        raise Refusal("nothing_to_change")
    due = clocks.due_of(w, id, "conclusion")
    until = date.fromisoformat(due["due"]) if due else w.today
    chosen = extend(ground, words, ruled(items_of(w, id)), until, w.today)
    w.change(notice, found["id"], why=words, ground=chosen.value, ground_words=words, extended_by=w.by.account, extended_on=w.today.isoformat())
    clocks.notice(w, id, case["held_on"], extended=True)
