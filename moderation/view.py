"""What each one sees (R42–R44): plain JSON-able values made from the state, one for each audience, and one for each person's own affairs.

Views hold no `None` (a missing key says the same), no float and nothing that changes by itself with time: clocks are given as `allotted`, `used`
and `since`, and the browser counts. So a patch is a JSON merge patch (RFC 7386), and the same state always gives the same view.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any

from moderation.agenda import STEPS, conditions
from moderation.conclusion import may_extend
from moderation.conference import Conference
from moderation.floor import Speech
from moderation.kernel import Actor, Phase, Refusal, Role
from moderation.minutes import Line, digest
from moderation.people import IN_ROOM, Channel, Person, Standing
from moderation.queue import Motive, Place, QueueEntry, Status, follow_up_due, order
from moderation.rights import RIGHTS, open_to
from moderation.wording import ERASED, called, sentence, spoken

View = dict[str, Any]

CAPTIONS = 30


def clean(**fields: Any) -> View:
    """A view without absent values: `None` and "" are left out; zero and False stay."""
    return {k: v for k, v in fields.items() if v is not None and v != ""}


Part = Callable[..., View]


def of(*slices: str) -> Callable[[Part], Part]:
    """Says on which slices of the state a part depends.

    As long as these are the same values, the part is the same value and is not made again, so that a fact costs what it changes and not what a
    conference holds (two thousand people, three hundred lines).
    """

    def once(part: Part) -> Part:
        kept: deque[tuple[tuple[Any, ...], tuple[Any, ...], View]] = deque(maxlen=16)

        @wraps(part)
        def again(c: Conference, *args: Any) -> View:
            key = tuple(getattr(c, name) for name in slices)
            for seen, asked, made in kept:
                if asked == args and all(a is b for a, b in zip(seen, key, strict=True)):
                    return made
            made = part(c, *args)
            kept.append((key, args, made))
            return made

        return again

    return once


# --- pieces -------------------------------------------------------------------------------------------------------------


def face(c: Conference, id: str) -> View:
    """How a person appears to everybody: name, area, title, organisation, channel. Never telephone, address or number."""
    p = c.people[id]
    name = p.identity.name if p.identity else ERASED
    area = p.identity.area if p.identity else ""
    return clean(id=id, name=name, area=area, title=p.title, body=p.body, represents=p.represents, channel=p.channel.value, venue=p.venue)


def speech(c: Conference, s: Speech) -> View:
    clock = s.clock
    return clean(
        **face(c, s.person) | {"id": s.id},
        person=s.person,
        motive="interposition" if s.interposes else s.motive.value,
        topic=s.topic,
        petition=s.petition,
        answers=s.answers,
        about=called(c, c.speeches[s.answers].person) if s.answers and s.answers in c.speeches else s.answers,
        allotted=clock.allotted,
        used=clock.used,
        since=clock.since,
        started=s.started_at,
        ended=s.ended_at,
        cause=s.ended,
    )


def waiting(c: Conference, e: QueueEntry, place: Place | None = None) -> View:
    entry = clean(
        **face(c, e.person) | {"id": e.id, "channel": e.channel.value, "venue": e.venue},
        person=e.person,
        motive=e.motive.value,
        topic=e.topic,
        petition=e.petition,
        since=e.since,
        status=e.status.value,
        held=e.held or None,
        on_behalf=(e.on_behalf and not e.source) or None,
        entered_by=called(c, e.entered_by) if e.on_behalf and not e.source else None,
        source=e.source or None,
    )
    if e.represents:
        entry["represents"] = e.represents
    if place:
        entry |= {"why": place.why, "details": dict(place.details), "ahead": place.ahead}
    return entry


# --- parts of a view ----------------------------------------------------------------------------------------------------


def common(c: Conference) -> View:
    """What everybody in the room may know (R42)."""
    line = order(c)
    statements = c.statements()
    floor = c.floor
    steps = {}
    for step in STEPS:
        visits = [v for v in c.agenda.visits if v.step == step]
        steps[str(step)] = clean(
            planned=[clean(title=i.title, by=i.by, minutes=i.minutes, starts=i.starts) for i in c.plan.programme if i.step == step],
            start=visits[0].start if visits else None,
            end=visits[-1].end if visits else None,
            visits=len(visits) or None,
        )
    prompt = floor.prompt
    recorded = clean(since=c.recording.since, stage=True if c.recording.stage and c.recording.since else None, failed=c.recording.failed)
    return ({"recorded": recorded} if recorded else {}) | {
        "phase": c.phase.value,
        "title": c.plan.title,
        "regime": c.plan.regime,
        "format": c.format,
        "place": c.plan.place,
        "unit": c.plan.unit,
        "starts": c.plan.starts_at,
        "topics": list(c.plan.topics),
        "rules": list(c.plan.house_rules),
        "recording": c.plan.recording_notice,
        "venues": {v.id: clean(name=v.name, kind=v.kind) for v in c.plan.venues},
        "bodies": {b.id: clean(name=b.name, short=b.short, superior=b.superior or None) for b in c.plan.bodies},
        "chair": face(c, c.gavel) if c.gavel else {},
        "agenda": clean(step=c.agenda.step, steps=steps, opened=c.agenda.opened_at, closed=c.agenda.closed_at,
                        break_since=c.agenda.breaks[-1][0] if c.phase is Phase.BREAK else None),
        "floor": clean(
            speech=speech(c, c.speeches[floor.main]) if floor.main else None,
            interposed=speech(c, c.speeches[floor.interposed]) if floor.interposed else None,
            prompt=face(c, c.queue.entries[prompt.entry].person) | {"until": prompt.until, "entry": prompt.entry} if prompt else None,
            paused=floor.paused,
            silenced=floor.silenced,
        ),
        "queue": clean(
            open=c.queue.open, waiting=len(line), procedure=c.queue.procedure, limit=c.queue.limit,
            next=[waiting(c, c.queue.entries[p.entry], p) for p in line[:3]],
        ),
        "counts": {
            "statements": len(statements),
            "answered": sum(s.dealt_with for s in statements),
            "petitions": len(c.petitions),
            "petitions_answered": sum(bool(p.answered_at) for p in c.petitions.values()),
            "refused": sum(r.lifted_at is None for r in c.conduct.refusals),
        },
        "captions": [caption(c, m) for m in c.minutes.lines.values() if m.released and not m.struck][-CAPTIONS:],
        "display": c.conduct.display,
        "times": {
            "prompt": c.plan.settings.prompt_s, "statement": c.plan.settings.statement_s, "follow_up": c.plan.settings.follow_up_s,
            "procedure": c.plan.settings.procedure_s, "answer": c.plan.settings.answer_s,
        },
    }  # fmt: skip


def caption(c: Conference, m: Line) -> View:
    who = called(c, c.speeches[m.speech].person) if m.speech else None
    return clean(id=m.id, at=m.at, who=who, kind=m.kind, text=m.text)


@of("queue", "speeches", "people", "petitions", "plan")
def queue_(c: Conference) -> View:
    """The whole queue, in order, with reasons; behind it what was called, done or taken out."""
    places = order(c)
    entries = {p.entry: waiting(c, c.queue.entries[p.entry], p) for p in places}
    return {
        "line": [p.entry for p in places],
        "entries": entries | {e.id: waiting(c, e) for e in c.queue.entries.values() if e.id not in entries and e.motive is not Motive.ANSWER},
    }


@of("speeches", "queue", "people", "petitions", "outcomes")
def statements_(c: Conference) -> View:
    out = {}
    for s in c.speeches.values():
        if s.undone:
            continue
        out[s.id] = speech(c, s) | clean(
            answered=s.answered_at, in_writing=s.in_writing or None, over=s.over or None, channel=c.queue.entries[s.entry].channel.value
        )
    return {"statements": out, "without_outcome": c.without_outcome()}


@of("petitions")
def petitions_(c: Conference) -> View:
    return {
        "petitions": {
            p.id: clean(
                id=p.id, content=p.content, petitioner=p.petitioner, field=p.field, lead=p.lead, coordinating=list(p.coordinating),
                beyond=not p.within_authority or None, complex=p.complex or None, to=p.escalate_to, prepared=p.prepared_answer,
                raised_by=p.raised_by, answered=p.answered_at, answered_by=p.answered_by, answer=p.answer, deferred=p.deferred,
                group=p.group or None, unrepresented=not p.represented or None, representative=p.representative,
            )
            for p in c.petitions.values()
        }
    }  # fmt: skip


@of("outcomes", "people", "petitions", "notice_ground", "notice_words")
def outcomes_(c: Conference) -> View:
    return {
        "outcomes": {
            o.id: clean(
                id=o.id, kind=o.kind.value, about=list(o.about), text=o.text, lead=o.lead, coordinating=list(o.coordinating), due=o.due,
                to=o.to, version=o.version, by=called(c, o.by), at=o.at,
            )
            for o in c.outcomes.values()
        },
        "notice": clean(days=c.notice_days(), ground=c.notice_ground, words=c.notice_words, may_extend=list(may_extend(c))),
    }  # fmt: skip


def agenda_(c: Conference) -> View:
    """The live checklist (R11)."""
    items = {i.id: clean(step=i.step, required=i.required, done=i.done_at, waived=i.waived) for i in c.agenda.items.values()}
    unmet = [clean(id=k.id, met=k.met, missing=k.missing or None) for k in conditions(c, c.agenda.step)] if c.agenda.step else []
    return {"items": items, "conditions": unmet, "undo": clean(name=c.last.name, at=c.last.at) if c.last else {}}


@of("people", "gavel")
def people_(c: Conference, phones: bool = False, venue: str | None = None) -> View:
    """Everybody by id; those in the lobby apart. Telephone numbers only for those who call (R42)."""

    def one(p: Person) -> View:
        return face(c, p.id) | clean(
            roles=sorted(p.roles), standing=p.standing.value, present=p.present or None, silent=p.silent or None, deputy=p.deputy or None,
            phone=p.identity.phone if phones and p.identity else None, knocked=p.knocked_at, suspect=p.suspect or None,
            gavel=p.id == c.gavel or None,
        )  # fmt: skip

    known = [p for p in c.people.values() if venue is None or p.venue == venue]
    return {
        "people": {p.id: one(p) for p in known if p.standing is not Standing.LOBBY},
        "lobby": {p.id: one(p) for p in known if p.standing is Standing.LOBBY},
    }


@of("conduct", "people")
def conduct_(c: Conference) -> View:
    return {
        "proposals": {
            p.id: clean(id=p.id, rung=p.rung.value, person=face(c, p.person), words=p.words, by=called(c, p.by), at=p.at,
                        ground=p.ground.value if p.ground else None, rule=p.rule, settled=p.settled)
            for p in c.conduct.proposals.values()
        },
        "reminders": [clean(id=r.id, person=face(c, r.person), words=r.words, at=r.at) for r in c.conduct.reminders],
        "refusals": [
            clean(person=face(c, r.person), ground=r.ground.value, rule=r.rule, words=r.words, at=r.at, proposed_by=r.proposed_by and
                  called(c, r.proposed_by), lifted=r.lifted_at, reason=r.lifted_reason, escort=not r.escorted or None)
            for r in c.conduct.refusals
        ],
    }  # fmt: skip


@of("conduct", "people")
def escorts_(c: Conference, venue: str | None = None) -> View:
    """The instruction to lead somebody out, without the ground (R31, R32)."""
    return {
        "escorts": [
            clean(person=face(c, r.person), at=r.at)
            for r in c.conduct.refusals
            if not r.escorted and r.lifted_at is None and (venue is None or c.people[r.person].venue == venue)
        ]
    }


@of("venues")
def venues_(c: Conference) -> View:
    return {"venue_states": {v.id: clean(status=v.status, note=v.note, count=v.count, since=v.since) for v in c.venues.values()}}


def backup_phone_(c: Conference, venue: str) -> View:
    """The number to call when a venue's line is gone: for its operator alone."""
    return clean(backup_phone=next((v.backup_phone for v in c.plan.venues if v.id == venue), None))


