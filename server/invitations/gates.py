"""How inviting and telling the public stand, for the gates of a case; and making void what was sent for a day that is no longer right."""

from __future__ import annotations

from sqlalchemy import func, select

from server.conferences.tables import conference
from server.invitations.delivery import recall
from server.invitations.recipients import invitations
from server.invitations.tables import announcement, invitation
from server.office.work import Work
from server.organisation.tables import body
from server.petitions.tables import petition


def invited(w: Work, id: str) -> tuple[int, int]:
    """How many of the invitations have gone out, and how many there are."""
    valid = (invitation.c.conference == id, invitation.c.void.is_(False))
    sent = w.db.scalar(select(func.count()).select_from(invitation).where(*valid, invitation.c.sent_at.is_not(None))) or 0
    return sent, w.db.scalar(select(func.count()).select_from(invitation).where(*valid)) or 0


def noticed(w: Work, id: str) -> list[str]:
    """The channels on which the public was told."""
    told = select(announcement.c.channel).where(announcement.c.conference == id, announcement.c.void.is_(False)).distinct()
    return list(w.db.scalars(told.order_by(announcement.c.channel)))


def uninvited_agencies(w: Work, id: str) -> list[str]:
    """Names of the agencies that have a petition to answer and no invitation (D8.1d)."""
    leads = select(petition.c.lead).where(petition.c.conference == id, petition.c.lead.is_not(None)).distinct()
    asked = select(invitation.c.body).where(invitation.c.conference == id, invitation.c.void.is_(False), invitation.c.body.is_not(None))
    advising = select(conference.c.advising_body).where(conference.c.id == id)
    return list(
        w.db.scalars(select(body.c.short).where(body.c.id.in_(leads), body.c.id.not_in(asked), body.c.id.not_in(advising)).order_by(body.c.short))
    )


def void_invitations(w: Work, id: str, why: str) -> int:
    """Makes everything void that was sent and published for the old day; gives how many invitations it were. Whoever had one is told."""
    rows = invitations(w, id)
    recall(w, id, rows, why)
    for row in rows:
        w.change(invitation, row["id"], void=True, why=why)
    for told in w.db.execute(select(announcement.c.id).where(announcement.c.conference == id, announcement.c.void.is_(False))).all():
        w.change(announcement, told.id, void=True, why=why)
    return len(rows)
