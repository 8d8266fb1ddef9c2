"""The guard at the door: what every request and every WebSocket handshake must satisfy before anything else
sees it.

It believes proxies only where they are configured, refuses what a foreign page sends (CSRF, cross-site
WebSocket hijacking), bounds the size of bodies, and gives every response its security headers.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Iterable
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.errors import RefusedPage, TooLarge, megabytes, shaped, wants_page
from server.settings import Settings

SAFE = frozenset(("GET", "HEAD", "OPTIONS"))
LARGEST = 1_048_576
"""Most bytes of a request's body."""
LARGEST_UPLOAD = 32 * 1_048_576
"""Most bytes of a form with files."""
BODY_WITHIN = 30.0
"""Seconds in which a request's body has to be there."""

_HOST = re.compile(r"(?:[a-z0-9.-]{1,253}|\[[0-9a-f:.]{2,45}\])(?::[0-9]{1,5})?", re.IGNORECASE)

_HEADERS = {
    # Others learn nothing of our addresses. With "no-referrer" browsers would also hide from ourselves where a form comes from (Origin: null), and it would be refused.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Permissions-Policy": "camera=(self), microphone=(self), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def content_policy(host: str) -> str:
    """The content security policy of a page: everything from here, nothing inline, framed by nobody."""
    return "; ".join(
        (
            "default-src 'self'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data:",
            "font-src 'self'",
            "media-src 'self' blob: mediastream:",
            f"connect-src 'self' ws://{host} wss://{host}",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


class Guard:
    """ASGI middleware; put it outermost. `page` draws for people what is refused here."""

    def __init__(self, app: ASGIApp, settings: Settings, page: RefusedPage | None = None) -> None:
        self._app = app
        self._page = page
        self._proxies = settings.trusted_proxies
        self._public = settings.public_url
        self._allowed = frozenset(origin.rstrip("/").lower() for origin in settings.allowed_origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        scope = self._seen_through_proxies(scope)
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        refusal = self._refusal(scope, headers, host)
        if scope["type"] == "websocket":
            if refusal is None:
                await self._app(scope, receive, send)
            else:  # before the handshake is accepted: the browser sees 403
                await receive()
                await send({"type": "websocket.close", "code": 1008, "reason": refusal})
            return
        sending = _with_headers(send, host if _HOST.fullmatch(host) else "", scope["scheme"] == "https")
        if refusal is not None:
            request, most = Request(scope), largest(headers)
            if refusal == "too_large" and wants_page(request):
                await _drained(receive, 2 * LARGEST_UPLOAD)
            details = megabytes(most) if refusal == "too_large" else None
            await shaped(self._page, request, refusal, details, headers={"Connection": "close"})(scope, receive, sending)
        else:
            await self._app(scope, _bounded(receive, largest(headers)), sending)

    def _refusal(self, scope: Scope, headers: Headers, host: str) -> str | None:
        """The code of the reason to refuse, if there is one."""
        if not _HOST.fullmatch(host):
            return "bad_host"
        length = headers.get("content-length", "0")
        if not length.isdecimal() or len(length) > 12 or int(length) > largest(headers):
            return "too_large"
        if scope["type"] == "http" and scope["method"] in SAFE:
            return None
        if headers.get("authorization", "").lower().startswith("bearer ") and "cookie" not in headers:
            return None  # a program with a token of its own: nothing that a foreign page could borrow
        origin = headers.get("origin")
        if origin is None:
            foreign = scope["type"] == "websocket" or headers.get("sec-fetch-site", "none") not in (
                "same-origin",
                "none",
            )
        else:
            foreign = not self._is_own(origin, scope, host) or headers.get("sec-fetch-site") == "cross-site"
        return "foreign_origin" if foreign else None

    def _is_own(self, origin: str, scope: Scope, host: str) -> bool:
        scheme = {"ws": "http", "wss": "https"}.get(scope["scheme"], scope["scheme"])
        given = origin.lower()
        if given in self._allowed:
            return True
        return _origin(given) == _origin(self._public or f"{scheme}://{host}")

    def _seen_through_proxies(self, scope: Scope) -> Scope:
        """The scope with the client's own address and scheme, as far as trusted proxies tell; anybody else's
        word is ignored."""
        client = scope.get("client")
        if not self._proxies or client is None or not self._trusted(client[0]):
            return scope
        headers = Headers(scope=scope)
        chain = [part.strip() for part in ",".join(headers.getlist("x-forwarded-for")).split(",") if part.strip()]
        address = next((part for part in reversed(chain) if not self._trusted(part)), client[0])
        scheme = scope["scheme"]
        if headers.get("x-forwarded-proto", "") in ("http", "https"):
            secure = headers["x-forwarded-proto"] == "https"
            scheme = {"http": ("http", "https"), "websocket": ("ws", "wss")}[scope["type"]][secure]
        return {**scope, "client": (address, 0), "scheme": scheme}

    def _trusted(self, address: str) -> bool:
        try:
            parsed = ip_address(address)
        except ValueError:
            return False
        return any(parsed in network for network in self._proxies)


def _origin(url: str) -> tuple[str, str | None, int | None] | None:
    """Scheme, host and port of a URL; None for `null` and what is no URL."""
    try:
        parts = urlsplit(url)
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    except ValueError:
        return None
    return (parts.scheme, parts.hostname, port) if parts.scheme in ("http", "https") and parts.hostname else None


def largest(headers: Headers) -> int:
    """Most bytes that the body of such a request may have."""
    return LARGEST_UPLOAD if headers.get("content-type", "").startswith("multipart/form-data") else LARGEST


def _bounded(receive: Receive, most: int) -> Receive:
    """Reading a body that says no length, up to the same bound, and one that trickles, up to its time."""
    taken, whole = 0, False
    ends: float | None = None

    async def read() -> Message:
        nonlocal taken, whole, ends
        if whole:  # from now on it waits for the client to go, which has no end
            return await receive()
        ends = ends or asyncio.get_running_loop().time() + BODY_WITHIN
        try:
            async with asyncio.timeout_at(ends):
                message = await receive()
        except TimeoutError:
            raise HTTPException(408, headers={"Connection": "close"}) from None
        whole = not message.get("more_body", False)
        taken += len(message.get("body", b""))
        if taken > most:
            raise TooLarge(most)
        return message

    return read


async def _drained(receive: Receive, most: int) -> None:
    """Lets a body pass by unread, up to so many bytes and its time: a browser that still sends when the answer comes shows a broken connection instead of it."""
    taken = 0
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(BODY_WITHIN):
            while taken <= most:
                message = await receive()
                taken += len(message.get("body", b""))
                if not message.get("more_body", False):
                    return


def _with_headers(send: Send, host: str, secure: bool) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            _add(headers, _HEADERS.items())
            _add(headers, [("Content-Security-Policy", content_policy(host or "localhost"))])
            if secure:
                _add(headers, [("Strict-Transport-Security", "max-age=31536000")])
            if headers.get("content-type", "").startswith(("text/html", "application/json")):
                _add(headers, [("Cache-Control", "no-store")])
        await send(message)

    return sending


def _add(headers: MutableHeaders, wanted: Iterable[tuple[str, str]]) -> None:
    """Add what the route has not set itself: a download may be stricter, a stylesheet may be cached."""
    for name, value in wanted:
        headers.setdefault(name, value)
