"""Telling the public, at least seven working days before (Art. 8.1): where it was published, with an address or a picture of it, and the texts to publish."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import RowMapping, select
from starlette.datastructures import UploadFile

from moderation import Refusal
from moderation.case.stages import BEFORE, Stage
from server.clock import day_of, moment_of
from server.conferences.papers import branches
from server.conferences.queries import case
from server.conferences.tables import conference
from server.deadlines.hours import in_time
from server.deadlines.tables import deadline
from server.files.checked import Checked
from server.files.store import Store
from server.invitations.delivery import Timely, note_done
from server.invitations.letters import about, hotline
from server.invitations.tables import announcement
from server.office.forms import Clock, Code, Day, FormBody, MaybeLine
from server.office.work import Work
from server.organisation.tables import body
from server.papers.compose import Composed, compose
from server.papers.frame import frame_of
from server.papers.office_templates import in_force
from server.papers.register import draft

CHANNELS = ("website", "loudspeaker", "posted", "zalo", "press", "other")
SHOWN = (*BEFORE[1:], Stage.IN_SESSION, Stage.AWAITING_NOTICE, Stage.ISSUED, Stage.CARRIED_OUT, Stage.CLOSED, Stage.POSTPONED)
"""Stages in which a conference stands on the public pages; before its plan is approved nothing does, and one that was called off says so nowhere but in its notice."""


class AnnouncementForm(FormBody):
    """Where and when it was published, and what proves it: an address, or a picture or PDF."""

    channel: Code
    day: Day
    hour: Clock
    url: MaybeLine = ""
    note: MaybeLine = ""
    file: UploadFile | None = None


def announce(w: Work, id: str, form: AnnouncementForm, files: Store, proof: Checked | None) -> str:
    """Notes a publication (raises `Refusal` channel_unknown, day_to_come, url_unfit, proof_missing, announced)."""
    found = case(w, id, "publish_notice")
    at = moment_of(form.day.isoformat(), form.hour)
    if form.channel not in CHANNELS:
        raise Refusal("channel_unknown", field="channel")
    if at > w.now:
        raise Refusal("day_to_come", field="day")
    if form.url and not form.url.startswith(("https://", "http://")):
        raise Refusal("url_unfit", field="url")
    if not form.url and proof is None:
        raise Refusal("proof_missing", field="url")
    if not found["approved_at"]:
        raise Refusal("plan_not_approved")
    edition = 1 + max(w.db.scalars(select(announcement.c.edition).where(announcement.c.conference == id, announcement.c.void.is_(True))), default=0)
    same = select(announcement.c.id).where(
        announcement.c.conference == id, announcement.c.edition == edition, announcement.c.channel == form.channel, announcement.c.published_at == at
    )
    if w.db.scalar(same) is not None:
        raise Refusal("announced", field="channel")
    kept = [{"sha256": files.put(proof.content), "name": proof.name, "type": proof.type}] if proof else []
    row = w.add(announcement, conference=id, edition=edition, channel=form.channel, published_at=at, url=form.url, note=form.note, files=kept)
    note_done(w, id)
    return row


def withdraw(w: Work, id: str, one: str) -> None:
    """Takes back an entry that was made by mistake; the history keeps it."""
    case(w, id, "publish_notice")
    if w.row(announcement, one)["conference"] != id:
        raise Refusal("not_found")
    w.change(announcement, one, void=True)


def announcements(w: Work, id: str) -> Sequence[RowMapping]:
    """Where the public was told, the first first."""
    of = select(announcement).where(announcement.c.conference == id, announcement.c.void.is_(False))
    return w.db.execute(of.order_by(announcement.c.published_at, announcement.c.channel)).mappings().all()


def told_in_time(w: Work, id: str) -> list[Timely]:
    """How telling the public stands under each clock (D8.1c): by the first channel on which it was."""
    told = announcements(w, id)
    first = told[0]["published_at"] if told else None
    rows = w.db.execute(select(deadline).where(deadline.c.kind == "notice", deadline.c.subject == id).order_by(deadline.c.due)).mappings()
    return [Timely(row["clock"], row["due"], row["safe"], day_of(first).isoformat() if first else None, in_time(w, row, first)) for row in rows]


# --- what to publish -------------------------------------------------------------------------------------------------------------


def notice_data(w: Work, id: str, base: str) -> dict[str, Any]:
    """What notice, poster and the short texts say. There is no name of a person in it: offices, places, and how to take part."""
    found = w.row(conference, id)
    common = about(w, id)
    return {
        **{name: common[name] for name in ("title", "chair", "date", "place", "starts_at", "format", "topics", "recording_notice")},
        "venues": branches(w, id), "collection_from": found["collection_from"] or "", "collection_to": found["collection_to"] or found["date"],
        "hotline": hotline(w, id) or w.db.scalar(select(body.c.short).where(body.c.id == found["advising_body"])) or "", "link": f"{base}/cong-khai/hoi-nghi/{id}",
    }  # fmt: skip


def composed(w: Work, id: str, kind: str, base: str) -> Composed:
    """The notice or the poster as a paper, the notice with its short texts."""
    return compose(kind, notice_data(w, id, base), frame_of(w, id), in_force(w, kind))


def draft_notice(w: Work, id: str, base: str) -> str:
    """The notice as a paper to be signed and numbered."""
    case(w, id, "publish_notice")
    return draft(w, id, "public_notice", notice_data(w, id, base))


def lengths(texts: Mapping[str, str]) -> dict[str, int]:
    """How long the short texts are: words for the loudspeakers (at most 150), characters for Zalo (at most 500)."""
    return {"loudspeaker": len(texts.get("loudspeaker", "").split()), "zalo": len(texts.get("zalo", ""))}


# --- the public pages ------------------------------------------------------------------------------------------------------------


def public_case(w: Work, id: str) -> RowMapping:
    """A conference that everybody may read of (raises `Refusal` not_public)."""
    found = w.db.execute(select(conference).where(conference.c.id == id)).mappings().first()
    if found is None or found["stage"] not in SHOWN or not found["approved_at"]:
        raise Refusal("not_public")
    return found
