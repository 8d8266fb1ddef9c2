"""Pages of cases: the list, the overview, the history. The other tabs belong to their own nouns."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import func, select

from moderation.case.stages import BEFORE, Stage
from server.conferences.gates import gates
from server.conferences.queries import case, case_frame
from server.conferences.tables import chair, conference
from server.deadlines.tables import deadline
from server.office.office import Context, Office
from server.office.readable import page_of
from server.office.work import Work
from server.organisation.tables import body, office, unit

PAGE = 30
SHOWN = (*BEFORE, Stage.IN_SESSION, Stage.AWAITING_NOTICE, Stage.ISSUED, Stage.CARRIED_OUT, Stage.CLOSED)
"""The stages of the tracker, in order."""


def page_number(request: Request) -> int:
    """The page asked for by `?trang=`, from 1."""
    asked = request.query_params.get("trang", "1")
    return max(1, int(asked)) if asked.isdecimal() and len(asked) < 6 else 1


def case_routes(door: Office) -> APIRouter:
    """Under /van-phong/hoi-nghi."""
    router = APIRouter()

    @router.get("/van-phong/hoi-nghi")
    async def list_cases(request: Request) -> Response:
        def view(w: Work) -> tuple[str, Context]:
            w.allow("see_case")
            at = page_number(request)
            reach = {id for post in w.by.posts for id in post.reach}
            where = conference.c.unit.in_(reach)
            count = w.db.scalar(select(func.count()).select_from(conference).where(where)) or 0
            columns = (
                conference.c.id,
                conference.c.title,
                conference.c.date,
                conference.c.stage,
                conference.c.regime,
                unit.c.name.label("unit_name"),
            )
            found = select(*columns).join(unit, unit.c.id == conference.c.unit).where(where).order_by(conference.c.date.desc(), conference.c.id)
            rows = w.db.execute(found.limit(PAGE).offset((at - 1) * PAGE)).mappings().all()
            return "conferences/list.html", {"cases": rows, "at": at, "pages": max(1, -(-count // PAGE))}

        return await door.show(request, view)

    @router.get("/van-phong/hoi-nghi/{id}")
    async def overview(request: Request, id: str) -> Response:
        def view(w: Work) -> tuple[str, Context]:
            found = case(w, id)
            chairs = w.db.execute(
                select(office.c.title, chair.c.deputy)
                .join(office, office.c.id == chair.c.office)
                .where(chair.c.conference == id)
                .order_by(chair.c.place)
            )
            advising = w.db.scalar(select(body.c.name).where(body.c.id == found["advising_body"]))
            deadlines = (
                w.db.execute(
                    select(deadline, body.c.short.label("owner_name"))
                    .outerjoin(body, body.c.id == deadline.c.owner)
                    .where(deadline.c.conference == id, deadline.c.closed.is_(False))
                    .order_by(deadline.c.due, body.c.short)
                )
                .mappings()
                .all()
            )
            met = w.db.execute(
                select(deadline.c.kind, deadline.c.clock, func.count().label("count"), func.max(deadline.c.met_on).label("met_on"), func.max(deadline.c.due).label("due"))
                .where(deadline.c.conference == id, deadline.c.met_on.is_not(None)).group_by(deadline.c.kind, deadline.c.clock).order_by(func.max(deadline.c.met_on))
            ).mappings().all()  # fmt: skip
            stood = gates(w, id) if found["stage"] in BEFORE else []
            context: dict[str, Any] = {
                "chairs": chairs.mappings().all(),
                "advising": advising,
                "deadlines": deadlines,
                "met": met,
                "gates": stood,
                "stages": stages(found["stage"]),
            }
            return "conferences/overview.html", {**case_frame(w, found), **context}

        return await door.show(request, view)

    @router.get("/van-phong/hoi-nghi/{id}/lich-su")
    async def case_history(request: Request, id: str) -> Response:
        def view(w: Work) -> tuple[str, Context]:
            found = case(w, id, "read_history")
            return "office/history.html", {**case_frame(w, found), **page_of(w, id, request, page_number(request))}

        return await door.show(request, view)

    return router


def stages(now: str) -> list[dict[str, Any]]:
    """The tracker: each stage with whether it is past, now or to come."""
    names = [stage.value for stage in SHOWN]
    here = names.index(now) if now in names else -1
    return [{"name": name, "here": at == here, "state": "past" if at < here else "now" if at == here else "next"} for at, name in enumerate(names)]
