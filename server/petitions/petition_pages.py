"""One petition: what it says and where it stands; triage, merging, assignment, withholding, its code, its files. The answers are in `answer_pages.py`."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import Field
from sqlalchemy import RowMapping, select

from moderation import Refusal
from moderation.case.petitions import CHANNELS, ELSEWHERE, FIELDS, Kind, State, is_late
from moderation.case.text import spoken_number
from server.conferences.queries import case_frame
from server.conferences.routes import qr_svg
from server.db.tables import account
from server.office.forms import Day, Form, FormBody, Line, MaybeLine, MaybeProse, read_form
from server.office.office import Context, Office
from server.office.work import Work
from server.petitions.assigning import Assignment, assign, propose, settle
from server.petitions.entering import said
from server.petitions.list_pages import PATH
from server.petitions.merging import likely_duplicates, merge, unmerge
from server.petitions.petition_form import MaybeName, Name
from server.petitions.queries import (
    answers_of,
    bodies,
    concerned,
    files_of,
    merged_ones,
    next_to_triage,
    petition_of_case,
    proposals_of,
    sees_contacts,
)
from server.petitions.speaking import name_speaker
from server.petitions.tables import petition, petition_file
from server.petitions.tracking import give_code, spaced
from server.petitions.triage import Decision, show_again, triage, withhold

ONE = f"{PATH}/{{petition_id}}"


class TriageForm(FormBody):
    """What the triage decides. `next`: go on with the next petition that waits."""

    kind: Kind
    field: MaybeLine
    shown_as: Name
    summary: Annotated[MaybeProse, Field(max_length=2_000)] = ""
    note: MaybeLine = ""
    referral_to: MaybeLine = ""
    referral_no: MaybeLine = ""
    referral_date: Day | None = None
    beyond: bool = False
    complex: bool = False
    escalate_to: MaybeLine = ""
    next: bool = False
    version: int

    def decision(self) -> Decision:
        return Decision(
            self.kind, self.field, self.shown_as, self.summary, self.note, self.referral_to, self.referral_no, self.referral_date, not self.beyond, self.complex,
            self.escalate_to or None,
        )  # fmt: skip


class MergeForm(FormBody):
    """The petitions that are told together with this one."""

    others: tuple[str, ...] = ()


class AssignmentForm(FormBody):
    """Who answers."""

    lead: Line
    coordinating: tuple[str, ...] = ()
    due: Day | None = None
    version: int


class ProposalForm(FormBody):
    """Who should answer, the Front thinks."""

    proposed_lead: Line
    note: MaybeLine = ""


class SpeakingForm(FormBody):
    """Who speaks for a group, and whether the sender wants to speak."""

    representative: MaybeName = ""
    authority: MaybeLine = ""
    wants_to_speak: bool = False
    channel: MaybeLine = ""
    version: int


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
    people = {id for answer in answers_of(w, petition_id) for id in (answer["by"], answer["checked_by"], answer["released_by"])} | {
        row["keyed_by"],
        row["withheld_by"],
    }
    names = {row.id: row.name for row in w.db.execute(select(account.c.id, account.c.name).where(account.c.id.in_(people)))}
    context: Context = {
        "one": row, "bodies": known, "into": into, "merged": merged_ones(w, petition_id), "answers": answers_of(w, petition_id), "files": files_of(w, petition_id),
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

    @router.get(f"{PATH}/phan-loai")
    async def triage_queue(request: Request, id: str) -> Response:
        """The oldest petition that waits for triage, or the list when none does."""
        try:
            waits = await door.read(request, lambda w: next_to_triage(w, id))
        except Refusal as refusal:
            return door.page.refused(request, refusal)
        return RedirectResponse(f"{here(id, waits)}/phan-loai?tiep=1" if waits else f"/van-phong/hoi-nghi/{id}/kien-nghi?xong=triage_finished", 303)

    @router.get(ONE)
    async def show(request: Request, id: str, petition_id: str) -> Response:
        return await door.show(request, lambda w: petition_view(w, id, petition_id))

    # --- triage -----------------------------------------------------------------------------------------------------------------

    def triage_view(w: Work, id: str, petition_id: str, on: bool) -> tuple[str, Context]:
        found, row = petition_of_case(w, id, petition_id, "triage_petition")
        superiors = [known for known in bodies(w, found["unit"]).values() if known["superior"]]
        alike = likely_duplicates(w, id, f"{row['content']} {row['request']}", but=petition_id)
        context: Context = {
            "one": row,
            "fields": FIELDS,
            "elsewhere": ELSEWHERE,
            "superiors": superiors,
            "on": on,
            "alike": alike,
            "files": files_of(w, petition_id),
        }
        return "petitions/triage.html", {**case_frame(w, found), **context}

    @router.get(f"{ONE}/phan-loai")
    async def show_triage(request: Request, id: str, petition_id: str) -> Response:
        return await door.show(request, lambda w: triage_view(w, id, petition_id, request.query_params.get("tiep") == "1"))

    @router.post(f"{ONE}/phan-loai")
    async def take_triage(request: Request, id: str, petition_id: str) -> Response:
        form = await read_form(request, TriageForm)
        on = bool(form.typed.get("next"))
        return await door.submit(
            request, form, lambda w: triage(w, id, petition_id, form.value.decision(), form.value.version),
            f"/van-phong/hoi-nghi/{id}/kien-nghi/phan-loai" if on else here(id, petition_id), lambda w: triage_view(w, id, petition_id, on),
        )  # fmt: skip

    # --- merging ----------------------------------------------------------------------------------------------------------------

    def merge_view(w: Work, id: str, petition_id: str) -> tuple[str, Context]:
        found, row = petition_of_case(w, id, petition_id, "merge_petitions")
        alike = likely_duplicates(w, id, f"{row['content']} {row['request']}", but=petition_id, most=12)
        return "petitions/merge.html", {**case_frame(w, found), "one": row, "alike": alike, "said": said}

    @router.get(f"{ONE}/gop")
    async def show_merge(request: Request, id: str, petition_id: str) -> Response:
        return await door.show(request, lambda w: merge_view(w, id, petition_id))

    @router.post(f"{ONE}/gop")
    async def take_merge(request: Request, id: str, petition_id: str) -> Response:
        form = await read_form(request, MergeForm)
        return await door.submit(
            request,
            form,
            lambda w: merge(w, id, petition_id, form.value.others),
            here(id, petition_id),
            lambda w: merge_view(w, id, petition_id),
            done="merged",
        )

    # --- assignment -------------------------------------------------------------------------------------------------------------

    def assign_view(w: Work, id: str, petition_id: str) -> tuple[str, Context]:
        found, row = petition_of_case(w, id, petition_id, "assign_petition")
        return "petitions/assign.html", {
            **case_frame(w, found),
            "one": row,
            "bodies": bodies(w, found["unit"]),
            "proposals": proposals_of(w, petition_id),
            "said": said,
        }

    @router.get(f"{ONE}/phan-cong")
    async def show_assignment(request: Request, id: str, petition_id: str) -> Response:
        return await door.show(request, lambda w: assign_view(w, id, petition_id))

    @router.post(f"{ONE}/phan-cong")
    async def take_assignment(request: Request, id: str, petition_id: str) -> Response:
        form = await read_form(request, AssignmentForm)

        def do(w: Work) -> None:
            given = form.value
            assign(w, id, petition_id, Assignment(given.lead, given.coordinating, given.due), given.version)

        return await door.submit(request, form, do, here(id, petition_id), lambda w: assign_view(w, id, petition_id))

    def propose_view(w: Work, id: str, petition_id: str) -> tuple[str, Context]:
        found, row = petition_of_case(w, id, petition_id, "propose_assignment")
        return "petitions/propose.html", {**case_frame(w, found), "one": row, "bodies": bodies(w, found["unit"]), "said": said}

    @router.get(f"{ONE}/de-xuat")
    async def show_proposal(request: Request, id: str, petition_id: str) -> Response:
        return await door.show(request, lambda w: propose_view(w, id, petition_id))

    @router.post(f"{ONE}/de-xuat")
    async def take_proposal(request: Request, id: str, petition_id: str) -> Response:
        form = await read_form(request, ProposalForm)
        return await door.submit(
            request,
            form,
            lambda w: propose(w, id, petition_id, form.value.proposed_lead, form.value.note),
            here(id, petition_id),
            lambda w: propose_view(w, id, petition_id),
        )

    # --- speaking ---------------------------------------------------------------------------------------------------------------

    def speaking_view(w: Work, id: str, petition_id: str) -> tuple[str, Context]:
        found, row = petition_of_case(w, id, petition_id, "enter_petition")
        return "petitions/speaking.html", {**case_frame(w, found), "one": row, "channels": CHANNELS}

    @router.get(f"{ONE}/phat-bieu")
    async def show_speaking(request: Request, id: str, petition_id: str) -> Response:
        return await door.show(request, lambda w: speaking_view(w, id, petition_id))

    @router.post(f"{ONE}/phat-bieu")
    async def take_speaking(request: Request, id: str, petition_id: str) -> Response:
        form = await read_form(request, SpeakingForm)

        def do(w: Work) -> None:
            given = form.value
            name_speaker(w, id, petition_id, given.representative, given.authority, given.wants_to_speak, given.channel, given.version)

        return await door.submit(request, form, do, here(id, petition_id), lambda w: speaking_view(w, id, petition_id))

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
        """A new tracking code for the sender, on a page to print. It is shown this once."""

        def do(w: Work) -> str:
            petition_of_case(w, id, petition_id, "enter_petition")
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
