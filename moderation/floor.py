"""The floor (R22–R27): who is heard, by whose leave, for how long, and how the last act is taken back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from moderation.groups import speaks_for
from moderation.kernel import (
    MAX_TOPIC,
    SECOND,
    Actor,
    Clock,
    Command,
    Entry,
    Fact,
    Facts,
    Ms,
    Phase,
    Refusal,
    Role,
    decides,
    evolves,
    fresh,
    put,
    text,
)
from moderation.people import IN_ROOM, Channel, holds_gavel, own_venue, person
from moderation.queue import Motive, Pin, QueueEntry, Status, allotted, order, set_entry, waiting_entry

if TYPE_CHECKING:
    from moderation.conference import Conference


@dataclass(frozen=True, slots=True)
class Speech:
    """One turn at the microphone. `entry` is the queue entry it came from; for an answer, `answers` names the speech or petition answered.

    `answered_at`/`in_writing`: how the chair's side dealt with it. An undone speech stays, marked: its trace cannot be removed (R20).
    """

    id: str
    person: str
    entry: str
    motive: Motive
    topic: str
    petition: str | None
    started_at: Ms
    clock: Clock
    ended_at: Ms | None = None
    ended: str = ""
    answers: str | None = None
    interposes: str | None = None
    answered_at: Ms | None = None
    in_writing: bool = False
    undone: bool = False

    @property
    def dealt_with(self) -> bool:
        return self.answered_at is not None or self.in_writing

    @property
    def over(self) -> bool:
        """True when a finished speech took longer than it was given."""
        return self.ended_at is not None and self.clock.used > self.clock.allotted


@dataclass(frozen=True, slots=True)
class Prompt:
    """An online person is asked to take the floor, until `until` (R24)."""

    entry: str
    until: Ms


@dataclass(frozen=True, slots=True)
class Floor:
    """At most one main speech, one interposition on top of it, one outstanding prompt. `paused` is the chair's pause of the clock."""

    main: str | None = None
    interposed: str | None = None
    prompt: Prompt | None = None
    paused: bool = False
    silenced: bool = False


# --- commands -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CallNext(Command):
    """Calls the first of the queue; ends the current speech at the same instant (R23)."""


@dataclass(frozen=True, slots=True)
class CallEntry(Command):
    """Calls somebody out of order (R19)."""

    entry: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class CallToAnswer(Command):
    """Gives an agency (or a chair) the floor to answer a speech or a petition (R23, Art. 9.5)."""

    entry: str
    person: str
    about: str


@dataclass(frozen=True, slots=True)
class TakeFloor(Command):
    """The called person answers the prompt (R24)."""

    entry: str


@dataclass(frozen=True, slots=True)
class DeclineFloor(Command):
    """The called person gives the turn up."""

    entry: str


@dataclass(frozen=True, slots=True)
class MissPrompt(Command):
    """The room's timer: nobody answered the prompt in time."""

    entry: str


@dataclass(frozen=True, slots=True)
class StopSpeech(Command):
    """Ends the main speech (and what interposes)."""

    reason: str = ""


@dataclass(frozen=True, slots=True)
class YieldFloor(Command):
    """The speaker has finished."""


@dataclass(frozen=True, slots=True)
class CutSpeech(Command):
    """The room's timer: the soft cut after the grace (R26), or the lost speaker's lease ran out (R9)."""

    speech: str
    cause: str


@dataclass(frozen=True, slots=True)
class PauseClock(Command):
    pass


@dataclass(frozen=True, slots=True)
class ResumeClock(Command):
    pass


@dataclass(frozen=True, slots=True)
class ExtendTime(Command):
    """Grants extra time to whoever speaks."""

    seconds: int


@dataclass(frozen=True, slots=True)
class Interpose(Command):
    """By the chair's leave somebody puts a question or remark into the main speech, which pauses (R25)."""

    speech: str
    person: str


@dataclass(frozen=True, slots=True)
class EndInterposition(Command):
    pass


@dataclass(frozen=True, slots=True)
class Undo(Command):
    """Takes back the last act on queue or floor (R27)."""


@dataclass(frozen=True, slots=True)
class MarkAnswered(Command):
    """The chair's own spoken answer, or any that had no turn of its own, is noted as given."""

    speech: str


@dataclass(frozen=True, slots=True)
class AnswerInWriting(Command):
    """The statement will be answered in writing (R11)."""

    speech: str


# --- facts --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Called(Fact, undoable=True):
    """An online person is prompted; `reason` where the call was out of order."""

    entry: str
    until: Ms
    reason: str = ""


