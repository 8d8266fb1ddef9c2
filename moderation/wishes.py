"""Wishes to speak that came with an answered invitation: the room itself puts them into the one queue, in the lane of their channel (Art. 8.2, R15)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from moderation.kernel import MAX_TOPIC, Actor, Command, Facts, Ms, Refusal, decides, fresh, text
from moderation.people import IN_ROOM, person
from moderation.queue import Enqueued, Motive, no_second

if TYPE_CHECKING:
    from moderation.conference import Conference

INVITATION = "invitation"
"""The source of an entry that came with an invitation."""


@dataclass(frozen=True, slots=True)
class RegisterWish(Command):
    """Enters the wish of somebody on the list, who may still be on the way: whoever is called and not there has missed the turn as others have. Given once:
    the entry's id is that of the invitation."""

    entry: str
    person: str
    topic: str


@decides(RegisterWish)
def register_wish(c: Conference, cmd: RegisterWish, by: Actor, now: Ms) -> Facts:
    fresh(c.queue.entries, cmd.entry)
    who = person(c, cmd.person)
    if who.standing not in IN_ROOM:
        raise Refusal("not_in_room")
    no_second(c, who.id, Motive.STATEMENT)
    topic = text(cmd.topic, MAX_TOPIC, "topic")
    return (Enqueued(cmd.entry, who.id, who.channel, who.venue, Motive.STATEMENT, topic, None, who.represents, INVITATION),)
