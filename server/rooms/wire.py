"""The last metre to a browser: frames are built once for everybody who gets the same, and written straight to the sockets.

uvicorn's own protocol class does the handshake, the parsing and the closing; `RoomProtocol` only lets the application reach the transport, so that a
frame goes to a thousand sockets without a thousand coroutines. On a server without it, `Outlet` falls back to a bounded queue and `send`.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from typing import Any

from starlette.websockets import WebSocket
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame as WireFrame
from websockets.frames import Opcode

log = logging.getLogger(__name__)

EXTENSION = "doithoai.transport"

BACKLOG = 256 * 1024
"""Bytes that may wait for one socket before it is sent away as too slow (1013)."""

QUEUE = 1_000
"""Frames that may wait on the fallback path."""

PATIENCE = 10.0
"""Seconds that a socket has to take what was written before its end, its goodbye included; then it is cut off."""


class RoomProtocol(WebSocketsSansIOProtocol):
    """uvicorn's sans-I/O WebSocket protocol, which shows its transport to the application."""

    def handle_connect(self, event: Any) -> None:
        super().handle_connect(event)
        scope = getattr(self, "scope", None)
        if scope is not None:
            scope["extensions"][EXTENSION] = self

    def farewell(self, code: int, reason: str) -> None:
        """Closes without waiting for a slow reader, as uvicorn's own `send` would. What was written goes out first; a socket that does not take even
        that within `PATIENCE` is cut off, so that nothing is kept for it for ever."""
        if self.close_sent or self.transport.is_closing():
            return
        self.stop_keepalive()
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": reason})
        self.conn.send_close(code, reason)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        if self.read_paused:
            self.read_paused = False
            self.transport.resume_reading()
        self.close_timer = self.loop.call_later(PATIENCE, self.transport.abort)


class Frame:
    """One text message, with its bytes on the wire made at most once."""

    __slots__ = ("_wire", "text")

    def __init__(self, text: bytes) -> None:
        self.text = text
        self._wire: bytes | None = None

    @property
    def wire(self) -> bytes:
        if self._wire is None:
            self._wire = WireFrame(Opcode.TEXT, self.text).serialize(mask=False)
        return self._wire


class Outlet:
    """Where frames for one socket go, made by the task that reads from it. `write` never waits; it says False when the socket is too slow."""

    def __init__(self, websocket: WebSocket) -> None:
        self._websocket = websocket
        self._protocol: RoomProtocol | None = websocket.scope.get("extensions", {}).get(EXTENSION)
        self._queue: deque[Frame] = deque()
        self._wake = asyncio.Event()
        self._sender: asyncio.Task[None] | None = None
        self._reader = asyncio.current_task()
        self._room_for = BACKLOG
        self.closed = False
        self.given_up = False
        if self._protocol is None:
            self._sender = asyncio.create_task(self._send())

    def write(self, *frames: Frame) -> bool:
        """Sends what committed together as one write."""
        if self.closed:
            return True
        if self._protocol is not None:
            transport = self._protocol.transport
            if self._protocol.close_sent or transport.is_closing():
                return True
            transport.write(frames[0].wire if len(frames) == 1 else b"".join(f.wire for f in frames))
            return transport.get_write_buffer_size() <= self._room_for
        self._queue.extend(frames)
        self._wake.set()
        return len(self._queue) <= QUEUE

    def write_whole(self, frame: Frame) -> bool:
        """Sends a snapshot. It may be larger than the backlog: a slow line is given the time to take it, and the usual backlog besides."""
        self._room_for = BACKLOG + len(frame.text)
        return self.write(frame)

    async def _send(self) -> None:
        with contextlib.suppress(Exception):  # the reader of the socket hears of the same end
            while True:
                while self._queue:
                    await self._websocket.send_text(self._queue.popleft().text.decode())
                self._wake.clear()
                await self._wake.wait()

    async def close(self, code: int, reason: str = "") -> None:
        """Closes with a code, after what was written before."""
        if self.closed:
            return
        self.closed = True
        if self._protocol is not None:
            self._protocol.farewell(code, reason)
            return
        for _ in range(50):
            if not self._queue:
                break
            await asyncio.sleep(0.01)
        self.dispose()
        try:
            await asyncio.wait_for(self._websocket.close(code, reason), PATIENCE)
        except TimeoutError:
            self._give_up()
        except Exception:
            log.debug("was gone already")

    def _give_up(self) -> None:
        """Not even the goodbye gets through: whoever reads from this socket stops."""
        self.given_up = True
        if self._reader is not None:
            self._reader.cancel()

    def dispose(self) -> None:
        """The socket is gone."""
        self.closed = True
        if self._sender is not None:
            self._sender.cancel()
