"""The minutes (biên bản, R35–R39): the room drafts lines of itself, secretaries write the substance, signatures freeze them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from moderation import agenda, conclusion, conduct, floor, groups, people, recording
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
from moderation.people import holds_gavel

if TYPE_CHECKING:
    from moderation.conference import Conference

KINDS = ("statement", "answer", "note")
"""What a secretary may write; lines of kind `event` the room writes itself."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line. `code` and `params` are the room's own draft (names are looked up when it is shown, so that they can be erased);
    `text` is the substance written by a secretary. A `statement` belongs to a speech and holds topic, field and agency addressed (R36);
    an `answer` holds the body that answered and what it is about. `version` counts saves; `corrects` names the line of a signed version.
    """

    id: str
    at: Ms
    step: int
    kind: str
    code: str = ""
    params: Mapping[str, object] = empty()
    text: str = ""
    speech: str | None = None
    petition: str | None = None
    about: str | None = None
    topic: str = ""
    field: str = ""
    body: str | None = None
    version: int = 0
    by: str = ""
    released: bool = False
    struck: bool = False
    corrects: str | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signed which version: `digest` is the SHA-256 of the lines as they stood (R38)."""

    person: str
    role: Role
    digest: str
    at: Ms


@dataclass(frozen=True, slots=True)
class Minutes:
    """`read_back` counts the lines that stood when the minutes were finished: those are what is signed, whatever the room notes afterwards."""

    lines: Mapping[str, Line] = empty()
    secretaries: tuple[str, ...] = ()
    finished_at: Ms | None = None
    read_back: int | None = None
    signatures: tuple[Signature, ...] = ()


# --- commands -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class WriteLine(Command):
    """Writes a new line (version 0) or saves over the version one has seen; a stale save is answered with the other text (R37)."""

    line: str
    text: str
    version: int = 0
    kind: str = "note"
    speech: str | None = None
    petition: str | None = None
    about: str | None = None
    topic: str = ""
    field: str = ""
    body: str | None = None


@dataclass(frozen=True, slots=True)
class ReleaseLine(Command):
    """Lets the audience read the gist of a line: it serves as a caption (R42). `released` false takes it back."""

    line: str
    released: bool = True


@dataclass(frozen=True, slots=True)
class StrikeLine(Command):
    """Takes a line out of the draft; the journal keeps it."""

    line: str
    version: int


@dataclass(frozen=True, slots=True)
class FinishMinutes(Command):
    """The secretary has finished: the lines are read back and stand still for signing (R38)."""


@dataclass(frozen=True, slots=True)
class ReopenMinutes(Command):
    """Back to writing, as long as nobody has signed."""


@dataclass(frozen=True, slots=True)
class SignMinutes(Command):
    """Chair or secretary signs the version whose digest they saw (R38)."""

    digest: str


@dataclass(frozen=True, slots=True)
class CorrectLine(Command):
    """After signing: a new line that names the old one and says why (R38)."""

    line: str
    corrects: str
    text: str
    reason: str


# --- facts --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LineWritten(Fact):
    line: str
    text: str
    version: int
    kind: str
    speech: str | None = None
    petition: str | None = None
    about: str | None = None
    topic: str = ""
    field: str = ""
    body: str | None = None


@dataclass(frozen=True, slots=True)
class LineReleased(Fact):
    line: str
    released: bool


@dataclass(frozen=True, slots=True)
class LineStruck(Fact):
    line: str


@dataclass(frozen=True, slots=True)
class MinutesFinished(Fact):
    pass


@dataclass(frozen=True, slots=True)
class MinutesReopened(Fact):
    pass


@dataclass(frozen=True, slots=True)
class MinutesSigned(Fact):
    role: Role
    digest: str


@dataclass(frozen=True, slots=True)
class LineCorrected(Fact):
    line: str
    corrects: str
    text: str
    reason: str


# --- rules --------------------------------------------------------------------------------------------------------------


