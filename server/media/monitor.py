"""One source as it comes, heard or not, for whoever sets it up: its picture in both sizes, its sound as it is."""

from __future__ import annotations

from secrets import randbelow
from typing import Final

from server.media.opus import RATE
from server.media.picture import Picture, Send
from server.media.rtp.packets import ahead, read_rtp, write_rtp
from server.media.rtp.slot import CODECS
from server.media.transport.fanout import Outlet

FRAME: Final = RATE // 50
"""Timestamps between the last packet of one session of the source and the first of the next: 20 ms."""
LEAP: Final = 1000
"""A number that is further ahead belongs to a sender that has begun anew."""
OPUS: Final = len(CODECS)
"""Index of Opus among an outlet's payload types."""


class Monitor:
    """`sound` takes the packets of the source's microphone; its pictures go to `picture` like those of the programme."""

    def __init__(self, wall: float, send: Send) -> None:
        """`wall`: see `SlotReports`."""
        self.ssrc = 1 + randbelow((1 << 32) - 8)
        """Of the sound; that of the picture follows."""
        self.picture = Picture(self.ssrc + 1, wall, send)
        self.outlets: list[Outlet] = []
        self._send = send
        self._sequence = randbelow(1 << 15)
        self._stamp = self._from = 0
        self._origin: tuple[object, int] | None = None

    def sound(self, origin: object, packet: bytes) -> None:
        """An RTP packet of `origin`, the session of the source; numbered on, so that a new session goes on where the old one ended."""
        found = read_rtp(packet)
        if found is None or not self.outlets:
            return
        if self._origin is None or self._origin[0] is not origin or ahead(found.sequence, self._origin[1]) > LEAP:
            self._from = (self._stamp + FRAME - found.timestamp) & 0xFFFFFFFF
        elif ahead(found.sequence, self._origin[1]) <= 0:
            return  # late: it would have to be sent before what is gone
        self._origin = (origin, found.sequence)
        self._sequence = (self._sequence + 1) & 0xFFFF
        self._stamp = (found.timestamp + self._from) & 0xFFFFFFFF
        payload = packet[found.start : found.end]
        self._send([write_rtp(payload, payload_type=OPUS, sequence=self._sequence, timestamp=self._stamp, ssrc=self.ssrc)], self.outlets)
