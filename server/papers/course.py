"""The course of a conference: which part of the minutes each line belongs to, and under which speech. Every standing line belongs to exactly one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from moderation.conference import Conference
from moderation.floor import Speech
from moderation.minutes import Line
from moderation.people import Channel
from moderation.queue import Motive
from moderation.wording import called
from server.papers.paper import Source
from server.papers.words import body


class Part(StrEnum):
    """The parts of the minutes, in order: II.1–II.7, the end, and what came after the minutes had been read back (R38)."""

    OPENING = "1"
    STATEMENT = "2"
    REPORTS = "3"
    OPINIONS = "4"
    FOLLOW_UPS = "5"
    ORDER = "6"
    CONCLUSION = "7"
    END = "end"
    LATER = "later"


OF_STEP = {
    0: Part.ORDER,
    1: Part.OPENING,
    2: Part.STATEMENT,
    3: Part.REPORTS,
    4: Part.OPINIONS,
    5: Part.OPINIONS,
    6: Part.FOLLOW_UPS,
    7: Part.CONCLUSION,
}

OF_CODE = {
    "conference_opened": Part.OPENING,
    "conference_closed": Part.END,
    "secretary_appointed": Part.OPENING,
    "petitions_answered": Part.REPORTS,
    "petition_deferred": Part.REPORTS,
    "notice_extended": Part.CONCLUSION,
} | dict.fromkeys(
    (
        "break_taken", "session_resumed", "gavel_handed", "format_changed", "venue_reported", "people_counted", "prompt_missed", "reminded",
        "refused", "readmitted", "all_silenced", "silence_lifted", "recording_begun", "recording_ended",
    ),
    Part.ORDER,
)  # fmt: skip
"""Parts of the room's own lines; those not named here go with their speech or their step."""

OF_MOTIVE = {Motive.STATEMENT: Part.OPINIONS, Motive.FOLLOW_UP: Part.FOLLOW_UPS, Motive.PROCEDURE: Part.ORDER}

TELLING = frozenset({"floor_given", "answer_called", "petitions_answered", "petition_deferred", "petition_raised", "writing_promised", ""})
"""Codes of lines that an outcome leads back to; "" are those a secretary wrote."""


@dataclass(slots=True)
class Turn:
    """One speech of somebody who asked for the floor: its own line, and the lines that belong under it."""

    speech: Speech
    line: Line
    under: list[Line] = field(default_factory=list)


@dataclass(slots=True)
class Course:
    """The lines in their parts, and the turns in theirs, both in the order of the journal."""

    lines: dict[Part, list[Line]] = field(default_factory=lambda: {part: [] for part in Part})
    turns: dict[Part, list[Turn]] = field(default_factory=lambda: {part: [] for part in Part})


def course(c: Conference) -> Course:
    """Every line that was not struck, in its place."""
    out, turns = Course(), {}
    later = set(list(c.minutes.lines)[c.minutes.read_back :]) if c.minutes.read_back is not None else set()
    again = returns(c)
    standing = [m for m in c.minutes.lines.values() if not m.struck]
    for m in standing:
        if m.code == "floor_given" and m.speech and not m.corrects:
            turns[m.speech] = Turn(c.speeches[m.speech], m)
            out.turns[OF_MOTIVE[c.speeches[m.speech].motive]].append(turns[m.speech])
    for m in standing:
        speech = turn_of(c, m)
        if m.id in later:
            out.lines[Part.LATER].append(m)
        elif speech in turns:
            if turns[speech].line is not m:
                turns[speech].under.append(m)
        else:
            part = Part.ORDER if m.id in again else OF_CODE.get(m.code) or OF_STEP[m.step]
            out.lines[part].append(m)
    return out


def turn_of(c: Conference, m: Line) -> str:
    """The turn a line belongs under, "" for none: an answer goes with what it answers, an interposition with the speech it came into."""
    about = m.speech or m.about or m.params.get("speech")
    return root(c, str(about), m.step) if about else ""


def root(c: Conference, about: str, step: int) -> str:
    """The turn behind a speech or a petition. A petition belongs to the statement that raised it or speaks of it, except in the reports of step 3."""
    if about in c.petitions:
        spoken = (s.id for s in c.statements() if s.petition == about or c.petitions[about].raised_by == s.id)
        return next(spoken, "") if step > 3 else ""
    s = c.speeches.get(about)
    if s is None:
        return ""
    behind = s.interposes or s.answers
    return root(c, behind, step) if behind else about


