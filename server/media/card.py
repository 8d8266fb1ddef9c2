"""The calm still card that a picture shows while nobody feeds it: one VP8 key frame, encoded when first needed."""

from functools import cache
from typing import Final

import av
from av.video.codeccontext import VideoCodecContext

from server.media.rtp.packets import write_rtp
from server.media.rtp.slot import CLOCK_RATE, Codec

WIDTH: Final = 640
HEIGHT: Final = 360
COLOUR: Final = (0x33, 0x8A, 0x78)
"""Luma, blue and red difference: a dark blue grey."""
EVERY: Final = 1.0
"""Seconds between two cards: the longest that somebody who joined waits for a picture of an empty slot."""
PAYLOAD: Final = 1100
"""Bytes of a frame in one packet."""


@cache
def key_frame() -> bytes:
    """The card as a VP8 frame (RFC 6386)."""
    frame = av.VideoFrame(WIDTH, HEIGHT, "yuv420p")
    for plane, value in zip(frame.planes, COLOUR, strict=True):
        plane.update(bytes([value]) * plane.buffer_size)
    codec = av.CodecContext.create("libvpx", "w")
    assert isinstance(codec, VideoCodecContext)
    codec.width, codec.height, codec.pix_fmt = WIDTH, HEIGHT, "yuv420p"
    codec.bit_rate = 200_000
    codec.options = {"deadline": "realtime", "lag-in-frames": "0"}
    return b"".join(bytes(packet) for packet in [*codec.encode(frame), *codec.encode(None)])


class Card:
    """A source of pictures like any other (see `publisher.Stream`)."""

    codec: Codec = "vp8"
    bits_per_second = 0
    loss = 0.0

    def __init__(self) -> None:
        self._sequence = self._number = 0
        self._shown: float | None = None

    def due(self, now: float) -> bool:
        return self._shown is None or now - self._shown >= EVERY

    def packets(self, now: float) -> list[bytes]:
        """The card once more, in RTP packets (RFC 7741) with a picture id of 15 bits."""
        self._shown = now
        self._number = (self._number + 1) & 0x7FFF
        frame, packets = key_frame(), []
        for start in range(0, len(frame), PAYLOAD):
            descriptor = bytes((0x80 | (0x10 if start == 0 else 0), 0x80)) + (0x8000 | self._number).to_bytes(2)
            last = start + PAYLOAD >= len(frame)
            stamp = round(now * CLOCK_RATE) & 0xFFFFFFFF
            packets.append(
                write_rtp(descriptor + frame[start : start + PAYLOAD], payload_type=0, sequence=self._sequence, timestamp=stamp, ssrc=0, marker=last)
            )
            self._sequence = (self._sequence + 1) & 0xFFFF
        return packets
