"""Staff accounts, their passwords and sessions."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from moderation.kernel import Refusal
from server.accounts.keys import ALPHABET, Keys, new_code, new_id, new_secret
from server.accounts.passwords import check_password, hash_password
from server.accounts.sessions import TOUCH_MS, open_session, revoke_all, session_of, sign_out, touch
from server.accounts.staff import (
    account_named,
    accounts,
    create_account,
    disable_account,
    set_password,
    sign_in,
)
from server.db.engine import reading
from server.db.tables import session
from server.settings import Settings
from tests.accounts.conftest import HOUR, NOW, PASSWORD


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    """On both databases."""
    return Settings(data_dir=tmp_path / "data", database_url=database_url)


@pytest.fixture
def binh(engine: Engine) -> str:
    """The account `binh` with a password."""
    with engine.begin() as connection:
        id_ = create_account(connection, "Binh ", "Nguyễn Văn Bình", NOW)
        set_password(connection, id_, PASSWORD, NOW)
    return id_


def test_one_signs_in_by_login_and_password(engine: Engine, keys: Keys, binh: str) -> None:
    secret = sign_in(engine, keys, " BINH", PASSWORD, NOW, HOUR)
    with reading(engine) as connection:
        live = session_of(connection, keys, secret, NOW + HOUR - 1)
        assert live is not None
        assert (live.account, live.seat) == (binh, None)
        assert session_of(connection, keys, secret, NOW + HOUR) is None
        stored = connection.scalars(select(session.c.secret_hash)).all()
    assert all(secret.encode() not in hash_ for hash_ in stored)


def test_the_accent_may_be_typed_either_way(engine: Engine, keys: Keys, binh: str) -> None:
    import unicodedata

    assert sign_in(engine, keys, "binh", unicodedata.normalize("NFD", PASSWORD), NOW, HOUR)


@pytest.mark.parametrize("case", ["unknown login", "wrong password", "closed", "no password"])
def test_every_failure_to_sign_in_is_the_same(engine: Engine, keys: Keys, binh: str, case: str) -> None:
    login, password = "binh", PASSWORD
    with engine.begin() as connection:
        match case:
            case "unknown login":
                login = "nobody"
            case "wrong password":
                password += "!"
            case "closed":
                disable_account(connection, binh, True, NOW)
            case _:
                create_account(connection, "moi", "Mới", NOW)
                login = "moi"
    with pytest.raises(Refusal) as refusal:
        sign_in(engine, keys, login, password, NOW, HOUR)
    assert (refusal.value.code, refusal.value.details) == ("sign_in_failed", {})


def test_an_unknown_login_takes_as_long_as_a_wrong_password(engine: Engine, keys: Keys, binh: str) -> None:
    def took(login: str) -> float:
        best = 9.0
        for _ in range(5):
            began = time.process_time()
            with pytest.raises(Refusal):
                sign_in(engine, keys, login, "not the password", NOW, HOUR)
            best = min(best, time.process_time() - began)
        return best

    unknown, known = took("nobody"), took("binh")
    assert 0.5 < unknown / known < 2


def test_a_new_password_and_a_closed_account_end_all_sessions(engine: Engine, keys: Keys, binh: str) -> None:
    def live(secret: str) -> bool:
        with reading(engine) as connection:
            return session_of(connection, keys, secret, NOW) is not None

    first = sign_in(engine, keys, "binh", PASSWORD, NOW, HOUR)
    with engine.begin() as connection:
        set_password(connection, binh, "một câu khác hẳn", NOW)
    assert not live(first)
    second = sign_in(engine, keys, "binh", "một câu khác hẳn", NOW, HOUR)
    with engine.begin() as connection:
        disable_account(connection, binh, True, NOW)
    assert not live(second)
    with engine.begin() as connection:
        disable_account(connection, binh, False, NOW)
    assert not live(second)


def test_sessions_end_one_by_one_or_all_at_once_and_go_on_by_use(engine: Engine, keys: Keys, binh: str) -> None:
    with engine.begin() as connection:
        one, two, three = (open_session(connection, keys, NOW, HOUR, account=binh) for _ in range(3))
        assert len({one, two, three}) == 3
        sign_out(connection, keys, one, NOW)
        sign_out(connection, keys, "unknown", NOW)
        assert session_of(connection, keys, one, NOW) is None
        touch(connection, keys, one, NOW, HOUR)
        assert session_of(connection, keys, one, NOW) is None
        used = session_of(connection, keys, two, NOW + TOUCH_MS + 1)
        assert used is not None
        assert used.stale
        touch(connection, keys, two, NOW + TOUCH_MS + 1, HOUR)
        assert session_of(connection, keys, two, NOW + HOUR + TOUCH_MS) is not None
        assert revoke_all(connection, NOW, account=binh) == 2
        assert session_of(connection, keys, two, NOW) is None
        assert session_of(connection, keys, three, NOW) is None


@pytest.mark.parametrize(
    ("login", "name", "code"),
    [
        ("binh", "Bình", "login_taken"),
        ("BINH", "Bình", "login_taken"),
        ("", "Bình", "text_missing"),
        ("x" * 65, "Bình", "text_too_long"),
        ("mới", "x" * 121, "text_too_long"),
        ("mới", "Bình\u202egnp.exe", "text_unfit"),
        ("mới", "Bình\0", "text_unfit"),
        ("mới", "   ", "text_missing"),
    ],
)
def test_an_unfit_account_is_refused_and_changes_nothing(engine: Engine, binh: str, login: str, name: str, code: str) -> None:
    with pytest.raises(Refusal) as refusal, engine.begin() as connection:
        create_account(connection, login, name, NOW)
    assert refusal.value.code == code
    with reading(engine) as connection:
        assert [account.login for account in accounts(connection)] == ["binh"]
        assert account_named(connection, "Binh").id == binh
        with pytest.raises(Refusal):
            account_named(connection, "nobody")


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("ngắn quá", "password_short"),
        ("x" * 201, "password_long"),
        ("aaaaaaaaaaaa", "password_guessable"),
        ("abababababab", "password_guessable"),
        ("1234567890", "password_guessable"),
        ("qwertyuiop", "password_guessable"),
        ("Password2026", "password_guessable"),
        ("matkhau@2026", "password_guessable"),
        ("nguyenbinh1990", "password_guessable"),
    ],
)
def test_a_password_short_or_guessed_at_once_is_refused(password: str, code: str) -> None:
    with pytest.raises(Refusal) as refusal:
        hash_password(password, "nguyenbinh")
    assert refusal.value.code == code


def test_a_password_needs_no_capitals_digits_or_signs() -> None:
    kept = hash_password("mùa xuân về", "binh")
    assert kept.startswith("$argon2id$")
    assert check_password("mùa xuân về", kept)
    assert not check_password("mùa xuân vê", kept)
    assert not check_password("", None)
    assert not check_password("x", "not a hash")


def test_ids_and_secrets_do_not_repeat() -> None:
    assert len({new_id() for _ in range(100_000)}) == 100_000
    assert len(new_id()) * 4 == 128
    assert len(new_secret()) >= 43
    assert set(new_code(10_000)) == set(ALPHABET)
    assert not set("01OIL") & set(ALPHABET)


def test_a_hash_is_of_one_kind_and_one_server() -> None:
    keys = Keys(b"pepper")
    assert keys.hash("session", "x") != keys.hash("link", "x")
    assert keys.hash("session", "x") != Keys(b"another").hash("session", "x")
    assert "pepper" not in repr(keys)
