"""Pages of the register: all papers, those of a case, one paper with its files and what can be done with it next."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request, UploadFile
from fastapi.responses import Response
from markupsafe import Markup
from sqlalchemy import ColumnElement, RowMapping, func, or_, select

from moderation import Refusal
from moderation.case.rights import Duty
from server.conferences.case_pages import page_number
from server.conferences.queries import case, case_frame
from server.db.tables import account
from server.office.forms import FormBody, MaybeLine, read_form
from server.office.office import Context, Office
from server.office.work import Work
from server.papers import register
from server.papers.attendance import attendance_paper
from server.papers.compose import compose
from server.papers.numbering import upcoming
from server.papers.numbers import LETTER, period
from server.papers.register import PRIVATE
from server.papers.signed import LARGEST
from server.papers.tables import paper
from server.rooms.rooms import Rooms

PAGE = 30
INSIDE = frozenset({Duty.CHAIR, Duty.ADVISING, Duty.SECRETARY, Duty.INTAKE})
"""Who sees drafts, and papers that name a petitioner."""
LED_ELSEWHERE = {
    "conclusion_notice": "/ket-luan",
    "extract": "/ket-luan",
    "tasking_letter": "/ket-luan",
    "referral": "/ket-luan",
    "agency_result_report": "/ket-luan",
}
"""Papers whose way is part of another page, the address behind that of the case: what follows from signing them happens there."""
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


class Nothing(FormBody):
    """A button alone."""


class Number(FormBody):
    """The number of the office's book, where it differs."""

    number: int | None = None


class Why(FormBody):
    why: MaybeLine = ""


class SignedFile(FormBody):
    file: UploadFile


def register_routes(door: Office, rooms: Rooms) -> APIRouter:
    """Under /van-phong/van-ban, and the tab of a case. `rooms` know who was there."""
    router = APIRouter()

    @router.get("/van-phong/van-ban")
    async def all_papers(request: Request) -> Response:
        def view(w: Work) -> tuple[str, Context]:
            w.allow("see_case")
            reach = {id for post in w.by.posts for id in post.reach}
            return "papers/register.html", listed(w, paper.c.unit.in_(reach), page_number(request))

        return await door.show(request, view)

    @router.get("/van-phong/hoi-nghi/{id}/van-ban")
    async def papers_of_case(request: Request, id: str) -> Response:
        def view(w: Work) -> tuple[str, Context]:
            found = case(w, id)
            return "papers/of_case.html", {**case_frame(w, found), **listed(w, paper.c.conference == id, page_number(request))}

        return await door.show(request, view)

    @router.post("/van-phong/hoi-nghi/{id}/van-ban/danh-sach-du")
    async def list_attendance(request: Request, id: str) -> Response:
        """Drafts the attendance list from the room; from here one goes to the paper."""
        form = await read_form(request, Nothing)
        await door.read(request, lambda w: case(w, id, "draft_case"))
        state = (await rooms.get(id)).room.state

        def do(w: Work) -> str:
            case(w, id, "draft_case")
            return attendance_paper(w, id, state)

        def view(w: Work) -> tuple[str, Context]:
            return "papers/of_case.html", {**case_frame(w, case(w, id)), **listed(w, paper.c.conference == id, 1)}

        return await door.submit(request, form, do, lambda made: f"/van-phong/van-ban/{made}", view, done="saved")

    @router.get("/van-phong/van-ban/{id}")
    async def one(request: Request, id: str) -> Response:
        return await door.show(request, lambda w: paper_view(w, id))

    @router.get("/van-phong/van-ban/{id}/tep/{which}")
    async def file(request: Request, id: str, which: str) -> Response:
        """`which`: pdf, docx, or signed."""

        def content(w: Work) -> tuple[bytes, str]:
            found = seen(w, id)
            name = f"{found['kind'].replace('_', '-')}-{found['number'].replace('/', '-') or 'du-thao'}"
            if which == "signed" and found["signed_pdf"]:
                return register.file(w, found["signed_pdf"]), f"{name}-ky-so.pdf"
            if which not in ("pdf", "docx"):
                raise Refusal("file_unknown")
            return register.look(w, id, "pdf" if which == "pdf" else "docx"), f"{name}.{which}"

        body, name = await door.read(request, content)
        how = "inline" if name.endswith(".pdf") else "attachment"
        headers = {"Content-Disposition": f"{how}; filename*=UTF-8''{quote(name)}", "Cache-Control": "no-store"}
        return Response(body, media_type="application/pdf" if name.endswith(".pdf") else DOCX, headers=headers)

    def step(path: str, model: type[FormBody], do: Callable[[Work, RowMapping, Any], None], done: str) -> None:
        """A step on the way of a paper: its form, what it does with the paper, and what is said when it is done."""

        @router.post(f"/van-phong/van-ban/{{id}}/{path}", name=f"paper {path}")
        async def taken(request: Request, id: str) -> Response:
            form = await read_form(request, model)
            here = f"/van-phong/van-ban/{id}"
            return await door.submit(request, form, lambda w: do(w, led_here(w, id), form.value), here, lambda w: paper_view(w, id), done=done)

    step("trinh", Nothing, submit, "paper_submitted")
    step("ky", Nothing, sign, "paper_signed")
    step("tra-lai", Why, give_back, "paper_returned")
    step("ban-hanh", Number, issue, "paper_issued")
    step("huy", Why, withdraw, "paper_void")

    @router.post("/van-phong/van-ban/{id}/ban-ky")
    async def take_signed(request: Request, id: str) -> Response:
        form = await read_form(request, SignedFile)
        content = b""
        if form.ok:
            content = await form.value.file.read(LARGEST + 1)
            await form.value.file.close()

        def keep(w: Work) -> None:
            w.allow("issue_paper", seen(w, id)["unit"])
            register.take_signed(w, id, content)

        return await door.submit(request, form, keep, f"/van-phong/van-ban/{id}", lambda w: paper_view(w, id), done="paper_kept")

    return router


