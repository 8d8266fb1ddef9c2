"""The state of one conference: a frozen value, the fold of its journal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from moderation.agenda import Agenda
from moderation.conclusion import Outcome, Petition
from moderation.conduct import Conduct
from moderation.floor import Floor, Speech
from moderation.kernel import Ms, Phase, empty
from moderation.minutes import Minutes
from moderation.people import Person, VenueState
from moderation.plan import Plan
from moderation.queue import Motive, Queue
from moderation.recording import Recording


@dataclass(frozen=True, slots=True)
class LastAct:
    """What undo needs (R27): the state before the last act on queue or floor, when it was, and which things it touched."""

    command: str
    seq: int
    name: str
    by: str
    at: Ms
    before: Conference
    entries: frozenset[str] = frozenset()
    speeches: frozenset[str] = frozenset()
    petitions: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Conference:
    """Everything the rules know. `seq` is that of the last fact folded in; `gavel` the person who conducts (R2)."""

    id: str = ""
    seq: int = 0
    phase: Phase = Phase.PLANNED
    plan: Plan = Plan("")
    format: str = "combined"
    people: Mapping[str, Person] = empty()
    venues: Mapping[str, VenueState] = empty()
    gavel: str | None = None
    agenda: Agenda = Agenda()
    queue: Queue = Queue()
    floor: Floor = Floor()
    speeches: Mapping[str, Speech] = empty()
    petitions: Mapping[str, Petition] = empty()
    conduct: Conduct = Conduct()
    minutes: Minutes = Minutes()
    recording: Recording = Recording()
    outcomes: Mapping[str, Outcome] = empty()
    notice_ground: str = ""
    notice_words: str = ""
    last: LastAct | None = None

    def turns(self) -> list[Speech]:
        """The speeches of people who asked for the floor, in order: neither answers nor interpositions nor undone ones."""
        return [s for s in self.speeches.values() if s.motive is not Motive.ANSWER and not s.interposes and not s.undone]

    def statements(self) -> list[Speech]:
        """The turns that want an answer and an outcome (R11, R40)."""
        return [s for s in self.turns() if s.motive is Motive.STATEMENT]

    def without_outcome(self) -> list[str]:
        """Petitions and statements that no outcome covers yet: a statement is covered with its petition, or with one that it raised (R40)."""
        covered = {id for o in self.outcomes.values() for id in o.about}
        missing = [p.id for p in self.petitions.values() if p.id not in covered]
        for s in self.statements():
            own = {s.id, s.petition} | {p.id for p in self.petitions.values() if p.raised_by == s.id}
            if not own & covered:
                missing.append(s.id)
        return missing

    def notice_days(self) -> int:
        """Working days for the conclusion notice: 10, or 15 once the chair has extended it on a ground (Art. 10.1)."""
        return 15 if self.notice_ground else 10
