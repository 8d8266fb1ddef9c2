"""The figures of a conference, as the half-yearly and yearly reports want them (Art. 15.1): counted from the state, never typed in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from moderation.conclusion import Kind, Outcome
from moderation.kernel import Role
from moderation.people import Channel
from moderation.queue import Motive

if TYPE_CHECKING:
    from moderation.conference import Conference

IN_PLACE = (Channel.HALL, Channel.VENUE)


def statistics(c: Conference) -> dict[str, int]:
    """Counts by name. Answered, escalated and external are petitions: settled on the spot, sent to a superior body, sent to any other body.

    A speaker is counted once per statement; registered on behalf means that the request was entered by somebody else (R21).
    """
    statements = c.statements()
    entries = [c.queue.entries[s.entry] for s in statements]
    superior = {b.id for b in c.plan.bodies if b.superior}
    before = sum(not p.raised_by for p in c.petitions.values())

    def petitions(outcomes: Iterable[Outcome]) -> int:
        return sum(id in c.petitions for o in outcomes for id in o.about)

    beyond = [o for o in c.outcomes.values() if o.kind is Kind.BEYOND_AUTHORITY]
    return {
        "petitions_before": before,
        "petitions_new_at_conference": len(c.petitions) - before,
        "petitions_total": len(c.petitions),
        "out_of_scope": c.plan.out_of_scope,
        "speakers_total": len(statements),
        "speakers_hall": sum(e.channel in IN_PLACE for e in entries),
        "speakers_online": sum(e.channel not in IN_PLACE for e in entries),
        "speakers_registered_on_behalf": sum(e.on_behalf for e in entries),
        "speeches_over_limit": sum(s.over for s in c.turns()),
        "follow_ups": sum(s.motive is Motive.FOLLOW_UP for s in c.turns()),
        "refusals": len(c.conduct.refusals),
        "conclusions": len(c.outcomes),
        "answered_at_conference": petitions(o for o in c.outcomes.values() if o.kind is Kind.SETTLED),
        "escalated": petitions(o for o in beyond if o.to in superior),
        "external": petitions(o for o in beyond if o.to not in superior),
    }


def times(c: Conference) -> dict[str, int]:
    """Speaking and waiting by channel, and who was there. Seconds are whole; turns are those of `Conference.turns`, waiting is counted for their statements alone.

    Names: `turns_<channel>`, `speaking_<channel>` (seconds the clock ran), `statements_<channel>`, `waiting_<channel>` (seconds from the request, or from the
    opening where it came before, to the floor; summed up), `present_<channel>`: heads in the halls as they were reported, online who joined, by telephone who is on the list.
    """
    figures = {f"{name}_{channel}": 0 for channel in Channel for name in ("turns", "speaking", "statements", "waiting", "present")}
    for speech in c.turns():
        entry = c.queue.entries[speech.entry]
        figures[f"turns_{entry.channel}"] += 1
        figures[f"speaking_{entry.channel}"] += speech.clock.used // 1_000
        if speech.motive is Motive.STATEMENT:
            figures[f"statements_{entry.channel}"] += 1
            asked = max(entry.since, c.agenda.opened_at or 0)
            figures[f"waiting_{entry.channel}"] += max(0, speech.started_at - asked) // 1_000
    kinds = {venue.id: venue.kind for venue in c.plan.venues}
    for venue in c.venues.values():
        figures[f"present_{Channel.HALL if kinds[venue.id] == 'main' else Channel.VENUE}"] += venue.count or 0
    for person in c.people.values():
        if person.roles == {Role.CITIZEN} and (
            person.channel is Channel.PHONE or (person.channel is Channel.ONLINE and person.joined_at is not None)
        ):
            figures[f"present_{person.channel}"] += 1
    return figures
