"""What everybody may follow (Art. 3: the people supervise): each item with agency, due date, state and history. Nothing here names a person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import RowMapping, exists, func, or_, select

from moderation import Refusal
from moderation.case.following import ItemState
from server.conclusions.items import items_of, names_of
from server.conclusions.publishing import is_public
from server.conclusions.tables import agency_report, conclusion, extension, milestone, notice, progress, publication, referral
from server.conferences.tables import conference
from server.office.work import Work
from server.organisation.tables import body, unit


@dataclass(frozen=True, slots=True)
class Event:
    """One line of an item's history: the sentence `public.event.<what>` with its details."""

    day: str
    what: str
    details: dict[str, str]


def published_cases(w: Work, page: int, size: int) -> tuple[list[RowMapping], int]:
    """Conferences whose results everybody may read, latest first, with how many of their items are done; and how many conferences there are."""
    shown = or_(
        exists().where(notice.c.conference == conference.c.id, notice.c.issued_on.is_not(None)),
        exists().where(publication.c.conference == conference.c.id),
    )
    count = w.db.scalar(select(func.count()).select_from(conference).where(shown)) or 0
    found = (
        select(conference.c.id, conference.c.title, conference.c.held_on, unit.c.name.label("unit_name"))
        .join(unit, unit.c.id == conference.c.unit)
        .where(shown)
        .order_by(conference.c.held_on.desc(), conference.c.id)
    )
    return list(w.db.execute(found.limit(size).offset((page - 1) * size)).mappings()), count


def published_case(w: Work, id: str) -> dict[str, Any]:
    """A conference's items as everybody may read them (raises `Refusal` not_public for one that is not published, as for one that does not exist)."""
    case = w.db.execute(select(conference).where(conference.c.id == id)).mappings().first()
    if case is None or not is_public(w, id):
        raise Refusal("not_public")
    names, today = names_of(w), w.today.isoformat()
    items = [
        {**shown(item, names), "late": is_late(item, today)}
        for item in items_of(w, id)
    ]  # fmt: skip
    found = w.db.execute(select(notice.c.number, notice.c.issued_on).where(notice.c.conference == id)).mappings().first()
    counts = {state.value: sum(item["state"] == state for item in items) for state in ItemState}
    return {"case": {name: case[name] for name in ("id", "title", "held_on")}, "unit": w.row(unit, case["unit"])["name"], "items": items, "notice": found,
            "counts": counts}  # fmt: skip


def is_late(item: RowMapping, today: str) -> bool:
    """Whether an item is past its date and not done. One that was referred waits for somebody else."""
    return bool(item["due"]) and item["due"] < today and item["state"] == ItemState.OPEN


def shown(item: RowMapping, names: dict[str, str]) -> dict[str, Any]:
    """An item without what people said in it."""
    return {
        "id": item["id"], "code": item["code"], "kind": item["kind"], "text": item["text"], "state": item["state"], "due": item["due"],
        "done_on": item["done_on"], "result": item["result"], "lead": names.get(item["lead"] or "", ""),
        "coordinating": [names[one] for one in item["coordinating"] if one in names], "to": names.get(item["sent_to"] or "", ""),
    }  # fmt: skip


def published_item(w: Work, id: str, code: str) -> dict[str, Any]:
    """One item with its history (raises `Refusal` not_public)."""
    found = published_case(w, id)
    item = next((one for one in found["items"] if one["code"] == code), None)
    if item is None:
        raise Refusal("not_public")
    return {**found, "item": item, "history": history_of(w, id, item["id"], found)}


def history_of(w: Work, id: str, item: str, found: dict[str, Any]) -> list[Event]:
    """What happened to an item, in order of time."""
    events = [Event(found["case"]["held_on"], "concluded", {})] if found["case"]["held_on"] else []
    if found["notice"] and found["notice"]["issued_on"]:
        events.append(Event(found["notice"]["issued_on"], "issued", {"number": found["notice"]["number"]}))
    for row in w.db.execute(select(milestone).where(milestone.c.conclusion == item, milestone.c.done_on.is_not(None))).mappings():
        events.append(Event(row["done_on"], "milestone", {"text": row["text"]}))
    for row in w.db.execute(select(extension).where(extension.c.conclusion == item, extension.c.state == "granted")).mappings():
        events.append(Event(row["decided_on"], "longer", {"due": row["new_due"], "reason": row["reason"]}))
    reports = select(agency_report.c.to_chair_on, agency_report.c.to_petitioner_on, body.c.name).join(body, body.c.id == agency_report.c.body)
    for one in w.db.execute(reports.where(agency_report.c.conclusion == item)):
        events += [
            Event(day, what, {"agency": one.name}) for day, what in ((one.to_chair_on, "to_chair"), (one.to_petitioner_on, "to_petitioner")) if day
        ]
    for row in w.db.execute(
        select(referral, body.c.name.label("to_name")).join(body, body.c.id == referral.c.sent_to).where(referral.c.conference == id)
    ).mappings():
        if item in row["conclusions"]:
            events += [
                Event(day, what, {"to": row["to_name"]}) for day, what in ((row["signed_on"], "referred"), (row["answered_on"], "answered")) if day
            ]
    for row in w.db.execute(select(progress).where(progress.c.conclusion == item, progress.c.public)).mappings():
        events.append(Event(row["day"], "progress", {"text": row["text"]}))
    done = w.db.execute(select(conclusion.c.done_on).where(conclusion.c.id == item)).scalar()
    if done:
        events.append(Event(done, "done", {}))
    return sorted(events, key=lambda event: event.day)
