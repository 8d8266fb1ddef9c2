"""Who speaks: Opus of a real tone fifty times a second, and 25 pictures a second.

For counting, pictures have the size and shape of a camera's, in four packets: well-formed VP8 as far as a forwarder reads it (descriptor, frame header),
then noise; their length says their number (see receiver.c). For looking at there is `film`. Either is cut into nearly equal packets, as browsers do.
"""

import asyncio
import math
import os
import random
import struct
import threading
import time
from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import pairwise

import av
import numpy as np

from bench.media.peer import AUDIO, VIDEO, Kind, Peer, Remote
from server.media.rtp.packets import FullIntra, PictureLoss, SenderReport, read_rtcp, write_rtcp, write_rtp
from server.media.transport.dtls import Identity

RATE = 48_000
FRAMES = 250
"""Pictures with a number of their own: ten seconds."""
SHORTEST = 500
"""Payload octets of the shortest packet of a picture; the longest has 2 * FRAMES more."""
PER_SECOND, PER_FRAME = 25, 4
LONGEST = 1100
"""Octets of a picture in one packet, where it is cut by its size."""
KEY_HEADER = b"\x9d\x01\x2a" + struct.pack("<HH", 640, 360)
"""Start code and size of a key frame (RFC 6386 section 9.1)."""
NTP_EPOCH = 2_208_988_800

Utter = Callable[[Peer, list[bytes], int], None]
"""Sends a picture's packets and notes when (`Audience.utter`)."""


def opus(hertz: float, frames: int = 250) -> list[bytes]:
    """A tone as Opus packets of 20 ms, which may be sent round and round."""
    codec = av.AudioCodecContext.create("libopus", "w")
    codec.sample_rate, codec.layout, codec.format, codec.bit_rate = RATE, "mono", "s16", 32_000
    packets: list[bytes] = []
    for number in range(frames + 10):
        samples = (np.sin(2 * np.pi * hertz * (np.arange(960) + number * 960) / RATE) * 12_000).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate, frame.pts = RATE, number * 960
        packets += [bytes(packet) for packet in codec.encode(frame)]
    return packets[:frames]


def film(rgb: tuple[int, int, int], frames: int = 50) -> list[bytes]:
    """One colour under moving grain, 640x360, as VP8 frames which may be shown round and round: the first is a key frame."""
    codec = av.VideoCodecContext.create("libvpx", "w")
    codec.width, codec.height, codec.pix_fmt, codec.bit_rate = 640, 360, "yuv420p", 500_000
    codec.time_base, codec.framerate = Fraction(1, PER_SECOND), Fraction(PER_SECOND)
    codec.options = {
        "deadline": "realtime",
        "cpu-used": "8",
        "lag-in-frames": "0",
        "auto-alt-ref": "0",
        "minrate": "500k",
        "maxrate": "500k",
        "bufsize": "1000k",
    }
    codec.gop_size = 10 * frames
    grain = np.random.default_rng(1).integers(-20, 21, (360, 640, 1))
    plain = np.clip(np.array(rgb) + grain, 0, 255).astype(np.uint8)
    packets: list[bytes] = []
    for number in range(frames):
        frame = av.VideoFrame.from_ndarray(np.roll(plain, 3 * number, axis=1), format="rgb24")
        frame.pts, frame.time_base = number, codec.time_base
        packets += [bytes(packet) for packet in codec.encode(frame)]
    return packets


