"""The mix: what comes in from the microphones, 20 ms at a time, and goes out encoded once per rendition.

Sound is mono, 48 kHz, in frames of 20 ms (960 samples); in here as float32 in the range of 16-bit samples.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any, Final

import av
import numpy as np
from av.audio.codeccontext import AudioCodecContext
from numpy.typing import NDArray

RATE: Final = 48_000
FRAME: Final = 960
"""Samples in one tick of the mixer: 20 ms."""
TICK: Final = FRAME / RATE
TIME_BASE: Final = Fraction(1, RATE)
QUEUE: Final = 3 * FRAME
"""Sound of one source that may wait to be mixed: 60 ms; older samples are dropped."""
PRIMED: Final = FRAME + FRAME // 2
"""After a gap a source is mixed again once this much waits, so that arrival times may vary a little."""
RAMP: Final = 240
"""Length in samples of the fade at an opening or closing gate: 5 ms, against clicks."""
CEILING: Final = 29_000.0
"""Peak that the limiter allows: about -1 dBFS."""
SILENT: Final = -90.0
SPEECH: Final = -45.0
"""Level in dBFS above which a source counts as speaking."""

Samples = NDArray[np.float32]


class Microphone:
    """One source's decoded sound, waiting to be mixed, with its gate and its level."""

    def __init__(self) -> None:
        self._waiting = np.empty(0, np.int16)
        self._flowing = False
        self._gate = 0.0
        self._power = 0.0
        self._measured = 0

    def put(self, frame: av.AudioFrame) -> None:
        """Take a decoded frame of any length (s16, mono or stereo interleaved, 48 kHz)."""
        pcm = frame.to_ndarray().reshape(-1, frame.layout.nb_channels)
        mono = (pcm.sum(axis=1, dtype=np.int32) // pcm.shape[1]).astype(np.int16)
        self._power += float(np.square(mono, dtype=np.float64).sum())
        self._measured += len(mono)
        self._waiting = np.concatenate((self._waiting, mono))[-max(QUEUE, 2 * len(mono)) :]

    def take(self, heard: bool) -> Samples | None:
        """The next 20 ms as they enter the mix, faded where the gate moves; None for nothing.

        Sound is taken from the queue whether heard or not, so that an opened gate lets through what is said
        now.
        """
        if not self._flowing:
            self._flowing = len(self._waiting) >= PRIMED
        if not self._flowing or len(self._waiting) < FRAME:
            self._flowing = False
            self._gate = 0.0
            return None
        block = self._waiting[:FRAME].astype(np.float32)
        self._waiting = self._waiting[FRAME:]
        before, self._gate = self._gate, 1.0 if heard else 0.0
        if before == self._gate:
            return block if heard else None
        block[:RAMP] *= np.linspace(before, self._gate, RAMP, dtype=np.float32)
        block[RAMP:] *= self._gate
        return block

    def level(self) -> float:
        """RMS level in dBFS since the last call, from -90 (silence) to 0."""
        power = self._power / self._measured if self._measured else 0.0
        self._power, self._measured = 0.0, 0
        return max(SILENT, round(10 * float(np.log10(power / 32768.0**2)), 1)) if power > 0 else SILENT


class Limiter:
    """Holds peaks under the ceiling: comes down within 5 ms, goes up by about 20 dB a second."""

    def __init__(self) -> None:
        self._gain = 1.0

    def __call__(self, block: Samples) -> NDArray[np.int16]:
        peak = float(np.abs(block).max(initial=0.0))
        before = self._gain
        self._gain = min(1.0, before * 1.05, CEILING / peak if peak else 1.0)
        if before != 1.0 or self._gain != 1.0:
            gain = np.full(FRAME, self._gain, np.float32)
            gain[:RAMP] = np.linspace(before, self._gain, RAMP, dtype=np.float32)
            block = block * gain
        return np.clip(block, -32768, 32767).astype(np.int16)


class Rendition:
    """One encoding of the mix: of everyone heard, or of everyone but `minus` (mix-minus).

    The low-data rendition has 60 ms frames and about 24 kbit/s, the other 20 ms and about 40 kbit/s; both
    carry in-band forward error correction (RFC 6716 section 2.1.7). Packets are stamped from the mixer's
    tick, so that a listener can be moved from one rendition to another without a jump in its time line.
    """

    def __init__(self, minus: str | None, low_data: bool) -> None:
        self.minus = minus
        self._ticks = 3 if low_data else 1
        self._limit = Limiter()
        self._pending: list[NDArray[np.int16]] = []
        codec = av.CodecContext.create("libopus", "w")
        assert isinstance(codec, AudioCodecContext)
        codec.format = av.AudioFormat("s16")
        codec.layout = av.AudioLayout("mono")
        codec.sample_rate = RATE
        codec.time_base = TIME_BASE
        codec.bit_rate = 24_000 if low_data else 40_000
        codec.options = {
            "application": "voip",
            "frame_duration": "60" if low_data else "20",
            "fec": "1",
            "packet_loss": "10",
        }
        self._codec = codec

    def encode(self, tick: int, whole: Samples, contributions: Mapping[str, Samples]) -> list[av.Packet[Any]]:
        """Packets that are complete with this tick (one, or none while a 60 ms frame fills)."""
        own = contributions.get(self.minus) if self.minus is not None else None
        self._pending.append(self._limit(whole if own is None else whole - own))
        if len(self._pending) < self._ticks:
            return []
        pcm = np.concatenate(self._pending)
        self._pending.clear()
        frame = av.AudioFrame.from_ndarray(pcm.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = RATE
        frame.time_base = TIME_BASE
        frame.pts = (tick + 1 - self._ticks) * FRAME
        packets = self._codec.encode(frame)
        for packet in packets:
            packet.time_base = TIME_BASE
            packet.pts = frame.pts
        return packets


def mix(microphones: Mapping[str, Microphone], heard: Iterable[str]) -> tuple[Samples, dict[str, Samples]]:
    """One tick: the sum of all that is heard, and what each source contributes to it."""
    contributions: dict[str, Samples] = {}
    whole: Samples = np.zeros(FRAME, np.float32)
    heard = frozenset(heard)
    for source, microphone in microphones.items():
        block = microphone.take(source in heard)
        if block is not None:
            contributions[source] = block
            whole += block
    return whole, contributions
