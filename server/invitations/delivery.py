"""Sending invitations: one message per invitation, learning that it went, and taking back what is no longer right. Time is when it went out (Art. 8.1)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, RowMapping, select

from moderation import Refusal
from moderation.case.stages import BEFORE, Stage, step
from server.accounts.keys import Keys
from server.clock import day_of, moment_of
from server.conferences.queries import case
from server.conferences.tables import conference
from server.deadlines.deadlines import meet
from server.deadlines.hours import in_time
from server.deadlines.tables import deadline
from server.i18n import t
from server.invitations.calendar_file import entry, organiser_of
from server.invitations.letters import link_of, mail_text, recall_text, short_text, token_of
from server.invitations.recipients import Guest, add, invitations
from server.invitations.tables import announcement, invitation
from server.notifications.outbox import enqueue, withdraw
from server.notifications.tables import message
from server.office.forms import Code, Day, FormBody
from server.office.work import Work
from server.organisation.tables import unit


class HandedForm(FormBody):
    """Letters that somebody handed over on this day; all that are left when none is named."""

    on: Day
    invitation: Code | None = None


@dataclass(frozen=True, slots=True)
class Timely:
    """One clock of the notice: until when, the earlier day that no reading disputes, when it was done, and whether that was in time (None while it is open
    and its day has not passed)."""

    clock: str
    due: str
    safe: str | None
    done_on: str | None
    in_time: bool | None


def send(w: Work, id: str, keys: Keys, base: str, letters: Mapping[str, str], mail_from: str) -> int:
    """Queues a message for every invitation that has none yet; gives how many. Asked for again, nothing goes twice. `letters`: invitation → SHA-256 of its
    letter, where it goes along. Raises `Refusal` plan_not_approved, date_missing, nobody_invited."""
    found = case(w, id, "send_invitations")
    ready(found)
    rows = invitations(w, id)
    if not rows:
        raise Refusal("nobody_invited")
    name = w.row(unit, found["unit"])["name"]
    sent = 0
    for row in rows:
        if row["message"] or row["sent_at"] or row["channel"] == "paper":
            continue
        link, mail = link_of(keys, base, row["id"]), row["channel"] == "email"
        attachments: list[dict[str, Any]] = []
        if mail:
            calendar = entry(found, row["edition"], w.now, organiser=f"mailto:{mail_from}", link=link)
            attachments.append({"text": calendar, "name": "hoi-nghi.ics", "type": "text/calendar; charset=utf-8; method=REQUEST"})
            if row["id"] in letters:
                attachments.append({"sha256": letters[row["id"]], "name": "giay-moi.pdf", "type": "application/pdf"})
        queued = enqueue(
            w, f"invitation:{row['id']}", kind="invitation", channel=row["channel"], recipient=row["recipient"], address=row["address"], conference=id,
            subject=row["id"], title=t("vi", "invitation.subject", title=found["title"]), attachments=attachments,
            text=mail_text(found, row["recipient"], name, link) if mail else short_text(found, name, link),
        )  # fmt: skip
        w.change(invitation, row["id"], message=queued, token_hash=keys.hash("link", token_of(keys, row["id"])))
        sent += 1
    for row in rows:  # the QR on a letter works as soon as the letters may be handed out
        if row["channel"] == "paper" and row["token_hash"] is None:
            w.change(invitation, row["id"], token_hash=keys.hash("link", token_of(keys, row["id"])))
    if Stage(found["stage"]) in BEFORE[1:4] and not (found["collection_to"] and found["collection_to"] >= w.today.isoformat()):
        w.change(conference, id, stage=step(Stage(found["stage"]), Stage.INVITED).value)
    return sent


def ready(found: RowMapping) -> None:
    """Refuses to invite to what the chair has not approved, or what has no day."""
    if not found["approved_at"] or Stage(found["stage"]) not in (*BEFORE[1:], Stage.IN_SESSION):
        raise Refusal("plan_not_approved")
    if not found["date"] or not found["starts_at"]:
        raise Refusal("date_missing")


def hand_over(w: Work, id: str, form: HandedForm) -> int:
    """Notes that letters on paper were handed over (raises `Refusal` day_to_come, nobody_invited)."""
    ready(case(w, id, "send_invitations"))
    if form.on > w.today:
        raise Refusal("day_to_come", field="on")
    rows = [row for row in invitations(w, id) if row["channel"] == "paper" and not row["sent_at"] and form.invitation in (None, row["id"])]
    if not rows:
        raise Refusal("nobody_invited")
    at = w.now if form.on == w.today else moment_of(form.on.isoformat(), "12:00")
    for row in rows:
        w.change(invitation, row["id"], sent_at=at)
    note_done(w, id)
    return len(rows)


def unlearned(db: Connection) -> bool:
    """Whether a message of an invitation went of which the invitation does not know yet."""
    gone = (invitation.c.sent_at.is_(None), invitation.c.void.is_(False), message.c.state == "sent")
    return db.scalar(select(invitation.c.id).join(message, message.c.id == invitation.c.message).where(*gone).limit(1)) is not None


def learn_sent(w: Work) -> int:
    """Carries what the outbox knows to the invitations: when each went. Gives how many were told."""
    gone = (invitation.c.sent_at.is_(None), invitation.c.void.is_(False), message.c.state == "sent")
    of = select(invitation.c.id, invitation.c.conference, message.c.sent_at).join(message, message.c.id == invitation.c.message).where(*gone)
    rows = w.db.execute(of.order_by(invitation.c.id)).all()
    w.act = "send_invitations"
    for row in rows:
        w.change(invitation, row.id, sent_at=row.sent_at)
    for id in sorted({row.conference for row in rows}):
        note_done(w, id)
    return len(rows)


def done_on(w: Work, id: str) -> str | None:
    """The day on which the last invitation had gone out and the public had been told; None while something is left."""
    sent = [row["sent_at"] for row in invitations(w, id)]
    told = w.db.scalars(select(announcement.c.published_at).where(announcement.c.conference == id, announcement.c.void.is_(False))).all()
    if not sent or not told or not all(sent):
        return None
    return day_of(max(max(sent), min(told))).isoformat()


def note_done(w: Work, id: str) -> None:
    """Meets the deadline of Art. 8.1 under every clock, once everything has gone out."""
    if on := done_on(w, id):
        meet(w, "notice", id, on)


def on_time(w: Work, id: str) -> list[Timely]:
    """How inviting stands under each clock (D8.1b): by the invitation that went last."""
    sent = [row["sent_at"] for row in invitations(w, id)]
    last = max(sent) if sent and all(sent) else None
    rows = w.db.execute(select(deadline).where(deadline.c.kind == "notice", deadline.c.subject == id).order_by(deadline.c.due)).mappings()
    return [Timely(row["clock"], row["due"], row["safe"], day_of(last).isoformat() if last else None, in_time(w, row, last)) for row in rows]


def recall(w: Work, id: str, rows: Iterable[RowMapping], why: str) -> None:
    """Takes back what waits, and tells whoever has an invitation, or may have it, that the day no longer holds: by the same way, with the entry removed from
    their calendar. Letters on paper are handed over by a person."""
    found = w.row(conference, id)
    rows = list(rows)
    withdraw(w, *(row["id"] for row in rows))
    about = (message.c.conference == id, message.c.kind == "invitation", message.c.state != "withdrawn")
    gone = {row.id: row.attachments for row in w.db.execute(select(message.c.id, message.c.attachments).where(*about))}
    for row in rows:
        if not found["date"] or not (row["sent_at"] or row["message"] in gone):
            continue
        attachments = []
        asked = next((one["text"] for one in gone.get(row["message"], ()) if "text" in one), None)
        if asked is not None:
            calendar = entry(found, row["edition"], w.now, organiser=organiser_of(asked), cancelled=True)
            attachments.append({"text": calendar, "name": "hoi-nghi.ics", "type": "text/calendar; charset=utf-8; method=CANCEL"})
        enqueue(
            w, f"recall:{row['id']}", kind="recall", channel=row["channel"], recipient=row["recipient"], address=row["address"], conference=id,
            subject=f"recall:{row['id']}", title=t("vi", "invitation.recall_subject", title=found["title"]), attachments=attachments,
            text=recall_text(found, why),
        )  # fmt: skip


def invite_again(w: Work, id: str) -> int:
    """Puts everybody on the list of the new edition who was on the one before it; gives how many."""
    case(w, id, "send_invitations")
    last = max(w.db.scalars(select(invitation.c.edition).where(invitation.c.conference == id, invitation.c.void.is_(True))), default=0)
    rows = (
        w.db.execute(select(invitation).where(invitation.c.conference == id, invitation.c.edition == last, invitation.c.void.is_(True)))
        .mappings()
        .all()
    )
    groups: dict[str, list[Guest]] = {}
    for row in rows:
        guest = Guest(row["recipient"], row["residence"], row["address"], row["channel"], row["kind"], row["body"], row["petition"])
        groups.setdefault(row["audience"], []).append(guest)
    return sum(add(w, id, guests, audience) for audience, guests in groups.items())
