"""decide, evolve, fold: the three words of the core, and undo, which needs to see all chapters at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from moderation import conduct, floor, minutes, people, rights
from moderation.agenda import ROUND, ConferenceClosed, StepOpened
from moderation.conference import Conference, LastAct
from moderation.kernel import DECIDE, EVOLVE, Actor, Clock, Command, Entry, Fact, Facts, Ms, Refusal, decides, evolves
from moderation.queue import QueueEntry, Status


def decide(c: Conference, command: Command, by: Actor, now: Ms) -> Facts:
    """The facts that follow from a command, or a `Refusal`. `now`: server time. No facts means: nothing to do, and that is fine."""
    rights.entitled(c, by, type(command))
    return DECIDE[type(command)](c, command, by, now)


def evolve(c: Conference, entry: Entry) -> Conference:
    """The state after one more fact. Entries come in order, without gaps."""
    assert entry.seq == c.seq + 1, (entry.seq, c.seq)
    after = EVOLVE[type(entry.fact)](c, entry.fact, entry)
    after = minutes.drafted(c, replace(after, seq=entry.seq), entry)
    return replace(after, last=remembered(c, after, entry))


def fold(entries: Iterable[Entry], start: Conference) -> Conference:
    """The state of a whole journal."""
    for entry in entries:
        start = evolve(start, entry)
    return start


# --- undo (R27) ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Undone(Fact):
    """The act of command `undoes` is taken back: order, clock and used time are as they were at its instant."""

    undoes: str
    act: str


@decides(floor.Undo)
def undo(c: Conference, cmd: floor.Undo, by: Actor, now: Ms) -> Facts:
    people.holds_gavel(c, by)
    if c.last is None:
        raise Refusal("nothing_to_undo")
    return (Undone(c.last.command, c.last.name),)


@evolves(Undone)
def undone(c: Conference, f: Undone, e: Entry) -> Conference:
    last = c.last
    assert last is not None
    before = last.before
    entries = dict(c.queue.entries)
    for id in last.entries:
        old = before.queue.entries.get(id)
        entries[id] = old if old else replace(entries[id], status=Status.REMOVED)
    speeches = dict(c.speeches)
    for id in last.speeches:
        then = before.speeches.get(id)
        if then:
            speeches[id] = replace(then, clock=rebased(then.clock, last.at, e.at))
        else:
            s = speeches[id]
            speeches[id] = replace(s, clock=s.clock.stopped(e.at), ended_at=s.ended_at or e.at, ended=s.ended or "undone", undone=True)
    for id in last.entries:
        if entries[id].waiting or entries[id].called:
            entries = withdrawn_twin(entries, entries[id])
    petitions = {**c.petitions, **{id: before.petitions[id] for id in last.petitions}}
    prompt = before.floor.prompt
    if prompt:
        prompt = replace(prompt, until=e.at + max(0, prompt.until - last.at))
    lines = {
        id: replace(m, struck=True, released=False) if m.speech in last.speeches and m.speech not in before.speeches else m
        for id, m in c.minutes.lines.items()
    }
    restored = replace(
        c,
        queue=replace(before.queue, entries=entries),
        speeches=speeches,
        petitions=petitions,
        floor=replace(before.floor, prompt=prompt),
        minutes=replace(c.minutes, lines=lines),
    )
    return floor.clocks_resumed(restored, e.at)


def withdrawn_twin(entries: dict[str, QueueEntry], restored: QueueEntry) -> dict[str, QueueEntry]:
    """Whoever has asked again in the meantime keeps the older place, and only that (R17)."""
    return {
        id: replace(q, status=Status.WITHDRAWN)
        if q.waiting and q.id != restored.id and (q.person, q.motive) == (restored.person, restored.motive)
        else q
        for id, q in entries.items()
    }


def rebased(clock: Clock, then: Ms, now: Ms) -> Clock:
    """The clock as it read at `then`, running on from `now` if it ran."""
    return clock if clock.since is None else Clock(clock.allotted, clock.read(then), now)


def remembered(c: Conference, after: Conference, e: Entry) -> LastAct | None:
    """What can be undone after this fact. An act stays undoable until something else touches what it touched."""
    last = c.last
    if isinstance(e.fact, Undone | conduct.Refused | people.SentBack | ConferenceClosed):
        return None
    if isinstance(e.fact, StepOpened) and e.fact.step not in ROUND:
        return None
    if not e.fact.undoable:
        if last is None or last.command == e.command or touched(c, after, last):
            return None
        return last
    accepted = isinstance(e.fact, floor.FloorGiven) and last is not None and last.name == floor.Called.name and e.fact.entry in last.entries
    if last is None or (last.command != e.command and not accepted):
        last = LastAct(e.command, e.seq, e.fact.name, e.by, e.at, replace(c, last=None))
    return replace(
        last,
        name=e.fact.name,
        entries=last.entries | changed(c.queue.entries, after.queue.entries),
        speeches=last.speeches | changed(c.speeches, after.speeches),
        petitions=last.petitions | changed(c.petitions, after.petitions),
    )


def changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> frozenset[str]:
    return frozenset() if before is after else frozenset(k for k, v in after.items() if before.get(k) is not v)


def touched(c: Conference, after: Conference, last: LastAct) -> bool:
    return bool(
        last.entries & changed(c.queue.entries, after.queue.entries)
        or last.speeches & changed(c.speeches, after.speeches)
        or last.petitions & changed(c.petitions, after.petitions)
        or c.floor != after.floor
    )