def returns(c: Conference) -> set[str]:
    """Lines that open a step which had been open before, without a reason or a word of a secretary: the rounds of steps 4 to 6 (R12)."""
    seen: set[int] = set()
    out: set[str] = set()
    for m in c.minutes.lines.values():
        if m.code == "step_opened" and not m.struck:
            if m.step in seen and not m.text and not m.params.get("reason"):
                out.add(m.id)
            seen.add(m.step)
    return out


# --- places and labels --------------------------------------------------------------------------------------------------


def line_anchor(id: str) -> str:
    """The place of a line on the page. The room's own lines (M and a number) keep their id; others cannot clash with a place of the page."""
    return id if re.fullmatch(r"M\d+", id) else f"dong-{id}"


def speech_anchor(id: str) -> str:
    return f"luot-{id}"


def label(c: Conference, line: str) -> str:
    """How a line is called on paper: the room's own by its id, a secretary's by its place among all lines (D12)."""
    return line if re.fullmatch(r"M\d+", line) else f"D{list(c.minutes.lines).index(line) + 1}"


# --- who and where ------------------------------------------------------------------------------------------------------


def asker(c: Conference, about: str) -> str:
    """Who brought up a petition or a statement."""
    if about in c.petitions:
        raised = raised_by(c, about)
        return asker(c, raised) if raised else c.petitions[about].petitioner
    return called(c, c.speeches[about].person)


def asked(c: Conference, about: str) -> str:
    """What a petition or a statement says: the petition's words; of a statement the gist, or the topic it was announced with."""
    if about in c.petitions:
        return c.petitions[about].content
    gist = next((m.text for m in c.minutes.lines.values() if m.speech == about and m.text and not m.struck), "")
    return gist or c.speeches[about].topic


def counted(c: Conference) -> tuple[int, int, int]:
    """Head counts: in the hall and at the venues as reported, online and by telephone as joined or registered."""
    rooms = sum(v.count or 0 for v in c.venues.values())
    citizens = [p for p in c.people.values() if p.channel in (Channel.ONLINE, Channel.PHONE) and {r.value for r in p.roles} == {"citizen"}]
    online = sum(p.channel is Channel.ONLINE and p.joined_at is not None for p in citizens)
    return rooms, online, sum(p.channel is Channel.PHONE for p in citizens)


# --- sources (R40) ------------------------------------------------------------------------------------------------------


def sources(c: Conference, about: tuple[str, ...]) -> Iterator[Source]:
    """The minutes lines that petitions and statements lead back to, in the order of the journal."""
    wanted = {*about, *(raised_by(c, id) for id in about)} - {None}
    for m in c.minutes.lines.values():
        if not m.struck and not m.corrects and m.code in TELLING and wanted & mentioned(c, m):
            yield source(c, m)


def raised_by(c: Conference, petition: str) -> str | None:
    return c.petitions[petition].raised_by if petition in c.petitions else None


def mentioned(c: Conference, m: Line) -> set[str]:
    """Petitions and speeches that a line is about. A line that notes a new petition is about that one alone."""
    if m.code == "petition_raised":
        return {str(m.params["petition"])}
    named = m.params.get("petitions")
    out = {m.petition, m.about, m.params.get("petition"), turn_of(c, m), *(named if isinstance(named, list | tuple) else ())}
    if m.speech:
        out |= {c.speeches[m.speech].petition, c.speeches[m.speech].answers}
    for turn in out & set(c.speeches):
        out |= {c.speeches[str(turn)].petition}
    return {str(id) for id in out if id}


def source(c: Conference, m: Line) -> Source:
    opened = c.agenda.opened_at
    speech = c.speeches.get(m.speech or str(m.params.get("speech")))
    start = speech.started_at if speech else m.at
    if speech:
        who = called(c, speech.person)
    else:
        answering = m.body or m.params.get("body")
        who = body(c.plan, str(answering)) if answering else called(c, m.by or c.gavel)
    return Source(
        label(c, m.id), line_anchor(m.id), who, start, speech.ended_at if speech else None, speech_anchor(speech.id) if speech else "",
        start - opened if opened is not None and start >= opened else None,
    )  # fmt: skip
