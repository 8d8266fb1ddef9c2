"""What a monitoring system reads: figures of rooms and media engine in Prometheus' text format (version 0.0.4), as they are at the moment.

Venues are named, persons are counted. Nothing is kept between two readings, so the format is written here, in as many lines as a library would need to be
told what to write.
"""

from __future__ import annotations

import hmac
from collections import Counter
from collections.abc import Iterable, Mapping
from ipaddress import ip_address
from typing import Final

from fastapi import APIRouter, HTTPException, Request, Response

from server.media.engine import VENUE, ConferenceStats, EngineStats, MediaEngine, SessionStats
from server.media.rtp.ladder import Rung
from server.rooms.health import RANK, state_of
from server.rooms.rooms import LiveRoom, Rooms
from server.settings import Settings

TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
FORWARDED: Final = ("forwarded", "x-forwarded-for", "x-real-ip", "via")
"""Headers by which a proxy shows itself."""


class Figures:
    """Samples gathered by name, so that those of one name stand together, as the format demands."""

    def __init__(self) -> None:
        self._names: dict[str, list[str]] = {}

    def add(self, name: str, value: float | None, meaning: str, **labels: str) -> None:
        """One sample; None is no sample. A name that ends in `_total` is a counter, any other a gauge."""
        kind = "counter" if name.endswith("_total") else "gauge"
        lines = self._names.setdefault(name, [f"# HELP doithoai_{name} {meaning}", f"# TYPE doithoai_{name} {kind}"])
        if value is not None:
            told = ",".join(f'{label}="{_escaped(text)}"' for label, text in labels.items())
            lines.append(f"doithoai_{name}{{{told}}} {value:.12g}" if told else f"doithoai_{name} {value:.12g}")

    def __str__(self) -> str:
        return "".join(f"{line}\n" for lines in self._names.values() for line in lines)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def metrics_routes(settings: Settings, media: MediaEngine, rooms: Rooms) -> APIRouter:
    """`/metrics`, to whoever brings the token, and without one to this machine alone; for anybody else there is no such page."""
    router = APIRouter()

    @router.get("/metrics")
    async def metrics(request: Request) -> Response:
        if not may_read(request, settings):
            raise HTTPException(404)
        return Response(written(await media.stats(), rooms.opened()), media_type=TYPE)

    return router


def may_read(request: Request, settings: Settings) -> bool:
    """With a token set, whoever brings it. Without one a program on this machine, on a server that nothing passes requests on to: behind a proxy everybody comes
    from this machine."""
    if settings.metrics_token is not None:
        given = request.headers.get("authorization", "")
        return hmac.compare_digest(given.encode(), f"Bearer {settings.metrics_token}".encode())
    proxied = settings.public_url is not None or any(name in request.headers for name in FORWARDED)
    named = request.url.hostname or ""
    here = named == "localhost" or _is_loopback(named)  # a page of elsewhere whose name was made to lead here has another one
    return not proxied and here and request.client is not None and _is_loopback(request.client.host)


def _is_loopback(host: str) -> bool:
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback


def written(stats: EngineStats, rooms: Iterable[LiveRoom]) -> str:
    """All figures as text."""
    figures = Figures()
    _engine(figures, stats)
    for name, conference in stats.conferences.items():
        _programme(figures, name, conference)
    for live in rooms:
        counts = live.hub.counts()
        figures.add("room_facts_total", live.room.state.seq, "Facts in the journal of a room.", conference=live.id)
        figures.add("room_screens", len(live.hub.sockets()), "Open screens.", conference=live.id)
        figures.add("room_present", counts["present"], "People who take part, in halls and online.", conference=live.id)
        figures.add("room_online", counts["online"], "People who take part online.", conference=live.id)
        figures.add("room_lobby", counts["lobby"], "People who wait in the lobby.", conference=live.id)
    return str(figures)


