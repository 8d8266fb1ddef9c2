"""The letter of each invitation: on paper with its own QR, as the file that goes with a mail, and its text for short messages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import RowMapping, select

from moderation import Refusal
from server.accounts.keys import Keys
from server.conferences.papers import FORMAT_WORDS, shown
from server.conferences.tables import chair, conference, venue
from server.i18n import t
from server.invitations.recipients import invitations
from server.office.work import Work
from server.organisation.tables import office
from server.papers.as_pdf import render_pdf
from server.papers.compose import compose
from server.papers.frame import Frame, frame_of
from server.papers.office_templates import in_force
from server.papers.register import draft, frame_again
from server.papers.tables import paper
from server.petitions.tables import petition

ALL = "các cơ quan, tổ chức, cá nhân (theo danh sách)"
"""To whom the one letter is written that is signed and numbered for all."""


@dataclass(frozen=True, slots=True)
class Letters:
    """What the letters of a case are made from, read in one go: drawing them needs no transaction."""

    frame: Frame
    template: str | None
    each: Mapping[str, dict[str, Any]]

    def pdf(self, *ids: str) -> bytes:
        """One file with the letters of these invitations."""
        return render_pdf([compose("invitation", self.each[id], self.frame, self.template).paper for id in ids])


def token_of(keys: Keys, id: str) -> str:
    """The secret of an invitation's link. It follows from the id and the server's key, so that the same letter can be printed again and no database holds it."""
    return keys.hash("link", f"invitation:{id}").hex()[:32]


def link_of(keys: Keys, base: str, id: str) -> str:
    """The address of an invitation's own page; what stands behind `#` is never sent or logged."""
    return f"{base}/moi#{token_of(keys, id)}"


def about(w: Work, id: str) -> dict[str, Any]:
    """What every letter of a case says (raises `Refusal` date_missing)."""
    found = w.row(conference, id)
    if not found["date"] or not found["starts_at"]:
        raise Refusal("date_missing")
    presiding = w.db.scalars(
        select(office.c.title).join(chair, chair.c.office == office.c.id).where(chair.c.conference == id).order_by(chair.c.place)
    )
    return {
        "title": found["title"], "chair": " và ".join(presiding), "date": found["date"], "place": found["place"], "starts_at": found["starts_at"],
        "format": FORMAT_WORDS[found["format"]], "topics": found["topics"], "recording_notice": found["recording_notice"], "venue": "", "explains": [],
        "phone": hotline(w, id), "registration": t("vi", "invitation.registration"), "link": "",
    }  # fmt: skip


def letters(w: Work, id: str, keys: Keys, base: str) -> Letters:
    """The letters of all invitations that count, in the form of the signed one if there is one."""
    common, signed = about(w, id), issued(w, id)
    frame = frame_again(signed) if signed is not None else frame_of(w, id)
    each = {
        row["id"]: {
            **common,
            "to": row["recipient"],
            "explains": explains(w, id, row["body"]) if row["body"] else [],
            "link": link_of(keys, base, row["id"]),
        }
        for row in invitations(w, id)
    }
    return Letters(frame, (signed["template"] or None) if signed is not None else in_force(w, "invitation"), each)


def draft_for_signing(w: Work, id: str) -> str:
    """The one letter that the chair signs and that gets the number; those of the recipients are printed in its form."""
    w.allow("send_invitations", w.row(conference, id, "conference_unknown")["unit"])
    return draft(w, id, "invitation", {**about(w, id), "to": ALL})


def issued(w: Work, id: str) -> RowMapping | None:
    """The signed and numbered letter, the newest one."""
    of = select(paper).where(paper.c.conference == id, paper.c.kind == "invitation", paper.c.state == "issued").order_by(paper.c.issued_at.desc())
    return w.db.execute(of).mappings().first()


def explains(w: Work, id: str, agency: str) -> list[str]:
    """What an agency has to explain at the conference (D8.1d): the petitions that it leads, by code and in short."""
    rows = w.db.execute(
        select(petition.c.code, petition.c.summary).where(petition.c.conference == id, petition.c.lead == agency).order_by(petition.c.code)
    )
    return [f"{row.code} ({row.summary})" if row.summary else row.code for row in rows]


def hotline(w: Work, id: str) -> str:
    """The telephone number of the conference: the one of the main venue ("" where the plan names none)."""
    return w.db.scalar(select(venue.c.backup_phone).where(venue.c.conference == id, venue.c.kind == "main")) or ""


def mail_text(case: RowMapping, recipient: str, unit: str, link: str) -> str:
    """The text of a mail, paragraph by paragraph."""

    def say(key: str, **details: str) -> str:
        return t("vi", f"invitation.{key}", **details)

    when = say("mail_when", time=case["starts_at"], date=shown(case["date"]))
    paragraphs = (
        say("mail_to", recipient=recipient), say("mail_invites", unit=unit, title=case["title"]), f"{when}\n{say('mail_where', place=case['place'])}",
        f"{say('mail_link')}\n{link}", case["recording_notice"],
    )  # fmt: skip
    return "\n\n".join(filter(None, paragraphs)) + "\n"


def short_text(case: RowMapping, unit: str, link: str) -> str:
    """The text of an SMS or a Zalo message."""
    return t(
        "vi", "invitation.short", unit=unit, title=case["title"], date=shown(case["date"]), time=case["starts_at"], place=case["place"], link=link
    )


def recall_text(case: RowMapping, why: str) -> str:
    """What whoever was invited reads when the day no longer holds."""
    gone = t("vi", "invitation.recall", title=case["title"], time=case["starts_at"], date=shown(case["date"]))
    return "\n\n".join((f"{gone}\n{t('vi', 'invitation.recall_why', why=why)}", t("vi", "invitation.recall_void"))) + "\n"
