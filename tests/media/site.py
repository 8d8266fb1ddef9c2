"""The routes of WHIP and WHEP with a real engine on a free port, for tests that come over HTTP."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx
import uvicorn
from fastapi import FastAPI, Request

from server.media.embedded import EmbeddedEngine
from server.media.engine import MediaConfig, MediaRefusal
from server.media.routes import Admission, media_routes
from server.media.tokens import Kind, MediaTokens
from server.media.turn import Turn
from tests.media.peers import only_loopback

SDP = {"Content-Type": "application/sdp"}
TURN = Turn(("turn:turn.example.vn?transport=udp",), "north")


@dataclass
class Site:
    engine: EmbeddedEngine
    tokens: MediaTokens
    http: httpx.AsyncClient
    off_stage: set[str]
    """Seats that may not publish now."""

    @property
    def base(self) -> str:
        return str(self.http.base_url).rstrip("/")

    def bearer(self, seat: str, kind: Kind, **how: bool) -> dict[str, str]:
        token = self.tokens.issue(seat, kind, int(time.time() * 1000), **how)
        return {**SDP, "Authorization": f"Bearer {token}"}


@asynccontextmanager
async def open_site(cookies: tuple[str, ...] = ("cookie",)) -> AsyncIterator[Site]:
    """The right is in the token; seats in `cookies` stand for those that came with their cookie."""
    only_loopback()
    engine = EmbeddedEngine(MediaConfig(host="127.0.0.1", sessions_per_conference=4))
    tokens = MediaTokens(bytes(32))
    off_stage: set[str] = set()
    await engine.start()

    async def authorize(request: Request, seat: str, kind: Kind) -> Admission:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        given = scheme == "Bearer" and tokens.spend(token, seat, kind, int(time.time() * 1000))
        if not given and seat not in cookies:
            raise MediaRefusal("media_not_allowed")
        return Admission("c", seat, seat, seat not in off_stage)

    app = FastAPI()
    app.include_router(media_routes(engine, authorize, turn=TURN))

    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off", ws="none"))
    serving = asyncio.create_task(server.serve([listening]))
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{listening.getsockname()[1]}") as http:
        yield Site(engine, tokens, http, off_stage)
    await engine.stop()
    server.should_exit = True
    await serving
    listening.close()
