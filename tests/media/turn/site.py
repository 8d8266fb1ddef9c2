"""WHEP over HTTP with a real engine on loopback, in which one source sends a tone of 1 kHz; browsers are told of the relays in `told`."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles

from server.media.embedded import EmbeddedEngine
from server.media.engine import Direction, MediaConfig
from server.media.routes import Admission, media_routes
from server.media.tokens import Kind
from server.media.turn import Turn
from tests.conftest import ROOT
from tests.media.peers import Publisher, Tone, only_loopback
from tests.media.turn.relay import HERE, Running

TONE = 1000.0


@dataclass(frozen=True, slots=True)
class Site:
    base: str
    engine: EmbeddedEngine
    told: list[str]
    """URLs of the relays that an answer names; may be exchanged."""


@asynccontextmanager
async def open_site(relay: Running) -> AsyncIterator[Site]:
    only_loopback()
    engine = EmbeddedEngine(MediaConfig(host=HERE))
    await engine.start()
    told = list(relay.turn.urls)
    app = FastAPI()

    async def authorize(request: Request, seat: str, kind: Kind) -> Admission:
        return Admission("c", seat, None, True)

    app.include_router(media_routes(engine, authorize, turn=Turn(told, relay.turn.secret)))
    app.mount("/static", StaticFiles(directory=ROOT / "web" / "static"))

    @app.get("/page")
    def page() -> FileResponse:
        return FileResponse(Path(__file__).with_name("page.html"))

    publisher = Publisher(Tone(TONE))
    await publisher.accept(await engine.publish("c", "in-an", "an", await publisher.offer()))
    await engine.direct("c", Direction(frozenset({"an"}), floor="an"))
    listening = socket.socket()
    listening.bind((HERE, 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off", ws="none"))
    serving = asyncio.create_task(server.serve([listening]))
    try:
        await publisher.connected()
        yield Site(f"http://{HERE}:{listening.getsockname()[1]}", engine, told)
    finally:
        await publisher.close()
        await engine.stop()
        server.should_exit = True
        await serving
        listening.close()
