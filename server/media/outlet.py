"""The way of the programme's packets to one listener."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import av
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack


class Outlet(MediaStreamTrack):
    """One track of one listener: hands on packets that were encoded once for all.

    Takes packets only once its connection reads them, and drops the oldest when the connection is slow; a
    picture track begins, and begins again after a loss, with a key frame.
    """

    def __init__(self, kind: str, depth: int, want_key: Callable[[], None] | None = None) -> None:
        """`depth`: packets that may wait; `want_key`: asks the slot for a key frame."""
        super().__init__()
        self.kind = kind
        self._packets: asyncio.Queue[av.Packet[Any] | None] = asyncio.Queue()
        self._depth = depth
        self._reading = False
        self._whole = False
        self._want_key = want_key
        self.sent_bytes = 0

    @property
    def reading(self) -> bool:
        """Whether the connection is up and takes packets."""
        return self._reading and self.readyState == "live"

    def put(self, packet: av.Packet[Any]) -> None:
        if not self.reading:
            return
        if self._packets.qsize() >= self._depth:
            if self.kind == "video":
                self._restart()
            else:
                self._packets.get_nowait()
        if self.kind == "video" and not self._whole:
            if not packet.is_keyframe:
                return
            self._whole = True
        self.sent_bytes += packet.size
        self._packets.put_nowait(packet)

    def _restart(self) -> None:
        while not self._packets.empty():
            self._packets.get_nowait()
        self._whole = False
        if self._want_key:
            self._want_key()

    async def recv(self) -> av.Packet[Any]:
        if not self._reading:
            self._reading = True
            self._restart()
        packet = await self._packets.get()
        if packet is None or self.readyState != "live":
            raise MediaStreamError
        return packet

    def stop(self) -> None:
        super().stop()
        self._packets.put_nowait(None)
