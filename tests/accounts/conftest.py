"""A server with nothing but the doors: the guard, the account routes, and one page behind them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI, Request, WebSocket
from sqlalchemy import Engine
from starlette.types import ASGIApp

from moderation.kernel import Refusal
from server import errors
from server.accounts.entrance import sitter
from server.accounts.guard import Guard
from server.accounts.keys import Keys
from server.accounts.routes import account_routes
from server.db.engine import open_engine
from server.settings import Settings

NOW = 1_753_000_000_000
HOUR = 3_600_000
PASSWORD = "trời mưa ở phố núi"


@pytest.fixture
def settings(tmp_path: Path, chosen_database_url: str) -> Settings:
    return Settings(data_dir=tmp_path / "data", database_url=chosen_database_url)


@pytest.fixture
def engine(settings: Settings) -> Iterator[Engine]:
    settings.prepare()
    engine = open_engine(settings.database)
    yield engine
    engine.dispose()


@pytest.fixture
def keys(settings: Settings) -> Keys:
    return Keys(settings.pepper)


@dataclass
class Lobby:
    """The conference's side of a knock: remembers who came, and is full when told so."""

    came: list[tuple[str, str, str, bool]] = field(default_factory=list)
    full: bool = False

    async def knock(self, conference: str, person: str, name: str, suspect: bool) -> None:
        if self.full:
            raise Refusal("lobby_full")
        self.came.append((conference, person, name, suspect))


@pytest.fixture
def lobby() -> Lobby:
    return Lobby()


@pytest.fixture
def app(engine: Engine, keys: Keys, settings: Settings, lobby: Lobby) -> ASGIApp:
    app = FastAPI(openapi_url=None)
    errors.install(app)
    app.include_router(account_routes(engine, keys, settings, lobby.knock))

    @app.get("/hop/{seat}")
    def page(request: Request, seat: str) -> dict[str, str]:
        return {"person": sitter(engine, keys, request, seat, HOUR).person}

    @app.websocket("/ws")
    async def socket(socket: WebSocket) -> None:
        await socket.accept()
        await socket.send_text("in")
        await socket.close()

    @app.get("/broken")
    def broken() -> None:
        raise RuntimeError("inner workings")

    return Guard(app, settings)


def browser(app: ASGIApp, address: str = "203.0.113.7", base: str = "https://doithoai.example.vn") -> httpx.AsyncClient:
    """A browser of its own at some address, on the server's own page."""
    transport = httpx.ASGITransport(app=app, client=(address, 50_000), raise_app_exceptions=False)
    headers = {"Origin": base, "Sec-Fetch-Site": "same-origin", "Accept-Language": "vi"}
    return httpx.AsyncClient(transport=transport, base_url=base, headers=headers)


@pytest.fixture
async def web(app: ASGIApp) -> AsyncIterator[httpx.AsyncClient]:
    async with browser(app) as client:
        yield client
