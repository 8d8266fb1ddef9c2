"""How sound and picture do, for those who must know while a conference runs: the stage and the venues by name, everybody else as counts."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Set
from typing import Any, Final

from moderation import Conference
from moderation.people import Channel
from moderation.view import main_hall, programme
from server.media.engine import VENUE, Closed, ConferenceStats, EngineStats, MediaEngine, SessionStats
from server.media.rtp.ladder import Rung
from server.rooms.rooms import LiveRoom

log = logging.getLogger(__name__)

EVERY: Final = 2.0
"""Seconds between two looks, while somebody watches."""
WATCHERS: Final = ("chair", "desk", "office")
"""Audiences that are told everything. An operator is told of the own venue alone."""
LOSS, JITTER, ROUND_TRIP = 0.05, 0.2, 0.6
"""Share lost, and seconds, above which a line is called weak: speech is still understood, but one hears it."""
RANK: Final = {"connecting": -1, "good": 0, "weak": 1, "lost": 2}
Lines = dict[str, dict[str, Any]]
"""By source and way."""
STRAITS: Final = frozenset({"bandwidth", "loss", "delay"})
"""Reasons of a rung that speak of the path, and not of a choice."""


def state_of(session: SessionStats) -> str:
    """`connecting`; `lost`: nothing comes; `weak`: something is missing; `good`."""
    if not session.connected:
        return "connecting"
    if session.shaky or (session.publishing and not session.bits_per_second):
        return "lost"
    stepped_down = session.why in STRAITS and session.rung is not None and session.rung < Rung.BOTH
    slow = session.round_trip is not None and session.round_trip >= ROUND_TRIP
    return "weak" if stepped_down or slow or session.loss >= LOSS or session.jitter >= JITTER else "good"


def figures(session: SessionStats) -> dict[str, Any]:
    """What is told of one session; times in milliseconds."""
    told: dict[str, Any] = {
        "state": state_of(session),
        "loss": session.loss,
        "jitter": round(session.jitter * 1000),
        "bits": session.bits_per_second,
    }
    if session.round_trip is not None:
        told["round_trip"] = round(session.round_trip * 1000)
    if session.rung is not None:
        told["rung"], told["why"] = session.rung.name.lower(), session.why
    if session.publishing:
        told["codecs"] = session.codecs
    return told


def missing(state: Conference, publishers: Set[str]) -> set[str]:
    """Who must be heard now and sends nothing. In the hall whoever conducts or answers may speak by the hall's microphone or by a device of their own."""
    heard, hall = programme(state).heard, main_hall(state)
    silent = heard - publishers
    if heard & publishers:
        silent -= {hall}
    return {source for source in silent if source.startswith(VENUE) or state.people[source].channel is Channel.ONLINE}


def lines(stats: ConferenceStats, state: Conference, gone: Iterable[str] = (), since: Mapping[str, int] | None = None) -> Lines:
    """The lines of the stage and of all venues, by source: `out` is what it sends, `in` what it is sent.

    `gone`: sources whose sending broke off and has not come back. `since`: when each began to send, in ms. A source that sends nothing has
    no `out` before it is missed: a venue need not send at all before its turn.
    """
    lost = missing(state, stats.publishers) | set(gone)
    venues = {f"{VENUE}{venue.id}" for venue in state.plan.venues if venue.kind != "individual"} if state.format != "in_person" else set()
    found: Lines = {source: {} for source in sorted(venues | lost | stats.publishers)}
    for session in stats.sessions.values():
        line = found.get(session.source or "")
        if line is not None and session.connected:
            way, told = "out" if session.publishing else "in", figures(session)
            line[way] = max(line.get(way, told), told, key=lambda one: RANK[one["state"]])
    for source, line in found.items():
        if "out" in line and source in stats.dbfs:
            line["out"]["level"] = round(stats.dbfs[source])
        if "out" in line and since and source in since:
            line["since"] = since[source]
        if "out" not in line and source in lost:
            line["out"] = {"state": "lost"}
    return {source: line for source, line in found.items() if line or source in venues}


def audience(stats: ConferenceStats, named: Iterable[str]) -> dict[str, Any]:
    """How everybody else hears, as counts."""
    rest = [s for s in stats.sessions.values() if not s.publishing and s.source not in set(named)]
    rungs = Counter(s.rung.name.lower() for s in rest if s.rung is not None and s.connected)
    return {"count": len(rest), "weak": sum(state_of(s) in ("weak", "lost") for s in rest), "rungs": dict(rungs)}


def steady(now: Lines, before: Lines) -> Lines:
    """`now`, where a line is called worse than before only when two looks in a row say so: a hiccup is nobody's concern."""

    def calm(source: str, way: str, told: dict[str, Any]) -> dict[str, Any]:
        had = before.get(source, {}).get(way, told)
        return {**told, "state": min(told["state"], had["state"], key=RANK.__getitem__)}

    return {source: {way: calm(source, way, told) if way in ("out", "in") else told for way, told in line.items()} for source, line in now.items()}


class Health:
    """Looks at the engine while a console is open, and tells it."""

    def __init__(self, media: MediaEngine, rooms: Callable[[], Iterable[LiveRoom]]) -> None:
        self._media = media
        self._rooms = rooms
        self._gone: dict[str, set[str]] = {}
        self._before: dict[str, Lines] = {}

    def closed(self, event: Closed) -> None:
        """A session has ended; one that was not ended on purpose is missed until it is back."""
        if event.publishing and event.source is not None and event.reason in ("failed", "silent", "flood"):
            self._gone.setdefault(event.conference, set()).add(event.source)

    async def keep_telling(self) -> None:
        """Until cancelled."""
        while True:
            await asyncio.sleep(EVERY)
            watched = [live for live in self._rooms() if live.hub.watched((*WATCHERS, "operator"))]
            if watched:
                try:
                    stats = await self._media.stats()
                    for live in watched:
                        self._tell(live, stats)
                except Exception:
                    log.exception("health of the lines")

    def _tell(self, live: LiveRoom, stats: EngineStats) -> None:
        conference = stats.conferences.get(live.id, ConferenceStats())
        gone = self._gone.get(live.id, set())
        gone -= conference.publishers
        measured = lines(conference, live.room.state, gone, live.arrived)
        known = steady(measured, self._before.get(live.id, {}))
        self._before[live.id] = measured
        told = {"kind": "health", "up": stats.up, "lines": known, "audience": audience(conference, known)}
        live.hub.signal(WATCHERS, told)
        for venue in {v.id for v in live.room.state.plan.venues}:
            own = f"{VENUE}{venue}"
            live.hub.signal((f"operator:{venue}",), {"kind": "health", "up": stats.up, "lines": {own: known[own]} if own in known else {}})