@of("id", "minutes", "speeches", "queue", "people", "petitions", "plan", "recording")
def minutes_(c: Conference) -> View:
    signed = [clean(person=called(c, s.person), role=s.role.value, digest=s.digest, at=s.at) for s in c.minutes.signatures]
    return {
        "minutes": clean(
            lines={m.id: minutes_line(c, m) for m in c.minutes.lines.values()},
            secretaries=[face(c, s) for s in c.minutes.secretaries],
            finished=c.minutes.finished_at,
            digest=digest(c) if c.minutes.finished_at else None,
            signatures=signed,
            recorded=[clean(begin=begin, end=end) for begin, end in c.recording.spans] or None,
        )
    }


def minutes_line(c: Conference, m: Line) -> View:
    s = c.speeches[m.speech] if m.speech else None
    return clean(
        id=m.id, at=m.at, step=m.step, kind=m.kind, draft=spoken(c, m) if s else sentence(c, m), text=m.text, speech=m.speech,
        petition=m.petition, about=m.about, topic=m.topic, field=m.field, body=m.body, version=m.version,
        by=called(c, m.by) if m.by else None, released=m.released or None, struck=m.struck or None, corrects=m.corrects, reason=m.reason,
        from_=s.started_at if s else None, to=s.ended_at if s else None, person=s.person if s else None,
    )  # fmt: skip


