"""What others get of a case's petitions: the live room, the report that synthesises them (D8.2b), the report that answers them, and the follower by code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from sqlalchemy import RowMapping, func, select

from moderation.case.petitions import ELSEWHERE, FIELDS, IN_DIALOGUE, AnswerState, State, opinions
from moderation.plan import PetitionPlan
from server.i18n import t
from server.office.work import Work
from server.organisation.tables import body
from server.petitions.entering import said
from server.petitions.tables import petition, petition_answer

_DIALOGUE = [state.value for state in IN_DIALOGUE]


def for_room(w: Work, id: str) -> tuple[PetitionPlan, ...]:
    """The petitions of a conference as the live room needs them: by code, without those that were merged into another, sent elsewhere or withheld; with the
    answer that was checked or released."""
    answers = prepared(w, id)
    return tuple(
        PetitionPlan(
            row["code"], said(row), row["shown_as"], field_name(row["field"]), row["lead"], tuple(row["coordinating"]), row["within_authority"], row["complex"],
            row["escalate_to"], answers[row["id"]]["text"] if row["id"] in answers else "", row["is_group"],
            not row["is_group"] or bool(row["representative"] and row["authority"]),
        )
        for row in in_dialogue(w, id)
        if not row["withheld"]
    )  # fmt: skip


def out_of_scope_count(w: Work, id: str) -> int:
    """How many were sent elsewhere (Art. 1.2, 1.3)."""
    return w.db.scalar(select(func.count()).select_from(petition).where(petition.c.conference == id, petition.c.state == State.REFERRED.value)) or 0


def synthesis(w: Work, id: str) -> dict[str, Any]:
    """The synthesis report as data: every opinion is in it once, merged ones are counted with the one that tells them, what belongs elsewhere is listed as
    referred and nowhere else."""
    rows = _all(w, id)
    names = _body_names(w)
    told = opinions({row["id"]: row["merged_into"] for row in rows if row["state"] != State.REFERRED.value})
    shown = [row for row in rows if row["state"] in _DIALOGUE]
    by_field = {field: [_line(row, names, told) for row in shown if row["field"] == field] for field in FIELDS}
    referred = [row for row in rows if row["state"] == State.REFERRED.value]
    return {
        "received": len(rows),
        "people": len({(row["name"], row["phone"], row["area"]) for row in rows}),
        "accepted": len(shown),
        "opinions": sum(told.get(row["id"], 1) for row in shown),
        "merged": sum(row["state"] == State.MERGED.value for row in rows),
        "waiting": sum(row["state"] == State.RECEIVED.value for row in rows),
        "sources": [
            {"source": t("vi", f"petition.source.{source}"), "count": count}
            for source, count in sorted(Counter(row["source"] for row in rows).items())
        ],
        "fields": [{"field": field_name(field), "count": len(lines), "petitions": lines} for field, lines in by_field.items() if lines],
        "petitions": [_line(row, names, told) for row in shown],
        "beyond_authority": [row["code"] for row in shown if not row["within_authority"]],
        "complex": [row["code"] for row in shown if row["complex"]],
        "referred": [_referral(row) for row in referred],
        "referred_by_kind": [
            {"kind": t("vi", f"petition.kind.{kind.value}"), "count": count}
            for kind in ELSEWHERE
            if (count := sum(row["kind"] == kind.value for row in referred))
        ],
    }


def answers(w: Work, id: str) -> dict[str, Any]:
    """The report that answers the petitions as data (step 3, Art. 9.3): each petition of the dialogue with its answer, those without one named.
    It is read aloud: what is withheld is not in it (D4.2)."""
    rows = [row for row in in_dialogue(w, id) if not row["withheld"]]
    names, given = _body_names(w), prepared(w, id)
    told = opinions({row["id"]: row["merged_into"] for row in _all(w, id)})
    lines = [{**_line(row, names, told), "answer": given[row["id"]]["text"] if row["id"] in given else ""} for row in rows]
    return {
        "petitions": lines,
        "answered": [line for line in lines if line["answer"]],
        "unanswered": [line for line in lines if not line["answer"]],
        "fields": [
            {"field": field_name(field), "petitions": of_field}
            for field in FIELDS
            if (of_field := [line for line in lines if line["answer"] and line["field_code"] == field])
        ],
    }


def in_dialogue(w: Work, id: str) -> list[RowMapping]:
    """The petitions of the dialogue by code."""
    return list(
        w.db.execute(select(petition).where(petition.c.conference == id, petition.c.state.in_(_DIALOGUE)).order_by(petition.c.code)).mappings()
    )


def prepared(w: Work, id: str) -> Mapping[str, RowMapping]:
    """Petition → the answer that stands for it: the released one, else the checked one."""
    states = (AnswerState.CHECKED.value, AnswerState.RELEASED.value)
    rows = w.db.execute(
        select(petition_answer).where(petition_answer.c.conference == id, petition_answer.c.state.in_(states)).order_by(petition_answer.c.number)
    ).mappings()
    found: dict[str, RowMapping] = {}
    for row in rows:
        if row["petition"] not in found or row["state"] == AnswerState.RELEASED.value:
            found[row["petition"]] = row
    return found


def field_name(field: str) -> str:
    """A field as papers and minutes name it."""
    return t("vi", f"petition.field.{field}")


def _all(w: Work, id: str) -> list[RowMapping]:
    """Every petition of a conference: those of the dialogue by their code, then as received."""
    rows = w.db.execute(select(petition).where(petition.c.conference == id).order_by(petition.c.number)).mappings()
    return sorted(rows, key=lambda row: (row["code"][:2] != "KN", row["code"]))


def _body_names(w: Work) -> dict[str, str]:
    return {row.id: row.name for row in w.db.execute(select(body.c.id, body.c.name))}


def _line(row: RowMapping, names: Mapping[str, str], told: Mapping[str, int]) -> dict[str, Any]:
    count = told.get(row["id"], 1)
    return {
        "code": row["code"],
        "field": field_name(row["field"]),
        "field_code": row["field"],
        "petitioner": row["shown_as"],
        "content": t("vi", "petition.withheld.text") if row["withheld"] else said(row),
        "opinions": count,
        "opinions_text": t("vi", "petition.opinions", count=count),
        "lead": names.get(row["lead"], ""),
        "coordinating": ", ".join(names[other] for other in row["coordinating"] if other in names),
        "within_authority": row["within_authority"],
        "complex": row["complex"],
        "escalate_to": names.get(row["escalate_to"], ""),
        "due": row["answer_due"] or "",
        "state": t("vi", f"petition.state.{row['state']}"),
    }


def _referral(row: RowMapping) -> dict[str, Any]:
    """What is told of a petition that was sent elsewhere: never its text, never who sent it."""
    return {
        "code": row["code"],
        "kind": t("vi", f"petition.kind.{row['kind']}"),
        "summary": row["summary"] or t("vi", f"petition.kind.{row['kind']}"),
        "receiver": row["referral_to"],
        "slip": row["referral_no"],
        "date": row["referral_date"] or "",
        "action": row["triage_note"] or t("vi", f"petition.way.{row['kind']}"),
    }