@dataclass(frozen=True, slots=True)
class PromptMissed(Fact):
    """Nobody answered: held once behind `behind`, or gone from the queue (`dropped`)."""

    entry: str
    behind: str | None
    dropped: bool


@dataclass(frozen=True, slots=True)
class FloorDeclined(Fact):
    entry: str


@dataclass(frozen=True, slots=True)
class FloorGiven(Fact, undoable=True):
    """Somebody has the floor from this instant."""

    entry: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class AnswerCalled(Fact, undoable=True):
    """The floor to answer; makes the entry it stands on."""

    entry: str
    person: str
    about: str


@dataclass(frozen=True, slots=True)
class SpeechEnded(Fact, undoable=True):
    """`cause`: finished | stopped | next | soft_cut | lost | refused | closed."""

    speech: str
    cause: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ClockPaused(Fact, undoable=True):
    pass


@dataclass(frozen=True, slots=True)
class ClockResumed(Fact, undoable=True):
    pass


@dataclass(frozen=True, slots=True)
class TimeExtended(Fact, undoable=True):
    speech: str
    seconds: int


@dataclass(frozen=True, slots=True)
class Interposed(Fact, undoable=True):
    speech: str
    person: str


@dataclass(frozen=True, slots=True)
class InterpositionEnded(Fact, undoable=True):
    speech: str


@dataclass(frozen=True, slots=True)
class StatementAnswered(Fact):
    speech: str


@dataclass(frozen=True, slots=True)
class WritingPromised(Fact):
    speech: str


# --- rules --------------------------------------------------------------------------------------------------------------


def speaking(c: Conference) -> Speech | None:
    """Who is on the clock now: the interposition if there is one, else the main speech."""
    id = c.floor.interposed or c.floor.main
    return c.speeches[id] if id else None


def end_main(c: Conference, cause: str, reason: str = "") -> Facts:
    """The facts that end the main speech and what interposes, if there is one."""
    facts: Facts = ()
    if c.floor.interposed:
        facts += (InterpositionEnded(c.floor.interposed),)
    if c.floor.main:
        facts += (SpeechEnded(c.floor.main, cause, reason),)
    return facts


def call(c: Conference, entry: QueueEntry, now: Ms, reason: str = "") -> Facts:
    """Ends the current speech and gives the floor, or prompts who must first answer on an own device."""
    speaks_for(c, entry.person, entry.petition)
    ending = end_main(c, "next")
    if c.floor.prompt and c.floor.prompt.entry != entry.id:
        raise Refusal("somebody_is_called")
    if c.people[entry.person].remote and entry.channel is Channel.ONLINE:
        return (*ending, Called(entry.id, now + c.plan.settings.prompt_s * SECOND, reason))
    return (*ending, FloorGiven(entry.id, reason))


def citizens_may_speak(c: Conference, motive: Motive) -> None:
    if motive is not Motive.PROCEDURE and c.agenda.step not in (4, 5, 6):
        raise Refusal("not_a_step_for_speaking", step=c.agenda.step)


def main_speech(c: Conference) -> Speech:
    if not c.floor.main:
        raise Refusal("nobody_speaks")
    return c.speeches[c.floor.main]


def prompted(c: Conference, by: Actor, id: str) -> QueueEntry:
    if not c.floor.prompt or c.floor.prompt.entry != id:
        raise Refusal("not_called")
    entry = c.queue.entries[id]
    if by.person != entry.person and not by.has(Role.DESK, Role.SYSTEM):
        raise Refusal("not_yours")
    return entry


def statement(c: Conference, id: str) -> Speech:
    if id not in c.speeches or c.speeches[id] not in c.turns():
        raise Refusal("statement_unknown")
    return c.speeches[id]


# --- decide -------------------------------------------------------------------------------------------------------------


@decides(CallNext)
def call_next(c: Conference, cmd: CallNext, by: Actor, now: Ms) -> Facts:
    holds_gavel(c, by)
    places = order(c)
    if not places:
        raise Refusal("queue_empty")
    entry = c.queue.entries[places[0].entry]
    citizens_may_speak(c, entry.motive)
    return call(c, entry, now)


@decides(CallEntry)
def call_entry(c: Conference, cmd: CallEntry, by: Actor, now: Ms) -> Facts:
    holds_gavel(c, by)
    entry = waiting_entry(c, cmd.entry)
    citizens_may_speak(c, entry.motive)
    return call(c, entry, now, text(cmd.reason, MAX_TOPIC, "reason", required=False))


