"""Slips and calls that staff key on somebody's behalf, one after the other, with the petitions that say much the same beside what is typed (D8.2a)."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from moderation import Refusal
from moderation.case.petitions import BASES, CHANNELS, FIELDS, SOURCES
from server.conferences.queries import case, case_frame
from server.files.checked import Checked
from server.office.forms import FormBody, MaybeProse, read_form
from server.office.office import Context, Office
from server.office.work import Work
from server.petitions.entering import enter
from server.petitions.list_pages import PATH
from server.petitions.merging import likely_duplicates
from server.petitions.petition_form import SlipForm, checked_files
from server.petitions.tables import petition
from server.petitions.tracking import typed


class TypedForm(FormBody):
    """What somebody is typing, and the petition that it belongs to."""

    text: MaybeProse = ""
    but: str = ""


def choices() -> Context:
    """What the questions are answered with."""
    return {"fields": FIELDS, "sources": SOURCES, "bases": BASES, "channels": CHANNELS}


def slip_routes(door: Office) -> APIRouter:
    """/van-phong/hoi-nghi/{id}/kien-nghi/phieu and /giong."""
    router = APIRouter()

    def slip_view(w: Work, id: str, last: str) -> tuple[str, Context]:
        found = case(w, id, "enter_petition")
        before = w.row(petition, last, "petition_unknown") if last else None
        if before is not None and before["conference"] != id:
            raise Refusal("petition_unknown")
        return "petitions/slip.html", {**case_frame(w, found), **choices(), "before": before}

    @router.get(f"{PATH}/phieu")
    async def show_slip(request: Request, id: str) -> Response:
        """An empty slip; `?sau=` the petition that was keyed before, whose source and group the next one often shares."""
        return await door.show(request, lambda w: slip_view(w, id, request.query_params.get("sau", "")))

    @router.post(f"{PATH}/phieu")
    async def take_slip(request: Request, id: str) -> Response:
        form = await read_form(request, SlipForm)

        def do(w: Work) -> str:
            found = case(w, id, "enter_petition")
            own = next((post.body for post in w.by.posts), None)
            entry = form.value.entry(typed(form.value.code) if form.value.code else "", files)
            return enter(w, found, entry, door.keys, door.files, keyed_for=own)

        files: tuple[Checked, ...] = ()
        if form.ok:
            try:
                files = await checked_files(form.value.files)
            except Refusal as refusal:
                form.refuse(request, refusal)
        return await door.submit(
            request,
            form,
            do,
            lambda petition_id: f"/van-phong/hoi-nghi/{id}/kien-nghi/phieu?sau={petition_id}",
            lambda w: slip_view(w, id, ""),
            done="petition_taken",
        )

    @router.post(f"{PATH}/giong")
    async def alike(request: Request, id: str) -> Response:
        """The petitions of the case that are most like what is being typed, for the page's script."""
        form = await read_form(request, TypedForm)
        text, but = (form.value.text, form.value.but) if form.ok else ("", "")
        found = await door.read(request, lambda w: likely_duplicates(w, id, text, but=but))
        at = f"/van-phong/hoi-nghi/{id}/kien-nghi/"
        return JSONResponse(
            [{"code": one.code, "path": at + one.id, "shown_as": one.shown_as, "text": one.text, "percent": one.percent} for one in found]
        )

    return router
