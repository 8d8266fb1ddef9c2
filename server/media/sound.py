"""The mix: what comes in from the microphones, 20 ms at a time, and goes out encoded once per rendition.

Sound is mono, 48 kHz, in frames of 20 ms (960 samples), as float32 between -1 and 1.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

import numpy as np

from server.media.opus import RATE, Decoder, Encoder, Samples
from server.media.playout import Lost, Playout

FRAME: Final = 960
"""Samples in one tick of the mixer: 20 ms."""
TICK: Final = FRAME / RATE
RAMP: Final = 240
"""Length in samples of a fade at a gate or a cut: 5 ms, against clicks."""
CEILING: Final = 0.89
"""Peak that the limiter allows: about -1 dBFS."""
SILENT: Final = -90.0
SPEECH: Final = -45.0
"""Level in dBFS above which a source counts as speaking."""
CONCEALED: Final = 5
"""Frames made up when nothing comes: 100 ms, fading; then silence."""
PROBE: Final = 0.15
"""Seconds in which one packet is measured of a source that is not heard: a hundred venues cost little while one of them speaks, however much they send."""

_UP: Final = np.linspace(0, 1, RAMP, dtype=np.float32)


class Microphone:
    """One source's sound on its way to the mix, with its gate and its level."""

    def __init__(self) -> None:
        self.playout = Playout()
        self._decoder = Decoder()
        self._open = False
        self._pcm: Samples = np.empty(0, np.float32)
        self._made_up = 0
        self._probed = -PROBE
        self._awake = False
        self._power = 0.0
        self._measured = 0

    def put(self, sequence: int, timestamp: int, packet: bytes, now: float) -> None:
        """Take an Opus packet, with sequence number and timestamp of RTP."""
        if self._open:
            self.playout.put(sequence, timestamp, packet, now)
            return
        if self._awake or now - self._probed >= PROBE:  # the first of two wakes the decoder, the second is measured
            pcm = self._decoder.decode(packet)
            if pcm is not None and self._awake:
                self._measure(pcm)
            self._probed, self._awake = now, not self._awake

    def take(self, heard: bool, now: float) -> Samples | None:
        """The next 20 ms as they enter the mix, faded where the gate moves; None for nothing."""
        if not heard and not self._open:
            return None
        opening, closing = heard and not self._open, self._open and not heard
        if opening:
            self._open = True
            self.playout.clear()
            self._pcm = np.empty(0, np.float32)
            self._made_up = CONCEALED
        while len(self._pcm) < FRAME:
            piece = self._next(now)
            if piece is None:
                break
            self._pcm = np.concatenate((self._pcm, piece))
        block = self._pcm[:FRAME]
        self._pcm = self._pcm[FRAME:]
        if closing:
            self._open = False
            self.playout.clear()
        if len(block) < FRAME:
            if not len(block):
                return None
            block = np.concatenate((block, np.zeros(FRAME - len(block), np.float32)))
        if closing:
            block = block.copy()
            block[:RAMP] *= _UP[::-1]
            block[RAMP:] = 0
        return block

    def level(self) -> float:
        """RMS level in dBFS since the last call, from -90 (silence) to 0."""
        power = self._power / self._measured if self._measured else 0.0
        self._power, self._measured = 0.0, 0
        return max(SILENT, round(10 * float(np.log10(power)), 1)) if power > 0 else SILENT

    def _next(self, now: float) -> Samples | None:
        """Sound of the next packet, or in place of it."""
        surplus = self.playout.surplus()
        cut = self._decoder.decode(surplus) if surplus is not None else None
        found = self.playout.next(now)
        if found is None:
            if self._made_up >= CONCEALED:
                return None
            self._made_up += 1
            return self._decoder.conceal(FRAME)
        if isinstance(found, Lost):
            pcm = self._decoder.repair(found.following, found.samples) if found.following else self._decoder.conceal(found.samples)
        else:
            pcm = self._decoder.decode(found)
            if pcm is not None:
                self._measure(pcm)
        if pcm is None:
            return np.zeros(FRAME, np.float32)  # not Opus: as good as lost
        if self._made_up >= CONCEALED:  # after a gap
            pcm[:RAMP] *= _UP[: len(pcm)]
        if cut is not None and len(cut) >= RAMP <= len(pcm):
            pcm[:RAMP] = pcm[:RAMP] * _UP + cut[:RAMP] * _UP[::-1]
        self._made_up = 0
        return pcm

    def _measure(self, pcm: Samples) -> None:
        self._power += float(np.dot(pcm, pcm))
        self._measured += len(pcm)


class Limiter:
    """Holds peaks under the ceiling: comes down within 5 ms, goes up by about 20 dB a second."""

    def __init__(self) -> None:
        self._gain = 1.0

    def __call__(self, block: Samples) -> Samples:
        peak = float(np.abs(block).max(initial=0.0))
        before = self._gain
        self._gain = min(1.0, before * 1.05, CEILING / peak if peak else 1.0)
        if before != 1.0 or self._gain != 1.0:
            gain = np.full(FRAME, self._gain, np.float32)
            gain[:RAMP] = np.linspace(before, self._gain, RAMP, dtype=np.float32)
            block = block * gain
        return np.clip(block, -1, 1)


class Rendition:
    """One encoding of the mix: of everyone heard, or of everyone but `minus` (mix-minus).

    The low-data rendition has 60 ms frames and about 24 kbit/s, the other 20 ms and about 40 kbit/s.
    """

    def __init__(self, minus: str | None, low_data: bool) -> None:
        self.minus = minus
        self.ticks = 3 if low_data else 1
        """Ticks in one packet."""
        self._limit = Limiter()
        self._pending: list[Samples] = []
        self._encoder = Encoder(24_000 if low_data else 40_000)

    def encode(self, tick: int, whole: Samples, contributions: Mapping[str, Samples]) -> bytes | None:
        """The packet that is complete with this tick; one of 60 ms ends with a tick of which three is a divisor, the same for all."""
        own = contributions.get(self.minus) if self.minus is not None else None
        self._pending.append(self._limit(whole if own is None else whole - own))
        if (tick + 1) % self.ticks:
            return None
        pcm = np.concatenate(self._pending)[-self.ticks * FRAME :]
        self._pending.clear()
        if len(pcm) < self.ticks * FRAME:
            pcm = np.concatenate((np.zeros(self.ticks * FRAME - len(pcm), np.float32), pcm))
        return self._encoder.encode(pcm)


def mix(microphones: Mapping[str, Microphone], heard: Iterable[str], now: float) -> tuple[Samples, dict[str, Samples]]:
    """One tick: the sum of all that is heard, and what each source contributes to it."""
    contributions: dict[str, Samples] = {}
    whole: Samples = np.zeros(FRAME, np.float32)
    heard = frozenset(heard)
    for source, microphone in microphones.items():
        block = microphone.take(source in heard, now)
        if block is not None:
            contributions[source] = block
            whole = whole + block
    return whole, contributions
