"""/van-phong/to-chuc/dieu-7: entering and ending the rows of Article 7."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from moderation import Refusal
from moderation.case.organisation import Presiding
from server.office.forms import Code, Day, FormBody, Line, read_form
from server.office.office import Context, Office
from server.office.work import Work
from server.organisation.pages import HERE
from server.organisation.queries import profiles
from server.organisation.rules import CASES, add_rule, end_rule, rule_rows
from server.organisation.seed import KIND_NAMES


class RuleForm(FormBody):
    """A row of Article 7 with the paper that says so."""

    case: Code
    profile: Code
    unit_kind: Code
    presiding: Presiding
    chair: Line
    deputy: Line
    advises: Line
    needs_assignment: bool = False
    since: Day
    source: Line


class RuleEndForm(FormBody):
    """The last day of a row, and the paper that says so."""

    last_day: Day
    source: Line


def rule_pages(door: Office) -> APIRouter:
    """For administrators."""
    router = APIRouter()

    @router.get(f"{HERE}/dieu-7/moi")
    async def new_rule(request: Request) -> Response:
        return await door.show(request, rule_view)

    @router.post(f"{HERE}/dieu-7/moi")
    async def enter_rule(request: Request) -> Response:
        form = await read_form(request, RuleForm)
        return await door.submit(request, form, lambda w: add_rule(w, **form.value.model_dump()), f"{HERE}/can-cu", rule_view)

    @router.get(HERE + "/dieu-7/{id}/ket-thuc")
    async def show_end(request: Request, id: str) -> Response:
        return await door.show(request, lambda w: rule_end_view(w, id))

    @router.post(HERE + "/dieu-7/{id}/ket-thuc")
    async def keep_end(request: Request, id: str) -> Response:
        form = await read_form(request, RuleEndForm)
        return await door.submit(
            request, form, lambda w: end_rule(w, id, form.value.last_day, form.value.source), f"{HERE}/can-cu", lambda w: rule_end_view(w, id)
        )

    return router


def rule_view(w: Work) -> tuple[str, Context]:
    """The form of a new row."""
    w.allow("keep_organisation")
    return "organisation/rule_form.html", {
        "cases": CASES, "kinds": tuple(KIND_NAMES.items()), "presiding": [one.value for one in Presiding],
        "profiles": [(one.code, one.title) for one in profiles(w.db)],
    }  # fmt: skip


def rule_end_view(w: Work, id: str) -> tuple[str, Context]:
    """The form that ends a row."""
    w.allow("keep_organisation")
    found = next((row for row in rule_rows(w.db) if row["id"] == id), None)
    if found is None:
        raise Refusal("not_found")
    return "organisation/rule_end.html", {"rule": found}
