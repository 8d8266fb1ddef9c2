"""The clock of a demonstration: a page that moves it on, so that a case of months is walked through in an hour. Only there, and only forwards."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from moderation import Refusal
from moderation.case.rights import Duty
from server import clock
from server.office.forms import Clock, Day, FormBody, read_form
from server.office.office import Context, Office
from server.office.work import Work

STATIONS = (
    ("2027-01-14", "13:15"),
    ("2027-01-15", "08:00"),
    ("2027-01-22", "08:00"),
    ("2027-01-27", "08:00"),
    ("2027-02-03", "08:00"),
    ("2027-02-13", "08:00"),
    ("2027-06-25", "08:00"),
    ("2027-12-10", "08:00"),
)
"""Days of the worked example on which something is due: the conference, the publication, the notice, the agencies' reports, the periodic reports."""


class To(FormBody):
    """A moment to go to."""

    day: Day
    hour: Clock = "08:00"


def time_routes(door: Office) -> APIRouter:
    """/mo-phong, for whoever is signed in."""
    router = APIRouter()

    def view(w: Work) -> tuple[str, Context]:
        w.allow("see_office")
        return "office/time.html", {"now": w.now, "stations": [s for s in STATIONS if clock.moment_of(*s) > w.now]}

    @router.get("/mo-phong")
    async def show(request: Request) -> Response:
        return await door.show(request, view)

    @router.post("/mo-phong")
    async def go(request: Request) -> Response:
        form = await read_form(request, To)

        def move(w: Work) -> None:
            w.allow("see_office")
            if not w.has(Duty.ADMIN, Duty.ADVISING, Duty.CHAIR):
                raise Refusal("not_allowed", command="move_clock")
            at = clock.moment(form.value.day, form.value.hour)
            if at <= w.now:
                raise Refusal("only_forwards", field="day")
            clock.set_to(at)

        return await door.submit(request, form, move, "/mo-phong", view, done="time_moved")

    return router
