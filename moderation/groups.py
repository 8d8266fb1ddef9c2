"""Groups speak through one person whom they authorised (Art. 2.2, D2.2): a group's petition has no turn until its representative is named."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from moderation.kernel import MAX_NAME, Actor, Command, Entry, Fact, Facts, Ms, Refusal, Role, decides, evolves, put, text
from moderation.people import IN_ROOM, person

if TYPE_CHECKING:
    from moderation.conference import Conference


@dataclass(frozen=True, slots=True)
class NameRepresentative(Command):
    """Says which person of the room speaks for the group of a petition, and by which paper; a later one takes the earlier one's place."""

    petition: str
    person: str
    authority: str


@dataclass(frozen=True, slots=True)
class RepresentativeNamed(Fact):
    petition: str
    person: str
    authority: str


def speaks_for(c: Conference, who: str, about: str | None) -> None:
    """Refuses a turn on a group's petition while nobody is named to speak for it (representative_needed), and to others than the one who was named here
    (representative_speaks). Whom a group named before the conference the room does not know: the desk sees the paper."""
    if about is None or about not in c.petitions:
        return
    p = c.petitions[about]
    if not p.represented:
        raise Refusal("representative_needed", petition=about)
    if p.representative is not None and p.representative != who:
        raise Refusal("representative_speaks", petition=about)


@decides(NameRepresentative)
def name_representative(c: Conference, cmd: NameRepresentative, by: Actor, now: Ms) -> Facts:
    if cmd.petition not in c.petitions:
        raise Refusal("petition_unknown")
    p = c.petitions[cmd.petition]
    if not p.group:
        raise Refusal("not_a_group", petition=p.id)
    who = person(c, cmd.person)
    if Role.CITIZEN not in who.roles or who.standing not in IN_ROOM:
        raise Refusal("representative_is_a_citizen")
    if p.representative == who.id:
        raise Refusal("nothing_to_change")
    return (RepresentativeNamed(p.id, who.id, text(cmd.authority, MAX_NAME, "authority")),)


@evolves(RepresentativeNamed)
def representative_named(c: Conference, f: RepresentativeNamed, e: Entry) -> Conference:
    named = replace(c.petitions[f.petition], represented=True, representative=f.person)
    return replace(c, petitions=put(c.petitions, f.petition, named))
