"""What is beyond the chair's authority goes to the superior body in writing (Art. 10.1, 15.2: văn bản kiến nghị cấp trên); its answer is kept."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import RowMapping, select

from moderation import Refusal
from moderation.case.following import ItemState
from moderation.conclusion import Kind
from server.conclusions import clocks
from server.conclusions.items import after, as_chair, items_of, known, move_item
from server.conclusions.notice_paper import signed_at_once
from server.conclusions.paper_data import referral_data
from server.conclusions.petitioners import tell
from server.conclusions.reports import Kept
from server.conclusions.tables import conclusion, referral
from server.office.work import Work
from server.organisation.tables import body
from server.pages import day

Rows = Sequence[RowMapping]


def referrals_of(w: Work, id: str) -> Rows:
    """The referrals of a conference, with the body they go to."""
    found = select(referral, body.c.name.label("to_name")).join(body, body.c.id == referral.c.sent_to).where(referral.c.conference == id)
    return w.db.execute(found.order_by(referral.c.id)).mappings().all()


def beyond(w: Work, id: str) -> list[RowMapping]:
    """The items that go to a superior body."""
    return [item for item in items_of(w, id) if item["kind"] == Kind.BEYOND_AUTHORITY]


def draft_referral(w: Work, id: str, to: str, items: Collection[str], facts: str, request: str) -> str:
    """Drafts a referral about some items (raises `Refusal` referral_about_nothing, body_unknown)."""
    after(w, id, "refer_upwards")
    known(w, to)
    if not items or not set(items) <= {item["id"] for item in beyond(w, id)}:
        raise Refusal("referral_about_nothing", field="items")
    return w.add(referral, conference=id, sent_to=to, conclusions=list(items), facts=facts, request=request, files=[], version=1)


def of_case(w: Work, id: str, one: str) -> RowMapping:
    """A referral of this conference."""
    after(w, id, "refer_upwards")
    found = w.row(referral, one)
    if found["conference"] != id:
        raise Refusal("not_found")
    return found


def change_referral(w: Work, id: str, one: str, seen: int, facts: str, request: str) -> None:
    """Changes what a referral says, until it is sent (raises `Refusal` referral_sent)."""
    if of_case(w, id, one)["signed_on"]:
        raise Refusal("referral_sent")
    w.change(referral, one, seen=seen, facts=facts, request=request)


def sign_referral(w: Work, id: str, one: str, given: int | None = None) -> None:
    """The chair signs the referral, which gets its number (`given`: what the office's book says) and goes out. What was asked of its items is done so far: they
    wait for the superior body (raises `Refusal` referral_sent, and what `register.issue` refuses)."""
    found = of_case(w, id, one)
    as_chair(w, id, "sign_paper")
    if found["signed_on"]:
        raise Refusal("referral_sent")
    paper, number = signed_at_once(w, id, "referral", referral_data(w, found), given)
    w.change(referral, one, paper=paper, number=number, signed_on=w.today.isoformat())
    for item in found["conclusions"]:
        row = w.row(conclusion, item)
        if row["state"] == ItemState.OPEN:
            move_item(w, row, ItemState.REFERRED)
            clocks.meet(w, "task", item, w.today.isoformat())
        tell(w, row, "referred", to=w.row(body, found["sent_to"])["name"], date=day(w.today))


def answer_referral(w: Work, id: str, one: str, number: str, on: date, text: str, files: Kept) -> None:
    """The superior body answered: what it said goes to whoever asked (raises `Refusal` referral_not_sent, day_to_come, answered_before_sent)."""
    found = of_case(w, id, one)
    if found["signed_on"] is None:
        raise Refusal("referral_not_sent")
    if on > w.today:
        raise Refusal("day_to_come", field="on")
    if on.isoformat() < found["signed_on"]:
        raise Refusal("answered_before_sent", field="on")
    w.change(referral, one, answer_number=number, answered_on=on.isoformat(), answer=text, files=[*found["files"], *files])
    for item in found["conclusions"]:
        tell(w, w.row(conclusion, item), "answered_above", to=w.row(body, found["sent_to"])["name"])
