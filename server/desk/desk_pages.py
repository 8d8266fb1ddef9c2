"""`/`: the desk of whoever is signed in and has a duty. Without a duty it shows the conferences one has a seat in, and to everybody else the entrance."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import select

from moderation import Refusal
from moderation.case.stages import Stage
from server.access import Access
from server.accounts.entrance import own_path
from server.accounts.seats import seats_of
from server.conferences.tables import conference
from server.desk.desk import piles
from server.office.office import Context, Office
from server.office.work import Work

MEETINGS = 5
"""Most rooms shown at once; each is looked up."""


def desk_routes(door: Office, access: Access) -> APIRouter:
    """The first page."""
    router = APIRouter()

    @router.get("/")
    async def first_page(request: Request) -> Response:
        try:
            name, at_office, seats = await door.read(request, own_seats)
        except Refusal:
            return door.page(request, "home.html", account="", meetings=[], to=own_path(request.query_params.get("ve", "/")))
        meetings = [found for seat in seats[:MEETINGS] if (found := await _meeting(access, *seat)) is not None]
        if not at_office:
            return door.page(request, "home.html", account=name, meetings=meetings, to="/")

        def view(w: Work) -> tuple[str, Context]:
            return "workdesk/desk.html", {"meetings": meetings, "piles": piles(w)}

        return await door.show(request, view)

    @router.get("/van-phong")
    def typed() -> RedirectResponse:
        """For whoever types the beginning of an address of the office."""
        return RedirectResponse("/", 303)

    return router


def own_seats(w: Work) -> tuple[str, bool, list[tuple[str, str, str]]]:
    """Who it is, whether they work at the office, and their seats (seat, conference, person): at the office those of today and of rooms in session."""
    seats = seats_of(w.db, w.by.account)
    if w.by.posts and seats:
        ids = {seat.conference for seat in seats}
        cases = {row.id: row for row in w.db.execute(select(conference.c.id, conference.c.date, conference.c.stage).where(conference.c.id.in_(ids)))}
        live = (Stage.READY.value, Stage.IN_SESSION.value)
        seats = [s for s in seats if (case := cases.get(s.conference)) is None or case.stage in live or case.date == w.today.isoformat()]
    return w.by.name, bool(w.by.posts), [(s.id, s.conference, s.person) for s in seats]


async def _meeting(access: Access, seat: str, conference: str, person: str) -> dict[str, Any] | None:
    """A seat in a room, as the page shows it; None where the room or the person is no longer there."""
    try:
        state = (await access.rooms.get(conference)).room.state
    except Refusal:
        return None
    who = state.people.get(person)
    if who is None:
        return None
    return {"seat": seat, "title": state.plan.title, "starts": state.plan.starts_at, "phase": state.phase.value, "roles": sorted(who.roles)}