# --- audiences ----------------------------------------------------------------------------------------------------------


def may_(role: Role) -> Part:
    """Which commands this audience may give now, for audiences whose members are all alike."""

    def part(c: Conference) -> View:
        return {"may": {k.name: "" if c.phase in phases else "not_now" for k, (roles, phases) in RIGHTS.items() if role in roles}}

    return part


CASE: tuple[Part, ...] = (queue_, statements_, petitions_, outcomes_, venues_, minutes_)

PARTS: Mapping[str, tuple[Part, ...]] = {
    "citizen": (common, may_(Role.CITIZEN)),
    "display": (common, venues_),
    "monitor": (common, *CASE, agenda_),
    "agency": (common, *CASE),
    "secretary": (common, *CASE, agenda_, people_, conduct_),
    "desk": (common, queue_, statements_, petitions_, venues_, lambda c: people_(c, True), conduct_, escorts_),
    "office": (common, *CASE, agenda_, lambda c: people_(c, True), conduct_, escorts_),
    "chair": (common, *CASE, agenda_, people_, conduct_, escorts_),
}
"""Audience → parts of its view. An operator's audience is `operator:<venue>`."""

PRECEDENCE = ("chair", "secretary", "desk", "office", "operator", "agency", "monitor", "display", "citizen")


