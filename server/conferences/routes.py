"""What the desk and the office do for others over HTTP: codes, personal links, the public link, media tokens, QR pictures."""

from __future__ import annotations

import io
from typing import Annotated, Any

import segno
from anyio import to_thread
from fastapi import APIRouter, Request, Response
from pydantic import Field

from moderation import Refusal, Role
from moderation.people import IN_ROOM, own_venue
from moderation.rights import actor
from server.access import SENDS_BY_PROGRAM, Access
from server.accounts.codes import LASTS, issue_code
from server.accounts.links import public_link, revoke_links
from server.body import Body, BodyRoute
from server.clock import now
from server.conferences.cases import personal_link, seat_for
from server.media.tokens import SECONDS, Kind


class ForPerson(Body):
    """Whom it is for."""

    person: Annotated[str, Field(max_length=64)]


class ForMedia(Body):
    """Which direction the token is for; `reusable` for OBS or FFmpeg in a hall, valid for the day."""

    kind: Kind
    reusable: bool = False


def qr_svg(text: str, scale: int = 6) -> str:
    """A QR code as an SVG document."""
    out = io.BytesIO()
    segno.make(text, error="m").save(out, kind="svg", scale=scale, border=2, xmldecl=False, svgns=True)
    return out.getvalue().decode()


def conference_routes(access: Access) -> APIRouter:
    """The routes under `/api/seats/{seat}`, and the QR of the hall display."""
    router = APIRouter(route_class=BodyRoute)
    public: dict[str, str] = {}

    def base(request: Request) -> str:
        return access.settings.public_url or str(request.base_url).rstrip("/")

    async def helped(request: Request, seat: str, person: str) -> tuple[str, str]:
        """The conference, and the seat of a person whom this seat may help: the desk citizens, operators those of their venue, the office anybody but
        the chairs, who come by their own accounts alone (R2)."""
        _, live, who = await access.person(request, seat)
        by = actor(live.room.state, who.id)
        if who.standing not in IN_ROOM or not by.has(Role.DESK, Role.OFFICE, Role.OPERATOR):
            raise Refusal("not_allowed", command="link")
        other = live.room.state.people.get(person)
        if other is None:
            raise Refusal("person_unknown", person=person)
        if other.standing not in IN_ROOM:
            raise Refusal("not_in_room")
        own_venue(by, other.channel, other.venue)
        if other.roles != {Role.CITIZEN} and not by.has(Role.OFFICE):
            raise Refusal("only_citizens")
        if Role.CHAIR in other.roles:
            raise Refusal("not_allowed", command="link")
        return live.id, await to_thread.run_sync(seat_for, access.engine, live, person)

    @router.post("/api/seats/{seat}/codes")
    async def code(request: Request, seat: str, body: ForPerson) -> dict[str, Any]:
        """A one-time code with which the person's phone becomes theirs in the room (R7)."""
        _, theirs = await helped(request, seat, body.person)

        def make() -> str:
            with access.engine.begin() as database:
                return issue_code(database, access.keys, theirs, now())

        code = await to_thread.run_sync(make)
        return {"code": code, "expires": now() + LASTS, "url": f"{base(request)}/ma", "qr": qr_svg(f"{base(request)}/ma#{code}")}

    @router.post("/api/seats/{seat}/links")
    async def link(request: Request, seat: str, body: ForPerson) -> dict[str, Any]:
        """A personal link for an invitation, with its QR (R6)."""
        _, theirs = await helped(request, seat, body.person)
        url = await to_thread.run_sync(personal_link, access.engine, access.keys, theirs, base(request))
        return {"url": url, "qr": qr_svg(url)}

    @router.delete("/api/seats/{seat}/links/{person}")
    async def revoke(request: Request, seat: str, person: str) -> dict[str, int]:
        """Makes all links of a person void."""
        _, theirs = await helped(request, seat, person)

        def take() -> int:
            with access.engine.begin() as database:
                return revoke_links(database, now(), seat=theirs)

        return {"revoked": await to_thread.run_sync(take)}

    @router.post("/api/seats/{seat}/media-token")
    async def media_token(request: Request, seat: str, body: ForMedia) -> dict[str, Any]:
        """A token for WHIP or WHEP, bound to this seat."""
        _, _, who = await access.person(request, seat)
        if body.reusable and who.roles.isdisjoint(SENDS_BY_PROGRAM):
            raise Refusal("not_allowed", command="media_token")
        seconds = 12 * 3600 if body.reusable else SECONDS
        token = access.tokens.issue(seat, body.kind, now(), seconds=seconds, reusable=body.reusable)
        return {"token": token, "url": f"{base(request)}/{body.kind}/{seat}", "expires": now() + seconds * 1000}

    def address(conference: str, at: str) -> str:
        if conference not in public:
            with access.engine.begin() as database:
                public[conference] = public_link(database, access.keys, conference, now())
        return f"{at}/vao#{public[conference]}"

    @router.get("/hop/{seat}/qr.svg")
    async def qr(request: Request, seat: str) -> Response:
        """The QR to queue from one's own phone, for the hall display and for paper (R44)."""
        _, live, who = await access.person(request, seat)
        if who.standing not in IN_ROOM:
            raise Refusal("not_in_room")
        url = await to_thread.run_sync(address, live.id, base(request))
        return Response(qr_svg(url), media_type="image/svg+xml", headers={"Cache-Control": "no-store"})

    @router.get("/api/seats/{seat}/public-link")
    async def public_address(request: Request, seat: str) -> dict[str, str]:
        """The public link into the lobby, for the office and the desk."""
        _, live, who = await access.person(request, seat)
        if not who.roles & {Role.OFFICE, Role.DESK, Role.CHAIR}:
            raise Refusal("not_allowed", command="public_link")
        url = await to_thread.run_sync(address, live.id, base(request))
        return {"url": url, "qr": qr_svg(url)}

    return router
