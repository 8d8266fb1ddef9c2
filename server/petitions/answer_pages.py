"""The agency's page to draft an answer in versions, and the buttons of the advising office and the chair."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import Field

from server.conferences.queries import case_frame
from server.office.forms import Form, FormBody, MaybeProse, Prose, read_form
from server.office.office import Context, Office
from server.office.work import Work
from server.petitions.answering import check, current, draft, release, send_back
from server.petitions.entering import said
from server.petitions.petition_pages import ONE, Nothing, petition_view
from server.petitions.queries import answers_of, files_of, merged_ones, petition_of_case, sees_contacts


class AnswerForm(FormBody):
    """A version of the answer; `version` is the number of the one that its writer saw."""

    text: Annotated[Prose, Field(max_length=8_000)]
    version: int


class RemarkForm(FormBody):
    """What is missing in a version that is sent back."""

    remark: Annotated[MaybeProse, Field(max_length=2_000)] = ""


def answer_routes(door: Office) -> APIRouter:
    """Under /van-phong/hoi-nghi/{id}/kien-nghi/{petition_id}/tra-loi."""
    router = APIRouter()

    def here(id: str, petition_id: str) -> str:
        return f"/van-phong/hoi-nghi/{id}/kien-nghi/{petition_id}"

    def draft_view(w: Work, id: str, petition_id: str) -> tuple[str, Context]:
        found, row = petition_of_case(w, id, petition_id, "draft_answer")
        last = current(w, petition_id)
        context: Context = {
            "one": row, "last": last, "seen": last["number"] if last else 0, "answers": answers_of(w, petition_id), "merged": merged_ones(w, petition_id),
            "files": files_of(w, petition_id), "said": said, "contacts": sees_contacts(w, found, row),
        }  # fmt: skip
        return "petitions/answer.html", {**case_frame(w, found), **context}

    @router.get(f"{ONE}/tra-loi")
    async def show_draft(request: Request, id: str, petition_id: str) -> Response:
        return await door.show(request, lambda w: draft_view(w, id, petition_id))

    @router.post(f"{ONE}/tra-loi")
    async def keep_draft(request: Request, id: str, petition_id: str) -> Response:
        form = await read_form(request, AnswerForm)
        return await door.submit(
            request,
            form,
            lambda w: draft(w, id, petition_id, form.value.text, seen=form.value.version),
            here(id, petition_id),
            lambda w: draft_view(w, id, petition_id),
        )

    @router.post(f"{ONE}/tra-loi/{{answer_id}}/kiem-tra")
    async def checked(request: Request, id: str, petition_id: str, answer_id: str) -> Response:
        form: Form[Nothing] = await read_form(request, Nothing)
        return await door.submit(
            request,
            form,
            lambda w: check(w, id, petition_id, answer_id),
            here(id, petition_id),
            lambda w: petition_view(w, id, petition_id),
            done="checked",
        )

    @router.post(f"{ONE}/tra-loi/{{answer_id}}/tra-lai")
    async def returned(request: Request, id: str, petition_id: str, answer_id: str) -> Response:
        form = await read_form(request, RemarkForm)
        return await door.submit(
            request,
            form,
            lambda w: send_back(w, id, petition_id, answer_id, form.value.remark),
            here(id, petition_id),
            lambda w: petition_view(w, id, petition_id),
        )

    @router.post(f"{ONE}/tra-loi/{{answer_id}}/cong-bo")
    async def released(request: Request, id: str, petition_id: str, answer_id: str) -> Response:
        form: Form[Nothing] = await read_form(request, Nothing)
        return await door.submit(
            request,
            form,
            lambda w: release(w, id, petition_id, answer_id),
            here(id, petition_id),
            lambda w: petition_view(w, id, petition_id),
            done="released",
        )

    return router