# --- what the buttons do --------------------------------------------------------------------------------------------------


def submit(w: Work, found: RowMapping, _: Nothing) -> None:
    w.allow("draft_notice", found["unit"])
    register.submit(w, found["id"])


def sign(w: Work, found: RowMapping, _: Nothing) -> None:
    register.may_sign(w, found)
    w.act = "sign_paper"
    register.sign(w, found["id"])


def give_back(w: Work, found: RowMapping, said: Why) -> None:
    register.may_sign(w, found)
    w.act = "sign_paper"
    register.give_back(w, found["id"], reason(said))


def issue(w: Work, found: RowMapping, said: Number) -> None:
    w.allow("issue_paper", found["unit"])
    register.issue(w, found["id"], said.number)


def withdraw(w: Work, found: RowMapping, said: Why) -> None:
    w.allow("issue_paper", found["unit"])
    register.withdraw(w, found["id"], reason(said))


def reason(said: Why) -> str:
    """The reason, which must be given (raises `Refusal` reason_missing)."""
    if not said.why:
        raise Refusal("reason_missing", field="why")
    return said.why


# --- what the pages show --------------------------------------------------------------------------------------------------


def visible_to(w: Work) -> ColumnElement[bool]:
    """What whoever works may see: those inside everything (but the slips of complaints and denunciations only who may read those), others what was issued and
    names no petitioner, and the papers of their own body."""
    if w.has(*INSIDE):
        return paper.c.id.is_not(None) if w.may("see_sealed") else paper.c.kind != "referral_slip"
    return or_(paper.c.state.in_(("issued", "void")) & paper.c.kind.not_in(PRIVATE), paper.c.body.in_(w.by.bodies()))


def seen(w: Work, id: str) -> RowMapping:
    """The paper, if whoever works may see it (raises `Refusal` not_found)."""
    found = w.db.execute(select(paper).where(paper.c.id == id, visible_to(w))).mappings().first()
    if found is None:
        raise Refusal("not_found")
    w.allow("see_case", found["unit"])
    return found


def led_here(w: Work, id: str) -> RowMapping:
    """The paper, if its way is not part of another page (raises `Refusal` not_found)."""
    found = seen(w, id)
    if found["kind"] in LED_ELSEWHERE:
        raise Refusal("not_found")
    return found


def listed(w: Work, where: ColumnElement[bool], at: int) -> Context:
    where = where & visible_to(w)
    count = w.db.scalar(select(func.count()).select_from(paper).where(where)) or 0
    columns = (
        paper.c.id,
        paper.c.kind,
        paper.c.number,
        paper.c.date,
        paper.c.subject,
        paper.c.state,
        paper.c.edition,
        paper.c.signed_pdf,
        paper.c.conference,
    )
    rows = (
        w.db.execute(select(*columns).where(where).order_by(paper.c.created.desc(), paper.c.id).limit(PAGE).offset((at - 1) * PAGE)).mappings().all()
    )
    return {"papers": rows, "at": at, "pages": max(1, -(-count // PAGE))}


def paper_view(w: Work, id: str) -> tuple[str, Context]:
    """One paper: as it looks now, its files and hashes, and the next step for whoever may take it."""
    found = seen(w, id)
    frame = register.frame_again(found)
    composed = compose(found["kind"], found["data"], frame, found["template"] or None)
    names = {
        row.id: row.name
        for row in w.db.execute(select(account.c.id, account.c.name).where(account.c.id.in_([found["by"], found["signed_by"] or ""])))
    }
    elsewhere = LED_ELSEWHERE.get(found["kind"])
    may = {
        "submit": found["state"] == "draft" and w.may("draft_notice", found["unit"]),
        "sign": found["state"] == "submitted" and signs(w, found),
        "issue": found["state"] == "signed" and w.may("issue_paper", found["unit"]),
        "void": found["state"] != "void" and w.may("issue_paper", found["unit"]),
        "take": found["state"] == "issued" and w.may("issue_paper", found["unit"]),
    }  # fmt: skip
    number = upcoming(w, found["body"], found["symbol"] or LETTER, period(found["system"], w.today)) if may["issue"] else 0
    return "papers/one.html", {
        "found": found, "article": Markup(register.drawn(composed, "html").decode()), "names": names, "steps": may, "upcoming": number,
        "elsewhere": f"/van-phong/hoi-nghi/{found['conference']}{elsewhere}" if elsewhere and found["conference"] else "", "spoken": composed.texts,
    }  # fmt: skip


def signs(w: Work, found: RowMapping) -> bool:
    try:
        register.may_sign(w, found)
    except Refusal:
        return False
    return True
