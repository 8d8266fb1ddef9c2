"""People and rights, and admission (R1–R9): who is in the conference, through which channel, and who holds the gavel."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from moderation.kernel import (
    MAX_NAME,
    MAX_TOPIC,
    Actor,
    Command,
    Entry,
    Fact,
    Facts,
    Identity,
    Ms,
    Refusal,
    Role,
    decides,
    evolves,
    fresh,
    put,
    text,
)

if TYPE_CHECKING:
    from moderation.conference import Conference


class Channel(StrEnum):
    """Through what somebody takes part (R5). A venue's channel goes with the venue's id."""

    HALL = "hall"
    VENUE = "venue"
    ONLINE = "online"
    PHONE = "phone"


class Standing(StrEnum):
    """A person's way in: `EXPECTED` has a seat and has not joined; `LOBBY` waits for the desk; the last three are out."""

    EXPECTED = "expected"
    LOBBY = "lobby"
    ADMITTED = "admitted"
    JOINED = "joined"
    TURNED_AWAY = "turned_away"
    REFUSED = "refused"


IN_ROOM = frozenset({Standing.EXPECTED, Standing.ADMITTED, Standing.JOINED})
"""Standings with which the room's content may be received (R6)."""


@dataclass(frozen=True, slots=True)
class Person:
    """One person in one conference, whatever the number of devices (R5). `represents` names the organisation or group spoken for (Art. 2.2)."""

    id: str
    roles: frozenset[Role]
    channel: Channel
    venue: str | None = None
    identity: Identity | None = None
    title: str = ""
    body: str | None = None
    represents: str = ""
    deputy: bool = False
    standing: Standing = Standing.EXPECTED
    registered_by: str = ""
    knocked_at: Ms | None = None
    joined_at: Ms | None = None
    present: bool = False
    lost_at: Ms | None = None
    silent: bool = False
    suspect: bool = False

    @property
    def remote(self) -> bool:
        """True when a call to speak must be answered on an own device (R24): people in a room or on the telephone are called aloud."""
        return self.channel is Channel.ONLINE


@dataclass(frozen=True, slots=True)
class VenueState:
    """A branch venue as reported by its operator: head count and how sound and picture do."""

    id: str
    status: str = "unknown"
    note: str = ""
    count: int | None = None
    since: Ms | None = None


VENUE_STATUS = ("stable", "no_sound", "no_picture", "lost")


# --- commands -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AddPerson(Command):
    """Puts a person with a role on the list before the conference (given by the room itself when a case is set up)."""

    person: str
    roles: tuple[Role, ...]
    identity: Identity
    channel: Channel = Channel.HALL
    venue: str | None = None
    title: str = ""
    body: str | None = None
    represents: str = ""
    deputy: bool = False


@dataclass(frozen=True, slots=True)
class RegisterPerson(Command):
    """Adds someone who stands in the hall, at a venue or on the telephone, in seconds (R7)."""

    person: str
    identity: Identity
    channel: Channel = Channel.HALL
    venue: str | None = None
    represents: str = ""


@dataclass(frozen=True, slots=True)
class Knock(Command):
    """Someone came by the public link and waits in the lobby (R6). `suspect`: the device or address belongs to somebody who was refused."""

    person: str
    identity: Identity
    suspect: bool = False


@dataclass(frozen=True, slots=True)
class Admit(Command):
    """Lets people out of the lobby, one or many at a time (R6)."""

    persons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SendBack(Command):
    """Sends people (back) into the lobby: from the room this is an eject, which is not a refusal (R31)."""

    persons: tuple[str, ...]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class TurnAway(Command):
    """Turns people in the lobby away."""

    persons: tuple[str, ...]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Join(Command):
    """The person enters, having read what is recorded and why and the house rules (R8, Art. 12.2). Camera and microphone are never a condition."""

    notice_read: bool
    rules_accepted: bool
    with_devices: bool = False


@dataclass(frozen=True, slots=True)
class ChangePresence(Command):
    """The room noticed that a person's last connection went, or that one came back (R9)."""

    person: str
    present: bool


@dataclass(frozen=True, slots=True)
class HandGavel(Command):
    """The gavel goes to a co-chair or to a deputy named in the plan (R2, Art. 2)."""

    to: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class TakeGavel(Command):
    """A co-chair takes over while the holder's connection is lost (R2)."""

    reason: str