class Source:
    """One who publishes. Its sound comes at once; its picture begins with a key frame and has one after every request."""

    def __init__(self, identity: Identity, hertz: float, picture: bool, utter: Utter | None = None, film: Sequence[bytes] = ()) -> None:
        self.peer = Peer(identity)
        self.sound, self.picture = random.getrandbits(31), random.getrandbits(31) if picture else 0
        self.sent = {"audio": 0, "video": 0}
        self.key_frames = 0
        self._utter = utter
        self._film, self._shown = film, 0
        self._opus = opus(hertz)
        self._noise = os.urandom(4096)
        self._wanted = True
        self._sequence = [random.randrange(20_000), random.randrange(20_000)]
        self._stamp = [random.getrandbits(32), random.getrandbits(32)]
        self._id = random.randrange(1 << 15)
        self._frame = 0
        self._begin = self._last = 0.0
        self._done = [0, 0]  # sounds and pictures due so far

    def offer(self) -> str:
        sections: list[tuple[Kind, str, int, int]] = [("audio", "0", AUDIO, self.sound)]
        if self.picture:
            sections.append(("video", "1", VIDEO, self.picture))
        return self.peer.describe(sections, "actpass", "sendonly")

    async def connect(self, remote: Remote) -> None:
        await self.peer.connect(remote)
        self._begin = time.monotonic() + random.random() / 50

    def due(self, now: float, paused: bool) -> float:
        """Send what is due, read what came; returns when it is to be called next. Paused, only the consent is kept."""
        self._read()
        passed = now - self._begin
        if paused:
            self._done = [math.ceil(passed * 50), math.ceil(passed * PER_SECOND)]
            self._wanted = True
        while self._done[0] / 50 <= passed:
            self._sound()
        while self.picture and self._done[1] / PER_SECOND + 0.007 <= passed:
            self._picture()
        if now - self._last >= 1.0:
            self._last = now
            self._report()
        following = self._done[0] / 50
        if self.picture:
            following = min(following, self._done[1] / PER_SECOND + 0.007)
        return self._begin + following

    def _sound(self) -> None:
        number = self._done[0]
        payload = self._opus[number % len(self._opus)]
        stamp = (self._stamp[0] + number * 960) & 0xFFFFFFFF
        sequence = (self._sequence[0] + self.sent["audio"]) & 0xFFFF
        self.peer.send(self.peer.sealed(write_rtp(payload, payload_type=AUDIO, sequence=sequence, timestamp=stamp, ssrc=self.sound)))
        self.sent["audio"] += 1
        self._done[0] += 1

    def _picture(self) -> None:
        number, key, self._wanted = self._done[1], self._wanted, False
        stamp = (self._stamp[1] + number * (90_000 // PER_SECOND)) & 0xFFFFFFFF
        parts = self._scenes(key) if self._film else self._noises(key)
        packets = []
        for place, part in enumerate(parts):
            descriptor = struct.pack("!BBH", 0x90 if place == 0 else 0x80, 0x80, 0x8000 | (self._id & 0x7FFF))
            sequence = (self._sequence[1] + self.sent["video"]) & 0xFFFF
            last = place == len(parts) - 1
            packet = write_rtp(descriptor + part, payload_type=VIDEO, sequence=sequence, timestamp=stamp, ssrc=self.picture, marker=last)
            packets.append(self.peer.sealed(packet))
            self.sent["video"] += 1
        if self._utter is not None:
            self._utter(self.peer, packets, self._frame)
        else:
            for packet in packets:
                self.peer.send(packet)
        self._id += 1
        self._frame = (self._frame + 1) % FRAMES
        self._done[1] += 1

    def _noises(self, key: bool) -> list[bytes]:
        self.key_frames += key
        longer = random.randrange(PER_FRAME)
        sizes = [SHORTEST - 4 + 2 * self._frame + (part >= PER_FRAME - longer) for part in range(PER_FRAME)]  # the descriptor has four
        tag = (200 << 5) | 0x10 | (not key)  # RFC 6386 section 9.1: shown, first partition of 200 octets
        head = tag.to_bytes(3, "little") + (KEY_HEADER if key else b"")
        return [head + self._noise[: sizes[0] - len(head)], *(self._noise[:size] for size in sizes[1:])]

    def _scenes(self, key: bool) -> list[bytes]:
        self._shown = 0 if key else (self._shown + 1) % len(self._film)
        self.key_frames += self._shown == 0
        frame = self._film[self._shown]
        parts = -(-len(frame) // LONGEST)
        cuts = [len(frame) * part // parts for part in range(parts + 1)]
        return [frame[start:end] for start, end in pairwise(cuts)]

    def _report(self) -> None:
        """Sender reports, and a check that keeps the consent."""
        self.peer.send(self.peer.check())
        now = time.time()
        ntp = math.floor((now + NTP_EPOCH) * 4_294_967_296)
        reports = [SenderReport(self.sound, ntp, (self._stamp[0] + self._done[0] * 960) & 0xFFFFFFFF, self.sent["audio"], 0)]
        if self.picture:
            stamp = (self._stamp[1] + self._done[1] * (90_000 // PER_SECOND)) & 0xFFFFFFFF
            reports.append(SenderReport(self.picture, ntp, stamp, self.sent["video"], 0))
        for report in reports:
            self.peer.send_rtcp(write_rtcp([report]))

    def _read(self) -> None:
        while True:
            try:
                data = self.peer.sock.recv(4096)
            except OSError:
                return
            if len(data) > 1 and 128 <= data[0] < 192 and 192 <= data[1] < 224:
                self._wanted |= any(isinstance(packet, PictureLoss | FullIntra) for packet in read_rtcp(self.peer.opened_rtcp(data)))


class Stage(threading.Thread):
    """All sources, sent from one thread, so that what joins meanwhile does not hold them up for long."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.sources: list[Source] = []
        self.paused = False
        self._going = True

    def run(self) -> None:
        while self._going:
            now = time.monotonic()
            after = min((source.due(now, self.paused) for source in list(self.sources)), default=now + 0.01)
            time.sleep(max(0.0, min(0.01, after - time.monotonic())))

    async def enter(self, source: Source, remote: Remote) -> None:
        await source.connect(remote)
        self.sources.append(source)

    async def close(self) -> None:
        self._going = False
        await asyncio.to_thread(self.join, 2.0)
        for source in self.sources:
            source.peer.close()
