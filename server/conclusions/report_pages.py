"""Pages of the agencies' reports (D10.2) and of the referrals to the superior body."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import select
from starlette.datastructures import UploadFile

from server.conclusions import clocks, letters, referrals, reports
from server.conclusions.notice_pages import BLANK, Nothing, Number, bodies_for
from server.conclusions.sending_pages import held
from server.conclusions.tables import notice
from server.conferences.queries import case, case_frame
from server.office.forms import Code, Day, Form, FormBody, MaybeLine, MaybeProse, Prose, read_form
from server.office.office import Context, Office
from server.office.work import Work
from server.organisation.tables import body


class Reported(FormBody):
    """An agency reports on some of its items at once."""

    ids: tuple[Code, ...] = ()
    to_chair_on: Day | None = None
    to_petitioner_on: Day | None = None
    text: MaybeProse = ""
    files: tuple[UploadFile, ...] = ()


class Referral(FormBody):
    """A new referral, or its changed words."""

    to: Code | None = None
    items: tuple[Code, ...] = ()
    facts: Prose
    request: Prose
    version: int | None = None


class Answered(FormBody):
    """What the superior body answered."""

    number: MaybeLine = ""
    on: Day
    text: Prose
    files: tuple[UploadFile, ...] = ()


def reports_view(w: Work, id: str, failed: str = "") -> tuple[str, Context]:
    """Per agency its items with the two dates, and what is late in words."""
    found = case(w, id)
    row = w.db.execute(select(notice).where(notice.c.conference == id)).mappings().first()
    frame = {**case_frame(w, found), "sub": "/bao-cao", "failed": failed, "blank": BLANK, "notice": row}
    if row is None:
        return "conclusions/none.html", frame
    calendar = clocks.working_days(w)
    agencies: dict[str, list[dict[str, Any]]] = {}
    for one in reports.reports_of(w, id):
        agencies.setdefault(one["body"], []).append({**one, "judged": reports.judged(w, one, calendar)})
    mine = {agency for agency in agencies if w.may("report_result", found["unit"], agency)}
    return "conclusions/reports.html", {**frame, "agencies": agencies, "mine": mine, "own_bodies": w.by.bodies()}


def referrals_view(w: Work, id: str, failed: str = "") -> tuple[str, Context]:
    """What goes to superior bodies, and their answers."""
    found = case(w, id)
    row = w.db.execute(select(notice).where(notice.c.conference == id)).mappings().first()
    frame = {**case_frame(w, found), "sub": "/kien-nghi-cap-tren", "failed": failed, "blank": BLANK, "notice": row}
    if row is None:
        return "conclusions/none.html", frame
    items = referrals.beyond(w, id)
    told = referrals.referrals_of(w, id)
    there = {item for one in told for item in one["conclusions"]}
    superior = set(w.db.scalars(select(body.c.id).where(body.c.superior)))
    waiting = [item for item in items if item["id"] not in there and item["sent_to"] in superior]
    context = {"items": {item["id"]: item for item in items}, "referrals": told, "waiting": waiting}
    return "conclusions/referrals.html", {**frame, **context, "bodies": [one for one in bodies_for(w, id) if one[0] in superior]}


def report_routes(door: Office) -> APIRouter:
    """Under /van-phong/hoi-nghi/{id}/ket-luan: reports and referrals."""
    router = APIRouter(prefix="/van-phong/hoi-nghi/{id}/ket-luan")

    @router.get("/bao-cao")
    async def show_reports(request: Request, id: str) -> Response:
        return await door.show(request, lambda w: reports_view(w, id))

    @router.post("/bao-cao/{agency}")
    async def report(request: Request, id: str, agency: str) -> Response:
        form = await read_form(request, Reported)
        files = await held(request, form, door)

        def do(w: Work) -> None:
            given = form.value
            reports.report(w, id, given.ids, given.to_chair_on, given.to_petitioner_on, given.text, files)

        there = f"/van-phong/hoi-nghi/{id}/ket-luan/bao-cao"
        return await door.submit(request, form, do, there, lambda w: reports_view(w, id, agency), done="reported")

    @router.post("/bao-cao/{agency}/van-ban")
    async def write(request: Request, id: str, agency: str) -> Response:
        """The report as a paper of the agency; from here one goes to the paper."""
        form = await read_form(request, Nothing)
        return await door.submit(
            request,
            form,
            lambda w: letters.write_result(w, id, agency),
            lambda paper: f"/van-phong/van-ban/{paper}",
            lambda w: reports_view(w, id, agency),
        )

    @router.get("/kien-nghi-cap-tren")
    async def show_referrals(request: Request, id: str) -> Response:
        return await door.show(request, lambda w: referrals_view(w, id))

    @router.post("/kien-nghi-cap-tren")
    async def draft(request: Request, id: str) -> Response:
        form = await read_form(request, Referral)

        def do(w: Work) -> None:
            given = form.value
            referrals.draft_referral(w, id, given.to or "", given.items, given.facts, given.request)

        return await taken(request, id, "draft", form, do)

    @router.post("/kien-nghi-cap-tren/{one}")
    async def change(request: Request, id: str, one: str) -> Response:
        form = await read_form(request, Referral)

        def do(w: Work) -> None:
            referrals.change_referral(w, id, one, form.value.version or 0, form.value.facts, form.value.request)

        return await taken(request, id, one, form, do)

    @router.post("/kien-nghi-cap-tren/{one}/ky")
    async def sign(request: Request, id: str, one: str) -> Response:
        form = await read_form(request, Number)
        return await taken(request, id, f"sign-{one}", form, lambda w: referrals.sign_referral(w, id, one, form.value.number), "referral_signed")

    @router.post("/kien-nghi-cap-tren/{one}/tra-loi")
    async def answer(request: Request, id: str, one: str) -> Response:
        form = await read_form(request, Answered)
        files = await held(request, form, door)
        given = form
        return await taken(
            request, id, f"answer-{one}", form,
            lambda w: referrals.answer_referral(w, id, one, given.value.number, given.value.on, given.value.text, files),
        )  # fmt: skip

    async def taken(request: Request, id: str, which: str, form: Form[Any], do: Callable[[Work], Any], done: str = "saved") -> Response:
        there = f"/van-phong/hoi-nghi/{id}/ket-luan/kien-nghi-cap-tren"
        return await door.submit(request, form, do, there, lambda w: referrals_view(w, id, which), done=done)

    return router
