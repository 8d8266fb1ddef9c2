"""One petition: what it says and where it stands, the deeds that are one button, its code, its files. Deeds with a form of their own are in `deed_pages.py`, the
answers in `answer_pages.py`."""

from __future__ import annotations

from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import RowMapping, select

from moderation import Refusal
from moderation.case.petitions import State, is_late
from moderation.case.text import spoken_number
from server.conferences.queries import case_frame
from server.conferences.routes import qr_svg
from server.db.tables import account
from server.office.forms import Form, FormBody, MaybeLine, read_form
from server.office.office import Context, Office
from server.office.work import Work
from server.petitions.assigning import settle
from server.petitions.entering import said
from server.petitions.list_pages import PATH
from server.petitions.merging import unmerge
from server.petitions.queries import (
    answers_seen,
    bodies,
    concerned,
    files_of,
    merged_ones,
    petition_of_case,
    proposals_of,
    sees_contacts,
)
from server.petitions.tables import petition, petition_file
from server.petitions.tracking import give_code, spaced
from server.petitions.triage import show_again, withhold

ONE = f"{PATH}/{{petition_id}}"


class ReasonForm(FormBody):
    """Why a petition is withheld."""

    reason: MaybeLine = ""


class Nothing(FormBody):
    """A button."""


def petition_view(w: Work, id: str, petition_id: str) -> tuple[str, Context]:
    """The page of one petition."""
    found, row = petition_of_case(w, id, petition_id)
    known = bodies(w, found["unit"])
    into = w.row(petition, row["merged_into"]) if row["merged_into"] else None
    answers = answers_seen(w, found, row)
    people = {id for answer in answers for id in (answer["by"], answer["checked_by"], answer["released_by"])} | {
        row["keyed_by"],
        row["withheld_by"],
    }
    names = {row.id: row.name for row in w.db.execute(select(account.c.id, account.c.name).where(account.c.id.in_(people)))}
    context: Context = {
        "one": row, "bodies": known, "into": into, "merged": merged_ones(w, petition_id), "answers": answers, "files": files_of(w, petition_id),
        "proposals": proposals_of(w, petition_id), "contacts": sees_contacts(w, found, row), "names": names, "said": said, "number": spoken_number,
        "late": is_late(State(row["state"]), row["answer_due"], w.today), "can": actions(w, found, row),
    }  # fmt: skip
    return "petitions/petition.html", {**case_frame(w, found), **context}


def actions(w: Work, found: RowMapping, row: RowMapping) -> frozenset[str]:
    """What the one who looks may do with a petition: rights of this unit and of its bodies."""
    names = (
        "triage_petition",
        "merge_petitions",
        "assign_petition",
        "propose_assignment",
        "draft_answer",
        "check_answer",
        "release_answer",
        "withhold_petition",
    )
    return frozenset(name for name in names if w.may(name, found["unit"], *concerned(row)))


def petition_routes(door: Office) -> APIRouter:
    """Under /van-phong/hoi-nghi/{id}/kien-nghi/{petition_id}."""
    router = APIRouter()

    def here(id: str, petition_id: str) -> str:
        return f"/van-phong/hoi-nghi/{id}/kien-nghi/{petition_id}"

    @router.get(ONE)
    async def show(request: Request, id: str, petition_id: str) -> Response:
        return await door.show(request, lambda w: petition_view(w, id, petition_id))

    # --- one button, one deed ---------------------------------------------------------------------------------------------------

    @router.post(f"{ONE}/de-xuat/{{proposal_id}}/{{how}}")
    async def settle_proposal(request: Request, id: str, petition_id: str, proposal_id: str, how: str) -> Response:
        form: Form[Nothing] = await read_form(request, Nothing)
        return await door.submit(
            request,
            form,
            lambda w: settle(w, id, petition_id, proposal_id, how == "nhan"),
            here(id, petition_id),
            lambda w: petition_view(w, id, petition_id),
        )

    @router.post(f"{ONE}/tach")
    async def take_out(request: Request, id: str, petition_id: str) -> Response:
        form: Form[Nothing] = await read_form(request, Nothing)
        return await door.submit(
            request, form, lambda w: unmerge(w, id, petition_id), here(id, petition_id), lambda w: petition_view(w, id, petition_id)
        )

    @router.post(f"{ONE}/khong-cong-khai")
    async def keep_from_public(request: Request, id: str, petition_id: str) -> Response:
        form = await read_form(request, ReasonForm)
        return await door.submit(
            request,
            form,
            lambda w: withhold(w, id, petition_id, form.value.reason),
            here(id, petition_id),
            lambda w: petition_view(w, id, petition_id),
        )

    @router.post(f"{ONE}/cong-khai")
    async def back_to_public(request: Request, id: str, petition_id: str) -> Response:
        form: Form[Nothing] = await read_form(request, Nothing)
        return await door.submit(
            request, form, lambda w: show_again(w, id, petition_id), here(id, petition_id), lambda w: petition_view(w, id, petition_id)
        )

    @router.post(f"{ONE}/ma")
    async def new_code(request: Request, id: str, petition_id: str) -> Response:
        """A new tracking code for the sender, on a page to print. It is shown this once. Only to whoever works with the sender: the old code ends,
        and whoever holds the new one reads along and asks in the sender's name."""

        def do(w: Work) -> str:
            found, row = petition_of_case(w, id, petition_id, "enter_petition")
            if not sees_contacts(w, found, row):
                raise Refusal("not_allowed", command="enter_petition")
            return give_code(w, door.keys, petition_id)

        try:
            code = await door.act(request, do)
        except Refusal as refusal:
            return door.page.refused(request, refusal)

        def view(w: Work) -> tuple[str, Context]:
            found, row = petition_of_case(w, id, petition_id)
            return "public/receipt.html", {"case": found, "one": row, **receipt(door, request, code), "staff_made": True}

        return await door.show(request, view)

    @router.get(f"{ONE}/tep/{{file_id}}")
    async def attached(request: Request, id: str, petition_id: str, file_id: str) -> Response:
        """A file that came with the petition, for whoever works with the sender."""

        def look(w: Work) -> RowMapping:
            found, row = petition_of_case(w, id, petition_id)
            file = w.row(petition_file, file_id, "file_unknown")
            if file["petition"] != petition_id:
                raise Refusal("file_unknown")
            if not sees_contacts(w, found, row):
                raise Refusal("not_allowed", command="see_files")
            return file

        file = await door.read(request, look)
        return download(door, file)

    return router


def download(door: Office, file: RowMapping) -> Response:
    """A kept file, never shown inside a page of ours."""
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(file['name'])}",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cache-Control": "no-store",
    }
    return Response(door.files.get(file["sha256"]), media_type=file["type"], headers=headers)


def receipt(door: Office, request: Request, code: str) -> Context:
    """The code with the address where it is used, and the QR of both. The code stands behind `#`, which browsers never send."""
    base = door.settings.public_url or str(request.base_url).rstrip("/")
    return {"code": spaced(code), "follow": f"{base}/theo-doi", "qr": qr_svg(f"{base}/theo-doi#{code}", 5)}
