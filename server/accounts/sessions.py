"""Sessions: a browser signed in to a staff account, or sitting on one seat. Revocable one by one and all at
once."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, func, insert, select, update

from server.accounts.keys import Keys, new_secret
from server.db.tables import account, seat, session

TOUCH_MS = 5 * 60_000
"""A use is noted when the last noted one is so long ago, so that reading needs no writing."""


@dataclass(frozen=True, slots=True)
class Session:
    """A live session: of an account or of a seat. `stale` says that its use should be noted (`touch`)."""

    account: str | None
    seat: str | None
    expires: int
    stale: bool


@dataclass(frozen=True, slots=True)
class SignedIn:
    """One live session of an account, as its owner sees it: `here` is the one that asks."""

    since: int
    seen: int
    browser: str
    here: bool


def open_session(
    connection: Connection,
    keys: Keys,
    now: int,
    lasts: int,
    *,
    account: str | None = None,
    seat: str | None = None,
    user_agent: str = "",
    address: str = "",
) -> str:
    """Open a session of one account or one seat, which ends when unused for `lasts` ms; gives its secret,
    always a new one."""
    secret = new_secret()
    connection.execute(
        insert(session).values(
            secret_hash=keys.hash("session", secret),
            account=account,
            seat=seat,
            created=now,
            seen=now,
            expires=now + lasts,
            user_agent=user_agent[:200],
            address_hash=keys.hash("address", address),
        )
    )
    return secret


def session_of(connection: Connection, keys: Keys, secret: str, now: int) -> Session | None:
    """The session of a secret; None when it is unknown, over or revoked, its account (or the one that holds its
    seat) disabled, or its seat revoked."""
    row = connection.execute(
        select(session.c.account, session.c.seat, session.c.seen, session.c.expires)
        .outerjoin(seat, seat.c.id == session.c.seat)
        .outerjoin(account, account.c.id == func.coalesce(session.c.account, seat.c.account))
        .where(
            session.c.secret_hash == keys.hash("session", secret),
            session.c.revoked.is_(None),
            session.c.expires > now,
            account.c.disabled.is_not(True),
            seat.c.revoked.is_(None),
        )
    ).first()
    return None if row is None else Session(row.account, row.seat, row.expires, now - row.seen > TOUCH_MS)


def touch(connection: Connection, keys: Keys, secret: str, now: int, lasts: int) -> None:
    """Note a use: the session lasts anew."""
    connection.execute(
        update(session)
        .where(session.c.secret_hash == keys.hash("session", secret), session.c.revoked.is_(None))
        .values(seen=now, expires=now + lasts)
    )


def sign_out(connection: Connection, keys: Keys, secret: str, now: int) -> None:
    """End one session; ending an ended or unknown one changes nothing."""
    connection.execute(update(session).where(session.c.secret_hash == keys.hash("session", secret), session.c.revoked.is_(None)).values(revoked=now))


def revoke_all(connection: Connection, now: int, *, account: str | None = None, seat: str | None = None) -> int:
    """End all sessions of an account or of a seat; says how many."""
    owner = session.c.account == account if account is not None else session.c.seat == seat
    return connection.execute(update(session).where(owner, session.c.revoked.is_(None)).values(revoked=now)).rowcount


def sessions_of(connection: Connection, keys: Keys, account_: str, secret: str, now: int) -> list[SignedIn]:
    """The live sessions of an account, the last used first; `secret` is that of the session that asks."""
    own = keys.hash("session", secret)
    live = (session.c.account == account_, session.c.revoked.is_(None), session.c.expires > now)
    rows = connection.execute(select(session).where(*live).order_by(session.c.seen.desc()))
    return [SignedIn(row.created, row.seen, row.user_agent, row.secret_hash == own) for row in rows]


def revoke_others(connection: Connection, keys: Keys, account_: str, secret: str, now: int) -> int:
    """End all sessions of an account but the one of this secret; says how many."""
    others = (session.c.account == account_, session.c.secret_hash != keys.hash("session", secret), session.c.revoked.is_(None))
    return connection.execute(update(session).where(*others).values(revoked=now)).rowcount
