"""The list of who is invited: bodies of the unit, petitioners, people of a list that somebody has. Nobody is on it twice."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import RowMapping, select

from moderation import Refusal
from moderation.case.petitions import State
from moderation.case.plans import AUDIENCES
from moderation.case.text import fold, phone_number
from server.conferences.queries import case
from server.invitations.tables import invitation
from server.notifications.letter import UnfitAddress, address_of
from server.office.forms import LINE, Code, FormBody, Line, MaybeLine
from server.office.work import Work
from server.organisation.tables import body
from server.petitions.tables import petition
from server.unseen import seen

CHANNELS = ("email", "sms", "zalo", "paper")
MOST = 2_000
"""Most invitations of one conference."""
NO_DIALOGUE = (State.RECEIVED.value, State.REFERRED.value, State.MERGED.value)
"""Petitions whose senders are not invited as petitioners: not looked at yet, not of this dialogue, or invited by the one they were merged into."""


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody to invite. `address`: an e-mail address or a telephone number as typed, "" for a letter."""

    recipient: str
    residence: str = ""
    address: str = ""
    channel: str = ""
    kind: str = "person"
    body: str | None = None
    petition: str | None = None


class GuestForm(FormBody):
    """One person or organisation, by hand."""

    recipient: Line
    residence: MaybeLine = ""
    address: MaybeLine = ""
    channel: Code | None = None
    audience: Code | None = None


class ChangeForm(FormBody):
    """How an invitation that has not gone out yet is to go."""

    invitation: Code
    address: MaybeLine = ""
    channel: Code


def valid(id: str) -> tuple[object, ...]:
    """The condition for the invitations of a case that count."""
    return invitation.c.conference == id, invitation.c.void.is_(False)


def invitations(w: Work, id: str, audience: str = "") -> Sequence[RowMapping]:
    """The invitations that count, bodies first (of one group of people, if asked for: D6.2b)."""
    where = [*valid(id), *([invitation.c.audience == audience] if audience else [])]
    found = select(invitation, body.c.name.label("body_name")).outerjoin(body, body.c.id == invitation.c.body).where(*where)  # type: ignore[arg-type]
    return w.db.execute(found.order_by(invitation.c.kind, invitation.c.recipient, invitation.c.id)).mappings().all()


def edition_of(w: Work, id: str) -> int:
    """The edition that is being written: one more than those that were made void."""
    rows = w.db.execute(select(invitation.c.edition, invitation.c.void).where(invitation.c.conference == id).distinct()).all()
    open_ones = [row.edition for row in rows if not row.void]
    return max(open_ones) if open_ones else max((row.edition for row in rows), default=0) + 1


def add(w: Work, id: str, guests: Iterable[Guest], audience: str | None = None) -> int:
    """Puts guests on the list; who is there already stays as they are. Gives how many were added (raises `Refusal` channel_unknown, address_unfit,
    audience_unknown, too_many_guests)."""
    found = case(w, id, "send_invitations")
    group = found["audience"] if audience is None else audience
    if group not in AUDIENCES:
        raise Refusal("audience_unknown", field="audience")
    edition, there = edition_of(w, id), {_same(row["recipient"], row["residence"], row["body"]) for row in invitations(w, id)}
    added = 0
    for guest in guests:
        known = _same(guest.recipient, guest.residence, guest.body)
        if known in there:
            continue
        channel, address = way(guest)
        there.add(known)
        if len(there) > MOST:
            raise Refusal("too_many_guests", limit=MOST)
        w.add(
            invitation, conference=id, edition=edition, kind=guest.kind, body=guest.body, petition=guest.petition, recipient=guest.recipient,
            address=address, residence=guest.residence, audience=group if guest.kind == "person" else "", channel=channel, version=1,
        )  # fmt: skip
        added += 1
    return added


