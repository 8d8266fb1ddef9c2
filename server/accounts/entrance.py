"""Who somebody is: who sits on a seat, and who is signed in. Pages, the room's socket and the media routes ask here."""

from __future__ import annotations

from urllib.parse import urlsplit

from sqlalchemy import Connection, Engine, select
from starlette.requests import HTTPConnection

from moderation.kernel import Refusal
from server import clock
from server.accounts.cookies import ACCOUNT, held, seat_cookie
from server.accounts.keys import Keys
from server.accounts.seats import Seat, seat_of
from server.accounts.sessions import session_of, touch
from server.accounts.staff import Account, account_of
from server.db.engine import reading
from server.db.tables import session


def sitter(engine: Engine, keys: Keys, connection: HTTPConnection, seat: str, lasts: int) -> Seat:
    """The seat, if the connection's cookies allow to sit on it. Errors are those of `sits`."""
    return sits(engine, keys, seat, held(connection, seat_cookie(seat)), held(connection, ACCOUNT), lasts)


def sits(engine: Engine, keys: Keys, seat: str, own: str | None, staff: str | None, lasts: int) -> Seat:
    """The seat, if one of these secrets allows to sit on it: `own` of a session of the seat, or `staff` of one of the account that holds it.

    `lasts` is how long the session goes on from now, in ms. It reads the database: call it in a thread.
    Raises `Refusal`: seat_revoked when the chair refused this person, session_ended, not_signed_in (no secret
    at all), and seat_unknown for a seat that does not exist or is another's, which nobody can tell apart.
    """
    now = clock.now()
    with reading(engine) as database:
        if own is None and staff is None:
            raise Refusal("not_signed_in")
        found = seat_of(database, seat)
        for secret in (own, staff):
            live = session_of(database, keys, secret, now) if secret is not None else None
            if live is not None and (live.seat == seat or (live.account is not None and live.account == found.account)):
                break
        else:
            raise _why_not(database, keys, found, own, staff, now)
    if found.revoked:
        raise Refusal("seat_revoked")
    if live.stale and secret is not None:
        with engine.begin() as database:
            touch(database, keys, secret, now, lasts)
    return found


def signed_in(database: Connection, keys: Keys, secret: str | None) -> Account:
    """The account that a session secret is signed in to. Raises `Refusal`: not_signed_in without a secret, session_ended for one that is over."""
    live = session_of(database, keys, secret, clock.now()) if secret else None
    if live is None or live.account is None:
        raise Refusal("session_ended" if secret else "not_signed_in")
    return account_of(database, live.account)


def _why_not(database: Connection, keys: Keys, found: Seat, own: str | None, staff: str | None, now: int) -> Refusal:
    if own is not None:
        of = select(session.c.seat).where(session.c.secret_hash == keys.hash("session", own))
        if database.scalar(of) == found.id:
            return Refusal("seat_revoked" if found.revoked else "session_ended")
    if staff is not None and session_of(database, keys, staff, now) is None:
        return Refusal("session_ended")
    return Refusal("seat_unknown")


def own_path(given: str) -> str:
    """A path of this server to go to after signing in; anything else is the first page."""
    try:
        parts = urlsplit(given)
    except ValueError:
        return "/"
    plain = given.startswith("/") and not given.startswith("//") and not any(c in given for c in "\\\t\r\n")
    return given if plain and not parts.netloc and not parts.scheme else "/"
