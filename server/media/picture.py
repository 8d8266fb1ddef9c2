"""The video slots: each shows one source at a time, and is encoded once for all listeners.

A slot is one continuous VP8 stream of 640x360 at 15 pictures a second whatever feeds it, so that a change
of source needs nothing from a listener. Without a source it shows a calm still card.
"""

from __future__ import annotations

import asyncio
import logging
import time
from concurrent.futures import Executor
from fractions import Fraction
from typing import Any, Final

import av
from av.filter import Graph
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType

from server.media.outlet import Outlet

log = logging.getLogger(__name__)

WIDTH: Final = 640
HEIGHT: Final = 360
INTERVAL: Final = 1 / 15
"""Seconds between two pictures."""
STILL_INTERVAL: Final = 0.5
"""Seconds between two pictures when the picture does not change."""
KEY_INTERVAL: Final = 2.0
"""Seconds after which a key frame comes in any case: the longest that a loss can be seen."""
KEY_SPACING: Final = 0.3
"""Key frames that listeners need at joining are at least this many seconds apart."""
STALE: Final = 5.0
"""Seconds after which a camera that sends nothing gives way to the still card."""
TIME_BASE: Final = Fraction(1, 90_000)
CARD_COLOUR: Final = (0x33, 0x8A, 0x78)
"""Luma, blue and red difference of the still card: a dark blue grey."""


class Camera:
    """The newest picture of one source."""

    def __init__(self) -> None:
        self.frame: av.VideoFrame | None = None
        self.number = 0
        self.at = 0.0

    def put(self, frame: av.VideoFrame) -> None:
        self.frame, self.number, self.at = frame, self.number + 1, time.monotonic()


def still_card() -> av.VideoFrame:
    """The plain picture of an empty slot."""
    card = av.VideoFrame(WIDTH, HEIGHT, "yuv420p")
    for plane, value in zip(card.planes, CARD_COLOUR, strict=True):
        plane.update(bytes([value]) * plane.buffer_size)
    return card


class Fit:
    """Brings pictures of any size to the slot's size, whole, with bars where the shape differs."""

    def __init__(self) -> None:
        self._shape: tuple[int, int, str] | None = None
        self._graph = Graph()

    def __call__(self, frame: av.VideoFrame) -> av.VideoFrame:
        shape = (frame.width, frame.height, frame.format.name)
        if shape != self._shape:
            graph = Graph()
            source = graph.add_buffer(width=frame.width, height=frame.height, format=frame.format, time_base=TIME_BASE)
            size = f"{WIDTH}:{HEIGHT}"
            scale = graph.add("scale", f"{size}:force_original_aspect_ratio=decrease:force_divisible_by=2:flags=bilinear")
            pad = graph.add("pad", f"{size}:-1:-1")
            graph.link_nodes(source, scale, pad, graph.add("format", "yuv420p"), graph.add("buffersink")).configure()
            self._graph, self._shape = graph, shape
        self._graph.vpush(frame)
        fitted = self._graph.vpull()
        assert isinstance(fitted, av.VideoFrame)
        return fitted


class Encoder:
    """One continuous VP8 stream (RFC 6386), tuned for talking people in real time."""

    def __init__(self, bit_rate: int) -> None:
        codec = av.CodecContext.create("libvpx", "w")
        assert isinstance(codec, VideoCodecContext)
        codec.width, codec.height, codec.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        codec.time_base = TIME_BASE
        codec.bit_rate = bit_rate
        codec.gop_size = 3000
        codec.qmin, codec.qmax = 4, 56
        codec.thread_count = 1
        rate = str(bit_rate)
        codec.options = {
            "deadline": "realtime",
            "cpu-used": "8",
            "lag-in-frames": "0",
            "minrate": rate,
            "maxrate": rate,
            "bufsize": rate,
            "static-thresh": "100",
            "error-resilient": "default",
        }
        self._codec = codec
        self._fit = Fit()

    def encode(self, frame: av.VideoFrame, pts: int, key: bool) -> list[av.Packet[Any]]:
        """Packets of one picture stamped `pts` (90 kHz); `key` makes it a key frame."""
        fitted = self._fit(frame)
        fitted.pts, fitted.time_base = pts, TIME_BASE
        fitted.pict_type = PictureType.I if key else PictureType.NONE
        packets = self._codec.encode(fitted)
        for packet in packets:
            packet.pts, packet.time_base = pts, TIME_BASE
        return packets


class Slot:
    """One video slot of a programme: shows a camera, or the card."""

    def __init__(self, bit_rate: int, executor: Executor) -> None:
        self.outlets: set[Outlet] = set()
        """The tracks of those who watch this slot."""
        self._encoder = Encoder(bit_rate)
        self._executor = executor
        self._card = still_card()
        self._camera: Camera | None = None
        self._key_wanted = True

    def show(self, camera: Camera | None) -> None:
        if camera is not self._camera:
            self._camera = camera
            self.want_key()

    def want_key(self) -> None:
        """Somebody needs a whole picture: it comes at once, or after the spacing."""
        self._key_wanted = True

    async def run(self) -> None:
        """Encode until cancelled; while nobody watches nothing is encoded."""
        loop = asyncio.get_running_loop()
        due = loop.time()
        shown: tuple[Camera | None, int] | None = None
        last = last_key = 0.0
        while True:
            due = max(due + INTERVAL, loop.time())
            await asyncio.sleep(due - loop.time())
            if not any(outlet.reading for outlet in self.outlets):
                continue
            now = time.monotonic()
            camera = self._camera
            if camera is not None and (camera.frame is None or now - camera.at > STALE):
                camera = None
            showing = (camera, camera.number if camera else 0)
            key = (self._key_wanted and now - last_key >= KEY_SPACING) or now - last_key >= KEY_INTERVAL
            if showing == shown and not key and now - last < STILL_INTERVAL:
                continue
            switched = shown is not None and camera is not shown[0]
            if key or switched:
                key, self._key_wanted, last_key = True, False, now
            frame = camera.frame if camera and camera.frame else self._card
            shown, last = showing, now
            try:
                packets = await loop.run_in_executor(self._executor, self._encoder.encode, frame, int(now * 90_000), key)
            except (av.FFmpegError, ValueError) as error:  # a picture of an impossible shape
                log.warning("picture left out: %s", error)
                continue
            for packet in packets:
                for outlet in self.outlets:
                    outlet.put(packet)