def way(guest: Guest) -> tuple[str, str]:
    """Channel and address: the one asked for, else what the address is good for (raises `Refusal` channel_unknown, address_unfit, address_needed)."""
    typed = guest.address.strip()
    channel = guest.channel or ("email" if "@" in typed else "sms" if typed else "paper")
    if channel not in CHANNELS:
        raise Refusal("channel_unknown", field="channel")
    if channel != "paper" and not typed:
        raise Refusal("address_needed", field="address", recipient=guest.recipient)
    try:
        if "@" in typed:
            address_of(typed)
        elif typed:
            typed = phone_number(typed)
    except (UnfitAddress, Refusal):
        raise Refusal("address_unfit", field="address", recipient=guest.recipient) from None
    if channel != "paper" and (channel == "email") != ("@" in typed):
        raise Refusal("address_unfit", field="address", recipient=guest.recipient)
    return channel, typed


def change(w: Work, id: str, form: ChangeForm) -> None:
    """Another channel or address, as long as it has not gone out (raises `Refusal` invitation_gone)."""
    row = unsent(w, id, form.invitation)
    channel, address = way(Guest(row["recipient"], address=form.address, channel=form.channel))
    w.change(invitation, row["id"], channel=channel, address=address)


def take_off(w: Work, id: str, one: str) -> None:
    """Takes somebody off the list, as long as nothing has gone out to them (raises `Refusal` invitation_gone)."""
    w.drop(invitation, unsent(w, id, one)["id"])


def unsent(w: Work, id: str, one: str) -> RowMapping:
    """An invitation of this case on which nothing has been sent yet."""
    case(w, id, "send_invitations")
    row = w.row(invitation, one)
    if row["conference"] != id:
        raise Refusal("not_found")
    if row["void"] or row["message"] or row["sent_at"]:
        raise Refusal("invitation_gone")
    return row


# --- where guests come from ------------------------------------------------------------------------------------------------------


def bodies(w: Work, ids: Iterable[str]) -> list[Guest]:
    """These bodies as guests: by mail where they have an address."""
    rows = w.db.execute(select(body).where(body.c.id.in_(list(ids))).order_by(body.c.name)).mappings()
    return [Guest(row["name"], address=row["email"], kind="body", body=row["id"]) for row in rows]


def petitioners(w: Work, id: str) -> list[Guest]:
    """Whoever sent a petition that is part of the dialogue; of a group, its representative."""
    rows = w.db.execute(
        select(petition)
        .where(petition.c.conference == id, petition.c.state.not_in(NO_DIALOGUE), petition.c.withheld.is_(False))
        .order_by(petition.c.code)
    ).mappings()
    guests = []
    for row in rows:
        name = row["representative"] or row["name"] if row["is_group"] else row["name"]
        agreed = {"email": row["email"], "sms": row["phone"]}.get(row["results_by"], "")
        guests.append(Guest(name, row["area"] or row["address"], agreed, row["results_by"] if agreed else "paper", petition=row["id"]))
    return guests


def listed(rows: Iterable[Sequence[str]]) -> list[Guest]:
    """Rows of a table or a pasted list: name, residence, telephone or e-mail; a head line is known by its words. Raises `Refusal` list_empty."""
    guests = []
    for row in rows:
        name, residence, address = ([" ".join(seen(cell).replace("\0", "").split())[:LINE] for cell in row] + ["", "", ""])[:3]
        if not name or fold(name) in ("ho ten", "ho va ten", "ten", "nguoi nhan", "name"):
            continue
        guests.append(Guest(name, residence, address))
    if not guests:
        raise Refusal("list_empty", field="list")
    return guests


def pasted(text: str) -> list[list[str]]:
    """Lines of a pasted list: parts between tabs or semicolons."""
    return [line.replace(";", "\t").split("\t") for line in text.splitlines() if line.strip()]


def _same(recipient: str, residence: str, body_id: str | None) -> tuple[str, str]:
    return ("body", body_id) if body_id else (fold(recipient), fold(residence))
