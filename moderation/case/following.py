"""After the conference (Art. 10, 13.2, 14): the notice and whom it goes to, the items it assigns, what agencies report, and how late each of it is.

Dates are days in Vietnam. Lateness counts working days: `WorkingDays` is the calendar that says which they are.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Protocol

from moderation.conclusion import Kind
from moderation.kernel import Refusal


class WorkingDays(Protocol):
    """The calendar of working days."""

    def is_working_day(self, day: date) -> bool: ...


# --- items --------------------------------------------------------------------------------------------------------------


class ItemState(StrEnum):
    """Where an item of the conclusion stands. SETTLED asks nothing more of anybody: it was answered in the room."""

    SETTLED = "settled"
    OPEN = "open"
    REFERRED = "referred"
    DONE = "done"


ITEM_FOLLOWS: Mapping[ItemState, frozenset[ItemState]] = {
    ItemState.SETTLED: frozenset({ItemState.OPEN}),
    ItemState.OPEN: frozenset({ItemState.SETTLED, ItemState.REFERRED, ItemState.DONE}),
    ItemState.REFERRED: frozenset({ItemState.OPEN, ItemState.DONE}),
    ItemState.DONE: frozenset({ItemState.OPEN}),
}
"""A done item is opened again only when the work turns out not to be done; a settled one when a correction gives it to somebody."""

OVER = frozenset({ItemState.SETTLED, ItemState.DONE})

ALWAYS_FOLLOWED = frozenset({Kind.ASSIGNED, Kind.TO_STUDY, Kind.BEYOND_AUTHORITY})


def begins(kind: Kind, lead: str | None) -> ItemState:
    """How an item starts: followed when it was given to somebody (Art. 9.7), settled when it was answered in the room."""
    return ItemState.OPEN if kind in ALWAYS_FOLLOWED or lead else ItemState.SETTLED


def item_step(now: ItemState, then: ItemState) -> ItemState:
    """The state that follows (raises `Refusal` item_state). Standing still is no step and no fault."""
    if then is not now and then not in ITEM_FOLLOWS[now]:
        raise Refusal("item_state", state=now.value, then=then.value)
    return then


def longer(due: date | None, wished: date, reason: str) -> date:
    """A later due date for an item, asked for with a reason (raises `Refusal` extension_reason_missing, extension_not_later)."""
    if not reason.strip():
        raise Refusal("extension_reason_missing", field="reason")
    if due is not None and wished <= due:
        raise Refusal("extension_not_later", field="wished")
    return wished


# --- the notice ---------------------------------------------------------------------------------------------------------


class NoticeState(StrEnum):
    """The notice on its way (Art. 11.3): the advising unit drafts and submits, the chair signs, then it is issued."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    SIGNED = "signed"
    ISSUED = "issued"


NOTICE_FOLLOWS: Mapping[NoticeState, frozenset[NoticeState]] = {
    NoticeState.DRAFT: frozenset({NoticeState.SUBMITTED}),
    NoticeState.SUBMITTED: frozenset({NoticeState.DRAFT, NoticeState.SIGNED}),
    NoticeState.SIGNED: frozenset({NoticeState.ISSUED}),
    NoticeState.ISSUED: frozenset(),
}
EDITABLE = frozenset({NoticeState.DRAFT, NoticeState.SUBMITTED})
"""Before the signature the text may still change; a submitted one goes back to a draft by that."""


def notice_step(now: NoticeState, then: NoticeState) -> NoticeState:
    """The state that follows (raises `Refusal` notice_unsigned when it would be issued without the chair's signature, D11.3; else notice_state)."""
    if then not in NOTICE_FOLLOWS[now]:
        raise Refusal("notice_unsigned" if then is NoticeState.ISSUED and now in EDITABLE else "notice_state", state=now.value, then=then.value)
    return then


class Ground(StrEnum):
    """The two grounds of Art. 10.1 for 15 working days instead of 10."""

    BEYOND_AUTHORITY = "beyond_authority"
    COMPLEX = "complex"


@dataclass(frozen=True, slots=True)
class Item:
    """What the rules look at in an item: what was decided, how many bodies it concerns, whether a petition in it was marked complex."""

    kind: Kind
    bodies: int
    complex: bool = False


