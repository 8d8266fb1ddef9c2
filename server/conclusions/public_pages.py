"""Public pages of the conclusions: /cong-khai/ket-luan, without an account."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from server.conclusions.public import published_case, published_cases, published_item
from server.conferences.case_pages import page_number
from server.office.office import Context, Office
from server.office.work import Work

PAGE = 30


def public_routes(door: Office) -> APIRouter:
    """Under /cong-khai/ket-luan."""
    router = APIRouter(prefix="/cong-khai/ket-luan")

    @router.get("")
    async def list_cases(request: Request) -> Response:
        def view(w: Work) -> tuple[str, Context]:
            at = page_number(request)
            rows, count = published_cases(w, at, PAGE)
            return "public/conclusions.html", {"cases": rows, "at": at, "pages": max(1, -(-count // PAGE))}

        return await door.show(request, view, public=True)

    @router.get("/{id}")
    async def show_case(request: Request, id: str) -> Response:
        return await door.show(request, lambda w: ("public/conclusion.html", published_case(w, id)), public=True)

    @router.get("/{id}/{code}")
    async def show_item(request: Request, id: str, code: str) -> Response:
        return await door.show(request, lambda w: ("public/conclusion-item.html", published_item(w, id, code)), public=True)

    return router
