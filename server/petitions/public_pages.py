"""What people without an account use: the list of conferences that collect opinions, the form, the receipt with its code, and following by code (D12.1)."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import RowMapping, insert, select
from sqlalchemy.exc import IntegrityError

from moderation import Refusal
from moderation.case.petitions import BASES, CHANNELS, FIELDS, collects
from moderation.case.stages import Stage
from server.accounts.keys import new_id
from server.accounts.limits import Tries, network
from server.conferences.tables import conference
from server.files.checked import Checked
from server.office.forms import Form, FormBody, Line, read_form
from server.office.office import Context, Office
from server.office.tables import taken_form
from server.office.work import Work
from server.organisation.tables import unit
from server.petitions.entering import enter
from server.petitions.following import followed
from server.petitions.petition_form import PublicForm, checked_files
from server.petitions.petition_pages import receipt
from server.petitions.tables import petition
from server.petitions.tracking import code_of_form


class CodeForm(FormBody):
    """A tracking code as typed."""

    code: Line


def public_routes(door: Office) -> APIRouter:
    """/y-kien and /theo-doi."""
    router = APIRouter()
    sent = Tries("12/minute", "120/hour")  # petitions from an address: a community house may send for many
    wrong_codes = Tries("10/minute", "40/hour")

    def address(request: Request) -> str:
        return network(request.client.host if request.client else "")

    # --- sending ----------------------------------------------------------------------------------------------------------------

    @router.get("/y-kien")
    async def conferences(request: Request) -> Response:
        """The conferences that collect opinions today."""

        def view(w: Work) -> tuple[str, Context]:
            stages = (Stage.APPROVED.value, Stage.COLLECTING.value)
            rows = w.db.execute(
                select(conference, unit.c.name.label("unit_name"))
                .join(unit, unit.c.id == conference.c.unit)
                .where(conference.c.stage.in_(stages))
                .order_by(conference.c.date)
            ).mappings()
            return "public/collecting.html", {"conferences": [row for row in rows if _collects(row, w)]}

        return await door.show(request, view, public=True)

    def form_view(w: Work, id: str) -> tuple[str, Context]:
        found = _collecting(w, id)
        return "public/opinion.html", {"case": found, "unit": w.row(unit, found["unit"]), "fields": FIELDS, "bases": BASES, "channels": CHANNELS}

    @router.get("/y-kien/{id}")
    async def show_form(request: Request, id: str) -> Response:
        return await door.show(request, lambda w: form_view(w, id), public=True)

    @router.post("/y-kien/{id}")
    async def send(request: Request, id: str) -> Response:
        """Takes the opinion and answers with the receipt. The same form sent again is answered with the same receipt."""
        form = await read_form(request, PublicForm)
        once = form.once or new_id()
        code = code_of_form(door.keys, once)
        files: tuple[Checked, ...] = ()
        who = address(request)
        if form.ok:
            try:
                sent.check(who)
                files = await checked_files(form.value.files)
            except Refusal as refusal:
                form.refuse(request, refusal)

        def do(w: Work) -> str:
            went = w.db.scalar(select(taken_form.c.went).where(taken_form.c.once == once))
            if went is not None:
                return str(went)
            w.act = "send_petition"
            taken = enter(w, _collecting(w, id), form.value.entry(w.now, code, files), door.keys, door.files)
            w.db.execute(insert(taken_form).values(once=once, at=w.now, went=taken))
            return taken

        if form.ok:
            try:
                try:
                    taken = await door.act(request, do, public=True)
                except IntegrityError:  # two copies of one form at the same instant: the other one is there now
                    taken = await door.act(request, do, public=True)
            except Refusal as refusal:
                form.refuse(request, refusal)
            else:
                sent.count(who)
                return await door.show(request, lambda w: receipt_view(w, request, taken, code), public=True)
        return await door.show(request, lambda w: form_view(w, id), public=True, form=form, status=422)

    def receipt_view(w: Work, request: Request, taken: str, code: str) -> tuple[str, Context]:
        row = w.row(petition, taken)
        return "public/receipt.html", {"case": w.row(conference, row["conference"]), "one": row, **receipt(door, request, code), "staff_made": False}

    # --- following --------------------------------------------------------------------------------------------------------------

    @router.get("/theo-doi")
    async def show_follow(request: Request) -> Response:
        return await door.show(request, lambda w: ("public/follow.html", {}), public=True)

    @router.post("/theo-doi")
    async def follow(request: Request) -> Response:
        """Answers with the petition of the code. Wrong codes are counted for the address they come from."""
        form: Form[CodeForm] = await read_form(request, CodeForm)
        who = address(request)
        if form.ok:
            try:
                wrong_codes.check(who)
                seen = await door.read(request, lambda w: followed(w, door.keys, form.value.code), public=True)
            except Refusal as refusal:
                if refusal.code == "tracking_code_unknown":
                    wrong_codes.count(who)
                form.refuse(request, refusal)
            else:
                return await door.show(request, lambda w: ("public/followed.html", {"seen": seen}), public=True)
        return await door.show(request, lambda w: ("public/follow.html", {}), public=True, form=form, status=422)

    return router


def _collects(row: RowMapping, w: Work) -> bool:
    return collects(Stage(row["stage"]), row["collection_from"], row["collection_to"], w.today)


def _collecting(w: Work, id: str) -> RowMapping:
    """The conference, while it collects opinions (raises `Refusal` conference_unknown, not_collecting)."""
    found = w.row(conference, id, "conference_unknown")
    if Stage(found["stage"]) is Stage.DRAFT:
        raise Refusal("conference_unknown")
    if not _collects(found, w):
        raise Refusal("not_collecting")
    return found
