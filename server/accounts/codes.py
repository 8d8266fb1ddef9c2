"""One-time codes: eight characters that the desk hands out or reads over the telephone, with which a phone
becomes a person's own (R7).

The first three characters find the code, the last five prove it: a wrong guess counts against the one code it
names, and who does not know the first three can neither use up another's tries nor try more than five times.
"""

from __future__ import annotations

import hmac

from sqlalchemy import Connection, delete, insert, select, update

from moderation.kernel import Refusal
from server.accounts.keys import ALPHABET, Keys, new_code
from server.accounts.seats import Seat, seat_of
from server.db.tables import code

LASTS = 15 * 60_000
TRIES = 5
FINDS, PROVES = 3, 5


def issue_code(connection: Connection, keys: Keys, seat: str, now: int) -> str:
    """A new code for a seat, valid once, for 15 minutes; an earlier one of the seat is void (raises `Refusal`
    seat_revoked)."""
    if seat_of(connection, seat).revoked:
        raise Refusal("seat_revoked")
    connection.execute(delete(code).where((code.c.seat == seat) | (code.c.expires <= now)))
    finds = new_code(FINDS)
    while connection.scalar(select(code.c.finds).where(code.c.finds == finds)) is not None:
        finds = new_code(FINDS)
    whole = finds + new_code(PROVES)
    connection.execute(
        insert(code).values(
            finds=finds,
            code_hash=keys.hash("code", whole),
            seat=seat,
            created=now,
            expires=now + LASTS,
            tries_left=TRIES,
        )
    )
    return whole


def redeem_code(connection: Connection, keys: Keys, typed: str, now: int) -> Seat | None:
    """The seat of a code, which is then used up; None for a wrong one. Commit in either case: a wrong try
    counts."""
    whole = "".join(character for character in typed.upper() if character in ALPHABET)
    row = connection.execute(select(code).where(code.c.finds == whole[:FINDS], code.c.expires > now)).first()
    right = hmac.compare_digest(keys.hash("code", whole), row.code_hash if row else bytes(32))
    if row is None:
        return None
    if right or row.tries_left <= 1:
        connection.execute(delete(code).where(code.c.finds == row.finds))
    else:
        connection.execute(update(code).where(code.c.finds == row.finds).values(tries_left=row.tries_left - 1))
    return seat_of(connection, row.seat) if right else None
