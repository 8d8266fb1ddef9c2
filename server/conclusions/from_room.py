"""From the room to the draft of the notice: each outcome becomes an item, and the clocks of Art. 10 begin (D9.7, D10.1)."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import RowMapping, select

from moderation import Conference
from moderation.case.following import EDITABLE, ItemState, NoticeState, begins
from moderation.conclusion import Kind, Outcome
from moderation.minutes import Line
from moderation.queue import Motive
from server.conclusions import clocks
from server.conclusions.items import drop_item, find_again, items_of, notice_of, reopen_draft
from server.conclusions.petitioners import petitions_by_code
from server.conclusions.tables import asked, conclusion, notice
from server.conferences.tables import chair, conference
from server.office.work import Work
from server.papers.course import Part, counted, course, raised_by
from server.papers.course import asked as said
from server.papers.course import asker as who_asked

TAKEN = ("kind", "text", "lead", "coordinating", "due", "sent_to")
"""Columns of an item that come from the room."""


def from_room(w: Work, id: str, state: Conference) -> None:
    """Makes the draft of the notice when the room is closed, or brings it up to date after a correction; doing it twice changes nothing.

    What the office has edited stays, unless the room changed that very field. From the chair's signature on, the draft no longer follows the room.
    """
    held = w.row(conference, id)["held_on"] or w.today.isoformat()
    found = w.db.execute(select(notice).where(notice.c.conference == id)).mappings().first()
    heard = figures(state)
    if found is None:
        general = "\n".join((*(line.text for line in concluding(state)), summed(state)))
        w.add(notice, conference=id, state=NoticeState.DRAFT.value, general=general, heard=heard, version=1)
        clocks.after_conference(w, id, held)
    elif NoticeState(found["state"]) not in EDITABLE:
        return
    changed = take_items(w, id, state)
    found = notice_of(w, id)
    if w.change(notice, found["id"], heard=heard) or changed:
        reopen_draft(w, notice_of(w, id))
    if state.notice_ground and not found["ground"]:
        w.change(notice, found["id"], ground=state.notice_ground, ground_words=state.notice_words, extended_by=chair_account(w, id), extended_on=held)
        clocks.notice(w, id, held, extended=True)


def concluding(state: Conference) -> list[Line]:
    """What the secretaries wrote in step 7 in general."""
    return [line for line in course(state).lines[Part.CONCLUSION] if not line.code and line.text and not line.struck]


def summed(state: Conference) -> str:
    """The last sentence of the general appraisal, with the figures of the record."""
    raised = sum(bool(p.raised_by) for p in state.petitions.values())
    return f"Hội nghị có {len(state.outcomes):02} nội dung kết luận{f', ghi nhận {raised:02} kiến nghị mới' if raised else ''}."


def figures(state: Conference) -> dict[str, Any]:
    """What the opening paragraph tells of the conference."""
    turns = state.turns()
    return {
        "present": sum(counted(state)),
        "petitions": sum(not p.raised_by for p in state.petitions.values()),
        "raised": sum(bool(p.raised_by) for p in state.petitions.values()),
        "statements": len(state.statements()),
        "follow_ups": sum(s.motive is Motive.FOLLOW_UP for s in turns),
        "venues": {v.name: state.venues[v.id].count or 0 for v in state.plan.venues if v.id in state.venues},
        "format": state.format,
        "opened_at": state.agenda.opened_at,
        "closed_at": state.agenda.closed_at,
    }


def chair_account(w: Work, id: str) -> str | None:
    """The account of the chair, who decided the extension in the room."""
    return w.db.scalar(select(chair.c.account).where(chair.c.conference == id).order_by(chair.c.place))


def taken(outcome: Outcome) -> dict[str, Any]:
    """An outcome as columns of an item."""
    return {"kind": outcome.kind.value, "text": outcome.text, "lead": outcome.lead, "coordinating": list(outcome.coordinating), "due": outcome.due,
            "sent_to": outcome.to}  # fmt: skip


def take_items(w: Work, id: str, state: Conference) -> bool:
    """Brings the items up to date with the outcomes; gives whether anything changed."""
    there = {row["outcome"]: row for row in items_of(w, id)}
    changed = False
    for gone in there.keys() - state.outcomes.keys():
        drop_item(w, there[gone]["id"])
        changed = True
    codes = {row["code"] for row in there.values() if row["outcome"] in state.outcomes}
    for place, outcome in enumerate(state.outcomes.values(), start=1):
        row = there.get(outcome.id)
        changed |= add_item(w, id, state, place, outcome, codes) if row is None else change_item(w, state, place, outcome, row)
    return changed


def add_item(w: Work, id: str, state: Conference, place: int, outcome: Outcome, codes: set[str]) -> bool:
    code = outcome.id if re.fullmatch(r"KL-\d{2,3}", outcome.id) and outcome.id not in codes else new_code(codes)
    codes.add(code)
    values = taken(outcome)
    complex = any(state.petitions[ref].complex for ref in outcome.about if ref in state.petitions)
    row = w.add(conclusion, conference=id, code=code, place=place, outcome=outcome.id, opinion=opinion(state, outcome), complex=complex,
                shares=[], state=begins(outcome.kind, outcome.lead).value, origin={**values, "about": list(outcome.about)}, **values)  # fmt: skip
    note_asked(w, id, state, row, outcome.about)
    clocks.task(w, w.row(conclusion, row))
    find_again(w, row)
    return True


def change_item(w: Work, state: Conference, place: int, outcome: Outcome, row: RowMapping) -> bool:
    """Carries over what the room changed since it was last looked at."""
    values = taken(outcome)
    new = {name: values[name] for name in TAKEN if values[name] != row["origin"].get(name)}
    about = list(outcome.about)
    if about != row["origin"].get("about"):
        for old in w.db.scalars(select(asked.c.id).where(asked.c.conclusion == row["id"], asked.c.ref.not_in(about))).all():
            w.drop(asked, old)
        note_asked(w, row["conference"], state, row["id"], outcome.about)
        new["opinion"] = opinion(state, outcome)
    if row["state"] in (ItemState.OPEN, ItemState.SETTLED) and ("kind" in new or "lead" in new):
        told = {**row, **new}
        new["state"] = begins(Kind(told["kind"]), told["lead"]).value
    changed = w.change(conclusion, row["id"], place=place, origin={**values, "about": about}, **new)
    if changed:
        clocks.task(w, w.row(conclusion, row["id"]))
        find_again(w, row["id"])
    return changed


def new_code(codes: set[str]) -> str:
    """The first free code."""
    return next(code for n in range(1, 1_000) if (code := f"KL-{n:02}") not in codes)


def opinion(state: Conference, outcome: Outcome) -> str:
    """What the people asked for, as the draft begins with it."""
    return "\n".join(said(state, ref) for ref in outcome.about)


def note_asked(w: Work, id: str, state: Conference, item: str, about: tuple[str, ...]) -> None:
    """Notes what an item is about and who asked, where that is not noted yet."""
    there = set(w.db.scalars(select(asked.c.ref).where(asked.c.conclusion == item)))
    petitions = petitions_by_code(w, id)
    for ref in about:
        if ref in there:
            continue
        speech = raised_by(state, ref) if ref in state.petitions else ref
        person = state.people.get(state.speeches[speech].person) if speech else None
        area = person.identity.area if person and person.identity else ""
        w.add(
            asked,
            conference=id,
            conclusion=item,
            ref=ref,
            petition=petitions.get(ref),
            content=said(state, ref),
            asker=who_asked(state, ref),
            area=area,
        )
