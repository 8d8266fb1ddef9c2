"""The rules of the live room as pure functions: `decide(conference, command, by, now)` gives facts, `evolve(conference, entry)` the next state.

Standard library only; no clock, no I/O. See README.md for the chapters.
"""

from moderation.conference import Conference
from moderation.history import decide, evolve, fold
from moderation.kernel import SYSTEM, Actor, Command, Entry, Fact, Identity, Phase, Refusal, Role
from moderation.rights import RIGHTS, actor, open_to

__all__ = [
    "RIGHTS",
    "SYSTEM",
    "Actor",
    "Command",
    "Conference",
    "Entry",
    "Fact",
    "Identity",
    "Phase",
    "Refusal",
    "Role",
    "actor",
    "decide",
    "evolve",
    "fold",
    "open_to",
]
