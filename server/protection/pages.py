"""The desk of requests about personal data: the list, one request with what was found of the person, and the register."""

from __future__ import annotations

import json
from typing import Any

from anyio import to_thread
from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import func, select

from moderation.case.protection import TERMS, Ask, RequestState
from server.conferences.case_pages import page_number
from server.deadlines.tables import deadline
from server.dossier.exporting import Archives
from server.dossier.routes import attached
from server.office.forms import Code, Day, FormBody, Line, MaybeLine, MaybeProse, Prose, read_form
from server.office.office import Context, Office
from server.office.work import Work
from server.organisation.tables import unit
from server.protection import erasing, register, requests
from server.protection.tables import data_request
from server.protection.traces import Said, Trace, facts_about, reach, traces
from server.rooms.rooms import Rooms

DESK = "/van-phong/du-lieu-ca-nhan"
PAGE = 30
OPEN = (RequestState.RECEIVED.value, RequestState.ANSWERED.value)


class RequestForm(FormBody):
    unit: Code
    ask: Ask
    name: Line
    phone: MaybeLine = ""
    email: MaybeLine = ""
    proof: Line
    text: MaybeProse = ""
    received_on: Day | None = None


class TextForm(FormBody):
    text: Prose


class CorrectForm(FormBody):
    trace: Line
    column: Code
    value: Line


class EraseForm(FormBody):
    chosen: tuple[str, ...] = ()
    text: Prose


class TermForm(FormBody):
    what: Code
    days: int
    source: Line


def desk_routes(door: Office, rooms: Rooms) -> APIRouter:
    """Under /van-phong/du-lieu-ca-nhan."""
    router = APIRouter()
    archives = Archives(door.engine, door.files, door.settings.data_dir / "exports")

    @router.get(DESK)
    async def listed(request: Request) -> Response:
        return await door.show(request, lambda w: list_view(w, page_number(request), request.query_params.get("xem") == "tat-ca"))

    @router.get(f"{DESK}/moi")
    async def new_page(request: Request) -> Response:
        return await door.show(request, new_view)

    @router.post(f"{DESK}/moi")
    async def key_in(request: Request) -> Response:
        form = await read_form(request, RequestForm)

        def do(w: Work) -> str:
            v = form.value
            on = v.received_on.isoformat() if v.received_on else ""
            return requests.keyed(w, v.unit, v.ask, v.text, name=v.name, phone=v.phone, email=v.email, proof=v.proof, received_on=on)

        return await door.submit(request, form, do, lambda id: f"{DESK}/yeu-cau/{id}", new_view, done="request_taken")

    @router.get(f"{DESK}/so-dang-ky.xlsx")
    async def register_file(request: Request) -> Response:
        def make(w: Work) -> bytes:
            w.allow("handle_data_requests")
            names = w.db.scalars(select(unit.c.name).where(unit.c.id.in_(sorted({post.unit for post in w.by.posts}))).order_by(unit.c.name)).all()
            return register.as_xlsx(", ".join(names), w.by.name)

        content = await door.read(request, make)
        return Response(
            content, media_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", headers=attached("so-dang-ky-xu-ly-du-lieu.xlsx")
        )

    @router.get(f"{DESK}/thoi-han")
    async def terms_page(request: Request) -> Response:
        return await door.show(request, terms_view)

    @router.post(f"{DESK}/thoi-han")
    async def set_term(request: Request) -> Response:
        form = await read_form(request, TermForm)
        return await door.submit(
            request, form, lambda w: requests.set_term(w, form.value.what, form.value.days, form.value.source), f"{DESK}/thoi-han", terms_view
        )

    @router.get(f"{DESK}/yeu-cau/{{id}}")
    async def shown(request: Request, id: str) -> Response:
        return await door.show(request, lambda w: request_view(w, id))

    @router.get(f"{DESK}/yeu-cau/{{id}}/du-lieu.json")
    async def everything(request: Request, id: str) -> Response:
        content = await door.read(request, lambda w: json.dumps(data_of(w, id), ensure_ascii=False, indent=1, default=str))
        return Response(content, media_type="application/json", headers=attached("du-lieu-ca-nhan.json"))

    @router.get(f"{DESK}/yeu-cau/{{id}}/du-lieu")
    async def readable(request: Request, id: str) -> Response:
        return await door.show(request, lambda w: ("protection/data.html", {**request_context(w, id)}))

    @router.post(f"{DESK}/yeu-cau/{{id}}/tra-loi")
    async def answer(request: Request, id: str) -> Response:
        form = await read_form(request, TextForm)
        return await door.submit(
            request,
            form,
            lambda w: requests.answer(w, id, form.value.text),
            f"{DESK}/yeu-cau/{id}",
            lambda w: request_view(w, id),
            done="request_answered",
        )

    @router.post(f"{DESK}/yeu-cau/{{id}}/xong")
    async def finish(request: Request, id: str) -> Response:
        form = await read_form(request, TextForm)
        return await door.submit(
            request,
            form,
            lambda w: requests.finish(w, id, form.value.text),
            f"{DESK}/yeu-cau/{id}",
            lambda w: request_view(w, id),
            done="request_done",
        )

    @router.post(f"{DESK}/yeu-cau/{{id}}/tu-choi")
    async def refuse(request: Request, id: str) -> Response:
        form = await read_form(request, TextForm)

        def do(w: Work) -> None:
            requests.finish(w, id, form.value.text, RequestState.REFUSED)

        return await door.submit(request, form, do, f"{DESK}/yeu-cau/{id}", lambda w: request_view(w, id), done="request_refused")

    @router.post(f"{DESK}/yeu-cau/{{id}}/sua")
    async def correct(request: Request, id: str) -> Response:
        form = await read_form(request, CorrectForm)

        def do(w: Work) -> None:
            erasing.correct(w, id, form.value.trace, form.value.column, form.value.value)

        return await door.submit(request, form, do, f"{DESK}/yeu-cau/{id}", lambda w: request_view(w, id), done="corrected")

    @router.post(f"{DESK}/yeu-cau/{{id}}/rut")
    async def withdraw(request: Request, id: str) -> Response:
        form = await read_form(request, TextForm)

        def do(w: Work) -> None:
            requests.withdraw(w, id)
            requests.finish(w, id, form.value.text)

        return await door.submit(request, form, do, f"{DESK}/yeu-cau/{id}", lambda w: request_view(w, id), done="withdrawn")

    @router.post(f"{DESK}/yeu-cau/{{id}}/xoa")
    async def erase(request: Request, id: str) -> Response:
        form = await read_form(request, EraseForm)
        erased: list[erasing.Erased] = []

        def do(w: Work) -> None:
            erased.append(erasing.erase(w, id, form.value.chosen))
            requests.finish(w, id, form.value.text)
            archives.forget(w)

        answer = await door.submit(request, form, do, f"{DESK}/yeu-cau/{id}", lambda w: request_view(w, id), done="erased")
        if answer.status_code == 303:
            for one in erased:
                await to_thread.run_sync(clean, one)
                for room in one.rooms:
                    await rooms.forget(room)
        return answer

    def clean(erased: erasing.Erased) -> None:
        for sha256 in erased.files:
            door.files.drop(sha256)
        erasing.scrub(door.settings.database)

    return router


