"""The tab of a case that leads into its room: who sits there, opening it for joining, links for those who come without an account."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from anyio import to_thread
from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import Engine, select

from moderation import Refusal
from moderation.case.rights import SYSTEM, Duty
from moderation.people import AddPerson
from moderation.plan import PetitionPlan
from moderation.queue import Withdraw
from moderation.wishes import RegisterWish
from server.accounts.keys import new_id
from server.accounts.seats import seat_of_person
from server.clock import now
from server.conferences.cases import open_case, personal_link
from server.conferences.people import ROLES, PersonForm, add_person, draw_up, take_off
from server.conferences.queries import case, case_frame
from server.conferences.room import accounts_of, opened, people_of, plan_of
from server.conferences.routes import qr_svg
from server.conferences.tables import conference, participant, venue
from server.db.engine import reading
from server.db.tables import account
from server.office.forms import Code, Form, FormBody, read_form
from server.office.office import Context, Office
from server.office.work import Work
from server.organisation.tables import body
from server.rooms.rooms import Rooms


class ForPerson(FormBody):
    """Whose link."""

    person: Code


class Nothing(FormBody):
    """A button alone."""


Collected = Callable[[Work, str], tuple[tuple[PetitionPlan, ...], int]]
"""The petitions that a conference's room opens with, and how many letters were sent elsewhere (Art. 1.2, 1.3)."""


Wishes = Callable[[Work, str], tuple[tuple[AddPerson, RegisterWish], ...]]
"""Who wants to speak, as was said beforehand, each with the entry of the queue."""


async def register_wishes(engine: Engine, rooms: Rooms, id: str, wishes: Wishes) -> None:
    """Puts the wishes to speak of a conference into the queue of its open room, each once. One that the room refuses (the person waits already, was refused, or
    the conference is over) is left to the desk."""

    def look() -> tuple[tuple[tuple[AddPerson, RegisterWish], ...], dict[str, str]]:
        with reading(engine) as db:
            w = Work(db, SYSTEM, now())
            return wishes(w, id), accounts_of(w, id)

    found, accounts = await to_thread.run_sync(look)
    live = await rooms.get(id)
    missing = [(who, wish) for who, wish in found if wish.entry not in live.room.state.queue.entries]
    for who, wish in missing:
        with suppress(Refusal):
            await open_case(rooms, engine, id, live.room.state.plan, (who,), accounts)
            await live.room.do(new_id(), None, wish)


async def take_back_wish(rooms: Rooms, id: str, entry: str) -> None:
    """Takes a wish to speak out of the queue of the open room again, while it waits; what was called already, or never entered, stays as it is."""
    live = await rooms.get(id)
    with suppress(Refusal):
        await live.room.do(new_id(), None, Withdraw(entry))


def room_routes(door: Office, rooms: Rooms, collected: Collected, wishes: Wishes) -> APIRouter:
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
        bodies = w.db.execute(select(body.c.id, body.c.name).where(body.c.unit == found["unit"]).order_by(body.c.name)).all()
        venues = w.db.execute(
            select(venue.c.code, venue.c.name).where(venue.c.conference == id, venue.c.kind == "branch").order_by(venue.c.code)
        ).all()
        accounts = w.db.execute(select(account.c.id, account.c.name).where(account.c.disabled.is_(False)).order_by(account.c.name)).all()
        more = {"bodies": bodies, "venues": venues, "accounts": accounts, "roles": ROLES, **more}
        context = {**case_frame(w, found), "people": people, "is_open": any(person["seat"] for person in people), **more}
        return "conferences/room.html", {"given": None, **context}

    @router.get("/van-phong/hoi-nghi/{id}/phong-hop")
    async def show(request: Request, id: str) -> Response:
        return await door.show(request, lambda w: view(w, id))

    @router.post("/van-phong/hoi-nghi/{id}/phong-hop/danh-sach")
    async def list_people(request: Request, id: str) -> Response:
        """Draws the list up from the plan; who is on it already stays."""
        form = await read_form(request, Nothing)
        return await door.submit(request, form, lambda w: draw_up(w, id), f"/van-phong/hoi-nghi/{id}/phong-hop", lambda w: view(w, id))

    @router.post("/van-phong/hoi-nghi/{id}/phong-hop/them")
    async def add(request: Request, id: str) -> Response:
        """Adds somebody to the list, and to the room when that is open already."""
        form = await read_form(request, PersonForm)
        answer = await door.submit(
            request, form, lambda w: add_person(w, id, form.value), f"/van-phong/hoi-nghi/{id}/phong-hop", lambda w: view(w, id)
        )
        if answer.status_code == 303:
            await seat_newcomers(id)
        return answer

    @router.post("/van-phong/hoi-nghi/{id}/phong-hop/bot")
    async def remove(request: Request, id: str) -> Response:
        form = await read_form(request, ForPerson)
        return await door.submit(
            request, form, lambda w: take_off(w, id, form.value.person), f"/van-phong/hoi-nghi/{id}/phong-hop", lambda w: view(w, id)
        )

    async def seat_newcomers(id: str) -> None:
        """Gives a seat in the open room to whoever was put on the list since."""

        def look() -> Any:
            with reading(door.engine) as db:
                w = Work(db, SYSTEM, door.now())
                found = w.row(conference, id)
                return (people_of(w, id), accounts_of(w, id)) if found["opened_at"] else None

        listed = await to_thread.run_sync(look)
        if listed is not None:
            state = (await rooms.get(id)).room.state
            await open_case(rooms, door.engine, id, state.plan, *listed)

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
            await register_wishes(door.engine, rooms, id, wishes)
        except Refusal as refusal:
            form.refuse(request, refusal)
            return await door.show(request, lambda w: view(w, id), form=form, status=403 if refusal.code == "not_allowed" else 422)

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
            return await door.show(request, lambda w: view(w, id), form=form, status=403 if refusal.code == "not_allowed" else 422)
        base = door.settings.public_url or str(request.base_url).rstrip("/")
        url = await to_thread.run_sync(personal_link, door.engine, door.keys, seat, base)
        return await door.show(request, lambda w: view(w, id, given={"name": name, "url": url, "qr": qr_svg(url, 5)}))

    return router
