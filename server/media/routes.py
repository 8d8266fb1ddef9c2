"""WHIP in (RFC 9725) and WHEP out: how browsers, OBS and FFmpeg reach the engine over HTTP.

A session is opened by POSTing an SDP offer to `/whip/{seat}` or `/whep/{seat}` and ended by DELETE on the address that came back. PATCH takes the
candidates of clients that trickle them, and leaves them unread as those of an offer: the engine is an ICE-lite agent and answers where a check
comes from. It restarts no ICE: a changed address is followed without one, all else means a new session.
"""

import hmac
import json
import logging
import random
import re
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from moderation.kernel import Refusal
from server.clock import now
from server.errors import answer, language_of, status_of
from server.media.engine import MediaEngine, MediaRefusal
from server.media.rtp.ladder import Rung
from server.media.sdp import MAX_BYTES
from server.media.tokens import Kind
from server.media.turn import Turn

log = logging.getLogger(__name__)

SDP: Final = "application/sdp"
FRAGMENT: Final = "application/trickle-ice-sdpfrag"
"""Candidates that come after the offer (RFC 8840)."""
CORS: Final = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Location, Link, ETag, Retry-After",
}
"""For clients of other origins, which bring a bearer token; cookies do not travel with `*`."""
REMEMBERED: Final = 10_000
"""Sessions whose DELETE is understood; the oldest are forgotten, and then end when their client goes."""


@dataclass(frozen=True, slots=True)
class Admission:
    """What the room says about one seat that asks for sound and picture."""

    conference: str
    source: str
    """Source id to publish as: the person's id, or `venue:…`."""
    minus: str | None
    """Source that this listener must not hear: its own. Give it for everybody who may ever speak."""
    may: bool
    """Whether it may do so now; False is answered with 403."""


class Authorize(Protocol):
    """Given by the composition root: reads the seat's cookie, or spends the bearer token, of a request.

    Raises `MediaRefusal` or `Refusal` where it knows a more exact reason than "not allowed".
    """

    async def __call__(self, request: Request, seat: str, kind: Kind) -> Admission: ...


@dataclass(slots=True)
class _Opened:
    seat: str
    conference: str
    credential: str | None
    """The Authorization header that opened it: ends it, too, even when the token has expired since."""
    source: str | None
    """What it publishes; None for a listener."""
    ice: frozenset[str]
    """The offer's `ice-ufrag` lines: others in a fragment would be a restart (RFC 9725 section 4.3.3)."""
    replaced: bool = False
    """Another session publishes the same source since; whoever ends this one is told, so that two machines do not take it from each other."""


def media_routes(
    engine: MediaEngine,
    authorize: Authorize,
    *,
    turn: Turn | None = None,
    public_url: str | None = None,
) -> APIRouter:
    """The routes of both protocols.

    `turn`: named in the `Link` headers of every 201. `public_url`: where browsers reach the server, for the Location; by
    default as the request says.
    """
    router = APIRouter(tags=["media"])
    opened: dict[str, _Opened] = {}

    async def admit(request: Request, seat: str, kind: Kind) -> Admission:
        admission = await authorize(request, seat, kind)
        if not admission.may:
            raise MediaRefusal("media_not_allowed")
        return admission

    async def open_session(request: Request, seat: str, kind: Kind) -> Response:
        _must_be(request, SDP)
        offer = await _read(request)
        admission = await admit(request, seat, kind)  # as it is now: a body can take long enough to be put out meanwhile
        session = secrets.token_urlsafe(16)
        if kind == "whip":
            sdp = await engine.publish(admission.conference, session, admission.source, offer)
        else:
            most = _rung(request.query_params.get("most", "both"))
            only = admission.source if request.query_params.get("own") == "1" else None
            sdp = await engine.listen(admission.conference, session, offer, minus=admission.minus, most=most, only=only)
        published = admission.source if kind == "whip" else None
        for other in opened.values():
            if published is not None and (other.conference, other.source) == (admission.conference, published):
                other.replaced = True
        opened[session] = _Opened(seat, admission.conference, request.headers.get("authorization"), published, _ice(offer))
        if len(opened) > REMEMBERED:
            del opened[next(iter(opened))]
        base = (public_url or str(request.base_url)).rstrip("/")
        response = Response(sdp, 201, media_type=SDP)
        response.headers["Location"] = f"{base}/{kind}/{seat}/{session}"
        response.headers["ETag"] = f'"{session}"'
        for link in turn.links(seat, now()) if turn else ():
            response.headers.append("Link", link)
        return response

    def known_as(session: str, seat: str, kind: Kind) -> _Opened:
        known = opened.get(session)
        if known is None or known.seat != seat or (known.source is None) != (kind == "whep"):
            raise MediaRefusal("media_session_unknown")
        return known

    async def opened_by(request: Request, seat: str, session: str, kind: Kind) -> _Opened:
        """The session, if whoever asks has opened it."""
        known = known_as(session, seat, kind)
        given = request.headers.get("authorization", "")
        if known.credential is None or not hmac.compare_digest(given.encode(), known.credential.encode()):
            await authorize(request, seat, kind)  # whoever may no longer publish may still end what they opened
        return known

    async def take_candidates(request: Request, seat: str, session: str, kind: Kind) -> Response:
        known = await opened_by(request, seat, session, kind)
        _must_be(request, FRAGMENT)
        wanted = request.headers.get("if-match")
        if wanted is None:
            raise MediaRefusal("media_session_unnamed")
        if wanted.strip() == "*":  # how a restart is asked for
            raise MediaRefusal("media_session_fixed")
        if f'"{session}"' not in (tag.strip() for tag in wanted.split(",")):
            raise MediaRefusal("media_session_changed")
        found = _ice(await _read(request))
        if not found:
            raise MediaRefusal("malformed_sdp", reason="ice-ufrag")
        if not found <= known.ice:
            raise MediaRefusal("media_session_fixed")
        return Response(status_code=204)

    async def save(request: Request, seat: str, session: str) -> Response:
        """The data saver: the listener's own bound, from now on."""
        known = await opened_by(request, seat, session, "whep")
        try:
            most = json.loads(await _read(request))["most"]
        except (ValueError, TypeError, KeyError):
            raise MediaRefusal("malformed_request") from None
        await engine.save(known.conference, session, _rung(most))
        return Response(status_code=204)

    async def end_session(request: Request, seat: str, session: str, kind: Kind) -> Response:
        known = await opened_by(request, seat, session, kind)
        del opened[session]
        await engine.remove(known.conference, session)
        return JSONResponse({"replaced": known.replaced})

    async def is_there(request: Request, seat: str, session: str, kind: Kind) -> Response:
        """Nothing is to be read here, and it succeeds (RFC 9725 section 4.1)."""
        if session:
            known_as(session, seat, kind)
        return Response(status_code=204)

    def add(kind: Kind) -> None:
        def of_kind(work: Callable[[Request, str, str, Kind], Awaitable[Response]]) -> Work:
            return lambda request, seat, session: work(request, seat, session, kind)

        async def post(request: Request, seat: str, _: str) -> Response:
            return await open_session(request, seat, kind)

        reading = of_kind(is_there)
        _serve(router, f"/{kind}/{{seat}}", {"GET": reading, "HEAD": reading, "POST": post})
        ending = {"PATCH": of_kind(take_candidates), "DELETE": of_kind(end_session)}
        _serve(router, f"/{kind}/{{seat}}/{{session}}", {"GET": reading, "HEAD": reading, **ending})

    add("whip")
    add("whep")
    _serve(router, "/whep/{seat}/{session}/rung", {"PUT": save})
    return router


