"""Voices and pictures of simulated participants: each its own pitch and its own colour, so that ear and eye tell them apart."""

from __future__ import annotations

import asyncio
import colorsys
import time
from fractions import Fraction

import numpy as np
from aiortc.mediastreams import MediaStreamTrack
from av import AudioFrame, VideoFrame

RATE = 48_000
FRAME = 960
LOWEST = 196.0
"""Pitch of the first robot in Hz; each next one is three semitones higher, over two octaves."""

SYLLABLES = 3.5
"""Syllables a second: the sound swells and ebbs like speech, which is kinder to the ear than a steady tone."""


def pitch(number: int) -> float:
    """The pitch of a robot in Hz."""
    return float(LOWEST * 2 ** ((number * 3 % 24) / 12))


def colour(number: int) -> tuple[int, int, int]:
    """The colour of a robot's picture, as far from the others' as the circle allows."""
    red, green, blue = colorsys.hsv_to_rgb(number * 0.381966 % 1.0, 0.55, 0.75)
    return round(red * 255), round(green * 255), round(blue * 255)


class Voice(MediaStreamTrack):
    """A humming voice while `speaking`, silence otherwise."""

    kind = "audio"

    def __init__(self, number: int) -> None:
        super().__init__()
        self.speaking = False
        self._hertz = pitch(number)
        self._sample = 0
        self._begin = time.monotonic()

    async def recv(self) -> AudioFrame:
        wait = self._begin + self._sample / RATE - time.monotonic()
        if wait > 0:
            await asyncio.sleep(wait)
        at = (np.arange(FRAME) + self._sample) / RATE
        if self.speaking:
            swell = 0.6 - 0.4 * np.cos(2 * np.pi * SYLLABLES * at)
            tone = np.sin(2 * np.pi * self._hertz * at) + 0.35 * np.sin(4 * np.pi * self._hertz * at)
            pcm = (tone * swell * 8_000).astype(np.int16)
        else:
            pcm = np.zeros(FRAME, np.int16)
        frame = AudioFrame.from_ndarray(pcm.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = RATE, self._sample, Fraction(1, RATE)
        self._sample += FRAME
        return frame


class Picture(MediaStreamTrack):
    """A field of one colour with a lighter disc that goes round, ten pictures a second."""

    kind = "video"

    def __init__(self, number: int, width: int = 320, height: int = 180) -> None:
        super().__init__()
        self._colour = np.array(colour(number), np.uint8)
        self._rows, self._columns = np.mgrid[0:height, 0:width]
        self._size = width, height
        self._number = 0
        self._begin = time.monotonic()

    async def recv(self) -> VideoFrame:
        wait = self._begin + self._number / 10 - time.monotonic()
        if wait > 0:
            await asyncio.sleep(wait)
        width, height = self._size
        turn = self._number / 10 * 1.2
        x, y = width / 2 + np.cos(turn) * height / 3, height / 2 + np.sin(turn) * height / 3
        image = np.broadcast_to(self._colour, (height, width, 3)).copy()
        image[(self._columns - x) ** 2 + (self._rows - y) ** 2 < (height / 8) ** 2] = 245
        frame = VideoFrame.from_ndarray(image, format="rgb24")
        frame.pts, frame.time_base = self._number * 9_000, Fraction(1, 90_000)
        self._number += 1
        return frame
