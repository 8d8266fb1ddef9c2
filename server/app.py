"""The composition root: the one place where the parts of the server are put together."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from typing import Any

from fastapi import FastAPI, Request
from fastapi.staticfiles import StaticFiles
from sqlalchemy import select

from moderation import Conference, Refusal
from moderation.case.rights import SYSTEM
from moderation.kernel import Identity
from moderation.people import Knock
from moderation.recording import EndRecording
from server import errors
from server.access import Access
from server.accounts.guard import Guard
from server.accounts.keys import Keys, new_id
from server.accounts.routes import account_routes
from server.calendar.pages import calendar_pages
from server.clock import now
from server.conclusions.from_room import from_room
from server.conclusions.routes import conclusion_routes
from server.conferences.case_pages import case_routes
from server.conferences.plan_pages import plan_routes
from server.conferences.room import Learns, learn
from server.conferences.room_pages import room_routes
from server.conferences.routes import conference_routes
from server.conferences.tables import conference
from server.conferences.year_pages import year_routes
from server.db.engine import open_engine, reading
from server.db.journal import Journal
from server.db.verify import Head
from server.demo.time_machine import time_routes
from server.desk.account_pages import account_pages
from server.desk.desk_pages import desk_routes
from server.desk.search_pages import search_pages
from server.dossier.routes import dossier_routes
from server.i18n import FOLDER
from server.invitations.answering import wishes
from server.invitations.invitation_pages import invitation_routes
from server.invitations.public_pages import public_routes as announced_routes
from server.media.embedded import EmbeddedEngine
from server.media.engine import VENUE, Closed, Levels, MediaConfig, MediaEngine, Recorded, Restarted, Stepped
from server.media.recording.routes import recording_routes
from server.media.routes import media_routes
from server.media.tokens import MediaTokens
from server.media.turn import Turn, urls_of
from server.metrics import metrics_routes
from server.notifications.message_pages import message_routes
from server.notifications.worker import keep_working
from server.office.history_pages import history_pages
from server.office.office import Office
from server.office.work import Work
from server.organisation.duty_pages import duty_pages
from server.organisation.law_pages import law_pages
from server.organisation.pages import organisation_pages
from server.pages import Pages, page_routes
from server.papers.register_pages import register_routes
from server.papers.routes import Looked, paper_routes
from server.papers.template_pages import template_routes
from server.petitions.routes import petitions_routes
from server.petitions.told import for_room, out_of_scope_count
from server.protection.routes import protection_routes
from server.reports.keeping import keep_figures
from server.reports.report_pages import report_pages
from server.rooms.health import Health
from server.rooms.rooms import Rooms, own_source
from server.rooms.socket import socket_routes
from server.settings import Settings

log = logging.getLogger(__name__)

LEARNS: tuple[Learns, ...] = (from_room, keep_figures)
"""What follows from a room that was closed, in this order."""

LEVELS_EVERY = 0.4
"""Seconds between two reports of microphone levels to consoles."""


class Parts:
    """The long-lived parts of one server process."""

    def __init__(self, settings: Settings, media: MediaEngine | None = None) -> None:
        settings.prepare()
        self.settings = settings
        self.journal = Journal(settings.database)
        self.journal.start()
        self.engine = open_engine(settings.database)
        self.keys = Keys(settings.pepper)
        self.tokens = MediaTokens(settings.media_secret)
        self.media = media or EmbeddedEngine(
            MediaConfig(
                host=settings.media_host,
                port=settings.media_port,
                announced=settings.media_address,
                include_loopback=settings.media_loopback,
                sessions_per_conference=settings.media_sessions,
            )
        )
        self.rooms = Rooms(self.journal, self.media, lambda *seat_and_out: self.access.bar(*seat_and_out), self.follow_room, settings.recordings)
        self.access = Access(settings, self.engine, self.keys, self.rooms, self.tokens)
        self.health = Health(self.media, self.rooms.opened)

    async def knock(self, conference: str, person: str, name: str, suspect: bool) -> None:
        """Somebody came by the public link."""
        live = await self.rooms.get(conference)
        await live.room.do(new_id(), None, Knock(person, Identity(name), suspect))

    async def look(self, request: Request, seat: str) -> Looked:
        """Whose papers are asked for, with the record's head of the same moment."""
        _, live, who = await self.access.person(request, seat)
        return Looked(who.id, live.room.state, Head(live.room.state.seq, bytes.fromhex(live.room.head)))

    async def when(self, conference: str, seq: int) -> int | None:
        """When a fact was recorded."""
        found = await self.journal.read(conference, seq - 1) if seq > 0 else []
        return found[0].at if found and found[0].seq == seq else None

    async def follow_room(self, state: Conference) -> None:
        """Carries what a room says to its case, in a transaction of its own."""

        def carry() -> None:
            with self.engine.begin() as db:
                learn(Work(db, SYSTEM, now()), state, LEARNS)

        await asyncio.to_thread(carry)

    async def open_rooms(self) -> None:
        """Opens the rooms of conferences under way, so that their timers run and their cases learn what a crash kept from them."""
        with reading(self.engine) as db:
            under_way = db.scalars(select(conference.c.id).where(conference.c.stage.in_(("ready", "in_session")))).all()
        for id in under_way:
            with contextlib.suppress(Refusal):
                await self.rooms.get(id)

    async def follow_media(self) -> None:
        """Carries what the engine tells to the rooms: levels to the consoles, a listener's rung to its own screens, a restart to everybody."""
        told: dict[str, float] = {}
        loop = asyncio.get_running_loop()
        async for event in self.media.events():
            if isinstance(event, Levels):
                if loop.time() - told.get(event.conference, 0.0) < LEVELS_EVERY:
                    continue
                told[event.conference] = loop.time()
                live = next((r for r in self.rooms.opened() if r.id == event.conference), None)
                if live:
                    levels = {source: round(value) for source, value in event.dbfs.items()}
                    live.hub.signal(CONSOLES, {"kind": "levels", "dbfs": levels, "speaking": sorted(event.speaking)})
            elif isinstance(event, Stepped):
                self.tell_rung(event)
            elif isinstance(event, Closed):
                self.health.closed(event)
            elif isinstance(event, Recorded):
                await self.told_recording(event)
            elif isinstance(event, Restarted):
                for live in self.rooms.opened():
                    live.direct_again()
                    live.hub.signal_all({"kind": "media", "state": "restarted"})

    async def told_recording(self, event: Recorded) -> None:
        """A recording that failed ends in the record too, so that nobody believes it goes on."""
        live = next((r for r in self.rooms.opened() if r.id == event.conference), None)
        if live is not None and event.state == "failed":
            with contextlib.suppress(Refusal):  # it was ended meanwhile
                await live.room.do(new_id(), None, EndRecording(event.reason))

    def tell_rung(self, event: Stepped) -> None:
        """Tells the screens of whoever listens there: of a person, or of all who hear for a venue. Each knows its session."""
        live = next((r for r in self.rooms.opened() if r.id == event.conference), None)
        if live is None or event.source is None:
            return
        own, people = [event.source], live.room.state.people
        if event.source.startswith(VENUE):
            own = [id for id in live.hub.connected() if id in people and own_source(live.room.state, people[id]) == event.source]
        live.hub.signal_to(own, {"kind": "rung", "session": event.session, "rung": event.rung.name.lower(), "why": event.why})

    async def start(self) -> None:
        await self.open_rooms()
        await self.media.start()
        for live in self.rooms.opened():
            live.direct_again()

    async def close(self) -> None:
        """The rooms first, while engine and journal still take what they have to say."""
        await self.rooms.close()
        await self.media.stop()
        self.journal.close()
        self.engine.dispose()


