"""Those who asked: where each may be reached and by their consent is told of every change to their item (D12.1); their status by code."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import RowMapping, or_, select

from server.conclusions.tables import agency_report, asked, conclusion, notice
from server.i18n import t
from server.notifications.outbox import enqueue
from server.office.work import Work
from server.organisation.tables import body
from server.petitions.tables import petition

CONSENTED = {"email": "email", "sms": "phone"}
"""Channel → the column of a petition that holds the address."""


@dataclass(frozen=True, slots=True)
class Petitioner:
    """One person or group with all that they asked: `refs` are what the conclusion names, `own` the petitions they sent themselves. Without consent to another
    way they get a letter."""

    refs: tuple[str, ...]
    own: tuple[str, ...]
    name: str
    channel: str
    address: str


def petitions_by_code(w: Work, id: str) -> dict[str, str]:
    """Code of a petition (KN-01) → its row."""
    return {row.code: row.id for row in w.db.execute(select(petition.c.code, petition.c.id).where(petition.c.conference == id))}


def reached_by(row: RowMapping) -> tuple[str, str]:
    """Channel and address of a petition's sender: what they agreed to, else a letter to where they live."""
    channel = row["results_by"]
    address = row[CONSENTED[channel]] if channel in CONSENTED else ""
    return (channel, address) if address else ("paper", row["address"] or row["area"])


def known_by(row: RowMapping) -> str:
    """What tells a petition's sender from a namesake who is reached in the same way: nothing more than the e-mail address, number or full address that the message
    goes to; where a letter would go to an area alone, the phone or e-mail, or the petition itself."""
    channel, _ = reached_by(row)
    return "" if channel != "paper" or row["address"] else row["phone"] or row["email"] or row["id"]


def senders(w: Work, petitions: Iterable[str]) -> list[RowMapping]:
    """The petitions themselves, and those that were merged into them: each sender asked."""
    ids = set(petitions)
    return list(
        w.db.execute(select(petition).where(or_(petition.c.id.in_(ids), petition.c.merged_into.in_(ids))).order_by(petition.c.number)).mappings()
    )


def petitioners(w: Work, id: str) -> list[Petitioner]:
    """Everybody who asked something that the conclusion answers. Those of one name are one person only where their phone, e-mail or full address is the same,
    letter by letter; else each petition has its own recipient, so that no namesake reads another's items."""
    rows = w.db.execute(select(asked).where(asked.c.conference == id).order_by(asked.c.ref)).mappings().all()
    of_petition = {row["petition"]: row["ref"] for row in rows if row["petition"]}
    found: dict[tuple[str, str, str, str], list[tuple[str, str]]] = {}
    for row in rows:
        if not row["petition"]:
            found.setdefault((row["asker"], "paper", row["area"], row["ref"]), []).append((row["ref"], ""))
    for sender in senders(w, of_petition):
        ref = of_petition.get(sender["id"]) or of_petition[sender["merged_into"]]
        found.setdefault((sender["name"], *reached_by(sender), known_by(sender)), []).append((ref, sender["id"]))
    return [
        Petitioner(tuple(dict.fromkeys(ref for ref, _ in of)), tuple(own for _, own in of if own), name, channel, address)
        for (name, channel, address, _), of in sorted(found.items())
    ]


def tell(w: Work, item: RowMapping, event: str, **details: Any) -> None:
    """Queues a message of a change to everybody who asked about an item and agreed to be told. `event`: the sentence `follow.told.<event>`."""
    ids = [row for row in w.db.scalars(select(asked.c.petition).where(asked.c.conclusion == item["id"])) if row]
    sentence = t("vi", f"follow.told.{event}", code=item["code"], **details)
    for sender in senders(w, ids):
        channel, address = reached_by(sender)
        if channel == "paper":
            continue
        enqueue(w, f"follow:{item['id']}:{event}:{w.now}:{sender['id']}", kind="follow_up", channel=channel, recipient=sender["name"], address=address,
                title=t("vi", "follow.told.title", code=sender["code"]), text=t("vi", "follow.told.text", code=sender["code"], sentence=sentence),
                conference=item["conference"], subject=item["id"])  # fmt: skip


def status_for_petition(w: Work, petition_id: str) -> list[dict[str, Any]]:
    """What the conclusion says on a petition, for the one who sent it: per item code, text, state, lead, due, result, and the two dates of the agency's reports.
    Empty before the notice is issued. A merged petition is answered with the one it was merged into."""
    own = w.db.execute(select(petition.c.id, petition.c.merged_into).where(petition.c.id == petition_id)).first()
    if own is None:
        return []
    ids = [id for id in (own.id, own.merged_into) if id]
    columns = (conclusion, body.c.name.label("lead_name"), agency_report.c.to_chair_on, agency_report.c.to_petitioner_on)
    rows = w.db.execute(
        select(*columns)
        .join(asked, asked.c.conclusion == conclusion.c.id)
        .join(notice, notice.c.conference == conclusion.c.conference)
        .outerjoin(body, body.c.id == conclusion.c.lead)
        .outerjoin(agency_report, (agency_report.c.conclusion == conclusion.c.id) & (agency_report.c.body == conclusion.c.lead))
        .where(asked.c.petition.in_(ids), notice.c.issued_on.is_not(None))
        .order_by(conclusion.c.place)
    ).mappings()
    shown = ("conference", "code", "kind", "text", "state", "due", "done_on", "result", "lead_name", "to_chair_on", "to_petitioner_on")
    return [{name: row[name] for name in shown} for row in rows]
