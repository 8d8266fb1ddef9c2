"""The page of the Front's yearly supervision programmes, with what the mass-mobilisation unit says of them (D13.3); and files of this noun."""

from __future__ import annotations

from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import Field
from starlette.datastructures import UploadFile

from moderation.case.rights import Duty
from server.conclusions.evidence import find_file, programme_file
from server.conclusions.notice_pages import BLANK
from server.conclusions.sending_pages import held
from server.conclusions.supervision import appraise, programmes, submit_programme
from server.office.forms import FormBody, Line, Prose, read_form
from server.office.office import Context, Office
from server.office.work import Work


class Programme(FormBody):
    """A supervision programme."""

    year: int = Field(ge=2023, le=2100)
    title: Line
    text: Prose
    files: tuple[UploadFile, ...] = ()


class Appraisal(FormBody):
    """What is said of a programme."""

    text: Prose


def programmes_view(w: Work, failed: str = "") -> tuple[str, Context]:
    return "conclusions/supervision.html", {"programmes": programmes(w), "failed": failed, "blank": BLANK}


def own_unit(w: Work) -> str:
    """The unit of the Front's body for which somebody works."""
    return min(post.unit for post in w.by.posts if post.duty is Duty.FRONT) if w.has(Duty.FRONT) else ""


def file_answer(door: Office, file: dict[str, str]) -> Response:
    """A kept file, shown by the browser but never run."""
    headers = {
        "Content-Disposition": f"inline; filename*=UTF-8''{quote(file['name'])}",
        "Content-Security-Policy": "sandbox",
        "Cache-Control": "private",
    }
    return Response(door.files.get(file["sha256"]), media_type=file["type"], headers=headers)


def supervision_routes(door: Office) -> APIRouter:
    """/van-phong/giam-sat, and the files of conclusions."""
    router = APIRouter()
    there = "/van-phong/giam-sat"

    @router.get(there)
    async def show(request: Request) -> Response:
        return await door.show(request, programmes_view)

    @router.post(there)
    async def submit(request: Request) -> Response:
        form = await read_form(request, Programme)
        files = await held(request, form, door)

        def do(w: Work) -> None:
            submit_programme(w, own_unit(w), form.value.year, form.value.title, form.value.text, files)

        return await door.submit(request, form, do, there, lambda w: programmes_view(w, "new"))

    @router.post(there + "/{one}")
    async def say(request: Request, one: str) -> Response:
        form = await read_form(request, Appraisal)
        return await door.submit(request, form, lambda w: appraise(w, one, form.value.text), there, lambda w: programmes_view(w, one))

    @router.get(there + "/{one}/tep/{sha256}")
    async def of_programme(request: Request, one: str, sha256: str) -> Response:
        def look(w: Work) -> dict[str, str]:
            w.allow("see_case")
            return programme_file(w, one, sha256)

        return file_answer(door, await door.read(request, look))

    @router.get("/van-phong/hoi-nghi/{id}/ket-luan/tep/{sha256}")
    async def of_case(request: Request, id: str, sha256: str) -> Response:
        def look(w: Work) -> dict[str, str]:
            return find_file(w, id, sha256)

        return file_answer(door, await door.read(request, look))

    return router