Work = Callable[[Request, str, str], Awaitable[Response]]
"""What a method does: the request, the seat, and the session or nothing."""


def _serve(router: APIRouter, path: str, works: Mapping[str, Work]) -> None:
    """Answer every method at `path`: by its work, OPTIONS by what there is (RFC 9725 section 4.2), all others by 405. Pages of any origin may read
    the answer."""
    allowed = ", ".join([*works, "OPTIONS"])

    async def answering(request: Request) -> Response:
        work = works.get(request.method)
        try:
            if request.method == "OPTIONS":
                response = _options(allowed)
            elif work is None:
                raise MediaRefusal("method_not_allowed")
            else:
                response = await work(request, request.path_params["seat"], request.path_params.get("session", ""))
        except (MediaRefusal, Refusal) as refusal:
            response = _refused(request, refusal)
            if response.status_code == 405:
                response.headers["Allow"] = allowed
        response.headers.update(CORS)
        return response

    router.add_route(path, answering, methods=["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"], include_in_schema=False)


def _options(allowed: str) -> Response:
    """Also the answer to a browser's preflight (Fetch section 4.8), which asks without a token."""
    response = Response(headers={"Allow": allowed, "Accept-Post": SDP})
    if "PATCH" in allowed:
        response.headers["Accept-Patch"] = FRAGMENT
    response.headers["Access-Control-Allow-Methods"] = allowed
    response.headers["Access-Control-Allow-Headers"] = "Authorization, Content-Type, If-Match"
    response.headers["Access-Control-Max-Age"] = "600"
    return response


def _must_be(request: Request, kind: str) -> None:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != kind:
        raise MediaRefusal("unsupported_type")


def _ice(description: str) -> frozenset[str]:
    """The `ice-ufrag` lines of a description or fragment."""
    return frozenset(re.findall(r"^a=ice-ufrag:\S+", description, re.MULTILINE))


def _rung(name: object) -> Rung:
    """The rung of this name, as the protocol writes it: `low_audio`, `audio`, `low_video`, `both`."""
    found = next((rung for rung in Rung if rung.name.lower() == name), None)
    if found is None:
        raise MediaRefusal("malformed_request")
    return found


async def _read(request: Request) -> str:
    """The body as text; stops reading at the bound."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BYTES:
            raise MediaRefusal("too_large")
    try:
        return body.decode()
    except UnicodeDecodeError:
        raise MediaRefusal("malformed_sdp", reason="UTF-8") from None


def _refused(request: Request, refusal: MediaRefusal | Refusal) -> Response:
    """The refusal in the one shape; where trying again helps, with a time that differs from client to client."""
    log.info("%s refused: %s %s", request.url.path, refusal.code, refusal.details)
    details = dict(refusal.details)
    if status_of(refusal.code) == 503:
        details["retry_after"] = random.randint(1, 5) if refusal.code == "media_unavailable" else random.randint(10, 40)
    response = answer(language_of(request), refusal.code, details)
    if response.status_code == 401:
        response.headers["WWW-Authenticate"] = "Bearer"  # RFC 6750 section 3
    return response
