"""/van-phong/to-chuc/can-cu: the rules of Art. 7, and the legal profiles with the answers to their counting questions."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import Field

from moderation import Refusal
from moderation.case.profiles import Profile
from server.office.forms import Clock, Code, Day, FormBody, Line, read_form
from server.office.office import Context, Office
from server.office.work import Work
from server.organisation.keeping import add_profile, change_profile
from server.organisation.pages import HERE
from server.organisation.queries import profiles
from server.organisation.rule_pages import rule_pages
from server.organisation.rules import rule_rows

Days = Annotated[int, Field(ge=1, le=366)]


class ProfileForm(FormBody):
    """The counting questions. Days that a profile does not know are not in its form."""

    notice_days: Days | None = None
    notice_reading: Literal["A", "B"]
    conclusion_days: Days | None = None
    conclusion_needs_sending: bool = False
    extended_days: Days | None = None
    extension_from_due: bool = False
    publication_days: Days | None = None
    agency_report_days: Days | None = None
    agency_report_from: Literal["notice_date", "received"]
    make_up_counts: bool = False
    roll_forward: bool = False
    rest_day_conference: bool = False
    postponing_restarts: bool = False
    before_is_strict: bool = False
    advise_working_day: bool = False
    due_time: Clock | None = None
    warn_from: Clock
    valid_to: Day | None = None


class NewProfileForm(FormBody):
    """A legal profile to be entered, which counts like another to begin with."""

    code: Code
    title: Line
    issued: Day
    valid_from: Day
    like: Code


DAYS = ("notice_days", "conclusion_days", "extended_days", "publication_days", "agency_report_days")
TICKS = (
    "conclusion_needs_sending", "extension_from_due", "make_up_counts", "roll_forward", "rest_day_conference", "postponing_restarts", "before_is_strict",
    "advise_working_day",
)  # fmt: skip


def law_pages(door: Office) -> APIRouter:
    """For administrators."""
    router = APIRouter()

    @router.get(f"{HERE}/can-cu")
    async def show_law(request: Request) -> Response:
        moved = request.query_params.get("doi", "")
        return await door.show(request, lambda w: law_view(w, int(moved[:5]) if moved.isascii() and moved.isdecimal() else None))

    @router.get(f"{HERE}/can-cu/moi")
    async def new_profile(request: Request) -> Response:
        return await door.show(request, new_profile_view)

    @router.post(f"{HERE}/can-cu/moi")
    async def enter_profile(request: Request) -> Response:
        form = await read_form(request, NewProfileForm)

        def do(w: Work) -> None:
            given = form.value
            add_profile(w, given.code, given.title, given.issued, given.valid_from, given.like)

        return await door.submit(request, form, do, lambda _: f"{HERE}/can-cu/{form.value.code}", new_profile_view)

    @router.get(HERE + "/can-cu/{code}")
    async def show_profile(request: Request, code: str) -> Response:
        return await door.show(request, lambda w: profile_view(w, code))

    @router.post(HERE + "/can-cu/{code}")
    async def keep_profile(request: Request, code: str) -> Response:
        form = await read_form(request, ProfileForm)
        return await door.submit(
            request, form, lambda w: keep(w, code, form.value), lambda moved: f"{HERE}/can-cu?doi={moved}", lambda w: profile_view(w, code)
        )

    router.include_router(rule_pages(door))
    return router


def keep(w: Work, code: str, given: ProfileForm) -> int:
    """Keeps the answers, and gives how many open deadlines moved; days that the profile does not know stay unknown, and those that it knows cannot be left out."""
    known = one(w, code).counting
    settings: dict[str, Any] = given.model_dump(exclude={"valid_to"})
    settings["warn_from"] = f"{given.warn_from}:00"
    settings["due_time"] = f"{given.due_time}:59" if given.due_time else known.due_time.isoformat()
    for name in DAYS:
        if settings[name] is None or getattr(known, name) is None:
            settings.pop(name)
    return change_profile(w, code, settings, given.valid_to)


def one(w: Work, code: str) -> Profile:
    """A profile by its code (raises `Refusal` not_found)."""
    found = next((profile for profile in profiles(w.db) if profile.code == code), None)
    if found is None:
        raise Refusal("not_found")
    return found


def law_view(w: Work, moved: int | None = None) -> tuple[str, Context]:
    """The rules and the profiles; after a change of settings, how many open deadlines moved."""
    w.allow("keep_organisation")
    return "organisation/law.html", {"rules": rule_rows(w.db), "profiles": profiles(w.db), "moved": moved}


def new_profile_view(w: Work) -> tuple[str, Context]:
    """The form of a new profile."""
    w.allow("keep_organisation")
    return "organisation/new_profile.html", {"models": [(one.code, one.title) for one in profiles(w.db)]}


def profile_view(w: Work, code: str) -> tuple[str, Context]:
    """The form of a profile."""
    w.allow("keep_organisation")
    found = one(w, code)
    days = [(name, getattr(found.counting, name)) for name in DAYS if getattr(found.counting, name) is not None]
    return "organisation/profile_form.html", {"profile": found, "days": days, "ticks": [(name, getattr(found.counting, name)) for name in TICKS]}
