"""The speaker queue (R15–R21): one for the whole conference, ordered by a sort key which everybody can be told in a sentence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

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
    """One request to speak (R15). `since` is when it was entered; `called_at` when it left the queue for the floor."""

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

    @property
    def waiting(self) -> bool:
        return self.status is Status.WAITING

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
    """Where an entry stands and why: `why` is a code of the catalogue (`why.<code>`), `eta` milliseconds until its turn, estimated."""

    entry: str
    why: str
    eta: Ms
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


def order(c: Conference, now: Ms = 0) -> tuple[Place, ...]:
    """The waiting entries in the order of their turns, each with its reason.

    The key: motive; not yet spoken before already spoken; (if the plan says so) petitions collected beforehand first; then fair turns of the
    lanes; then time of entry. Afterwards the chair's pins are laid on, oldest first. A pure function of the state: replaying the journal gives
    the same order.
    """
    waiting = [e for e in c.queue.entries.values() if e.waiting]
    groups: dict[tuple[int, ...], list[QueueEntry]] = {}
    for e in waiting:
        groups.setdefault(rank(c, e), []).append(e)
    placed: list[tuple[QueueEntry, str, dict[str, object]]] = []
    for key in sorted(groups):
        placed += fair_turns(c, groups[key])
    why = {e.id: (reason, details) for e, reason, details in placed}
    line = [e.id for e, _, _ in placed]
    for pin in c.queue.pins:
        if pin.entry in why and pin.other in why and pin.entry != pin.other:
            line.remove(pin.entry)
            line.insert(line.index(pin.other) + (0 if pin.before else 1), pin.entry)
            why[pin.entry] = ("held" if pin.held else "moved", {})
    eta = c.floor_left(now)
    places = []
    for id in line:
        reason, details = why[id]
        places.append(Place(id, reason, eta, details))
        eta += allotted(c, c.queue.entries[id].motive) + answer_gap(c)
    return tuple(places)


def rank(c: Conference, e: QueueEntry) -> tuple[int, ...]:
    """The part of the key that comes before the fair turn: smaller goes first."""
    spoken = has_spoken(c, e.person) if e.motive is Motive.STATEMENT else False
    registered = c.plan.settings.petitions_first and e.petition is not None and not c.petitions[e.petition].raised_by
    return PRECEDENCE[e.motive], int(spoken), 0 if registered else 1


def has_spoken(c: Conference, who: str) -> bool:
    return any(s.person == who and s.motive is Motive.STATEMENT for s in c.turns())


def fair_turns(c: Conference, group: list[QueueEntry]) -> list[tuple[QueueEntry, str, dict[str, object]]]:
    """One group of equal rank in turns of its lanes.

    The lane that has had the smallest share of turns for its people goes first, the longest wait breaks a tie, and whoever was overtaken by
    `overtaken_limit` later requests goes first of all.
    """
    limit = c.plan.settings.overtaken_limit
    turns = Counter(lane_of(c, s.entry) for s in c.turns())
    left = sorted(group, key=lambda e: (e.since, e.id))
    called = [q for q in c.queue.entries.values() if q.called_at is not None]
    key = {e.id: rank(c, e) for e in group}
    overtaken = {
        e.id: sum(q.called_at is not None and q.called_at > e.since and (q.since, q.id) > (e.since, e.id) and q.motive is e.motive for q in called)
        for e in left
    }  # fmt: skip
    line: list[tuple[QueueEntry, str, dict[str, object]]] = []
    lanes = len({e.lane for e in group})
    while left:
        waiting = Counter(e.lane for e in left)

        def share(e: QueueEntry, waiting: Counter[str] = waiting) -> float:
            return turns[e.lane] / (turns[e.lane] + waiting[e.lane])

        late = [e for e in left if overtaken[e.id] >= limit]
        if late:
            next_, reason, details = late[0], "overtaken", {"times": overtaken[late[0].id]}
        else:
            next_ = min(left, key=lambda e: (share(e), e.since, e.id))
            by_turn = next_ is not left[0]
            reason = "turn" if by_turn else "time" if lanes == 1 else "longest"
            details = {"lane": next_.lane, "turns": turns[next_.lane], "waiting": waiting[next_.lane]}
        if key[next_.id][0] == PRECEDENCE[Motive.PROCEDURE]:
            reason = "procedure"
        elif key[next_.id][0] == PRECEDENCE[Motive.FOLLOW_UP]:
            reason = "follow_up"
        elif key[next_.id][1]:
            reason = "spoken"
        left.remove(next_)
        turns[next_.lane] += 1
        for e in left:
            if (e.since, e.id) < (next_.since, next_.id):
                overtaken[e.id] += 1
        line.append((next_, reason, details))
    return line


def lane_of(c: Conference, entry: str) -> str:
    return c.queue.entries[entry].lane


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
    gaps = [b.started_at - a.ended_at for a, b in zip(main, main[1:], strict=False) if a.ended_at and b.started_at > a.ended_at]
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
    """One's own entries; operators those of their venue; desk and chair any (R20, R21)."""
    if by.person == entry.person or by.has(Role.DESK, Role.CHAIR, Role.OFFICE):
        return
    if by.has(Role.OPERATOR):
        own_venue(by, entry.channel, entry.venue)
        return
    raise Refusal("not_yours")


def follow_up_due(c: Conference, who: str) -> bool:
    """Somebody may follow up when a statement of theirs has been answered (R16)."""
    return any(s.person == who and s.answered_at for s in c.turns())


def no_second(c: Conference, who: str, motive: Motive) -> None:
    if any(e.person == who and e.motive is motive and e.waiting for e in c.queue.entries.values()):
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
    entry = QueueEntry(f.entry, f.person, f.channel, f.venue, f.motive, f.topic, f.petition, e.by, e.at, f.represents)
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
