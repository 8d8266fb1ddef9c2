"""Opening a case: the plan and the people become the first facts, everybody gets a seat, and staff their accounts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sqlalchemy import Engine

from moderation import Refusal, Role
from moderation.people import AddPerson
from moderation.plan import Plan, PlanConference
from server.accounts.keys import Keys, new_id
from server.accounts.links import seat_link
from server.accounts.seats import new_seat, seat_of_person
from server.accounts.staff import account_named, create_account
from server.clock import now
from server.rooms.rooms import LiveRoom, Rooms


@dataclass(frozen=True, slots=True)
class Case:
    """A conference that was opened, with the seat of each person."""

    conference: str
    seats: dict[str, str]


async def open_case(
    rooms: Rooms, engine: Engine, conference: str, plan: Plan, people: tuple[AddPerson, ...], accounts: Mapping[str, str] = MappingProxyType({})
) -> Case:
    """Plans the conference and seats everybody. `accounts`: person → the account that sits there; whoever else is more than a citizen gets one named
    `<conference>.<person>`, without a password: its owner chooses one by a set-up link. Calling it again for a conference that exists only finds the seats."""
    try:
        live = await rooms.get(conference)
    except Refusal:
        live = await rooms.create(conference)
        await live.room.do(new_id(), None, PlanConference(plan))
    for person in people:
        if person.person not in live.room.state.people:
            await live.room.do(new_id(), None, person)
    return Case(conference, {p.person: seat_for(engine, live, p.person, accounts.get(p.person)) for p in people})


def seat_for(engine: Engine, live: LiveRoom, person: str, account: str | None = None) -> str:
    """The seat of a person, made when there is none: for this account, or for one of its own."""
    who = live.room.state.people.get(person)
    if who is None:
        raise Refusal("person_unknown", person=person)
    with engine.begin() as database:
        try:
            return seat_of_person(database, live.id, person).id
        except Refusal:
            pass
        if account is None and who.roles != {Role.CITIZEN}:
            login = f"{live.id}.{person}".lower()
            try:
                account = account_named(database, login).id
            except Refusal:
                account = create_account(database, login, who.identity.name if who.identity else login, now())
        return new_seat(database, live.id, person, now(), account)


def personal_link(engine: Engine, keys: Keys, seat: str, base: str) -> str:
    """A personal address of a seat. The secret stands behind `#`, which browsers never send (R6)."""
    with engine.begin() as database:
        return f"{base}/vao#{seat_link(database, keys, seat, now())}"
