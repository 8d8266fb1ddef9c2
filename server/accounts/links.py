"""Links: addresses whose fragment (`/vao#TOKEN`) is a secret. A browser never sends a fragment, so no log and
no referrer has it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection, insert, select, update

from moderation.kernel import Refusal
from server.accounts.keys import Keys, new_secret
from server.accounts.seats import is_shut, seat_of
from server.accounts.staff import account_of
from server.db.tables import link

Kind = Literal["setup", "seat", "public"]

SETUP_LASTS = 24 * 3_600_000


@dataclass(frozen=True, slots=True)
class Link:
    """What a valid link leads to: exactly one of the three is given."""

    kind: Kind
    account: str | None
    seat: str | None
    conference: str | None


def setup_link(connection: Connection, keys: Keys, account: str, now: int) -> str:
    """A token with which the account's password is set, once, within 24 hours. Earlier ones are void."""
    account_of(connection, account)
    connection.execute(update(link).where(link.c.account == account, link.c.revoked.is_(None)).values(revoked=now))
    return _new(connection, keys, now, kind="setup", account=account, expires=now + SETUP_LASTS, uses_left=1)


def seat_link(connection: Connection, keys: Keys, seat: str, now: int, lasts: int | None = None) -> str:
    """A token of a person's own, used as often as needed until it is revoked or `lasts` ms are over (raises
    `Refusal` seat_revoked)."""
    if seat_of(connection, seat).revoked:
        raise Refusal("seat_revoked")
    return _new(connection, keys, now, kind="seat", seat=seat, expires=None if lasts is None else now + lasts)


def public_link(connection: Connection, keys: Keys, conference: str, now: int, lasts: int | None = None) -> str:
    """A token for everybody, which leads into the lobby of a conference."""
    return _new(
        connection,
        keys,
        now,
        kind="public",
        conference=conference,
        expires=None if lasts is None else now + lasts,
    )


def _new(connection: Connection, keys: Keys, now: int, **values: object) -> str:
    token = new_secret()
    connection.execute(insert(link).values(token_hash=keys.hash("link", token), created=now, **values))
    return token


def follow(connection: Connection, keys: Keys, token: str, now: int) -> Link:
    """What a link leads to, using nothing up (raises `Refusal` link_refused: unknown, used, revoked or over,
    which nobody can tell apart; seat_revoked for the link of a person whom the chair refused)."""
    row = connection.execute(select(link).where(link.c.token_hash == keys.hash("link", token))).first()
    if row is not None and row.seat is not None and seat_of(connection, row.seat).revoked:
        raise Refusal("seat_revoked")
    if row is None or row.revoked is not None or row.uses_left == 0 or (row.expires is not None and row.expires <= now):
        raise Refusal("link_refused")
    if row.seat is not None and is_shut(connection, row.seat):
        raise Refusal("link_refused")
    return Link(row.kind, row.account, row.seat, row.conference)


def use_up(connection: Connection, keys: Keys, token: str, now: int) -> Link:
    """`follow` a link and take one of its uses, where they are counted."""
    found = follow(connection, keys, token, now)
    connection.execute(
        update(link).where(link.c.token_hash == keys.hash("link", token), link.c.uses_left.is_not(None)).values(uses_left=link.c.uses_left - 1)
    )
    return found


def revoke_links(connection: Connection, now: int, *, seat: str | None = None, conference: str | None = None) -> int:
    """Make all links of a seat, or all public links of a conference, void; says how many."""
    owner = link.c.seat == seat if seat is not None else link.c.conference == conference
    return connection.execute(update(link).where(owner, link.c.revoked.is_(None)).values(revoked=now)).rowcount
