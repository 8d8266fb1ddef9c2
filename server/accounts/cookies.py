"""The cookies that hold sessions: `account` for a staff account, `s-SEAT` for a seat, so that one browser can
hold several seats.

Over https, and on this machine itself, they are named `__Host-…`: browsers then insist on Secure, on this
host alone and on the path /, and no neighbouring site can plant one. Plain http to another host, as a phone
does in a demonstration on the local network, gets the plain name.
"""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import HTTPConnection
from starlette.responses import Response

ACCOUNT = "account"
KEPT_S = 7 * 24 * 3600
"""Seconds a browser keeps a session's cookie."""

LOCAL = frozenset(("localhost", "127.0.0.1", "::1"))


def seat_cookie(seat: str) -> str:
    """The bare name of a seat's cookie."""
    return f"s-{seat}"


def is_secure(connection: HTTPConnection) -> bool:
    """Whether browsers hold Secure cookies for this connection: https, or this machine itself."""
    return connection.url.scheme in ("https", "wss") or (connection.url.hostname or "") in LOCAL


def held(connection: HTTPConnection, bare: str) -> str | None:
    """The session secret in the cookie of this bare name. Where Secure cookies work, a plain one is not
    believed."""
    return connection.cookies.get(f"__Host-{bare}" if is_secure(connection) else bare)


def held_seats(cookies: Mapping[str, str]) -> list[str]:
    """The session secrets of all seats that a browser holds, of whatever conference."""
    return [secret for name, secret in cookies.items() if name.startswith(("__Host-s-", "s-"))]


def hand_out(connection: HTTPConnection, response: Response, bare: str, secret: str) -> None:
    """Give a browser a session. It outlives a browser that crashes or is closed by mistake; whether it still holds is the server's word alone."""
    secure = is_secure(connection)
    name = f"__Host-{bare}" if secure else bare
    response.set_cookie(name, secret, path="/", secure=secure, httponly=True, samesite="lax", max_age=KEPT_S)


def take_back(connection: HTTPConnection, response: Response, bare: str) -> None:
    """Have the browser forget a session."""
    secure = is_secure(connection)
    name = f"__Host-{bare}" if secure else bare
    response.delete_cookie(name, path="/", secure=secure, httponly=True, samesite="lax")
