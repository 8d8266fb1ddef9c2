"""Media tokens: a short-lived right to open one session, for one seat and one direction (RFC 9725 section 4.1: bearer).

Nothing is stored but the nonces of tokens that have been spent, until they would have expired; a token is
`base64url(flags, expiry, nonce, HMAC-SHA-256)`.
"""

import binascii
import hmac
import secrets
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Final, Literal

Kind = Literal["whip", "whep"]

SECONDS: Final = 60
"""Validity of a token that a page asks for just before it connects."""
_BODY: Final = struct.Struct(">BQ12s")
_REUSABLE: Final = 1


class MediaTokens:
    """Makes and checks tokens with one secret of at least 32 bytes."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) < 32:
            raise ValueError("the secret of media tokens has at least 32 bytes")
        self._secret = secret
        self._spent: dict[bytes, int] = {}

    def issue(self, seat: str, kind: Kind, now: int, *, seconds: int = SECONDS, reusable: bool = False) -> str:
        """A token; `now` in ms. A reusable one is for OBS or FFmpeg at a venue, which connect again by themselves."""
        body = _BODY.pack(_REUSABLE if reusable else 0, now + seconds * 1000, secrets.token_bytes(12))
        return urlsafe_b64encode(body + self._sign(body, seat, kind)).decode().rstrip("=")

    def spend(self, token: str, seat: str, kind: Kind, now: int) -> bool:
        """Whether the token opens a session of this seat and kind now; the next time it does not, unless reusable."""
        try:
            raw = urlsafe_b64decode(token + "=" * (-len(token) % 4))
            flags, expires, nonce = _BODY.unpack(raw[: _BODY.size])
        except (ValueError, binascii.Error, struct.error):
            return False
        if not hmac.compare_digest(raw[_BODY.size :], self._sign(raw[: _BODY.size], seat, kind)):
            return False
        self._spent = {old: until for old, until in self._spent.items() if until > now}
        if expires <= now or nonce in self._spent:
            return False
        if not flags & _REUSABLE:
            self._spent[nonce] = expires
        return True

    def _sign(self, body: bytes, seat: str, kind: Kind) -> bytes:
        return hmac.digest(self._secret, body + kind.encode() + b"\0" + seat.encode(), "sha256")
