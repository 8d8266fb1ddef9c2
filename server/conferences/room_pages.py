"""The tab of a case that leads into its room: who sits there, opening it for joining, links for those who come without an account."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from anyio import to_thread
from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import select

from moderation import Refusal
from moderation.case.rights import Duty
from moderation.plan import PetitionPlan
from server.accounts.seats import seat_of_person
from server.conferences.cases import open_case, personal_link
from server.conferences.queries import case, case_frame
from server.conferences.room import accounts_of, opened, people_of, plan_of
from server.conferences.routes import qr_svg
from server.conferences.tables import participant
from server.office.forms import Code, Form, FormBody, read_form
from server.office.office import Context, Office
from server.office.work import Work
from server.rooms.rooms import Rooms


class ForPerson(FormBody):
    """Whose link."""

    person: Code


class Nothing(FormBody):
    """A button alone."""


Collected = Callable[[Work, str], tuple[tuple[PetitionPlan, ...], int]]
"""The petitions that a conference's room opens with, and how many letters were sent elsewhere (Art. 1.2, 1.3)."""


def room_routes(door: Office, rooms: Rooms, collected: Collected) -> APIRouter:
    """Under /van-phong/hoi-nghi/{id}/phong-hop."""
    router = APIRouter()

    def view(w: Work, id: str, **more: Any) -> tuple[str, Context]:
        found = case(w, id)
        rows = (
            w.db.execute(select(participant).where(participant.c.conference == id).order_by(participant.c.role, participant.c.person))
            .mappings()
            .all()
        )
        people = []
        for row in rows:
            try:
                seat = seat_of_person(w.db, id, row["person"]).id
            except Refusal:
                seat = ""
            people.append({**row, "seat": seat, "mine": row["account"] == w.by.account})
        context = {**case_frame(w, found), "people": people, "is_open": any(person["seat"] for person in people), **more}
        return "conferences/room.html", {"given": None, **context}

    @router.get("/van-phong/hoi-nghi/{id}/phong-hop")
    async def show(request: Request, id: str) -> Response:
        return await door.show(request, lambda w: view(w, id))

    @router.post("/van-phong/hoi-nghi/{id}/phong-hop/mo")
    async def open_(request: Request, id: str) -> Response:
        """Opens the room for joining. The plan becomes the room's first fact; later changes of the case no longer reach it."""
        form: Form[Nothing] = await read_form(request, Nothing)

        def look() -> Any:
            with door.engine.begin() as db:
                w = Work(db, door.who(request, db), door.now())
                case(w, id, "open_room")
                return plan_of(w, id, *collected(w, id)), people_of(w, id), accounts_of(w, id)

        try:
            plan, people, accounts = await to_thread.run_sync(look)
            await open_case(rooms, door.engine, id, plan, people, accounts)
        except Refusal as refusal:
            form.refuse(request, refusal)
            return await door.show(request, lambda w: view(w, id), form=form, status=422)

        def note(w: Work) -> None:
            case(w, id, "open_room")
            opened(w, id)

        return await door.submit(request, form, note, f"/van-phong/hoi-nghi/{id}/phong-hop", lambda w: view(w, id), done="room_open")

    @router.post("/van-phong/hoi-nghi/{id}/phong-hop/lien-ket")
    async def link(request: Request, id: str) -> Response:
        """A personal link with its QR for somebody of the list; never for a chair, who comes by their own account alone (R2)."""
        form = await read_form(request, ForPerson)

        def make(w: Work) -> tuple[str, str]:
            case(w, id, "open_room")
            if not w.has(Duty.ADVISING):
                raise Refusal("not_allowed", command="link")
            row = (
                w.db.execute(select(participant).where(participant.c.conference == id, participant.c.person == form.value.person)).mappings().first()
            )
            if row is None:
                raise Refusal("person_unknown", person=form.value.person)
            if row["role"] == "chair":
                raise Refusal("not_allowed", command="link")
            return seat_of_person(w.db, id, row["person"]).id, row["name"]

        if not form.ok:
            return await door.show(request, lambda w: view(w, id), form=form, status=422)
        try:
            seat, name = await door.read(request, make)
        except Refusal as refusal:
            form.refuse(request, refusal)
            return await door.show(request, lambda w: view(w, id), form=form, status=422)
        base = door.settings.public_url or str(request.base_url).rstrip("/")
        url = await to_thread.run_sync(personal_link, door.engine, door.keys, seat, base)
        return await door.show(request, lambda w: view(w, id, given={"name": name, "url": url, "qr": qr_svg(url, 5)}))

    return router