def audience(p: Person, wanted: str | None = None) -> str:
    """The audience of a person's screen: the role asked for if they hold it, else their first by precedence; `lobby` before admission."""
    if p.standing not in IN_ROOM:
        return "lobby"
    roles = {r.value for r in p.roles}
    role = wanted if wanted in roles else next(r for r in PRECEDENCE if r in roles)
    return f"operator:{p.venue}" if role == "operator" else role


def view(c: Conference, audience: str) -> View:
    """The whole view of an audience. `lobby` is told nothing but that it waits (R6)."""
    if audience == "lobby":
        return {"title": c.plan.title, "phase": c.phase.value, "starts": c.plan.starts_at}
    if audience.startswith("operator:"):
        venue = audience.partition(":")[2]
        parts: tuple[Part, ...] = (
            common, queue_, venues_, lambda c: people_(c, True, venue), lambda c: escorts_(c, venue), lambda c: backup_phone_(c, venue),
        )  # fmt: skip
    else:
        parts = PARTS[audience]
    out: View = {}
    for part in parts:
        out |= part(c)
    return out


# --- one's own affairs --------------------------------------------------------------------------------------------------


def me(c: Conference, id: str, line: tuple[Place, ...] | None = None) -> View:
    """What concerns one person alone: standing, own entries with place, the call to speak, reminders, and the refusal with its ground (R32).

    `line`: the order of the queue when the caller has it already.
    """
    p = c.people[id]
    if p.standing is Standing.REFUSED:
        record = next(r for r in reversed(c.conduct.refusals) if r.person == id)
        rule = c.plan.house_rules[record.rule - 1] if record.rule else None
        return clean(id=id, standing=p.standing.value, ground=record.ground.value, rule=rule, words=record.words, at=record.at)
    if p.standing not in IN_ROOM:
        return clean(**face(c, id), standing=p.standing.value, since=p.knocked_at)
    line = order(c) if line is None else line
    place = {pl.entry: (n, pl) for n, pl in enumerate(line, start=1)}
    entries = []
    for e in c.queue.entries.values():
        if e.person == id and e.status in (Status.WAITING, Status.CALLED):
            n, pl = place.get(e.id, (0, None))
            entries.append(waiting(c, e, pl) | clean(place=n or None))
    by = Actor(id, p.roles, p.venue)
    prompt = c.floor.prompt
    called_ = prompt and c.queue.entries[prompt.entry].person == id
    return clean(
        **face(c, id),
        roles=sorted(p.roles),
        standing=p.standing.value,
        gavel=c.gavel == id,
        entries=entries,
        prompt=clean(entry=prompt.entry, until=prompt.until) if prompt and called_ else None,
        near=any(e.get("place", 9) <= 3 for e in entries) or None,
        on_stage=id in stage(c) or None,
        heard=id in heard(c) or None,
        follow_up=follow_up_due(c, id) or None,
        spoken=[s.id for s in c.turns() if s.person == id] or None,
        reminders=[clean(id=r.id, words=r.words, at=r.at) for r in c.conduct.reminders if r.person == id],
        may=open_to(c, by, 0) if p.roles != {Role.CITIZEN} else None,
        appointed=id in c.minutes.secretaries or None,
    )


