"""A network cable that can be pulled: passes connections on to the server until it is cut, and again once it is mended."""

from __future__ import annotations

import asyncio
import contextlib
from urllib.parse import urlsplit


class Wire:
    """Listens on a port of its own and passes everything on to `base`."""

    def __init__(self, base: str) -> None:
        self._port_behind = urlsplit(base).port or 80
        self._server: asyncio.Server | None = None
        self._running: set[asyncio.Task[None]] = set()
        self.port = 0

    @property
    def base(self) -> str:
        return f"http://localhost:{self.port}"

    def through(self, link: str) -> str:
        """The same link by way of this wire."""
        parts = urlsplit(link)
        return link.replace(f"{parts.scheme}://{parts.netloc}", self.base, 1)

    async def __aenter__(self) -> Wire:
        await self.mend()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.cut()

    async def mend(self) -> None:
        self._server = await asyncio.start_server(self._pass_on, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        """Ends every connection, and takes no new one."""
        if self._server is not None:
            self._server.close()
        for task in list(self._running):
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        for _ in range(3):  # transports close their sockets in the next rounds of the loop
            await asyncio.sleep(0)

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._running.add(task)
        try:
            behind_reader, behind_writer = await asyncio.open_connection("127.0.0.1", self._port_behind)
            try:
                await asyncio.gather(copy(reader, behind_writer), copy(behind_reader, writer))
            finally:
                behind_writer.transport.abort()
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            writer.transport.abort()
            self._running.discard(task)


async def copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65_536):
        writer.write(data)
        await writer.drain()
    with contextlib.suppress(OSError):
        writer.write_eof()
