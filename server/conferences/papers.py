"""The papers that come from the plan alone: plan, programme, house rules, the assignment of Art. 7.5, and the word of postponing."""

from __future__ import annotations

from typing import Any

from sqlalchemy import RowMapping, select

from moderation import Refusal
from moderation.case.stages import Stage
from server.conferences.queries import case
from server.conferences.tables import chair, conference, preparation, programme_item, venue
from server.deadlines.tables import deadline
from server.office.work import Work
from server.organisation.queries import profiles
from server.organisation.tables import body, office
from server.papers.register import draft

FORMAT_WORDS = {"in_person": "trực tiếp", "online": "trực tuyến", "combined": "kết hợp trực tiếp với trực tuyến", "": ""}
KINDS = ("plan", "programme", "house_rules", "assignment", "postponement")


def make_paper(w: Work, id: str, kind: str) -> str:
    """Drafts one of these papers from the plan as it stands; gives its id (raises `Refusal` paper_kind_unknown)."""
    case(w, id, "draft_case")
    if kind not in KINDS:
        raise Refusal("paper_kind_unknown", field="which", kind=kind)
    return draft(w, id, kind, data(w, id, kind))


def data(w: Work, id: str, kind: str) -> dict[str, Any]:
    """What the template of a kind is filled with."""
    found = w.row(conference, id, "conference_unknown")
    presiding = w.db.execute(
        select(office.c.title, chair).join(office, office.c.id == chair.c.office).where(chair.c.conference == id).order_by(chair.c.place)
    ).mappings().all()  # fmt: skip
    common = {"title": found["title"], "chair": " và ".join(row["title"] for row in presiding), "date": found["date"] or "", "place": found["place"],
              "starts_at": found["starts_at"]}  # fmt: skip
    return common | {"plan": plan, "programme": programme, "house_rules": rules, "assignment": assigned, "postponement": put_off}[kind](
        w, found, presiding
    )


def plan(w: Work, found: RowMapping, presiding: Any) -> dict[str, Any]:
    latest = w.db.scalar(select(deadline.c.due).where(deadline.c.kind == "notice", deadline.c.subject == found["id"]).order_by(deadline.c.due))
    assignment = f"văn bản số {found['assignment']} ngày {shown(found['assignment_date'])}" if found["assignment"] else ""
    return {
        "ends_at": found["ends_at"], "venues": branches(w, found["id"]), "format": FORMAT_WORDS[found["format"]], "topics": found["topics"],
        "collection_from": found["collection_from"] or "", "collection_to": found["collection_to"] or "", "answers_due": found["answers_due"] or "",
        "grounds": [one.title for one in profiles(w.db) if one.code in found["profiles"]], "purpose": found["purpose"],
        "participants": found["participants"], "coordination": found["coordination"], "advising": name(w, found["advising_body"]), "assignment": assignment,
        "notice_latest": latest or "", "tasks": tasks(w, found["id"]), "budget": found["budget"] or "Từ nguồn kinh phí chi thường xuyên được giao",
        "recipients": recipients(w, found),
    }  # fmt: skip


def programme(w: Work, found: RowMapping, presiding: Any) -> dict[str, Any]:
    rows = w.db.execute(select(programme_item).where(programme_item.c.conference == found["id"]).order_by(programme_item.c.step)).mappings()
    return {"venues": branches(w, found["id"]), "steps": [{"starts": row["starts"], "title": row["title"], "by": row["by"]} for row in rows]}


def rules(w: Work, found: RowMapping, presiding: Any) -> dict[str, Any]:
    return {"rules": found["house_rules"], "recording_notice": found["recording_notice"], "speech_minutes": spoken(found["speech_seconds"]),
            "follow_up_minutes": spoken(found["follow_up_seconds"])}  # fmt: skip


def assigned(w: Work, found: RowMapping, presiding: Any) -> dict[str, Any]:
    deputy = next((row for row in presiding if row["deputy"]), None)
    return {
        "profile": next((one.title for one in profiles(w.db) if one.code in found["profiles"]), ""), "advising": name(w, found["advising_body"]),
        "coordinating": [task["body"] for task in tasks(w, found["id"])], "deputy": deputy["title"] if deputy else "",
        "deputy_reason": deputy["reason"] if deputy else "", "request": found["coordination"] if found["regime"] == "extraordinary" else "",
    }  # fmt: skip


def put_off(w: Work, found: RowMapping, presiding: Any) -> dict[str, Any]:
    from server.office import history

    told = history.read(w, found["id"], kind="conference", subject=found["id"])[0]
    why = next((entry.why for entry in told if entry.act == "postpone_case" and entry.why), "")
    before = next((old for entry in told if entry.act == "postpone_case" for column, old, _ in entry.changes if column == "date"), found["date"])
    return {
        "cancelled": found["stage"] == Stage.CANCELLED,
        "reason": why,
        "date": before or "",
        "new_date": found["date"] if found["date"] != before else "",
    }


def branches(w: Work, id: str) -> list[str]:
    """Names of the branch venues."""
    return list(w.db.scalars(select(venue.c.name).where(venue.c.conference == id, venue.c.kind == "branch").order_by(venue.c.code)))


def tasks(w: Work, id: str) -> list[dict[str, str]]:
    """What agencies were asked to prepare."""
    rows = w.db.execute(
        select(body.c.name, preparation.c.text)
        .join(body, body.c.id == preparation.c.body)
        .where(preparation.c.conference == id)
        .order_by(body.c.name)
    )
    return [{"body": row.name, "text": row.text} for row in rows]


def recipients(w: Work, found: RowMapping) -> list[str]:
    """Superiors, the Front, whoever has a task."""
    above = w.db.scalars(
        select(body.c.name).where(body.c.superior.is_(True), body.c.part == "", body.c.external.is_(False)).order_by(body.c.name)
    ).all()
    front = w.db.scalars(select(body.c.name).where(body.c.unit == found["unit"], body.c.part == "supervisor")).all()
    return [*above, *front, "Các cơ quan, đơn vị được phân công"]


def name(w: Work, id: str | None) -> str:
    """The name of a body."""
    return w.db.scalar(select(body.c.name).where(body.c.id == id)) or ""


def shown(day: str | None) -> str:
    """An ISO date as papers write it within a sentence."""
    return f"{day[8:]}/{day[5:7]}/{day[:4]}" if day else ""


def spoken(seconds: int) -> str:
    """A length of time as people say it: 1 phút 30 giây."""
    minutes, rest = divmod(seconds, 60)
    return " ".join(filter(None, (f"{minutes} phút" if minutes else "", f"{rest} giây" if rest else "")))
