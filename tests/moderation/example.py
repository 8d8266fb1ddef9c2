"""Plays the worked example by the rules alone, as fast as they go."""

from __future__ import annotations

from moderation.view import view
from server.rehearsal.script import Script, bound, script
from tests.moderation.hall import Hall


def played(until: int | None = None) -> tuple[Hall, Script]:
    """The hall after the whole play, or after the acts given before `until` (ms since the epoch)."""
    play = script()
    hall = Hall(play.plan, play.id, now=play.steps[0].at - 3_600_000)
    for person in play.people:
        hall.do(person, "system")
    for act in play.steps:
        if until is not None and act.at >= until:
            break
        hall.now = act.at
        hall.do(bound(act.command, view(hall.c, "chair")), act.by)
    return hall, play
