"""/van-phong/to-chuc: units with their bodies, offices and who holds them. What ends gets a last day; nothing is deleted."""

from __future__ import annotations

from datetime import date

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import select

from moderation.case.organisation import Body, Office, System
from server.db.tables import account
from server.office import history
from server.office.forms import Code, Day, FormBody, Line, MaybeLine, read_form
from server.office.office import Context, View
from server.office.office import Office as Door
from server.office.work import HOUSE, Work
from server.organisation.duties import Holder, holders
from server.organisation.keeping import add_body, add_office, change_body, end_office, end_unit
from server.organisation.queries import bodies, levels, offices, units
from server.organisation.seed import add_unit, kinds
from server.organisation.tables import body, duty, office, unit

HERE = "/van-phong/to-chuc"
PARTS = ("advising_unit", "supervisor", "mass_mobilisation")
"""What a body may do in a dialogue beside answering."""


class UnitForm(FormBody):
    """A unit to be entered with what its kind has."""

    kind: Code
    place: Line
    parent: Code
    since: Day | None = None


class BodyForm(FormBody):
    """A body as it is named on papers."""

    name: Line
    short: Line
    system: System
    symbol: MaybeLine = ""
    part: MaybeLine = ""
    email: MaybeLine = ""
    external: bool = False
    superior: bool = False
    since: Day
    until: Day | None = None


class OfficeForm(FormBody):
    """An office at a body."""

    title: Line
    deputy_of: Code | None = None
    since: Day


class EndForm(FormBody):
    """The last day of something."""

    last_day: Day


def organisation_pages(door: Door) -> APIRouter:
    """For administrators."""
    router = APIRouter()

    @router.get(HERE)
    async def show_units(request: Request) -> Response:
        return await door.show(request, units_view)

    @router.get(f"{HERE}/don-vi/moi")
    async def new_unit(request: Request) -> Response:
        return await door.show(request, new_unit_view)

    @router.post(f"{HERE}/don-vi/moi")
    async def enter_unit(request: Request) -> Response:
        form = await read_form(request, UnitForm)
        given = form.value if form.ok else None
        return await door.submit(
            request, form, lambda w: add_unit(w, given.kind, given.place, given.parent, given.since) if given else None,
            lambda id: f"{HERE}/don-vi/{id}", new_unit_view,
        )  # fmt: skip

    @router.get(HERE + "/don-vi/{id}")
    async def show_unit(request: Request, id: str) -> Response:
        return await door.show(request, lambda w: unit_view(w, id))

    @router.get(HERE + "/don-vi/{id}/co-quan-moi")
    async def new_body(request: Request, id: str) -> Response:
        return await door.show(request, body_view(id, None))

    @router.post(HERE + "/don-vi/{id}/co-quan-moi")
    async def enter_body(request: Request, id: str) -> Response:
        form = await read_form(request, BodyForm)

        def do(w: Work) -> None:
            given = form.value
            more = given.model_dump(include={"symbol", "part", "email", "external", "superior"})
            add_body(w, id, given.system, given.name, given.short, given.since, **more)

        return await door.submit(request, form, do, f"{HERE}/don-vi/{id}", body_view(id, None))

    @router.get(HERE + "/co-quan/{id}")
    async def show_body(request: Request, id: str) -> Response:
        return await door.show(request, body_view(None, id))

    @router.post(HERE + "/co-quan/{id}")
    async def keep_body(request: Request, id: str) -> Response:
        form = await read_form(request, BodyForm)

        def do(w: Work) -> str:
            given = form.value
            values = given.model_dump(include={"name", "short", "symbol", "part", "email", "external", "superior"})
            values |= {
                "system": given.system.value,
                "valid_from": given.since.isoformat(),
                "valid_to": given.until.isoformat() if given.until else None,
            }
            change_body(w, id, **values)
            return str(w.row(body, id)["unit"])

        return await door.submit(request, form, do, lambda at: f"{HERE}/don-vi/{at}", body_view(None, id))

    @router.get(HERE + "/co-quan/{id}/chuc-danh-moi")
    async def new_office(request: Request, id: str) -> Response:
        return await door.show(request, lambda w: office_view(w, id))

    @router.post(HERE + "/co-quan/{id}/chuc-danh-moi")
    async def enter_office(request: Request, id: str) -> Response:
        form = await read_form(request, OfficeForm)

        def do(w: Work) -> str:
            add_office(w, id, form.value.title, form.value.since, form.value.deputy_of)
            return str(w.row(body, id)["unit"])

        return await door.submit(request, form, do, lambda at: f"{HERE}/don-vi/{at}", lambda w: office_view(w, id))

    @router.get(HERE + "/chuc-danh/{id}/ket-thuc")
    async def show_end(request: Request, id: str) -> Response:
        return await door.show(request, lambda w: end_view(w, id))

    @router.post(HERE + "/chuc-danh/{id}/ket-thuc")
    async def keep_end(request: Request, id: str) -> Response:
        form = await read_form(request, EndForm)

        def do(w: Work) -> str:
            end_office(w, id, form.value.last_day)
            return str(w.row(body, w.row(office, id)["body"])["unit"])

        return await door.submit(request, form, do, lambda at: f"{HERE}/don-vi/{at}", lambda w: end_view(w, id))

    @router.get(HERE + "/don-vi/{id}/ket-thuc")
    async def show_unit_end(request: Request, id: str) -> Response:
        return await door.show(request, lambda w: unit_end_view(w, id))

    @router.post(HERE + "/don-vi/{id}/ket-thuc")
    async def keep_unit_end(request: Request, id: str) -> Response:
        form = await read_form(request, EndForm)
        return await door.submit(request, form, lambda w: end_unit(w, id, form.value.last_day), HERE, lambda w: unit_end_view(w, id))

    @router.get(f"{HERE}/lich-su")
    async def show_history(request: Request) -> Response:
        return await door.show(request, history_view)

    return router


