"""Who works as what, where, and from when to when: giving a duty and ending it. What somebody did under a duty stays in the history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection, or_, select

from moderation import Refusal
from moderation.case.rights import Duty
from moderation.case.text import collation, name_order
from server.db.tables import account
from server.office.work import Work
from server.organisation.queries import office_of
from server.organisation.tables import body, duty, office


@dataclass(frozen=True, slots=True)
class Holder:
    """One duty as the page of the organisation shows it."""

    id: str
    name: str
    login: str
    role: str
    body: str
    body_name: str
    office: str
    deputy: bool
    valid_from: date
    valid_to: date | None


def give_duty(w: Work, account_id: str, role: Duty, at: str, since: date, office_id: str | None = None, until: date | None = None) -> str:
    """Somebody works as this from a day on; gives the duty's id. A chair's duty names the presiding office, at whose body it then is; whether as a
    deputy follows from the office. Raises `Refusal` not_allowed, account_unknown, not_found, office_missing, not_a_chair, office_not_available,
    dates_turned, duty_known."""
    w.allow("keep_organisation")
    w.row(account, account_id, "account_unknown")
    w.row(body, at)
    if until is not None and until < since:
        raise Refusal("dates_turned", field="until")
    deputy = False
    if role is Duty.CHAIR:
        if not office_id:
            raise Refusal("office_missing", field="office")
        held = office_of(w.db, office_id)
        if held.presiding is None:
            raise Refusal("not_a_chair", field="office", office=held.title)
        if not held.available(since):
            raise Refusal("office_not_available", field="office", office=held.title, date=since.strftime("%d/%m/%Y"))
        at, deputy = held.body.id, held.deputy
    elif office_id and w.row(office, office_id)["body"] != at:
        raise Refusal("office_elsewhere", field="office")
    same = select(duty.c.id).where(duty.c.account == account_id, duty.c.role == role.value, duty.c.body == at)
    if w.db.scalar(same.where(or_(duty.c.valid_to.is_(None), duty.c.valid_to >= since.isoformat()))) is not None:
        raise Refusal("duty_known", field="role")
    return w.add(duty, account=account_id, role=role.value, body=at, office=office_id or None, deputy=deputy, valid_from=since.isoformat(),
                 valid_to=until.isoformat() if until else None)  # fmt: skip


def end_duty(w: Work, id: str, last_day: date, why: str = "") -> None:
    """The duty ends with this day. Raises `Refusal` not_allowed, not_found, dates_turned (before it began), last_admin (nobody else could keep the
    house)."""
    w.allow("keep_organisation")
    found = w.row(duty, id)
    if last_day < date.fromisoformat(found["valid_from"]) - timedelta(days=1):
        raise Refusal("dates_turned", field="last_day")
    if found["role"] == Duty.ADMIN and not _another_admin(w, id, last_day):
        raise Refusal("last_admin")
    w.change(duty, id, why=why, valid_to=last_day.isoformat())


def holders(db: Connection, on: date, of: str | None = None) -> list[Holder]:
    """Who works as what on a day or later, in a unit or everywhere; by body and role, people as they are listed: by given name."""
    chosen = (
        select(duty, account.c.name, account.c.login, body.c.short.label("body_name"), office.c.title)
        .join(account, account.c.id == duty.c.account)
        .join(body, body.c.id == duty.c.body)
        .outerjoin(office, office.c.id == duty.c.office)
        .where(or_(duty.c.valid_to.is_(None), duty.c.valid_to >= on.isoformat()))
    )
    rows = db.execute(chosen.where(body.c.unit == of) if of else chosen).mappings()
    found = [
        Holder(row["id"], row["name"], row["login"], row["role"], row["body"], row["body_name"], row["title"] or "", row["deputy"],
               date.fromisoformat(row["valid_from"]), date.fromisoformat(row["valid_to"]) if row["valid_to"] else None)
        for row in rows
    ]  # fmt: skip
    return sorted(found, key=lambda one: (collation(one.body_name), one.role, name_order(one.name)))


def _another_admin(w: Work, id: str, last_day: date) -> bool:
    """Whether somebody else, whose account is open, can keep the house the day after."""
    after = (last_day + timedelta(days=1)).isoformat()
    others = (
        select(duty.c.id)
        .join(account, account.c.id == duty.c.account)
        .where(duty.c.role == Duty.ADMIN.value, duty.c.id != id, account.c.disabled.is_(False))
    )
    return w.db.scalar(others.where(or_(duty.c.valid_to.is_(None), duty.c.valid_to >= after)).limit(1)) is not None
