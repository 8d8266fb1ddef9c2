"""The tab of the conclusion: the draft and its items, extension, submitting, signing, issuing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import Field
from sqlalchemy import select

from moderation.case.following import ALWAYS_FOLLOWED, EDITABLE, Ground, NoticeState, grounds, late_by, missing
from moderation.conclusion import Kind
from server.conclusions import clocks, issuing, letters
from server.conclusions.distribution import expected, recipients_of, ruled
from server.conclusions.items import asked_of, find_item, items_of, names_of, presides, save_item
from server.conclusions.items import ruled as as_rules_see
from server.conclusions.notice_paper import preview
from server.conclusions.tables import milestone, notice
from server.conferences.queries import case, case_frame
from server.deadlines.tables import deadline
from server.office.forms import Code, Day, Form, FormBody, Line, MaybeLine, MaybeProse, Prose, read_form
from server.office.office import Context, Office
from server.office.work import Work
from server.organisation.tables import body, unit


class Nothing(FormBody):
    """A button alone."""


class Draft(FormBody):
    """What the notice says beside its items."""

    general: MaybeProse = ""
    execution: MaybeProse = ""
    version: int


class Number(FormBody):
    """The number of the office's book, where it differs from the next one here."""

    number: int | None = None


class Words(FormBody):
    """What the chair wants changed."""

    words: Line


class Extension(FormBody):
    """15 working days: on which ground, and why. An empty field is refused by the rule, which names it."""

    ground: MaybeLine = ""
    words: MaybeLine = ""


class ItemForm(FormBody):
    """An item of the draft. `share_body` and `share_text` belong together, in order."""

    kind: Kind
    text: Prose
    opinion: MaybeProse = ""
    lead: Code | None = None
    coordinating: tuple[Code, ...] = ()
    due: Day | None = None
    sent_to: Code | None = None
    share_body: tuple[MaybeLine, ...] = Field(default=(), max_length=30)
    share_text: tuple[MaybeLine, ...] = Field(default=(), max_length=30)
    version: int


BLANK: Form[Any] = Form()
"""For the forms of a page that were not the one sent."""


def bodies_for(w: Work, id: str) -> list[tuple[str, str]]:
    """The bodies of the case's unit and of the unit above, to choose from."""
    own = w.row(unit, case(w, id)["unit"])
    found = select(body.c.id, body.c.name).where(body.c.unit.in_([one for one in (own["id"], own["parent"]) if one]), body.c.valid_to.is_(None))
    return [(row.id, row.name) for row in w.db.execute(found.order_by(body.c.name))]


def notice_view(w: Work, id: str, failed: str = "") -> tuple[str, Context]:
    """The draft of the notice with where it stands."""
    found = case(w, id)
    row = w.db.execute(select(notice).where(notice.c.conference == id)).mappings().first()
    frame = {**case_frame(w, found), "sub": "", "failed": failed, "blank": BLANK, "notice": row}
    if row is None:
        return "conclusions/none.html", frame
    items = items_of(w, id)
    recipients = recipients_of(w, id)
    dates = select(deadline).where(deadline.c.conference == id, deadline.c.kind.in_(("conclusion", "publication")))
    steps: dict[str, int] = {}
    for one in w.db.scalars(select(milestone.c.conclusion).where(milestone.c.conference == id)):
        steps[one] = steps.get(one, 0) + 1
    return "conclusions/notice.html", {
        **frame,
        "items": items,
        "about": asked_of(w, id),
        "names": names_of(w),
        "steps": steps,
        "deadlines": w.db.execute(dates.order_by(deadline.c.due)).mappings().all(),
        "grounds": grounds(as_rules_see(items)),
        "all_grounds": tuple(Ground),
        "editable": NoticeState(row["state"]) in EDITABLE,
        "missing": not_sent_to(w, id, row, ruled(recipients)),
        "recipients": recipients,
        "presides": presides(w, id),
        "late": late(w, id),
        "letters": letters.tasking_letters(w, id),
    }


def late(w: Work, id: str) -> int:
    """Working days by which the notice was sent too late, once it was sent to everybody (D10.1a)."""
    due = clocks.due_of(w, id, "conclusion")
    return late_by(date.fromisoformat(due["due"]), date.fromisoformat(due["met_on"]), clocks.working_days(w)) if due and due["met_on"] else 0


def not_sent_to(w: Work, id: str, row: Any, recipients: Any) -> tuple[str, ...]:
    """The groups that were not sent the notice yet, once it is issued."""
    return tuple(group.value for group in missing(recipients, expected(w, id))) if row["issued_on"] else ()