# --- views ----------------------------------------------------------------------------------------------------------------------


def list_view(w: Work, at: int, all_: bool) -> tuple[str, Context]:
    """The requests of the units one answers for; the open ones unless all are asked for, with their two clocks."""
    w.allow("handle_data_requests")
    where = [data_request.c.unit.in_(sorted(reach(w)))]
    if not all_:
        where.append(data_request.c.state.in_(OPEN))
    count = w.db.scalar(select(func.count()).select_from(data_request).where(*where)) or 0
    found = select(data_request).where(*where).order_by(data_request.c.received_at.desc(), data_request.c.id).limit(PAGE).offset((at - 1) * PAGE)
    rows = w.db.execute(found).mappings().all()
    return "protection/list.html", {
        "requests": rows,
        "clocks": clocks(w, [row["id"] for row in rows]),
        "at": at,
        "pages": max(1, -(-count // PAGE)),
        "all": all_,
    }


def clocks(w: Work, ids: list[str]) -> dict[str, dict[str, Any]]:
    """Request → kind of deadline → its row."""
    out: dict[str, dict[str, Any]] = {id: {} for id in ids}
    for row in w.db.execute(
        select(deadline).where(deadline.c.subject.in_(ids), deadline.c.kind.in_((requests.ANSWER_CLOCK, requests.DONE_CLOCK)))
    ).mappings():
        out[row["subject"]][row["kind"]] = row
    return out


def new_view(w: Work) -> tuple[str, Context]:
    """The form for a request that was made at the office or by letter."""
    w.allow("handle_data_requests")
    units = w.db.execute(select(unit.c.id, unit.c.name).where(unit.c.id.in_(sorted(reach(w)))).order_by(unit.c.name)).all()
    return "protection/new.html", {"units": [(row.id, row.name) for row in units], "asks": list(Ask)}


def terms_view(w: Work) -> tuple[str, Context]:
    """The terms with their sources."""
    w.allow("handle_data_requests")
    return "protection/terms.html", {"terms": [(what, requests.term(w, what)) for what in TERMS]}


def request_context(w: Work, id: str) -> Context:
    """A request with its clocks and all that was found of the person."""
    row = requests.found(w, id)
    person, units = requests.person_of(row), reach(w)
    return {
        "one": row,
        "clocks": clocks(w, [id])[id],
        "traces": traces(w, person, units),
        "facts": facts_about(w, person, units),
        "is_open": row["state"] in OPEN,
    }


def request_view(w: Work, id: str) -> tuple[str, Context]:
    """One request."""
    return "protection/request.html", request_context(w, id)


def data_of(w: Work, id: str) -> dict[str, Any]:
    """Everything that was found of the person, for them to take along: for each row what it is, and its columns by their names."""
    context = request_context(w, id)
    found: list[Trace] = context["traces"]
    said: list[Said] = context["facts"]
    return {
        "yeu_cau": f"YC-{context['one']['number']:04}",
        "ngay": w.today.isoformat(),
        "du_lieu": [
            {
                "loai": register.named(t.table, "name")[0],
                "hoi_nghi": t.conference,
                "gia_tri": {register.named(t.table, name)[1]: v for name, v in t.values.items()},
            }
            for t in found
        ],
        "nhat_ky_hoi_nghi": [{"hoi_nghi": s.conference, "muc": s.seq, "gia_tri": s.identity} for s in said],
    }
