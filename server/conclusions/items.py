"""Finding items and their notice, and editing an item before the notice is signed (Art. 9.7, 10.1)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import RowMapping, select

from moderation import Refusal
from moderation.case.following import EDITABLE, Item, ItemState, NoticeState, begins, item_step
from moderation.case.rights import Duty
from moderation.case.stages import Stage
from moderation.conclusion import NEEDS_AGENCY, NEEDS_DUE, Kind
from server.conclusions import clocks
from server.conclusions.tables import agency_report, asked, conclusion, milestone, notice
from server.conferences.tables import chair, conference
from server.office.work import Work
from server.organisation.tables import body
from server.search.search import Entry, entry, forget, keep

AFTER = (Stage.AWAITING_NOTICE, Stage.ISSUED, Stage.CARRIED_OUT)
"""The stages in which what follows a conference is worked on."""

Rows = Sequence[RowMapping]


def after(w: Work, id: str, action: str, *bodies: str, even_closed: bool = False) -> RowMapping:
    """The conference, held and not yet closed, if the one who works may do this (raises `Refusal` not_after_conference, case_closed, not_allowed).
    `even_closed`: for what is still received when the case is closed."""
    found = w.row(conference, id, "conference_unknown")
    w.allow(action, found["unit"], *bodies)
    if Stage(found["stage"]) is Stage.CLOSED:
        if even_closed:
            return found
        raise Refusal("case_closed")
    if Stage(found["stage"]) not in AFTER:
        raise Refusal("not_after_conference")
    return found


def presides(w: Work, id: str) -> bool:
    """Whether the one who works holds an office that presides over this conference: another chair of the same unit signs nothing here (D11.3)."""
    rows = w.db.execute(select(chair.c.office, chair.c.account).where(chair.c.conference == id)).all()
    held = {post.office for post in w.by.posts if post.duty is Duty.CHAIR}
    return any(row.office in held or (row.account is not None and row.account == w.by.account) for row in rows)


def as_chair(w: Work, id: str, action: str) -> RowMapping:
    """The conference, held and not yet closed, for the one who presides over it (raises `Refusal` not_presiding, and what `after` refuses)."""
    found = after(w, id, action)
    if not presides(w, id):
        raise Refusal("not_presiding")
    return found


def notice_of(w: Work, id: str) -> RowMapping:
    """The notice of a conference (raises `Refusal` not_after_conference)."""
    found = w.db.execute(select(notice).where(notice.c.conference == id)).mappings().first()
    if found is None:
        raise Refusal("not_after_conference")
    return found


def items_of(w: Work, id: str) -> Rows:
    """The items of a conference's conclusion, in order."""
    return w.db.execute(select(conclusion).where(conclusion.c.conference == id).order_by(conclusion.c.place)).mappings().all()


def asked_of(w: Work, id: str) -> dict[str, list[RowMapping]]:
    """Item → what it is about: petitions and statements."""
    found: dict[str, list[RowMapping]] = {}
    for row in w.db.execute(select(asked).where(asked.c.conference == id).order_by(asked.c.ref)).mappings():
        found.setdefault(row["conclusion"], []).append(row)
    return found


def bodies_of(item: RowMapping) -> tuple[str, ...]:
    """The bodies an item was given to: lead first."""
    return tuple(dict.fromkeys(id for id in (item["lead"], *item["coordinating"]) if id))


def names_of(w: Work) -> dict[str, str]:
    """Body → its short name."""
    return {row.id: row.short for row in w.db.execute(select(body.c.id, body.c.short))}


def ruled(items: Iterable[RowMapping]) -> list[Item]:
    """The items as the rules look at them."""
    return [Item(Kind(item["kind"]), len(bodies_of(item)), item["complex"]) for item in items]


def find_item(w: Work, id: str, action: str) -> RowMapping:
    """An item to work on: its own bodies have the starred duties (raises `Refusal` item_unknown and what `after` refuses)."""
    item = w.row(conclusion, id, "item_unknown")
    after(w, item["conference"], action, *bodies_of(item))
    return item