def _engine(figures: Figures, stats: EngineStats) -> None:
    figures.add("media_up", stats.up, "Whether the media engine answers.")
    figures.add("media_restarts_total", stats.restarts, "How often it had to be started again.")
    if not stats.up:
        return
    figures.add("media_cpu_seconds_total", stats.cpu_seconds, "CPU time of its process.")
    figures.add("media_late_ticks_total", stats.late_ticks, "Ticks of the mixer more than 20 ms late: listeners heard a gap.")
    figures.add("media_accelerated", stats.accelerated, "Whether the compiled part sends.")
    for way in ("received", "sent"):
        figures.add("media_datagrams_total", stats.counters.get(way, 0), "Datagrams at the UDP port.", way=way)
    for reason, count in sorted(stats.counters.items()):
        if reason not in ("received", "sent"):
            figures.add("media_dropped_datagrams_total", count, "Datagrams that were not taken or not sent.", reason=reason)


def _programme(figures: Figures, name: str, conference: ConferenceStats) -> None:
    of = {"conference": name}
    figures.add("media_publishers", len(conference.publishers), "Sources that send.", **of)
    figures.add("media_listeners", conference.listeners, "Sessions that listen.", **of)
    figures.add("media_speaking", len(conference.speaking), "Sources that are heard and speak.", **of)
    figures.add("media_recording", conference.recording, "Whether the programme is recorded.", **of)
    figures.add("media_sent_bytes_total", conference.sent_bytes, "Payload sent to listeners.", **of)
    figures.add("media_sent_bits_per_second", conference.bits_per_second, "The same, mean of the last second.", **of)
    sessions = list(conference.sessions.values())
    rungs = Counter(session.rung for session in sessions if session.rung is not None)
    for rung in Rung:
        figures.add("media_rung_listeners", rungs[rung], "Listeners by what they are sent.", **of, rung=rung.name.lower())
    states = Counter((session.publishing, state_of(session)) for session in sessions)
    for publishing in (True, False):
        for state in RANK:
            figures.add("media_lines", states[publishing, state], "Sessions by how their line does.", **of, way=WAY[publishing], state=state)
    _loss(figures, of, sessions)
    worst: dict[tuple[str, bool], SessionStats] = {}
    for session in sessions:
        if session.source is not None and session.source.startswith(VENUE):
            line = session.source.removeprefix(VENUE), session.publishing
            worst[line] = max(worst.get(line, session), session, key=lambda one: RANK[state_of(one)])
    for (venue, publishing), session in worst.items():
        _venue(figures, {**of, "venue": venue, "way": WAY[publishing]}, session)
    for source, dbfs in conference.dbfs.items():
        if source.startswith(VENUE):
            figures.add("media_level_dbfs", dbfs, "Level of a venue's microphone, heard or not.", **of, venue=source.removeprefix(VENUE))


WAY: Final = {True: "out", False: "in"}
"""As whoever sits there sees it."""


def _loss(figures: Figures, of: Mapping[str, str], sessions: Iterable[SessionStats]) -> None:
    """Over all sessions, persons' among them: mean and worst."""
    connected = [session for session in sessions if session.connected]
    for publishing in (True, False):
        losses = [session.loss for session in connected if session.publishing is publishing]
        mean, worst = (sum(losses) / len(losses), max(losses)) if losses else (None, None)
        figures.add("media_loss_mean_ratio", mean, "Share of packets lost, mean of all sessions.", **of, way=WAY[publishing])
        figures.add("media_loss_worst_ratio", worst, "Share of packets lost, worst of all sessions.", **of, way=WAY[publishing])
    trips = [session.round_trip for session in connected if session.round_trip is not None]
    figures.add("media_round_trip_mean_seconds", sum(trips) / len(trips) if trips else None, "There and back, mean of all listeners.", **of)
    figures.add("media_round_trip_worst_seconds", max(trips, default=None), "There and back, worst of all listeners.", **of)


def _venue(figures: Figures, of: dict[str, str], session: SessionStats) -> None:
    """Of several sessions of a venue in one direction the worst."""
    figures.add("media_venue_up", session.connected and not session.shaky, "Whether a venue's line carries anything.", **of)
    figures.add("media_venue_loss_ratio", session.loss, "Share of packets lost.", **of)
    figures.add("media_venue_jitter_seconds", session.jitter, "Jitter, worst of its streams.", **of)
    figures.add("media_venue_round_trip_seconds", session.round_trip, "There and back.", **of)
    figures.add("media_venue_rung", session.rung, "What a venue is sent, 0 (sound of low data) to 3 (both pictures).", **of)
    figures.add("media_venue_bits_per_second", session.bits_per_second, "What it carries.", **of)
