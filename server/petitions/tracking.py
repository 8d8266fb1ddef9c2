"""Tracking codes (D12.1): whoever has no account follows their own petition by ten characters, of which the database holds only the hash."""

from __future__ import annotations

from sqlalchemy import RowMapping, select, update

from moderation import Refusal
from server.accounts.keys import ALPHABET, Keys, new_code
from server.office.work import Work
from server.petitions.tables import petition

LENGTH = 10


def code_of_form(keys: Keys, once: str) -> str:
    """The code that belongs to one form on its way: the same form sent twice gets the same code, and nobody else can tell it."""
    digest = int.from_bytes(keys.hash("code", f"petition:{once}"), "big")
    letters = []
    for _ in range(LENGTH):
        digest, place = divmod(digest, len(ALPHABET))
        letters.append(ALPHABET[place])
    return "".join(letters)


def fresh_code() -> str:
    """A new code."""
    return new_code(LENGTH)


def spaced(code: str) -> str:
    """The code as it is printed and read out: ABCDE-FGHJK."""
    return f"{code[:5]}-{code[5:]}"


def typed(text: str) -> str:
    """The code in what somebody typed, whatever stands between its characters (raises `Refusal` tracking_code_unfit)."""
    code = "".join(character for character in text.upper() if character in ALPHABET)
    if len(code) != LENGTH:
        raise Refusal("tracking_code_unfit", field="code")
    return code


def hashed(keys: Keys, code: str) -> bytes:
    """What is kept of a code."""
    return keys.hash("code", f"tracking:{code}")


def petition_by_code(w: Work, keys: Keys, code: str) -> RowMapping:
    """The petition of a code (raises `Refusal` tracking_code_unknown)."""
    found = w.db.execute(select(petition).where(petition.c.tracking_hash == hashed(keys, code))).mappings().first()
    if found is None:
        raise Refusal("tracking_code_unknown", field="code")
    return found


def give_code(w: Work, keys: Keys, id: str) -> str:
    """A new code for a petition, shown once; an earlier one is void."""
    code = fresh_code()
    keep_code(w, keys, id, code)
    return code


def keep_code(w: Work, keys: Keys, id: str, code: str) -> None:
    """Keeps the hash of a petition's code. The history tells that there is one, and nothing of it."""
    w.db.execute(update(petition).where(petition.c.id == id).values(tracking_hash=hashed(keys, code)))
    w.tell(petition, id, {"tracking_hash": (None, "•••••")}, w.row(petition, id)["conference"])