def move_item(w: Work, item: RowMapping, then: ItemState, why: str = "", **values: Any) -> None:
    """Gives an item its next state."""
    w.change(conclusion, item["id"], why=why, state=item_step(ItemState(item["state"]), then).value, **values)


def unsigned(w: Work, id: str) -> RowMapping:
    """The notice while it may still be changed (raises `Refusal` notice_is_signed)."""
    found = notice_of(w, id)
    if NoticeState(found["state"]) not in EDITABLE:
        raise Refusal("notice_is_signed")
    return found


def reopen_draft(w: Work, found: RowMapping) -> None:
    """A notice that was submitted is a draft again once somebody changes it: the chair signs what was submitted, nothing else."""
    if found["state"] == NoticeState.SUBMITTED:
        w.change(notice, found["id"], state=NoticeState.DRAFT.value)


def known(w: Work, *ids: str | None) -> None:
    """Refuses a body that does not exist (raises `Refusal` body_unknown)."""
    for id in ids:
        if id and w.db.scalar(select(body.c.id).where(body.c.id == id)) is None:
            raise Refusal("body_unknown", body=id[:40])


def find_again(w: Work, id: str) -> None:
    """Keeps an item findable by its words as they now are."""
    item = w.row(conclusion, id)
    case = w.db.execute(select(conference.c.unit, conference.c.title).where(conference.c.id == item["conference"])).one()
    keep(w, found_by(item, names_of(w), case.unit, case.title, w.now))


def found_by(item: RowMapping, names: Mapping[str, str], unit: str, case_title: str, at: int) -> Entry:
    """What the search keeps of an item: its text, its result, its bodies by their short `names`, its conference."""
    texts = (item["result"], *(names.get(one, "") for one in bodies_of(item)), case_title)
    return entry(kind="conclusion", subject=item["id"], conference=item["conference"], unit=unit, title=f"{item['code']} · {item['text']}",
                 path=f"/van-phong/nhiem-vu/{item['id']}", texts=texts, at=at)  # fmt: skip


def save_item(w: Work, id: str, seen: int, **values: Any) -> str:
    """Changes an item of the draft: kind, text, opinion, lead, coordinating, shares, due, sent_to; gives its conference. Raises `Refusal` notice_is_signed, stale_page,
    body_unknown, outcome_needs_agency, outcome_needs_due, outcome_needs_receiver."""
    item = find_item(w, id, "draft_notice")
    found = unsigned(w, item["conference"])
    told = {**item, **values}
    kind = Kind(told["kind"])
    if kind in NEEDS_AGENCY and not told["lead"]:
        raise Refusal("outcome_needs_agency", field="lead")
    if kind in NEEDS_DUE and not told["due"]:
        raise Refusal("outcome_needs_due", field="due")
    if kind is Kind.BEYOND_AUTHORITY and not told["sent_to"]:
        raise Refusal("outcome_needs_receiver", field="sent_to")
    known(w, told["lead"], told["sent_to"], *told["coordinating"], *(share["body"] for share in told["shares"]))
    if item["state"] in (ItemState.OPEN, ItemState.SETTLED):
        values["state"] = begins(kind, told["lead"]).value
    if w.change(conclusion, id, seen=seen, **values):
        reopen_draft(w, found)
        clocks.task(w, w.row(conclusion, id))
        find_again(w, id)
    return str(item["conference"])


def drop_item(w: Work, id: str) -> None:
    """Takes an item that no longer exists in the room out of the draft, with all that hangs on it."""
    for table in (asked, milestone, agency_report):
        for row in w.db.scalars(select(table.c.id).where(table.c.conclusion == id)).all():
            w.drop(table, row)
            clocks.forget(w, row)
    clocks.forget(w, id)
    forget(w, "conclusion", id)
    w.drop(conclusion, id)
