"""The tab of the plan, and the page on which a case begins."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import select

from moderation.case.plans import AUDIENCES, BLOCKS, FORMATS, GROUNDS, REGIMES
from moderation.case.profiles import profiles_on
from moderation.case.stages import BEFORE, Stage
from server.conferences import plan
from server.conferences.gates import gates
from server.conferences.papers import make_paper
from server.conferences.postponing import CancelForm, PostponeForm, cancel, postpone, resume
from server.conferences.queries import case, case_frame
from server.conferences.tables import chair, content, preparation, programme_item, venue, year_entry
from server.office.forms import Code, FormBody, read_form
from server.office.office import Context, Office
from server.office.work import Work
from server.organisation.queries import chairs, offices, profiles
from server.organisation.tables import body, office, unit
from server.papers.tables import paper

Kind = TypeVar("Kind", bound=FormBody)


class Approval(FormBody):
    """The version that the chair saw."""

    version: int


class Which(FormBody):
    """A row or a code."""

    which: Code


def plan_routes(door: Office) -> APIRouter:
    """Under /van-phong/hoi-nghi/{id}/ke-hoach."""
    router = APIRouter()

    def new_view(w: Work) -> tuple[str, Context]:
        w.allow("draft_case")
        reach = {post.unit for post in w.by.posts}
        units = w.db.execute(select(unit.c.id, unit.c.name).where(unit.c.id.in_(reach)).order_by(unit.c.name)).all()
        entries = w.db.execute(
            select(year_entry.c.id, year_entry.c.topic, year_entry.c.year, office.c.title).join(office, office.c.id == year_entry.c.office)
            .where(year_entry.c.unit.in_(reach), year_entry.c.approved_at.is_not(None)).order_by(year_entry.c.year.desc())
        ).all()  # fmt: skip
        return "conferences/new.html", {"units": units, "entries": entries, "regimes": REGIMES, "grounds": GROUNDS}

    def view(w: Work, id: str) -> tuple[str, Context]:
        found = case(w, id)
        day = date.fromisoformat(found["date"]) if found["date"] else w.today
        level = w.row(unit, found["unit"])["level"]
        presiding = w.db.execute(
            select(chair, office.c.title).join(office, office.c.id == chair.c.office).where(chair.c.conference == id).order_by(chair.c.place)
        ).mappings().all()  # fmt: skip
        asked = w.db.execute(
            select(preparation, body.c.name).join(body, body.c.id == preparation.c.body).where(preparation.c.conference == id).order_by(preparation.c.due)
        ).mappings().all()  # fmt: skip
        listed = {office.id: office for office in (*chairs(w.db, found["unit"], day), *offices(w.db, found["unit"], day))}
        context: dict[str, Any] = {
            **case_frame(w, found),
            "chairs": presiding,
            "offices": [(one.id, one.title) for one in listed.values()],
            "venues": w.db.execute(select(venue).where(venue.c.conference == id).order_by(venue.c.code)).mappings().all(),
            "programme": w.db.execute(select(programme_item).where(programme_item.c.conference == id).order_by(programme_item.c.step)).mappings().all(),
            "blocks": {row["block"]: row for row in w.db.execute(select(content).where(content.c.conference == id)).mappings()},
            "block_names": BLOCKS[found["regime"]],
            "asked": asked,
            "bodies": w.db.execute(select(body.c.id, body.c.name).where(body.c.unit == found["unit"]).order_by(body.c.name)).all(),
            "laws": [(one.code, one.title) for one in profiles_on(day, level, profiles(w.db))],
            "missing": plan.missing(w, id),
            "gates": gates(w, id),
            "open": Stage(found["stage"]) in (*BEFORE, Stage.POSTPONED) and not found["opened_at"],
            "regimes": REGIMES, "formats": FORMATS, "grounds": GROUNDS, "audiences": AUDIENCES,
            "papers": w.db.execute(select(paper.c.id, paper.c.kind, paper.c.state, paper.c.number).where(paper.c.conference == id)).mappings().all(),
        }  # fmt: skip
        return "conferences/plan.html", context

    @router.get("/van-phong/hoi-nghi/moi")
    async def show_new(request: Request) -> Response:
        return await door.show(request, new_view)

    @router.post("/van-phong/hoi-nghi/moi")
    async def begin(request: Request) -> Response:
        form = await read_form(request, plan.NewForm)
        return await door.submit(request, form, lambda w: plan.new_case(w, form.value), lambda id: f"/van-phong/hoi-nghi/{id}/ke-hoach", new_view)

    @router.get("/van-phong/hoi-nghi/{id}/ke-hoach")
    async def show(request: Request, id: str) -> Response:
        return await door.show(request, lambda w: view(w, id))

    def takes(path: str, model: type[Kind], do: Callable[[Work, str, Kind], Any], done: str = "saved") -> None:
        """A form of the plan's page: posted to its own path, back to the page."""

        @router.post(f"/van-phong/hoi-nghi/{{id}}/ke-hoach{path}", name=f"plan{path}")
        async def take(request: Request, id: str) -> Response:
            form = await read_form(request, model)
            back = f"/van-phong/hoi-nghi/{id}/ke-hoach"
            return await door.submit(request, form, lambda w: do(w, id, form.value), back, lambda w: view(w, id), done=done)

    takes("", plan.PlanForm, plan.save_plan)
    takes("/chu-tri", plan.ChairForm, plan.add_chair)
    takes("/chu-tri/bot", Which, lambda w, id, form: plan.drop_chair(w, id, form.which))
    takes("/diem-cau", plan.VenueForm, plan.save_venue)
    takes("/diem-cau/bot", Which, lambda w, id, form: plan.drop_venue(w, id, form.which))
    takes("/diem-cau/thu", plan.TestForm, plan.note_test)
    takes("/noi-dung", plan.BlockForm, plan.save_block)
    takes("/chuong-trinh", plan.ProgrammeForm, plan.save_programme)
    takes("/chuan-bi", plan.PreparationForm, plan.ask_preparation)
    takes("/duyet", Approval, lambda w, id, form: plan.approve(w, id, form.version), "approved")
    takes("/giai-doan", Which, lambda w, id, form: plan.go_on(w, id, Stage(form.which)), "stage")
    takes("/hoan", PostponeForm, postpone, "postponed")
    takes("/mo-lai", Approval, lambda w, id, form: resume(w, id), "stage")
    takes("/huy", CancelForm, cancel, "cancelled")
    takes("/van-ban", Which, lambda w, id, form: make_paper(w, id, form.which), "paper_drafted")
    return router
