"""Pages of tasks: all that were given, and one with its milestones, progress, longer terms, reports, urging and findings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import func, or_, select
from starlette.datastructures import UploadFile

from moderation.case.following import OVER, ItemState
from server.conclusions import clocks, reports, tasks
from server.conclusions.items import bodies_of, names_of
from server.conclusions.notice_pages import BLANK, Nothing
from server.conclusions.sending_pages import held
from server.conclusions.supervision import change_finding, findings_of, write_finding
from server.conclusions.tables import asked, conclusion, extension, milestone, progress, urge
from server.conferences.case_pages import page_number
from server.conferences.queries import case, case_frame
from server.conferences.tables import conference
from server.office.forms import Day, Form, FormBody, Line, MaybeLine, Prose, read_form
from server.office.office import Context, Office
from server.office.work import Work
from server.organisation.tables import body

PAGE = 40
FILTERS = ("open", "late", "referred", "done", "mine")
"""What the list can be narrowed to."""


class Step(FormBody):
    """A milestone."""

    text: Line
    due: Day


class Reached(FormBody):
    """A milestone that was done."""

    on: Day
    files: tuple[UploadFile, ...] = ()


class Note(FormBody):
    """What was done so far."""

    text: Prose
    public: bool = False
    files: tuple[UploadFile, ...] = ()


class Closing(FormBody):
    """The item is carried out."""

    on: Day
    text: Prose
    files: tuple[UploadFile, ...] = ()


class Why(FormBody):
    """A reason."""

    why: Line


class Longer(FormBody):
    """A later date. An empty reason is refused by the rule, which names it."""

    wished: Day
    reason: MaybeLine = ""


class Decided(FormBody):
    """What the chair decides on a longer term."""

    granted: bool = False
    words: MaybeLine = ""


class Urging(FormBody):
    """A reminder as it is sent."""

    text: Prose


class Finding(FormBody):
    """What the Front found."""

    on: Day
    text: Prose
    files: tuple[UploadFile, ...] = ()


class FindingChanged(FormBody):
    """A finding in other words."""

    text: Prose
    version: int


def list_view(w: Work, request: Request) -> tuple[str, Context]:
    """Every item that was given to somebody, of the units that one reaches or given to one's own body, by due date."""
    w.allow("see_case")
    at, chosen = page_number(request), request.query_params.get("loc", "")
    reach = {id for post in w.by.posts for id in post.reach | {post.unit}}
    own = w.by.bodies()
    where = [or_(conference.c.unit.in_(reach), conclusion.c.lead.in_(own)), conclusion.c.state != ItemState.SETTLED.value]
    today = w.today.isoformat()
    match chosen:
        case "open" | "referred" | "done":
            where.append(conclusion.c.state == chosen)
        case "late":
            where += [conclusion.c.state == ItemState.OPEN.value, conclusion.c.due < today]
        case "mine":
            where.append(conclusion.c.lead.in_(own))
    source = conclusion.join(conference, conference.c.id == conclusion.c.conference).outerjoin(body, body.c.id == conclusion.c.lead)
    count = w.db.scalar(select(func.count()).select_from(source).where(*where)) or 0
    columns = (conclusion, conference.c.title, body.c.short.label("lead_name"))
    order = (conclusion.c.state == ItemState.DONE.value, conclusion.c.due.is_(None), conclusion.c.due, conclusion.c.id)
    rows = w.db.execute(select(*columns).select_from(source).where(*where).order_by(*order).limit(PAGE).offset((at - 1) * PAGE)).mappings().all()
    return "conclusions/tasks.html", {
        "items": rows,
        "at": at,
        "pages": max(1, -(-count // PAGE)),
        "count": count,
        "chosen": chosen,
        "filters": FILTERS,
    }


def task_view(w: Work, id: str, failed: str = "") -> tuple[str, Context]:
    """One item with everything about it."""
    item = w.row(conclusion, id, "item_unknown")
    if not set(bodies_of(item)) & w.by.bodies():
        case(w, item["conference"])
    found = w.row(conference, item["conference"])
    calendar = clocks.working_days(w)
    own = bodies_of(item)
    rights = ("keep_milestones", "note_progress", "close_task", "ask_extension", "extend_task", "urge_task", "write_finding")
    context = {
        "item": item,
        "names": names_of(w),
        "about": w.db.execute(select(asked.c.ref).where(asked.c.conclusion == id).order_by(asked.c.ref)).scalars().all(),
        "milestones": tasks.rows_of(w, milestone, id, milestone.c.due),
        "progress": tasks.rows_of(w, progress, id, progress.c.at.desc()),
        "extensions": tasks.rows_of(w, extension, id, extension.c.asked_on.desc()),
        "urges": tasks.rows_of(w, urge, id, urge.c.drafted_on.desc()),
        "findings": findings_of(w, id),
        "reports": [{**one, "judged": reports.judged(w, one, calendar)} for one in reports.reports_of(w, item["conference"], id)],
        "over": ItemState(item["state"]) in OVER,
        "can": {right: w.may(right, found["unit"], *own) for right in rights},
        "own": w.by.bodies(),
        "bodies": own,
    }
    return "conclusions/task.html", {**case_frame(w, found), "sub": "", "failed": failed, "blank": BLANK, **context}


def task_routes(door: Office) -> APIRouter:
    """Under /van-phong/nhiem-vu."""
    router = APIRouter(prefix="/van-phong/nhiem-vu")

    @router.get("")
    async def show_list(request: Request) -> Response:
        return await door.show(request, lambda w: list_view(w, request))

    @router.get("/{id}")
    async def show_task(request: Request, id: str) -> Response:
        return await door.show(request, lambda w: task_view(w, id))

    @router.post("/{id}/moc")
    async def add_step(request: Request, id: str) -> Response:
        form = await read_form(request, Step)
        return await taken(request, id, "step", form, lambda w: tasks.add_milestone(w, id, form.value.text, form.value.due))

    @router.post("/{id}/moc/{one}")
    async def reach_step(request: Request, id: str, one: str) -> Response:
        form = await read_form(request, Reached)
        files = await held(request, form, door)
        return await taken(request, id, one, form, lambda w: tasks.reach_milestone(w, id, one, form.value.on, files))

    @router.post("/{id}/tien-do")
    async def note(request: Request, id: str) -> Response:
        form = await read_form(request, Note)
        files = await held(request, form, door)
        return await taken(request, id, "note", form, lambda w: tasks.note(w, id, form.value.text, files, form.value.public))

    @router.post("/{id}/dong")
    async def close(request: Request, id: str) -> Response:
        form = await read_form(request, Closing)
        files = await held(request, form, door)
        return await taken(request, id, "close", form, lambda w: tasks.close_item(w, id, form.value.on, form.value.text, files), "task_done")

    @router.post("/{id}/mo-lai")
    async def reopen(request: Request, id: str) -> Response:
        form = await read_form(request, Why)
        return await taken(request, id, "reopen", form, lambda w: tasks.reopen_item(w, id, form.value.why))

    @router.post("/{id}/gia-han")
    async def ask_longer(request: Request, id: str) -> Response:
        form = await read_form(request, Longer)
        return await taken(request, id, "longer", form, lambda w: tasks.ask_longer(w, id, form.value.wished, form.value.reason), "longer_asked")

    @router.post("/{id}/gia-han/{one}")
    async def decide_longer(request: Request, id: str, one: str) -> Response:
        form = await read_form(request, Decided)
        return await taken(request, id, one, form, lambda w: tasks.decide_longer(w, id, one, form.value.granted, form.value.words))

    @router.post("/{id}/don-doc")
    async def urge_now(request: Request, id: str) -> Response:
        form = await read_form(request, Nothing)
        return await taken(request, id, "urge", form, lambda w: tasks.urge_now(w, id))

    @router.post("/{id}/don-doc/{one}")
    async def send_urge(request: Request, id: str, one: str) -> Response:
        form = await read_form(request, Urging)
        return await taken(request, id, one, form, lambda w: tasks.send_urge(w, id, one, form.value.text), "urged")

    @router.post("/{id}/giam-sat")
    async def find(request: Request, id: str) -> Response:
        form = await read_form(request, Finding)
        files = await held(request, form, door)
        return await taken(request, id, "finding", form, lambda w: write_finding(w, id, form.value.on, form.value.text, files))

    @router.post("/{id}/giam-sat/{one}")
    async def find_otherwise(request: Request, id: str, one: str) -> Response:
        form = await read_form(request, FindingChanged)
        return await taken(request, id, one, form, lambda w: change_finding(w, id, one, form.value.version, form.value.text))

    async def taken(request: Request, id: str, which: str, form: Form[Any], do: Callable[[Work], Any], done: str = "saved") -> Response:
        return await door.submit(request, form, do, f"/van-phong/nhiem-vu/{id}", lambda w: task_view(w, id, which), done=done)

    return router