@decides(CallToAnswer)
def call_to_answer(c: Conference, cmd: CallToAnswer, by: Actor, now: Ms) -> Facts:
    holds_gavel(c, by)
    fresh(c.queue.entries, cmd.entry)
    who = person(c, cmd.person)
    if not who.roles & {Role.AGENCY, Role.CHAIR, Role.OFFICE}:
        raise Refusal("not_an_agency")
    if cmd.about not in c.petitions:
        statement(c, cmd.about)
    if c.floor.prompt:
        raise Refusal("somebody_is_called")
    return (*end_main(c, "next"), AnswerCalled(cmd.entry, who.id, cmd.about))


@decides(TakeFloor)
def take_floor(c: Conference, cmd: TakeFloor, by: Actor, now: Ms) -> Facts:
    entry = prompted(c, by, cmd.entry)
    return (FloorGiven(entry.id),)


@decides(DeclineFloor)
def decline_floor(c: Conference, cmd: DeclineFloor, by: Actor, now: Ms) -> Facts:
    return (FloorDeclined(prompted(c, by, cmd.entry).id),)


@decides(MissPrompt)
def miss_prompt(c: Conference, cmd: MissPrompt, by: Actor, now: Ms) -> Facts:
    entry = prompted(c, by, cmd.entry)
    assert c.floor.prompt
    if now < c.floor.prompt.until:
        raise Refusal("too_early")
    if entry.held:
        return (PromptMissed(entry.id, None, dropped=True),)
    places = order(c)
    return (PromptMissed(entry.id, places[0].entry if places else None, dropped=False),)


@decides(StopSpeech)
def stop_speech(c: Conference, cmd: StopSpeech, by: Actor, now: Ms) -> Facts:
    holds_gavel(c, by)
    main_speech(c)
    return end_main(c, "stopped" if cmd.reason.strip() else "finished", text(cmd.reason, MAX_TOPIC, "reason", required=False))


@decides(YieldFloor)
def yield_floor(c: Conference, cmd: YieldFloor, by: Actor, now: Ms) -> Facts:
    now_speaking = speaking(c)
    if now_speaking is None:
        raise Refusal("nobody_speaks")
    who = c.people[now_speaking.person]
    if by.person != who.id:
        if not by.has(Role.DESK, Role.OPERATOR):
            raise Refusal("not_yours")
        own_venue(by, who.channel, who.venue)
    if c.floor.interposed:
        return (InterpositionEnded(c.floor.interposed),)
    return end_main(c, "finished")


@decides(CutSpeech)
def cut_speech(c: Conference, cmd: CutSpeech, by: Actor, now: Ms) -> Facts:
    due = next((t for t in timers(c) if t.command == cmd), None)
    if due is None or now < due.at:
        raise Refusal("too_early")
    return end_main(c, cmd.cause)


@decides(PauseClock)
def pause_clock(c: Conference, cmd: PauseClock, by: Actor, now: Ms) -> Facts:
    holds_gavel(c, by)
    main_speech(c)
    if c.floor.paused:
        raise Refusal("nothing_to_change")
    return (ClockPaused(),)


@decides(ResumeClock)
def resume_clock(c: Conference, cmd: ResumeClock, by: Actor, now: Ms) -> Facts:
    holds_gavel(c, by)
    main_speech(c)
    if not c.floor.paused:
        raise Refusal("nothing_to_change")
    return (ClockResumed(),)


@decides(ExtendTime)
def extend_time(c: Conference, cmd: ExtendTime, by: Actor, now: Ms) -> Facts:
    holds_gavel(c, by)
    now_speaking = speaking(c)
    if now_speaking is None:
        raise Refusal("nobody_speaks")
    if not 1 <= cmd.seconds <= 1_800:
        raise Refusal("count_out_of_range")
    return (TimeExtended(now_speaking.id, cmd.seconds),)


@decides(Interpose)
def interpose(c: Conference, cmd: Interpose, by: Actor, now: Ms) -> Facts:
    holds_gavel(c, by)
    fresh(c.speeches, cmd.speech)
    main = main_speech(c)
    who = person(c, cmd.person)
    if who.id == main.person or who.standing not in IN_ROOM:
        raise Refusal("cannot_interpose")
    if c.floor.interposed:
        return (InterpositionEnded(c.floor.interposed), Interposed(cmd.speech, who.id))
    return (Interposed(cmd.speech, who.id),)


@decides(EndInterposition)
def end_interposition(c: Conference, cmd: EndInterposition, by: Actor, now: Ms) -> Facts:
    holds_gavel(c, by)
    if not c.floor.interposed:
        raise Refusal("nobody_speaks")
    return (InterpositionEnded(c.floor.interposed),)