@dataclass(frozen=True, slots=True)
class ChangeFormat(Command):
    """The chair alone decides the format, also while the room is open (R4, Art. 11.2)."""

    format: str


@dataclass(frozen=True, slots=True)
class CountPeople(Command):
    """The head count of a venue, reported by its operator or the desk."""

    venue: str
    count: int


@dataclass(frozen=True, slots=True)
class ReportVenue(Command):
    """How sound and picture of a venue do. Losing a venue never stops the conference; the minutes get a line."""

    venue: str
    status: str
    note: str = ""


# --- facts --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PersonAdded(Fact):
    person: str
    roles: tuple[Role, ...]
    identity: Identity | None
    channel: Channel
    venue: str | None = None
    title: str = ""
    body: str | None = None
    represents: str = ""
    deputy: bool = False
    standing: Standing = Standing.EXPECTED
    suspect: bool = False


@dataclass(frozen=True, slots=True)
class Admitted(Fact):
    persons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SentBack(Fact):
    persons: tuple[str, ...]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class TurnedAway(Fact):
    persons: tuple[str, ...]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Joined(Fact):
    person: str
    with_devices: bool = False


@dataclass(frozen=True, slots=True)
class PresenceChanged(Fact):
    person: str
    present: bool


@dataclass(frozen=True, slots=True)
class GavelHanded(Fact):
    to: str
    reason: str = ""
    taken: bool = False


@dataclass(frozen=True, slots=True)
class FormatChanged(Fact):
    format: str


@dataclass(frozen=True, slots=True)
class PeopleCounted(Fact):
    venue: str
    count: int


@dataclass(frozen=True, slots=True)
class VenueReported(Fact):
    venue: str
    status: str
    note: str = ""


# --- rules --------------------------------------------------------------------------------------------------------------


def person(conference: Conference, id: str) -> Person:
    if id not in conference.people:
        raise Refusal("person_unknown", person=id)
    return conference.people[id]


def holds_gavel(conference: Conference, by: Actor) -> None:
    """Exactly one of the chairs conducts at any moment (R2)."""
    if conference.gavel != by.person:
        raise Refusal("gavel_elsewhere")


def own_venue(by: Actor, channel: Channel, venue: str | None) -> None:
    """An operator works for people of the own venue only; the desk for any (R21)."""
    if by.has(Role.DESK, Role.OFFICE, Role.CHAIR, Role.SYSTEM):
        return
    if channel is not Channel.VENUE or venue != by.venue:
        raise Refusal("other_venue")


def place_exists(conference: Conference, channel: Channel, venue: str | None) -> None:
    branch = {v.id for v in conference.plan.venues if v.kind == "branch"}
    if channel is Channel.VENUE and venue not in branch:
        raise Refusal("venue_unknown", venue=str(venue))
    if conference.format == "online" and channel in (Channel.HALL, Channel.VENUE):
        raise Refusal("format_without_hall")
    if conference.format == "in_person" and channel is Channel.ONLINE:
        raise Refusal("format_without_remote")


def clean_identity(identity: Identity) -> Identity:
    return Identity(
        text(identity.name, MAX_NAME, "name"),
        text(identity.area, MAX_NAME, "area", required=False),
        text(identity.phone, 20, "phone", required=False),
    )


# --- decide -------------------------------------------------------------------------------------------------------------


@decides(AddPerson)
def add_person(c: Conference, cmd: AddPerson, by: Actor, now: Ms) -> Facts:
    if not cmd.roles or Role.SYSTEM in cmd.roles:
        raise Refusal("role_unknown")
    if Role.OPERATOR in cmd.roles or cmd.venue is not None:
        venue_known(c, cmd.venue or "")
    return (
        PersonAdded(
            fresh(c.people, cmd.person), cmd.roles, clean_identity(cmd.identity), cmd.channel, cmd.venue,
            text(cmd.title, MAX_TOPIC, "title", required=False), cmd.body and text(cmd.body, MAX_NAME, "body"),
            text(cmd.represents, MAX_NAME, "represents", required=False), cmd.deputy,
        ),
    )  # fmt: skip


@decides(RegisterPerson)
def register_person(c: Conference, cmd: RegisterPerson, by: Actor, now: Ms) -> Facts:
    own_venue(by, cmd.channel, cmd.venue)
    place_exists(c, cmd.channel, cmd.venue)
    return (
        PersonAdded(
            fresh(c.people, cmd.person), (Role.CITIZEN,), clean_identity(cmd.identity), cmd.channel,
            cmd.venue if cmd.channel is Channel.VENUE else None,
            represents=text(cmd.represents, MAX_NAME, "represents", required=False), standing=Standing.JOINED,
        ),
    )  # fmt: skip


