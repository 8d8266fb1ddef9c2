"""Seats: one person in one conference. A seat's id stands in addresses and is no secret; sessions, links and
codes lead to it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, delete, insert, select, update

from moderation.kernel import Refusal
from server.accounts.keys import Keys, new_id
from server.accounts.sessions import revoke_all
from server.db.tables import account, code, link, seat, session


@dataclass(frozen=True, slots=True)
class Seat:
    """A person's place in a conference; `person` is the id in that conference's facts, `account` the staff
    account that holds it."""

    id: str
    conference: str
    person: str
    account: str | None
    revoked: bool


def new_seat(connection: Connection, conference: str, person: str, now: int, account: str | None = None) -> str:
    """Make the seat of a person and give its id (raises `Refusal` seat_taken when the person has one)."""
    taken = select(seat.c.id).where(seat.c.conference == conference, seat.c.person == person)
    if connection.scalar(taken) is not None:
        raise Refusal("seat_taken", person=person)
    id_ = new_id()
    connection.execute(insert(seat).values(id=id_, conference=conference, person=person, account=account, created=now))
    return id_


def seat_of(connection: Connection, id_: str) -> Seat:
    """The seat of an id (raises `Refusal` seat_unknown)."""
    found = _seats(connection, seat.c.id == id_)
    if not found:
        raise Refusal("seat_unknown")
    return found[0]


def seat_of_person(connection: Connection, conference: str, person: str) -> Seat:
    """The seat of a person in a conference (raises `Refusal` seat_unknown)."""
    found = _seats(connection, (seat.c.conference == conference) & (seat.c.person == person))
    if not found:
        raise Refusal("seat_unknown")
    return found[0]


def seats_of(connection: Connection, account: str) -> list[Seat]:
    """The seats that a staff account holds, newest first, without revoked ones."""
    return _seats(connection, (seat.c.account == account) & seat.c.revoked.is_(None))


def _seats(connection: Connection, condition: ColumnElement[bool]) -> list[Seat]:
    rows = connection.execute(select(seat).where(condition).order_by(seat.c.created.desc(), seat.c.id))
    return [Seat(row.id, row.conference, row.person, row.account, row.revoked is not None) for row in rows]


def is_shut(connection: Connection, id_: str) -> bool:
    """Whether the staff account that holds this seat is closed: then nothing leads to it, until the account is opened again."""
    closed = select(account.c.disabled).join(seat, seat.c.account == account.c.id).where(seat.c.id == id_)
    return connection.scalar(closed) is True


def revoke_seat(connection: Connection, id_: str, now: int) -> None:
    """Close a seat for good, in one act: sessions on all devices end, links and codes are void, no new ones
    are given (R31).

    The room calls this when the chair refuses a person. Revoking twice changes nothing. Raises `Refusal`
    seat_unknown.
    """
    seat_of(connection, id_)
    connection.execute(update(seat).where(seat.c.id == id_, seat.c.revoked.is_(None)).values(revoked=now))
    connection.execute(update(link).where(link.c.seat == id_, link.c.revoked.is_(None)).values(revoked=now))
    connection.execute(delete(code).where(code.c.seat == id_))
    revoke_all(connection, now, seat=id_)


def readmit(connection: Connection, id_: str) -> None:
    """Open a revoked seat again (R33). What led to it stays void: the desk hands out a new link or code.
    Raises `Refusal` seat_unknown."""
    seat_of(connection, id_)
    connection.execute(update(seat).where(seat.c.id == id_).values(revoked=None))


def refused_device(connection: Connection, keys: Keys, conference: str, secrets: list[str]) -> bool:
    """Whether one of these session secrets, which a browser still holds, was of a seat of this conference
    that is revoked."""
    hashes = [keys.hash("session", secret) for secret in secrets[:20]]
    return _any_revoked(connection, conference, session.c.secret_hash.in_(hashes))


def refused_address(connection: Connection, keys: Keys, conference: str, address: str) -> bool:
    """Whether a session of a revoked seat of this conference came from this network address. A hall shares
    one: no more than a hint."""
    return _any_revoked(connection, conference, session.c.address_hash == keys.hash("address", address))


def _any_revoked(connection: Connection, conference: str, condition: ColumnElement[bool]) -> bool:
    question = (
        select(seat.c.id).join(session, session.c.seat == seat.c.id).where(condition, seat.c.conference == conference, seat.c.revoked.is_not(None))
    )
    return connection.execute(question.limit(1)).first() is not None
