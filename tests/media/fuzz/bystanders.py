"""Those who do nothing wrong while others attack: one speaks and shows a picture, one listens and notes when each packet came."""

import asyncio
import socket
import struct
import time
from collections import deque
from contextlib import suppress

import numpy as np

from server.media.engine import Direction, MediaEngine
from server.media.opus import RATE, Decoder, Encoder
from server.media.rtp.packets import PictureLoss, ReceiverReport, ahead, read_rtcp, read_rtp, write_rtcp, write_rtp
from server.media.transport.dtls import Identity
from server.media.transport.srtp import SrtpError
from tests.media.fuzz.rogue import LARGE, OPUS, SOUND, VP8, Rogue
from tests.media.peers import energy

HERTZ = 440.0
TICK = 0.02
CONSENT = 4.0
"""Seconds between two checks."""
SO_TIMESTAMPNS = 35
"""Not named by Python (asm-generic/socket.h): the kernel says when a datagram came, however late it is read."""
STAMP = struct.Struct("!Q")
DESCRIPTOR = bytes((0x90, 0x80))
"""VP8: beginning of a frame, with a picture id (RFC 7741 section 4.2)."""


class Bystanders:
    """`begin` connects them; `lateness` gathers milliseconds under the name which `window` has set."""

    def __init__(self, identity: Identity, conference: str = "c", source: str = "an") -> None:
        self.conference, self.source = conference, source
        self.speaker, self.listener = Rogue(identity), Rogue(identity)
        self.lateness: dict[str, list[float]] = {}
        """Of pictures from being sent to having come; of sound behind the mixer's own clock."""
        self.pictures = self.sounds = 0
        self.asked = 0
        """Key frames that the speaker was asked for."""
        self._window: list[float] | None = None
        self._first: float | None = None
        self._unwrapped: int | None = None
        self._heard: deque[bytes] = deque(maxlen=30)
        self._tasks: list[asyncio.Task[None]] = []

    async def begin(self, engine: MediaEngine) -> None:
        self.listener.sock.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self.listener.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        await engine.direct(self.conference, Direction(frozenset({self.source}), floor=self.source))
        await self.speaker.publish(engine, self.conference, self.source)
        await self.speaker.join()
        await self.listener.listen(engine, self.conference)
        await self.listener.join()
        self._tasks = [asyncio.create_task(self._speak()), asyncio.create_task(self._listen())]
        async with asyncio.timeout(15):
            while not self.hears() or not self.pictures:  # noqa: ASYNC110 - what is waited for is state
                await asyncio.sleep(0.05)

    def window(self, name: str | None) -> None:
        """What comes from now on is noted under this name; None notes nothing."""
        self._window = None if name is None else self.lateness.setdefault(name, [])

    def percentile(self, name: str, share: float = 99.0) -> float:
        """Milliseconds."""
        return float(np.percentile(self.lateness[name], share))

    def level(self, hertz: float) -> float:
        """Of one frequency in the last half second of sound, in dBFS."""
        decoder = Decoder()
        pcm = [piece for packet in self._heard if (piece := decoder.decode(packet)) is not None]
        return energy((np.concatenate(pcm[5:]) * 32768).astype(np.int16), hertz) if len(pcm) > 20 else -120.0

    def hears(self) -> bool:
        """Whether the last half second of sound carries the tone."""
        return self.level(HERTZ) > -20

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self.speaker.close()
        self.listener.close()

    async def _speak(self) -> None:
        encoder = Encoder(40_000)
        angle = 2 * np.pi * HERTZ * np.arange(50 * 960) / RATE
        tone = (np.sin(angle) * 0.5).astype(np.float32)
        opus = [encoder.encode(tone[start : start + 960]) for start in range(0, len(tone), 960)]
        begin, number, picture, consent = time.monotonic(), 0, 0, 0.0
        while True:
            wait = begin + number * TICK - time.monotonic()
            if wait > 0:
                await asyncio.sleep(wait)
            if time.monotonic() > consent:
                consent = time.monotonic() + CONSENT
                self.speaker.send(self.speaker.request())
            self.speaker.rtp(
                write_rtp(opus[number % 50], payload_type=OPUS, sequence=number & 0xFFFF, timestamp=number * 960 & 0xFFFFFFFF, ssrc=SOUND)
            )
            if number % 2 == 0:
                self._show(picture)
                picture += 1
            with suppress(BlockingIOError, ConnectionRefusedError):
                while True:
                    self._told(self.speaker.sock.recv(2048))
            number += 1

    def _told(self, data: bytes) -> None:
        if data[0] >= 128:
            with suppress(SrtpError):
                self.asked += sum(isinstance(one, PictureLoss) for one in read_rtcp(self.speaker.srtp.unprotect_rtcp(data)))

    def _show(self, number: int) -> None:
        """A picture of two packets; every twelfth can be begun with."""
        key = 0 if number % 12 == 0 else 1
        for part in range(2):
            head = DESCRIPTOR if part == 0 else bytes((0x80, 0x80))
            payload = head + (0x8000 | number & 0x7FFF).to_bytes(2) + bytes([key]) + STAMP.pack(time.time_ns()) + bytes(900)
            sequence = (2 * number + part) & 0xFFFF
            self.speaker.rtp(
                write_rtp(payload, payload_type=VP8, sequence=sequence, timestamp=number * 3600 & 0xFFFFFFFF, ssrc=LARGE, marker=part == 1)
            )

    async def _listen(self) -> None:
        consent = 0.0
        while True:
            await asyncio.sleep(0.01)
            if time.monotonic() > consent:
                consent = time.monotonic() + CONSENT
                self.listener.send(self.listener.request())
                self.listener.rtcp(write_rtcp([ReceiverReport(1)]))
            with suppress(BlockingIOError, ConnectionRefusedError):
                while True:
                    data, ancillary, _, _ = self.listener.sock.recvmsg(2048, 64)
                    seconds, nanoseconds = struct.unpack("qq", ancillary[0][2])
                    self._came(data, seconds + nanoseconds / 1e9, seconds * 10**9 + nanoseconds)

    def _came(self, data: bytes, at: float, at_ns: int) -> None:
        if data[0] < 128 or 192 <= data[1] < 224:
            return
        try:
            packet = self.listener.srtp.unprotect(data)
        except SrtpError:
            return
        found = read_rtp(packet)
        if found is None:
            return
        payload = packet[found.start : found.end]
        if found.ssrc == self.listener.streams[0]:
            self.sounds += 1
            self._heard.append(payload)
            before = self._unwrapped if self._unwrapped is not None else found.timestamp
            self._unwrapped = before + ahead(found.timestamp, before & 0xFFFFFFFF, 32)
            late = at - self._unwrapped / RATE
            self._first = late if self._first is None else min(self._first, late)
            self._note(late - self._first)
        elif len(payload) > 13:
            self.pictures += 1
            self._note((at_ns - STAMP.unpack_from(payload, 5)[0]) / 1e9)

    def _note(self, seconds: float) -> None:
        if self._window is not None:
            self._window.append(seconds * 1000)
