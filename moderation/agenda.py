"""The agenda (Art. 9): seven steps in order, each with a checklist, real times, breaks, opening and closing (R10–R14)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from moderation.kernel import (
    MAX_TOPIC,
    Actor,
    Command,
    Entry,
    Fact,
    Facts,
    Ms,
    Phase,
    Refusal,
    Role,
    decides,
    empty,
    evolves,
    put,
    text,
)
from moderation.people import holds_gavel, person
from moderation.plan import Plan
from moderation.recording import ended

if TYPE_CHECKING:
    from moderation.conference import Conference

STEPS = range(1, 8)

ROUND = frozenset({4, 5, 6})
"""Steps between which the chair moves freely (R12)."""


@dataclass(frozen=True, slots=True)
class Item:
    """One point of a step's checklist: ticked, or waived with a reason. `required` items bar the way to the next step (R11)."""

    id: str
    step: int
    required: bool = True
    done_at: Ms | None = None
    waived: str = ""

    @property
    def settled(self) -> bool:
        return self.done_at is not None


@dataclass(frozen=True, slots=True)
class Visit:
    """One stay in a step, with its real times."""

    step: int
    start: Ms
    end: Ms | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Agenda:
    """`step` is 0 before the opening. `visits` holds every stay, in order; `breaks` every break as (start, end)."""

    step: int = 0
    items: Mapping[str, Item] = empty()
    visits: tuple[Visit, ...] = ()
    breaks: tuple[tuple[Ms, Ms | None], ...] = ()
    opened_at: Ms | None = None
    closed_at: Ms | None = None


POINTS = {
    "periodic": ("situation", "opinions", "acceptance"),
    "thematic": ("policies", "groups"),
    "extraordinary": ("prolonged", "serious", "sudden"),
}
"""The points of Art. 6 by regime: khoản 1 a–c, khoản 2 a–b, khoản 3 a–c."""


def checklist(plan: Plan) -> dict[str, Item]:
    """The items of steps 1 and 2 for this plan (Art. 9.1, 9.2)."""
    first = [
        Item("delegates", 1, required=False),
        Item("programme", 1, required=False),
        Item("house_rules", 1),
        Item("chair_introduced", 1, required=False),
        Item("secretaries", 1),
        Item("desk", 1, required=False),
    ]
    second = [Item(f"point_{point}", 2) for point in POINTS[plan.regime]] + [Item("purpose", 2)]
    return {item.id: item for item in first + second}


# --- commands -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class MoveToStep(Command):
    """Opens a step; the first one opens the conference. Going anywhere but on, or within 4–6, needs a reason (R12)."""

    step: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Tick(Command):
    """Marks a point of the checklist as done: delegates introduced, house rules shown, a point of Art. 6 stated …"""

    item: str


@dataclass(frozen=True, slots=True)
class Waive(Command):
    """Passes over a point of the checklist, with a reason (R11)."""

    item: str
    reason: str


@dataclass(frozen=True, slots=True)
class AppointSecretary(Command):
    """Appoints a person to write the minutes (Art. 9.1)."""

    person: str


@dataclass(frozen=True, slots=True)
class TakeBreak(Command):
    """All clocks stop (R13)."""

    minutes: int = 10


@dataclass(frozen=True, slots=True)
class ResumeSession(Command):
    """Ends the break."""


@dataclass(frozen=True, slots=True)
class CloseConference(Command):
    """Ends step 7 and the conference; needs an outcome for every petition and statement (R11, R40)."""


# --- facts --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ConferenceOpened(Fact):
    pass


@dataclass(frozen=True, slots=True)
class StepOpened(Fact):
    step: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Ticked(Fact):
    item: str


@dataclass(frozen=True, slots=True)
class Waived(Fact):
    item: str
    reason: str


@dataclass(frozen=True, slots=True)
class SecretaryAppointed(Fact):
    person: str


@dataclass(frozen=True, slots=True)
class BreakTaken(Fact):
    minutes: int


@dataclass(frozen=True, slots=True)
class SessionResumed(Fact):
    pass


@dataclass(frozen=True, slots=True)
class ConferenceClosed(Fact):
    pass


