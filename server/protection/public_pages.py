"""What people without an account use: the notice about their data, and the form for a request, which a tracking code proves to be theirs."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from moderation import Refusal
from moderation.case.protection import BREACH_HOURS, TERMS, Ask
from server.accounts.limits import Tries, network
from server.office.forms import FormBody, Line, MaybeProse, read_form
from server.office.office import Context, Office
from server.office.work import Work
from server.petitions.tracking import petition_by_code, typed
from server.protection import requests
from server.protection.register import activities

FORM = "/du-lieu-ca-nhan"


class CitizenForm(FormBody):
    code: Line
    ask: Ask
    text: MaybeProse = ""


class SeenForm(FormBody):
    code: Line


def public_routes(door: Office) -> APIRouter:
    """/du-lieu-ca-nhan and /cong-khai/quyen-rieng-tu."""
    router = APIRouter()
    tries = Tries("10/minute", "40/hour")

    def address(request: Request) -> str:
        return network(request.client.host if request.client else "")

    @router.get("/cong-khai/quyen-rieng-tu")
    async def notice(request: Request) -> Response:
        def view(w: Work) -> tuple[str, Context]:
            terms = {what: requests.term(w, what) for what in TERMS}
            return "protection/notice.html", {"activities": activities(), "terms": terms, "hours": BREACH_HOURS}

        return await door.show(request, view, public=True)

    def form_view(w: Work) -> tuple[str, Context]:
        return "protection/form.html", {"asks": list(Ask)}

    @router.get(FORM)
    async def show_form(request: Request) -> Response:
        return await door.show(request, form_view, public=True)

    @router.post(FORM)
    async def send(request: Request) -> Response:
        form = await read_form(request, CitizenForm)
        who = address(request)

        def do(w: Work) -> None:
            tries.check(who)
            try:
                requests.from_citizen(w, door.keys, form.value.code, form.value.ask, form.value.text)
            except Refusal as refusal:
                if refusal.code == "tracking_code_unknown":
                    tries.count(who)
                raise

        return await door.submit(request, form, do, f"{FORM}/da-nhan", form_view, public=True, done="request_taken")

    @router.get(f"{FORM}/da-nhan")
    async def taken(request: Request) -> Response:
        return await door.show(request, lambda w: ("protection/taken.html", {"terms": {what: requests.term(w, what) for what in TERMS}}), public=True)

    @router.get(f"{FORM}/xem")
    async def show_seen(request: Request) -> Response:
        return await door.show(request, lambda w: ("protection/seen.html", {"requests": None}), public=True)

    @router.post(f"{FORM}/xem")
    async def seen(request: Request) -> Response:
        """How the requests of a code stand. Wrong codes are counted for the address they come from."""
        form = await read_form(request, SeenForm)
        who = address(request)
        if form.ok:
            try:
                tries.check(who)
                found = await door.read(
                    request, lambda w: requests.of_petition(w, petition_by_code(w, door.keys, typed(form.value.code))["id"]), public=True
                )
            except Refusal as refusal:
                if refusal.code == "tracking_code_unknown":
                    tries.count(who)
                form.refuse(request, refusal)
            else:
                return await door.show(request, lambda w: ("protection/seen.html", {"requests": found}), public=True)
        return await door.show(request, lambda w: ("protection/seen.html", {"requests": None}), public=True, form=form, status=422)

    return router