# --- who is heard and seen (R22, R34) -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Programme:
    """What the media engine is told: sources in the mix, and what the two video slots show. A source is a person, or `venue:<id>`."""

    heard: frozenset[str] = frozenset()
    floor: str | None = None
    hall: str | None = None


def source(c: Conference, person: str) -> str:
    """The microphone and camera somebody is picked up by: their own device, or that of the hall or venue they sit in."""
    p = c.people[person]
    if p.channel is Channel.VENUE:
        return f"venue:{p.venue}"
    if p.channel is Channel.ONLINE or not p.roles.isdisjoint({Role.CHAIR, Role.AGENCY}):
        return person
    return main_hall(c)


def main_hall(c: Conference) -> str:
    return next((f"venue:{v.id}" for v in c.plan.venues if v.kind == "main"), "venue:main")


def heard(c: Conference) -> frozenset[str]:
    """Persons with the right to be heard: who conducts, who has the floor, who interposes by leave (R22)."""
    if c.phase not in (Phase.RUNNING,):
        return frozenset()
    out = {c.gavel} if c.gavel else set()
    if not c.floor.silenced:
        if c.floor.interposed:
            out.add(c.speeches[c.floor.interposed].person)
        if c.floor.main:
            out.add(c.speeches[c.floor.main].person)
        if c.agenda.step == 1:
            out |= {p.id for p in c.people.values() if Role.OFFICE in p.roles}
    return frozenset(id for id in out if c.people[id].standing in IN_ROOM)


def stage(c: Conference) -> frozenset[str]:
    """Persons whose devices are made ready: the chairs, agencies, the office, who speaks, who is called, and the next three (R24)."""
    staff = {Role.CHAIR, Role.AGENCY, Role.OFFICE, Role.OPERATOR}
    out = {p.id for p in c.people.values() if not p.roles.isdisjoint(staff)}
    out |= {c.queue.entries[p.entry].person for p in order(c)[:3]}
    if c.floor.prompt:
        out.add(c.queue.entries[c.floor.prompt.entry].person)
    out |= {c.speeches[id].person for id in (c.floor.main, c.floor.interposed) if id}
    return frozenset(id for id in out if c.people[id].standing in IN_ROOM)


def sources(c: Conference) -> frozenset[str]:
    """The microphones in the mix: those of all who are heard, and the hall's while the chair presides from there (README: the chair in the hall)."""
    persons = heard(c)
    out = {source(c, id) for id in persons}
    if c.format == "combined" and c.gavel in persons and c.people[c.gavel].channel is Channel.HALL:
        out.add(main_hall(c))
    return frozenset(out)


def programme(c: Conference) -> Programme:
    """The programme of the moment. In person there is no remote media (R4)."""
    if c.format == "in_person" or c.phase is not Phase.RUNNING:
        return Programme()
    now = c.floor.interposed or c.floor.main
    speaker = c.speeches[now].person if now and not c.floor.silenced else None
    shown = speaker or c.gavel
    hall = main_hall(c) if c.format == "combined" else c.gavel
    return Programme(sources(c), source(c, shown) if shown else None, hall)


# --- patches (RFC 7386) -------------------------------------------------------------------------------------------------


def diff(old: Any, new: Any) -> Any:
    """The merge patch from one view to another; `{}` when nothing changed. Lists are replaced whole."""
    if not isinstance(old, dict) or not isinstance(new, dict):
        return new
    patch: View = {k: None for k in old if k not in new}
    for k, v in new.items():
        if k not in old:
            patch[k] = v
        elif old[k] is not v and old[k] != v:
            patch[k] = diff(old[k], v) if isinstance(old[k], dict) and isinstance(v, dict) else v
    return patch


def merge(old: Any, patch: Any) -> Any:
    """Applies a merge patch: `merge(old, diff(old, new)) == new`."""
    if not isinstance(patch, dict):
        return patch
    base = dict(old) if isinstance(old, dict) else {}
    for k, v in patch.items():
        if v is None:
            base.pop(k, None)
        else:
            base[k] = merge(base.get(k), v)
    return base


__all__ = ["Programme", "Refusal", "View", "audience", "diff", "me", "merge", "programme", "view"]
