"""Looking up who governs whom, as the values of `moderation.case`."""

from __future__ import annotations

from datetime import date
from typing import TypedDict

from sqlalchemy import Connection, RowMapping, select

from moderation import Refusal
from moderation.case import organisation as values
from moderation.case.advising import ARTICLE_7, Advising, AdvisingRule, advising_unit
from moderation.case.organisation import Body, Office, Presiding, System, Unit, presiding_offices
from moderation.case.profiles import PROFILES, Profile, counting_of
from server.organisation.tables import advising_rule, body, legal_profile, level, office, unit


class _Dates(TypedDict):
    valid_from: date
    valid_to: date | None


def levels(db: Connection, on: date) -> tuple[values.Level, ...]:
    """The levels of government on a day, from the city down."""
    rows = db.execute(select(level).order_by(level.c.rank, level.c.id)).mappings()
    found = (values.Level(row["id"], row["name"], row["rank"], **_dates(row)) for row in rows)
    return tuple(one for one in found if one.holds(on))


def units(db: Connection, on: date | None = None) -> tuple[Unit, ...]:
    """All units (that exist on a day), by level and name."""
    rows = db.execute(select(unit).join(level, level.c.id == unit.c.level).order_by(level.c.rank, unit.c.name)).mappings()
    found = (_unit(row) for row in rows)
    return tuple(one for one in found if on is None or one.holds(on))


def bodies(db: Connection, of: str | None = None, on: date | None = None) -> tuple[Body, ...]:
    """The bodies of a unit, or of all units (that exist on a day)."""
    places = {one.id: one for one in units(db)}
    chosen = select(body).where(body.c.unit == of) if of else select(body)
    rows = db.execute(chosen.order_by(body.c.system, body.c.name)).mappings()
    found = (_body(row, places[row["unit"]]) for row in rows)
    return tuple(one for one in found if on is None or one.holds(on))


def offices(db: Connection, of: str | None = None, on: date | None = None) -> tuple[Office, ...]:
    """The offices of a unit, or of all units (that exist on a day)."""
    at = {one.id: one for one in bodies(db, of)}
    rows = db.execute(select(office).order_by(office.c.title)).mappings()
    found = (Office(row["id"], at[row["body"]], row["title"], row["deputy_of"], **_dates(row)) for row in rows if row["body"] in at)
    return tuple(one for one in found if on is None or one.available(on))


def chairs(db: Connection, of: str, on: date) -> tuple[Office, ...]:
    """The offices of a unit that may preside over a conference of this day, heads before deputies (Art. 2; D1.3)."""
    return tuple(sorted(presiding_offices(offices(db, of), on), key=lambda one: (one.deputy, one.title)))


def office_of(db: Connection, id: str) -> Office:
    """One office with its body and unit (raises `Refusal` not_found)."""
    row = db.execute(select(office).where(office.c.id == id)).mappings().first()
    if row is None:
        raise Refusal("not_found")
    at = db.execute(select(body).where(body.c.id == row["body"])).mappings().one()
    place = db.execute(select(unit).where(unit.c.id == at["unit"])).mappings().one()
    return Office(row["id"], _body(at, _unit(place)), row["title"], row["deputy_of"], **_dates(row))


def advising_of(db: Connection, chair: str, on: date) -> tuple[Advising, Body | None]:
    """What Art. 7 says for the office of a chair, and the body that it means or suggests, if it has been entered (raises `Refusal` not_a_chair,
    office_not_available, not_found)."""
    who = office_of(db, chair)
    found = advising_unit(advising_rules(db), who, on)
    advisers = [one for one in bodies(db, who.body.unit.id, on) if one.part.startswith("advising")]
    return found, next((one for one in advisers if one.system is who.body.system), advisers[0] if found.needs_assignment and advisers else None)


def advising_rules(db: Connection) -> tuple[AdvisingRule, ...]:
    """The rules of Art. 7 as kept; those of the regulation where none have been entered."""
    rows = db.execute(select(advising_rule).order_by(advising_rule.c.id)).mappings().all()
    return tuple(
        AdvisingRule(row["case"], row["profile"], row["unit_kind"], Presiding(row["presiding"]), row["chair"], row["deputy"], row["advises"],
                     row["needs_assignment"], **_dates(row))
        for row in rows
    ) or ARTICLE_7  # fmt: skip


def profiles(db: Connection) -> tuple[Profile, ...]:
    """The legal profiles with their settings as kept; the two that come with the product where none have been entered."""
    rows = db.execute(select(legal_profile).order_by(legal_profile.c.issued)).mappings().all()
    return tuple(
        Profile(row["id"], row["title"], date.fromisoformat(row["issued"]), levels=frozenset(row["levels"]), counting=counting_of(row["counting"]), **_dates(row))
        for row in rows
    ) or PROFILES  # fmt: skip


def _unit(row: RowMapping) -> Unit:
    return Unit(row["id"], row["level"], row["parent"], row["kind"], row["name"], row["place"], **_dates(row))


def _body(row: RowMapping, at: Unit) -> Body:
    return Body(
        row["id"], at, System(row["system"]), row["name"], row["short"], row["symbol"], row["part"], row["external"], row["superior"], **_dates(row)
    )


def _dates(row: RowMapping) -> _Dates:
    return {"valid_from": date.fromisoformat(row["valid_from"]), "valid_to": date.fromisoformat(row["valid_to"]) if row["valid_to"] else None}
