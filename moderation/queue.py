"""The speaker queue (R15–R21): one for the whole conference, ordered by a sort key which everybody can be told in a sentence."""

from __future__ import annotations

from bisect import bisect, insort
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise
from typing import TYPE_CHECKING

from moderation.groups import speaks_for
from moderation.kernel import (
    MAX_NAME,
    MAX_TOPIC,
    SECOND,
    Actor,
    Command,
    Entry,
    Fact,
    Facts,
    Ms,
    Refusal,
    Role,
    decides,
    empty,
    evolves,
    fresh,
    put,
    text,
)
from moderation.people import Channel, Standing, holds_gavel, own_venue, person, place_exists

if TYPE_CHECKING:
    from moderation.conference import Conference


class Motive(StrEnum):
    """Why somebody asks for the floor, in order of precedence (R16). `ANSWER` is never waited for: the chair calls for it (R23)."""

    PROCEDURE = "procedure"
    FOLLOW_UP = "follow_up"
    STATEMENT = "statement"
    ANSWER = "answer"


PRECEDENCE = {Motive.PROCEDURE: 0, Motive.FOLLOW_UP: 1, Motive.STATEMENT: 2}


class Status(StrEnum):
    """The life of an entry. `CALLED`: prompted and not yet answered (R24); `MISSED`: did not answer twice."""

    WAITING = "waiting"
    CALLED = "called"
    SPEAKING = "speaking"
    DONE = "done"
    WITHDRAWN = "withdrawn"
    REMOVED = "removed"
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class QueueEntry:
    """One request to speak (R15). `since` is when it was entered; `called_at` when it left the queue for the floor; `source` is "invitation" for a wish that came with
    an answered one."""

    id: str
    person: str
    channel: Channel
    venue: str | None
    motive: Motive
    topic: str
    petition: str | None
    entered_by: str
    since: Ms
    represents: str = ""
    status: Status = Status.WAITING
    held: bool = False
    called_at: Ms | None = None
    source: str = ""

    @property
    def waiting(self) -> bool:
        return self.status is Status.WAITING

    @property
    def called(self) -> bool:
        return self.status is Status.CALLED

    @property
    def on_behalf(self) -> bool:
        return self.entered_by != self.person

    @property
    def lane(self) -> str:
        """The channel as the fair turn counts it: the hall, each venue, and all who are in neither, by browser or telephone."""
        return f"venue:{self.venue}" if self.channel is Channel.VENUE else "hall" if self.channel is Channel.HALL else "remote"


@dataclass(frozen=True, slots=True)
class Pin:
    """The chair's hand (R19): `entry` stands right before or right after `other`, whatever the sort key says."""

    entry: str
    other: str
    before: bool
    held: bool = False


@dataclass(frozen=True, slots=True)
class Queue:
    entries: Mapping[str, QueueEntry] = empty()
    pins: tuple[Pin, ...] = ()
    open: bool = True
    limit: int | None = None
    procedure: bool = True


@dataclass(frozen=True, slots=True)
class Place:
    """Where an entry stands and why: `why` is a code of the catalogue (`why.<code>`); `ahead` the estimated time between the end of the
    current speech and its turn."""

    entry: str
    why: str
    ahead: Ms
    details: Mapping[str, object]


# --- commands -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Enqueue(Command):
    """Asks for the floor, for oneself (no `person`) or on behalf of somebody (R21)."""

    entry: str
    topic: str
    motive: Motive = Motive.STATEMENT
    person: str | None = None
    petition: str | None = None
    represents: str = ""


@dataclass(frozen=True, slots=True)
class Withdraw(Command):
    """Takes back a waiting request (R20)."""

    entry: str


@dataclass(frozen=True, slots=True)
class AmendEntry(Command):
    """Changes topic, petition or channel of a waiting request (R20)."""

    entry: str
    topic: str | None = None
    petition: str | None = None
    channel: Channel | None = None
    venue: str | None = None


@dataclass(frozen=True, slots=True)
class MoveEntry(Command):
    """The chair puts a waiting entry before or after another (R19)."""

    entry: str
    other: str
    before: bool = True


@dataclass(frozen=True, slots=True)
class RemoveEntry(Command):
    """The chair takes an entry out of the queue: a rung of the ladder (R28)."""

    entry: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class EmptyQueue(Command):
    """Takes all waiting entries out (R19)."""

    reason: str = ""


