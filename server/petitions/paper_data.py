"""The papers about petitions as data for their templates: the synthesis (D8.2b), the report that answers, the slip of what goes elsewhere (D1.2), opinion slips."""

from __future__ import annotations

from collections import Counter
from typing import Any

from sqlalchemy import RowMapping, select

from moderation import Refusal
from moderation.case.petitions import FIELDS, Kind, State
from server.conferences.queries import case
from server.conferences.tables import chair
from server.i18n import t
from server.office.work import Work
from server.organisation.tables import office
from server.papers import register
from server.petitions.queries import petition_of_case
from server.petitions.tables import petition
from server.petitions.told import answers, field_name, in_dialogue, synthesis
from server.petitions.tracking import spaced

LAWS = {
    Kind.COMPLAINT: ("khoản 2 Điều 1", "Luật Khiếu nại"),
    Kind.DENUNCIATION: ("khoản 2 Điều 1", "Luật Tố cáo"),
    Kind.RECEPTION: ("khoản 2 Điều 1", "Luật Tiếp công dân và Quy định số 11-QĐi/TW"),
    Kind.VOTERS: ("khoản 3 Điều 1", "quy định về tiếp xúc cử tri của đại biểu Hội đồng nhân dân"),
}
"""Of what goes elsewhere: the clause of the regulation that says so, and the law that applies."""
LINES = 8
"""Lines for writing on an opinion slip."""


def draft_synthesis(w: Work, id: str) -> str:
    """Drafts the synthesis report as it stands now; gives the paper's id."""
    found = case(w, id, "triage_petition")
    told = synthesis(w, id)
    sources = Counter(w.db.scalars(select(petition.c.source).where(petition.c.conference == id)))
    groups = [row["shown_as"] for row in in_dialogue(w, id) if row["is_group"] and not (row["representative"] and row["authority"])]
    return register.draft(w, id, "synthesis_report", {
        "title": found["title"], "chair": _chair(w, id), "collection_from": found["collection_from"] or "", "collection_to": found["collection_to"] or "",
        "answers_due": found["answers_due"] or "", "received": told["received"],
        "sources": [{"name": t("vi", f"petition.source.{source}").lower(), "count": count} for source, count in sources.most_common()],
        "referred": [one["code"] for one in told["referred"]],
        "petitions": [
            {"id": one["code"], "field": one["field"], "petitioner": one["petitioner"], "content": one["content"], "merged": one["opinions"], "lead": one["lead"] or "—"}
            for one in told["petitions"]
        ],
        "representatives": groups,
    })  # fmt: skip


def draft_answers(w: Work, id: str) -> str:
    """Drafts the report that answers the petitions (Art. 9.3); gives the paper's id."""
    found = case(w, id, "assign_petition")
    told = answers(w, id)
    return register.draft(w, id, "answer_report", {
        "title": found["title"], "answered": len(told["answered"]), "escalated": sum(bool(one["escalate_to"]) for one in told["petitions"]),
        "petitions": [
            {"id": one["code"], "field": one["field"], "petitioner": one["petitioner"], "content": one["content"], "lead": one["lead"] or "—", "answer": one["answer"]}
            for one in told["petitions"]
        ],
    })  # fmt: skip


def draft_referral(w: Work, id: str, petition_id: str) -> str:
    """Drafts the slip with which a petition goes elsewhere (raises `Refusal` not_referred); gives the paper's id."""
    _, row = petition_of_case(w, id, petition_id, "triage_petition")
    kind = Kind(row["kind"]) if row["kind"] else Kind.IN_SCOPE
    if State(row["state"]) is not State.REFERRED or kind not in LAWS:
        raise Refusal("not_referred")
    clause, law = LAWS[kind]
    return register.draft(w, id, "referral_slip", {
        "to": row["referral_to"], "petitioner": row["name"], "what": row["summary"] or f"đơn thuộc loại {t('vi', f'petition.kind.{kind.value}').lower()}",
        "received_on": row["received_on"], "code": row["code"], "clause": clause, "law": law, "guidance": row["triage_note"],
    })  # fmt: skip


def slip_data(w: Work, found: RowMapping, unit_name: str, code: str, follow: str) -> dict[str, Any]:
    """An opinion slip with its code. `follow` is the address where the code is used."""
    return {
        "title": found["title"], "date": found["date"] or "", "collection_to": found["collection_to"] or "", "return_to": t("vi", "petition.slip.return_to"),
        "fields": [field_name(field) for field in FIELDS], "lines": list(range(1, LINES + 1)), "privacy": t("vi", "opinion.notice.purpose", unit=unit_name),
        "code": spaced(code), "link": f"{follow}#{code}",
    }  # fmt: skip


def _chair(w: Work, id: str) -> str:
    """The title of whoever presides."""
    found = select(office.c.title).join(chair, chair.c.office == office.c.id).where(chair.c.conference == id).order_by(chair.c.place)
    return w.db.scalar(found.limit(1)) or ""
