"""Everything at once: whatever people do, in whatever order, what must hold holds (decide, evolve, fold, undo, views).

Also two chairs at once: commands of several people are decided one after another, so each wins or is refused with the state that won.
"""

from __future__ import annotations

import json
from dataclasses import fields
from itertools import permutations
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from moderation import RIGHTS, Command, Conference, Entry, Identity, Phase, Refusal, Role, fold
from moderation.conclusion import Kind
from moderation.conduct import DISPLAY_MODES, Ground, Propose, Refuse, Rung
from moderation.conference import LastAct
from moderation.floor import CallEntry, CallNext, CallToAnswer, DeclineFloor, Interpose, StopSpeech, TakeFloor, Undo, YieldFloor, timers
from moderation.history import Undone
from moderation.minutes import KINDS, SignMinutes, digest
from moderation.people import FORMATS, VENUE_STATUS, AddPerson, Channel, HandGavel, Join
from moderation.plan import PlanConference
from moderation.queue import CloseQueue, Enqueue, Motive, MoveEntry, age, order
from moderation.view import diff, merge, view
from server.rooms.messages import decode, encode
from tests.moderation.hall import Hall
from tests.moderation.watch import AUDIENCES, anew, check_state, check_views

OFTEN = (CallNext, Enqueue, Enqueue, Enqueue, CallEntry, Undo, TakeFloor, Interpose, StopSpeech, YieldFloor, CallToAnswer, MoveEntry, Join)
"""Commands that are drawn more often, since most of a conference is made of them."""


def commands(c: Conference, kind: type[Command], n: int) -> st.SearchStrategy[Command]:
    """Commands of one kind with ids out of small pools: those of the state, one that does not exist, and a new one. `n` makes texts unique."""
    people, entries, speeches = list(c.people), list(c.queue.entries), list(c.speeches)
    new, words = st.just(f"new-{n}"), st.just(f"§{kind.name} {n}")
    main = [c.floor.main] if c.floor.main else []
    called = [c.floor.prompt.entry] if c.floor.prompt else []
    waiting = [e.id for e in c.queue.entries.values() if e.waiting]

    def known(ids: list[str], *more: str) -> st.SearchStrategy[str]:
        return st.sampled_from([*ids, *more, "none-such"])

    venues = st.sampled_from(["east", "west", "none-such"])
    about = known([*speeches, *c.petitions])
    petition: st.SearchStrategy[Any] = st.sampled_from([None, *c.petitions])
    if kind.name in ("raise_petition", "defer_petition"):
        petition = new if kind.name == "raise_petition" else known(list(c.petitions))
    ground: st.SearchStrategy[Any] = st.sampled_from(["complex", "beyond_authority"])
    if kind in (Refuse, Propose):
        ground = st.sampled_from([*Ground, *([None] if kind is Propose else [])])
    versioned: dict[str, Any] = dict(c.outcomes) if "outcome" in kind.name else dict(list(c.minutes.lines.items())[-3:])
    pools: dict[str, st.SearchStrategy[Any]] = {
        "person": new if kind in (AddPerson,) or kind.name in ("register_person", "knock") else known([*people, *people, *main_people(c)]),
        "persons": st.lists(known(people), min_size=0, max_size=2).map(tuple),
        "to": known(people) if kind is HandGavel else st.sampled_from([None, "city", "none-such"]),
        "roles": st.lists(st.sampled_from(list(Role)), max_size=2, unique=True).map(tuple),
        "identity": st.just(Identity(f"§tên {n}", "Tổ 3", "§0900")),
        "channel": st.sampled_from(list(Channel)),
        "venue": st.none() | venues if kind.name not in ("count_people", "report_venue") else venues,
        "entry": new if kind in (Enqueue, CallToAnswer) else known(called or waiting or entries),
        "other": known(waiting),
        "speech": new if kind is Interpose else known(speeches, *main),
        "about": about.map(lambda x: (x,)) if kind.name == "set_outcome" else about if kind is CallToAnswer else st.none() | about,
        "petition": petition,
        "petitions": st.lists(known(list(c.petitions)), max_size=2).map(tuple),
        "proposal": new if kind.name == "propose" else known(list(c.conduct.proposals)),
        "line": known(list(c.minutes.lines)[-3:], f"new-{n}") if kind.name != "correct_line" else new,
        "corrects": known(list(c.minutes.lines)[:3]),
        "outcome": known(list(c.outcomes), f"new-{n}"),
        "version": st.sampled_from(sorted({v.version for v in versioned.values()} | {0})),
        "item": known(list(c.agenda.items)),
        "step": st.integers(0, 8),
        "minutes": st.integers(0, 20),
        "seconds": st.integers(-5, 60),
        "count": st.integers(-1, 50),
        "limit": st.sampled_from([None, 0, 2, 5]),
        "rule": st.sampled_from([None, 1, 2, 9]),
        "motive": st.sampled_from(list(Motive)),
        "rung": st.sampled_from(list(Rung)),
        "ground": ground,
        "kind": st.sampled_from(list(Kind)) if kind.name == "set_outcome" else st.sampled_from([*KINDS, "event"]),
        "status": st.sampled_from([*VENUE_STATUS, "odd"]),
        "format": st.sampled_from(["combined", *FORMATS]),
        "mode": st.sampled_from([*DISPLAY_MODES, "odd"]),
        "cause": st.sampled_from(["soft_cut", "lost"]),
        "digest": st.sampled_from([digest(c), "0"]),
        "lead": st.sampled_from([None, "police", "none-such"]),
        "by": st.sampled_from([None, "police"]),
        "body": st.sampled_from([None, "police"]),
        "due": st.sampled_from([None, "2027-02-01", "soon"]),
        "coordinating": st.just(()),
        "words": words,
        "text": words,
        "answer": st.sampled_from(["", "đã trả lời"]),
        "plan": st.just(c.plan),
    }  # fmt: skip

    def pool(name: str, annotation: str) -> st.SearchStrategy[Any]:
        if name in pools:
            return pools[name]
        return st.booleans() if annotation == "bool" else st.sampled_from(["", "vì lẽ đó"])

    return st.builds(kind, **{f.name: pool(f.name, str(f.type)) for f in fields(kind)})  # type: ignore[arg-type]


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
        self.views = {a: view(self.hall.c, a) for a in AUDIENCES}

    # --- acting ---------------------------------------------------------------------------------------------------------

    @rule(data=st.data(), pause=st.integers(0, 90))
    def somebody_does_something(self, data: st.DataObject, pause: int) -> None:
        self.hall.wait(pause)
        c = self.hall.c
        kind = data.draw(st.sampled_from([*RIGHTS, *OFTEN, *OFTEN, *OFTEN]))
        command = data.draw(commands(c, kind, len(self.hall.journal)))
        likely = concerned(c, kind) or ["chair"]
        by = data.draw(st.sampled_from(likely) if data.draw(st.integers(0, 5)) else st.sampled_from(list(c.people)))
        self.give(command, by)

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

    @precondition(lambda self: self.hall.c.last is not None and self.hall.c.phase is Phase.RUNNING)
    @rule()
    def the_chair_takes_it_back(self) -> None:
        assert self.hall.c.gavel
        self.give(Undo(), self.hall.c.gavel)

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
TestRoom.settings = settings(max_examples=60, stateful_step_count=50, deadline=None, suppress_health_check=list(HealthCheck))


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