LOBBY_LIMIT = 2_000


@decides(Knock)
def knock(c: Conference, cmd: Knock, by: Actor, now: Ms) -> Facts:
    if c.format == "in_person":
        raise Refusal("format_without_remote")
    if sum(p.standing is Standing.LOBBY for p in c.people.values()) >= LOBBY_LIMIT:
        raise Refusal("lobby_full")
    who = clean_identity(cmd.identity)
    return (PersonAdded(fresh(c.people, cmd.person), (Role.CITIZEN,), who, Channel.ONLINE, standing=Standing.LOBBY, suspect=cmd.suspect),)


@decides(Admit)
def admit(c: Conference, cmd: Admit, by: Actor, now: Ms) -> Facts:
    persons = tuple(dict.fromkeys(cmd.persons))
    if not persons:
        raise Refusal("nobody_named")
    for id in persons:
        if person(c, id).standing is not Standing.LOBBY:
            raise Refusal("not_in_lobby")
    return (Admitted(persons),)


@decides(SendBack)
def send_back(c: Conference, cmd: SendBack, by: Actor, now: Ms) -> Facts:
    persons = tuple(dict.fromkeys(cmd.persons))
    if not persons:
        raise Refusal("nobody_named")
    for id in persons:
        who = person(c, id)
        if who.roles != {Role.CITIZEN} or who.channel is not Channel.ONLINE:
            raise Refusal("only_online_citizens")
        if who.standing not in (Standing.ADMITTED, Standing.JOINED, Standing.EXPECTED):
            raise Refusal("not_in_room")
        if any(c.speeches[s].person == id for s in (c.floor.main, c.floor.interposed) if s):
            raise Refusal("has_the_floor")
    return (SentBack(persons, text(cmd.reason, MAX_TOPIC, "reason", required=False)),)


@decides(TurnAway)
def turn_away(c: Conference, cmd: TurnAway, by: Actor, now: Ms) -> Facts:
    persons = tuple(dict.fromkeys(cmd.persons))
    if not persons:
        raise Refusal("nobody_named")
    for id in persons:
        if person(c, id).standing is not Standing.LOBBY:
            raise Refusal("not_in_lobby")
    return (TurnedAway(persons, text(cmd.reason, MAX_TOPIC, "reason", required=False)),)


@decides(Join)
def join(c: Conference, cmd: Join, by: Actor, now: Ms) -> Facts:
    who = person(c, by.person)
    if who.channel is Channel.ONLINE and c.format == "in_person":
        raise Refusal("format_without_remote")
    if not cmd.notice_read:
        raise Refusal("notice_unread")
    if not cmd.rules_accepted:
        raise Refusal("rules_not_accepted")
    return (Joined(by.person, cmd.with_devices),)


@decides(ChangePresence)
def change_presence(c: Conference, cmd: ChangePresence, by: Actor, now: Ms) -> Facts:
    if person(c, cmd.person).present is cmd.present:
        return ()
    return (PresenceChanged(cmd.person, cmd.present),)


@decides(HandGavel)
def hand_gavel(c: Conference, cmd: HandGavel, by: Actor, now: Ms) -> Facts:
    holds_gavel(c, by)
    to = person(c, cmd.to)
    if Role.CHAIR not in to.roles or to.id == by.person:
        raise Refusal("only_chairs_and_deputies")
    return (GavelHanded(cmd.to, text(cmd.reason, MAX_TOPIC, "reason", required=to.deputy)),)


@decides(TakeGavel)
def take_gavel(c: Conference, cmd: TakeGavel, by: Actor, now: Ms) -> Facts:
    if c.gavel == by.person:
        raise Refusal("gavel_already_yours")
    if person(c, by.person).deputy:
        raise Refusal("deputy_needs_hand_over")
    if c.gavel and c.people[c.gavel].present:
        raise Refusal("chair_is_present")
    return (GavelHanded(by.person, text(cmd.reason, MAX_TOPIC, "reason"), taken=True),)


FORMATS = ("in_person", "online", "combined")


@decides(ChangeFormat)
def change_format(c: Conference, cmd: ChangeFormat, by: Actor, now: Ms) -> Facts:
    holds_gavel(c, by)
    if cmd.format not in FORMATS:
        raise Refusal("format_unknown", format=cmd.format[:20])
    if cmd.format == c.format:
        raise Refusal("nothing_to_change")
    return (FormatChanged(cmd.format),)