def turn_of(settings: Settings) -> Turn | None:
    """The TURN server that browsers are told of, if there is one."""
    if settings.turn_host is None:
        return None
    tls_port = settings.turn_tls_port if settings.turn_tls else None
    return Turn(urls_of(settings.turn_host, settings.turn_port, tls_port), settings.turn_secret)


CONSOLES = ("chair", "desk", "operator", "office", "secretary")


def create_app(settings: Settings | None = None, media: MediaEngine | None = None) -> FastAPI:
    """The ASGI application. `media` puts another engine behind the port."""
    settings = settings or Settings()
    parts = Parts(settings, media)

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[dict[str, Any]]:
        work = [
            asyncio.create_task(part)
            for part in (parts.start(), parts.follow_media(), parts.health.keep_telling(), parts.rooms.follow(), keep_working(parts.engine, settings))
        ]
        try:
            yield {"parts": parts}
        finally:
            for task in work:
                task.cancel()
            await asyncio.gather(*work, return_exceptions=True)
            await parts.close()

    app = FastAPI(title="Đối thoại", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    app.state.parts = parts
    page = Pages()
    errors.install(app, page.refused)

    @app.get("/healthz")
    async def healthz() -> dict[str, str]:
        """200 once the server takes requests."""
        return {"status": "ok"}

    app.include_router(metrics_routes(settings, parts.media, parts.rooms))
    app.include_router(account_routes(parts.engine, parts.keys, settings, parts.knock))
    app.include_router(conference_routes(parts.access))
    app.include_router(socket_routes(parts.rooms, parts.access.seat))
    app.include_router(media_routes(parts.media, parts.access.media, turn=turn_of(settings), public_url=settings.public_url))
    app.include_router(paper_routes(parts.look, page))
    app.include_router(recording_routes(parts.look, page, settings.recordings, parts.when))
    app.include_router(page_routes(parts.access, page))
    office = Office(parts.engine, parts.keys, settings, page)
    app.include_router(year_routes(office))
    app.include_router(plan_routes(office))
    app.include_router(case_routes(office))
    app.include_router(register_routes(office, parts.rooms))
    app.include_router(template_routes(office))
    app.include_router(desk_routes(office, parts.access))
    app.include_router(account_pages(office))
    app.include_router(search_pages(office))
    app.include_router(report_pages(office))
    if settings.demo:
        app.include_router(time_routes(office))
    app.include_router(petitions_routes(office))
    app.include_router(conclusion_routes(office))
    app.include_router(room_routes(office, parts.rooms, lambda w, id: (for_room(w, id), out_of_scope_count(w, id)), wishes))
    app.include_router(message_routes(office))
    app.include_router(invitation_routes(office))
    app.include_router(announced_routes(office, parts.rooms))
    app.include_router(calendar_pages(office))
    app.include_router(history_pages(office))
    app.include_router(dossier_routes(office, parts.rooms))
    app.include_router(protection_routes(office, parts.rooms))
    app.include_router(organisation_pages(office))
    app.include_router(duty_pages(office))
    app.include_router(law_pages(office))
    web = FOLDER.parent
    app.mount("/static", StaticFiles(directory=web / "static"), name="static")
    app.mount("/vendor", StaticFiles(directory=web / "vendor", check_dir=False), name="vendor")
    app.add_middleware(Guard, settings=settings, page=page.refused)
    return app
