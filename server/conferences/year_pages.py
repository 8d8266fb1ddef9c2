"""The page of the yearly programme."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from server.conferences.year import EntryForm, add_entry, approve_year, context, drop_entry
from server.office.forms import Code, FormBody, read_form
from server.office.office import Context, Office
from server.office.work import Work


class Which(FormBody):
    """An entry."""

    which: Code
    year: int


class Approval(FormBody):
    """A unit's year."""

    unit: Code
    year: int


def year_routes(door: Office) -> APIRouter:
    """/van-phong/chuong-trinh-nam."""
    router = APIRouter()
    home = "/van-phong/chuong-trinh-nam"

    def asked(w: Work, given: str) -> int:
        return int(given) if given.isdecimal() and 2023 <= int(given) <= 2100 else w.today.year + (w.today.month == 12)

    def view(w: Work, given: str) -> tuple[str, Context]:
        w.allow("see_case")
        return "conferences/year.html", context(w, asked(w, given))

    @router.get(home)
    async def show(request: Request) -> Response:
        return await door.show(request, lambda w: view(w, request.query_params.get("nam", "")))

    @router.post(home)
    async def add(request: Request) -> Response:
        form = await read_form(request, EntryForm)
        year = str(form.typed.get("year", ""))
        return await door.submit(request, form, lambda w: add_entry(w, form.value), f"{home}?nam={year}", lambda w: view(w, year))

    @router.post(f"{home}/bot")
    async def drop(request: Request) -> Response:
        form = await read_form(request, Which)
        year = str(form.typed.get("year", ""))
        return await door.submit(request, form, lambda w: drop_entry(w, form.value.which), f"{home}?nam={year}", lambda w: view(w, year))

    @router.post(f"{home}/duyet")
    async def approve(request: Request) -> Response:
        form = await read_form(request, Approval)
        year = str(form.typed.get("year", ""))
        return await door.submit(
            request,
            form,
            lambda w: approve_year(w, form.value.unit, form.value.year),
            f"{home}?nam={year}",
            lambda w: view(w, year),
            done="year_approved",
        )

    return router