def grounds(items: Collection[Item]) -> tuple[Ground, ...]:
    """The grounds that the items themselves give (Art. 10.1): beyond the chair's authority; complex, many bodies, or to be studied."""
    found = []
    if any(item.kind is Kind.BEYOND_AUTHORITY for item in items):
        found.append(Ground.BEYOND_AUTHORITY)
    if any(item.kind is Kind.TO_STUDY or item.complex or item.bodies > 1 for item in items):
        found.append(Ground.COMPLEX)
    return tuple(found)


def extend(ground: str, words: str, items: Collection[Item], due: date, today: date) -> Ground:
    """The ground on which the notice takes 15 working days (D10.1c). `due`: the end of the ten. Raises `Refusal` extension_ground_missing, extension_words_missing,
    notice_ground_absent, extension_too_late."""
    if ground not in set(Ground):
        raise Refusal("extension_ground_missing", field="ground")
    if not words.strip():
        raise Refusal("extension_words_missing", field="words")
    if Ground(ground) not in grounds(items):
        raise Refusal("notice_ground_absent", field="ground")
    if today > due:
        raise Refusal("extension_too_late", due=due.strftime("%d/%m/%Y"))
    return Ground(ground)


# --- whom it goes to ----------------------------------------------------------------------------------------------------


class Group(StrEnum):
    """The five groups of recipients of Art. 10.1."""

    AGENCIES = "agencies"
    PETITIONERS = "petitioners"
    MOBILISATION = "mobilisation"
    FRONT = "front"
    SUPERIORS = "superiors"


@dataclass(frozen=True, slots=True)
class Recipient:
    """One recipient, with the day the notice was sent to them."""

    group: Group
    sent_on: date | None


def missing(recipients: Collection[Recipient], expected: Collection[Group] = tuple(Group)) -> tuple[Group, ...]:
    """Groups with nobody in them, or with somebody who was not sent the notice yet, in the order of the law."""
    wanting = []
    for group in Group:
        own = [recipient for recipient in recipients if recipient.group is group]
        if any(recipient.sent_on is None for recipient in own) or (group in expected and not own):
            wanting.append(group)
    return tuple(wanting)


def distributed_on(recipients: Collection[Recipient], expected: Collection[Group] = tuple(Group)) -> date:
    """The day the last recipient was sent the notice (D10.1b; raises `Refusal` distribution_incomplete, which names the groups)."""
    wanting = missing(recipients, expected)
    if wanting:
        raise Refusal("distribution_incomplete", groups=[group.value for group in wanting])
    return max(recipient.sent_on for recipient in recipients if recipient.sent_on)


# --- how late -----------------------------------------------------------------------------------------------------------


def late_by(due: date, on: date, calendar: WorkingDays) -> int:
    """Working days from the due date to the day it was done; 0 is on time. What is done on a rest day after the due date is one day late at least."""
    if on <= due:
        return 0
    days = sum(calendar.is_working_day(due + timedelta(n)) for n in range(1, (on - due).days + 1))
    return max(1, days)


class Fault(StrEnum):
    """What is wrong with an agency's report (D10.2), each with its sentence."""

    NONE = "none"
    TO_CHAIR_MISSING = "to_chair_missing"
    TO_PETITIONER_MISSING = "to_petitioner_missing"
    TO_CHAIR_LATE = "to_chair_late"
    TO_PETITIONER_LATE = "to_petitioner_late"


@dataclass(frozen=True, slots=True)
class Judgement:
    """How an agency's two reports stand. `faults` are (what, working days late); `met_on` the day of the later part; `waiting` while the due date has not passed."""

    faults: tuple[tuple[Fault, int], ...]
    met_on: date | None
    waiting: bool

    @property
    def on_time(self) -> bool:
        return self.met_on is not None and not self.faults


def judge(due: date, to_chair: date | None, to_petitioner: date | None, today: date, calendar: WorkingDays) -> Judgement:
    """The two reports of Art. 10.2 against their due date: to the chair, and to whoever raised the matter."""
    late = late_by(due, today, calendar)
    done = [on for on in (to_chair, to_petitioner) if on]
    met_on = max(done) if len(done) == 2 else None
    if not done:
        return Judgement(((Fault.NONE, late),) if late else (), None, not late)
    faults = []
    for on, is_missing, is_late in (
        (to_chair, Fault.TO_CHAIR_MISSING, Fault.TO_CHAIR_LATE),
        (to_petitioner, Fault.TO_PETITIONER_MISSING, Fault.TO_PETITIONER_LATE),
    ):
        days = late if on is None else late_by(due, on, calendar)
        if days:
            faults.append((is_missing if on is None else is_late, days))
    return Judgement(tuple(faults), met_on, met_on is None and not late)
