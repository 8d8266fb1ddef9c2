"""The history of the house: what belongs to no conference (organisation, calendar, accounts, templates), for administrators (D4.1)."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from server.conferences.case_pages import page_number
from server.office.office import Context, Office
from server.office.readable import page_of
from server.office.work import HOUSE, Work


def history_pages(door: Office) -> APIRouter:
    """/van-phong/lich-su."""
    router = APIRouter()

    @router.get("/van-phong/lich-su")
    async def house_history(request: Request) -> Response:
        def view(w: Work) -> tuple[str, Context]:
            w.allow("keep_organisation")
            return "office/house-history.html", page_of(w, HOUSE, request, page_number(request))

        return await door.show(request, view)

    return router
