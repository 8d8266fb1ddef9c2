"""Real WebRTC peers on loopback, of aiortc: one sends a tone and a colour, one measures what arrives."""

import asyncio
import time
from collections import deque
from fractions import Fraction
from typing import Any

import aioice.ice
import av
import numpy as np
from aiortc import RTCBundlePolicy, RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from numpy.typing import NDArray

RATE = 48_000
FRAME = 960


def only_loopback() -> None:
    """Peers of this process offer 127.0.0.1 and nothing else (aioice leaves it out by itself)."""
    aioice.ice.get_host_addresses = lambda use_ipv4, use_ipv6: ["127.0.0.1"]


class Tone(MediaStreamTrack):
    """A sine at half amplitude, in real time; made stereo on its way it arrives at about -12 dBFS RMS."""

    kind = "audio"

    def __init__(self, hertz: float) -> None:
        super().__init__()
        self._hertz = hertz
        self._sample = 0
        self._begin = time.monotonic()

    async def recv(self) -> av.AudioFrame:
        wait = self._begin + self._sample / RATE - time.monotonic()
        if wait > 0:
            await asyncio.sleep(wait)
        angle = 2 * np.pi * self._hertz * (np.arange(FRAME) + self._sample) / RATE
        pcm = (np.sin(angle) * 16384).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(pcm.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = RATE, self._sample, Fraction(1, RATE)
        self._sample += FRAME
        return frame


class Colour(MediaStreamTrack):
    """A moving picture of one colour with a bright bar that wanders, 15 a second.

    `grain` strews moving grey over it, so that its stream is as large as a camera's.
    """

    kind = "video"

    def __init__(self, rgb: tuple[int, int, int], width: int = 320, height: int = 180, grain: int = 0) -> None:
        super().__init__()
        strewn = np.random.default_rng(1).integers(-grain, grain + 1, (height, width, 1))
        self._plain = np.clip(np.array(rgb) + strewn, 0, 255).astype(np.uint8)
        self._number = 0
        self._begin = time.monotonic()

    async def recv(self) -> av.VideoFrame:
        wait = self._begin + self._number / 15 - time.monotonic()
        if wait > 0:
            await asyncio.sleep(wait)
        image = np.roll(self._plain, self._number * 3, axis=1)
        column = self._number * 4 % (image.shape[1] - 8)
        image[: image.shape[0] // 8, column : column + 8] = 255
        frame = av.VideoFrame.from_ndarray(image, format="rgb24")
        frame.pts, frame.time_base = self._number * 6000, Fraction(1, 90_000)
        self._number += 1
        return frame


def energy(pcm: NDArray[np.int16], hertz: float) -> float:
    """Level in dBFS of one frequency in a piece of sound (one bin of the Fourier transform, Hann window)."""
    if len(pcm) == 0:
        return -120.0
    window = np.hanning(len(pcm))
    bin_ = np.sum(pcm * window * np.exp(-2j * np.pi * hertz * np.arange(len(pcm)) / RATE))
    amplitude = 2 * abs(bin_) / window.sum() / 32768
    return float(20 * np.log10(max(amplitude, 1e-6)))


class Publisher:
    """Sends a tone, a colour, or both."""

    def __init__(self, *tracks: MediaStreamTrack) -> None:
        self.peer = RTCPeerConnection(RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE))
        for track in tracks:
            self.peer.addTransceiver(track, "sendonly")

    async def offer(self) -> str:
        await self.peer.setLocalDescription(await self.peer.createOffer())
        return self.peer.localDescription.sdp

    async def accept(self, answer: str) -> None:
        await self.peer.setRemoteDescription(RTCSessionDescription(answer, "answer"))

    async def connected(self, seconds: float = 10.0) -> None:
        await until(lambda: self.peer.connectionState == "connected", seconds)

    async def close(self) -> None:
        await self.peer.close()


class Hearer(Publisher):
    """Receives the programme and keeps the last second of sound and the newest picture of each slot."""

    def __init__(self, pictures: int = 0) -> None:
        super().__init__()
        self.heard: deque[tuple[float, NDArray[np.int16]]] = deque(maxlen=50)
        self.seen: list[av.VideoFrame | None] = [None] * pictures
        self.pictures = [0] * pictures
        self._tasks: list[asyncio.Task[None]] = []
        self.peer.addTransceiver("audio", "recvonly")
        for _ in range(pictures):
            self.peer.addTransceiver("video", "recvonly")

    async def accept(self, answer: str) -> None:
        await super().accept(answer)
        audio, *videos = self.peer.getTransceivers()
        self._tasks.append(asyncio.create_task(self._hear(audio.receiver.track)))
        for number, video in enumerate(videos):
            if video.currentDirection == "recvonly":
                self._tasks.append(asyncio.create_task(self._see(number, video.receiver.track)))

    async def _hear(self, track: Any) -> None:
        try:
            while True:
                frame = await track.recv()
                pcm = frame.to_ndarray().reshape(-1, frame.layout.nb_channels)[:, 0]
                self.heard.append((time.monotonic(), pcm))
        except MediaStreamError:
            return

    async def _see(self, number: int, track: Any) -> None:
        try:
            while True:
                self.seen[number] = await track.recv()
                self.pictures[number] += 1
        except MediaStreamError:
            return

    def level(self, hertz: float, seconds: float = 0.2) -> float:
        """Level of one frequency in the last sound received."""
        since = time.monotonic() - seconds
        pieces = [pcm for at, pcm in self.heard if at >= since]
        return energy(np.concatenate(pieces), hertz) if pieces else -120.0

    def colour(self, number: int) -> tuple[int, int, int] | None:
        """Mean colour in the middle of the newest picture of a slot."""
        frame = self.seen[number]
        if frame is None:
            return None
        image = frame.to_ndarray(format="rgb24")
        height, width, _ = image.shape
        middle = image[height // 3 : 2 * height // 3, width // 3 : 2 * width // 3]
        red, green, blue = middle.reshape(-1, 3).mean(axis=0)
        return round(red), round(green), round(blue)

    def width(self, number: int) -> int:
        """Of the newest picture of a slot, in pixels."""
        frame = self.seen[number]
        return frame.width if frame else 0

    async def close(self) -> None:
        await super().close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


async def until(met: Any, seconds: float = 10.0) -> float:
    """Wait until `met()` is true; returns how long it took, raises TimeoutError."""
    begin = time.monotonic()
    while not met():
        if time.monotonic() - begin > seconds:
            raise TimeoutError(f"not within {seconds} s")
        await asyncio.sleep(0.01)
    return time.monotonic() - begin
