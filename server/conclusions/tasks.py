"""Carrying out an item (Art. 10.2, 13.2, 14.2): milestones with their evidence, what was done so far, longer terms, urging, closing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import RowMapping, select

from moderation import Refusal
from moderation.case.following import OVER, ItemState, late_by, longer
from server.conclusions import clocks
from server.conclusions.closing import close_when_over
from server.conclusions.items import bodies_of, find_again, find_item, move_item
from server.conclusions.petitioners import tell
from server.conclusions.reports import Kept
from server.conclusions.tables import conclusion, extension, milestone, progress, urge
from server.i18n import t
from server.notifications.outbox import enqueue
from server.office.work import Work
from server.organisation.tables import body
from server.pages import day as shown

Rows = Sequence[RowMapping]


def rows_of(w: Work, table: Any, item: str, *order: Any) -> Rows:
    """Rows of an item, in this order."""
    return w.db.execute(select(table).where(table.c.conclusion == item).order_by(*order, table.c.id)).mappings().all()


def under_way(w: Work, id: str, action: str) -> RowMapping:
    """An item that is being carried out (raises `Refusal` item_over, and what `find_item` refuses)."""
    item = find_item(w, id, action)
    if ItemState(item["state"]) in OVER:
        raise Refusal("item_over")
    return item


def own_body(w: Work, item: RowMapping) -> str:
    """The body for which somebody writes: their own if the item is given to it, else the lead (the office writes for a body without an account)."""
    return next((one for one in bodies_of(item) if one in w.by.bodies()), item["lead"] or "")


# --- milestones -----------------------------------------------------------------------------------------------------------------


def add_milestone(w: Work, id: str, text: str, due: date) -> None:
    """A step on the way, with its own date (raises `Refusal` milestone_after_due)."""
    item = under_way(w, id, "keep_milestones")
    if item["due"] and due.isoformat() > item["due"]:
        raise Refusal("milestone_after_due", field="due")
    row = w.add(milestone, conference=item["conference"], conclusion=id, text=text, due=due.isoformat(), files=[], version=1)
    clocks.step(w, w.row(milestone, row))


def reach_milestone(w: Work, id: str, one: str, on: date, files: Kept) -> None:
    """A step was done on this day, with evidence (raises `Refusal` day_to_come, milestone_done)."""
    item = under_way(w, id, "note_progress")
    found = w.row(milestone, one)
    if found["conclusion"] != id:
        raise Refusal("not_found")
    if found["done_on"]:
        raise Refusal("milestone_done")
    if on > w.today:
        raise Refusal("day_to_come", field="on")
    w.change(milestone, one, done_on=on.isoformat(), files=[*found["files"], *files])
    clocks.meet(w, "milestone", one, on.isoformat())
    tell(w, item, "milestone", text=found["text"], date=shown(on))


# --- progress -------------------------------------------------------------------------------------------------------------------


def note(w: Work, id: str, text: str, files: Kept, public: bool) -> None:
    """What was done so far. `public`: it may stand on the public page, so it names nobody."""
    item = under_way(w, id, "note_progress")
    write(w, item, "note", text, files, public)


def write(w: Work, item: RowMapping, kind: str, text: str, files: Kept, public: bool) -> None:
    w.add(progress, conference=item["conference"], conclusion=item["id"], at=w.now, day=w.today.isoformat(), by=w.by.name, kind=kind, text=text, files=files,
          public=public)  # fmt: skip


def close_item(w: Work, id: str, on: date, result: str, files: Kept) -> None:
    """The item is carried out, with this result; it is told to whoever asked. Raises `Refusal` milestones_open, day_to_come."""
    item = under_way(w, id, "close_task")
    if on > w.today:
        raise Refusal("day_to_come", field="on")
    if any(row["done_on"] is None for row in rows_of(w, milestone, id)):
        raise Refusal("milestones_open")
    move_item(w, item, ItemState.DONE, done_on=on.isoformat(), result=result)
    write(w, item, "closed", result, files, public=False)
    clocks.task(w, w.row(conclusion, id))
    find_again(w, id)
    tell(w, item, "done", date=shown(on))
    close_when_over(w, item["conference"])


def reopen_item(w: Work, id: str, why: str) -> None:
    """What was closed turns out not to be done: the reason is kept."""
    item = find_item(w, id, "close_task")
    move_item(w, item, ItemState.OPEN, why=why, done_on=None, result="")
    write(w, item, "reopened", why, [], public=False)
    clocks.task(w, w.row(conclusion, id))
    tell(w, item, "reopened")


# --- longer terms ---------------------------------------------------------------------------------------------------------------


def ask_longer(w: Work, id: str, wished: date, reason: str) -> None:
    """A body asks for a later date, with its reason (raises `Refusal` extension_reason_missing, extension_not_later, extension_pending)."""
    item = under_way(w, id, "ask_extension")
    longer(clocks.day(item["due"]), wished, reason)
    if any(row["state"] == "asked" for row in rows_of(w, extension, id)):
        raise Refusal("extension_pending")
    w.add(extension, conference=item["conference"], conclusion=id, body=own_body(w, item), asked_on=w.today.isoformat(), old_due=item["due"],
          new_due=wished.isoformat(), reason=reason, state="asked", version=1)  # fmt: skip


def decide_longer(w: Work, id: str, one: str, granted: bool, words: str) -> None:
    """The chair grants or refuses a later date (raises `Refusal` extension_decided)."""
    item = under_way(w, id, "extend_task")
    found = w.row(extension, one)
    if found["conclusion"] != id:
        raise Refusal("not_found")
    if found["state"] != "asked":
        raise Refusal("extension_decided")
    w.change(extension, one, state="granted" if granted else "refused", decided_by=w.by.account, decided_on=w.today.isoformat(), words=words)
    if granted:
        w.change(conclusion, id, why=found["reason"], due=found["new_due"])
        clocks.task(w, w.row(conclusion, id))
        tell(w, item, "longer", date=shown(found["new_due"]))


# --- urging (D13.2) -------------------------------------------------------------------------------------------------------------


def overdue_by(w: Work, item: RowMapping) -> int:
    """Working days that an open item is overdue; 0 when it is not."""
    due = clocks.day(item["due"])
    return late_by(due, w.today, clocks.working_days(w)) if due and item["state"] == ItemState.OPEN else 0


def draft_urges(w: Work) -> int:
    """For the worker: each item that is overdue gets the draft of a reminder to its lead, once per date that was set for it; gives how many were drafted."""
    today, drafted = w.today.isoformat(), 0
    found = select(conclusion).where(conclusion.c.state == ItemState.OPEN.value, conclusion.c.due < today, conclusion.c.lead.is_not(None))
    for item in w.db.execute(found).mappings().all():
        since = w.db.scalar(select(urge.c.id).where(urge.c.conclusion == item["id"], urge.c.drafted_on > item["due"]))
        if since is None:
            draft_urge(w, item)
            drafted += 1
    return drafted


def draft_urge(w: Work, item: RowMapping) -> str:
    """The draft of a reminder on an item."""
    days = overdue_by(w, item)
    text = t(
        "vi",
        "urge.text" if days else "urge.text_before",
        lead=w.row(body, item["lead"])["name"],
        code=item["code"],
        text=item["text"],
        due=shown(item["due"]),
        days=f"{days:02}",
    )
    return w.add(
        urge,
        conference=item["conference"],
        conclusion=item["id"],
        body=item["lead"],
        drafted_on=w.today.isoformat(),
        text=text,
        state="draft",
        version=1,
    )


def urge_now(w: Work, id: str) -> None:
    """Whoever follows the item drafts a reminder by hand (raises `Refusal` item_without_lead)."""
    item = under_way(w, id, "urge_task")
    if not item["lead"]:
        raise Refusal("item_without_lead")
    draft_urge(w, item)


def send_urge(w: Work, id: str, one: str, text: str) -> None:
    """Sends a reminder as it now reads: by mail to the body, or as a letter when it has no address (raises `Refusal` urge_sent)."""
    item = under_way(w, id, "urge_task")
    found = w.row(urge, one)
    if found["conclusion"] != id:
        raise Refusal("not_found")
    if found["state"] == "sent":
        raise Refusal("urge_sent")
    to = w.row(body, found["body"])
    enqueue(w, f"urge:{one}", kind="urge", channel="email" if to["email"] else "paper", recipient=to["name"], address=to["email"],
            title=t("vi", "urge.title", code=item["code"]), text=text, conference=item["conference"], subject=one, body=to["id"])  # fmt: skip
    w.change(urge, one, text=text, state="sent", sent_on=w.today.isoformat(), sent_by=w.by.name)
