"""Running the web server: uvicorn with the room's WebSocket protocol, without compression, without query strings in the log."""

from __future__ import annotations

import socket
from collections.abc import Awaitable, Callable
from pathlib import Path

import uvicorn

from server.app import Parts, create_app
from server.head import BoundedHttp
from server.logs import log_config
from server.media.engine import MediaEngine
from server.rooms.wire import RoomProtocol
from server.settings import Settings

Ready = Callable[[Parts, str], Awaitable[None]]
"""Called once requests are taken, with the parts and the base URL on this machine."""


class Server(uvicorn.Server):
    """uvicorn's server which says when it is ready."""

    ready: Ready | None = None
    parts: Parts

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.ready is not None and self.started:
            port = self.servers[0].sockets[0].getsockname()[1]
            scheme = "https" if self.config.is_ssl else "http"
            await self.ready(self.parts, f"{scheme}://localhost:{port}")


def server(settings: Settings, ready: Ready | None = None, tls: tuple[Path, Path] | None = None, media: MediaEngine | None = None) -> Server:
    """A server ready to `run()`. `tls`: certificate and key; `media`: another engine than the embedded one."""
    app = create_app(settings, media)
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        http=BoundedHttp,
        ws=RoomProtocol,
        ws_per_message_deflate=False,
        ws_ping_interval=None,
        ws_max_size=65_536,
        proxy_headers=False,
        server_header=False,
        log_config=log_config(settings.log_level),
        log_level=settings.log_level,
        timeout_graceful_shutdown=4,
        ssl_certfile=str(tls[0]) if tls else None,
        ssl_keyfile=str(tls[1]) if tls else None,
        backlog=4096,
    )
    running = Server(config)
    running.parts = app.state.parts
    running.ready = ready
    return running
