"""Staff accounts: people who work for the authority and sign in with a password. Nobody becomes anything by
being first."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Engine, insert, select, update

from moderation.kernel import Refusal
from server.accounts.keys import Keys, new_id
from server.accounts.passwords import check_password, hash_password
from server.accounts.sessions import open_session, revoke_all
from server.db.engine import reading
from server.db.tables import account, link
from server.unseen import seen


@dataclass(frozen=True, slots=True)
class Account:
    """A staff account as others see it."""

    id: str
    login: str
    name: str
    disabled: bool


def plain_text(value: str, longest: int, field: str) -> str:
    """One line a person typed: NFC, trimmed; refused when empty, too long, or with control, direction or unseen
    characters in it."""
    value = unicodedata.normalize("NFC", value).strip()
    if not value:
        raise Refusal("text_missing", field=field)
    if len(value) > longest:
        raise Refusal("text_too_long", field=field, limit=longest)
    if seen(value) != value or any(unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") for character in value):
        raise Refusal("text_unfit", field=field)
    return value


def login_of(typed: str) -> str:
    """A login as it is kept: two people cannot differ by capitals or by how an accent was typed."""
    return unicodedata.normalize("NFC", typed).strip().casefold()


def create_account(connection: Connection, login: str, name: str, now: int) -> str:
    """Make an account without a password and give its id (raises `Refusal` login_taken, text_…)."""
    login = plain_text(login_of(login), 64, "login")
    name = plain_text(name, 120, "name")
    if connection.scalar(select(account.c.id).where(account.c.login == login)) is not None:
        raise Refusal("login_taken", login=login)
    id_ = new_id()
    connection.execute(insert(account).values(id=id_, login=login, name=name, disabled=False, created=now))
    return id_


def accounts(connection: Connection) -> list[Account]:
    """All accounts by login."""
    columns = (account.c.id, account.c.login, account.c.name, account.c.disabled)
    return [Account(*row) for row in connection.execute(select(*columns).order_by(account.c.login))]


def account_named(connection: Connection, login: str) -> Account:
    """The account of a login (raises `Refusal` account_unknown)."""
    return _one(connection, account.c.login == login_of(login), login)


def account_of(connection: Connection, id_: str) -> Account:
    """The account of an id (raises `Refusal` account_unknown)."""
    return _one(connection, account.c.id == id_, id_)


def _one(connection: Connection, condition: ColumnElement[bool], called: str) -> Account:
    columns = (account.c.id, account.c.login, account.c.name, account.c.disabled)
    row = connection.execute(select(*columns).where(condition)).first()
    if row is None:
        raise Refusal("account_unknown", account=called[:64])
    return Account(*row)


def set_password(connection: Connection, id_: str, password: str, now: int) -> None:
    """Set a password, end all sessions and unused set-up links of the account (raises `Refusal` password_…,
    account_unknown)."""
    hashed = hash_password(password, account_of(connection, id_).login)
    keep_password(connection, id_, hashed, now)


def keep_password(connection: Connection, id_: str, hashed: str, now: int) -> None:
    """Keep a password hashed before; hashing takes long, and so is done while no transaction is open."""
    connection.execute(update(account).where(account.c.id == id_).values(password_hash=hashed))
    connection.execute(update(link).where(link.c.account == id_, link.c.revoked.is_(None)).values(revoked=now))
    revoke_all(connection, now, account=id_)


def disable_account(connection: Connection, id_: str, disabled: bool, now: int) -> None:
    """Close an account, which ends its sessions at once, or open it again."""
    account_of(connection, id_)
    connection.execute(update(account).where(account.c.id == id_).values(disabled=disabled))
    if disabled:
        revoke_all(connection, now, account=id_)


def sign_in(
    engine: Engine,
    keys: Keys,
    login: str,
    password: str,
    now: int,
    lasts: int,
    *,
    user_agent: str = "",
    address: str = "",
) -> str:
    """Open a session by login and password and give its secret (raises `Refusal` sign_in_failed, the same and
    after the same time for an unknown login, a wrong password, a closed account and one without a
    password)."""
    with reading(engine) as connection:
        found = connection.execute(
            select(account.c.id, account.c.password_hash).where(account.c.login == login_of(login), account.c.disabled.is_(False))
        ).first()
    if not check_password(password, found.password_hash if found else None) or found is None:
        raise Refusal("sign_in_failed")
    with engine.begin() as connection:
        unchanged = select(account.c.id).where(
            account.c.id == found.id,
            account.c.password_hash == found.password_hash,
            account.c.disabled.is_(False),
        )
        if connection.scalar(unchanged) is None:
            raise Refusal("sign_in_failed")
        return open_session(connection, keys, now, lasts, account=found.id, user_agent=user_agent, address=address)