@dataclass(frozen=True, slots=True)
class OpenQueue(Command):
    pass


@dataclass(frozen=True, slots=True)
class CloseQueue(Command):
    """No new entries by citizens; the desk may go on (R19)."""


@dataclass(frozen=True, slots=True)
class LimitQueue(Command):
    """At most `limit` waiting entries for citizens' own requests; None lifts the limit."""

    limit: int | None


@dataclass(frozen=True, slots=True)
class AllowProcedure(Command):
    """Switches the motive `procedure` on or off (R16)."""

    allowed: bool


# --- facts --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Enqueued(Fact):
    entry: str
    person: str
    channel: Channel
    venue: str | None
    motive: Motive
    topic: str
    petition: str | None = None
    represents: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Withdrawn(Fact):
    entry: str


@dataclass(frozen=True, slots=True)
class EntryAmended(Fact):
    entry: str
    topic: str
    petition: str | None
    channel: Channel
    venue: str | None


@dataclass(frozen=True, slots=True)
class EntryMoved(Fact, undoable=True):
    entry: str
    other: str
    before: bool


@dataclass(frozen=True, slots=True)
class EntryRemoved(Fact, undoable=True):
    entry: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class QueueEmptied(Fact, undoable=True):
    reason: str = ""


@dataclass(frozen=True, slots=True)
class QueueOpened(Fact, undoable=True):
    pass


@dataclass(frozen=True, slots=True)
class QueueClosed(Fact, undoable=True):
    pass


@dataclass(frozen=True, slots=True)
class QueueLimited(Fact, undoable=True):
    limit: int | None


@dataclass(frozen=True, slots=True)
class ProcedureAllowed(Fact, undoable=True):
    allowed: bool


# --- the order (R18) ----------------------------------------------------------------------------------------------------


def order(c: Conference) -> tuple[Place, ...]:
    """The waiting entries in the order of their turns, each with its reason and how long after the current speech its turn comes.

    The key: motive; not yet spoken before already spoken; (if the plan says so) petitions collected beforehand first; then fair turns of the
    lanes; then time of entry. Afterwards the chair's pins are laid on, oldest first. A pure function of the state: replaying the journal gives
    the same order. It is asked for many times between two facts (every view, every own place), so the last few answers are kept.
    """
    key = (c.queue, c.speeches, c.petitions, c.plan)
    for seen, line in kept:
        if all(a is b for a, b in zip(seen, key, strict=True)):
            return line
    line = ordered(c)
    kept.append((key, line))
    return line


kept: deque[tuple[tuple[object, ...], tuple[Place, ...]]] = deque(maxlen=4)


def ordered(c: Conference) -> tuple[Place, ...]:
    """The order, made anew."""
    spoken = {s.person for s in c.turns() if s.motive is Motive.STATEMENT}
    groups: dict[Rank, list[QueueEntry]] = {}
    for e in c.queue.entries.values():
        if e.waiting:
            groups.setdefault(rank(c, e, spoken), []).append(e)
    turns = Counter(c.queue.entries[s.entry].lane for s in c.turns())
    places = [place for key in sorted(groups) for place in fair_turns(c, key, groups[key], turns)]
    line = pinned(c, places)
    wait, gap = 0, answer_gap(c)
    out = []
    for place in line:
        out.append(replace(place, ahead=wait))
        wait += allotted(c, c.queue.entries[place.entry].motive) + gap
    return tuple(out)


Rank = tuple[int, int, int]
"""The part of the key before the fair turn: precedence of the motive, has spoken, not registered beforehand. Smaller goes first."""


def rank(c: Conference, e: QueueEntry, spoken: set[str]) -> Rank:
    again = e.motive is Motive.STATEMENT and e.person in spoken
    registered = c.plan.settings.petitions_first and e.petition is not None and not c.petitions[e.petition].raised_by
    return PRECEDENCE[e.motive], int(again), 0 if registered else 1