@decides(CountPeople)
def count_people(c: Conference, cmd: CountPeople, by: Actor, now: Ms) -> Facts:
    venue_known(c, cmd.venue)
    if not by.has(Role.DESK, Role.OFFICE) and cmd.venue != by.venue:
        raise Refusal("other_venue")
    if not 0 <= cmd.count <= 100_000:
        raise Refusal("count_out_of_range")
    return (PeopleCounted(cmd.venue, cmd.count),)


@decides(ReportVenue)
def report_venue(c: Conference, cmd: ReportVenue, by: Actor, now: Ms) -> Facts:
    venue_known(c, cmd.venue)
    if not by.has(Role.DESK, Role.OFFICE, Role.SYSTEM) and cmd.venue != by.venue:
        raise Refusal("other_venue")
    if cmd.status not in VENUE_STATUS:
        raise Refusal("status_unknown", status=cmd.status[:20])
    if c.venues[cmd.venue].status == cmd.status and c.venues[cmd.venue].note == cmd.note:
        raise Refusal("nothing_to_change")
    return (VenueReported(cmd.venue, cmd.status, text(cmd.note, MAX_TOPIC, "note", required=False)),)


def venue_known(c: Conference, venue: str) -> None:
    if venue not in c.venues:
        raise Refusal("venue_unknown", venue=venue[:40])


# --- evolve -------------------------------------------------------------------------------------------------------------


@evolves(PersonAdded)
def person_added(c: Conference, f: PersonAdded, e: Entry) -> Conference:
    who = Person(
        f.person, frozenset(f.roles), f.channel, f.venue, f.identity, f.title, f.body, f.represents, f.deputy,
        f.standing, registered_by=e.by, knocked_at=e.at if f.standing is Standing.LOBBY else None,
        joined_at=e.at if f.standing is Standing.JOINED else None, suspect=f.suspect,
    )  # fmt: skip
    gavel = c.gavel or (f.person if Role.CHAIR in f.roles and not f.deputy else None)
    return replace(c, people=put(c.people, f.person, who), gavel=gavel)


def change(c: Conference, id: str, **changes: object) -> Conference:
    return replace(c, people=put(c.people, id, replace(c.people[id], **changes)))  # type: ignore[arg-type]


@evolves(Admitted)
def admitted(c: Conference, f: Admitted, e: Entry) -> Conference:
    for id in f.persons:
        c = change(c, id, standing=Standing.ADMITTED, suspect=False)
    return c


@evolves(SentBack)
def sent_back(c: Conference, f: SentBack, e: Entry) -> Conference:
    from moderation.queue import drop_waiting

    for id in f.persons:
        c = drop_waiting(change(c, id, standing=Standing.LOBBY, knocked_at=e.at), id)
    return c


@evolves(TurnedAway)
def turned_away(c: Conference, f: TurnedAway, e: Entry) -> Conference:
    for id in f.persons:
        c = change(c, id, standing=Standing.TURNED_AWAY)
    return c


@evolves(Joined)
def joined(c: Conference, f: Joined, e: Entry) -> Conference:
    first = c.people[f.person].joined_at or e.at
    return change(c, f.person, standing=Standing.JOINED, joined_at=first, silent=not f.with_devices)


@evolves(PresenceChanged)
def presence_changed(c: Conference, f: PresenceChanged, e: Entry) -> Conference:
    return change(c, f.person, present=f.present, lost_at=None if f.present else e.at)


@evolves(GavelHanded)
def gavel_handed(c: Conference, f: GavelHanded, e: Entry) -> Conference:
    return replace(c, gavel=f.to)


@evolves(FormatChanged)
def format_changed(c: Conference, f: FormatChanged, e: Entry) -> Conference:
    return replace(c, format=f.format)


@evolves(PeopleCounted)
def people_counted(c: Conference, f: PeopleCounted, e: Entry) -> Conference:
    return replace(c, venues=put(c.venues, f.venue, replace(c.venues[f.venue], count=f.count)))


@evolves(VenueReported)
def venue_reported(c: Conference, f: VenueReported, e: Entry) -> Conference:
    return replace(c, venues=put(c.venues, f.venue, replace(c.venues[f.venue], status=f.status, note=f.note, since=e.at)))
