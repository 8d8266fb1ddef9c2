"""Keeping bodies, offices and the settings of legal profiles: what ends gets a last day, nothing is deleted, for older dossiers go on naming it."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Table, select

from moderation import Refusal
from moderation.case.organisation import System
from moderation.case.profiles import counting_of, plain
from server.conclusions.recounting import recount
from server.office.work import Work
from server.organisation.seed import seed_law
from server.organisation.tables import body, legal_profile, office, unit


def add_body(w: Work, of: str, system: System, name: str, short: str, since: date, **more: Any) -> str:
    """Enters a body of a unit; `more`: symbol, part, external, superior, email. Gives its id (raises `Refusal` not_allowed, not_found)."""
    w.allow("keep_organisation")
    w.row(unit, of)
    return w.add(body, unit=of, system=system.value, name=name, short=short, valid_from=since.isoformat(), **more)


def change_body(w: Work, id: str, **values: Any) -> None:
    """Changes columns of a body, or ends it with `valid_to` (raises `Refusal` not_allowed, not_found,
    dates_turned)."""
    w.allow("keep_organisation")
    _in_order(values.get("valid_from") or w.row(body, id)["valid_from"], values.get("valid_to"))
    w.change(body, id, **values)


def add_office(w: Work, at: str, title: str, since: date, deputy_of: str | None = None) -> str:
    """Enters an office at a body (raises `Refusal` not_allowed, not_found, office_elsewhere when it would be deputy of another body's)."""
    w.allow("keep_organisation")
    w.row(body, at)
    if deputy_of and w.row(office, deputy_of)["body"] != at:
        raise Refusal("office_elsewhere", field="deputy_of")
    return w.add(office, body=at, title=title, deputy_of=deputy_of or None, valid_from=since.isoformat())


def end_office(w: Work, id: str, last_day: date) -> None:
    """The office exists to this day (raises `Refusal` not_allowed, not_found, dates_turned)."""
    w.allow("keep_organisation")
    _in_order(w.row(office, id)["valid_from"], last_day.isoformat())
    w.change(office, id, valid_to=last_day.isoformat())


def end_unit(w: Work, id: str, last_day: date) -> None:
    """The unit, its bodies and their offices exist to this day (raises `Refusal` not_allowed, not_found, dates_turned)."""
    w.allow("keep_organisation")
    _in_order(w.row(unit, id)["valid_from"], last_day.isoformat())
    w.change(unit, id, valid_to=last_day.isoformat())
    for at in w.db.scalars(select(body.c.id).where(body.c.unit == id)).all():
        _end(w, body, at, last_day)
        for held in w.db.scalars(select(office.c.id).where(office.c.body == at)).all():
            _end(w, office, held, last_day)


def add_profile(w: Work, code: str, title: str, issued: date, valid_from: date, like: str) -> None:
    """Enters a legal profile that counts, to begin with, like one that is there: what replaces a regulation mostly changes a few answers. Raises
    `Refusal` not_allowed, not_found, profile_known."""
    w.allow("keep_organisation")
    seed_law(w)
    model = w.row(legal_profile, like)
    if w.db.scalar(select(legal_profile.c.id).where(legal_profile.c.id == code)) is not None:
        raise Refusal("profile_known", field="code", profile=code)
    w.add(
        legal_profile,
        id=code,
        title=title,
        issued=issued.isoformat(),
        valid_from=valid_from.isoformat(),
        levels=model["levels"],
        counting=model["counting"],
    )


def change_profile(w: Work, code: str, settings: dict[str, Any], valid_to: date | None = None) -> int:
    """Answers counting questions of a legal profile otherwise, or ends it; settings as JSON values, those not named stay. Open deadlines
    are counted again; gives how many moved. Raises `Refusal` not_allowed, not_found, profile_unfit, dates_turned."""
    w.allow("keep_organisation")
    seed_law(w)
    found = w.row(legal_profile, code)
    counting = counting_of({**found["counting"], **settings})
    _in_order(found["valid_from"], valid_to.isoformat() if valid_to else None)
    changed = w.change(legal_profile, code, counting=plain(counting), valid_to=valid_to.isoformat() if valid_to else None)
    return recount(w, code) if changed else 0


def _end(w: Work, table: Table, id: str, last_day: date) -> None:
    """Ends a row that goes on longer; one that would begin later ends before it begins, and so never holds."""
    found = w.row(table, id)
    if found["valid_to"] is None or found["valid_to"] > last_day.isoformat():
        w.change(table, id, valid_to=last_day.isoformat())


def _in_order(first: str, last: str | None) -> None:
    if last is not None and last < first:
        raise Refusal("dates_turned", field="valid_to")
