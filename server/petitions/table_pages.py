"""Reading a table of petitions in: the template, the preview with what is wrong in each row, and taking all rows at once."""

from __future__ import annotations

from anyio import to_thread
from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import select
from starlette.datastructures import UploadFile

from moderation import Refusal
from server.clock import today
from server.conferences.queries import case, case_frame
from server.errors import language_of
from server.files.checked import LARGEST, checked_table
from server.office.forms import Form, FormBody, read_form
from server.office.office import Context, Office
from server.office.work import Work
from server.petitions.list_pages import PATH
from server.petitions.petition_pages import Nothing
from server.petitions.reading import COLUMNS, MOST_ROWS, Sheet, read, take, template
from server.petitions.tables import petition_table

SHOWN = 200
"""Rows of the preview."""


class TableForm(FormBody):
    """The filled table."""

    file: UploadFile


def table_routes(door: Office) -> APIRouter:
    """Under /van-phong/hoi-nghi/{id}/kien-nghi/nhap-bang."""
    router = APIRouter()
    at = f"{PATH}/nhap-bang"

    def upload_view(w: Work, id: str, sheet: Sheet | None = None) -> tuple[str, Context]:
        found = case(w, id, "import_petitions")
        bad = [row for row in sheet.rows if row.faults] if sheet else []
        return "petitions/table.html", {**case_frame(w, found), "bad": bad[:SHOWN], "sheet": sheet, "columns": COLUMNS, "limit": MOST_ROWS}

    @router.get(at)
    async def show_upload(request: Request, id: str) -> Response:
        return await door.show(request, lambda w: upload_view(w, id))

    @router.get(f"{at}/mau.xlsx")
    async def empty_table(request: Request, id: str) -> Response:
        """The template."""
        await door.read(request, lambda w: case(w, id, "import_petitions"))
        content = await to_thread.run_sync(template)
        kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        return Response(content, media_type=kind, headers={"Content-Disposition": 'attachment; filename="mau-nhap-y-kien.xlsx"'})

    @router.post(at)
    async def upload(request: Request, id: str) -> Response:
        """Reads the table and keeps it for the preview, unless a row has a fault: then nothing is kept, and the faults are named."""
        form = await read_form(request, TableForm)
        sheet: Sheet | None = None
        name, content = "", b""
        await door.read(request, lambda w: case(w, id, "import_petitions"))
        if form.ok:
            file = form.value.file
            name, content = file.filename or "", await file.read(LARGEST + 1)
            await file.close()
            language = language_of(request)

            def parse() -> tuple[str, Sheet]:
                kept = checked_table(name, content)
                return kept.name, read(kept.content, language, today())

            try:
                name, parsed = await to_thread.run_sync(parse)
                sheet = parsed
                if not parsed.fit:
                    form.refuse(request, Refusal("table_unfit", field="file"))
            except Refusal as refusal:
                form.refuse(request, Refusal(refusal.code, **{**refusal.details, "field": "file"}))

        def keep(w: Work) -> str:
            case(w, id, "import_petitions")
            assert sheet is not None
            for old in (
                w.db.execute(select(petition_table).where(petition_table.c.conference == id, petition_table.c.taken_at.is_(None))).mappings().all()
            ):
                w.drop(petition_table, old["id"])
            return w.add(petition_table, conference=id, sha256=door.files.put(content), name=name, rows=len(sheet.rows), by=w.by.account, at=w.now)

        here = f"/van-phong/hoi-nghi/{id}/kien-nghi/nhap-bang"
        return await door.submit(request, form, keep, lambda table: f"{here}/{table}", lambda w: upload_view(w, id, sheet), done="table_read")

    def preview_view(w: Work, id: str, table: str, request: Request) -> tuple[str, Context]:
        found = case(w, id, "import_petitions")
        row = w.row(petition_table, table)
        if row["conference"] != id:
            raise Refusal("not_found")
        sheet = read(door.files.get(row["sha256"]), language_of(request), w.today)
        return "petitions/preview.html", {**case_frame(w, found), "table": row, "rows": sheet.rows[:SHOWN], "more": max(0, len(sheet.rows) - SHOWN)}

    @router.get(f"{at}/{{table}}")
    async def preview(request: Request, id: str, table: str) -> Response:
        return await door.show(request, lambda w: preview_view(w, id, table, request))

    @router.post(f"{at}/{{table}}")
    async def take_table(request: Request, id: str, table: str) -> Response:
        form: Form[Nothing] = await read_form(request, Nothing)

        def do(w: Work) -> int:
            found = case(w, id, "import_petitions")
            row = w.row(petition_table, table)
            if row["conference"] != id or row["taken_at"]:
                raise Refusal("table_taken")
            count = take(
                w, found, read(door.files.get(row["sha256"]), "vi", w.today), door.keys, door.files, next((post.body for post in w.by.posts), None)
            )
            w.change(petition_table, table, taken_at=w.now)
            return count

        here = f"/van-phong/hoi-nghi/{id}/kien-nghi"
        return await door.submit(request, form, do, here, lambda w: preview_view(w, id, table, request), done="table_taken")

    return router
