"""The extract of the notice for one petitioner: their own items alone, without any other name (data protection: no list of names leaves the office)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import RowMapping, select

from server.conclusions.items import items_of, notice_of
from server.conclusions.tables import asked
from server.conferences.tables import conference
from server.i18n import t
from server.office.work import Work
from server.organisation.tables import body
from server.pages import day
from server.petitions.tables import petition


def extract_of(w: Work, id: str, refs: Collection[str], own: Collection[str] = ()) -> list[dict[str, Any]]:
    """The items about these petitions and statements. `own` are the petitions that this petitioner sent: `asked` holds their words, nobody else's, even where
    several petitions were merged."""
    words: dict[str, list[str]] = {}
    sent = {row.merged_into or row.id: row.content for row in w.db.execute(select(petition).where(petition.c.id.in_(own)))}
    sent |= {row.id: row.content for row in w.db.execute(select(petition).where(petition.c.id.in_(own), petition.c.merged_into.is_(None)))}
    for row in w.db.execute(select(asked).where(asked.c.conference == id, asked.c.ref.in_(refs)).order_by(asked.c.ref)):
        words.setdefault(row.conclusion, []).append(sent.get(row.petition, row.content) if own else row.content)
    names = {row.id: row.name for row in w.db.execute(select(body.c.id, body.c.name))}
    return [told(item, words[item["id"]], names) for item in items_of(w, id) if item["id"] in words]


def told(item: RowMapping, own: list[str], names: Mapping[str, str]) -> dict[str, Any]:
    """One item as its petitioner reads it."""
    return {
        "code": item["code"],
        "kind": item["kind"],
        "asked": own,
        "text": item["text"],
        "lead": names.get(item["lead"] or "", ""),
        "coordinating": [names[one] for one in item["coordinating"] if one in names],
        "due": item["due"],
        "sent_to": names.get(item["sent_to"] or "", ""),
    }


def extract_text(w: Work, id: str, refs: Collection[str], own: Collection[str] = ()) -> str:
    """The extract as the text of a message."""
    found = notice_of(w, id)
    lines = [t("vi", "extract.opening", number=found["number"], date=day(found["issued_on"]), title=w.row(conference, id)["title"])]
    for item in extract_of(w, id, refs, own):
        lines.append("\n".join(filter(None, (
            *(t("vi", "extract.asked", text=text) for text in item["asked"]),
            t("vi", "extract.item", kind=t("vi", f"outcome.{item['kind']}"), text=item["text"]),
            t("vi", "extract.lead", lead=item["lead"]) if item["lead"] else "",
            t("vi", "extract.due", date=day(item["due"])) if item["due"] else "",
            t("vi", "extract.sent_to", to=item["sent_to"]) if item["sent_to"] else "",
        ))))  # fmt: skip
    lines.append(t("vi", "extract.close"))
    return "\n\n".join(lines)
