"""Who is let in where: the questions that pages, sockets, papers and media ask about a seat, each answered in one place."""

from __future__ import annotations

from anyio import to_thread
from fastapi import Request
from sqlalchemy import Engine
from starlette.requests import HTTPConnection

from moderation import Refusal, Role
from moderation.people import IN_ROOM, Channel, Person
from moderation.view import stage
from server.accounts import seats
from server.accounts.entrance import sits, sitter
from server.accounts.keys import Keys
from server.accounts.seats import Seat
from server.clock import now
from server.db.engine import reading
from server.media.engine import MediaRefusal
from server.media.routes import Admission
from server.media.tokens import Kind, MediaTokens
from server.rooms.hub import OUT
from server.rooms.rooms import LiveRoom, Rooms, own_source
from server.settings import Settings

SENDS_BY_PROGRAM = frozenset({Role.DESK, Role.OFFICE, Role.OPERATOR, Role.CHAIR})
"""Whose sound and picture may come from OBS or a like program: they get a token that lasts."""


def bearer(connection: HTTPConnection) -> str | None:
    """The secret of a program without cookies."""
    kind, _, secret = connection.headers.get("authorization", "").partition(" ")
    return secret.strip() if kind.lower() == "bearer" else None


class Access:
    """Seats seen from outside."""

    def __init__(self, settings: Settings, engine: Engine, keys: Keys, rooms: Rooms, tokens: MediaTokens) -> None:
        self.settings = settings
        self.engine = engine
        self.keys = keys
        self.rooms = rooms
        self.tokens = tokens

    async def seat(self, connection: HTTPConnection, seat: str) -> Seat:
        """The seat, if the cookies or the bearer secret of this connection allow to sit on it; else `Refusal`."""
        secret = bearer(connection)
        lasts = self.settings.session_hours * 3_600_000
        if secret is not None:
            return await to_thread.run_sync(sits, self.engine, self.keys, seat, secret, None, lasts)
        return await to_thread.run_sync(sitter, self.engine, self.keys, connection, seat, lasts)

    async def person(self, connection: HTTPConnection, seat: str) -> tuple[Seat, LiveRoom, Person]:
        """The seat with its room and its person."""
        sitting = await self.seat(connection, seat)
        live = await self.rooms.get(sitting.conference)
        who = live.room.state.people.get(sitting.person)
        if who is None:
            raise Refusal("seat_unknown")
        if who.standing in OUT:
            raise Refusal("seat_revoked")
        return sitting, live, who

    async def media(self, request: Request, seat: str, kind: Kind) -> Admission:
        """Whether a seat may publish (whoever is on stage, and the halls) or listen (whoever has joined). A bearer token is spent."""
        token = bearer(request)
        if token is not None:
            if not self.tokens.spend(token, seat, kind, now()):
                raise MediaRefusal("media_not_allowed")
            sitting = await to_thread.run_sync(self._seat, seat)
        else:
            sitting = await self.seat(request, seat)
        live = await self.rooms.get(sitting.conference)
        state = live.room.state
        who = state.people.get(sitting.person)
        if who is None or who.standing not in IN_ROOM or (who.roles == {Role.CITIZEN} and who.joined_at is None):
            raise MediaRefusal("media_not_allowed")
        own = own_source(live.room.state, who)
        if state.format == "in_person" and who.channel is Channel.ONLINE:
            return Admission(sitting.conference, own, own, False)
        may = kind == "whep" or who.id in stage(state) or Role.DESK in who.roles
        if may and kind == "whip" and request.method == "POST":
            live.arrived[own] = now()
        return Admission(sitting.conference, own, own, may)

    def _seat(self, seat: str) -> Seat:
        """The seat of a media token, which may be older than the end of what it was made for."""
        with reading(self.engine) as database:
            found = seats.seat_of(database, seat)
            if found.revoked or seats.is_shut(database, seat):
                raise MediaRefusal("media_not_allowed")
            return found

    def bar(self, conference: str, person: str, out: bool) -> None:
        """Makes everything void that a refused person holds (R31), or opens the seat again for one who was readmitted (R33): new links and codes
        can then be given."""
        with self.engine.begin() as database:
            try:
                seat = seats.seat_of_person(database, conference, person)
            except Refusal:
                return
            if out:
                seats.revoke_seat(database, seat.id, now())
            elif seat.revoked:
                seats.readmit(database, seat.id)
