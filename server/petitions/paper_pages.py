"""The buttons that make papers out of petitions, and opinion slips to print, each with a code of its own."""

from __future__ import annotations

import io
from collections.abc import Callable

import pikepdf
from anyio import to_thread
from fastapi import APIRouter, Request
from fastapi.responses import Response

from moderation import Refusal
from server.conferences.queries import case
from server.office.forms import Form, read_form
from server.office.office import Context, Office
from server.office.work import Work
from server.organisation.tables import unit
from server.papers.frame import Frame, frame_of
from server.papers.register import render
from server.petitions.list_pages import PATH, case_view
from server.petitions.paper_data import draft_answers, draft_referral, draft_synthesis, slip_data
from server.petitions.petition_pages import ONE, Nothing, petition_view
from server.petitions.tracking import fresh_code

MOST_SLIPS = 50


def paper_buttons(door: Office) -> APIRouter:
    """Under /van-phong/hoi-nghi/{id}/kien-nghi."""
    router = APIRouter()

    def button(path: str, do: Callable[[Work, str], str]) -> None:
        @router.post(f"{PATH}/{path}", name=f"paper of petitions {path}")
        async def make(request: Request, id: str) -> Response:
            form: Form[Nothing] = await read_form(request, Nothing)
            return await door.submit(
                request, form, lambda w: do(w, id), lambda paper: f"/van-phong/van-ban/{paper}", lambda w: case_view(w, request, id)
            )

    button("bao-cao-tong-hop", draft_synthesis)
    button("bao-cao-tra-loi", draft_answers)

    @router.post(f"{ONE}/phieu-chuyen")
    async def referral(request: Request, id: str, petition_id: str) -> Response:
        form: Form[Nothing] = await read_form(request, Nothing)

        def view(w: Work) -> tuple[str, Context]:
            return petition_view(w, id, petition_id)

        return await door.submit(request, form, lambda w: draft_referral(w, id, petition_id), lambda paper: f"/van-phong/van-ban/{paper}", view)

    @router.get(f"{PATH}/phieu-trong.pdf")
    async def slips(request: Request, id: str) -> Response:
        """Empty opinion slips to print, `?so=` how many. A code holds once its slip is keyed with it."""
        asked = request.query_params.get("so", "1")
        many = min(int(asked), MOST_SLIPS) if asked.isdecimal() and len(asked) < 4 else 1
        follow = f"{door.settings.public_url or str(request.base_url).rstrip('/')}/theo-doi"

        def look(w: Work) -> tuple[list[dict[str, object]], Frame]:
            found = case(w, id, "enter_petition")
            name = w.row(unit, found["unit"])["name"]
            return [slip_data(w, found, name, fresh_code(), follow) for _ in range(max(1, many))], frame_of(w, id)

        try:
            data, frame = await door.read(request, look)
        except Refusal as refusal:
            return door.page.refused(request, refusal)

        def draw() -> bytes:
            out = io.BytesIO()
            with pikepdf.new() as all_slips:
                for one in data:
                    with pikepdf.open(io.BytesIO(render("opinion_slip", one, frame))) as slip:
                        all_slips.pages.extend(slip.pages)
                all_slips.save(out)
            return out.getvalue()

        headers = {"Content-Disposition": 'inline; filename="phieu-lay-y-kien.pdf"', "Cache-Control": "no-store"}
        return Response(await to_thread.run_sync(draw), media_type="application/pdf", headers=headers)

    return router
