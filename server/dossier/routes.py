"""The tab of the dossier: its places and what is missing, files put in, the lock, the archive."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import quote

from anyio import to_thread
from fastapi import APIRouter, Request, UploadFile
from fastapi.responses import FileResponse, Response
from sqlalchemy import select

from moderation import Refusal
from moderation.case.dossier import ATTACHED, SLOTS, TERMS, kept_until, missing
from server.clock import day_of
from server.conclusions.closing import open_items
from server.conclusions.reports import reports_of
from server.conferences.queries import case, case_frame
from server.db.tables import account
from server.db.verify import Head
from server.dossier.exporting import Archives, last, state_of
from server.dossier.keeping import keep, lock_dossier, open_dossier, put_in, put_minutes, put_recording, take_out
from server.dossier.pieces import File, content_of, pieces
from server.dossier.tables import dossier_seal
from server.files.checked import LARGEST
from server.office.forms import Code, Day, FormBody, Line, MaybeLine, read_form
from server.office.office import Context, Office
from server.office.work import Work
from server.rooms.rooms import Rooms


class PieceForm(FormBody):
    slot: Code
    file: UploadFile
    number: MaybeLine = ""
    date: Day | None = None
    subject: MaybeLine = ""


class KeepingForm(FormBody):
    term: Line
    custodian: Line
    version: int


class Nothing(FormBody):
    """A button without fields."""


def dossier_routes(door: Office, rooms: Rooms) -> APIRouter:
    """Under /van-phong/hoi-nghi/{id}/ho-so."""
    router = APIRouter()
    archives = Archives(door.engine, door.files, door.settings.data_dir / "exports", door.settings.recordings)
    making: set[asyncio.Task[None]] = set()
    base = "/van-phong/hoi-nghi/{id}/ho-so"

    @router.get(base)
    async def show(request: Request, id: str) -> Response:
        return await door.show(request, lambda w: dossier_view(w, id))

    @router.get(f"{base}/them")
    async def piece_page(request: Request, id: str) -> Response:
        return await door.show(request, lambda w: piece_view(w, id, request.query_params.get("cho", "")))

    @router.post(f"{base}/them")
    async def add_piece(request: Request, id: str) -> Response:
        form = await read_form(request, PieceForm)
        content = b""
        if form.ok:
            content = await form.value.file.read(LARGEST + 1)
            await form.value.file.close()

        def do(w: Work) -> None:
            v = form.value
            put_in(
                w,
                door.files,
                id,
                v.slot,
                v.file.filename or "",
                content,
                number=v.number,
                date=v.date.isoformat() if v.date else None,
                subject=v.subject,
            )

        return await door.submit(request, form, do, base.format(id=id), lambda w: piece_view(w, id, str(form.typed.get("slot", ""))), done="put_in")

    @router.post(f"{base}/bien-ban")
    async def take_minutes(request: Request, id: str) -> Response:
        """Takes the signed minutes over from the room."""
        form = await read_form(request, Nothing)
        await door.read(request, lambda w: case(w, id, "keep_dossier"))
        room = (await rooms.get(id)).room
        state, head = room.state, Head(room.state.seq, bytes.fromhex(room.head))
        return await door.submit(
            request, form, lambda w: put_minutes(w, door.files, id, state, head), base.format(id=id), lambda w: dossier_view(w, id), done="put_in"
        )

    @router.post(f"{base}/bo/{{piece}}")
    async def remove_piece(request: Request, id: str, piece: str) -> Response:
        form = await read_form(request, Nothing)
        return await door.submit(request, form, lambda w: take_out(w, id, piece), base.format(id=id), lambda w: dossier_view(w, id), done="taken_out")

    @router.get(f"{base}/luu-giu")
    async def keeping_page(request: Request, id: str) -> Response:
        return await door.show(request, lambda w: keeping_view(w, id))

    @router.post(f"{base}/luu-giu")
    async def set_keeping(request: Request, id: str) -> Response:
        form = await read_form(request, KeepingForm)
        return await door.submit(request, form, lambda w: keep(w, id, form.value.term, form.value.custodian, form.value.version), base.format(id=id),
                                 lambda w: keeping_view(w, id))  # fmt: skip

    @router.post(f"{base}/khoa")
    async def lock(request: Request, id: str) -> Response:
        form = await read_form(request, Nothing)

        def do(w: Work) -> None:
            put_recording(w, door.files, id, door.settings.recordings)
            lock_dossier(w, id)

        return await door.submit(request, form, do, base.format(id=id), lambda w: dossier_view(w, id), done="locked")

    @router.get(f"{base}/ban-ke")
    async def sealed(request: Request, id: str) -> Response:
        return await door.show(request, lambda w: seal_view(w, id))

    @router.get(f"{base}/tep/{{sha256}}")
    async def fetch_piece(request: Request, id: str, sha256: str) -> Response:
        def find(w: Work) -> tuple[File, bytes]:
            case(w, id, "read_dossier")
            file = next((file for piece in pieces(w, id) for file in piece.files if file.sha256 == sha256), None)
            found = content_of(w, door.files, sha256) if file else None
            if file is None or found is None:
                raise Refusal("file_unknown")
            return file, found[0]

        file, content = await door.read(request, find)
        return Response(content, media_type=file.type, headers=attached(file.name))

    @router.post(f"{base}/xuat")
    async def export(request: Request, id: str) -> Response:
        form = await read_form(request, Nothing)
        asked: list[str] = []

        def do(w: Work) -> None:
            export = archives.ask(w, id)
            if export is not None:
                asked.append(export)

        answer = await door.submit(request, form, do, f"{base.format(id=id)}#archive", lambda w: dossier_view(w, id), done="export_asked")
        for export in asked:
            task = asyncio.create_task(to_thread.run_sync(archives.make, export, id))
            making.add(task)
            task.add_done_callback(making.discard)
        return answer

    @router.get(f"{base}/xuat/{{export}}.zip")
    async def fetch_archive(request: Request, id: str, export: str) -> Response:
        path = await door.read(request, lambda w: archives.ready(w, id, export))
        return FileResponse(path, media_type="application/zip", headers=attached(f"ho-so-{id}.zip"))

    return router


def attached(name: str) -> dict[str, str]:
    """Headers of a file that is saved, never shown as a page of ours, and kept by nothing on the way."""
    return {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}", "Cache-Control": "no-store",
            "Content-Security-Policy": "sandbox; default-src 'none'", "X-Content-Type-Options": "nosniff"}  # fmt: skip


def dossier_view(w: Work, id: str) -> tuple[str, Context]:
    """The places with what lies in them, what is missing, and how far the archive is."""
    found = case(w, id)
    there = pieces(w, id)
    locked_on = day_of(found["dossier_locked_at"]) if found["dossier_locked_at"] is not None else None
    seal = w.db.execute(select(dossier_seal.c.pieces).where(dossier_seal.c.conference == id)).first()
    archive = last(w, id) if w.may("export_dossier", found["unit"]) else None
    context: dict[str, Any] = {
        "slots": [(slot, [piece for piece in there if piece.slot == slot.id]) for slot in SLOTS],
        "attached": [(slot, [piece for piece in there if piece.slot == slot.id]) for slot in ATTACHED],
        "missing": missing(piece.slot for piece in there),
        "attendance_lacks": bool(found["held_on"]) and not any(piece.slot == "diem_danh" for piece in there),
        "open_items": open_items(w, id),
        "owed": [f"{row['code']} ({row['body_name']})" for row in reports_of(w, id) if not (row["to_chair_on"] and row["to_petitioner_on"])],
        "kept_until": kept_until(found["dossier_term"], locked_on) if locked_on else None,
        "sealed": {piece["sha256"] for piece in seal.pieces} if seal else set(),
        "archive": archive,
        "archive_state": state_of(archive, w.now) if archive else "",
    }
    return "dossier/dossier.html", {**case_frame(w, found), **context}


def piece_view(w: Work, id: str, slot: str) -> tuple[str, Context]:
    """The form by which a file is put in."""
    found = open_dossier(w, id)
    return "dossier/piece.html", {**case_frame(w, found), "slots": [*SLOTS, *ATTACHED], "slot": slot}


def keeping_view(w: Work, id: str) -> tuple[str, Context]:
    """The form of term and custodian."""
    found = case(w, id, "keep_dossier")
    return "dossier/keeping.html", {**case_frame(w, found), "terms": list(dict.fromkeys((*TERMS, found["dossier_term"])))}


def seal_view(w: Work, id: str) -> tuple[str, Context]:
    """The list of a locked dossier with its hashes, for printing (D15.2)."""
    found = case(w, id)
    seal = w.db.execute(select(dossier_seal).where(dossier_seal.c.conference == id)).mappings().first()
    if seal is None:
        raise Refusal("not_found")
    by = w.db.scalar(select(account.c.name).where(account.c.id == seal["by"]))
    return "dossier/seal.html", {**case_frame(w, found), "seal": seal, "by": by or ""}
