"""The log of incidents and its 72 hours."""

from __future__ import annotations

from datetime import date

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import select

from server import clock
from server.office.forms import Clock, Code, Day, FormBody, Line, MaybeLine, MaybeProse, Prose, read_form
from server.office.office import Context, Office
from server.office.work import Work
from server.organisation.tables import unit
from server.protection.incidents import due, follow, incidents, note
from server.protection.tables import data_incident
from server.protection.traces import reach

LOG = "/van-phong/du-lieu-ca-nhan/su-co"


class IncidentForm(FormBody):
    unit: Code
    day: Day
    hour: Clock
    title: Line
    text: Prose
    touches: Line
    people: int | None = None


class FollowForm(FormBody):
    measures: MaybeProse = ""
    day: Day | None = None
    hour: Clock = "00:00"
    notified_to: MaybeLine = ""
    close: bool = False
    version: int


def incident_routes(door: Office) -> APIRouter:
    """Under /van-phong/du-lieu-ca-nhan/su-co."""
    router = APIRouter()

    @router.get(LOG)
    async def listed(request: Request) -> Response:
        return await door.show(request, log_view)

    @router.get(f"{LOG}/moi")
    async def new_page(request: Request) -> Response:
        return await door.show(request, new_view)

    @router.post(f"{LOG}/moi")
    async def add(request: Request) -> Response:
        form = await read_form(request, IncidentForm)

        def do(w: Work) -> str:
            v = form.value
            return note(w, v.unit, found_at=moment(v.day, v.hour), title=v.title, text=v.text, touches=v.touches, people=v.people)

        return await door.submit(request, form, do, lambda id: f"{LOG}/{id}", new_view)

    @router.get(f"{LOG}/{{id}}")
    async def one(request: Request, id: str) -> Response:
        return await door.show(request, lambda w: one_view(w, id))

    @router.post(f"{LOG}/{{id}}")
    async def change(request: Request, id: str) -> Response:
        form = await read_form(request, FollowForm)

        def do(w: Work) -> None:
            v = form.value
            notified = moment(v.day, v.hour) if v.day else None
            follow(w, id, v.version, measures=v.measures, notified_at=notified, notified_to=v.notified_to, close=v.close)

        return await door.submit(request, form, do, LOG, lambda w: one_view(w, id))

    return router


def moment(day: date, hour: str) -> int:
    """A clock time of a day, in milliseconds."""
    return clock.moment(day, hour)


def log_view(w: Work) -> tuple[str, Context]:
    """The incidents, each with until when it must be notified."""
    w.allow("handle_data_requests")
    return "protection/incidents.html", {"incidents": [(row, due(row)) for row in incidents(w)], "now": w.now}


def new_view(w: Work) -> tuple[str, Context]:
    """The form for a new one."""
    w.allow("handle_data_requests")
    units = w.db.execute(select(unit.c.id, unit.c.name).where(unit.c.id.in_(sorted(reach(w)))).order_by(unit.c.name)).all()
    return "protection/new-incident.html", {"units": [(row.id, row.name) for row in units]}


def one_view(w: Work, id: str) -> tuple[str, Context]:
    """One incident."""
    row = w.row(data_incident, id)
    w.allow("handle_data_requests", row["unit"])
    return "protection/incident.html", {"one": row, "due": due(row), "now": w.now}
