"""The invitation's own page, reached by the link or QR of a letter: when, where and how; whether one comes and wants to speak; and the way into the open room."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import RowMapping, select

from moderation import Refusal
from moderation.case.stages import Stage
from moderation.kernel import Identity, Role
from moderation.people import AddPerson, Channel
from moderation.wishes import RegisterWish
from server.accounts.keys import Keys
from server.conferences.room import ROLES_OF_BODIES, channel_of
from server.conferences.tables import conference, participant, venue
from server.i18n import t
from server.invitations.tables import invitation
from server.office.forms import Code, FormBody, MaybeLine
from server.office.work import Work
from server.organisation.tables import body

WAYS = ("hall", "venue", "online", "phone")
"""How somebody comes: to the main hall, to a branch venue ("venue:CODE" says to which), from home by browser, by telephone."""
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
    way, _, at = (form.coming_by or "").partition(":") if coming else ("", "", "")
    if coming and (way not in IN_FORMAT[found.case["format"]] or (at and (way != "venue" or at not in dict(branch_venues(w, found.case["id"]))))):
        raise Refusal("way_unknown", field="coming_by")
    w.act = "answer_invitation"
    w.change(
        invitation, found.row["id"], answer=form.answer, answered_at=w.now, coming_by=way, venue=at,
        wants_to_speak=coming and form.wants_to_speak, topic=form.topic if coming and form.wants_to_speak else "",
    )  # fmt: skip


def venues(w: Work, id: str) -> list[str]:
    """Names of the places one can come to."""
    return list(w.db.scalars(select(venue.c.name).where(venue.c.conference == id, venue.c.kind != "individual").order_by(venue.c.code)))


def branch_venues(w: Work, id: str) -> list[tuple[str, str]]:
    """Code and name of the branch venues."""
    rows = w.db.execute(select(venue.c.code, venue.c.name).where(venue.c.conference == id, venue.c.kind == "branch").order_by(venue.c.code))
    return [(row.code, row.name) for row in rows]


def ways(w: Work, case: RowMapping) -> list[tuple[str, str]]:
    """The ways to come that the form of the conference leaves (Art. 5.1), each branch venue by itself: what the answer says, and the venue's name or ""."""
    to_branches = [(f"venue:{code}", name) for code, name in branch_venues(w, case["id"])] or [("venue", "")]
    return [one for way in IN_FORMAT[case["format"]] for one in (to_branches if way == "venue" else [(way, "")])]


def guest_in_room(w: Work, found: Invited) -> AddPerson:
    """Who somebody invited is in the room (raises `Refusal` room_not_open)."""
    if not found.room_open:
        raise Refusal("room_not_open")
    return guest_of(w, found.row)


def guest_of(w: Work, row: RowMapping) -> AddPerson:
    """The person of an invitation. Of a body, whoever is on the list for it, else its representative: an observer of the Front and its like, an agency
    otherwise. Nobody comes to a chair's seat by a letter (R2). Citizens come as they said they would; who said nothing comes by browser."""
    if row["kind"] == "person":
        channel, at = place_of(w, row)
        return AddPerson(f"moi-{row['id'][:12]}", (Role.CITIZEN,), Identity(row["recipient"], row["residence"]), channel, at)
    part = w.db.scalar(select(body.c.part).where(body.c.id == row["body"]))
    role = Role.MONITOR if ROLES_OF_BODIES.get(str(part)) == "supervisor" else Role.AGENCY
    on_list = participant.c.conference == row["conference"], participant.c.body == row["body"], participant.c.role == role.value
    listed = w.db.execute(select(participant).where(*on_list).order_by(participant.c.person)).mappings().first()
    if listed is not None:
        return AddPerson(listed["person"], (role,), Identity(listed["name"]), channel_of(role.value), listed["venue"] or None, body=row["body"])
    return AddPerson(f"moi-{row['id'][:12]}", (role,), Identity(row["recipient"]), Channel.HALL, body=row["body"])


def place_of(w: Work, row: RowMapping) -> tuple[Channel, str | None]:
    """From where a guest who wants to speak takes part. Who named no branch venue while there are several: the hall, until the desk says which."""
    if not row["wants_to_speak"]:
        return Channel.ONLINE, None
    if row["coming_by"] != "venue":
        return Channel(row["coming_by"] or "online"), None
    codes = [code for code, _ in branch_venues(w, row["conference"])]
    if row["venue"] in codes:
        return Channel.VENUE, row["venue"]
    return (Channel.VENUE, codes[0]) if len(codes) == 1 else (Channel.HALL, None)


def entry_of(row: RowMapping) -> str:
    """The entry of the room's queue that the wish of an invitation becomes."""
    return f"moi-{row['id'][:24]}"


def wishes(w: Work, id: str) -> tuple[tuple[AddPerson, RegisterWish], ...]:
    """Who answered an invitation that counts with a wish to speak: each as the person they are in the room, with the entry of the queue, oldest answer first."""
    wanted = invitation.c.conference == id, invitation.c.void.is_(False), invitation.c.answer == "coming", invitation.c.wants_to_speak.is_(True)
    rows = w.db.execute(select(invitation).where(*wanted).order_by(invitation.c.answered_at, invitation.c.id)).mappings().all()
    people = [(row, guest_of(w, row)) for row in rows]
    return tuple((who, RegisterWish(entry_of(row), who.person, row["topic"] or t("vi", "entry.topic.invitation"))) for row, who in people)
