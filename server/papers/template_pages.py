"""Pages where an administrator changes the templates of papers, tries them, and goes back to the shipped ones."""

from __future__ import annotations

import orjson
from fastapi import APIRouter, Request
from fastapi.responses import Response

from moderation import Refusal
from server.office.forms import FormBody, Prose, read_form
from server.office.office import Context, Office
from server.office.work import Work
from server.papers.compose import kinds, sample, shipped
from server.papers.faults import Fault
from server.papers.office_templates import LONGEST, edition_of, editions, in_force, preview, reset, save, text_of

HERE = "/van-phong/mau-van-ban"


class TemplateForm(FormBody):
    """`form` of the preview: state or party."""

    text: Prose
    version: int
    system: str = "state"


class ResetForm(FormBody):
    version: int


def template_routes(door: Office) -> APIRouter:
    """Under /van-phong/mau-van-ban."""
    router = APIRouter()

    @router.get(HERE)
    async def all_templates(request: Request) -> Response:
        def view(w: Work) -> tuple[str, Context]:
            w.allow("keep_templates")
            return "papers/templates.html", {"kinds": [(kind, edition_of(w, kind) if in_force(w, kind) else 0) for kind in kinds()]}

        return await door.show(request, view)

    @router.get(f"{HERE}/{{kind}}")
    async def one(request: Request, kind: str) -> Response:
        return await door.show(request, lambda w: view_of(w, kind))

    @router.post(f"{HERE}/{{kind}}")
    async def keep(request: Request, kind: str) -> Response:
        form = await read_form(request, TemplateForm)
        return await door.submit(
            request,
            form,
            lambda w: save(w, kind, form.value.text + "\n", form.value.version),
            f"{HERE}/{kind}",
            lambda w: view_of(w, kind),
            done="template_saved",
        )

    @router.post(f"{HERE}/{{kind}}/thu")
    async def attempt(request: Request, kind: str) -> Response:
        """The sample as PDF, or the page again with what is wrong at which line."""
        form = await read_form(request, TemplateForm)

        def draw(w: Work) -> bytes:
            w.allow("keep_templates")
            if not form.ok or len(form.value.text) > LONGEST:
                raise Refusal("text_too_long", limit=LONGEST)
            return preview(kind, form.value.text + "\n", form.value.system == "party")

        try:
            content = await door.read(request, draw)
        except Fault as fault:
            form.refuse(request, Refusal(fault.code, field="text", **fault.details))
            form.action = f"{HERE}/{kind}"  # the fields of both buttons stand in this form
            return await door.show(request, lambda w: view_of(w, kind), form=form, status=422)
        return Response(content, media_type="application/pdf", headers={"Cache-Control": "no-store"})

    @router.post(f"{HERE}/{{kind}}/dat-lai")
    async def go_back(request: Request, kind: str) -> Response:
        form = await read_form(request, ResetForm)
        return await door.submit(
            request, form, lambda w: reset(w, kind, form.value.version), f"{HERE}/{kind}", lambda w: view_of(w, kind), done="template_reset"
        )

    return router


def view_of(w: Work, kind: str) -> tuple[str, Context]:
    """The text in force, the sample data it is tried with, and the editions before."""
    w.allow("keep_templates")
    shipped(kind)
    return "papers/template.html", {
        "kind": kind, "text": text_of(w, kind), "edition": edition_of(w, kind), "own": in_force(w, kind) is not None, "editions": editions(w, kind),
        "sample": orjson.dumps(sample(kind), option=orjson.OPT_INDENT_2).decode(),
    }  # fmt: skip
