"""A server with nothing but the papers, behind the same guard and in the same frame as the whole."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI, Request
from fastapi.staticfiles import StaticFiles
from starlette.types import ASGIApp

from moderation import Conference, Refusal
from server.accounts.guard import Guard
from server.db.verify import Head
from server.i18n import FOLDER
from server.pages import Pages
from server.papers.routes import Looked, paper_routes
from server.settings import Settings


def app(conference: Conference, settings: Settings) -> ASGIApp:
    """Seats are named like the persons who sit on them."""
    made = FastAPI()

    async def look(request: Request, seat: str) -> Looked:
        if seat not in conference.people:
            raise Refusal("seat_unknown")
        return Looked(seat, conference, Head(conference.seq, bytes(range(32))))

    made.include_router(paper_routes(look, Pages()))
    made.mount("/static", StaticFiles(directory=FOLDER.parent / "static"))
    made.mount("/vendor", StaticFiles(directory=FOLDER.parent / "vendor", check_dir=False))
    return Guard(made, settings)


@contextmanager
def serving(app: ASGIApp) -> Iterator[str]:
    """The address of the application on a free port."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off", ws="none"))
    thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)
        listening.close()
