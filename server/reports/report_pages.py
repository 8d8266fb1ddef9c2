"""/van-phong/bao-cao: the periodic reports, their figures with the rows behind each, charts, spreadsheet and paper; the export for the yearly rating."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import select

from moderation import Refusal
from moderation.case.deadlines import ReportKind
from moderation.case.periods import FIRST, LAST, next_reports
from server.conferences.case_pages import page_number
from server.errors import language_of
from server.office.forms import Code, Day, FormBody, MaybeLine, MaybeProse, read_form
from server.office.office import Context, Office
from server.office.work import Work
from server.organisation.tables import unit
from server.reports import reports
from server.reports.drawn import category, charts, said
from server.reports.figures import SECTIONS, count_one, figure, read
from server.reports.paper import look_at
from server.reports.rating import rating
from server.reports.signing import send, sign
from server.reports.sources import rows_of
from server.reports.spreadsheet import XLSX, rating_sheet, report_sheet
from server.reports.tables import report

HERE = "/van-phong/bao-cao"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PAGE = 50


class NewReport(FormBody):
    """Which report is begun."""

    unit: Code
    kind: ReportKind
    year: int


class Texts(FormBody):
    """What people write around the figures."""

    situation: MaybeProse = ""
    limits: MaybeProse = ""
    proposals: MaybeProse = ""
    recipient: MaybeLine = ""
    version: int


class Step(FormBody):
    """The next step of a report: `why` when it is given back, day and recipient when it was sent."""

    step: Literal["submit", "back", "sign", "send"]
    why: MaybeProse = ""
    sent_on: Day | None = None
    recipient: MaybeLine = ""


def report_pages(door: Office) -> APIRouter:
    """The routes of the reports."""
    router = APIRouter()

    def list_view(w: Work) -> tuple[str, Context]:
        return "reports/list.html", _listed(w)

    def page_view(request: Request, id: str) -> Any:
        def view(w: Work) -> tuple[str, Context]:
            whole = reports.look(w, reports.find(w, id))
            lang = language_of(request)
            mine = {"make": w.may("make_report", whole.row["unit"]), "sign": reports.signs(w, whole.row)}
            return "reports/report.html", {
                "report": whole.row, "whole": whole, "sections": SECTIONS, "charts": charts(whole.values, whole.fields, lang), "mine": mine,
                "said": lambda value: said(value, lang),
            }  # fmt: skip

        return view

    @router.get(HERE)
    async def list_reports(request: Request) -> Response:
        return await door.show(request, list_view)

    @router.post(HERE)
    async def begin(request: Request) -> Response:
        form = await read_form(request, NewReport)

        def make(w: Work) -> str:
            return reports.begin(w, form.value.unit, form.value.kind, form.value.year)

        return await door.submit(request, form, make, lambda id: f"{HERE}/{id}", list_view, done="report_begun")

    @router.get(f"{HERE}/xep-loai")
    async def show_rating(request: Request) -> Response:
        def view(w: Work) -> tuple[str, Context]:
            year = _year(request, w)
            return "reports/rating.html", {"year": year, "rows": rating(w, year), "years": range(w.today.year + 1, w.today.year - 4, -1)}

        return await door.show(request, view)

    @router.get(f"{HERE}/xep-loai.xlsx")
    async def rating_file(request: Request) -> Response:
        year, content = await door.read(request, lambda w: (year := _year(request, w), rating_sheet(year, rating(w, year))))
        return _file(content, f"doi-thoai-xep-loai-{year}.xlsx")

    @router.get(HERE + "/{id}")
    async def show(request: Request, id: str) -> Response:
        return await door.show(request, page_view(request, id))

    @router.post(HERE + "/{id}")
    async def keep(request: Request, id: str) -> Response:
        form = await read_form(request, Texts)

        def write(w: Work) -> None:
            given = form.value
            reports.write(w, id, given.version, given.situation, given.limits, given.proposals, given.recipient)

        return await door.submit(request, form, write, f"{HERE}/{id}", page_view(request, id))

    @router.post(HERE + "/{id}/buoc")
    async def step(request: Request, id: str) -> Response:
        form = await read_form(request, Step)

        def go(w: Work) -> None:
            given = form.value
            match given.step:
                case "submit":
                    reports.submit(w, id)
                case "back":
                    reports.take_back(w, id, given.why)
                case "sign":
                    sign(w, id)
                case "send":
                    send(w, id, given.sent_on or w.today, given.recipient)

        done = f"report_{form.value.step}" if form.ok else "saved"
        return await door.submit(request, form, go, f"{HERE}/{id}", page_view(request, id), done=done)

    @router.get(HERE + "/{id}/so-lieu/{name}")
    async def show_rows(request: Request, id: str, name: str) -> Response:
        def view(w: Work) -> tuple[str, Context]:
            row, one, at = reports.find(w, id), figure(name), page_number(request)
            counted, _, _ = reports.span(w, row)
            wanted = tuple(dict.fromkeys((*one.categories, *one.of)))
            rows, number = rows_of(w.db, counted, one.source, wanted, PAGE, (at - 1) * PAGE)
            value = read(row["figures"]["figures"]).get(name) if row["figures"] else count_one(w.db, counted, one)
            lang = language_of(request)
            return "reports/rows.html", {
                "report": row, "unit": w.row(unit, row["unit"]), "figure": one, "rows": rows, "count": number, "value": said(value, lang) if value else "–",
                "at": at, "pages": max(1, -(-number // PAGE)), "counted": set(one.categories), "category": lambda name: category(one.source, name, lang),
            }  # fmt: skip

        return await door.show(request, view)

    @router.get(HERE + "/{id}/so-lieu.xlsx")
    async def file(request: Request, id: str) -> Response:
        def look(w: Work) -> tuple[bytes, str]:
            whole = reports.look(w, reports.find(w, id))
            return report_sheet(w.db, whole), f"doi-thoai-{whole.row['kind']}-{whole.row['year']}.xlsx"

        return _file(*await door.read(request, look))

    @router.get(HERE + "/{id}/van-ban.pdf")
    async def pdf(request: Request, id: str) -> Response:
        content, name = await door.read(request, lambda w: _paper(w, id, "pdf"))
        return Response(
            content, media_type="application/pdf", headers={"Content-Disposition": f'inline; filename="{name}"', "Cache-Control": "no-store"}
        )

    @router.get(HERE + "/{id}/van-ban.docx")
    async def docx(request: Request, id: str) -> Response:
        return _file(*await door.read(request, lambda w: _paper(w, id, "docx")), DOCX)

    return router


def _paper(w: Work, id: str, as_: Literal["pdf", "docx"]) -> tuple[bytes, str]:
    """The paper of a report with the name of its file."""
    whole = reports.look(w, reports.find(w, id))
    return look_at(w, whole, as_), f"bao-cao-doi-thoai-{whole.row['kind']}-{whole.row['year']}.{as_}"


def _listed(w: Work) -> Context:
    """The reports of the units in reach, the newest first, and what is due next in the units whose reports the one who works makes."""
    if not any(w.may(action) for action in ("make_report", "sign_report", "see_case")):
        raise Refusal("not_signed_in" if w.by.account == "public" else "not_allowed", command="see_case")
    reach = {id for post in w.by.posts for id in post.reach}
    columns = (report, unit.c.name.label("unit_name"))
    rows = (
        w.db.execute(
            select(*columns).join(unit, unit.c.id == report.c.unit).where(report.c.unit.in_(reach)).order_by(report.c.last.desc(), report.c.unit)
        )
        .mappings()
        .all()
    )
    begun = {(row["unit"], row["kind"], row["year"]) for row in rows}
    own = [w.row(unit, of) for of in sorted({post.unit for post in w.by.posts}) if w.may("make_report", of)]
    coming = [
        {"unit": place, "kind": kind.value, "year": year, "due": reports.due_of(w, kind, year), "begun": (place["id"], kind.value, year) in begun}
        for place in own
        for kind, year in next_of_each(w)
        if kind in reports.kinds_of(place)
    ]
    due = {row["id"]: reports.due_of(w, ReportKind(row["kind"]), row["year"]) for row in rows}
    return {"reports": rows, "coming": coming, "due": due, "own": own, "years": range(w.today.year + 1, w.today.year - 3, -1)}


def next_of_each(w: Work) -> list[tuple[ReportKind, int]]:
    """The next report of each kind, the one due first first."""
    found: dict[ReportKind, int] = {}
    for kind, year in next_reports(w.today, reports.regulation(w).counting):
        found.setdefault(kind, year)
    return list(found.items())


def _year(request: Request, w: Work) -> int:
    """The year asked for by `?nam=`, else this one."""
    asked = request.query_params.get("nam", "")
    return int(asked) if asked.isdecimal() and len(asked) == 4 and FIRST <= int(asked) <= LAST else w.today.year


def _file(content: bytes, name: str, type: str = XLSX) -> Response:
    return Response(content, media_type=type, headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"})