# --- what the pages show ----------------------------------------------------------------------------------------------------------


def units_view(w: Work) -> tuple[str, Context]:
    """All units by level, with what became of them."""
    w.allow("keep_organisation")
    found = units(w.db)
    return "organisation/units.html", {
        "units": [(one, one.holds(w.today)) for one in found],
        "names": {one.id: one.name for one in found},
        "levels": {one.id: one.name for day in (date(2024, 1, 1), w.today) for one in levels(w.db, day)},
    }


def new_unit_view(w: Work) -> tuple[str, Context]:
    """The form of a new unit."""
    w.allow("keep_organisation")
    parents = [(one.id, one.name) for one in units(w.db) if one.kind in ("thanh_pho", "quan", "huyen")]
    return "organisation/unit_form.html", {"kinds": kinds(), "parents": parents}


def unit_view(w: Work, id: str) -> tuple[str, Context]:
    """A unit with its bodies; each with its offices and everybody who has a duty there."""
    w.allow("keep_organisation")
    place, there = w.row(unit, id), offices(w.db, id)
    working = holders(w.db, w.today, id)
    rows: list[tuple[Body, bool, list[tuple[Office, bool]], list[Holder]]] = [
        (one, one.holds(w.today), [(o, o.holds(w.today)) for o in there if o.body.id == one.id], [h for h in working if h.body == one.id])
        for one in bodies(w.db, id)
    ]
    return "organisation/unit.html", {"place": place, "rows": sorted(rows, key=lambda row: not row[1])}


def body_view(of: str | None, id: str | None) -> View:
    """The form of a body: a new one of a unit, or one that is there."""

    def look(w: Work) -> tuple[str, Context]:
        w.allow("keep_organisation")
        found = w.row(body, id) if id else None
        at = found["unit"] if found else of
        return "organisation/body_form.html", {
            "found": found,
            "place": w.row(unit, str(at)),
            "systems": [one.value for one in System],
            "parts": PARTS,
        }

    return look


def office_view(w: Work, id: str) -> tuple[str, Context]:
    """The form of a new office."""
    w.allow("keep_organisation")
    found = w.row(body, id)
    heads = w.db.execute(select(office.c.id, office.c.title).where(office.c.body == id, office.c.deputy_of.is_(None)))
    return "organisation/office_form.html", {"found": found, "heads": [(row.id, row.title) for row in heads]}


def end_view(w: Work, id: str) -> tuple[str, Context]:
    """The form that ends an office."""
    w.allow("keep_organisation")
    found = w.row(office, id)
    return "organisation/end_form.html", {
        "title": found["title"], "action": f"{HERE}/chuc-danh/{id}/ket-thuc", "back": f"{HERE}/don-vi/{w.row(body, found['body'])['unit']}",
        "explain": "organisation.end_office",
    }  # fmt: skip


def unit_end_view(w: Work, id: str) -> tuple[str, Context]:
    """The form that ends a unit."""
    w.allow("keep_organisation")
    return "organisation/end_form.html", {
        "title": w.row(unit, id)["name"], "action": f"{HERE}/don-vi/{id}/ket-thuc", "back": f"{HERE}/don-vi/{id}", "explain": "organisation.end_unit",
    }  # fmt: skip


def history_view(w: Work) -> tuple[str, Context]:
    """What was changed of units, bodies, offices, duties, accounts and profiles, newest first; ids are said as names."""
    w.allow("keep_organisation")
    entries = [one for kind in KEPT for one in history.read(w, HOUSE, kind=kind)[0]]
    latest = sorted(entries, key=lambda one: -one.seq)[: history.PAGE]
    names: dict[str, str] = {}
    for table, column in ((unit, unit.c.name), (body, body.c.name), (office, office.c.title), (account, account.c.name)):
        names |= {row.id: row.said for row in w.db.execute(select(table.c.id, column.label("said")))}
    holding = {row.id: names.get(row.account, "") for row in w.db.execute(select(duty.c.id, duty.c.account))}
    return "organisation/history.html", {
        "entries": [(one, names.get(one.subject) or holding.get(one.subject) or one.subject) for one in latest],
        "names": names,
    }


KEPT = ("unit", "body", "office", "duty", "account", "legal_profile", "advising_rule")
"""Whose changes the page of the history shows."""