@decides(MarkAnswered)
def mark_answered(c: Conference, cmd: MarkAnswered, by: Actor, now: Ms) -> Facts:
    if statement(c, cmd.speech).dealt_with:
        raise Refusal("nothing_to_change")
    return (StatementAnswered(cmd.speech),)


@decides(AnswerInWriting)
def answer_in_writing(c: Conference, cmd: AnswerInWriting, by: Actor, now: Ms) -> Facts:
    holds_gavel(c, by)
    if statement(c, cmd.speech).dealt_with:
        raise Refusal("nothing_to_change")
    return (WritingPromised(cmd.speech),)


# --- timers -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Timer:
    """A command that the room gives to itself at `at`."""

    at: Ms
    command: Command


def timers(c: Conference) -> tuple[Timer, ...]:
    """All rings that are due in this state: prompts, the soft cut, the lost speaker's lease. A pure function: nothing is scheduled twice."""
    out: list[Timer] = []
    if c.floor.prompt:
        out.append(Timer(c.floor.prompt.until, MissPrompt(c.floor.prompt.entry)))
    if c.floor.main:
        speech = c.speeches[c.floor.main]
        cut = c.plan.settings.soft_cut_s
        if cut is not None and speech.clock.since is not None:
            out.append(Timer(speech.clock.since + speech.clock.left(speech.clock.since) + cut * SECOND, CutSpeech(speech.id, "soft_cut")))
        who = c.people[speech.person]
        if who.remote and not who.present and who.lost_at is not None and speech.clock.since is not None:
            lost = max(who.lost_at, speech.clock.since)
            out.append(Timer(lost + c.plan.settings.floor_grace_s * SECOND, CutSpeech(speech.id, "lost")))
    return tuple(sorted(out, key=lambda t: t.at))


# --- evolve -------------------------------------------------------------------------------------------------------------


def set_speech(c: Conference, id: str, **changes: object) -> Conference:
    return replace(c, speeches=put(c.speeches, id, replace(c.speeches[id], **changes)))  # type: ignore[arg-type]


@evolves(Called)
def called(c: Conference, f: Called, e: Entry) -> Conference:
    c = set_entry(c, f.entry, status=Status.CALLED, called_at=e.at)
    return replace(c, floor=replace(c.floor, prompt=Prompt(f.entry, f.until)))


@evolves(PromptMissed)
def prompt_missed(c: Conference, f: PromptMissed, e: Entry) -> Conference:
    c = replace(c, floor=replace(c.floor, prompt=None))
    if f.dropped:
        return set_entry(c, f.entry, status=Status.MISSED)
    c = set_entry(c, f.entry, status=Status.WAITING, held=True, called_at=None)
    if f.behind is None:
        return c
    pins = tuple(p for p in c.queue.pins if p.entry != f.entry)
    return replace(c, queue=replace(c.queue, pins=(*pins, Pin(f.entry, f.behind, before=False, held=True))))


@evolves(FloorDeclined)
def floor_declined(c: Conference, f: FloorDeclined, e: Entry) -> Conference:
    c = set_entry(c, f.entry, status=Status.WITHDRAWN)
    return replace(c, floor=replace(c.floor, prompt=None))


@evolves(FloorGiven)
def floor_given(c: Conference, f: FloorGiven, e: Entry) -> Conference:
    entry = c.queue.entries[f.entry]
    c = set_entry(c, f.entry, status=Status.SPEAKING, called_at=entry.called_at or e.at)
    clock = fresh_clock(c, entry.motive, e.at)
    speech = Speech(f"S{e.seq}", entry.person, entry.id, entry.motive, entry.topic, entry.petition, e.at, clock)
    return take(replace(c, floor=replace(c.floor, prompt=None)), speech)


def fresh_clock(c: Conference, motive: Motive, at: Ms) -> Clock:
    """The clock of a speech that begins. While all are silenced it does not run (R34)."""
    return Clock(allotted(c, motive), 0, None if c.floor.silenced else at)


def take(c: Conference, speech: Speech) -> Conference:
    floor = replace(c.floor, main=speech.id, paused=c.floor.silenced)
    return replace(c, speeches=put(c.speeches, speech.id, speech), floor=floor)


