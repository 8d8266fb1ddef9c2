"""Who somebody is in the office today: their account with the duties they hold."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection, or_, select

from moderation.case.rights import Duty, Post, Staff
from server.accounts.staff import Account
from server.organisation.tables import body, duty, unit


def staff_of(db: Connection, account: Account, today: date) -> Staff:
    """The account's duties that hold on this day. `reach` of each is its body's unit and every unit below."""
    day = today.isoformat()
    rows = db.execute(
        select(duty.c.role, duty.c.body, body.c.unit, duty.c.office, duty.c.deputy)
        .join(body, body.c.id == duty.c.body)
        .where(duty.c.account == account.id, duty.c.valid_from <= day, or_(duty.c.valid_to.is_(None), duty.c.valid_to >= day))
        .order_by(duty.c.role, duty.c.body)
    ).all()
    if not rows:
        return Staff(account.id, account.name)
    below = units_below(db)
    posts = tuple(Post(Duty(row.role), row.body, row.unit, below.get(row.unit, frozenset((row.unit,))), row.office, row.deputy) for row in rows)
    return Staff(account.id, account.name, posts)


def units_below(db: Connection) -> dict[str, frozenset[str]]:
    """Each unit → itself and all units below it."""
    parents = {row.id: row.parent for row in db.execute(select(unit.c.id, unit.c.parent))}
    below: dict[str, set[str]] = {id: {id} for id in parents}
    for id in parents:
        above, steps = parents[id], 0
        while above is not None and steps < 10:
            below.setdefault(above, {above}).add(id)
            above, steps = parents.get(above), steps + 1
    return {id: frozenset(ids) for id, ids in below.items()}
