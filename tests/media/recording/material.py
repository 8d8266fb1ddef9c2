"""Real sound and pictures as packets, and what a file shows when it is decoded."""

import asyncio
from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import NamedTuple

import av
import numpy as np
from av.video.codeccontext import VideoCodecContext
from numpy.typing import NDArray

from server.media.embedded import EmbeddedEngine
from server.media.opus import RATE, Encoder
from server.media.rtp.packets import write_rtp
from server.media.rtp.slot import Codec

FRAME = 960
Colour = tuple[int, int, int]
RED, BLUE, GREEN = (200, 30, 30), (30, 30, 200), (30, 160, 30)


@cache
def tone(hertz: float, packets: int) -> tuple[bytes, ...]:
    """Opus packets of 20 ms of a sine."""
    encoder = Encoder(40_000)
    angle = 2 * np.pi * hertz * np.arange(packets * FRAME) / RATE
    pcm = (0.5 * np.sin(angle)).astype(np.float32)
    return tuple(encoder.encode(pcm[at : at + FRAME]) for at in range(0, len(pcm), FRAME))


@cache
def pictures(codec: Codec, colour: Colour, count: int, width: int = 320, height: int = 180) -> tuple[bytes, ...]:
    """Encoded frames of one colour with a wandering bar; the first is a key frame."""
    encoder = av.CodecContext.create("libvpx" if codec == "vp8" else "libx264", "w")
    assert isinstance(encoder, VideoCodecContext)
    encoder.width, encoder.height, encoder.pix_fmt, encoder.time_base = width, height, "yuv420p", Fraction(1, 25)
    encoder.bit_rate = 300_000
    encoder.options = {"deadline": "realtime", "lag-in-frames": "0"} if codec == "vp8" else {"preset": "ultrafast", "tune": "zerolatency"}
    frames = []
    for number in range(count):
        image = np.empty((height, width, 3), np.uint8)
        image[:] = colour
        image[: height // 8, number * 4 % (width - 8) :][:, :8] = 255
        frame = av.VideoFrame.from_ndarray(image, format="rgb24")
        frame.pts = number
        frames += [bytes(packet) for packet in encoder.encode(frame)]
    return tuple(frames)


def payloads(codec: Codec, frame: bytes, room: int = 200) -> list[bytes]:
    """The RTP payloads of a frame (RFC 7741; RFC 6184: parameter sets aggregated, large units in fragments, small ones alone)."""
    if codec == "vp8":
        return [bytes((0x10 if at == 0 else 0,)) + frame[at : at + room] for at in range(0, len(frame), room)]
    units = [unit.strip(b"\0") if unit[-1:] == b"\0" else unit for unit in frame.split(b"\0\0\1")[1:]]
    sets = [unit for unit in units if unit[0] & 31 in (7, 8)]
    made = [b"\x78" + b"".join(len(unit).to_bytes(2) + unit for unit in sets)] if sets else []
    for unit in units:
        if unit in sets:
            continue
        if len(unit) <= room:
            made.append(unit)
            continue
        pieces = [unit[at : at + room] for at in range(1, len(unit), room)]
        for number, piece in enumerate(pieces):
            ends = (0x80 if number == 0 else 0) | (0x40 if number == len(pieces) - 1 else 0)
            made.append(bytes((unit[0] & 0xE0 | 28, ends | unit[0] & 31)) + piece)
    return made


class Camera:
    """Packets of one continuous stream, as a slot sends them."""

    def __init__(self) -> None:
        self.sequence = 65_500
        self.stamp = 4_294_900_000

    def shoot(self, codec: Codec, frame: bytes, at: float) -> list[bytes]:
        """A frame as packets, at a second of the stream."""
        parts = payloads(codec, frame)
        made = []
        for number, payload in enumerate(parts):
            stamp = (self.stamp + round(at * 90_000)) & 0xFFFFFFFF
            made.append(write_rtp(payload, payload_type=0, sequence=self.sequence & 0xFFFF, timestamp=stamp, ssrc=7, marker=number == len(parts) - 1))
            self.sequence += 1
        return made


class Seen(NamedTuple):
    """What a decoder finds in a file."""

    pcm: NDArray[np.float32]
    """From the file's first second on; silence where nothing is."""
    frames: list[tuple[float, Colour, tuple[int, int]]]
    """Second, colour of the middle, size."""

    def hertz(self, begin: float, end: float) -> float:
        """The loudest frequency between two seconds; 0 for silence."""
        piece = self.pcm[round(begin * RATE) : round(end * RATE)]
        if len(piece) == 0 or np.abs(piece).max() < 0.01:
            return 0.0
        return float(np.abs(np.fft.rfft(piece * np.hanning(len(piece)))).argmax() * RATE / len(piece))


def decoded(path: Path) -> Seen:
    """Raises av.FFmpegError for anything that a decoder does not take."""
    sounds: list[tuple[float, NDArray[np.float32]]] = []
    frames = []
    with av.open(str(path)) as container:
        for stream in container.streams.video:
            stream.codec_context.options = {"err_detect": "explode"}
        for frame in container.decode(*container.streams.audio, *container.streams.video):
            if isinstance(frame, av.AudioFrame):
                assert frame.time is not None
                sounds.append((frame.time, frame.to_ndarray()[0].astype(np.float32)))
            elif isinstance(frame, av.VideoFrame):
                assert frame.time is not None
                frames.append((frame.time, middle(frame), (frame.width, frame.height)))
    length = max((round(at * RATE) + len(pcm) for at, pcm in sounds), default=0)
    whole = np.zeros(length, np.float32)
    for at, pcm in sounds:
        begin = max(0, round(at * RATE))
        whole[begin : begin + len(pcm)] = pcm[: length - begin]
    return Seen(whole, frames)


def middle(frame: av.VideoFrame) -> Colour:
    image = frame.to_ndarray(format="rgb24")
    height, width, _ = image.shape
    red, green, blue = image[height // 3 : 2 * height // 3, width // 3 : 2 * width // 3].reshape(-1, 3).mean(axis=0)
    return round(red), round(green), round(blue)


async def up(engine: EmbeddedEngine) -> None:
    """Waits until an engine that a server starts takes sessions."""
    async with asyncio.timeout(20):
        while not (await engine.stats()).up:  # noqa: ASYNC110 - there is no event to wait for
            await asyncio.sleep(0.05)


def near(seen: Colour, wanted: Colour) -> bool:
    return all(abs(a - b) < 40 for a, b in zip(seen, wanted, strict=True))


def ticks(seconds: float, begin: float = 0.0) -> Iterator[float]:
    """Every 20 ms."""
    for number in range(round(seconds * 50)):
        yield begin + number * 0.02