# --- rules --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Condition:
    """One line of the live checklist: what must hold before the next step, whether it does, and how many are missing."""

    id: str
    met: bool
    missing: int = 0


def conditions(c: Conference, step: int) -> tuple[Condition, ...]:
    """What must hold before leaving `step` for the next one; for step 7: before closing (R11)."""
    items = [i for i in c.agenda.items.values() if i.step == step and i.required]
    wanted = [Condition(i.id, i.settled) for i in items]
    if step == 1:
        chair = any(Role.CHAIR in p.roles and (p.present or p.joined_at is not None) for p in c.people.values())
        wanted.insert(0, Condition("chair_present", chair))
    elif step == 3:
        open_ = sum(not p.answered_at and not p.deferred for p in c.petitions.values() if not p.raised_by)
        wanted.append(Condition("petitions_answered", open_ == 0, open_))
    elif step == 6:
        wanted.append(Condition("queue_closed", not c.queue.open))
        waiting = sum(e.waiting or e.called for e in c.queue.entries.values())
        wanted.append(Condition("queue_empty", waiting == 0, waiting))
        open_ = sum(not s.dealt_with for s in c.statements())
        wanted.append(Condition("statements_answered", open_ == 0, open_))
    elif step == 7:
        without = len(c.without_outcome())
        wanted.append(Condition("outcomes", without == 0, without))
    return tuple(wanted)


def require(conditions: tuple[Condition, ...]) -> None:
    unmet = [c.id for c in conditions if not c.met]
    if unmet:
        raise Refusal("conditions_unmet", unmet=unmet)


def item_of(c: Conference, id: str) -> Item:
    if id not in c.agenda.items:
        raise Refusal("item_unknown", item=id[:40])
    item = c.agenda.items[id]
    if item.settled:
        raise Refusal("nothing_to_change")
    return item


# --- decide -------------------------------------------------------------------------------------------------------------


@decides(MoveToStep)
def move_to_step(c: Conference, cmd: MoveToStep, by: Actor, now: Ms) -> Facts:
    at, to = c.agenda.step, cmd.step
    if to not in STEPS:
        raise Refusal("step_unknown", step=to)
    if to == at:
        raise Refusal("nothing_to_change")
    reason = text(cmd.reason, MAX_TOPIC, "reason", required=False)
    if at == 0:
        if to != 1:
            raise Refusal("opens_with_step_one")
        return (ConferenceOpened(), StepOpened(1))
    if not by.has(Role.CHAIR):
        if not (by.has(Role.OFFICE) and (at, to) == (1, 2)):
            raise Refusal("only_the_chair")
    else:
        holds_gavel(c, by)
    if to == at + 1:
        if not (at in ROUND and to in ROUND):
            require(conditions(c, at))
    elif not (at in ROUND and to in ROUND):
        if not reason:
            raise Refusal("reason_needed")
        if to > at:
            require(tuple(k for step in range(at, to) if step in (1, 6) for k in conditions(c, step)))
    return (StepOpened(to, reason),)


@decides(Tick)
def tick(c: Conference, cmd: Tick, by: Actor, now: Ms) -> Facts:
    item = item_of(c, cmd.item)
    if item.id == "secretaries":
        raise Refusal("appoint_a_secretary")
    if item.step != c.agenda.step:
        raise Refusal("item_of_another_step")
    if item.step == 2 and not by.has(Role.CHAIR):
        raise Refusal("only_the_chair")
    return (Ticked(cmd.item),)


@decides(Waive)
def waive(c: Conference, cmd: Waive, by: Actor, now: Ms) -> Facts:
    item = item_of(c, cmd.item)
    if item.id == "secretaries":
        raise Refusal("appoint_a_secretary")
    if item.step != c.agenda.step:
        raise Refusal("item_of_another_step")
    holds_gavel(c, by)
    return (Waived(cmd.item, text(cmd.reason, MAX_TOPIC, "reason")),)


@decides(AppointSecretary)
def appoint_secretary(c: Conference, cmd: AppointSecretary, by: Actor, now: Ms) -> Facts:
    who = person(c, cmd.person)
    if Role.SECRETARY not in who.roles:
        raise Refusal("not_a_secretary")
    if who.id in c.minutes.secretaries:
        raise Refusal("nothing_to_change")
    return (SecretaryAppointed(cmd.person),)