def item_view(w: Work, id: str, item: str) -> tuple[str, Context]:
    """One item to edit."""
    found = case(w, id, "draft_notice")
    row = find_item(w, item, "draft_notice")
    context = {"item": row, "bodies": bodies_for(w, id), "kinds": tuple(Kind), "followed": ALWAYS_FOLLOWED, "about": asked_of(w, id).get(item, [])}
    return "conclusions/item.html", {**case_frame(w, found), "sub": "", "failed": "", "blank": BLANK, **context}


def notice_routes(door: Office) -> APIRouter:
    """Under /van-phong/hoi-nghi/{id}/ket-luan."""
    router = APIRouter(prefix="/van-phong/hoi-nghi/{id}/ket-luan")

    @router.get("")
    async def show_notice(request: Request, id: str) -> Response:
        return await door.show(request, lambda w: notice_view(w, id))

    @router.get("/thong-bao.pdf")
    async def as_pdf(request: Request, id: str) -> Response:
        """The notice as a PDF: a draft says that it is one."""

        def look(w: Work) -> bytes:
            case(w, id)
            return preview(w, id)

        return Response(await door.read(request, look), media_type="application/pdf")

    @router.post("/du-thao")
    async def save(request: Request, id: str) -> Response:
        form = await read_form(request, Draft)
        return await taken(
            request, id, "draft", form, lambda w: issuing.save_notice(w, id, form.value.version, form.value.general, form.value.execution)
        )

    @router.post("/trinh")
    async def submit(request: Request, id: str) -> Response:
        return await button(request, id, "submit", lambda w: issuing.submit(w, id), "notice_submitted")

    @router.post("/tra-lai")
    async def give_back(request: Request, id: str) -> Response:
        form = await read_form(request, Words)
        return await taken(request, id, "give_back", form, lambda w: issuing.give_back(w, id, form.value.words), "notice_returned")

    @router.post("/ky")
    async def sign(request: Request, id: str) -> Response:
        return await button(request, id, "sign", lambda w: issuing.sign(w, id), "notice_signed")

    @router.post("/ban-hanh")
    async def issue(request: Request, id: str) -> Response:
        form = await read_form(request, Number)
        return await taken(request, id, "issue", form, lambda w: issuing.issue(w, id, form.value.number), "notice_issued")

    @router.post("/gia-han")
    async def extend(request: Request, id: str) -> Response:
        form = await read_form(request, Extension)
        return await taken(
            request, id, "extend", form, lambda w: issuing.extend_notice(w, id, form.value.ground, form.value.words), "notice_extended"
        )

    @router.post("/giao-nhiem-vu")
    async def draft_tasking(request: Request, id: str) -> Response:
        return await button(request, id, "tasking", lambda w: letters.draft_tasking(w, id), "saved")

    @router.post("/giao-nhiem-vu/{paper}/ky")
    async def sign_tasking(request: Request, id: str, paper: str) -> Response:
        form = await read_form(request, Number)
        return await taken(request, id, paper, form, lambda w: letters.sign_tasking(w, id, paper, form.value.number), "tasking_signed")

    @router.get("/muc/{item}")
    async def edit_item(request: Request, id: str, item: str) -> Response:
        return await door.show(request, lambda w: item_view(w, id, item))

    @router.post("/muc/{item}")
    async def keep_item(request: Request, id: str, item: str) -> Response:
        form = await read_form(request, ItemForm)

        def do(w: Work) -> None:
            given = form.value
            shares = [
                {"body": one, "text": text} for one, text in zip(given.share_body, given.share_text, strict=False) if one and text
            ]  # fmt: skip
            save_item(w, item, given.version, kind=given.kind.value, text=given.text, opinion=given.opinion, lead=given.lead,
                      coordinating=[one for one in given.coordinating if one != given.lead], due=given.due and given.due.isoformat(),
                      sent_to=given.sent_to, shares=shares)  # fmt: skip

        return await door.submit(request, form, do, f"/van-phong/hoi-nghi/{id}/ket-luan", lambda w: item_view(w, id, item))

    async def taken(request: Request, id: str, which: str, form: Form[Any], do: Callable[[Work], Any], done: str = "saved") -> Response:
        return await door.submit(request, form, do, f"/van-phong/hoi-nghi/{id}/ket-luan", lambda w: notice_view(w, id, which), done=done)

    async def button(request: Request, id: str, which: str, do: Callable[[Work], Any], done: str) -> Response:
        return await taken(request, id, which, await read_form(request, Nothing), do, done)

    return router