def fair_turns(c: Conference, key: Rank, group: list[QueueEntry], turns: Counter[str]) -> list[Place]:
    """One group of equal rank in turns of its lanes.

    The lane that has had the smallest share of turns for its people goes first, the longest wait breaks a tie, and whoever was overtaken by
    `overtaken_limit` later requests goes first of all.
    """
    limit = c.plan.settings.overtaken_limit
    motive = group[0].motive
    lanes: dict[str, list[QueueEntry]] = {}
    for e in sorted(group, key=age, reverse=True):
        lanes.setdefault(e.lane, []).append(e)
    taken = sorted(age(q) for q in c.queue.entries.values() if q.called_at is not None and q.motive is motive)
    had = Counter(turns)
    general = {PRECEDENCE[Motive.PROCEDURE]: "procedure", PRECEDENCE[Motive.FOLLOW_UP]: "follow_up"}.get(key[0]) or ("spoken" if key[1] else "")
    several = len(lanes) > 1
    line: list[Place] = []

    def overtaken(e: QueueEntry) -> int:
        return len(taken) - bisect(taken, age(e))

    def share(lane: str) -> float:
        return had[lane] / (had[lane] + len(lanes[lane]))

    while lanes:
        heads = [waiting[-1] for waiting in lanes.values()]
        late = [e for e in heads if overtaken(e) >= limit]
        chosen = min(late, key=age) if late else min(heads, key=lambda e: (share(e.lane), *age(e)))
        oldest = min(heads, key=age)
        why = "overtaken" if late and several else general or ("time" if not several else "longest" if chosen is oldest else "turn")
        line.append(Place(chosen.id, why, 0, {"lane": chosen.lane, "turns": had[chosen.lane], "waiting": len(lanes[chosen.lane])}))
        lanes[chosen.lane].pop()
        if not lanes[chosen.lane]:
            del lanes[chosen.lane]
        had[chosen.lane] += 1
        insort(taken, age(chosen))
    return line


def age(e: QueueEntry) -> tuple[Ms, str]:
    """Time of entry; the id breaks a tie, so that the order is total."""
    return e.since, e.id


def pinned(c: Conference, places: list[Place]) -> list[Place]:
    """The line with the chair's moves laid on."""
    at = {p.entry: p for p in places}
    line = list(at)
    for pin in c.queue.pins:
        if pin.entry in at and pin.other in at:
            line.remove(pin.entry)
            line.insert(line.index(pin.other) + (0 if pin.before else 1), pin.entry)
            at[pin.entry] = Place(pin.entry, "held" if pin.held else "moved", 0, {})
    return [at[id] for id in line]


def allotted(c: Conference, motive: Motive) -> Ms:
    """The time for a speech by its motive, from the house rules (R26)."""
    s = c.plan.settings
    seconds = {
        Motive.STATEMENT: s.statement_s,
        Motive.FOLLOW_UP: s.follow_up_s,
        Motive.PROCEDURE: s.procedure_s,
        Motive.ANSWER: s.answer_s,
    }[motive]
    return seconds * SECOND


def answer_gap(c: Conference) -> Ms:
    """The mean time between the end of a speech and the next one so far; a minute and a half until there is experience."""
    main = c.turns()
    gaps = [b.started_at - a.ended_at for a, b in pairwise(main) if a.ended_at and b.started_at > a.ended_at]
    return sum(gaps) // len(gaps) if gaps else 90 * SECOND


# --- rules --------------------------------------------------------------------------------------------------------------


def waiting_entry(c: Conference, id: str) -> QueueEntry:
    if id not in c.queue.entries:
        raise Refusal("entry_unknown")
    entry = c.queue.entries[id]
    if not entry.waiting:
        raise Refusal("entry_not_waiting", status=entry.status)
    return entry


def may_touch(c: Conference, by: Actor, entry: QueueEntry) -> None:
    """One's own entries; operators those of their venue; desk and chair any (R20, R21), and the room itself for a wish taken back where it was given."""
    if by.person == entry.person or by.has(Role.DESK, Role.CHAIR, Role.OFFICE, Role.SYSTEM):
        return
    if by.has(Role.OPERATOR):
        own_venue(by, entry.channel, entry.venue)
        return
    raise Refusal("not_yours")


def follow_up_due(c: Conference, who: str) -> bool:
    """Somebody may follow up once on each answer they were given (R16): a second time only when the follow-up itself was answered."""
    turns = [s for s in c.turns() if s.person == who]
    answered = max((s.answered_at for s in turns if s.answered_at), default=-1)
    return answered > max((s.started_at for s in turns if s.motive is Motive.FOLLOW_UP), default=-1)


def no_second(c: Conference, who: str, motive: Motive) -> None:
    if any(e.person == who and e.motive is motive and (e.waiting or e.called) for e in c.queue.entries.values()):
        raise Refusal("already_waiting")