def digest(c: Conference) -> str:
    """SHA-256 (hex) over the lines as they stand, or stood when they were read back; without names: erasing personal data later leaves it true."""
    lines = [
        [m.id, m.at, m.step, m.kind, m.code, dict(m.params), m.text, m.speech, m.petition, m.about, m.topic, m.field, m.body, m.struck]
        for m in list(c.minutes.lines.values())[: c.minutes.read_back]
    ]
    return hashlib.sha256(json.dumps([c.id, lines], sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def appointed(c: Conference, by: Actor) -> None:
    """Minutes are written by appointed secretaries (Art. 9.1); the desk may add speech notes."""
    if by.person not in c.minutes.secretaries and not by.has(Role.DESK):
        raise Refusal("not_appointed")


def still_writing(c: Conference) -> None:
    if c.minutes.finished_at:
        raise Refusal("minutes_finished")


def line(c: Conference, id: str) -> Line:
    if id not in c.minutes.lines:
        raise Refusal("line_unknown")
    return c.minutes.lines[id]


# --- decide -------------------------------------------------------------------------------------------------------------


@decides(WriteLine)
def write_line(c: Conference, cmd: WriteLine, by: Actor, now: Ms) -> Facts:
    appointed(c, by)
    still_writing(c)
    old = c.minutes.lines.get(cmd.line)
    if old is None:
        fresh(c.minutes.lines, cmd.line)
    if (old.version if old else -1) != (cmd.version if old else cmd.version - 1):
        raise Refusal("stale", version=old.version if old else 0, text=old.text if old else "", by=old.by if old else "")
    kind = old.kind if old else cmd.kind
    if kind not in (*KINDS, "event") or (old is None and kind == "event"):
        raise Refusal("kind_unknown")
    speech = old.speech if old else cmd.speech
    if speech is not None and speech not in c.speeches:
        raise Refusal("statement_unknown")
    petition = cmd.petition if cmd.petition is not None else (old.petition if old else None)
    if petition is not None and petition not in c.petitions:
        raise Refusal("petition_unknown")
    about = cmd.about if cmd.about is not None else (old.about if old else None)
    if about is not None and about not in c.speeches and about not in c.petitions:
        raise Refusal("statement_unknown")
    conclusion.body_known(c, cmd.body)
    return (
        LineWritten(
            cmd.line, text(cmd.text, MAX_TEXT, "text", required=False), (old.version if old else 0) + 1, kind, speech, petition, about,
            text(cmd.topic, MAX_TOPIC, "topic", required=False), text(cmd.field, 60, "field", required=False), cmd.body,
        ),
    )  # fmt: skip


@decides(ReleaseLine)
def release_line(c: Conference, cmd: ReleaseLine, by: Actor, now: Ms) -> Facts:
    appointed(c, by)
    m = line(c, cmd.line)
    if m.released is cmd.released or (cmd.released and (m.struck or not m.text)):
        raise Refusal("nothing_to_change")
    return (LineReleased(cmd.line, cmd.released),)


@decides(StrikeLine)
def strike_line(c: Conference, cmd: StrikeLine, by: Actor, now: Ms) -> Facts:
    appointed(c, by)
    still_writing(c)
    m = line(c, cmd.line)
    if m.version != cmd.version:
        raise Refusal("stale", version=m.version, text=m.text, by=m.by)
    if m.struck:
        raise Refusal("nothing_to_change")
    return (LineStruck(cmd.line),)


@decides(FinishMinutes)
def finish_minutes(c: Conference, cmd: FinishMinutes, by: Actor, now: Ms) -> Facts:
    if by.person not in c.minutes.secretaries:
        raise Refusal("not_appointed")
    still_writing(c)
    return (MinutesFinished(),)


@decides(ReopenMinutes)
def reopen_minutes(c: Conference, cmd: ReopenMinutes, by: Actor, now: Ms) -> Facts:
    if by.person not in c.minutes.secretaries:
        raise Refusal("not_appointed")
    if not c.minutes.finished_at:
        raise Refusal("nothing_to_change")
    if c.minutes.signatures:
        raise Refusal("already_signed")
    return (MinutesReopened(),)


@decides(SignMinutes)
def sign_minutes(c: Conference, cmd: SignMinutes, by: Actor, now: Ms) -> Facts:
    if not c.minutes.finished_at:
        raise Refusal("minutes_unfinished")
    if cmd.digest != digest(c):
        raise Refusal("another_version", digest=digest(c))
    if by.has(Role.CHAIR):
        holds_gavel(c, by)
        role = Role.CHAIR
    elif by.person in c.minutes.secretaries:
        role = Role.SECRETARY
    else:
        raise Refusal("not_appointed")
    if any(s.role is role for s in c.minutes.signatures):
        raise Refusal("already_signed")
    return (MinutesSigned(role, cmd.digest),)


@decides(CorrectLine)
def correct_line(c: Conference, cmd: CorrectLine, by: Actor, now: Ms) -> Facts:
    if by.person not in c.minutes.secretaries:
        raise Refusal("not_appointed")
    fresh(c.minutes.lines, cmd.line)
    line(c, cmd.corrects)
    return (LineCorrected(cmd.line, cmd.corrects, text(cmd.text, MAX_TEXT, "text"), text(cmd.reason, MAX_TOPIC, "reason")),)


# --- evolve -------------------------------------------------------------------------------------------------------------


def set_line(c: Conference, m: Line) -> Conference:
    return replace(c, minutes=replace(c.minutes, lines=put(c.minutes.lines, m.id, m)))


@evolves(LineWritten)
def line_written(c: Conference, f: LineWritten, e: Entry) -> Conference:
    old = c.minutes.lines.get(f.line) or Line(f.line, e.at, c.agenda.step, f.kind, speech=f.speech)
    c = set_line(
        c,
        replace(old, text=f.text, version=f.version, petition=f.petition, about=f.about, topic=f.topic, field=f.field, body=f.body,
                by=e.by, struck=False),
    )  # fmt: skip
    if f.kind == "answer" and f.about and f.text:
        c = floor.answered(c, f.about, e.at)
    return c


@evolves(LineReleased)
def line_released(c: Conference, f: LineReleased, e: Entry) -> Conference:
    return set_line(c, replace(c.minutes.lines[f.line], released=f.released))


@evolves(LineStruck)
def line_struck(c: Conference, f: LineStruck, e: Entry) -> Conference:
    m = c.minutes.lines[f.line]
    return set_line(c, replace(m, struck=True, released=False, version=m.version + 1, by=e.by))


@evolves(MinutesFinished, MinutesReopened)
def minutes_finished_or_reopened(c: Conference, f: MinutesFinished | MinutesReopened, e: Entry) -> Conference:
    finished = isinstance(f, MinutesFinished)
    return replace(c, minutes=replace(c.minutes, finished_at=e.at if finished else None, read_back=len(c.minutes.lines) if finished else None))


@evolves(MinutesSigned)
def minutes_signed(c: Conference, f: MinutesSigned, e: Entry) -> Conference:
    signatures = (*c.minutes.signatures, Signature(e.by, f.role, f.digest, e.at))
    frozen = {s.role for s in signatures} >= {Role.CHAIR, Role.SECRETARY}
    return replace(c, minutes=replace(c.minutes, signatures=signatures), phase=Phase.FROZEN if frozen else c.phase)


@evolves(LineCorrected)
def line_corrected(c: Conference, f: LineCorrected, e: Entry) -> Conference:
    old = c.minutes.lines[f.corrects]
    return set_line(
        c,
        Line(f.line, e.at, old.step, old.kind, text=f.text, speech=old.speech, petition=old.petition, version=1, by=e.by,
             corrects=f.corrects, reason=f.reason),
    )  # fmt: skip


# --- the room's own lines (R35) -----------------------------------------------------------------------------------------


def drafted(before: Conference, c: Conference, e: Entry) -> Conference:
    """The state with the line that the room itself writes for this fact, if it writes one."""
    m = draft(before, c, e)
    return set_line(c, m) if m else c


def draft(before: Conference, c: Conference, e: Entry) -> Line | None:
    f = e.fact
    id = f"M{e.seq}"
    step = c.agenda.step

    def event(**params: object) -> Line:
        return Line(id, e.at, step, "event", f.name, params)

    match f:
        case agenda.ConferenceOpened() | agenda.ConferenceClosed() | agenda.SessionResumed() | conduct.AllSilenced() | conduct.SilenceLifted():
            return event()
        case recording.RecordingBegun():
            return event()
        case recording.RecordingEnded():
            return event(reason=f.reason)
        case agenda.StepOpened():
            return event(step=f.step, reason=f.reason)
        case agenda.Ticked() | agenda.Waived():
            return event(item=f.item, reason=getattr(f, "reason", ""))
        case agenda.SecretaryAppointed():
            return event(person=f.person)
        case agenda.BreakTaken():
            return event(minutes=f.minutes)
        case people.GavelHanded():
            return event(person=f.to, reason=f.reason, taken=f.taken)
        case people.FormatChanged():
            return event(format=f.format)
        case people.VenueReported():
            return event(venue=f.venue, status=f.status, note=f.note)
        case people.PeopleCounted():
            return event(venue=f.venue, count=f.count)
        case floor.FloorGiven():
            speech = c.speeches[f"S{e.seq}"]
            return Line(
                id, e.at, step, "statement", f.name, {"entry": f.entry, "reason": f.reason}, speech=speech.id,
                petition=speech.petition, topic=speech.topic, field=c.petitions[speech.petition].field if speech.petition else "",
            )  # fmt: skip
        case floor.AnswerCalled():
            return Line(id, e.at, step, "answer", f.name, {"person": f.person}, speech=f"S{e.seq}", about=f.about, body=c.people[f.person].body)
        case floor.Interposed():
            return Line(id, e.at, step, "note", f.name, {"person": f.person}, speech=f.speech)
        case floor.PromptMissed() if f.dropped:
            return event(entry=f.entry)
        case floor.WritingPromised():
            return event(speech=f.speech)
        case conduct.Reminded():
            return event(person=f.person, words=f.words)
        case conduct.Refused():
            return event(person=f.person, ground=f.ground.value, rule=f.rule, words=f.words, proposed_by=f.proposed_by)
        case conduct.Readmitted():
            return event(person=f.person, reason=f.reason)
        case conclusion.PetitionsAnswered():
            return event(petitions=list(f.petitions), body=f.body)
        case conclusion.PetitionDeferred():
            return event(petition=f.petition, reason=f.reason)
        case conclusion.PetitionRaised():
            return event(petition=f.petition, speech=f.speech)
        case groups.RepresentativeNamed():
            return event(petition=f.petition, person=f.person, authority=f.authority)
        case conclusion.NoticeExtended():
            return event(ground=f.ground, words=f.words)
    return None
