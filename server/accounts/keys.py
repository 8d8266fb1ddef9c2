"""Secrets as they are made and as they are kept: the database holds only their HMAC under the server's
pepper."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["session", "link", "code", "address", "calendar"]

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Of codes that are read out: no 0 or O, no 1, I or L."""


@dataclass(frozen=True, slots=True)
class Keys:
    """Hashes secrets for storage. Whoever has the database but not the pepper can neither use nor test a
    secret."""

    pepper: bytes = field(repr=False)

    def hash(self, kind: Kind, secret: str) -> bytes:
        """32 bytes; the same secret of another kind hashes differently. Rows are found by them, so no secret
        is ever compared."""
        return hmac.digest(self.pepper, f"{kind}:{secret}".encode(errors="replace"), hashlib.sha256)


def new_secret() -> str:
    """A secret of 256 bits, safe in cookies and URL fragments."""
    return secrets.token_urlsafe(32)


def new_id() -> str:
    """A public id of 128 bits, which nobody guesses and two never share."""
    return secrets.token_hex(16)


def new_code(length: int) -> str:
    """Characters to read out, from `ALPHABET`."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))
