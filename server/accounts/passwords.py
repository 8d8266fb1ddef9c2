"""Passwords: argon2 hashes; long enough and not guessable at once, with no rules of composition (as NIST SP
800-63B advises)."""

from __future__ import annotations

import unicodedata
from functools import cache

from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError
from pwdlib.hashers.argon2 import Argon2Hasher

from moderation.kernel import Refusal

SHORTEST, LONGEST = 10, 200
_RUNS = (
    "01234567890123456789",
    "98765432109876543210",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnm",
)
_STEMS = frozenset(("password", "passw0rd", "matkhau", "mậtkhẩu", "quantri", "admin", "administrator", "qwerty"))
_STEMS |= {"iloveyou", "anhyeuem", "vietnam", "khongbiet", "doithoai", "1q2w3e4r5t", "1qaz2wsx3edc"}
"""What many choose, with or without digits around it."""

_argon2 = PasswordHash((Argon2Hasher(),))


def hash_password(password: str, login: str) -> str:
    """The hash of a new password (raises `Refusal` password_short, password_long or password_guessable)."""
    password = unicodedata.normalize("NFC", password)
    plain = password.casefold()
    stem = plain.strip("0123456789 !@#.-_")
    if len(password) < SHORTEST:
        raise Refusal("password_short", shortest=SHORTEST)
    if len(password) > LONGEST:
        raise Refusal("password_long", longest=LONGEST)
    if len(set(plain)) < 5 or any(plain in run for run in _RUNS) or stem in {login, *_STEMS}:
        raise Refusal("password_guessable")
    return _argon2.hash(password)


def check_password(password: str, kept: str | None) -> bool:
    """Whether the password is the one that was hashed. Takes as long where there is none, so that nobody
    learns who has an account."""
    password = unicodedata.normalize("NFC", password)[:LONGEST]
    try:
        right = _argon2.verify(password, kept or _nobodys())
    except UnknownHashError:
        return False
    return right and kept is not None


@cache
def _nobodys() -> str:
    return _argon2.hash("of nobody")