@decides(TakeBreak)
def take_break(c: Conference, cmd: TakeBreak, by: Actor, now: Ms) -> Facts:
    holds_gavel(c, by)
    if not 1 <= cmd.minutes <= 180:
        raise Refusal("count_out_of_range")
    return (BreakTaken(cmd.minutes),)


@decides(ResumeSession)
def resume_session(c: Conference, cmd: ResumeSession, by: Actor, now: Ms) -> Facts:
    holds_gavel(c, by)
    return (SessionResumed(),)


@decides(CloseConference)
def close_conference(c: Conference, cmd: CloseConference, by: Actor, now: Ms) -> Facts:
    from moderation.floor import end_main

    holds_gavel(c, by)
    if c.agenda.step != 7:
        raise Refusal("close_from_step_seven")
    require(conditions(c, 7))
    return (*end_main(c, "closed"), ConferenceClosed())


# --- evolve -------------------------------------------------------------------------------------------------------------


@evolves(ConferenceOpened)
def conference_opened(c: Conference, f: ConferenceOpened, e: Entry) -> Conference:
    return replace(c, phase=Phase.RUNNING, agenda=replace(c.agenda, opened_at=e.at))


@evolves(StepOpened)
def step_opened(c: Conference, f: StepOpened, e: Entry) -> Conference:
    visits = (*leave(c.agenda.visits, e.at), Visit(f.step, e.at, None, f.reason))
    return replace(c, agenda=replace(c.agenda, step=f.step, visits=visits))


def leave(visits: tuple[Visit, ...], at: Ms) -> tuple[Visit, ...]:
    return (*visits[:-1], replace(visits[-1], end=at)) if visits else ()


@evolves(Ticked)
def ticked(c: Conference, f: Ticked, e: Entry) -> Conference:
    return settle(c, f.item, e.at, "")


@evolves(Waived)
def waived(c: Conference, f: Waived, e: Entry) -> Conference:
    return settle(c, f.item, e.at, f.reason)


def settle(c: Conference, item: str, at: Ms, reason: str) -> Conference:
    done = replace(c.agenda.items[item], done_at=at, waived=reason)
    return replace(c, agenda=replace(c.agenda, items=put(c.agenda.items, item, done)))


@evolves(SecretaryAppointed)
def secretary_appointed(c: Conference, f: SecretaryAppointed, e: Entry) -> Conference:
    c = replace(c, minutes=replace(c.minutes, secretaries=(*c.minutes.secretaries, f.person)))
    return c if c.agenda.items["secretaries"].settled else settle(c, "secretaries", e.at, "")


@evolves(BreakTaken)
def break_taken(c: Conference, f: BreakTaken, e: Entry) -> Conference:
    from moderation.floor import clocks_stopped

    c = clocks_stopped(c, e.at, for_break=True)
    return replace(c, phase=Phase.BREAK, agenda=replace(c.agenda, breaks=(*c.agenda.breaks, (e.at, None))))


@evolves(SessionResumed)
def session_resumed(c: Conference, f: SessionResumed, e: Entry) -> Conference:
    from moderation.floor import clocks_resumed

    c = clocks_resumed(c, e.at)
    start, _ = c.agenda.breaks[-1]
    return replace(c, phase=Phase.RUNNING, agenda=replace(c.agenda, breaks=(*c.agenda.breaks[:-1], (start, e.at))))


@evolves(ConferenceClosed)
def conference_closed(c: Conference, f: ConferenceClosed, e: Entry) -> Conference:
    from moderation.queue import Status, set_entry

    if c.floor.prompt:
        c = replace(set_entry(c, c.floor.prompt.entry, status=Status.REMOVED), floor=replace(c.floor, prompt=None))
    agenda = replace(c.agenda, visits=leave(c.agenda.visits, e.at), closed_at=e.at)
    return replace(c, phase=Phase.CLOSED, agenda=agenda, queue=replace(c.queue, open=False), recording=ended(c.recording, e.at))
