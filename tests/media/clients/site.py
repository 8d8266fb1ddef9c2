"""A real engine with its routes on a free port of both loopback addresses, and one conference that clients of all makes come to."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, Response
from starlette.middleware.base import RequestResponseEndpoint

from server.media.embedded import EmbeddedEngine
from server.media.engine import MediaConfig, MediaRefusal
from server.media.routes import Admission, media_routes
from server.media.rtp.ladder import Rung
from server.media.tokens import Kind, MediaTokens
from tests.media.clients.client import HERE, Listener, Publisher, Scene
from tests.media.clients.network import Relay

CONFERENCE = "c"
CONFIG = MediaConfig(announced=("127.0.0.1", "::1"))


@dataclass
class Site:
    engine: EmbeddedEngine
    base: str
    _tokens: MediaTokens
    relays: dict[str, Relay]
    """Relays by seat, through which clients reach the engine; others come directly."""

    async def publish(self, publisher: Publisher, seat: str, scene: Scene) -> None:
        await publisher.publish(*self.given(seat, "whip"), scene)

    async def listen(self, listener: Listener, seat: str) -> None:
        await listener.listen(*self.given(seat, "whep"))

    async def rung(self, seat: str) -> Rung | None:
        """Where a seat's listener stands."""
        sessions = (await self.engine.stats()).conferences[CONFERENCE].sessions.values()
        return next((one.rung for one in sessions if one.source == seat and not one.publishing), None)

    def given(self, seat: str, kind: Kind) -> tuple[str, str]:
        return f"{self.base}/{kind}/{seat}", self._tokens.issue(seat, kind, int(time.time() * 1000), reusable=True)


@asynccontextmanager
async def open_site(config: MediaConfig = CONFIG) -> AsyncIterator[Site]:
    """The right to come is in the token; a seat's name is the source's."""
    engine = EmbeddedEngine(config)
    tokens = MediaTokens(bytes(32))
    relays: dict[str, Relay] = {}

    async def authorize(request: Request, seat: str, kind: Kind) -> Admission:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme != "Bearer" or not tokens.spend(token, seat, kind, int(time.time() * 1000)):
            raise MediaRefusal("media_not_allowed")
        return Admission(CONFERENCE, seat, seat, may=True)

    app = FastAPI()
    app.include_router(media_routes(engine, authorize))

    @app.middleware("http")
    async def behind_relays(request: Request, go_on: RequestResponseEndpoint) -> Response:
        response = await go_on(request)
        relay = relays.get(request.url.path.rpartition("/")[2])
        if relay is None or response.status_code != 201:
            return response
        answer = relay.rewritten((b"".join([chunk async for chunk in response.body_iterator])).decode())  # type: ignore[attr-defined]
        headers = {name: value for name, value in response.headers.items() if name != "content-length"}
        return Response(answer, 201, headers)

    @app.get("/page")
    def page() -> Response:
        return HTMLResponse('<!doctype html><title>x</title><body><script src="page.js"></script>')

    @app.get("/page.js")
    def script() -> Response:
        return Response((HERE / "page.js").read_bytes(), media_type="text/javascript")

    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off", ws="none"))
    await engine.start()
    serving = asyncio.create_task(server.serve([listening]))
    try:
        yield Site(engine, f"http://127.0.0.1:{listening.getsockname()[1]}", tokens, relays)
    finally:
        await engine.stop()
        server.should_exit = True
        await serving
        listening.close()
