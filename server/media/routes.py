"""WHIP in (RFC 9725) and WHEP out: how browsers, OBS and FFmpeg reach the engine over HTTP."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from fastapi import APIRouter, Request

from server.media.engine import MediaEngine

Kind = Literal["whip", "whep"]


@dataclass(frozen=True, slots=True)
class Admission:
    """What the room says about one seat that asks for sound and picture."""

    conference: str
    source: str
    """Source id to publish as: the person's id, or `venue:…`."""
    minus: str | None
    """Source that this listener must not hear: its own."""
    may: bool
    """Whether it may do so now; False is answered with 403."""


class Authorize(Protocol):
    """Given by the composition root: reads the seat's cookie or the bearer token of a request.

    Raises `MediaRefusal` where it knows a more exact reason than "not allowed".
    """

    async def __call__(self, request: Request, seat: str, kind: Kind) -> Admission: ...


def media_routes(engine: MediaEngine, authorize: Authorize, *, turn_links: Sequence[str] = ()) -> APIRouter:
    """The router. `turn_links` are ready `Link` header values (RFC 9725 section 4.6), sent with every 201."""
    raise NotImplementedError
