"""WHIP in (RFC 9725) and WHEP out: how browsers, OBS and FFmpeg reach the engine over HTTP.

A session is opened by POSTing an SDP offer to `/whip/{seat}` or `/whep/{seat}` and ended by DELETE on the
address that came back. Offers and answers hold all candidates: PATCH is refused, a changed network means a
new session.
"""

import hmac
import json
import logging
import random
import secrets
from dataclasses import dataclass
from typing import Final, Protocol

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from server.clock import now
from server.errors import answer, language_of, status_of
from server.media.engine import MediaEngine, MediaRefusal
from server.media.rtp.ladder import Rung
from server.media.sdp import MAX_BYTES
from server.media.tokens import Kind
from server.media.turn import Turn

log = logging.getLogger(__name__)

SDP: Final = "application/sdp"
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
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != SDP:
            raise MediaRefusal("unsupported_type")
        offer = await _read(request)
        admission = await admit(request, seat, kind)  # as it is now: a body can take long enough to be put out meanwhile
        session = secrets.token_urlsafe(16)
        if kind == "whip":
            sdp = await engine.publish(admission.conference, session, admission.source, offer)
        else:
            most = _rung(request.query_params.get("most", "both"))
            sdp = await engine.listen(admission.conference, session, offer, minus=admission.minus, most=most)
        published = admission.source if kind == "whip" else None
        for other in opened.values():
            if published is not None and (other.conference, other.source) == (admission.conference, published):
                other.replaced = True
        opened[session] = _Opened(seat, admission.conference, request.headers.get("authorization"), published)
        if len(opened) > REMEMBERED:
            del opened[next(iter(opened))]
        base = (public_url or str(request.base_url)).rstrip("/")
        response = Response(sdp, 201, media_type=SDP)
        response.headers["Location"] = f"{base}/{kind}/{seat}/{session}"
        response.headers["ETag"] = f'"{session}"'
        for link in turn.links(seat, now()) if turn else ():
            response.headers.append("Link", link)
        return response

    async def opened_by(request: Request, seat: str, session: str, kind: Kind) -> _Opened:
        """The session, if whoever asks has opened it."""
        known = opened.get(session)
        if known is None or known.seat != seat:
            raise MediaRefusal("media_session_unknown")
        given = request.headers.get("authorization", "")
        if known.credential is None or not hmac.compare_digest(given.encode(), known.credential.encode()):
            await authorize(request, seat, kind)  # whoever may no longer publish may still end what they opened
        return known

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

    def add(kind: Kind) -> None:
        @router.post(f"/{kind}/{{seat}}", status_code=201, name=f"{kind} open")
        async def post(request: Request, seat: str) -> Response:
            try:
                return _shared(await open_session(request, seat, kind))
            except MediaRefusal as refusal:
                return _refused(request, refusal)

        @router.delete(f"/{kind}/{{seat}}/{{session}}", name=f"{kind} end")
        async def delete(request: Request, seat: str, session: str) -> Response:
            try:
                return _shared(await end_session(request, seat, session, kind))
            except MediaRefusal as refusal:
                return _refused(request, refusal)

        @router.patch(f"/{kind}/{{seat}}/{{session}}", status_code=422, name=f"{kind} change")
        async def patch(request: Request, seat: str, session: str) -> Response:
            return _refused(request, MediaRefusal("media_session_fixed"))

        @router.options(f"/{kind}/{{seat}}", status_code=204, name=f"{kind} options")
        @router.options(f"/{kind}/{{seat}}/{{session}}", status_code=204, include_in_schema=False)
        async def options(seat: str, session: str | None = None) -> Response:
            allowed = "POST, OPTIONS" if session is None else "DELETE, PATCH, OPTIONS"
            response = Response(status_code=204, headers={"Allow": allowed})
            if session is None:
                response.headers["Accept-Post"] = SDP
            response.headers["Access-Control-Allow-Methods"] = allowed
            response.headers["Access-Control-Allow-Headers"] = "Authorization, Content-Type, If-Match"
            response.headers["Access-Control-Max-Age"] = "600"
            return _shared(response)

    add("whip")
    add("whep")

    @router.put("/whep/{seat}/{session}/rung", status_code=204, name="whep save")
    async def put(request: Request, seat: str, session: str) -> Response:
        try:
            return _shared(await save(request, seat, session))
        except MediaRefusal as refusal:
            return _refused(request, refusal)

    return router


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


def _shared(response: Response) -> Response:
    response.headers.update(CORS)
    return response


def _refused(request: Request, refusal: MediaRefusal) -> Response:
    """The refusal in the one shape; where trying again helps, with a time that differs from client to client."""
    log.info("%s refused: %s %s", request.url.path, refusal.code, refusal.details)
    details = dict(refusal.details)
    if status_of(refusal.code) == 503:
        details["retry_after"] = random.randint(1, 5) if refusal.code == "media_unavailable" else random.randint(10, 40)
    return _shared(answer(language_of(request), refusal.code, details))
