"""What must never be seen by whom (R42), and other things that hold of every state and view."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any

from moderation import Conference, Phase
from moderation.people import IN_ROOM, Standing
from moderation.queue import Motive, Status, order, ordered
from moderation.view import View, heard, me, view

AUDIENCES = ("citizen", "display", "monitor", "agency", "secretary", "desk", "office", "chair", "operator:east", "operator:west", "lobby")
OPEN = ("citizen", "display", "lobby")
"""Audiences whose members are anybody."""

CALLS = ("desk", "office", "operator:east", "operator:west")
"""Audiences that may see telephone numbers, because they ring people up."""

FACE = {"id", "name", "area", "title", "body", "represents", "channel", "venue"}
CLOCK = {"allotted", "used", "since", "started", "ended", "cause"}
SPEECH = FACE | CLOCK | {"person", "motive", "topic", "petition", "answers", "about"}
ENTRY = FACE | {"person", "motive", "topic", "petition", "since", "status", "held", "on_behalf", "entered_by", "source", "why", "details", "ahead"}

ALLOWED: dict[str, set[str]] = {
    "": {
        "phase", "title", "regime", "format", "place", "unit", "starts", "topics", "rules", "recording", "venues", "bodies", "chair",
        "agenda", "floor", "queue", "counts", "captions", "display", "times", "may", "venue_states", "recorded",
    },
    "recorded": {"since", "stage", "failed"},
    "chair": FACE,
    "agenda": {"step", "steps", "opened", "closed", "break_since"},
    "agenda.steps.*": {"planned", "start", "end", "visits"},
    "agenda.steps.*.planned.*": {"title", "by", "minutes", "starts"},
    "floor": {"speech", "interposed", "prompt", "paused", "silenced"},
    "floor.speech": SPEECH,
    "floor.interposed": SPEECH,
    "floor.prompt": FACE | {"until", "entry"},
    "queue": {"open", "waiting", "procedure", "limit", "next"},
    "queue.next.*": ENTRY,
    "queue.next.*.details": {"lane", "turns", "waiting"},
    "counts": {"statements", "answered", "petitions", "petitions_answered", "refused"},
    "captions.*": {"id", "at", "who", "kind", "text"},
    "times": {"prompt", "statement", "follow_up", "procedure", "answer"},
    "venues.*": {"name", "kind"},
    "bodies.*": {"name", "short", "superior"},
    "venue_states.*": {"status", "note", "count", "since"},
}  # fmt: skip
"""Path in an open view → the keys it may have. Keys of `venues`, `bodies`, `venue_states`, `agenda.steps` and `may` are ids."""

BY_ID = {"venues", "bodies", "venue_states", "agenda.steps", "may"}


def strangers(value: Any, path: str = "") -> Iterator[str]:
    """Paths in an open view that R42 does not list."""
    if isinstance(value, list):
        for inner in value:
            yield from strangers(inner, f"{path}.*".lstrip("."))
    elif isinstance(value, dict):
        for key, inner in value.items():
            at = f"{path}.{'*' if path in BY_ID else key}".lstrip(".")
            if path not in BY_ID and key not in ALLOWED.get(path, set()):
                yield at
            yield from strangers(inner, at)


def leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from leaves(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from leaves(inner)
    else:
        yield value


def secrets(c: Conference) -> set[str]:
    """Every text of the state that R42 keeps from the audience: telephones, words of refusals and proposals, names in the lobby, drafts.

    Only texts that start with a mark of the tests (§) count, so that an innocent text that happens to be equal does not.
    """
    people = [p for p in c.people.values() if p.identity]
    texts = {p.identity.phone for p in people if p.identity}
    texts |= {p.identity.name for p in people if p.identity and p.standing is Standing.LOBBY}
    texts |= {r.words for r in c.conduct.refusals} | {p.words for p in c.conduct.proposals.values()} | {r.words for r in c.conduct.reminders}
    texts |= {m.text for m in c.minutes.lines.values() if not m.released or m.struck} - {m.text for m in c.minutes.lines.values() if m.released}
    texts |= {o.text for o in c.outcomes.values()}
    return {t for t in texts if t.startswith("§")}


def anew(c: Conference) -> Conference:
    """The same state in other objects, so that nothing kept from before is used."""
    copies: dict[str, Any] = {}
    for f in fields(c):
        value = getattr(c, f.name)
        copies[f.name] = dict(value) if isinstance(value, Mapping) else replace(value) if is_dataclass(value) else value  # type: ignore[type-var]
    return Conference(**copies)


def check_state(c: Conference, now: int) -> None:
    """The invariants of a state, whatever led to it."""
    main, interposed = (c.speeches.get(id) if id else None for id in (c.floor.main, c.floor.interposed))
    running = [s for s in c.speeches.values() if s.ended_at is None]
    assert {s.id for s in running} == {s.id for s in (main, interposed) if s}
    assert interposed is None or main is not None
    ticking = [s for s in c.speeches.values() if s.clock.since is not None]
    assert len(ticking) <= 1 and not (ticking and c.phase is not Phase.RUNNING)
    if main and c.phase is Phase.RUNNING:
        assert ticking == ([] if c.floor.paused else [interposed or main])
    for s in (main, interposed):
        assert s is None or c.people[s.person].standing in IN_ROOM
    if c.floor.prompt:
        entry = c.queue.entries[c.floor.prompt.entry]
        assert entry.status is Status.CALLED and c.people[entry.person].standing in IN_ROOM and c.floor.main is None
    assert {e.id for e in c.queue.entries.values() if e.called} == ({c.floor.prompt.entry} if c.floor.prompt else set())
    waiting = [(e.person, e.motive) for e in c.queue.entries.values() if e.waiting or e.called]
    assert len(waiting) == len(set(waiting))
    assert all(c.people[person].standing in IN_ROOM for person, _ in waiting)
    office = {p.id for p in c.people.values() if "office" in p.roles} if c.agenda.step == 1 else set()
    assert heard(c) <= {c.gavel, *(s.person for s in (main, interposed) if s)} | office
    assert c.gavel in c.people if any("chair" in p.roles and not p.deputy for p in c.people.values()) else c.gavel is None
    assert all(s.digest == c.minutes.signatures[0].digest for s in c.minutes.signatures)
    check_order(c)


def check_order(c: Conference) -> None:
    line = order(c)
    assert line == ordered(c)
    assert sorted(p.entry for p in line) == sorted(e.id for e in c.queue.entries.values() if e.waiting)
    spoken = {s.person for s in c.turns() if s.motive is Motive.STATEMENT}
    free = [c.queue.entries[p.entry] for p in line if p.why not in ("moved", "held")]
    precedence = (Motive.PROCEDURE, Motive.FOLLOW_UP, Motive.STATEMENT)
    keys = [(precedence.index(e.motive), e.motive is Motive.STATEMENT and e.person in spoken) for e in free]
    assert keys == sorted(keys)
    assert [p.ahead for p in line] == sorted(p.ahead for p in line)


def check_views(c: Conference) -> dict[str, View]:
    """All views, each equal to one made anew, and none with what R42 forbids."""
    fresh = anew(c)
    hidden = secrets(c)
    views = {audience: view(c, audience) for audience in AUDIENCES}
    for audience, shown in views.items():
        assert shown == view(fresh, audience), audience
        texts = set(leaves(shown))
        assert None not in texts and not any(isinstance(t, float) for t in texts)
        if audience in OPEN:
            assert list(strangers(shown)) == []
            assert not hidden & {t for t in texts if isinstance(t, str)}
        if audience not in CALLS:
            assert not any(isinstance(t, str) and t.startswith("§09") for t in texts), audience
    for id in c.people:
        own = set(leaves(me(c, id)))
        said = [(r.person, r.words) for r in c.conduct.refusals] + [(r.person, r.words) for r in c.conduct.reminders]
        others = {words for person, words in said if person != id and words.startswith("§")} - {words for person, words in said if person == id}
        assert None not in own and not others & own
    return views
