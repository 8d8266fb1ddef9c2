"""What the papers of this noun are made of: plain values for the templates of the notice, the extract, the tasking letter, the agency's report, the referral."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import RowMapping, select

from moderation.conclusion import Kind
from server.conclusions.extracts import extract_of
from server.conclusions.items import asked_of, items_of, notice_of
from server.conclusions.tables import agency_report, conclusion
from server.conferences.tables import chair, conference
from server.office.work import Work
from server.organisation.tables import body, office
from server.petitions.tables import petition

Data = dict[str, Any]

PARTS = (
    ("settled", (Kind.ACCEPTED, Kind.SETTLED, Kind.EXPLAINED)),
    ("assigned", (Kind.ASSIGNED, Kind.TO_STUDY)),
    ("beyond", (Kind.BEYOND_AUTHORITY,)),
)
"""Parts 2, 3 and 4 of the notice, and the kinds that stand in each."""


def names(w: Work) -> dict[str, str]:
    """Body → its full name."""
    return {row.id: row.name for row in w.db.execute(select(body.c.id, body.c.name))}


def chair_title(w: Work, id: str) -> str:
    """The office that presides, by its title."""
    found = select(office.c.title).join(chair, chair.c.office == office.c.id).where(chair.c.conference == id).order_by(chair.c.place)
    return w.db.scalar(found) or ""


def item_data(item: RowMapping, called: Mapping[str, str]) -> Data:
    """One item with the names of its bodies."""
    return {
        "code": item["code"],
        "kind": item["kind"],
        "text": item["text"],
        "opinion": item["opinion"],
        "lead": called.get(item["lead"] or "", ""),
        "coordinating": [called[one] for one in item["coordinating"] if one in called],
        "shares": [{"body": called.get(share["body"], ""), "text": share["text"]} for share in item["shares"]],
        "due": item["due"] or "",
        "to": called.get(item["sent_to"] or "", ""),
    }


def case_data(w: Work, id: str) -> Data:
    """What every paper of a case says of it."""
    case = w.row(conference, id)
    return {"title": case["title"], "chair": chair_title(w, id), "date": case["date"] or "", "held_on": case["held_on"] or "", "place": case["place"]}


def notice_data(w: Work, id: str) -> Data:
    """The conclusion notice with its annex, which names nobody: petitions stand in it by code and summary, the dossier keeps who they are."""
    found, called, items, about = notice_of(w, id), names(w), items_of(w, id), asked_of(w, id)
    parts = [
        {"part": part, "items": [item_data(item, called) for item in items if item["kind"] in kinds]}
        for part, kinds in PARTS
    ]  # fmt: skip
    summaries = {row.id: row.summary for row in w.db.execute(select(petition.c.id, petition.c.summary).where(petition.c.conference == id))}
    annex = [
        {**item_data(item, called), "number": number, "ref": row["ref"], "asked": summaries.get(row["petition"]) or row["content"]}
        for number, (item, row) in enumerate(((item, row) for item in items for row in about.get(item["id"], [])), start=1)
    ]
    return {
        **case_data(w, id),
        "general": [line for line in found["general"].split("\n") if line],
        "execution": [line for line in found["execution"].split("\n") if line],
        "heard": found["heard"],
        "ground": found["ground"],
        "ground_words": found["ground_words"],
        "parts": parts,
        "annex": annex,
        "advising": called.get(w.row(conference, id)["advising_body"] or "", ""),
    }


def extract_data(w: Work, id: str, name: str, refs: Collection[str], own: Collection[str]) -> Data:
    """The extract for one petitioner: their own items, their own name, nobody else's."""
    found = notice_of(w, id)
    return {**case_data(w, id), "to": name, "number": found["number"], "issued_on": found["issued_on"] or "", "items": extract_of(w, id, refs, own)}


def tasking_data(w: Work, id: str, items: Collection[str] | None = None) -> Data:
    """The tasking letter: what was given to whom until when."""
    called, found = names(w), notice_of(w, id)
    given = [item for item in items_of(w, id) if item["lead"] and (items is None or item["id"] in items)]
    return {
        **case_data(w, id),
        "number": found["number"],
        "issued_on": found["issued_on"] or "",
        "items": [item_data(item, called) for item in given],
    }


def result_data(w: Work, id: str, agency: str) -> Data:
    """An agency's report on reception and direction of its items (Art. 10.2)."""
    called, found = names(w), notice_of(w, id)
    rows = w.db.execute(
        select(agency_report, conclusion.c.code, conclusion.c.text.label("item_text"))
        .join(conclusion, conclusion.c.id == agency_report.c.conclusion)
        .where(agency_report.c.conference == id, agency_report.c.body == agency)
        .order_by(conclusion.c.place)
    ).mappings()
    items = [{"code": row["code"], "text": row["item_text"], "result": row["text"], "to_chair_on": row["to_chair_on"] or "",
              "to_petitioner_on": row["to_petitioner_on"] or ""} for row in rows]  # fmt: skip
    return {**case_data(w, id), "agency": called[agency], "number": found["number"], "issued_on": found["issued_on"] or "", "items": items}


def referral_data(w: Work, found: RowMapping) -> Data:
    """The letter to the superior body: facts, authority, request."""
    called, id = names(w), found["conference"]
    items = [item_data(item, called) for item in items_of(w, id) if item["id"] in found["conclusions"]]
    return {**case_data(w, id), "to": called[found["sent_to"]], "facts": found["facts"], "request": found["request"], "items": items}
