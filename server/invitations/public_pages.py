"""What everybody may see: the conferences that were announced, each with its programme, and the own page of an invitation."""

from __future__ import annotations

from anyio import to_thread
from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import RowMapping, select

from moderation import Refusal
from moderation.case.stages import Stage
from moderation.people import AddPerson
from server.accounts.limits import Tries, network
from server.conferences.cases import open_case, personal_link
from server.conferences.papers import branches
from server.conferences.room import accounts_of
from server.conferences.room_pages import register_wishes, take_back_wish
from server.conferences.tables import chair, conference, content, programme_item
from server.invitations.announcing import SHOWN, public_case
from server.invitations.answering import AnswerForm, TokenForm, answer, by_token, entry_of, guest_in_room, venues, ways, wishes
from server.office.forms import Form, read_form
from server.office.office import Context, Office
from server.office.work import Work
from server.organisation.tables import office, unit
from server.rooms.rooms import Rooms

MOST = 200
"""Most conferences of the public list: those of several years."""


def is_to_come(row: RowMapping, today: str) -> bool:
    """Whether a conference is still ahead: not held, and its last day not past unless it waits for a new one."""
    return not row["held_on"] and (row["stage"] == Stage.POSTPONED or (row["last_day"] or row["date"] or "") >= today)


def public_routes(door: Office, rooms: Rooms) -> APIRouter:
    """/cong-khai, and /moi for whoever was invited."""
    router = APIRouter()
    wrong = Tries("30/minute", "200/hour")

    # --- for everybody ----------------------------------------------------------------------------------------------------------

    @router.get("/cong-khai")
    async def conferences(request: Request) -> Response:
        def view(w: Work) -> tuple[str, Context]:
            of = select(conference, unit.c.name.label("unit_name")).join(unit, unit.c.id == conference.c.unit)
            shown = (conference.c.stage.in_([stage.value for stage in SHOWN]), conference.c.approved_at.is_not(None))
            rows = w.db.execute(of.where(*shown).order_by(conference.c.date.desc(), conference.c.id).limit(MOST)).mappings().all()
            return "public/announced.html", {
                "coming": [row for row in reversed(rows) if is_to_come(row, w.today.isoformat())],
                "held": [row for row in rows if row["held_on"]],
            }

        return await door.show(request, view, public=True)

    @router.get("/cong-khai/hoi-nghi/{id}")
    async def one(request: Request, id: str) -> Response:
        def view(w: Work) -> tuple[str, Context]:
            found = public_case(w, id)
            presiding = select(office.c.title).join(chair, chair.c.office == office.c.id).where(chair.c.conference == id).order_by(chair.c.place)
            steps = w.db.execute(select(programme_item).where(programme_item.c.conference == id).order_by(programme_item.c.step)).mappings().all()
            blocks = w.db.execute(select(content).where(content.c.conference == id).order_by(content.c.block)).mappings().all()
            today = w.today.isoformat()
            collects = bool(found["collection_from"] and found["collection_to"] and found["collection_from"] <= today <= found["collection_to"])
            return "public/conference.html", {
                "case": found, "unit": w.row(unit, found["unit"]), "chairs": w.db.scalars(presiding).all(), "steps": steps, "blocks": blocks,
                "branches": branches(w, id), "collects": collects,
            }  # fmt: skip

        return await door.show(request, view, public=True)

    # --- for whoever was invited ---------------------------------------------------------------------------------------------------

    @router.get("/moi")
    async def door_of_invitations(request: Request) -> Response:
        """The page behind a link: its script shows the letter by what stands behind the #."""
        return door.page(request, "invitations/open.html")

    def view(w: Work, token: str, answered: bool = False) -> tuple[str, Context]:
        found = by_token(w, door.keys, token)
        return "invitations/invitation.html", {
            "one": found.row, "case": found.case, "unit": w.row(unit, found.case["unit"]), "token": token, "venues": venues(w, found.case["id"]),
            "ways": ways(w, found.case), "room_open": found.room_open, "answered": answered,
        }  # fmt: skip

    def counted(request: Request, refusal: Refusal) -> None:
        if refusal.code == "invitation_void":
            wrong.count(network(request.client.host if request.client else ""))

    def private(response: Response) -> Response:
        response.headers["Cache-Control"] = "no-store"
        return response

    async def shown(request: Request, token: str, answered: bool = False, form: Form[AnswerForm] | None = None) -> Response:
        try:
            wrong.check(network(request.client.host if request.client else ""))
            await door.read(request, lambda w: by_token(w, door.keys, token), public=True)
        except Refusal as refusal:
            counted(request, refusal)
            return private(door.page.refused(request, refusal))
        status = 200 if form is None else 422
        return private(await door.show(request, lambda w: view(w, token, answered), public=True, form=form, status=status))

    @router.post("/moi")
    async def show(request: Request) -> Response:
        form = await read_form(request, TokenForm)
        return await shown(request, form.value.token if form.ok else "")

    @router.post("/moi/tra-loi")
    async def reply(request: Request) -> Response:
        form = await read_form(request, AnswerForm)
        token = str(form.typed.get("token", ""))
        if form.ok:
            try:
                await door.act(request, lambda w: answer(w, door.keys, form.value), public=True)
                found = await door.read(request, lambda w: by_token(w, door.keys, token), public=True)
            except Refusal as refusal:
                form.refuse(request, refusal)
            else:
                if found.room_open and not found.row["wants_to_speak"]:
                    await take_back_wish(rooms, found.case["id"], entry_of(found.row))
                elif found.room_open:
                    await register_wishes(door.engine, rooms, found.case["id"], wishes)
                return await shown(request, token, answered=True)
        return await shown(request, token, form=form)

    @router.post("/moi/vao-phong")
    async def go_in(request: Request) -> Response:
        """Into the open room: the invited person is on its list from here on, and comes by a link of their own."""
        form = await read_form(request, TokenForm)
        try:
            wrong.check(network(request.client.host if request.client else ""))

            def look(w: Work) -> tuple[str, AddPerson, dict[str, str]]:
                found = by_token(w, door.keys, form.value.token if form.ok else "")
                return found.case["id"], guest_in_room(w, found), accounts_of(w, found.case["id"])

            id, person, accounts = await door.read(request, look, public=True)
            live = await rooms.get(id)
            case = await open_case(rooms, door.engine, id, live.room.state.plan, (person,), accounts)
            await register_wishes(door.engine, rooms, id, wishes)
        except Refusal as refusal:
            counted(request, refusal)
            return private(door.page.refused(request, refusal))
        base = door.settings.public_url or str(request.base_url).rstrip("/")
        url = await to_thread.run_sync(personal_link, door.engine, door.keys, case.seats[person.person], base)
        return private(RedirectResponse(url, 303))

    return router
