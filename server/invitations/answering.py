"""The invitation's own page, reached by the link or QR of a letter: when, where and how; whether one comes and wants to speak; and the way into the open room."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import RowMapping, select

from moderation import Refusal
from moderation.case.stages import Stage
from moderation.kernel import Identity, Role
from moderation.people import AddPerson, Channel
from server.accounts.keys import Keys
from server.conferences.tables import conference, venue
from server.invitations.tables import invitation
from server.office.forms import Code, FormBody, MaybeLine
from server.office.work import Work

WAYS = ("hall", "venue", "online", "phone")
"""How somebody comes: to the main hall, to a branch venue, from home by browser, by telephone."""
IN_FORMAT = {"in_person": ("hall", "venue"), "online": ("online", "phone"), "combined": WAYS, "": WAYS}
OPEN = (Stage.READY.value, Stage.IN_SESSION.value)


class TokenForm(FormBody):
    """What stood behind the # of the link."""

    token: str


class AnswerForm(FormBody):
    """Whether one comes, how, and what one wants to speak about."""

    token: str
    answer: Code
    coming_by: Code | None = None
    wants_to_speak: bool = False
    topic: MaybeLine = ""


@dataclass(frozen=True, slots=True)
class Invited:
    """An invitation that counts, with its conference."""

    row: RowMapping
    case: RowMapping

    @property
    def room_open(self) -> bool:
        return self.case["opened_at"] is not None and self.case["stage"] in OPEN


def by_token(w: Work, keys: Keys, token: str) -> Invited:
    """The invitation of a link (raises `Refusal` invitation_void: of another edition, recalled, or none at all)."""
    row = w.db.execute(select(invitation).where(invitation.c.token_hash == keys.hash("link", token[:200]))).mappings().first()
    if row is None or row["void"]:
        raise Refusal("invitation_void")
    return Invited(row, w.row(conference, row["conference"]))


def answer(w: Work, keys: Keys, form: AnswerForm) -> None:
    """Takes the answer; a later one takes its place (raises `Refusal` invitation_void, answer_unknown, way_unknown, conference_over)."""
    found = by_token(w, keys, form.token)
    if found.case["held_on"]:
        raise Refusal("conference_over")
    if form.answer not in ("coming", "not_coming"):
        raise Refusal("answer_unknown", field="answer")
    coming = form.answer == "coming"
    if coming and form.coming_by not in IN_FORMAT[found.case["format"]]:
        raise Refusal("way_unknown", field="coming_by")
    w.act = "answer_invitation"
    w.change(
        invitation, found.row["id"], answer=form.answer, answered_at=w.now, coming_by=form.coming_by or "" if coming else "",
        wants_to_speak=coming and form.wants_to_speak, topic=form.topic if coming and form.wants_to_speak else "",
    )  # fmt: skip


def venues(w: Work, id: str) -> list[str]:
    """Names of the places one can come to."""
    return list(w.db.scalars(select(venue.c.name).where(venue.c.conference == id, venue.c.kind != "individual").order_by(venue.c.code)))


def guest_in_room(found: Invited) -> AddPerson:
    """Who an invited person is in the room (raises `Refusal` room_not_open; by_account for a body, whose people have accounts of their own)."""
    if not found.room_open:
        raise Refusal("room_not_open")
    if found.row["kind"] != "person":
        raise Refusal("by_account")
    row = found.row
    return AddPerson(f"moi-{row['id'][:12]}", (Role.CITIZEN,), Identity(row["recipient"], row["residence"]), Channel.ONLINE)
