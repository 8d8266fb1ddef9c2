"""Everything at once: whatever people do, in whatever order, what must hold holds (decide, evolve, fold, undo, views).

Also two chairs at once: commands of several people are decided one after another, so each wins or is refused with the state that won.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import fields
from itertools import permutations
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from moderation import RIGHTS, SYSTEM, Command, Conference, Entry, Identity, Phase, Refusal, Role, actor, decide, fold
from moderation.agenda import AppointSecretary, ResumeSession
from moderation.conclusion import DeferPetition, DropOutcome, ExtendNotice, Kind, RaisePetition, SetOutcome
from moderation.conduct import DISPLAY_MODES, Ground, Propose, Readmit, ReportEscorted, Rung
from moderation.conference import LastAct
from moderation.floor import CallEntry, CallNext, CallToAnswer, DeclineFloor, Interpose, StopSpeech, TakeFloor, Undo, YieldFloor, timers
from moderation.groups import NameRepresentative
from moderation.history import Undone
from moderation.minutes import KINDS, CorrectLine, SignMinutes, WriteLine, digest
from moderation.people import (
    FORMATS,
    VENUE_STATUS,
    AddPerson,
    Admit,
    Channel,
    CountPeople,
    HandGavel,
    Knock,
    RegisterPerson,
    ReportVenue,
    SendBack,
    Standing,
    TurnAway,
)
from moderation.plan import PlanConference
from moderation.queue import CloseQueue, Enqueue, Motive, MoveEntry, age, order
from moderation.view import diff, merge, view
from moderation.wishes import RegisterWish
from server.rooms.messages import decode, encode
from tests.moderation.hall import Hall
from tests.moderation.watch import AUDIENCES, anew, check_state, check_views

OFTEN = (
    CallNext,
    CallNext,
    Enqueue,
    Enqueue,
    Enqueue,
    CallEntry,
    CallToAnswer,
    TakeFloor,
    Interpose,
    StopSpeech,
    YieldFloor,
    MoveEntry,
    WriteLine,
    SetOutcome,
    Undo,
)
"""Commands that are given more often, since most of a conference is made of them."""


def some(c: Conference, kind: type[Command], by: str, n: int, r: Random) -> Command:
    """A command of this kind, with ids out of small pools: mostly fitting ones, sometimes one that does not exist. `n` makes ids and texts unique."""
    new, words = f"new-{n}", f"§{kind.name} {n}"
    lines = [m for m in c.minutes.lines.values() if not m.struck][-3:]
    line, outcome = r.choice([*lines, None]), r.choice([*c.outcomes.values(), None])
    citizens = [p.id for p in c.people.values() if p.roles == {Role.CITIZEN}]
    waiting = [e.id for e in c.queue.entries.values() if e.waiting]
    about = [*(s.id for s in c.turns()), *c.petitions]
    open_proposals = [p.id for p in c.conduct.proposals.values() if not p.settled]
    persons = {
        Enqueue: [None] if Role.CITIZEN in c.people[by].roles else citizens,
        CallToAnswer: ["agency", "chair"],
        AppointSecretary: ["secretary", "second"],
        Readmit: [x.person for x in c.conduct.refusals],
        ReportEscorted: [x.person for x in c.conduct.refusals],
        AddPerson: [new],
        RegisterPerson: [new],
        Knock: [new],
    }.get(kind, citizens)
    standing = {Admit: [Standing.LOBBY], TurnAway: [Standing.LOBBY], SendBack: [Standing.JOINED]}.get(kind, list(Standing))
    venue = c.people[by].venue if by in c.people else None
    pools: dict[str, Sequence[Any]] = {
        "person": persons,
        "persons": [(p.id,) for p in c.people.values() if p.standing in standing and p.roles == {Role.CITIZEN}],
        "to": ["chair", "co-chair", "deputy"] if kind is HandGavel else [None, "city"],
        "roles": [(role,) for role in Role],
        "identity": [Identity(f"§tên {n}", "Tổ 3", "§0900")],
        "channel": [Channel.VENUE] if venue else list(Channel),
        "venue": [venue] if venue else ["east", "west"] if kind in (CountPeople, ReportVenue) else [None, "east"],
        "entry": [new] if kind in (Enqueue, CallToAnswer, RegisterWish) else [c.floor.prompt.entry] if c.floor.prompt and r.random() < 0.7 else waiting,
        "other": waiting,
        "speech": [new] if kind is Interpose else [None, *c.speeches][-3:] if kind is WriteLine else [s.id for s in c.turns()],
        "about": [(x,) for x in c.without_outcome()] if kind is SetOutcome else about if kind is CallToAnswer else [None, *about],
        "petition": [new] if kind is RaisePetition else list(c.petitions) if kind in (DeferPetition, NameRepresentative) else [None, None, *c.petitions],
        "petitions": [(p.id,) for p in c.petitions.values()],
        "proposal": [new] if kind is Propose else open_proposals,
        "line": [line.id if line and kind is not CorrectLine else new],
        "corrects": list(c.minutes.lines)[:5],
        "outcome": [outcome.id if outcome else new],
        "version": [outcome.version if outcome else 0] if kind in (SetOutcome, DropOutcome) else [line.version if line else 0],
        "item": [i.id for i in c.agenda.items.values() if i.step == c.agenda.step and not i.settled] or ["purpose"],
        "step": [c.agenda.step + 1, c.agenda.step + 1, c.agenda.step - 1, 4, 5, 6],
        "minutes": [0, 5],
        "seconds": [-5, 10, 60],
        "count": [-1, 12, 50],
        "limit": [None, 0, 2, 5],
        "rule": [None, None, 1, 2, 9],
        "motive": [Motive.STATEMENT, Motive.STATEMENT, Motive.STATEMENT, Motive.FOLLOW_UP, Motive.PROCEDURE, Motive.ANSWER],
        "rung": list(Rung),
        "ground": ["complex", "beyond_authority"] if kind is ExtendNotice else [*Ground, None] if kind is Propose else list(Ground),
        "kind": list(Kind) if kind is SetOutcome else [*KINDS, "event"],
        "status": [*VENUE_STATUS, "odd"],
        "format": ["combined", "combined", *FORMATS],
        "mode": [*DISPLAY_MODES, "odd"],
        "cause": ["soft_cut", "lost"],
        "digest": [digest(c), digest(c), "0"],
        "lead": ["police", None],
        "by": ["police", None],
        "body": ["police", None],
        "due": ["2027-02-01", None, "soon"],
        "coordinating": [()],
        "words": [words],
        "text": [words],
        "answer": ["đã trả lời"],
        "topic": [f"việc {n}"],
        "plan": [c.plan],
    }  # fmt: skip

    def value(name: str, annotation: str) -> Any:
        pool = pools.get(name) or ([True, True, False] if annotation == "bool" else ["vì lẽ đó", "vì lẽ đó", ""])
        return "none-such" if annotation.startswith("str") and r.random() < 0.03 else r.choice(pool)

    return kind(**{f.name: value(f.name, str(f.type)) for f in fields(kind)})  # type: ignore[arg-type]


def main_people(c: Conference) -> list[str]:
    return [c.speeches[id].person for id in (c.floor.main, c.floor.interposed) if id]


def concerned(c: Conference, kind: type[Command]) -> list[str]:
    """Who would most likely give such a command, so that most are carried out."""
    if kind in (TakeFloor, DeclineFloor) and c.floor.prompt:
        return [c.queue.entries[c.floor.prompt.entry].person]
    if kind is YieldFloor and main_people(c):
        return main_people(c)
    roles, _ = RIGHTS[kind]
    if Role.SYSTEM in roles:
        return ["system"]
    if Role.CHAIR in roles and c.gavel and Role.CITIZEN not in roles:
        return [c.gavel]
    return [p.id for p in c.people.values() if not p.roles.isdisjoint(roles)]


def agreed(c: Conference, command: Command, by: str, now: int) -> bool:
    try:
        return bool(decide(c, command, SYSTEM if by == "system" else actor(c, by), now))
    except Refusal:
        return False


SCENES = ("step 4", "step 4", "step 4", "step 4", "step 1", "seated", "closed")


class Room(RuleBasedStateMachine):
    """A whole conference, played by chance."""

    @initialize(
        scene=st.sampled_from(["seated", "step 1", "step 4", "step 4", "step 4", "step 6", "closed"]), limit=st.integers(1, 3), first=st.booleans()
    )
    def begin(self, scene: str, limit: int, first: bool) -> None:
        self.hall = Hall(overtaken_limit=limit, petitions_first=first, soft_cut_s=20)
        self.hall.seated() if scene == "seated" else self.hall.opened(1 if scene == "step 1" else 4)
        if scene == "closed":
            self.hall.speak("minh", answer=True)
            self.hall.closed()
        if scene == "step 4":
            self.hall.register("east-1", Channel.VENUE, "east"), self.hall.register("caller", Channel.PHONE)
            for who in ("minh", "oanh", "east-1", "hanh", "caller", "phuc"):
                self.hall.ask(who, by="desk" if who in ("east-1", "caller") else who)
        self.acts = 0
        self.views = {a: view(self.hall.c, a) for a in AUDIENCES}

    # --- acting ---------------------------------------------------------------------------------------------------------

    @rule(seed=st.integers(0, 1 << 32), pause=st.integers(0, 90))
    def somebody_does_something(self, seed: int, pause: int) -> None:
        self.act(seed, pause, [*RIGHTS, *OFTEN, *OFTEN, *OFTEN, *OFTEN])

    @rule(seed=st.integers(0, 1 << 32), pause=st.integers(0, 90))
    def the_conference_goes_on(self, seed: int, pause: int) -> None:
        self.act(seed, pause, OFTEN)

    def act(self, seed: int, pause: int, kinds: Sequence[type[Command]]) -> None:
        """A likely person gives a command out of `kinds`; one time in eight, anybody at all. `seed` decides, and the number of the act.

        Most commands that chance makes would be refused, which is soon told. So up to eight are made until one is not; one in eight is given anyway.
        """
        self.acts += 1
        r = Random(f"{seed}/{self.acts}")
        self.hall.wait(pause)
        c = self.hall.c
        for _ in range(8):
            kind = r.choice(kinds)
            by = r.choice(concerned(c, kind) or ["chair"]) if r.random() < 0.88 else r.choice(list(c.people))
            command = some(c, kind, by if by != "system" else "chair", len(self.hall.journal), r)
            if r.random() < 0.12 or agreed(c, command, by, self.hall.now):
                self.give(command, by)
                return

    @precondition(lambda self: bool(timers(self.hall.c)))
    @rule()
    def a_timer_rings(self) -> None:
        timer = timers(self.hall.c)[0]
        if self.hall.c.phase is Phase.RUNNING:
            self.hall.now = max(self.hall.now, timer.at)
            self.give(timer.command, "system")

    @precondition(lambda self: self.hall.c.floor.prompt is not None and self.hall.c.phase is Phase.RUNNING)
    @rule()
    def the_called_one_answers(self) -> None:
        assert self.hall.c.floor.prompt
        entry = self.hall.c.queue.entries[self.hall.c.floor.prompt.entry]
        self.give(TakeFloor(entry.id), entry.person)

    @precondition(lambda self: self.hall.c.phase is Phase.BREAK)
    @rule(pause=st.integers(0, 600))
    def the_break_ends(self, pause: int) -> None:
        self.hall.wait(pause)
        self.give(ResumeSession(), str(self.hall.c.gavel))

    @precondition(lambda self: self.hall.c.minutes.finished_at is not None and self.hall.c.phase is Phase.CLOSED)
    @rule(who=st.sampled_from(["chair", "co-chair", "secretary"]))
    def somebody_signs(self, who: str) -> None:
        self.give(SignMinutes(digest(self.hall.c)), who)

    def give(self, command: Command, by: str) -> None:
        before, copy, seen = self.hall.c, anew(self.hall.c), len(self.hall.journal)
        try:
            self.hall.do(command, by)
        except Refusal:
            assert self.hall.c is before and before == copy and len(self.hall.journal) == seen
            return
        assert before == copy
        after = self.hall.c
        assert list(after.minutes.lines)[: len(before.minutes.lines)] == list(before.minutes.lines)
        self.told(before, self.hall.journal[seen:])
        if isinstance(command, CallNext) and not before.queue.pins:
            self.fair(before)
        if seen < len(self.hall.journal) and isinstance(self.hall.journal[-1].fact, Undone) and before.last:
            self.restored(before.last, before, after)

    # --- what must hold -------------------------------------------------------------------------------------------------

    def told(self, before: Conference, entries: list[Entry]) -> None:
        """After every fact: it survives the wire and the journal, and every audience's patched view equals a new one."""
        c = before
        for entry in entries:
            payload, private = encode(entry.fact)
            assert decode(entry.fact.name, json.loads(json.dumps(payload)), json.loads(json.dumps(private))) == entry.fact
            c = fold([entry], c)
            for audience in AUDIENCES:
                new = view(c, audience)
                patch = json.loads(json.dumps(diff(self.views[audience], new)))
                assert merge(self.views[audience], patch) == new
                self.views[audience] = new

    def fair(self, before: Conference) -> None:
        """Nobody who has been overtaken as often as the plan allows is overtaken once more (R18)."""
        first = before.queue.entries[order(before)[0].entry]
        spoken = {s.person for s in before.turns() if s.motive is Motive.STATEMENT}
        ahead = [q for q in before.queue.entries.values() if q.called_at is not None and q.motive is first.motive]
        for e in before.queue.entries.values():
            same = (
                e.waiting
                and e.motive is first.motive
                and (e.person in spoken) is (first.person in spoken)
                and registered(before, e.id) == registered(before, first.id)
            )
            if same and age(e) < age(first):
                assert sum(age(q) > age(e) for q in ahead) < before.plan.settings.overtaken_limit

    def restored(self, last: LastAct, before: Conference, after: Conference) -> None:
        """Undo restores floor, used time and order exactly (R27)."""
        then, now = last.before, self.hall.now
        assert (after.floor.main, after.floor.interposed, after.floor.paused) == (then.floor.main, then.floor.interposed, then.floor.paused)
        for id in last.speeches & then.speeches.keys():
            assert after.speeches[id].clock.read(now) == then.speeches[id].clock.read(last.at)
            assert after.speeches[id].clock.allotted == then.speeches[id].clock.allotted
        assert (after.queue.pins, after.queue.open, after.queue.limit) == (then.queue.pins, then.queue.open, then.queue.limit)
        if {e for e in after.queue.entries.values() if e.waiting} == {
            e for e in then.queue.entries.values() if e.waiting
        } and after.turns() == then.turns():
            assert [p.entry for p in order(after)] == [p.entry for p in order(then)]
        assert all(after.speeches[id].undone for id in last.speeches - then.speeches.keys())

    @invariant()
    def the_state_is_sound(self) -> None:
        if hasattr(self, "hall"):
            check_state(self.hall.c, self.hall.now)

    @invariant()
    def nobody_sees_what_is_not_theirs(self) -> None:
        if hasattr(self, "hall") and self.hall.c.seq % 3 == 0:
            assert check_views(self.hall.c) == self.views

    def teardown(self) -> None:
        if hasattr(self, "hall"):
            assert fold(self.hall.journal, Conference(id=self.hall.c.id)) == self.hall.c