# --- decide -------------------------------------------------------------------------------------------------------------


@decides(Enqueue)
def enqueue(c: Conference, cmd: Enqueue, by: Actor, now: Ms) -> Facts:
    fresh(c.queue.entries, cmd.entry)
    who = person(c, cmd.person or by.person)
    own = who.id == by.person
    if not own:
        if not by.has(Role.DESK, Role.OFFICE, Role.OPERATOR, Role.CHAIR):
            raise Refusal("only_for_yourself")
        own_venue(by, who.channel, who.venue)
        if by.roles == {Role.CHAIR} and Role.AGENCY not in who.roles:
            raise Refusal("chair_queues_agencies")
    elif Role.CITIZEN not in who.roles:
        raise Refusal("only_citizens_queue")
    if who.standing is not Standing.JOINED and Role.AGENCY not in who.roles:
        raise Refusal("not_joined")
    if cmd.motive is Motive.ANSWER:
        raise Refusal("answers_are_called")
    if cmd.motive is Motive.PROCEDURE and not c.queue.procedure:
        raise Refusal("procedure_off")
    if cmd.motive is Motive.FOLLOW_UP and not follow_up_due(c, who.id):
        raise Refusal("nothing_answered_yet")
    no_second(c, who.id, cmd.motive)
    if own:
        if not c.queue.open:
            raise Refusal("queue_closed")
        if c.queue.limit is not None and sum(e.waiting for e in c.queue.entries.values()) >= c.queue.limit:
            raise Refusal("queue_full", limit=c.queue.limit)
    if cmd.petition is not None and cmd.petition not in c.petitions:
        raise Refusal("petition_unknown")
    speaks_for(c, who.id, cmd.petition)
    return (
        Enqueued(
            cmd.entry, who.id, who.channel, who.venue, cmd.motive, text(cmd.topic, MAX_TOPIC, "topic"), cmd.petition,
            text(cmd.represents or who.represents, MAX_NAME, "represents", required=False),
        ),
    )  # fmt: skip


@decides(Withdraw)
def withdraw(c: Conference, cmd: Withdraw, by: Actor, now: Ms) -> Facts:
    may_touch(c, by, waiting_entry(c, cmd.entry))
    return (Withdrawn(cmd.entry),)


@decides(AmendEntry)
def amend_entry(c: Conference, cmd: AmendEntry, by: Actor, now: Ms) -> Facts:
    entry = waiting_entry(c, cmd.entry)
    may_touch(c, by, entry)
    channel, venue = (entry.channel, entry.venue) if cmd.channel is None else (cmd.channel, cmd.venue)
    place_exists(c, channel, venue)
    if by.person != entry.person:
        own_venue(by, channel, venue)
    petition = cmd.petition if cmd.petition is not None else entry.petition
    if petition is not None and petition not in c.petitions:
        raise Refusal("petition_unknown")
    if petition != entry.petition:
        speaks_for(c, entry.person, petition)
    topic = entry.topic if cmd.topic is None else text(cmd.topic, MAX_TOPIC, "topic")
    return (EntryAmended(entry.id, topic, petition, channel, venue if channel is Channel.VENUE else None),)


@decides(MoveEntry)
def move_entry(c: Conference, cmd: MoveEntry, by: Actor, now: Ms) -> Facts:
    holds_gavel(c, by)
    waiting_entry(c, cmd.entry)
    waiting_entry(c, cmd.other)
    if cmd.entry == cmd.other:
        raise Refusal("nothing_to_change")
    return (EntryMoved(cmd.entry, cmd.other, cmd.before),)


@decides(RemoveEntry)
def remove_entry(c: Conference, cmd: RemoveEntry, by: Actor, now: Ms) -> Facts:
    holds_gavel(c, by)
    waiting_entry(c, cmd.entry)
    return (EntryRemoved(cmd.entry, text(cmd.reason, MAX_TOPIC, "reason", required=False)),)


@decides(EmptyQueue)
def empty_queue(c: Conference, cmd: EmptyQueue, by: Actor, now: Ms) -> Facts:
    holds_gavel(c, by)
    if not any(e.waiting for e in c.queue.entries.values()):
        raise Refusal("nothing_to_change")
    return (QueueEmptied(text(cmd.reason, MAX_TOPIC, "reason", required=False)),)


