"""The petitions of a case and of all cases as lists; the answers that wait for the chair; the notes of the Front."""

from __future__ import annotations

from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import Response

from moderation.case.petitions import FIELDS, State
from moderation.case.stages import BEFORE, Stage
from server.conferences.case_pages import page_number
from server.conferences.queries import case, case_frame
from server.invitations.gates import uninvited_agencies
from server.office.forms import FormBody, Prose, read_form
from server.office.office import Context, Office
from server.office.work import Work
from server.petitions.answering import release_many, to_release
from server.petitions.assigning import leads
from server.petitions.entering import said
from server.petitions.forecasts import file_forecast, forecasts
from server.petitions.queries import Filter, counts, listed
from server.petitions.told import out_of_scope_count

STATES = ("open", "late", "speak", *(state.value for state in State))
PATH = "/van-phong/hoi-nghi/{id}/kien-nghi"


class ForecastForm(FormBody):
    """A note of the Front."""

    text: Prose


class ReleaseForm(FormBody):
    """The answers that the chair releases at once."""

    answers: tuple[str, ...] = ()


def filter_of(request: Request, conference: str | None = None) -> tuple[Filter, str]:
    """The filter that the address asks for, and how the address says it, for the links of the pager."""
    asked = {name: request.query_params.get(name, "")[:200] for name in ("tim", "tt", "lv", "cq")}
    state = asked["tt"] if asked["tt"] in STATES else ""
    field = asked["lv"] if asked["lv"] in FIELDS else ""
    query = urlencode({name: value for name, value in asked.items() if value})
    return Filter(conference, state, field, asked["cq"], asked["tim"]), f"{query}&" if query else ""


def table(w: Work, request: Request, conference: str | None = None) -> Context:
    """A page of the list that the address asks for."""
    wanted, query = filter_of(request, conference)
    page = page_number(request)
    rows, pages, count = listed(w, wanted, page)
    return {
        "rows": rows,
        "at": page,
        "pages": pages,
        "count": count,
        "wanted": wanted,
        "query": query,
        "states": STATES,
        "fields": FIELDS,
        "said": said,
    }


def case_view(w: Work, request: Request, id: str) -> tuple[str, Context]:
    """The petitions of a case."""
    found = case(w, id, "see_petitions")
    context: Context = {
        "counts": counts(w, id), "leads": leads(w, id), "referred": out_of_scope_count(w, id),
        "notes": w.may("see_forecast", found["unit"]) or w.may("file_forecast", found["unit"]),
        "uninvited": uninvited_agencies(w, id) if Stage(found["stage"]) in BEFORE else [],
    }  # fmt: skip
    return "petitions/list.html", {**case_frame(w, found), **table(w, request, id), **context}


def list_routes(door: Office) -> APIRouter:
    """Under /van-phong/hoi-nghi/{id}/kien-nghi, and /van-phong/kien-nghi."""
    router = APIRouter()

    @router.get("/van-phong/kien-nghi")
    async def all_petitions(request: Request) -> Response:
        """Petitions of every case."""

        def view(w: Work) -> tuple[str, Context]:
            w.allow("see_petitions")
            return "petitions/all.html", table(w, request)

        return await door.show(request, view)

    @router.get(PATH)
    async def petitions_of_case(request: Request, id: str) -> Response:
        return await door.show(request, lambda w: case_view(w, request, id))

    # --- the chair releases -----------------------------------------------------------------------------------------------------

    def release_view(w: Work, id: str) -> tuple[str, Context]:
        found = case(w, id, "release_answer")
        return "petitions/release.html", {**case_frame(w, found), "answers": to_release(w, id), "said": said}

    @router.get(f"{PATH}/cong-bo")
    async def answers_to_release(request: Request, id: str) -> Response:
        return await door.show(request, lambda w: release_view(w, id))

    @router.post(f"{PATH}/cong-bo")
    async def release_answers(request: Request, id: str) -> Response:
        form = await read_form(request, ReleaseForm)
        return await door.submit(
            request,
            form,
            lambda w: release_many(w, id, form.value.answers),
            f"/van-phong/hoi-nghi/{id}/kien-nghi",
            lambda w: release_view(w, id),
            done="released",
        )

    # --- what the Front foresees ------------------------------------------------------------------------------------------------

    def forecast_view(w: Work, id: str) -> tuple[str, Context]:
        notes = forecasts(w, id)
        return "petitions/forecasts.html", {**case_frame(w, case(w, id)), "forecasts": notes}

    @router.get(f"{PATH}/du-bao")
    async def show_forecasts(request: Request, id: str) -> Response:
        return await door.show(request, lambda w: forecast_view(w, id))

    @router.post(f"{PATH}/du-bao")
    async def add_forecast(request: Request, id: str) -> Response:
        form = await read_form(request, ForecastForm)
        here = f"/van-phong/hoi-nghi/{id}/kien-nghi/du-bao"
        return await door.submit(request, form, lambda w: file_forecast(w, id, form.value.text), here, lambda w: forecast_view(w, id))

    return router