def registered(c: Conference, id: str) -> bool:
    petition = c.queue.entries[id].petition
    return c.plan.settings.petitions_first and petition is not None and not c.petitions[petition].raised_by


TestRoom = Room.TestCase
TestRoom.settings = settings(max_examples=30, stateful_step_count=50, deadline=None, suppress_health_check=list(HealthCheck))


# --- two chairs at once -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("order_of_acts", list(permutations(range(4))))
def test_two_chairs_at_once_each_act_wins_or_is_refused_with_the_new_state(order_of_acts: tuple[int, ...]) -> None:
    hall = Hall().opened(4)
    first, second = hall.ask("minh"), hall.ask("hanh")
    acts: list[tuple[Command, str]] = [
        (CallEntry(first), "chair"),
        (CallEntry(second), "co-chair"),
        (CloseQueue(), "co-chair"),
        (HandGavel("co-chair"), "chair"),
    ]
    codes = {}
    for n in order_of_acts:
        command, by = acts[n]
        try:
            hall.do(command, by)
        except Refusal as refusal:
            codes[n] = refusal.code
        check_state(hall.c, hall.now)
    handed = order_of_acts.index(3)
    for n, (_, by) in enumerate(acts[:3]):
        held = order_of_acts.index(n) < handed if by == "chair" else order_of_acts.index(n) > handed
        assert codes.get(n) == (None if held else "gavel_elsewhere")


# --- the journal --------------------------------------------------------------------------------------------------------


def test_entries_come_without_gaps() -> None:
    hall = Hall().seated()
    with pytest.raises(AssertionError):
        fold(hall.journal[1:], Conference(id="DT-1"))


def test_a_conference_is_planned_once() -> None:
    hall = Hall()
    hall.refused("already_planned", PlanConference(hall.c.plan), "system")


def test_every_fact_of_a_command_carries_its_id() -> None:
    hall = Hall().opened(4)
    hall.ask("minh"), hall.ask("hanh"), hall.next()
    facts = hall.do(CallNext())
    assert len(facts) == 2 and len({e.command for e in hall.journal[-2:]}) == 1


def test_who_was_erased_still_folds() -> None:
    hall = Hall().opened(4)
    hall.speak("minh", answer=True)
    erased = []
    for e in hall.journal:
        payload, _ = encode(e.fact)
        erased.append(Entry(e.seq, e.at, e.by, e.command, decode(e.fact.name, payload, None)))
    c = fold(erased, Conference(id="DT-1"))
    assert c.people["minh"].identity is None and digest(c) == digest(hall.c)
    assert view(c, "citizen")["counts"] == view(hall.c, "citizen")["counts"]
