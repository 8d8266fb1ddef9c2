"""What is done with a petition on a page of its own: triage, merging, assignment, the Front's proposal, registering to speak."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import Field

from moderation import Refusal
from moderation.case.petitions import CHANNELS, ELSEWHERE, FIELDS, Kind
from server.conferences.queries import case_frame
from server.office.forms import Day, FormBody, Line, MaybeLine, MaybeProse, read_form
from server.office.office import Context, Office
from server.office.work import Work
from server.petitions.assigning import Assignment, assign, propose
from server.petitions.entering import said
from server.petitions.list_pages import PATH
from server.petitions.merging import likely_duplicates, merge
from server.petitions.petition_form import MaybeName, Name
from server.petitions.petition_pages import ONE
from server.petitions.queries import (
    bodies,
    files_of,
    next_to_triage,
    petition_of_case,
    proposals_of,
)
from server.petitions.speaking import name_speaker
from server.petitions.triage import Decision, triage


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


def deed_routes(door: Office) -> APIRouter:
    """Under /van-phong/hoi-nghi/{id}/kien-nghi/{petition_id}; the triage of one after the other under /van-phong/hoi-nghi/{id}/kien-nghi/phan-loai."""
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

    return router