@decides(OpenQueue)
def open_queue(c: Conference, cmd: OpenQueue, by: Actor, now: Ms) -> Facts:
    holds_gavel(c, by)
    if c.queue.open:
        raise Refusal("nothing_to_change")
    return (QueueOpened(),)


@decides(CloseQueue)
def close_queue(c: Conference, cmd: CloseQueue, by: Actor, now: Ms) -> Facts:
    holds_gavel(c, by)
    if not c.queue.open:
        raise Refusal("nothing_to_change")
    return (QueueClosed(),)


@decides(LimitQueue)
def limit_queue(c: Conference, cmd: LimitQueue, by: Actor, now: Ms) -> Facts:
    holds_gavel(c, by)
    if cmd.limit is not None and not 1 <= cmd.limit <= 10_000:
        raise Refusal("count_out_of_range")
    if cmd.limit == c.queue.limit:
        raise Refusal("nothing_to_change")
    return (QueueLimited(cmd.limit),)


@decides(AllowProcedure)
def allow_procedure(c: Conference, cmd: AllowProcedure, by: Actor, now: Ms) -> Facts:
    holds_gavel(c, by)
    if cmd.allowed is c.queue.procedure:
        raise Refusal("nothing_to_change")
    return (ProcedureAllowed(cmd.allowed),)


# --- evolve -------------------------------------------------------------------------------------------------------------


def set_entry(c: Conference, id: str, **changes: object) -> Conference:
    entry = replace(c.queue.entries[id], **changes)  # type: ignore[arg-type]
    return replace(c, queue=replace(c.queue, entries=put(c.queue.entries, id, entry)))


def drop_waiting(c: Conference, who: str) -> Conference:
    """All of a person's waiting or called entries leave the queue: eject and refusal (R31)."""
    for e in list(c.queue.entries.values()):
        if e.person == who and e.status in (Status.WAITING, Status.CALLED):
            c = set_entry(c, e.id, status=Status.REMOVED)
    if c.floor.prompt and c.queue.entries[c.floor.prompt.entry].person == who:
        c = replace(c, floor=replace(c.floor, prompt=None))
    return c


@evolves(Enqueued)
def enqueued(c: Conference, f: Enqueued, e: Entry) -> Conference:
    entry = QueueEntry(f.entry, f.person, f.channel, f.venue, f.motive, f.topic, f.petition, e.by, e.at, f.represents, source=f.source)
    return replace(c, queue=replace(c.queue, entries=put(c.queue.entries, f.entry, entry)))


@evolves(Withdrawn)
def withdrawn(c: Conference, f: Withdrawn, e: Entry) -> Conference:
    return set_entry(c, f.entry, status=Status.WITHDRAWN)


@evolves(EntryAmended)
def entry_amended(c: Conference, f: EntryAmended, e: Entry) -> Conference:
    return set_entry(c, f.entry, topic=f.topic, petition=f.petition, channel=f.channel, venue=f.venue)


@evolves(EntryMoved)
def entry_moved(c: Conference, f: EntryMoved, e: Entry) -> Conference:
    pins = tuple(p for p in c.queue.pins if p.entry != f.entry)
    return replace(c, queue=replace(c.queue, pins=(*pins, Pin(f.entry, f.other, f.before))))


@evolves(EntryRemoved)
def entry_removed(c: Conference, f: EntryRemoved, e: Entry) -> Conference:
    return set_entry(c, f.entry, status=Status.REMOVED)


@evolves(QueueEmptied)
def queue_emptied(c: Conference, f: QueueEmptied, e: Entry) -> Conference:
    for entry in list(c.queue.entries.values()):
        if entry.waiting:
            c = set_entry(c, entry.id, status=Status.REMOVED)
    return c


@evolves(QueueOpened, QueueClosed)
def queue_opened_or_closed(c: Conference, f: QueueOpened | QueueClosed, e: Entry) -> Conference:
    return replace(c, queue=replace(c.queue, open=isinstance(f, QueueOpened)))


@evolves(QueueLimited)
def queue_limited(c: Conference, f: QueueLimited, e: Entry) -> Conference:
    return replace(c, queue=replace(c.queue, limit=f.limit))


@evolves(ProcedureAllowed)
def procedure_allowed(c: Conference, f: ProcedureAllowed, e: Entry) -> Conference:
    return replace(c, queue=replace(c.queue, procedure=f.allowed))
