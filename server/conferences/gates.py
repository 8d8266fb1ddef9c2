"""What still stands before inviting and before opening, as a list of red, amber and green sentences. An extraordinary dialogue is advised, not held up (D5.2b, D8.3)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from moderation.case.plans import BLOCKS
from server.conferences.plan import missing
from server.conferences.tables import conference, content, participant, venue
from server.deadlines.hours import is_over
from server.deadlines.tables import deadline
from server.invitations.gates import invited, noticed, uninvited_agencies
from server.office.work import Work


@dataclass(frozen=True, slots=True)
class Gate:
    """`state`: done, open, late, warn or advice; the sentence is `gate.<key>.<state>` with `details`; `link` the tab where it is put right."""

    key: str
    state: str
    link: str
    details: dict[str, Any] = field(default_factory=dict)


def gates(w: Work, id: str) -> list[Gate]:
    """The gates of a case, in the order in which they are met."""
    found = w.row(conference, id, "conference_unknown")
    urgent = found["regime"] == "extraordinary"
    out: list[Gate] = []

    def gate(key: str, done: bool, link: str, otherwise: str = "open", **details: Any) -> None:
        state = "done" if done else "advice" if urgent and otherwise != "warn" and key not in ("plan", "request") else otherwise
        out.append(Gate(key, state, link, details))

    lacking = missing(w, id)
    gate("plan", bool(found["approved_at"]), "/ke-hoach", missing=list(lacking))
    if urgent:
        gate("request", bool(found["request_paper"] and found["request_date"]), "/ke-hoach")
    written = set(w.db.scalars(select(content.c.block).where(content.c.conference == id)))
    empty = [block for block in BLOCKS[found["regime"]] if block not in written]
    gate("content", not empty, "/ke-hoach", "warn", blocks=", ".join(empty))
    silent = w.db.scalars(select(content.c.block).where(content.c.conference == id, content.c.speaker == "")).all()
    gate("speakers", not silent, "/ke-hoach", "warn", blocks=", ".join(silent))
    late = [row.clock for row in w.db.execute(select(deadline.c.clock).where(
        deadline.c.kind == "notice", deadline.c.subject == id, deadline.c.closed.is_(False), is_over(w)))]  # fmt: skip
    sent, of = invited(w, id)
    gate("invitations", of > 0 and sent == of, "/moi-va-thong-bao", "late" if late else "open", sent=sent, of=of)
    channels = noticed(w, id)
    gate("notice", bool(channels), "/moi-va-thong-bao", "late" if late else "open", channels=len(channels))
    outside = uninvited_agencies(w, id)
    gate("agencies", not outside, "/moi-va-thong-bao", "warn", agencies=", ".join(outside))
    untested = w.db.scalars(select(venue.c.code).where(venue.c.conference == id, venue.c.kind != "individual", venue.c.tested_on.is_(None))).all()
    gate("venues", not untested, "/ke-hoach", "warn", venues=", ".join(untested))
    seated = set(w.db.scalars(select(participant.c.role).where(participant.c.conference == id)))
    gate("people", {"chair", "secretary", "desk"} <= seated, "/phong-hop")
    return out