@evolves(AnswerCalled)
def answer_called(c: Conference, f: AnswerCalled, e: Entry) -> Conference:
    who = c.people[f.person]
    about = c.speeches.get(f.about)
    topic = about.topic if about else c.petitions[f.about].content
    petition = about.petition if about else f.about
    entry = QueueEntry(f.entry, f.person, who.channel, who.venue, Motive.ANSWER, topic, petition, e.by, e.at, status=Status.SPEAKING, called_at=e.at)
    c = replace(c, queue=replace(c.queue, entries=put(c.queue.entries, f.entry, entry)))
    speech = Speech(
        f"S{e.seq}", f.person, f.entry, Motive.ANSWER, topic, petition, e.at, fresh_clock(c, Motive.ANSWER, e.at),
        answers=f.about,
    )  # fmt: skip
    return take(c, speech)


@evolves(SpeechEnded)
def speech_ended(c: Conference, f: SpeechEnded, e: Entry) -> Conference:
    speech = c.speeches[f.speech]
    c = set_speech(c, f.speech, clock=speech.clock.stopped(e.at), ended_at=e.at, ended=f.cause)
    c = set_entry(c, speech.entry, status=Status.DONE)
    if speech.answers:
        c = answered(c, speech.answers, e.at)
    return replace(c, floor=replace(c.floor, main=None, paused=False))


def answered(c: Conference, about: str, at: Ms) -> Conference:
    """An answer given counts for the speech or petition it was about, once."""
    if about in c.speeches:
        speech = c.speeches[about]
        return c if speech.answered_at else set_speech(c, about, answered_at=at)
    petition = c.petitions[about]
    return c if petition.answered_at else replace(c, petitions=put(c.petitions, about, replace(petition, answered_at=at)))


@evolves(ClockPaused)
def clock_paused(c: Conference, f: ClockPaused, e: Entry) -> Conference:
    c = clocks_stopped(c, e.at)
    return replace(c, floor=replace(c.floor, paused=True))


@evolves(ClockResumed)
def clock_resumed(c: Conference, f: ClockResumed, e: Entry) -> Conference:
    return clocks_resumed(replace(c, floor=replace(c.floor, paused=False)), e.at)


def clocks_stopped(c: Conference, at: Ms, for_break: bool = False) -> Conference:
    now_speaking = speaking(c)
    if now_speaking:
        c = set_speech(c, now_speaking.id, clock=now_speaking.clock.stopped(at))
    if for_break and c.floor.prompt:
        left = max(0, c.floor.prompt.until - at)
        c = replace(c, floor=replace(c.floor, prompt=replace(c.floor.prompt, until=NEVER + left)))
    return c


NEVER: Ms = 1 << 52
"""Until-times of prompts in a break are moved this far into the future, and back by the same amount."""


def clocks_resumed(c: Conference, at: Ms) -> Conference:
    now_speaking = speaking(c)
    if now_speaking and not c.floor.paused:
        c = set_speech(c, now_speaking.id, clock=now_speaking.clock.started(at))
    if c.floor.prompt and c.floor.prompt.until >= NEVER:
        c = replace(c, floor=replace(c.floor, prompt=replace(c.floor.prompt, until=at + c.floor.prompt.until - NEVER)))
    return c


@evolves(TimeExtended)
def time_extended(c: Conference, f: TimeExtended, e: Entry) -> Conference:
    return set_speech(c, f.speech, clock=c.speeches[f.speech].clock.extended(f.seconds * SECOND))


@evolves(Interposed)
def interposed(c: Conference, f: Interposed, e: Entry) -> Conference:
    assert c.floor.main
    main = c.speeches[c.floor.main]
    c = set_speech(c, main.id, clock=main.clock.stopped(e.at))
    clock = Clock(c.plan.settings.interposition_s * SECOND, 0, None if c.floor.paused else e.at)
    speech = Speech(f.speech, f.person, main.entry, main.motive, main.topic, main.petition, e.at, clock, interposes=main.id)
    return replace(c, speeches=put(c.speeches, f.speech, speech), floor=replace(c.floor, interposed=f.speech))


@evolves(InterpositionEnded)
def interposition_ended(c: Conference, f: InterpositionEnded, e: Entry) -> Conference:
    c = set_speech(c, f.speech, clock=c.speeches[f.speech].clock.stopped(e.at), ended_at=e.at, ended="finished")
    c = replace(c, floor=replace(c.floor, interposed=None))
    return c if c.floor.paused or c.phase is Phase.BREAK else clocks_resumed(c, e.at)


@evolves(StatementAnswered)
def statement_answered(c: Conference, f: StatementAnswered, e: Entry) -> Conference:
    return answered(c, f.speech, e.at)


@evolves(WritingPromised)
def writing_promised(c: Conference, f: WritingPromised, e: Entry) -> Conference:
    return set_speech(c, f.speech, in_writing=True)
