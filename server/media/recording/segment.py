"""One file of a recording: sound and a picture put side by side as they came, never decoded.

WebM for VP8 or sound alone, fragmented MP4 for H.264. Both are written in pieces of about a second, each flushed at once: what a
killed process leaves behind can be played up to its last second.
"""

import io
import os
import struct
from contextlib import suppress
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Final

import av
import numpy as np
from av.container import InputContainer
from av.stream import Stream

from server.media.opus import RATE
from server.media.recording.frames import Frame
from server.media.rtp.slot import CLOCK_RATE

TICK: Final = 960
"""Samples in 20 ms."""
PIECE: Final = 1.0
"""Seconds of a cluster or fragment."""
GAP: Final = 0.1
"""Seconds without sound that are noted as a gap."""


def _options(kind: str) -> dict[str, str]:
    own = {
        "webm": {"cluster_time_limit": str(int(PIECE * 1000))},
        "mp4": {"movflags": "+empty_moov+default_base_moof", "frag_duration": str(int(PIECE * 1_000_000))},
    }
    return {"flush_packets": "1", "max_interleave_delta": "500000", **own[kind]}


@cache
def _opus() -> bytes:
    """A file with one packet of Opus: the pattern of a sound track (mono)."""
    made = io.BytesIO()
    with av.open(made, "w", format="ogg") as container:
        stream = container.add_stream("libopus", rate=RATE, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.zeros((1, TICK), np.int16), format="s16", layout="mono")
        frame.sample_rate, frame.pts = RATE, 0
        container.mux([*stream.encode(frame), *stream.encode(None)])
    return made.getvalue()


def _pattern(frame: Frame) -> InputContainer:
    """A file with one key frame: the pattern of a picture's track."""
    if frame.codec == "h264":
        return av.open(io.BytesIO(frame.parameters + frame.data), "r", format="h264")
    width, height = struct.unpack_from("<HH", frame.data, 6)  # RFC 6386 section 9.1
    head = struct.pack("<4sHH4sHHIIII", b"DKIF", 0, 32, b"VP80", width & 0x3FFF, height & 0x3FFF, CLOCK_RATE, 1, 1, 0)
    return av.open(io.BytesIO(head + struct.pack("<IQ", len(frame.data), 0) + frame.data), "r", format="ivf")


def playable(frame: Frame) -> bool:
    """Whether a key frame says what a decoder must know; a publisher may send anything."""
    try:
        with _pattern(frame) as pattern:
            return pattern.streams.video[0].width > 0 and pattern.streams.video[0].height > 0
    except (av.FFmpegError, IndexError):
        return False


class Segment:
    """A file that is written. Times are seconds on the clock of the recording; raises OSError or av.FFmpegError."""

    def __init__(self, folder: Path, name: str, begin: float, *, sound: bool, picture: Frame | None) -> None:
        """`name` without its ending; `picture` is the key frame that its pictures begin with."""
        kind = "mp4" if picture is not None and picture.codec == "h264" else "webm"
        self.path = folder / f"{name}.{kind}"
        self.begin = begin
        self.end = begin
        """End of what was written last."""
        self.has_sound = sound
        self.picture_like = None if picture is None else (picture.codec, picture.parameters)
        self.codecs = ("opus",) * sound + ((picture.codec,) if picture else ())
        self.gaps: list[tuple[float, float]] = []
        """From second to second of the file: times without sound."""
        self._sound_end = begin
        self._last_picture = -1
        self._last_sound = -1
        self._file = av.open(str(self.path), "w", format=kind, options=_options(kind))
        self._sound: Stream | None = None
        self._picture: Stream | None = None
        if sound:
            with av.open(io.BytesIO(_opus())) as pattern:
                self._sound = self._file.add_stream_from_template(pattern.streams.audio[0])
        if picture is not None:
            with _pattern(picture) as pattern:
                self._picture = self._file.add_stream_from_template(pattern.streams.video[0], opaque=True)

    def sound(self, packet: bytes, at: float, samples: int) -> None:
        """A packet of Opus that is heard from `at` on."""
        stamp = round((at - self.begin) * RATE)
        if self._sound is None or stamp < 0 or stamp <= self._last_sound:
            return
        if at - self._sound_end > GAP:
            self.gaps.append((round(self._sound_end - self.begin, 3), round(at - self.begin, 3)))
        self._last_sound, self._sound_end = stamp, at + samples / RATE
        self.end = max(self.end, self._sound_end)
        self._mux(self._sound, packet, stamp, RATE, samples)

    def picture(self, frame: Frame, at: float) -> None:
        """A picture that is seen from `at` on."""
        stamp = max(self._last_picture + CLOCK_RATE // 1000, round((at - self.begin) * CLOCK_RATE))
        if self._picture is None:
            return
        self._last_picture = stamp
        self.end = max(self.end, self.begin + stamp / CLOCK_RATE)
        self._mux(self._picture, frame.data, stamp, CLOCK_RATE, 0, key=frame.key)

    def _mux(self, stream: Stream, data: bytes, stamp: int, rate: int, duration: int, *, key: bool = True) -> None:
        packet = av.Packet(data)
        packet.stream, packet.time_base = stream, Fraction(1, rate)
        packet.pts = packet.dts = stamp
        packet.duration, packet.is_keyframe = duration, key
        self._file.mux_one(packet)

    def sync(self) -> None:
        """What is written so far outlasts a power cut too."""
        synced(self.path)

    def close(self) -> None:
        self._file.close()
        self.sync()


def synced(path: Path) -> None:
    """Waits until a file's bytes are on the disk."""
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def mended(path: Path) -> float | None:
    """Gives a file whose writer was killed its end, so that it has a length and can be wound; its seconds, or None where nothing in it can be played."""
    kind = path.suffix[1:]
    whole = path.with_name(f".{path.name}")
    seconds = 0.0
    try:
        with av.open(str(path)) as old, av.open(str(whole), "w", format=kind, options=_options(kind)) as new:
            streams = {stream.index: new.add_stream_from_template(stream, opaque=True) for stream in old.streams}
            with suppress(av.FFmpegError):  # the piece that broke off
                for packet in old.demux():
                    if packet.size and packet.dts is not None and packet.time_base is not None:
                        seconds = max(seconds, float((packet.dts + (packet.duration or 0)) * packet.time_base))
                        packet.stream = streams[packet.stream.index]
                        new.mux_one(packet)
        synced(whole)
        whole.replace(path)
    except (av.FFmpegError, IndexError):
        whole.unlink(missing_ok=True)
        return None
    return seconds
