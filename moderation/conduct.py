"""Conduct (Art. 4 and 12): remind, stop, take out of the queue, refuse on one of three grounds; and the one act for disorder (R28–R34)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from moderation.floor import end_main
from moderation.kernel import (
    MAX_TEXT,
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
    fresh,
    put,
    text,
)
from moderation.people import Channel, Standing, change, holds_gavel, own_venue, person
from moderation.queue import QueueClosed, drop_waiting

if TYPE_CHECKING:
    from moderation.conference import Conference


class Ground(StrEnum):
    """The only three grounds on which the chair may refuse somebody (Art. 4.3, R29)."""

    NO_CAPACITY = "no_capacity"
    UNDER_INFLUENCE = "under_influence"
    BREACH = "breach"


class Rung(StrEnum):
    """The ladder (R28); the chair may start anywhere."""

    REMIND = "remind"
    STOP = "stop"
    UNQUEUE = "unqueue"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class Reminder:
    id: str
    person: str
    words: str
    at: Ms


@dataclass(frozen=True, slots=True)
class RefusalRecord:
    """What R29 asks to record. `rule` is the number (from 1) of the house rule that was breached; `after` what it was a reaction to."""

    person: str
    ground: Ground
    words: str
    rule: int | None
    proposed_by: str | None
    decided_by: str
    at: Ms
    after: str = ""
    lifted_at: Ms | None = None
    lifted_reason: str = ""
    escorted: bool = False


@dataclass(frozen=True, slots=True)
class Proposal:
    """A rung proposed to the chair by those who see the disorder (R30)."""

    id: str
    rung: Rung
    person: str
    words: str
    by: str
    at: Ms
    ground: Ground | None = None
    rule: int | None = None
    settled: str = ""


@dataclass(frozen=True, slots=True)
class Conduct:
    reminders: tuple[Reminder, ...] = ()
    refusals: tuple[RefusalRecord, ...] = ()
    proposals: Mapping[str, Proposal] = empty()
    display: str = "programme"


DISPLAY_MODES = ("programme", "neutral", "house_rules")

# --- commands -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Remind(Command):
    """First rung: a reminder which the person reads (R28)."""

    person: str
    words: str


@dataclass(frozen=True, slots=True)
class Refuse(Command):
    """Last rung (Art. 4.3). Without one of the three grounds it is no command (R29); a breach names the house rule."""

    person: str
    ground: Ground
    words: str
    rule: int | None = None
    after: str = ""


@dataclass(frozen=True, slots=True)
class Propose(Command):
    """Proposes a rung to the chair (R30)."""

    proposal: str
    rung: Rung
    person: str
    words: str
    ground: Ground | None = None
    rule: int | None = None


@dataclass(frozen=True, slots=True)
class Confirm(Command):
    """The chair does as proposed, with one tap."""

    proposal: str


@dataclass(frozen=True, slots=True)
class Dismiss(Command):
    """The chair does not do as proposed."""

    proposal: str


@dataclass(frozen=True, slots=True)
class Readmit(Command):
    """Takes a refusal back, with a reason (R33)."""

    person: str
    reason: str


@dataclass(frozen=True, slots=True)
class ReportEscorted(Command):
    """The desk or operator has carried out the instruction to lead a refused person out of the hall (R31)."""

    person: str


@dataclass(frozen=True, slots=True)
class SilenceAll(Command):
    """Everybody but the chair inaudible, queue closed, display neutral (R34)."""


@dataclass(frozen=True, slots=True)
class LiftSilence(Command):
    pass


@dataclass(frozen=True, slots=True)
class ShowOnDisplay(Command):
    """What the hall sees: the programme, a neutral picture, or the house rules."""

    mode: str


# --- facts --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reminded(Fact):
    person: str
    words: str


@dataclass(frozen=True, slots=True)
class Refused(Fact):
    person: str
    ground: Ground
    words: str
    rule: int | None = None
    after: str = ""
    proposed_by: str | None = None


@dataclass(frozen=True, slots=True)
class Proposed(Fact):
    proposal: str
    rung: Rung
    person: str
    words: str
    ground: Ground | None = None
    rule: int | None = None


@dataclass(frozen=True, slots=True)
class ProposalSettled(Fact):
    proposal: str
    confirmed: bool


@dataclass(frozen=True, slots=True)
class Readmitted(Fact):
    person: str
    reason: str


@dataclass(frozen=True, slots=True)
class Escorted(Fact):
    person: str


@dataclass(frozen=True, slots=True)
class AllSilenced(Fact):
    pass


@dataclass(frozen=True, slots=True)
class SilenceLifted(Fact):
    pass


@dataclass(frozen=True, slots=True)
class DisplayChanged(Fact):
    mode: str


# --- rules --------------------------------------------------------------------------------------------------------------


def citizen(c: Conference, id: str) -> None:
    """The ladder is for participants (Art. 2.2), not for those who hold the conference."""
    if person(c, id).roles != {Role.CITIZEN}:
        raise Refusal("only_citizens")


def grounded(c: Conference, ground: Ground | None, rule: int | None) -> None:
    """A refusal stands on one of three grounds, and a breach names which rule (R29)."""
    if ground is None:
        raise Refusal("ground_needed")
    if ground is Ground.BREACH:
        if rule is None or not 1 <= rule <= len(c.plan.house_rules):
            raise Refusal("rule_needed", rules=len(c.plan.house_rules))
    elif rule is not None:
        raise Refusal("rule_without_breach")


def open_proposal(c: Conference, id: str) -> Proposal:
    if id not in c.conduct.proposals:
        raise Refusal("proposal_unknown")
    proposal = c.conduct.proposals[id]
    if proposal.settled:
        raise Refusal("proposal_settled")
    return proposal


def refusing(c: Conference, who: str, fact: Refused) -> Facts:
    """A refusal with what it takes with it: the floor first, so that silence is the first thing that happens (R31)."""
    if c.people[who].standing is Standing.REFUSED:
        raise Refusal("already_refused")
    ending = end_main(c, "refused") if c.floor.main and c.speeches[c.floor.main].person == who else ()
    if c.floor.interposed and not ending and c.speeches[c.floor.interposed].person == who:
        from moderation.floor import InterpositionEnded

        ending = (InterpositionEnded(c.floor.interposed),)
    return (*ending, fact)


# --- decide -------------------------------------------------------------------------------------------------------------


@decides(Remind)
def remind(c: Conference, cmd: Remind, by: Actor, now: Ms) -> Facts:
    holds_gavel(c, by)
    citizen(c, cmd.person)
    return (Reminded(cmd.person, text(cmd.words, MAX_TOPIC, "words")),)


@decides(Refuse)
def refuse(c: Conference, cmd: Refuse, by: Actor, now: Ms) -> Facts:
    holds_gavel(c, by)
    citizen(c, cmd.person)
    grounded(c, cmd.ground, cmd.rule)
    words = text(cmd.words, MAX_TEXT, "words")
    return refusing(c, cmd.person, Refused(cmd.person, cmd.ground, words, cmd.rule, text(cmd.after, MAX_TOPIC, "after", required=False)))


@decides(Propose)
def propose(c: Conference, cmd: Propose, by: Actor, now: Ms) -> Facts:
    fresh(c.conduct.proposals, cmd.proposal)
    citizen(c, cmd.person)
    who = c.people[cmd.person]
    if by.roles == {Role.OPERATOR}:
        own_venue(by, who.channel, who.venue)
    if cmd.rung is Rung.REFUSE:
        grounded(c, cmd.ground, cmd.rule)
    elif cmd.ground is not None or cmd.rule is not None:
        raise Refusal("ground_only_for_refusal")
    return (Proposed(cmd.proposal, cmd.rung, cmd.person, text(cmd.words, MAX_TOPIC, "words"), cmd.ground, cmd.rule),)


@decides(Confirm)
def confirm(c: Conference, cmd: Confirm, by: Actor, now: Ms) -> Facts:
    from moderation.queue import EntryRemoved

    holds_gavel(c, by)
    p = open_proposal(c, cmd.proposal)
    acts: Facts = ()
    if p.rung is Rung.REMIND:
        acts = (Reminded(p.person, p.words),)
    elif p.rung is Rung.STOP:
        if not c.floor.main or c.speeches[c.floor.main].person != p.person:
            raise Refusal("nobody_speaks")
        acts = end_main(c, "stopped", p.words)
    elif p.rung is Rung.UNQUEUE:
        acts = tuple(EntryRemoved(e.id, p.words) for e in c.queue.entries.values() if e.person == p.person and e.waiting)
    else:
        assert p.ground is not None
        acts = refusing(c, p.person, Refused(p.person, p.ground, p.words, p.rule, "", p.by))
    return (*acts, ProposalSettled(cmd.proposal, True))


@decides(Dismiss)
def dismiss(c: Conference, cmd: Dismiss, by: Actor, now: Ms) -> Facts:
    holds_gavel(c, by)
    open_proposal(c, cmd.proposal)
    return (ProposalSettled(cmd.proposal, False),)


@decides(Readmit)
def readmit(c: Conference, cmd: Readmit, by: Actor, now: Ms) -> Facts:
    holds_gavel(c, by)
    if person(c, cmd.person).standing is not Standing.REFUSED:
        raise Refusal("not_refused")
    return (Readmitted(cmd.person, text(cmd.reason, MAX_TOPIC, "reason")),)


@decides(ReportEscorted)
def report_escorted(c: Conference, cmd: ReportEscorted, by: Actor, now: Ms) -> Facts:
    who = person(c, cmd.person)
    own_venue(by, who.channel, who.venue)
    if not any(r.person == cmd.person and not r.escorted and r.lifted_at is None for r in c.conduct.refusals):
        raise Refusal("nothing_to_change")
    return (Escorted(cmd.person),)


@decides(SilenceAll)
def silence_all(c: Conference, cmd: SilenceAll, by: Actor, now: Ms) -> Facts:
    holds_gavel(c, by)
    if c.floor.silenced:
        raise Refusal("nothing_to_change")
    closing: Facts = (QueueClosed(),) if c.queue.open else ()
    return (AllSilenced(), *closing)


@decides(LiftSilence)
def lift_silence(c: Conference, cmd: LiftSilence, by: Actor, now: Ms) -> Facts:
    holds_gavel(c, by)
    if not c.floor.silenced:
        raise Refusal("nothing_to_change")
    return (SilenceLifted(),)


@decides(ShowOnDisplay)
def show_on_display(c: Conference, cmd: ShowOnDisplay, by: Actor, now: Ms) -> Facts:
    if by.has(Role.CHAIR) and not by.has(Role.OFFICE):
        holds_gavel(c, by)
    if cmd.mode not in DISPLAY_MODES:
        raise Refusal("mode_unknown")
    if cmd.mode == c.conduct.display:
        raise Refusal("nothing_to_change")
    return (DisplayChanged(cmd.mode),)


# --- evolve -------------------------------------------------------------------------------------------------------------


@evolves(Reminded)
def reminded(c: Conference, f: Reminded, e: Entry) -> Conference:
    reminder = Reminder(f"R{e.seq}", f.person, f.words, e.at)
    return replace(c, conduct=replace(c.conduct, reminders=(*c.conduct.reminders, reminder)))


@evolves(Refused)
def refused(c: Conference, f: Refused, e: Entry) -> Conference:
    in_hall = c.people[f.person].channel in (Channel.HALL, Channel.VENUE)
    record = RefusalRecord(f.person, f.ground, f.words, f.rule, f.proposed_by, e.by, e.at, f.after, escorted=not in_hall)
    c = drop_waiting(change(c, f.person, standing=Standing.REFUSED), f.person)
    return replace(c, conduct=replace(c.conduct, refusals=(*c.conduct.refusals, record)))


@evolves(Proposed)
def proposed(c: Conference, f: Proposed, e: Entry) -> Conference:
    proposal = Proposal(f.proposal, f.rung, f.person, f.words, e.by, e.at, f.ground, f.rule)
    return replace(c, conduct=replace(c.conduct, proposals=put(c.conduct.proposals, f.proposal, proposal)))


@evolves(ProposalSettled)
def proposal_settled(c: Conference, f: ProposalSettled, e: Entry) -> Conference:
    settled = replace(c.conduct.proposals[f.proposal], settled="confirmed" if f.confirmed else "dismissed")
    return replace(c, conduct=replace(c.conduct, proposals=put(c.conduct.proposals, f.proposal, settled)))


@evolves(Readmitted)
def readmitted(c: Conference, f: Readmitted, e: Entry) -> Conference:
    refusals = tuple(
        replace(r, lifted_at=e.at, lifted_reason=f.reason) if r.person == f.person and r.lifted_at is None else r for r in c.conduct.refusals
    )
    standing = Standing.JOINED if c.people[f.person].joined_at else Standing.EXPECTED
    return replace(change(c, f.person, standing=standing), conduct=replace(c.conduct, refusals=refusals))


@evolves(Escorted)
def escorted(c: Conference, f: Escorted, e: Entry) -> Conference:
    refusals = tuple(replace(r, escorted=True) if r.person == f.person else r for r in c.conduct.refusals)
    return replace(c, conduct=replace(c.conduct, refusals=refusals))


@evolves(AllSilenced)
def all_silenced(c: Conference, f: AllSilenced, e: Entry) -> Conference:
    c = replace(c, floor=replace(c.floor, silenced=True), conduct=replace(c.conduct, display="neutral"))
    return quiet_clocks(c, e.at)


def quiet_clocks(c: Conference, at: Ms) -> Conference:
    """A speaker who is silenced does not lose time: the clock pauses with the sound."""
    from moderation.floor import clocks_stopped

    if not c.floor.main:
        return c
    c = clocks_stopped(c, at)
    return replace(c, floor=replace(c.floor, paused=True))


@evolves(SilenceLifted)
def silence_lifted(c: Conference, f: SilenceLifted, e: Entry) -> Conference:
    from moderation.floor import clocks_resumed

    c = replace(c, floor=replace(c.floor, silenced=False, paused=False), conduct=replace(c.conduct, display="programme"))
    return c if c.phase is Phase.BREAK else clocks_resumed(c, e.at)


@evolves(DisplayChanged)
def display_changed(c: Conference, f: DisplayChanged, e: Entry) -> Conference:
    return replace(c, conduct=replace(c.conduct, display=f.mode))
