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
_COMMON = frozenset(
    "password12 password123 password1234 passw0rd123 matkhau123 matkhau1234 matkhau12345 quantri123 quantri1234 "
    "admin12345 admin123456 administrator qwerty12345 iloveyou123 vietnam123 vietnam1234 vietnam2025 vietnam2026 "
    "1q2w3e4r5t 1qaz2wsx3edc anhyeuem123 khongbiet123 doithoai123 doithoai1234".split()
)

_argon2 = PasswordHash((Argon2Hasher(),))


def hash_password(password: str, login: str) -> str:
    """The hash of a new password (raises `Refusal` password_short, password_long or password_guessable)."""
    password = unicodedata.normalize("NFC", password)
    plain = password.casefold()
    if len(password) < SHORTEST:
        raise Refusal("password_short", shortest=SHORTEST)
    if len(password) > LONGEST:
        raise Refusal("password_long", longest=LONGEST)
    if (
        len(set(plain)) < 5
        or plain in _COMMON
        or any(plain in run for run in _RUNS)
        or plain.strip("0123456789") == login
    ):
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
