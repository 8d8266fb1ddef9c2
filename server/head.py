"""The head of a request, before anything else of the server sees it, bounded in size and in time: uvicorn leaves both to whoever stands before it."""

from __future__ import annotations

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

LARGEST_HEAD = 65_536
"""Bytes after which a head that has no end is given up. Browsers send some two thousand."""

HEAD_WITHIN = 20.0
"""Seconds in which the head of a request has to be there, counted from its first byte, and of a connection's first one from the connection."""


class BoundedHttp(HttpToolsProtocol):
    """uvicorn's HTTP protocol, which neither keeps an endless head in memory nor a connection that never says what it wants."""

    _taken: int = 0
    _late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn says it
        super().connection_made(transport)
        self._begin()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._begin()

    def on_headers_complete(self) -> None:
        self._end()
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        self._end()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._late is not None:
            self._taken += len(data)
            if self._taken > LARGEST_HEAD and not self.transport.is_closing():
                self.send_400_response("Request head too large.")

    def _begin(self) -> None:
        self._end()
        self._taken = 0
        self._late = self.loop.call_later(HEAD_WITHIN, self.transport.close)

    def _end(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None
